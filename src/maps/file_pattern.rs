//! The glob of a preprocessing's images, for a `maps.json` of ClinicaDL versions that did not store it.

use super::ConfigError;
use super::json_keys::{Keys, key};

/// The options of a preprocessing that are part of the names of its images.
pub(super) struct ImageOptions<'a> {
    /// `t1-linear`, `flair-linear`, `pet-linear`, `dwi-dti` or `custom`.
    pub preprocessing: &'a str,
    /// Whether the larger grid (193×229×193) is used.
    pub use_uncropped_image: bool,
    /// PET tracer.
    pub tracer: Option<&'a str>,
    /// PET reference region.
    pub suvr_reference_region: Option<&'a str>,
}

/// The glob that ClinicaDL 1.6.1 computes for `file_type.pattern`; `None` where it cannot be known.
///
/// Two cases go further than 1.6.1: `acq_label`, which was the tracer's name before 1.1 (in options and in names of files),
/// and `dwi-dti`, whose options 1.6.1 writes under other names than it reads.
pub(super) fn compute(options: &ImageOptions, keys: &Keys) -> Result<Option<String>, ConfigError> {
    let crop = if options.use_uncropped_image { "" } else { "_desc-Crop" };
    let space = format!("space-MNI152NLin2009cSym{crop}_res-1x1x1");
    Ok(match options.preprocessing {
        "t1-linear" => Some(format!("*{space}_T1w.nii.gz")),
        "flair-linear" => Some(format!("*{space}_flair.nii.gz")),
        "pet-linear" => pet(options, keys, &space)?,
        "dwi-dti" => dti(keys)?,
        "custom" => keys.nonempty_text(key("custom_suffix"))?.map(|suffix| format!("*{suffix}")),
        _ => None,
    })
}

fn pet(options: &ImageOptions, keys: &Keys, space: &str) -> Result<Option<String>, ConfigError> {
    let acquisition = keys.nonempty_text(key("acq_label"))?;
    let image = match (options.tracer, acquisition) {
        (Some(tracer), _) => format!("*_trc-{tracer}"),
        (None, Some(label)) => format!("*_acq-{label}_pet"),
        (None, None) => return Ok(None),
    };
    Ok(options.suvr_reference_region.map(|region| format!("pet_linear/{image}_{space}_suvr-{region}_pet.nii.gz")))
}

fn dti(keys: &Keys) -> Result<Option<String>, ConfigError> {
    let either = |new, old| Ok::<_, ConfigError>(keys.nonempty_text(key(new))?.or(keys.nonempty_text(key(old))?));
    let (space, measure) = (either("dti_space", "space")?, either("dti_measure", "measure")?);
    Ok(space.zip(measure).map(|(space, measure)| format!("dwi/dti_based_processing/*/*_space-{space}_{measure}.nii.gz")))
}

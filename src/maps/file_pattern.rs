//! The glob of a preprocessing's images, for the `maps.json` of versions that did not write it down.

use super::json_keys::{Keys, key};
use super::{ConfigError, Preprocessing};

/// As ClinicaDL 1.6.1 computes `file_type.pattern`; `None` where it is not known.
///
/// Two cases go further than 1.6.1: `acq_label`, by which tracers were called before 1.1 (in options and in names of files),
/// and `dwi-dti`, whose options 1.6.1 writes under other names than it reads.
pub(super) fn compute(preprocessing: &Preprocessing, keys: &Keys) -> Result<Option<String>, ConfigError> {
    let crop = if preprocessing.use_uncropped_image { "" } else { "_desc-Crop" };
    let space = format!("space-MNI152NLin2009cSym{crop}_res-1x1x1");
    Ok(match preprocessing.name.as_str() {
        "t1-linear" => Some(format!("*{space}_T1w.nii.gz")),
        "flair-linear" => Some(format!("*{space}_flair.nii.gz")),
        "pet-linear" => pet(preprocessing, keys, &space)?,
        "dwi-dti" => dti(keys)?,
        "custom" => keys.nonempty_text(key("custom_suffix"))?.map(|suffix| format!("*{suffix}")),
        _ => None,
    })
}

fn pet(preprocessing: &Preprocessing, keys: &Keys, space: &str) -> Result<Option<String>, ConfigError> {
    let acquisition = keys.nonempty_text(key("acq_label"))?;
    let image = match (&preprocessing.tracer, acquisition) {
        (Some(tracer), _) => format!("*_trc-{tracer}"),
        (None, Some(label)) => format!("*_acq-{label}_pet"),
        (None, None) => return Ok(None),
    };
    Ok(preprocessing.suvr_reference_region.as_ref().map(|region| format!("pet_linear/{image}_{space}_suvr-{region}_pet.nii.gz")))
}

fn dti(keys: &Keys) -> Result<Option<String>, ConfigError> {
    let either = |new, old| Ok::<_, ConfigError>(keys.nonempty_text(key(new))?.or(keys.nonempty_text(key(old))?));
    let (space, measure) = (either("dti_space", "space")?, either("dti_measure", "measure")?);
    Ok(space.zip(measure).map(|(space, measure)| format!("dwi/dti_based_processing/*/*_space-{space}_{measure}.nii.gz")))
}

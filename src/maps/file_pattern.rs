//! The glob of a preprocessing's images, for the `maps.json` of versions that did not write it down.

use super::Preprocessing;

/// As ClinicaDL 1.6.1 computes `file_type.pattern`; `None` where it cannot.
pub(super) fn compute(preprocessing: &Preprocessing, custom_suffix: Option<&str>) -> Option<String> {
    let crop = if preprocessing.use_uncropped_image { "" } else { "_desc-Crop" };
    let space = format!("space-MNI152NLin2009cSym{crop}_res-1x1x1");
    match preprocessing.name.as_str() {
        "t1-linear" => Some(format!("*{space}_T1w.nii.gz")),
        "flair-linear" => Some(format!("*{space}_flair.nii.gz")),
        "pet-linear" => {
            let (tracer, region) = (preprocessing.tracer.as_deref()?, preprocessing.suvr_reference_region.as_deref()?);
            Some(format!("pet_linear/*_trc-{tracer}_{space}_suvr-{region}_pet.nii.gz"))
        }
        "custom" => Some(format!("*{}", custom_suffix?)),
        _ => None,
    }
}

//! `preprocessing_dict` → the images that the network was trained on.

use super::file_pattern::ImageOptions;
use super::json_keys::{JsonKey, Keys, key};
use super::{ConfigError, ConfigWarning, Mode, extraction, file_pattern};
use crate::volume::Extraction;

/// The preprocessing of the images before training.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preprocessing {
    /// `t1-linear`, `flair-linear`, `pet-linear`, `dwi-dti` or `custom`.
    pub name: String,
    /// Whether the larger grid (193×229×193) was used.
    pub use_uncropped_image: bool,
    /// Whether elements were extracted to files beforehand.
    pub prepare_dl: bool,
    /// PET tracer.
    pub tracer: Option<String>,
    /// PET reference region.
    pub suvr_reference_region: Option<String>,
    /// Path of an image below its session's folder, as a case-insensitive glob. `None` where neither `file_type` nor the
    /// preprocessing defines it.
    pub file_pattern: Option<String>,
    /// How the network's inputs are cut from an image.
    pub extraction: Extraction,
}

const FILE_TYPE: JsonKey = key("file_type");

impl Preprocessing {
    pub(super) fn parse(keys: &Keys, mode: Mode, warnings: &mut Vec<ConfigWarning>) -> Result<Self, ConfigError> {
        let preprocessing = keys.require(key("preprocessing"))?;
        let name = preprocessing.as_str().ok_or_else(|| keys.bad(key("preprocessing"), preprocessing, "a text"))?;
        let use_uncropped_image = keys.flag(key("use_uncropped_image"))?.unwrap_or(false);
        let prepare_dl = keys.flag(key("prepare_dl"))?.unwrap_or(false);
        let (tracer, suvr_reference_region) = (keys.nonempty_text(key("tracer"))?, keys.nonempty_text(key("suvr_reference_region"))?);
        let extraction = extraction::parse(keys, mode, warnings)?;
        let (tracer_name, region) = (tracer.as_deref(), suvr_reference_region.as_deref());
        let options = ImageOptions { preprocessing: name, use_uncropped_image, tracer: tracer_name, suvr_reference_region: region };
        let file_pattern = match stored_pattern(keys)? {
            Some(pattern) => Some(pattern),
            None => file_pattern::compute(&options, keys)?,
        };
        // Written on Windows, the pattern has that system's separators.
        let file_pattern = file_pattern.map(|pattern| pattern.replace('\\', "/"));
        let name = name.to_owned();
        if file_pattern.is_none() {
            warnings.push(ConfigWarning::NoFilePattern { preprocessing: name.clone() });
        }
        Ok(Preprocessing { name, use_uncropped_image, prepare_dl, tracer, suvr_reference_region, file_pattern, extraction })
    }
}

/// `file_type.pattern`, where `maps.json` has it.
fn stored_pattern(keys: &Keys) -> Result<Option<String>, ConfigError> {
    let Some(object) = keys.object(FILE_TYPE)? else { return Ok(None) };
    Keys { file: keys.file, object }.nonempty_text(key("pattern"))
}

//! `preprocessing_dict`: which images the network was trained on.

use super::json_keys::{Key, Keys, key};
use super::{ConfigError, ConfigWarning, Mode, extraction, file_pattern};
use crate::volume::Extraction;

/// What was done to the images before training.
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
    /// Where an image lies below its session's folder, as a case-insensitive glob.
    /// `None` where neither `file_type` nor the preprocessing says.
    pub file_pattern: Option<String>,
    /// How the network's inputs are cut from an image.
    pub extraction: Extraction,
}

const FILE_TYPE: Key = key("file_type");

impl Preprocessing {
    pub(super) fn parse(keys: &Keys, mode: Mode, warnings: &mut Vec<ConfigWarning>) -> Result<Self, ConfigError> {
        let preprocessing = keys.require(key("preprocessing"))?;
        let name = preprocessing.as_str().ok_or_else(|| keys.bad(key("preprocessing"), preprocessing, "a text"))?;
        let mut parsed = Preprocessing {
            name: name.to_owned(),
            use_uncropped_image: keys.flag(key("use_uncropped_image"))?.unwrap_or(false),
            prepare_dl: keys.flag(key("prepare_dl"))?.unwrap_or(false),
            tracer: keys.nonempty_text(key("tracer"))?,
            suvr_reference_region: keys.nonempty_text(key("suvr_reference_region"))?,
            file_pattern: None,
            extraction: extraction::parse(keys, mode, warnings)?,
        };
        parsed.file_pattern = match stored_pattern(keys)? {
            Some(pattern) => Some(pattern),
            None => file_pattern::compute(&parsed, keys)?,
        };
        if parsed.file_pattern.is_none() {
            warnings.push(ConfigWarning::NoFilePattern { preprocessing: parsed.name.clone() });
        }
        Ok(parsed)
    }
}

fn stored_pattern(keys: &Keys) -> Result<Option<String>, ConfigError> {
    let Some(object) = keys.object(FILE_TYPE)? else { return Ok(None) };
    Keys { file: keys.file, object }.nonempty_text(key("pattern"))
}

//! The options in `preprocessing_dict` → how elements are cut from an image.

use serde_json::Value;

use super::config_warning::or_default;
use super::json_keys::{JsonKey, Keys, key, required};
use super::{ConfigError, ConfigWarning, Mode};
use crate::volume::Extraction;
use crate::volume::extraction::SliceChannels;

const PATCH_SIZE: JsonKey = key("patch_size");
const STRIDE_SIZE: JsonKey = key("stride_size");
const SLICE_DIRECTION: JsonKey = key("slice_direction");
const SLICE_MODE: JsonKey = key("slice_mode");
const DISCARDED_SLICES: JsonKey = key("discarded_slices");
const NUM_SLICES: JsonKey = key("num_slices");
const ROI_LIST: JsonKey = key("roi_list");
const UNCROPPED_ROI: JsonKey = key("uncropped_roi");
const ROI_CUSTOM_TEMPLATE: JsonKey = key("roi_custom_template");
const ROI_CUSTOM_MASK_PATTERN: JsonKey = key("roi_custom_mask_pattern");

/// The extraction of `mode`; options of other modes are ignored.
pub(super) fn parse(keys: &Keys, mode: Mode, warnings: &mut Vec<ConfigWarning>) -> Result<Extraction, ConfigError> {
    match mode {
        Mode::Image => Ok(Extraction::Image),
        Mode::Patch => patches(keys, warnings),
        Mode::Roi => regions(keys, warnings),
        Mode::Slice => slices(keys, warnings),
    }
}

fn patches(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Extraction, ConfigError> {
    Ok(Extraction::Patch {
        size: or_default(keys.count(PATCH_SIZE)?, PATCH_SIZE, "50", 50, warnings),
        stride: or_default(keys.count(STRIDE_SIZE)?, STRIDE_SIZE, "50", 50, warnings),
    })
}

fn regions(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Extraction, ConfigError> {
    let name = |value: &Value| value.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    let names = |value: &Value| value.as_array()?.iter().map(name).collect::<Option<Vec<_>>>().filter(|names| !names.is_empty());
    Ok(Extraction::Roi {
        names: required(keys, ROI_LIST, |keys, key| keys.typed(key, "a list of at least one name of a region", names))?,
        uncropped: or_default(keys.flag(UNCROPPED_ROI)?, UNCROPPED_ROI, "false", false, warnings),
        template: keys.nonempty_text(ROI_CUSTOM_TEMPLATE)?,
        mask_pattern: keys.nonempty_text(ROI_CUSTOM_MASK_PATTERN)?,
    })
}

fn slices(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Extraction, ConfigError> {
    let direction = keys.typed(SLICE_DIRECTION, "0 (sagittal), 1 (coronal) or 2 (axial)", direction)?;
    let channels = keys.typed(SLICE_MODE, "\"single\" or \"rgb\"", channels)?;
    let discarded = keys.typed(DISCARDED_SLICES, "a whole number from 0, or a list of one or two such numbers", discarded)?;
    Ok(Extraction::Slice {
        direction: or_default(direction, SLICE_DIRECTION, "0 (sagittal)", 0, warnings),
        channels: or_default(channels, SLICE_MODE, "rgb", SliceChannels::Rgb, warnings),
        discarded: or_default(discarded, DISCARDED_SLICES, "0", [0, 0], warnings),
        num_slices: keys.count(NUM_SLICES)?,
    })
}

/// The axis of slices, a number or a number written as a text.
fn direction(value: &Value) -> Option<usize> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    usize::try_from(number).ok().filter(|&direction| direction < 3)
}

fn channels(value: &Value) -> Option<SliceChannels> {
    match value.as_str()? {
        "single" => Some(SliceChannels::Single),
        "rgb" => Some(SliceChannels::Rgb),
        _ => None,
    }
}

/// Numbers of slices that are discarded at the beginning and at the end; a single number counts for both.
fn discarded(value: &Value) -> Option<[usize; 2]> {
    let number = |value: &Value| usize::try_from(value.as_u64()?).ok();
    let Some(list) = value.as_array() else { return number(value).map(|both| [both, both]) };
    match list.as_slice() {
        [both] => number(both).map(|both| [both, both]),
        [begin, end] => Some([number(begin)?, number(end)?]),
        _ => None,
    }
}

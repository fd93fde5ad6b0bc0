//! The parameters in `maps.json` of a RandomArchitecture, whose layers were drawn when it was trained.

use serde_json::Value;

use super::ConfigError;
use super::json_keys::{JsonKey, Keys, key};

/// Most convolutions in a block, and most fully connected layers: no training draws as many, so the file is damaged.
const MAX_LAYERS: usize = 100;

const BLOCKS: JsonKey = key("convolutions_dict");

/// The parameters of a RandomArchitecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomArchitecture {
    /// The blocks of `convolutions_dict`, in order.
    pub blocks: Vec<RandomBlock>,
    /// Number of fully connected layers: `n_fcblocks`.
    pub n_fc_blocks: usize,
    /// Normalisation after each convolution: `network_normalization`.
    pub normalization: RandomNormalization,
}

/// One block of convolutions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomBlock {
    /// The block's key, `conv0` …, which is part of the names of its weights.
    pub name: String,
    /// Number of channels of the output.
    pub out_channels: usize,
    /// Number of convolutions; only the last one changes the number of channels.
    pub n_conv: usize,
    /// How the block halves the axes.
    pub reduction: RandomReduction,
}

/// How a block halves the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomReduction {
    /// A front-padded max pooling after the last convolution.
    MaxPooling,
    /// Stride 2 of the last convolution.
    Stride,
}

/// The normalisation after each convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomNormalization {
    /// Batch normalisation.
    Batch,
    /// Instance normalisation, without parameters.
    Instance,
    /// No normalisation.
    None,
}

impl RandomArchitecture {
    /// Parses the keys that `clinicadl random-search` writes. Blocks are sorted by their numbers, the order in which they were
    /// trained, whatever the order in the file.
    ///
    /// # Errors
    /// If a key is missing or has an unexpected value.
    pub(super) fn parse(keys: &Keys) -> Result<Self, ConfigError> {
        let object = keys.object(BLOCKS)?.ok_or_else(|| missing(keys, BLOCKS))?;
        let expected = "an object with the keys conv0, conv1 and so on";
        let mut blocks = Vec::with_capacity(object.len());
        for (name, value) in object {
            let number = name.strip_prefix("conv").and_then(|number| number.parse::<u32>().ok());
            let (Some(number), Some(block)) = (number, value.as_object()) else { return Err(keys.bad(BLOCKS, value, expected)) };
            blocks.push((number, RandomBlock::parse(name, &Keys { file: keys.file, object: block })?));
        }
        if blocks.is_empty() {
            return Err(keys.bad(BLOCKS, keys.require(BLOCKS)?, expected));
        }
        blocks.sort_by_key(|(number, _)| *number);
        Ok(Self {
            blocks: blocks.into_iter().map(|(_, block)| block).collect(),
            n_fc_blocks: few(keys, key("n_fcblocks"))?,
            normalization: RandomNormalization::parse(keys)?,
        })
    }
}

impl RandomBlock {
    fn parse(name: &str, keys: &Keys) -> Result<Self, ConfigError> {
        let out_channels = key("out_channels");
        let reduction = key("d_reduction");
        let read = |value: &Value| match value.as_str()? {
            "MaxPooling" => Some(RandomReduction::MaxPooling),
            "stride" => Some(RandomReduction::Stride),
            _ => None,
        };
        Ok(Self {
            name: name.to_owned(),
            out_channels: keys.count(out_channels)?.ok_or_else(|| missing(keys, out_channels))?,
            n_conv: few(keys, key("n_conv"))?,
            reduction: keys.typed(reduction, "\"MaxPooling\" or \"stride\"", read)?.ok_or_else(|| missing(keys, reduction))?,
        })
    }
}

impl RandomNormalization {
    fn parse(keys: &Keys) -> Result<Self, ConfigError> {
        let read = |value: &Value| match value.as_str()? {
            "BatchNorm" => Some(Self::Batch),
            "InstanceNorm" => Some(Self::Instance),
            _ => None,
        };
        let found = keys.typed(key("network_normalization"), "\"BatchNorm\", \"InstanceNorm\" or null", read)?;
        Ok(found.unwrap_or(Self::None))
    }
}

/// A whole number from 1 to [`MAX_LAYERS`].
fn few(keys: &Keys, key: JsonKey) -> Result<usize, ConfigError> {
    let read = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=MAX_LAYERS).contains(n));
    keys.typed(key, "a whole number from 1 to 100", read)?.ok_or_else(|| missing(keys, key))
}

fn missing(keys: &Keys, key: JsonKey) -> ConfigError {
    ConfigError::MissingKey { file: keys.file.to_owned(), key: key.name }
}

//! Assumptions about a `maps.json` with missing keys.

use super::json_keys::JsonKey;

/// An assumption that was made when a `maps.json` was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigWarning {
    /// A key that newer versions write is absent.
    #[error("maps.json has no \"{key}\": ClinicaDL's default, {value}, was used")]
    DefaultUsed {
        /// The key.
        key: &'static str,
        /// The default.
        value: &'static str,
    },
    /// The output nodes have no names.
    #[error("maps.json has no \"label_code\": the output nodes are numbered")]
    NoLabelCode,
    /// A label is mapped to a node that the network does not have.
    #[error("maps.json maps the label \"{label}\" to node {code}, but there are only {output_size} nodes: the label is ignored")]
    LabelOutOfRange {
        /// The label.
        label: String,
        /// The node's number.
        code: i64,
        /// Number of nodes.
        output_size: usize,
    },
    /// The names of the images are not known.
    #[error(
        "maps.json does not say what the images of the preprocessing \"{preprocessing}\" are called: any image of a session counts as one"
    )]
    NoFilePattern {
        /// The preprocessing.
        preprocessing: String,
    },
    /// The network has three heads, for domain adaptation, and one is explained.
    #[error("{architecture} has three heads: the one trained for the target domain (fc_class_target) is explained")]
    TargetHead {
        /// The network's class.
        architecture: String,
    },
}

/// The value, or ClinicaDL's default where the key is absent; `words` is the default in the text of the warning.
pub(super) fn or_default<T>(value: Option<T>, key: JsonKey, words: &'static str, default: T, warnings: &mut Vec<ConfigWarning>) -> T {
    value.unwrap_or_else(|| {
        warnings.push(ConfigWarning::DefaultUsed { key: key.name, value: words });
        default
    })
}

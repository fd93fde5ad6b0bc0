//! What was assumed when reading a `maps.json`.

use super::json_keys::Key;

/// What was assumed when reading a `maps.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigWarning {
    /// A key of newer versions is absent.
    #[error("maps.json has no \"{key}\": ClinicaDL's default, {value}, was used")]
    DefaultUsed {
        /// The key.
        key: &'static str,
        /// The default.
        value: &'static str,
    },
    /// Nodes have no names.
    #[error("maps.json has no \"label_code\": the output nodes are numbered")]
    NoLabelCode,
    /// A label points at a node that the network does not have.
    #[error("maps.json maps the label \"{label}\" to node {code}, but there are only {output_size} nodes: the label is ignored")]
    LabelOutOfRange {
        /// The label.
        label: String,
        /// Its node.
        code: i64,
        /// Number of nodes.
        output_size: usize,
    },
    /// Nothing says what the images are called.
    #[error(
        "maps.json does not say what the images of the preprocessing \"{preprocessing}\" are called: any image of a session counts as one"
    )]
    NoFilePattern {
        /// The preprocessing.
        preprocessing: String,
    },
    /// Domain adaptation: one head of three is explained.
    #[error("{architecture} has three heads: the one trained for the target domain (fc_class_target) is explained")]
    TargetHead {
        /// The network's class.
        architecture: String,
    },
}

/// The value, or ClinicaDL's default (`words` says it in the warning) where the key is absent.
pub(super) fn or_default<T>(value: Option<T>, key: Key, words: &'static str, default: T, warnings: &mut Vec<ConfigWarning>) -> T {
    value.unwrap_or_else(|| {
        warnings.push(ConfigWarning::DefaultUsed { key: key.name, value: words });
        default
    })
}

//! A split of a training that has checkpoints.

/// A trained split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The `n` of `split-n`.
    pub number: u32,
    /// Name of its folder: `split-n`, or `fold-n` before ClinicaDL 1.0.4.
    pub folder: String,
    /// Metrics whose best checkpoint exists, `loss` first, then sorted.
    pub selections: Vec<String>,
}

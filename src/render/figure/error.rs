//! Why a figure cannot be drawn.

use crate::render::upright::TooLarge;

/// Why a figure cannot be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// Cuts that the display mode does not take.
    #[error("display mode {mode} needs {needed}, and {found} were given")]
    WrongCuts {
        /// Name of the mode.
        mode: &'static str,
        /// The cuts that the mode takes, in words.
        needed: &'static str,
        /// Number of values that were given.
        found: usize,
    },
    /// No cut at all.
    #[error("no cut was asked for")]
    NoCuts,
    /// A threshold below 0 or no number.
    #[error("a threshold of {threshold} hides nothing and shows nothing")]
    BadThreshold {
        /// The threshold.
        threshold: f64,
    },
    /// A volume that cannot be put upright.
    #[error("the volume cannot be shown: {0}")]
    TooLarge(#[from] TooLarge),
}

impl FigureError {
    /// What the user may do.
    pub fn hint(&self) -> &'static str {
        match self {
            FigureError::WrongCuts { .. } | FigureError::NoCuts => {
                "give one coordinate for each direction shown, in the order x, y, z, or leave the cuts out"
            }
            FigureError::BadThreshold { .. } => "give a threshold from 0 on, or a percentile from 0% to 100%",
            FigureError::TooLarge(_) => "resample the volume to a smaller grid",
        }
    }
}

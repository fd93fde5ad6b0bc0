//! What every part of a pass is given beside its feature maps.

use crate::network::helper_pool::HelperPool;
use crate::network::progress::WalkProgress;
use crate::network::work_limits::WorkLimits;

/// Whether a forward walk will be followed by a backward one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Keep what the gradient needs.
    ForGradient,
    /// Keep nothing.
    Nothing,
}

/// The circumstances of a walk through one part.
#[derive(Clone, Copy)]
pub struct PassContext<'a> {
    /// Limits of one piece of work.
    pub limits: WorkLimits,
    /// The walk's progress before the part.
    pub progress: WalkProgress<'a>,
    /// The helpers that may compute beside this thread, if there are any.
    pub helpers: Option<&'a HelperPool>,
}

impl PassContext<'_> {
    /// The circumstances when `n_layers` more are done.
    pub fn after(self, n_layers: u64) -> Self {
        Self { progress: self.progress.after(n_layers), ..self }
    }
}

/// The invariant of every backward walk, for `expect`.
pub const KEPT: &str = "a backward walk follows a forward walk that kept";

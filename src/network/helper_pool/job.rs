//! One pass through a block as a job of units, which are computed in pieces.

use std::ops::Range;

use super::request::PieceKey;
use crate::helpers::{Packet, ReceivedPacket};
use crate::network::error::NetworkError;
use crate::network::feature_maps::slabs_of;
use crate::network::progress::WalkProgress;

/// Work that consists of units, each of which can be computed by itself: in place, or by a helper.
pub trait BlockJob {
    /// Number of units.
    fn n_units(&self) -> usize;

    /// Least number of units in a helper's piece, where so many are left.
    fn min_units(&self) -> usize {
        1
    }

    /// Computes units in place.
    fn compute(&mut self, units: Range<usize>);

    /// The packet that asks a helper for units, with all values that they depend on.
    fn request(&self, piece: PieceKey, units: &Range<usize>) -> Packet<'_>;

    /// Copies a helper's response for these units to its place; `None` if its arrays are not of the expected length.
    fn store(&mut self, units: &Range<usize>, response: &dyn ReceivedPacket) -> Option<()>;
}

/// The progress of a walk while it goes through one block.
#[derive(Clone, Copy)]
pub struct BlockProgress<'a> {
    /// The walk, before the block.
    pub walk: WalkProgress<'a>,
    /// Number of layers that the block stands for.
    pub n_layers: u64,
}

impl BlockProgress<'_> {
    /// Reports that so many of the block's units are done.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn step(&self, n_done: usize, n_units: usize) -> Result<(), NetworkError> {
        self.walk.step(self.n_layers * n_done as u64 / n_units as u64).await
    }
}

/// Runs a job on this thread, in pieces of at most `max_len` units.
///
/// # Errors
/// [`NetworkError::Stopped`] when the pace stops the walk.
pub async fn run_locally(job: &mut dyn BlockJob, max_len: usize, progress: BlockProgress<'_>) -> Result<(), NetworkError> {
    let n_units = job.n_units();
    for units in slabs_of(0..n_units, max_len) {
        let end = units.end;
        job.compute(units);
        progress.step(end, n_units).await?;
    }
    Ok(())
}

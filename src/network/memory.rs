//! How much memory a map takes, worked out from shapes before anything is computed.

use super::error::NetworkError;
use super::feature_maps::{VALUE_BYTES, bytes_of};
use super::model::Network;

/// Bytes of a saliency map, and how it is computed on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryPlan {
    /// Bytes of weights and biases.
    pub weights: u64,
    /// Most bytes that feature maps, gradients and the values kept for the gradient take at the same time. An estimate: it
    /// counts tensors, not the sizes to which allocators round them up.
    pub activations: u64,
    /// Whether feature maps or weights are cut to keep below what the device binds at once.
    pub is_tiled: bool,
}

impl MemoryPlan {
    /// Bytes of weights and activations.
    pub fn total(&self) -> u64 {
        self.weights + self.activations
    }
}

/// Memory of a part of the walk, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// The part's output.
    pub output: u64,
    /// Values that the gradient needs.
    pub kept: u64,
    /// Values that exist beside input and output while the part is computed.
    pub working: u64,
    /// Whether the part is computed slab by slab because the device does not bind it whole.
    pub is_tiled: bool,
}

impl Network {
    /// Memory of a map whose gradient goes back to the output of the first `level` modules (0: to the input).
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if one row of a layer is too large for the device.
    pub fn memory(&self, level: usize) -> Result<MemoryPlan, NetworkError> {
        let level = self.level(level);
        let before = self.spatial_pass(0..level).footprints()?;
        let after = self.spatial_pass(level..self.convolutions.len()).footprints()?;
        let input = bytes_of(self.input.spatial());
        // What enters a stage is kept for another target or level; the first of it is the input.
        let mut kept: u64 = self.stages().iter().map(|stage| bytes_of(self.shapes()[stage.start])).sum();
        let (mut peak, mut entering) = (kept, 0);
        for part in &before {
            peak = peak.max(kept + entering + part.output + part.working);
            entering = part.output;
        }
        let at_level = if before.is_empty() { input } else { entering };
        for part in &after {
            peak = peak.max(kept + part.kept + entering + part.output + part.working);
            kept += part.kept;
            entering = part.output;
        }
        let inputs = std::iter::once(at_level).chain(after.iter().map(|part| part.output));
        for (part, to) in after.iter().zip(inputs) {
            peak = peak.max(kept + part.output + to + part.working);
        }
        let is_tiled = before.iter().chain(&after).any(|part| part.is_tiled) || self.fc.is_cut();
        Ok(MemoryPlan { weights: self.n_parameters() * VALUE_BYTES, activations: peak, is_tiled })
    }
}

//! Limits of one piece of work: bytes of its tensors, and multiplications.

use super::error::NetworkError;
use super::feature_maps::VALUE_BYTES;

/// Work of one piece: some twenty milliseconds of one core in a browser; natively a piece is shared by all threads. Where a piece begins, planes are
/// copied, and in the backward pass computed, that its neighbour had already.
const FUSED_WORK: u64 = if cfg!(target_arch = "wasm32") { 250_000_000 } else { 4_000_000_000 };

/// Least work that is shared with helpers: less takes one thread some five milliseconds. An estimate; from where on sharing pays
/// was not measured by itself. Conv4_FC3 at 80×96×80, whose largest blocks are one to three times this, takes 0.8 of the time on two cores.
const MIN_SHARED_WORK: u64 = 100_000_000;

/// The largest binding that WebGPU guarantees for every adapter. Adapters with larger bindings get no larger pieces: every adapter then
/// computes a network in the same pieces, which are those that are tested.
const MAX_BINDING_BYTES: u64 = 128 << 20;

/// Limits of one piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkLimits {
    /// Bytes of the largest tensor, which the device binds in one piece.
    pub max_tensor_bytes: u64,
    /// Multiplications and additions of one piece of work, so that a stop is noticed soon.
    pub max_work: u64,
    /// Multiplications and additions of one piece of work in kernels of our own, which are faster.
    pub max_fused_work: u64,
    /// Number of helpers ([`super::HelperPool`]): threads that have no memory in common with the one that walks.
    pub n_helpers: usize,
    /// Least multiplications and additions of a block that is shared with helpers.
    pub min_shared_work: u64,
    /// Which kernels may be used.
    pub kernels: KernelChoice,
    /// Bytes of a truth value in burn's tensors: one on the CPU, a word on GPUs.
    pub truth_value_bytes: u64,
}

/// The kernels that compute the blocks of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelChoice {
    /// Kernels of our own, where there are any.
    Fused,
    /// burn's operations, one after the other, with which tests and benches compare.
    Stock,
}

impl KernelChoice {
    /// Kernels of our own, except in the benches' worker of the feature `stock-kernels`.
    pub const DEFAULT: KernelChoice = if cfg!(feature = "stock-kernels") { KernelChoice::Stock } else { KernelChoice::Fused };
}

impl WorkLimits {
    /// Limits for the CPU: slabs that stay small beside the weights, and at most some ten milliseconds of work between two
    /// readings of the message queue, so that Cancel takes effect within 100 ms even where one thread computes.
    pub const CPU: WorkLimits = WorkLimits {
        max_tensor_bytes: 1 << 30,
        max_work: 30_000_000,
        max_fused_work: FUSED_WORK,
        n_helpers: 0,
        min_shared_work: MIN_SHARED_WORK,
        kernels: KernelChoice::DEFAULT,
        truth_value_bytes: 1,
    };

    /// Limits for a GPU that binds at most `max_binding_bytes`, of which no more than 128 MiB are used.
    pub fn gpu(max_binding_bytes: u64) -> Self {
        Self {
            max_tensor_bytes: max_binding_bytes.min(MAX_BINDING_BYTES),
            max_work: u64::MAX,
            max_fused_work: u64::MAX,
            n_helpers: 0,
            min_shared_work: u64::MAX,
            kernels: KernelChoice::DEFAULT,
            truth_value_bytes: 4,
        }
    }

    /// How many rows of feature maps of this shape fit into one tensor.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if not even one does.
    pub fn rows_of(&self, [channels, _, height, width]: [usize; 4]) -> Result<usize, NetworkError> {
        self.pieces((channels * height * width) as u64 * VALUE_BYTES)
    }

    /// How many outputs of a fully connected layer with `n_in` inputs fit into one tensor of weights.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if not even one does.
    pub fn outputs_of(&self, n_in: usize) -> Result<usize, NetworkError> {
        self.pieces(n_in as u64 * VALUE_BYTES)
    }

    fn pieces(&self, bytes_each: u64) -> Result<usize, NetworkError> {
        match self.max_tensor_bytes / bytes_each.max(1) {
            0 => Err(NetworkError::TooLargeForDevice { needed: bytes_each, limit: self.max_tensor_bytes }),
            n => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
        }
    }
}

//! Fused blocks: convolution, pooling, batch normalisation and rectifier as one layer, in kernels of our own.
//!
//! Nearly all work of a CNN of ClinicaDL is in its convolution blocks. Layer by layer they write the full-resolution
//! output of the convolution (201 MB for the first block of Conv5_FC3 at 1 mm) only to throw away seven values of eight.
//! A fused block computes the few rows that one pooled row needs, keeps the largest value of each pooling block, and of all
//! else one byte: which voxel it was. The backward pass is as sparse: at most one voxel of eight carries a gradient.
//!
//! The rectifier comes after pooling here. The maximum of rectified values is the rectified maximum, and an eighth of the
//! values is left to rectify.

mod activation;
mod block;
mod cache;
pub mod cpu;
pub mod gpu;
mod parameters;
pub mod winner;

pub use activation::Activation;
pub use block::{Block, BlockTail};
pub use cache::BlockCache;
pub use parameters::{BlockParameters, LEAK, Rectifier};

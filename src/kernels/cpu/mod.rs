//! Fused blocks on the CPU: explicit vectors, threads where there are any.
//!
//! Results do not depend on the number of threads: whatever is computed in parallel writes values of its own, each by one
//! sum in one order. They depend on the machine in one thing, whether it rounds products before it adds them
//! ([`has_multiply_add`]).

mod block;
mod convolution;
mod convolve;
mod destination;
mod direct;
mod fill;
mod geometry;
pub mod matrix;
mod mirrored;
mod output_gradient;
mod packing;
mod padded_planes;
mod parallel;
mod pieces;
mod plane_range;
mod pool;
mod pooled_rows;
mod rectifier;
pub mod residual;
mod scatter;
mod scatter_one_channel;
mod scatter_targets;
mod simd;
mod winner_row;
mod winograd;

pub use block::CpuBlock;
pub use geometry::Geometry;
pub use output_gradient::OutputGradient;
pub use parallel::n_threads;
pub use simd::has_multiply_add;

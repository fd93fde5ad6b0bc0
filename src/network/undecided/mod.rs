//! What float32 cannot decide, decided in float64: which voxel of a pooling block is the largest, and whether a rectifier is closed.
//!
//! The gradient of a maximum goes to one voxel. Where the two largest values of a block lie within the rounding of float32, the order
//! in which a program sums would choose between them, and the map would depend on the program. The forward kernels mark such
//! blocks ([`UNDECIDED`](crate::kernels::winner::UNDECIDED)); here their values are computed again in float64, each as the sum of all its
//! products, and the first of the largest wins, as in PyTorch.
//!
//! In the first layer that is the truth, since the image is known exactly. In a deeper layer the values that a sum reads are rounded
//! themselves. Where the difference stays within what that may change, they are computed in float64, too, and what they depend on,
//! back to the image ([`PreciseForward`]). Nearly all blocks below have been decided by then, so of each only the winner's sum is
//! needed, and of closed rectifiers nothing.

mod decide;
mod known_values;
mod margins;

mod precise_block;
mod precise_forward;

pub use margins::BlockMargins;
pub use precise_block::PreciseBlock;
pub use precise_forward::PreciseForward;

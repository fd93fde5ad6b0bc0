//! Attribution: which input voxels, or which feature maps, a network's output depends on.
//!
//! The words of a request (`Method`, `Target`, `Convention`) are plain data that the page shares; what computes needs burn.

pub mod method;

pub use method::{Convention, Method};

//! The first tab below the planes: what the network answered, and the map's files.

mod downloads;
mod logits;
mod save_planes;

pub use downloads::Downloads;
pub use logits::Logits;

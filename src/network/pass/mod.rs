//! Walking the spatial layers: part by part, slab by slab.
//!
//! A part is a convolution with the row layers up to the next one, a residual block or its end, or a layer that needs
//! the whole image. Between the layers of a part only a slab of rows ever exists, so the full-resolution activations of a
//! network (201 MB for the first convolution of Conv5_FC3 at 1 mm) are never held; what is held between parts is pooled
//! where the network pools. The same cut keeps every tensor below a device's largest binding and every piece of work short
//! enough for a stop to be noticed.

mod chain;
mod context;
mod fused_block;
mod fused_residual;
mod join;
mod segment;
mod spatial_pass;
mod whole_image;

pub use context::Keep;
pub use spatial_pass::SpatialPass;

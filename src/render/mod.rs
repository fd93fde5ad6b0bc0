//! Slices as pixels: volumes with their affines → RGBA8 (sRGB, straight alpha), on the CPU, without any web type.
//!
//! A [`PlaneGrid`] says which millimetres a picture covers, [`render_slice`] fills it by sampling each [`Layer`] through the
//! inverse of its own affine, and the same grid turns a click back into millimetres.

mod cuts;
mod display;
pub mod figure;
mod framing;
mod general_format;
mod glass;
mod histogram;
mod history;
mod layer_settings;
mod layout;
mod lut;
mod outline;
mod peak;
mod plane;
mod slice;
mod upright;
mod view;
mod voxel_walk;
mod window;

pub use cuts::{find_cut_slices, find_xyz_cut_coords};
pub use display::{CutCoords, DisplayMode};
pub use framing::{MAX_ZOOM, center_after_zoom, framed};
pub use general_format::format_general;
pub use glass::Projection;
pub use histogram::MagnitudeSample;
pub use history::History;
pub use layer_settings::{Ground, LayerSettings};
pub use layout::{Orientation, PlaneGrid, WorldBounds};
pub use lut::{ColorScale, Colormap, Domain, Lut};
pub use outline::{Extent, Regions};
pub use peak::strongest_voxel;
pub use plane::Plane;
pub use slice::{Layer, Paint, nearest_value, nearest_voxel, render_on_paper, render_slice};
pub use upright::{Interpolation, TooLarge, Upright};
pub use view::{MAX_MIN_CLUSTER, MAX_SHIFT, MAX_WINDOW, MIN_WINDOW, Threshold, View};
pub use window::{Paper, Window};

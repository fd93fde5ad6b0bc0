//! What lies below and above the map: backgrounds, masks, atlases, other maps, the glass brain.

mod controls;
mod glass;
mod opening;
mod painting;
mod panel;
mod region;
mod row;
mod shelf;
mod underlay;
mod window;
mod wishes;

pub use glass::Glass;
pub use painting::{overlay_layers, render_plane};
pub use panel::LayersPanel;
pub use region::regions_at;
pub use shelf::{OverlayLook, Shelf, ShelfVolume, Slot, Style};
pub use underlay::Underlay;
pub use wishes::follow_wishes;

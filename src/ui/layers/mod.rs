//! What lies below and above the map: backgrounds, masks, atlases, other maps, the glass brain.

mod painting;
mod panel;
mod prepare;
mod regions_at;
mod row;
mod window;

pub use painting::{overlay_layers, render_plane};
pub use panel::LayersPanel;
pub use prepare::prepare_layers;
pub use regions_at::regions_at;

//! The column at the right: how the map and the planes are drawn.

mod panel;
mod threshold_control;

pub use panel::DisplayPanel;

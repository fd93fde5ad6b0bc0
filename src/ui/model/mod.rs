//! Panel 1: the trained network.

mod layer_list;
mod panel;
mod summary;

pub use panel::ModelPanel;

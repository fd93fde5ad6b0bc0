//! Maps beside each other: which are kept, their planes at one crosshair, and what they have in common in numbers.

mod canvas;
mod column;
mod difference;
mod numbers;
mod panel;
mod scene;
mod state;
mod turns;

pub use panel::ComparePanel;
pub use state::{Comparing, KeptMap};

//! Maps beside each other: their planes at one crosshair, their difference, and numbers of each pair.

mod canvas;
mod column;
mod difference;
mod numbers;
mod panel;
mod redraw_queue;
mod scene;

pub use panel::ComparePanel;

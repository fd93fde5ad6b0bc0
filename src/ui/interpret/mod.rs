//! Panel 3: what to explain and how.

mod element_field;
mod panel;

pub use panel::InterpretPanel;

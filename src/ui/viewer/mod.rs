//! The middle of the page: three linked planes, what lies under the crosshair, the tabs below.

mod about;
mod gestures;
mod meaning;
mod panel;
mod picture_label;
mod progress_line;
mod readout;
mod slice_view;
mod splitter;
mod tabs;

pub use panel::Viewer;

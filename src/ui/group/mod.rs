//! Running a data group: its form, the same on the command line, and the results that are kept.

mod command;
mod panel;
mod results;

pub use panel::GroupPanel;
pub use results::ResultsPanel;

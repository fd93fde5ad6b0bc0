//! Running a data group: its form, what it is on the command line, and the results that are kept.

mod checks;
mod fields;
mod form;
mod panel;
mod results;
mod running;

pub use form::{GroupForm, diagnoses_of};
pub use panel::GroupPanel;
pub use results::ResultsPanel;
pub use running::failure_of;

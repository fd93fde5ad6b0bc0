//! Panel 2: the images of participants and sessions.

mod panel;
mod table;

pub use panel::ParticipantsPanel;

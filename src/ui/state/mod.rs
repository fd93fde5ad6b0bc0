//! What the page knows: what is loaded, what is running, what is shown. Signals without components; no panel is named here.
//!
//! [`study`] holds what is loaded, [`view_state`] how it is shown. [`requests`] go to the engine, [`replies`] change the state by its
//! answers. The other files define parts of the state.

pub mod automatic;
pub mod clusters;
pub mod comparison;
pub mod extra_volumes;
pub mod figure;
pub mod group_form;
pub mod jobs;
pub mod projections;
pub mod replies;
pub mod requests;
pub mod room;
pub mod shown;
pub mod study;
pub mod tab;
pub mod threads;
pub mod underlay;
pub mod view_history;
pub mod view_state;
pub mod wanted;

//! The rules of this repository that a machine can check, one family of rules in each file.
//!
//! ARCHITECTURE.md and CONTRIBUTING.md explain the rules; every message here says why a rule stands. Scanning text is cruder
//! than parsing Rust, and enough: paths are written out as `crate::room::…` here.

mod automation;
mod circles;
mod documents;
mod leftovers;
mod page;
mod rooms;
mod root;
mod source;
mod ui;

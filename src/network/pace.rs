//! How a long walk reports where it is and learns that it should stop.

use super::Team;
use crate::engine::message::Stage;
use crate::files::LocalFuture;

/// The walk was stopped by its owner, which is no error of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Told after every piece of work; may let others run and may stop the walk. It knows who else can compute.
pub trait Pace {
    /// `done` of `total` units of a stage are finished.
    fn step(&self, stage: Stage, done: u64, total: u64) -> LocalFuture<'_, Result<(), Stopped>>;

    /// Threads that have no memory in common with this one, if there are any.
    fn team(&self) -> Option<&Team> {
        None
    }
}

/// Never stops and tells nobody.
#[derive(Debug, Clone, Copy)]
pub struct Unpaced;

impl Pace for Unpaced {
    fn step(&self, _stage: Stage, _done: u64, _total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

//! How long-running work reports its progress and is stopped.
//!
//! Everything that takes longer than a few milliseconds is given a [`Pace`] and calls it after every piece of work. It stands
//! below all rooms, because readers, networks and statistics report alike.

use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};

/// A future that need not be `Send`: the program's work runs on one thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A stage of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading bytes of a file.
    Reading,
    /// Fetching bytes of the demo study.
    Fetching,
    /// Parsing what was read.
    Parsing,
    /// Copying weights to the device.
    Uploading,
    /// Computing layers forwards.
    Forward,
    /// Computing layers backwards.
    Backward,
    /// Computing maps of a data group's elements.
    Interpreting,
    /// Packing files into an archive.
    Packing,
    /// Comparing maps.
    Comparing,
    /// Joining voxels into clusters.
    Clustering,
    /// Measuring a map.
    Measuring,
}

/// The work was stopped from outside, which is no error of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Receives progress after every piece of work; may let others run, and may stop the work.
pub trait Pace {
    /// `done` of `total` units of a stage are finished.
    fn step(&self, stage: Stage, done: u64, total: u64) -> LocalFuture<'_, Result<(), Stopped>>;
}

/// A [`Pace`] that never stops the work and reports to nobody.
#[derive(Debug, Clone, Copy)]
pub struct Unpaced;

impl Pace for Unpaced {
    fn step(&self, _stage: Stage, _done: u64, _total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

//! Requests and answers, one JSON object a line.

use serde::{Deserialize, Serialize};

/// A request of `cargo xtask bench`.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request {
    /// Prepare a case for a work.
    Load(Load),
    /// Do the work, which is timed.
    Run(Run),
    /// Do the work once more and write the map to a file.
    Values(Values),
}

/// A case and what to do with it.
#[derive(Deserialize)]
pub struct Load {
    /// The work to prepare for.
    pub work: Work,
    /// The files of the case.
    pub case: Case,
}

/// Where the files of a case are.
#[derive(Deserialize)]
pub struct Case {
    /// Folder of the MAPS.
    pub maps: String,
    /// Folder of NIfTI files.
    pub images: String,
}

/// The work that is measured.
#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// A gradient map of another image each time.
    Gradients,
    /// A Grad-CAM of another image each time.
    Gradcam,
    /// A gradient map of the same image, for another output node each time.
    Target,
    /// Reading the MAPS and its checkpoint.
    Read,
    /// Drawing three planes of the first image.
    Redraw,
}

/// One measurement.
#[derive(Deserialize)]
pub struct Run {
    /// Index of the image.
    pub input: usize,
    /// Number of maps, of one image after the other.
    pub repeat: usize,
}

/// Values to compare.
#[derive(Deserialize)]
pub struct Values {
    /// Index of the image.
    pub input: usize,
    /// The file to write them to, as float32.
    pub path: String,
}

/// A measurement, or why there is none.
#[derive(Default, Serialize)]
pub struct Answer {
    /// The error, where the work failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Seconds on the clock.
    pub wall_s: f64,
    /// CPU seconds of all threads.
    pub cpu_s: f64,
    /// The largest resident size in MiB.
    pub peak_mib: f64,
}

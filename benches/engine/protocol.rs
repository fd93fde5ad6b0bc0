//! Requests and answers, one JSON object a line.

use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request {
    /// Make everything ready for a work.
    Load(Load),
    /// Do the work, to be timed.
    Run(Run),
    /// Do it once more and write the map to a file.
    Values(Values),
}

/// A case and what to do with it.
#[derive(Deserialize)]
pub struct Load {
    /// What to do.
    pub work: Work,
    /// The files.
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

/// What to do.
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
    /// Which image.
    pub input: usize,
    /// How many maps, of one image after the other.
    pub repeat: usize,
}

/// Values to compare.
#[derive(Deserialize)]
pub struct Values {
    /// Which image.
    pub input: usize,
    /// Where to write them, as float32.
    pub path: String,
}

/// What was measured, or why nothing was.
#[derive(Default, Serialize)]
pub struct Answer {
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Seconds on the clock.
    pub wall_s: f64,
    /// Seconds of all threads.
    pub cpu_s: f64,
    /// The largest resident size in MiB.
    pub peak_mib: f64,
}

//! Jobs that were sent to the engine and are not finished: why each was sent, and how far the running one is.

use super::extra_volumes::Slot;
use crate::protocol::{DeviceChoice, ExportKind, Progress};

/// The jobs that the engine has not finished.
#[derive(Clone, Default)]
pub struct Work {
    /// Number and kind of each job, in the order of sending.
    pub jobs: Vec<(u32, JobKind)>,
    pub progress: Option<Progress>,
}

/// Why a job was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    Device(DeviceChoice),
    OpenModel,
    ChooseCheckpoint,
    OpenImages,
    OpenDemo,
    /// Reading a participant's image.
    Show,
    OpenVolume(Slot),
    Explain,
    Export(ExportKind),
    /// Saving the planes as they are shown, with the map's hash.
    SavePlanes,
    /// Drawing the figure, whose panel shows its progress itself.
    Figure,
    /// A file of the figure.
    FigureFile,
    /// Numbers of the map, which the page asks for by itself.
    Measure,
    ListParticipants,
    KeepMap,
    ForgetMap,
    CompareMaps,
    /// Clusters of the map, which the page asks for by itself, also while a slider is dragged.
    Clusters,
    Interpret,
    ListRuns,
    ForgetRun,
    PackRun,
    /// Copying results to a folder, which the page does without the engine.
    SaveRun,
}

impl JobKind {
    /// Whether the page counts as idle during such a job.
    pub fn is_quiet(self) -> bool {
        matches!(self, JobKind::Figure | JobKind::Measure | JobKind::Clusters)
    }

    /// Whether such a job brings what maps are computed of.
    pub fn is_loading(self) -> bool {
        let is_of_model = matches!(self, JobKind::Device(_) | JobKind::OpenModel | JobKind::ChooseCheckpoint | JobKind::OpenDemo);
        is_of_model || matches!(self, JobKind::OpenImages | JobKind::ListParticipants | JobKind::Show)
    }
}

impl Work {
    /// Whether only quiet jobs are running.
    pub fn is_idle(&self) -> bool {
        self.jobs.iter().all(|(_, kind)| kind.is_quiet())
    }

    /// Whether a job of this kind is running.
    pub fn is_doing(&self, kind: JobKind) -> bool {
        self.jobs.iter().any(|(_, other)| *other == kind)
    }

    /// Whether a job of that number is running.
    pub fn has(&self, job: u32) -> bool {
        self.jobs.iter().any(|(id, _)| *id == job)
    }

    /// Whether what maps are computed of is on its way.
    pub fn is_loading(&self) -> bool {
        self.jobs.iter().any(|(_, kind)| kind.is_loading())
    }

    /// Numbers of the jobs of this kind, in the order of sending.
    pub fn numbers_of(&self, kind: JobKind) -> Vec<u32> {
        self.jobs.iter().filter(|(_, other)| *other == kind).map(|(id, _)| *id).collect()
    }
}

//! Everything the page and the engine say to each other: plain data, no tensors, no DOM.
//!
//! A request travels as JSON with attachments beside it (chosen files one way, array buffers the other way).
//! Every request is answered by exactly one closing event ([`Event::is_final`]); [`Event::Progress`] may come before it.
//! Requests are worked through in order; only [`Request::Cancel`] overtakes.

mod clusters;
mod command_line;
mod comparison;
mod figure;
mod interpretation;
mod layers;
mod method;
mod numbers;
mod question;
mod study;

use std::rc::Rc;

pub use clusters::{ClusterRequest, ClustersReady, MAX_LISTED_CLUSTERS};
pub use command_line::GroupSource;
pub use comparison::{Comparison, ComparisonOutcome, ComparisonRequest, MAX_KEPT_MAPS};
pub use figure::{FigureForm, FigureOrder, FigureReady, FigureVolume};
pub use interpretation::{InterpretOptions, Interpretation, KeptRun, NiftiForm};
pub use layers::{Bundled, OverlayKind, VolumeReady, VolumeRole};
pub use method::{Convention, Method};
pub use numbers::MapNumbers;
pub use question::Question;
pub use study::{
    DeviceInfo, GroupSummary, ImageReady, LevelSummary, MapReady, MapStatistics, MemorySummary, ModelSummary, NodeLabel, ParticipantList,
    ParticipantRow, SelfCheck, SplitSummary, VolumeHeader,
};

use serde::{Deserialize, Serialize};

use crate::pace::Stage;

/// A request with the number by which its answers are recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Chosen by the page, increasing.
    pub id: u32,
    /// What to do.
    pub request: Request,
}

/// An event with the number of the job it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// [`Job::id`] of the request.
    pub job: u32,
    /// What happened.
    pub event: Event,
}

/// What the page asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Choose where to compute. Answered by [`Event::Device`]. A loaded model stays loaded.
    ChooseDevice {
        /// The user's choice.
        choice: DeviceChoice,
        /// Threads of the CPU that may compute in a browser; as many as the machine has, up to a limit, where nothing is said.
        #[serde(default)]
        threads: Option<usize>,
    },
    /// Read the attached files as a MAPS. Answered by [`Event::Model`]; on failure the previous model stays.
    OpenModel,
    /// Read the attached files as participants' images. Answered by [`Event::Participants`]; on failure the previous ones stay.
    OpenImages,
    /// Read the demo study from the page's own origin. Answered by [`Event::Model`], then [`Event::Participants`] (final).
    OpenDemo {
        /// Absolute URL of the folder that holds `index.json`, with a trailing slash.
        base_url: String,
    },
    /// Load another trained checkpoint of the MAPS. Answered by [`Event::Model`].
    ChooseCheckpoint {
        /// The `n` of `split-n`.
        split: u32,
        /// The `metric` of `best-metric`.
        selection: String,
    },
    /// List the opened images again, as the model in use sees them: another model may take other images of a session and
    /// cut another number of elements. Answered by [`Event::Participants`].
    ListParticipants,
    /// Read one participant's image for display. Answered by [`Event::Image`].
    ShowParticipant {
        /// Which one.
        participant: ParticipantKey,
        /// Position of the element to show where only elements are there, no whole image.
        element: usize,
    },
    /// Read the attached files, or one that comes with the page, as one more volume to look at. Answered by
    /// [`Event::Volume`]; the engine does not keep it.
    OpenVolume {
        /// What for.
        role: VolumeRole,
        /// Which of the page's own, if it is none of the user's.
        bundled: Option<Bundled>,
    },
    /// Compute a saliency map. Answered by [`Event::Map`] or [`Event::Cancelled`].
    Explain(Explanation),
    /// Stop the running job at its next step, and take back the maps that wait. Has no answer of its own: each job that it
    /// stops answers [`Event::Cancelled`].
    Cancel,
    /// Write the last map as a file. Answered by [`Event::File`].
    Export {
        /// Which file.
        kind: ExportKind,
    },
    /// Draw a figure of the last map. Answered by [`Event::Figure`] or [`Event::File`], as its form says.
    DrawFigure(Box<FigureOrder>),
    /// Tells the SHA-256 of the last map's values, for pictures that the page makes itself. Answered by [`Event::MapHash`].
    HashMap,
    /// Read numbers off a channel of the last map. Answered by [`Event::Numbers`], or by [`Event::Cancelled`] where another map
    /// has come meanwhile.
    MeasureMap {
        /// What it must be a map of.
        explanation: Explanation,
        /// Which channel, from 0.
        channel: usize,
    },
    /// Keep the last map beside those that follow. Answered by [`Event::KeptMaps`].
    KeepMap {
        /// By which it is asked for; chosen by the page.
        number: u32,
        /// What it must be a map of: the page keeps what it shows.
        explanation: Explanation,
    },
    /// Let go of a kept map. Answered by [`Event::KeptMaps`].
    ForgetMap {
        /// [`Request::KeepMap`]'s.
        number: u32,
    },
    /// Work out what two kept maps have in common. Answered by [`Event::Compared`] or [`Event::Cancelled`].
    CompareMaps(ComparisonRequest),
    /// Find the clusters of the last map. Answered by [`Event::Clusters`] or [`Event::Cancelled`].
    FindClusters(Box<ClusterRequest>),
    /// Interpret a data group, as `clinicadl interpret` does, or go on where the same run was left. Results are kept in the
    /// browser's own storage. Answered by [`Event::Interpreted`] or [`Event::Cancelled`].
    Interpret(Box<InterpretOptions>),
    /// List the runs whose results are kept. Answered by [`Event::Kept`].
    ListRuns,
    /// Forget a run's results. Answered by [`Event::Kept`].
    ForgetRun {
        /// [`KeptRun::run`].
        run: String,
    },
    /// Pack a run's results, as far as they are there, into a zip beside them. Answered by [`Event::Packed`].
    PackRun {
        /// [`KeptRun::run`].
        run: String,
    },
}

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// WebGPU on a hardware adapter, else the CPU.
    #[default]
    Auto,
    /// WebGPU on whatever adapter there is, a software one too.
    Webgpu,
    /// The CPU.
    Cpu,
}

/// One participant's visit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ParticipantKey {
    /// BIDS-like identifier, `sub-…`, or the file's name where there is none.
    pub participant_id: String,
    /// `ses-…`, or empty where there is none.
    pub session_id: String,
}

/// What to explain and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Whose image.
    pub participant: ParticipantKey,
    /// Position of the element within the image, from 0: 0 in image mode, else one of [`ParticipantRow::element_count`].
    pub element: usize,
    /// Gradients or Grad-CAM, with its level.
    pub method: Method,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
    /// The map itself, or what the conventions differ by.
    pub quantity: Quantity,
}

/// What a map holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// The saliency map.
    #[default]
    Map,
    /// The map in ClinicaDL's arithmetic minus the corrected one.
    Difference,
}

/// A file made from the last map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportKind {
    /// 3D NIfTI-1, gzipped, float32, with the composed affine; with a fourth axis where the map has several channels.
    Nifti,
    /// The map pasted into the grid of the whole image, zeros elsewhere, as NIfTI.
    WholeImage,
    /// As ClinicaDL writes it: a leading channel axis and an identity affine.
    ClinicadlNifti,
    /// A float32 tensor, channels first, that `torch.load(weights_only=True)` reads.
    Pt,
    /// The provenance record as JSON.
    Record,
}

/// What the engine tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Where it computes from now on.
    Device(DeviceInfo),
    /// A model is loaded.
    Model(Box<ModelSummary>),
    /// Participants are listed.
    Participants(ParticipantList),
    /// The image of one participant. Attachment 0: float32 voxels, last axis fastest.
    Image(ImageReady),
    /// A volume to look at. Attachment 0: float32 voxels, last axis fastest.
    Volume(Box<VolumeReady>),
    /// A saliency map. Attachment 0: float32 voxels, last axis fastest.
    Map(Box<MapReady>),
    /// A file to hand to the user. Attachment 0: its bytes.
    File {
        /// Suggested file name.
        name: String,
        /// MIME type.
        mime: String,
    },
    /// A figure of the last map. Attachment 0: its SVG.
    Figure(Box<FigureReady>),
    /// SHA-256 of the last map's values, as its record has it.
    MapHash(String),
    /// Numbers of the last map.
    Numbers(Box<MapNumbers>),
    /// The numbers of the kept maps.
    KeptMaps(Vec<u32>),
    /// What two kept maps have in common.
    Compared(Box<Comparison>),
    /// The clusters of the last map. Attachment 0: the voxels of those that are too small, one bit each
    /// ([`VoxelBits`](crate::analysis::clusters::VoxelBits)); no byte for no voxel.
    Clusters(Box<ClustersReady>),
    /// A group has been interpreted.
    Interpreted(Box<Interpretation>),
    /// The runs whose results are kept, the latest first.
    Kept(Vec<KeptRun>),
    /// A zip of results lies in the browser's own storage; the page hands it to the user.
    Packed {
        /// Its path in the storage.
        path: String,
        /// Suggested file name.
        name: String,
    },
    /// How far the running job is.
    Progress(Progress),
    /// The job was cancelled, which is no error.
    Cancelled,
    /// The job failed; everything loaded before is still there.
    Failed(Failure),
}

impl Event {
    /// Whether the job is over with this event. [`Request::OpenDemo`] sends a [`Event::Model`] before its last event.
    pub fn is_final(&self) -> bool {
        !matches!(self, Event::Progress(_))
    }
}

/// An array that goes along with an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Attachment {
    /// Voxels.
    Floats(Rc<Vec<f32>>),
    /// A file's bytes.
    Bytes(Vec<u8>),
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 where unknown.
    pub total: u64,
    /// What it is about at the moment, such as `split-0 best-loss · sub-01 ses-M000 · roi 1`.
    pub about: Option<String>,
    /// Milliseconds until the job ends, as far as can be told.
    pub remaining_ms: Option<f64>,
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What failed, on which file, with the numbers.
    pub what: String,
    /// What the user may do.
    pub hint: String,
}

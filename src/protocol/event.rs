//! What the engine answers, and what goes along with an answer.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::{
    ClustersReady, Comparison, DeviceInfo, Failure, FigureReady, ImageReady, Interpretation, KeptRun, MapNumbers, MapReady, ModelSummary,
    ParticipantList, Progress, VolumeReady,
};

/// An event with the number of the job it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// [`Job::id`](super::Job::id) of the request.
    pub job: u32,
    /// The event.
    pub event: Event,
}

/// An event of the engine for the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The device that computes from now on.
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
    /// SHA-256 of the last map's values, as in its provenance record.
    MapHash(String),
    /// Numbers of the last map.
    Numbers(Box<MapNumbers>),
    /// The numbers of the kept maps.
    KeptMaps(Vec<u32>),
    /// A comparison of two kept maps.
    Compared(Box<Comparison>),
    /// The clusters of the last map. Attachment 0: the voxels of those that are too small, one bit each
    /// ([`VoxelBits`](crate::analysis::clusters::VoxelBits)); no byte for no voxel.
    Clusters(Box<ClustersReady>),
    /// A group has been interpreted.
    Interpreted(Box<Interpretation>),
    /// The runs whose results are kept, the latest first.
    Kept(Vec<KeptRun>),
    /// A zip of results lies in the browser's own storage; the page offers it for download.
    Packed {
        /// Path of the zip in the storage.
        path: String,
        /// Suggested file name.
        name: String,
    },
    /// Progress of the running job.
    Progress(Progress),
    /// The job was cancelled, which is no error.
    Cancelled,
    /// The job failed; everything loaded before is still there.
    Failed(Failure),
}

impl Event {
    /// Whether the job is over with this event. [`Request::OpenDemo`](super::Request::OpenDemo) sends a [`Event::Model`] before its last event.
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

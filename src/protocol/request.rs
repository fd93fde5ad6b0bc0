//! What the page asks the engine to do.

use serde::{Deserialize, Serialize};

use super::{
    Bundled, ClusterRequest, ComparisonRequest, DeviceChoice, Explanation, ExportKind, FigureRequest, InterpretOptions, MapIdentity,
    ParticipantKey, VolumeRole,
};
#[cfg(doc)]
use super::{Event, KeptRun};

/// A request with the number by which its answers are recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Chosen by the page, increasing.
    pub id: u32,
    /// The request.
    pub request: Request,
}

/// A request of the page to the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Choose where to compute. Answered by [`Event::Device`]. A loaded model stays loaded.
    ChooseDevice {
        /// The user's choice.
        choice: DeviceChoice,
        /// Threads of the CPU that may compute in a browser; `None` for as many as the machine has, up to a limit.
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
        /// Whose image to read.
        participant: ParticipantKey,
        /// Position of the element to show where only elements are there, no whole image.
        element: usize,
    },
    /// Read the attached files, or one that comes with the page, as one more volume to look at. Answered by
    /// [`Event::Volume`]; the engine does not keep it.
    OpenVolume {
        /// What the volume is opened for.
        role: VolumeRole,
        /// The bundled volume to read, where it is none of the user's files.
        bundled: Option<Bundled>,
    },
    /// Compute a saliency map. Answered by [`Event::Map`] or [`Event::Cancelled`].
    Explain(Explanation),
    /// Stop a job at its next step, or before it begins. Has no answer of its own: each job that it stops answers
    /// [`Event::Cancelled`].
    Cancel {
        /// [`Job::id`] of the job; `None` for the running one, and the maps that wait.
        job: Option<u32>,
    },
    /// Write the last map as a file. Answered by [`Event::File`].
    Export {
        /// The kind of file.
        kind: ExportKind,
        /// What the last map must be of: the page saves what it shows.
        map: MapIdentity,
    },
    /// Draw a figure of the last map. Answered by [`Event::Figure`] or [`Event::File`], as its form says, or by
    /// [`Event::Cancelled`] where the page is to show it and another map has come meanwhile.
    DrawFigure(Box<FigureRequest>),
    /// Hash the last map's values with SHA-256, for pictures that the page makes itself. Answered by [`Event::MapHash`].
    HashMap {
        /// What the last map must be of.
        map: MapIdentity,
    },
    /// Read numbers off a channel of the last map. Answered by [`Event::Numbers`], or by [`Event::Cancelled`] where another map
    /// has come meanwhile.
    MeasureMap {
        /// What the last map must be of.
        map: MapIdentity,
        /// Channel of the map, from 0.
        channel: usize,
    },
    /// Keep the last map beside those that follow. Answered by [`Event::KeptMaps`].
    KeepMap {
        /// The number by which the page refers to it from then on; chosen by the page.
        number: u32,
        /// What the last map must be of: the page keeps what it shows.
        map: MapIdentity,
    },
    /// Drop a kept map. Answered by [`Event::KeptMaps`].
    ForgetMap {
        /// The number that [`Request::KeepMap`] gave it.
        number: u32,
    },
    /// Compare two kept maps: correlations and overlap. Answered by [`Event::Compared`] or [`Event::Cancelled`].
    CompareMaps(ComparisonRequest),
    /// Find the clusters of the last map. Answered by [`Event::Clusters`] or [`Event::Cancelled`].
    FindClusters(Box<ClusterRequest>),
    /// Interpret a data group, as `clinicadl interpret` does, or continue the same run where it was left. Results are kept in the
    /// browser's own storage. Answered by [`Event::Interpreted`] or [`Event::Cancelled`].
    Interpret(Box<InterpretOptions>),
    /// List the runs whose results are kept. Answered by [`Event::Kept`].
    ListRuns,
    /// Erase a run's results. Answered by [`Event::Kept`].
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

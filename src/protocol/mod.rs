//! Everything the page and the engine say to each other: plain data, no tensors, no DOM.
//!
//! A request travels as JSON with attachments beside it (chosen files one way, array buffers the other way).
//! Every request is answered by exactly one closing event ([`Event::is_final`]); [`Event::Progress`] may come before it.
//! Requests are worked through in order; only [`Request::Cancel`] overtakes.

mod choices;
mod clusters;
mod command_line;
mod comparison;
mod device;
mod event;
mod figure;
mod identity;
mod interpretation;
mod map;
mod map_times;
mod method;
mod model;
mod next_map;
mod numbers;
mod participants;
mod progress;
mod question;
mod request;
mod volumes;

pub use choices::{MapChoices, MethodName};
pub use clusters::{ClusterRequest, ClustersReady, MAX_LISTED_CLUSTERS};
pub use command_line::GroupSource;
pub use comparison::{Comparison, ComparisonOutcome, ComparisonRequest, MAX_KEPT_MAPS};
pub use device::{DeviceChoice, DeviceInfo};
pub use event::{Attachment, Event, Reply};
pub use figure::{FigureForm, FigureReady, FigureRequest, FigureVolume};
pub use identity::{CheckpointKey, MapIdentity, WantedMap};
pub use interpretation::{InterpretOptions, Interpretation, KeptRun, NiftiForm};
pub use map::{Explanation, ExportKind, MapReady, MapStatistics, SelfCheck};
pub use map_times::{MapTimes, SHORT_MS};
pub use method::{Convention, Method, Quantity};
pub use model::{GroupSummary, LevelSummary, MemorySummary, ModelSummary, NodeLabel, SplitSummary};
pub use next_map::{Asker, MapSituation, NextStep};
pub use numbers::MapNumbers;
pub use participants::{ImageReady, ParticipantKey, ParticipantList, ParticipantRow};
pub use progress::{Failure, Progress};
pub use question::Question;
pub use request::{Job, Request};
pub use volumes::{Bundled, OverlayKind, VolumeHeader, VolumeReady, VolumeRole};

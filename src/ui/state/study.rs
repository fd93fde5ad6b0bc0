//! What is loaded and what is running. Requests to the engine are in [`requests`](super::requests), its answers in
//! [`replies`](super::replies).

use std::collections::VecDeque;
use std::sync::Arc;

use leptos::prelude::*;

use super::automatic::Automatic;
use super::clusters::ClusterState;
use super::comparison::ComparisonState;
use super::extra_volumes::ExtraVolumes;
use super::figure::FigureState;
use super::group_form::GroupForm;
use super::jobs::{JobKind, Work};
use super::shown::{ShownImage, ShownMap};
use crate::protocol::{
    CheckpointKey, Convention, DeviceChoice, DeviceInfo, Failure, Interpretation, KeptRun, MapIdentity, MapNumbers, MethodName,
    ModelSummary, ParticipantKey, ParticipantList, Quantity,
};
use crate::web::picked_files::PickedFile;
use crate::web::transport::{EngineHandle, EngineMessage};

/// Everything that panels share about the study; provided as a context.
#[derive(Clone, Copy)]
pub struct Study {
    pub model: RwSignal<Option<Arc<ModelSummary>>>,
    pub participants: RwSignal<Option<Arc<ParticipantList>>>,
    /// Whose image is shown.
    pub selected: RwSignal<Option<ParticipantKey>>,
    /// The image that is on its way; until it has arrived, the one before stays selected.
    pub coming: RwSignal<Option<ComingImage>>,
    pub image: RwSignal<Option<Arc<ShownImage>>>,
    pub map: RwSignal<Option<Arc<ShownMap>>>,
    /// What the engine's last map is of: only that one can be saved, measured or drawn.
    pub held: RwSignal<Option<MapIdentity>>,
    /// How maps follow choices.
    pub automatic: Automatic,
    /// Numbers of the shown channel of the map, once the engine has computed them.
    pub numbers: RwSignal<Option<Arc<MapNumbers>>>,
    pub device: RwSignal<Option<DeviceInfo>>,
    pub error: RwSignal<Option<PageError>>,
    pub work: RwSignal<Work>,
    pub source: RwSignal<StudySource>,
    pub form: InterpretForm,
    /// Backgrounds and overlays.
    pub extra_volumes: ExtraVolumes,
    pub group: GroupForm,
    /// The map whose planes are about to be saved, with its SHA-256.
    pub map_hash: RwSignal<Option<(Arc<ShownMap>, String)>>,
    /// The figure as nilearn draws it.
    pub figure: FigureState,
    /// Maps that are kept beside each other.
    pub compare: ComparisonState,
    /// Clusters of the map.
    pub clusters: ClusterState,
    /// Group runs whose results are kept, the latest first.
    pub runs: RwSignal<Vec<KeptRun>>,
    /// The outcome of the last group run.
    pub interpreted: RwSignal<Option<Arc<Interpretation>>>,
    /// Whether results outlive the page.
    pub result_storage: RwSignal<ResultStorage>,
    pub(super) engine: StoredValue<Option<EngineHandle>, LocalStorage>,
    pub(super) opened_files: StoredValue<OpenedFiles, LocalStorage>,
    pub(super) inbox: StoredValue<EngineInbox, LocalStorage>,
    /// The map whose hash the engine was asked for.
    pub(super) hashed: StoredValue<Option<Arc<ShownMap>>>,
    /// The choice that the engine has confirmed last.
    pub(super) device_in_use: StoredValue<DeviceChoice>,
}

/// The fields of the Interpret panel.
#[derive(Clone, Copy)]
pub struct InterpretForm {
    pub method: RwSignal<MethodName>,
    pub target: RwSignal<usize>,
    /// `None` for the last one, whichever that is.
    pub level: RwSignal<Option<usize>>,
    pub convention: RwSignal<Convention>,
    /// Position of the element within its image.
    pub element: RwSignal<usize>,
    pub quantity: RwSignal<Quantity>,
    pub device: RwSignal<DeviceChoice>,
    /// The checkpoint that is on its way, if another one was chosen than the one in use.
    pub checkpoint: RwSignal<Option<CheckpointKey>>,
}

/// A participant's image that was requested and has not arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct ComingImage {
    pub participant: ParticipantKey,
    /// Position of the element, where images are read by elements.
    pub element: usize,
}

/// The one visible error.
#[derive(Clone, PartialEq)]
pub struct PageError {
    pub failure: Failure,
    pub remedy: Remedy,
}

/// The button that the banner offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Dismiss,
    RestartEngine,
}

/// The origin of the study on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StudySource {
    Demo,
    Own,
}

/// Whether the browser keeps results when the page is closed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ResultStorage {
    /// Results stay in the browser.
    Persistent,
    /// Results are lost with the page.
    Temporary,
}

/// The files that were opened last, to open them again after a restart of the engine.
#[derive(Default)]
pub struct OpenedFiles {
    pub model: Option<Vec<PickedFile>>,
    pub images: Option<Vec<PickedFile>>,
}

/// Messages of the engine that have arrived and are not handled yet.
#[derive(Default)]
pub struct EngineInbox {
    pub waiting: VecDeque<EngineMessage>,
    /// Whether a message is being handled.
    pub busy: bool,
}

/// `data-state` of the status line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StudyStatus {
    Idle,
    Loading,
    Computing,
    Ready,
    Failed,
}

impl StudyStatus {
    /// Value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            StudyStatus::Idle => "idle",
            StudyStatus::Loading => "loading",
            StudyStatus::Computing => "computing",
            StudyStatus::Ready => "ready",
            StudyStatus::Failed => "failed",
        }
    }
}

impl Study {
    /// Nothing is loaded and no engine runs.
    pub fn new() -> Self {
        Study {
            model: RwSignal::new(None),
            participants: RwSignal::new(None),
            selected: RwSignal::new(None),
            coming: RwSignal::new(None),
            image: RwSignal::new(None),
            map: RwSignal::new(None),
            held: RwSignal::new(None),
            automatic: Automatic::new(),
            numbers: RwSignal::new(None),
            device: RwSignal::new(None),
            error: RwSignal::new(None),
            work: RwSignal::new(Work::default()),
            source: RwSignal::new(StudySource::Demo),
            form: InterpretForm {
                method: RwSignal::new(MethodName::Gradients),
                target: RwSignal::new(0),
                level: RwSignal::new(None),
                convention: RwSignal::new(Convention::default()),
                element: RwSignal::new(0),
                quantity: RwSignal::new(Quantity::default()),
                device: RwSignal::new(DeviceChoice::default()),
                checkpoint: RwSignal::new(None),
            },
            extra_volumes: ExtraVolumes::new(),
            group: GroupForm::new(),
            map_hash: RwSignal::new(None),
            figure: FigureState::new(),
            compare: ComparisonState::new(),
            clusters: ClusterState::new(),
            runs: RwSignal::new(Vec::new()),
            interpreted: RwSignal::new(None),
            result_storage: RwSignal::new(ResultStorage::Persistent),
            engine: StoredValue::new_local(None),
            opened_files: StoredValue::new_local(OpenedFiles::default()),
            inbox: StoredValue::new_local(EngineInbox::default()),
            hashed: StoredValue::new(None),
            device_in_use: StoredValue::new(DeviceChoice::default()),
        }
    }

    /// The status line's state.
    pub fn status(&self) -> StudyStatus {
        let work = self.work.read();
        if work.is_doing(JobKind::Explain) || work.is_doing(JobKind::Interpret) {
            StudyStatus::Computing
        } else if !work.is_idle() {
            StudyStatus::Loading
        } else if self.automatic.is_due() {
            StudyStatus::Computing
        } else if self.error.read().is_some() {
            StudyStatus::Failed
        } else if self.model.read().is_some() || self.participants.read().is_some() {
            StudyStatus::Ready
        } else {
            StudyStatus::Idle
        }
    }

    /// Whether a map can be computed: a model and a participant are chosen, and no group is running.
    pub fn can_compute(&self) -> bool {
        self.model.read().is_some() && self.aim().is_some() && !self.is_running_a_group()
    }

    /// Whether a group run is going on.
    pub fn is_running_a_group(&self) -> bool {
        self.work.read().is_doing(JobKind::Interpret)
    }

    /// Number of elements of the image that was chosen last; 0 if none was.
    pub fn element_count(&self) -> usize {
        self.aim().map_or(0, |participant| self.element_count_of(&participant))
    }

    /// Number of elements of a participant's image; 0 if it is not listed.
    pub fn element_count_of(&self, participant: &ParticipantKey) -> usize {
        let participants = self.participants.read();
        let mut rows = participants.iter().flat_map(|list| &list.rows);
        rows.find(|row| row.participant == *participant).map_or(0, |row| row.element_count)
    }

    /// Whether the model sees parts of images.
    pub fn has_elements(&self) -> bool {
        self.model.read().as_ref().is_some_and(|model| model.mode != "image")
    }

    /// The quantity that the form asks for: where the two arithmetics agree, there is no difference to show.
    pub fn quantity(&self) -> Quantity {
        if self.can_differ() { self.form.quantity.get() } else { Quantity::Map }
    }

    /// Whether the two arithmetics differ for what is chosen.
    pub fn can_differ(&self) -> bool {
        let choices = self.choices();
        self.model.read().as_ref().is_some_and(|model| choices.can_differ(model))
    }

    /// Whether the engine has stopped; only a restart helps then.
    pub fn is_stopped(&self) -> bool {
        self.error.read_untracked().as_ref().is_some_and(|error| error.remedy == Remedy::RestartEngine)
    }

    /// Shows another channel of the map.
    pub fn show_channel(&self, channel: usize) {
        let Some(map) = self.map.get_untracked() else { return };
        match map.with_channel(channel) {
            Ok(map) => self.map.set(Some(Arc::new(map))),
            Err(failure) => self.fail(failure),
        }
    }

    /// Shows a failure in the banner.
    pub fn fail(&self, failure: Failure) {
        self.error.set(Some(PageError { failure, remedy: Remedy::Dismiss }));
    }
}

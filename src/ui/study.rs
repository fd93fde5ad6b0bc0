//! What is loaded and what is running. Requests are in `requests`, answers in `replies`.

use std::collections::VecDeque;
use std::sync::Arc;

use leptos::prelude::*;

use super::compare::Comparing;
use super::figure_tab::FigureState;
use super::group::GroupForm;
use super::layers::{Shelf, Slot};
use super::regions::Clustering;
use super::shown::{ShownImage, ShownMap};
use crate::protocol::{
    Convention, DeviceChoice, DeviceInfo, ExportKind, Failure, Interpretation, KeptRun, MapNumbers, ModelSummary, ParticipantKey,
    ParticipantList, Progress, Quantity,
};
use crate::web::picked_files::PickedFile;
use crate::web::transport::{EngineHandle, FromEngine};

/// Everything that panels share about the study; in context.
#[derive(Clone, Copy)]
pub struct Study {
    pub model: RwSignal<Option<Arc<ModelSummary>>>,
    pub participants: RwSignal<Option<Arc<ParticipantList>>>,
    pub selected: RwSignal<Option<ParticipantKey>>,
    pub image: RwSignal<Option<Arc<ShownImage>>>,
    pub map: RwSignal<Option<Arc<ShownMap>>>,
    /// Of the shown channel of the map, once the engine has read them off.
    pub numbers: RwSignal<Option<Arc<MapNumbers>>>,
    pub device: RwSignal<Option<DeviceInfo>>,
    pub error: RwSignal<Option<PageError>>,
    pub work: RwSignal<Work>,
    pub sources: RwSignal<Sources>,
    pub form: Form,
    /// Backgrounds and overlays.
    pub shelf: Shelf,
    pub group: GroupForm,
    /// SHA-256 of the map whose planes are about to be saved.
    pub map_hash: RwSignal<String>,
    /// The figure as nilearn draws it.
    pub figure: FigureState,
    /// Maps that are kept beside each other.
    pub compare: Comparing,
    /// Clusters of the map.
    pub clustering: Clustering,
    /// Group runs whose results are kept, the latest first.
    pub runs: RwSignal<Vec<KeptRun>>,
    /// What the last group run came to.
    pub interpreted: RwSignal<Option<Arc<Interpretation>>>,
    /// Where the engine's results are when the page is closed.
    pub keeping: RwSignal<Keeping>,
    pub(super) engine: StoredValue<Option<EngineHandle>, LocalStorage>,
    pub(super) opened: StoredValue<Opened, LocalStorage>,
    pub(super) inbox: StoredValue<Inbox, LocalStorage>,
}

/// The fields of the Interpret panel.
#[derive(Clone, Copy)]
pub struct Form {
    pub method: RwSignal<MethodName>,
    pub target: RwSignal<usize>,
    pub level: RwSignal<usize>,
    pub convention: RwSignal<Convention>,
    /// Position of the element within its image.
    pub element: RwSignal<usize>,
    pub quantity: RwSignal<Quantity>,
    pub device: RwSignal<DeviceChoice>,
}

/// A method without its parameters, which are fields of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum MethodName {
    Gradients,
    GradCam,
}

/// The one visible error.
#[derive(Clone, PartialEq)]
pub struct PageError {
    pub failure: Failure,
    pub remedy: Remedy,
}

/// What the banner offers beside words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    Dismiss,
    RestartEngine,
}

/// What the engine has been asked and has not answered.
#[derive(Clone, Default)]
pub struct Work {
    pub jobs: Vec<(u32, Task)>,
    pub progress: Option<Progress>,
}

/// Why a job was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Device,
    OpenModel,
    ChooseCheckpoint,
    OpenImages,
    OpenDemo,
    Show(Then),
    OpenVolume(Slot),
    Explain,
    Export(ExportKind),
    /// Saving the planes as they are shown, with the map's hash.
    SavePlanes,
    /// Drawing the figure, which has a place of its own where it says how far it is.
    Figure,
    /// A file of the figure.
    FigureFile,
    /// Numbers of the map, which nobody asked for.
    Measure,
    ListParticipants,
    KeepMap,
    ForgetMap,
    CompareMaps,
    /// Clusters of the map, which are looked for while a slider is dragged: nobody waits for them.
    Clusters,
    Interpret,
    ListRuns,
    ForgetRun,
    PackRun,
    /// Copying results to a folder, which is the page's own work.
    SaveRun,
}

impl Task {
    /// Whether the page does not count as busy with it.
    pub fn is_quiet(self) -> bool {
        matches!(self, Task::Figure | Task::Measure | Task::Clusters)
    }
}

/// What follows when a participant's image is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    Wait,
    Explain,
}

/// Whose study is on the page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sources {
    Demo,
    Own,
}

/// What becomes of results.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// They stay in the browser.
    Kept,
    /// The browser keeps nothing for the page.
    Lost,
}

/// The last choices, to open them again after a restart of the engine.
#[derive(Default)]
pub struct Opened {
    pub model: Option<Vec<PickedFile>>,
    pub images: Option<Vec<PickedFile>>,
}

/// What the engine said and nobody has taken in yet.
#[derive(Default)]
pub struct Inbox {
    pub waiting: VecDeque<FromEngine>,
    /// Whether somebody is taking messages in.
    pub busy: bool,
}

/// `data-state` of the status line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Idle,
    Loading,
    Computing,
    Ready,
    Failed,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Loading => "loading",
            State::Computing => "computing",
            State::Ready => "ready",
            State::Failed => "failed",
        }
    }
}

impl Work {
    pub fn is_idle(&self) -> bool {
        self.jobs.iter().all(|(_, task)| task.is_quiet())
    }

    pub fn is_doing(&self, task: Task) -> bool {
        self.jobs.iter().any(|(_, other)| *other == task)
    }
}

impl Study {
    pub fn new() -> Self {
        Study {
            model: RwSignal::new(None),
            participants: RwSignal::new(None),
            selected: RwSignal::new(None),
            image: RwSignal::new(None),
            map: RwSignal::new(None),
            numbers: RwSignal::new(None),
            device: RwSignal::new(None),
            error: RwSignal::new(None),
            work: RwSignal::new(Work::default()),
            sources: RwSignal::new(Sources::Demo),
            form: Form {
                method: RwSignal::new(MethodName::Gradients),
                target: RwSignal::new(0),
                level: RwSignal::new(1),
                convention: RwSignal::new(Convention::default()),
                element: RwSignal::new(0),
                quantity: RwSignal::new(Quantity::default()),
                device: RwSignal::new(DeviceChoice::default()),
            },
            shelf: Shelf::new(),
            group: GroupForm::new(),
            map_hash: RwSignal::new(String::new()),
            figure: FigureState::new(),
            compare: Comparing::new(),
            clustering: Clustering::new(),
            runs: RwSignal::new(Vec::new()),
            interpreted: RwSignal::new(None),
            keeping: RwSignal::new(Keeping::Kept),
            engine: StoredValue::new_local(None),
            opened: StoredValue::new_local(Opened::default()),
            inbox: StoredValue::new_local(Inbox::default()),
        }
    }

    pub fn state(&self) -> State {
        let work = self.work.read();
        if work.is_doing(Task::Explain) || work.is_doing(Task::Interpret) {
            State::Computing
        } else if !work.is_idle() {
            State::Loading
        } else if self.error.read().is_some() {
            State::Failed
        } else if self.model.read().is_some() || self.participants.read().is_some() {
            State::Ready
        } else {
            State::Idle
        }
    }

    pub fn can_compute(&self) -> bool {
        self.model.read().is_some() && self.selected.read().is_some() && !self.is_running_a_group()
    }

    pub fn is_running_a_group(&self) -> bool {
        self.work.read().is_doing(Task::Interpret)
    }

    /// Number of elements of the selected participant's image; 0 if none is selected.
    pub fn element_count(&self) -> usize {
        let (participants, selected) = (self.participants.read(), self.selected.read());
        let rows = participants.iter().flat_map(|list| &list.rows);
        rows.filter(|row| Some(&row.participant) == selected.as_ref()).map(|row| row.element_count).next().unwrap_or(0)
    }

    /// Whether the model sees parts of images.
    pub fn has_elements(&self) -> bool {
        self.model.read().as_ref().is_some_and(|model| model.mode != "image")
    }

    /// What the map is to hold: where the two arithmetics agree, there is no difference to show.
    pub fn quantity(&self) -> Quantity {
        if self.can_differ() { self.form.quantity.get() } else { Quantity::Map }
    }

    /// Whether the two arithmetics differ for what is chosen.
    pub fn can_differ(&self) -> bool {
        let is_grad_cam = self.form.method.get() == MethodName::GradCam;
        is_grad_cam && self.model.read().as_ref().is_some_and(|model| model.grad_cam_difference.is_some())
    }

    /// Whether the engine is gone; then only a restart helps.
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

    pub fn fail(&self, failure: Failure) {
        self.error.set(Some(PageError { failure, remedy: Remedy::Dismiss }));
    }
}

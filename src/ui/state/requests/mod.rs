//! Page → engine: the requests. This file sends them and holds those about the study; each other file holds those of one topic.

mod clusters;
mod comparison;
mod extra_volumes;
mod figure;
mod figure_volumes;
mod group;
mod numbers;

use leptos::prelude::*;

use super::jobs::{JobKind, Then, Work};
use super::study::{MethodName, OpenedFiles, ResultStorage, Study, StudySource};
use super::threads;
use crate::protocol::{DeviceChoice, Explanation, ExportKind, Method, ParticipantKey, Request};
use crate::web::address::demo_url;
use crate::web::kept_files;
use crate::web::picked_files::PickedFile;
use crate::web::transport::EngineHandle;

impl Study {
    /// Starts the engine and opens the demo study.
    pub fn begin(&self) {
        let study = *self;
        let engine = EngineHandle::start(move |message| study.receive(message));
        self.engine.set_value(Some(engine));
        self.choose_device(DeviceChoice::Auto);
        self.send(JobKind::OpenDemo, Request::OpenDemo { base_url: demo_url() }, &[]);
        self.list_runs();
        leptos::task::spawn_local(async move {
            let storage = if kept_files::are_kept().await { ResultStorage::Persistent } else { ResultStorage::Temporary };
            study.result_storage.set(storage);
        });
    }

    /// Computes on another device from now on.
    pub fn choose_device(&self, choice: DeviceChoice) {
        self.form.device.set(choice);
        self.send(JobKind::Device, Request::ChooseDevice { choice, threads: threads::in_address() }, &[]);
    }

    /// Opens the user's own model.
    pub fn open_model(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.send(JobKind::OpenModel, Request::OpenModel, &files);
        self.opened_files.update_value(|opened| opened.model = Some(files));
    }

    /// Opens the user's own images.
    pub fn open_images(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.send(JobKind::OpenImages, Request::OpenImages, &files);
        self.opened_files.update_value(|opened| opened.images = Some(files));
    }

    /// Loads the model's checkpoint of a split and a selection metric.
    pub fn choose_checkpoint(&self, split: u32, selection: String) {
        self.send(JobKind::ChooseCheckpoint, Request::ChooseCheckpoint { split, selection }, &[]);
    }

    /// Selects a participant and shows its image; an image that is on its way is ignored.
    pub fn show(&self, participant: ParticipantKey, then: Then) {
        self.selected.set(Some(participant.clone()));
        let last = untrack(|| self.element_count()).saturating_sub(1);
        self.form.element.update(|element| *element = (*element).min(last));
        self.supersede(|kind| matches!(kind, JobKind::Show(_)));
        let element = self.form.element.get_untracked();
        self.send(JobKind::Show(then), Request::ShowParticipant { participant, element }, &[]);
    }

    /// Chooses a part of the image; where only parts are there, another one is shown.
    pub fn choose_element(&self, element: usize) {
        self.form.element.set(element);
        self.selected.get_untracked().into_iter().for_each(|participant| self.show(participant, Then::Wait));
    }

    /// Lists the opened images by the preprocessing of the model in use.
    pub(super) fn list_participants(&self) {
        self.send_quietly(JobKind::ListParticipants, Request::ListParticipants);
    }

    /// Explains the selected participant with the form's settings; a running explanation is cancelled.
    pub fn explain(&self) {
        let Some(participant) = self.selected.get_untracked() else { return };
        let (method, element, quantity) = untrack(|| (self.method(), self.form.element.get(), self.quantity()));
        let (target, convention) = (self.form.target.get_untracked(), self.form.convention.get_untracked());
        if self.work.read_untracked().is_doing(JobKind::Explain) {
            self.cancel();
            self.supersede(|kind| kind == JobKind::Explain);
        }
        let explanation = Explanation { participant, element, method, target, convention, quantity };
        self.send(JobKind::Explain, Request::Explain(explanation), &[]);
    }

    /// The method that is chosen in the form.
    pub fn method(&self) -> Method {
        match self.form.method.get() {
            MethodName::Gradients => Method::Gradients,
            MethodName::GradCam => Method::GradCam { level: Some(self.form.level.get()) },
        }
    }

    /// Asks for a file of the map.
    pub fn export(&self, kind: ExportKind) {
        if self.map.read_untracked().is_some() {
            self.send(JobKind::Export(kind), Request::Export { kind }, &[]);
        }
    }

    /// Asks for the map's hash; its arrival saves the planes as a PNG that names it.
    pub fn save_planes(&self) {
        if self.map.read_untracked().is_some() {
            self.send(JobKind::SavePlanes, Request::HashMap, &[]);
        }
    }

    /// Cancels what is running.
    pub fn cancel(&self) {
        if !self.work.read_untracked().is_idle() {
            // Cancel has no answer of its own, so it is not work.
            self.post(Request::Cancel, &[]);
            self.supersede(|kind| kind == JobKind::SaveRun);
            if self.work.read_untracked().is_doing(JobKind::Measure) {
                // The cancel is meant for another job and may end this one.
                self.measure();
            }
        }
    }

    /// Replaces the engine and opens again what was open.
    pub fn restart(&self) {
        self.error.set(None);
        self.work.set(Work::default());
        self.engine.with_value(|engine| engine.iter().for_each(EngineHandle::restart));
        self.choose_device(self.form.device.get_untracked());
        let OpenedFiles { model, images } =
            self.opened_files.with_value(|opened| OpenedFiles { model: opened.model.clone(), images: opened.images.clone() });
        if self.source.get_untracked() == StudySource::Demo {
            self.send(JobKind::OpenDemo, Request::OpenDemo { base_url: demo_url() }, &[]);
        }
        if let Some(files) = model {
            self.open_model(files);
        }
        if let Some(files) = images {
            self.open_images(files);
        }
        self.list_runs();
    }

    fn leave_demo(&self) {
        if self.work.read_untracked().is_doing(JobKind::OpenDemo) {
            self.cancel();
            self.supersede(|kind| kind == JobKind::OpenDemo);
        }
        // The demo's own first map is not wanted any more either.
        self.work.update(|work| {
            for (_, kind) in &mut work.jobs {
                if *kind == JobKind::Show(Then::Explain) {
                    *kind = JobKind::Show(Then::Wait);
                }
            }
        });
    }

    /// Forgets jobs, so that their late answers are ignored: the newest request wins.
    pub(super) fn supersede(&self, is_old: impl Fn(JobKind) -> bool) {
        self.work.update(|work| work.jobs.retain(|(_, kind)| !is_old(*kind)));
    }

    /// Sends a request of the user's, which replaces an error on the page; does nothing when the engine has stopped.
    pub(super) fn send(&self, kind: JobKind, request: Request, files: &[PickedFile]) {
        if self.is_stopped() {
            return;
        }
        self.error.set(None);
        self.post_job(kind, request, files);
    }

    /// Sends a request that the user did not make: an error on the page stays visible.
    pub(super) fn send_quietly(&self, kind: JobKind, request: Request) {
        self.send_quietly_with(kind, request, &[]);
    }

    /// Sends a request that the user did not make, with files: an error on the page stays visible.
    pub(super) fn send_quietly_with(&self, kind: JobKind, request: Request, files: &[PickedFile]) {
        if !self.is_stopped() {
            self.post_job(kind, request, files);
        }
    }

    fn post_job(&self, kind: JobKind, request: Request, files: &[PickedFile]) {
        if let Some(id) = self.post(request, files) {
            self.work.update(|work| work.jobs.push((id, kind)));
        }
    }

    fn post(&self, request: Request, files: &[PickedFile]) -> Option<u32> {
        self.engine.with_value(|engine| engine.as_ref().map(|engine| engine.send(request, files)))
    }
}

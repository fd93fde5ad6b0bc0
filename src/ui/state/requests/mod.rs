//! Page → engine: the requests. This file sends them and holds those about the study; each other file holds those of one topic.

mod clusters;
mod comparison;
mod extra_volumes;
mod figure;
mod figure_volumes;
mod group;
mod map;
mod numbers;

use std::sync::Arc;

use leptos::prelude::*;

pub use map::follow_choices;

use super::jobs::{JobKind, Work};
use super::shown::{ShownImage, ShownMap};
use super::study::{ComingImage, OpenedFiles, ResultStorage, Study, StudySource};
use super::threads;
use crate::protocol::{CheckpointKey, DeviceChoice, ExportKind, ParticipantKey, Request};
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
        self.open_demo();
        self.list_runs();
        leptos::task::spawn_local(async move {
            let storage = if kept_files::are_kept().await { ResultStorage::Persistent } else { ResultStorage::Temporary };
            study.result_storage.set(storage);
        });
    }

    /// Computes on another device from now on.
    pub fn choose_device(&self, choice: DeviceChoice) {
        let is_chosen = self.form.device.get_untracked() == choice && self.device.read_untracked().is_some();
        if is_chosen {
            return;
        }
        self.drop_running_map();
        self.form.device.set(choice);
        self.send(JobKind::Device(choice), Request::ChooseDevice { choice, threads: threads::in_address() }, &[]);
    }

    /// Opens the demo study, which begins with a map.
    fn open_demo(&self) {
        self.send(JobKind::OpenDemo, Request::OpenDemo { base_url: demo_url() }, &[]);
        self.compute();
    }

    /// Opens the user's own model.
    pub fn open_model(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.drop_running_map();
        self.send(JobKind::OpenModel, Request::OpenModel, &files);
        self.opened_files.update_value(|opened| opened.model = Some(files));
    }

    /// Opens the user's own images.
    pub fn open_images(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.drop_running_map();
        self.send(JobKind::OpenImages, Request::OpenImages, &files);
        self.opened_files.update_value(|opened| opened.images = Some(files));
    }

    /// Loads the model's checkpoint of a split and a selection metric, unless it is the one that was chosen last.
    pub fn choose_checkpoint(&self, split: u32, selection: String) {
        let Some(maps) = self.model.read_untracked().as_ref().map(|model| model.name.clone()) else { return };
        let chosen = CheckpointKey { maps, split, selection: selection.clone() };
        if untrack(|| self.chosen_checkpoint()).as_ref() == Some(&chosen) {
            return;
        }
        self.drop_running_map();
        // Those before are not ignored: where one has been loaded already, the engine has it, and says so.
        let before = self.work.read_untracked().numbers_of(JobKind::ChooseCheckpoint);
        before.into_iter().for_each(|job| self.cancel_job(job));
        self.form.checkpoint.set(Some(chosen));
        self.send(JobKind::ChooseCheckpoint, Request::ChooseCheckpoint { split, selection }, &[]);
    }

    /// Reads a participant's image, which is selected when it has arrived; an image that is on its way is ignored.
    pub fn show(&self, participant: ParticipantKey) {
        let last = untrack(|| self.element_count_of(&participant)).saturating_sub(1);
        self.show_element(participant, self.form.element.get_untracked().min(last));
    }

    /// Chooses a part of the image; where only parts are there, another one is shown.
    pub fn choose_element(&self, element: usize) {
        match untrack(|| self.aim()) {
            Some(participant) => self.show_element(participant, element),
            None => self.form.element.set(element),
        }
    }

    fn show_element(&self, participant: ParticipantKey, element: usize) {
        let chosen = ComingImage { participant, element };
        if self.coming.read_untracked().as_ref() == Some(&chosen) {
            return;
        }
        self.ignore_coming_image();
        if self.form.element.get_untracked() != element {
            self.form.element.set(element);
        }
        let is_shown = |image: &ShownImage| image.participant == chosen.participant && image.element == chosen.element;
        if self.image.read_untracked().as_ref().is_some_and(|image| is_shown(image)) {
            return;
        }
        self.drop_running_map();
        self.coming.set(Some(chosen.clone()));
        let ComingImage { participant, element } = chosen;
        self.send(JobKind::Show, Request::ShowParticipant { participant, element }, &[]);
    }

    /// Ignores the image that is on its way, if there is one.
    pub(super) fn ignore_coming_image(&self) {
        if self.coming.read_untracked().is_some() {
            self.coming.set(None);
            self.work.read_untracked().numbers_of(JobKind::Show).into_iter().for_each(|job| self.cancel_job(job));
            self.supersede(|_, kind| kind == JobKind::Show);
        }
    }

    /// Chooses what is shown again, after an image that did not come.
    pub(super) fn stay_with_shown_image(&self) {
        self.coming.set(None);
        if let Some(image) = self.image.get_untracked() {
            self.form.element.set(image.element);
        }
    }

    /// Lists the opened images by the preprocessing of the model in use.
    pub(super) fn list_participants(&self) {
        self.send_quietly(JobKind::ListParticipants, Request::ListParticipants);
    }

    /// Asks for a file of the shown map.
    pub fn export(&self, kind: ExportKind) {
        if let Some(map) = self.map_to_save() {
            self.send(JobKind::Export(kind), Request::Export { kind, map: map.ready.identity() }, &[]);
        }
    }

    /// Asks for the shown map's hash; its arrival saves the planes as a PNG that names it.
    pub fn save_planes(&self) {
        if let Some(map) = self.map_to_save() {
            let request = Request::HashMap { map: map.ready.identity() };
            self.hashed.set_value(Some(map));
            self.send(JobKind::SavePlanes, request, &[]);
        }
    }

    fn map_to_save(&self) -> Option<Arc<ShownMap>> {
        self.map.get_untracked().filter(|_| untrack(|| self.can_save()))
    }

    /// Cancels what is running, and what is about to.
    pub fn cancel(&self) {
        self.withdraw_map();
        if self.coming.read_untracked().is_some() && self.image.read_untracked().is_some() {
            self.ignore_coming_image();
            self.stay_with_shown_image();
        }
        if !self.work.read_untracked().is_idle() {
            // Cancel has no answer of its own, so it is not work.
            self.post(Request::Cancel { job: None }, &[]);
            self.supersede(|_, kind| kind == JobKind::SaveRun);
            if self.work.read_untracked().is_doing(JobKind::Measure) {
                // The cancel is meant for another job and may end this one.
                self.measure();
            }
        }
    }

    /// Replaces the engine and opens again what was open.
    pub fn restart(&self) {
        self.error.set(None);
        self.forget_jobs();
        self.map.set(None);
        self.image.set(None);
        self.selected.set(None);
        self.participants.set(None);
        self.device.set(None);
        self.engine.with_value(|engine| engine.iter().for_each(EngineHandle::restart));
        self.choose_device(self.form.device.get_untracked());
        let OpenedFiles { model, images } =
            self.opened_files.with_value(|opened| OpenedFiles { model: opened.model.clone(), images: opened.images.clone() });
        if self.source.get_untracked() == StudySource::Demo {
            self.open_demo();
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
        // Nor is its first map wanted any more.
        self.automatic.forget_asking();
        if self.work.read_untracked().is_doing(JobKind::OpenDemo) {
            self.cancel();
            self.supersede(|_, kind| kind == JobKind::OpenDemo);
        }
    }

    /// Forgets all jobs and what is on its way: the engine is gone. What is shown stays, and cannot be saved any more.
    pub(super) fn forget_jobs(&self) {
        self.work.set(Work::default());
        self.forget_running_map();
        self.form.checkpoint.set(None);
        self.coming.set(None);
        self.held.set(None);
    }

    /// Cancels one job, whose answer still comes.
    pub(super) fn cancel_job(&self, job: u32) {
        self.post(Request::Cancel { job: Some(job) }, &[]);
    }

    /// Forgets jobs, so that their late answers are ignored: the newest request wins.
    pub(super) fn supersede(&self, is_old: impl Fn(u32, JobKind) -> bool) {
        self.work.update(|work| work.jobs.retain(|(id, kind)| !is_old(*id, *kind)));
    }

    /// Sends a request of the user's, which replaces an error on the page; does nothing when the engine has stopped.
    pub(super) fn send(&self, kind: JobKind, request: Request, files: &[PickedFile]) -> Option<u32> {
        if self.is_stopped() {
            return None;
        }
        self.error.set(None);
        self.post_job(kind, request, files)
    }

    /// Sends a request that the user did not make: an error on the page stays visible.
    pub(super) fn send_quietly(&self, kind: JobKind, request: Request) -> Option<u32> {
        self.send_quietly_with(kind, request, &[])
    }

    /// Sends a request that the user did not make, with files: an error on the page stays visible.
    pub(super) fn send_quietly_with(&self, kind: JobKind, request: Request, files: &[PickedFile]) -> Option<u32> {
        if self.is_stopped() { None } else { self.post_job(kind, request, files) }
    }

    fn post_job(&self, kind: JobKind, request: Request, files: &[PickedFile]) -> Option<u32> {
        let id = self.post(request, files)?;
        self.work.update(|work| work.jobs.push((id, kind)));
        Some(id)
    }

    fn post(&self, request: Request, files: &[PickedFile]) -> Option<u32> {
        self.engine.with_value(|engine| engine.as_ref().map(|engine| engine.send(request, files)))
    }
}

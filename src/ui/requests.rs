//! Page → engine: what a click asks for.

use leptos::prelude::*;

use super::study::{Keeping, MethodName, Opened, Sources, Study, Task, Then, Work};
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
        self.send(Task::OpenDemo, Request::OpenDemo { base_url: demo_url() }, &[]);
        self.list_runs();
        leptos::task::spawn_local(async move {
            study.keeping.set(if kept_files::are_kept().await { Keeping::Kept } else { Keeping::Lost });
        });
    }

    pub fn choose_device(&self, choice: DeviceChoice) {
        self.form.device.set(choice);
        self.send(Task::Device, Request::ChooseDevice { choice, threads: threads::asked() }, &[]);
    }

    pub fn open_model(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.send(Task::OpenModel, Request::OpenModel, &files);
        self.opened.update_value(|opened| opened.model = Some(files));
    }

    pub fn open_images(&self, files: Vec<PickedFile>) {
        self.leave_demo();
        self.send(Task::OpenImages, Request::OpenImages, &files);
        self.opened.update_value(|opened| opened.images = Some(files));
    }

    pub fn choose_checkpoint(&self, split: u32, selection: String) {
        self.send(Task::ChooseCheckpoint, Request::ChooseCheckpoint { split, selection }, &[]);
    }

    pub fn show(&self, participant: ParticipantKey, then: Then) {
        self.selected.set(Some(participant.clone()));
        let last = untrack(|| self.element_count()).saturating_sub(1);
        self.form.element.update(|element| *element = (*element).min(last));
        self.supersede(|task| matches!(task, Task::Show(_)));
        let element = self.form.element.get_untracked();
        self.send(Task::Show(then), Request::ShowParticipant { participant, element }, &[]);
    }

    /// Chooses a part of the image; where only parts are there, another one is shown.
    pub fn choose_element(&self, element: usize) {
        self.form.element.set(element);
        self.selected.get_untracked().into_iter().for_each(|participant| self.show(participant, Then::Wait));
    }

    /// Lists the opened images as the model in use sees them.
    pub(super) fn list_participants(&self) {
        self.send_quietly(Task::ListParticipants, Request::ListParticipants);
    }

    /// Explains the selected participant as the form says; an explanation that is under way is given up.
    pub fn explain(&self) {
        let Some(participant) = self.selected.get_untracked() else { return };
        let (method, element, quantity) = untrack(|| (self.method(), self.form.element.get(), self.quantity()));
        let (target, convention) = (self.form.target.get_untracked(), self.form.convention.get_untracked());
        if self.work.read_untracked().is_doing(Task::Explain) {
            self.cancel();
            self.supersede(|task| task == Task::Explain);
        }
        let explanation = Explanation { participant, element, method, target, convention, quantity };
        self.send(Task::Explain, Request::Explain(explanation), &[]);
    }

    /// The method that the form says.
    pub fn method(&self) -> Method {
        match self.form.method.get() {
            MethodName::Gradients => Method::Gradients,
            MethodName::GradCam => Method::GradCam { level: Some(self.form.level.get()) },
        }
    }

    pub fn export(&self, kind: ExportKind) {
        if self.map.read_untracked().is_some() {
            self.send(Task::Export(kind), Request::Export { kind }, &[]);
        }
    }

    /// Asks for the hash with which the planes are saved.
    pub fn save_planes(&self) {
        if self.map.read_untracked().is_some() {
            self.send(Task::SavePlanes, Request::HashMap, &[]);
        }
    }

    pub fn cancel(&self) {
        if !self.work.read_untracked().is_idle() {
            // Cancel has no answer of its own, so it is not work.
            self.post(Request::Cancel, &[]);
            self.supersede(|task| task == Task::SaveRun);
            if self.work.read_untracked().is_doing(Task::Measure) {
                // The cancel is not meant for it, and may hit it.
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
        let Opened { model, images } =
            self.opened.with_value(|opened| Opened { model: opened.model.clone(), images: opened.images.clone() });
        if self.sources.get_untracked() == Sources::Demo {
            self.send(Task::OpenDemo, Request::OpenDemo { base_url: demo_url() }, &[]);
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
        if self.work.read_untracked().is_doing(Task::OpenDemo) {
            self.cancel();
            self.supersede(|task| task == Task::OpenDemo);
        }
        // The demo's own first map is not wanted any more either.
        self.work.update(|work| {
            for (_, task) in &mut work.jobs {
                if *task == Task::Show(Then::Explain) {
                    *task = Task::Show(Then::Wait);
                }
            }
        });
    }

    /// Forgets jobs, so that their late answers are ignored: the newest request wins.
    pub(super) fn supersede(&self, is_old: impl Fn(Task) -> bool) {
        self.work.update(|work| work.jobs.retain(|(_, task)| !is_old(*task)));
    }

    pub(super) fn send(&self, task: Task, request: Request, files: &[PickedFile]) {
        if self.is_stopped() {
            return;
        }
        self.error.set(None);
        self.post_job(task, request, files);
    }

    /// Asks for what the user did not ask for: an error stays visible.
    pub(super) fn send_quietly(&self, task: Task, request: Request) {
        self.send_quietly_with(task, request, &[]);
    }

    /// The same, with files.
    pub(super) fn send_quietly_with(&self, task: Task, request: Request, files: &[PickedFile]) {
        if !self.is_stopped() {
            self.post_job(task, request, files);
        }
    }

    fn post_job(&self, task: Task, request: Request, files: &[PickedFile]) {
        if let Some(id) = self.post(request, files) {
            self.work.update(|work| work.jobs.push((id, task)));
        }
    }

    fn post(&self, request: Request, files: &[PickedFile]) -> Option<u32> {
        self.engine.with_value(|engine| engine.as_ref().map(|engine| engine.send(request, files)))
    }
}

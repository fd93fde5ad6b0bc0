//! Engine → page: the changes that answers make.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::jobs::JobKind;
use super::shown::{ShownImage, ShownMap};
use super::study::{PageError, Remedy, Study, StudySource};
use crate::protocol::{Event, Failure, ImageReady, MapNumbers, MapReady, ModelSummary, ParticipantKey, ParticipantList, Reply};
use crate::ui::text;
use crate::web::download::save;
use crate::web::transport::{EngineMessage, ReceivedBuffer};
use crate::web::{kept_files, words_of};

const ZIP: &str = "application/zip";

impl Study {
    /// Handles messages one after the other: an answer with voxels takes several turns of the event loop, and messages that
    /// arrive meanwhile wait for it.
    pub(super) fn receive(&self, message: EngineMessage) {
        self.inbox.update_value(|inbox| inbox.waiting.push_back(message));
        if self.inbox.try_update_value(|inbox| std::mem::replace(&mut inbox.busy, true)) == Some(false) {
            spawn_local(self.take_waiting());
        }
    }

    async fn take_waiting(self) {
        while let Some(message) = self.inbox.try_update_value(|inbox| inbox.waiting.pop_front()).flatten() {
            match message {
                EngineMessage::Reply(reply, attachments) => self.take_reply(reply, attachments).await,
                EngineMessage::Stopped(words) => self.take_stop(&words),
            }
        }
        self.inbox.update_value(|inbox| inbox.busy = false);
    }

    async fn take_reply(&self, reply: Reply, attachments: Vec<ReceivedBuffer>) {
        let kind = self.work.read_untracked().jobs.iter().find(|(id, _)| *id == reply.job).map(|(_, kind)| *kind);
        match &reply.event {
            // Whether or not it is still wanted, it is the engine's last map from now on.
            Event::Map(ready) => self.held.set(Some(ready.identity())),
            Event::Device(_) => self.forget_times(),
            _ => {}
        }
        // A job that was superseded.
        let Some(kind) = kind else { return };
        if let Event::Progress(progress) = reply.event {
            if !kind.is_quiet() {
                self.work.update(|work| work.progress = Some(progress));
            }
            return;
        }
        let goes_on = goes_on_after(kind, &reply.event);
        let has_come = !matches!(reply.event, Event::Failed(_) | Event::Cancelled);
        let outcome = self.take_event(reply.job, kind, reply.event, attachments).await;
        if !has_come || outcome.is_err() {
            self.stay_where_it_was(reply.job, kind);
        }
        match outcome {
            Err(failure) if matches!(kind, JobKind::Figure | JobKind::FigureFile) => self.figure.fail(failure),
            Err(failure) if kind == JobKind::Clusters => self.clusters.fail(failure),
            Err(failure) if kind == JobKind::Explain => self.end_without_map(reply.job, Some(failure)),
            Err(failure) => self.fail(failure),
            Ok(()) if kind == JobKind::Explain && !has_come => self.end_without_map(reply.job, None),
            Ok(()) => {}
        }
        if kind == JobKind::ChooseCheckpoint && self.work.read_untracked().numbers_of(kind).last() == Some(&reply.job) {
            // Whatever came of the last choice, the checkpoint in use is the one that is shown from now on.
            self.form.checkpoint.set(None);
        }
        if kind == JobKind::Interpret {
            // Maps that were computed are kept, also when the run failed.
            self.list_runs();
        }
        if !goes_on {
            self.finish(reply.job);
        }
        if kind == JobKind::Figure {
            self.draw_waiting_figure();
        }
        if kind == JobKind::Clusters {
            self.request_clusters();
        }
    }

    async fn take_event(&self, job: u32, kind: JobKind, event: Event, attachments: Vec<ReceivedBuffer>) -> Result<(), Failure> {
        let is_own = matches!((kind, &event), (JobKind::OpenModel, Event::Model(_)) | (JobKind::OpenImages, Event::Participants(_)));
        if is_own {
            self.source.set(StudySource::Own);
        }
        match event {
            Event::Device(info) => {
                if let JobKind::Device(choice) = kind {
                    self.device_in_use.set_value(choice);
                }
                self.device.set(Some(info));
            }
            Event::Model(model) => self.take_model(kind, *model),
            Event::Participants(list) => self.take_participants(kind, list),
            Event::Image(ready) => self.take_image(job, ready, &attachments).await?,
            Event::Map(ready) => self.take_map(job, *ready, &attachments).await?,
            Event::Volume(ready) => {
                if let JobKind::OpenVolume(slot) = kind {
                    self.extra_volumes.take(slot, *ready, floats(&attachments).await)?;
                }
            }
            Event::File { name, mime } => save_attachment(&attachments, &name, &mime)?,
            Event::Figure(ready) => self.figure.take(*ready, attachments.first().map(ReceivedBuffer::to_bytes).unwrap_or_default()),
            Event::MapHash(hash) => {
                let map = self.hashed.try_update_value(Option::take).flatten();
                self.map_hash.set(map.map(|map| (map, hash)));
            }
            Event::Failed(failure) => return Err(failure),
            Event::Numbers(numbers) => self.take_numbers(*numbers),
            Event::KeptMaps(numbers) => self.compare.take_kept(&numbers),
            Event::Compared(comparison) => self.compare.take_comparison(*comparison),
            Event::Clusters(ready) => {
                let small_voxels = attachments.first().map(ReceivedBuffer::to_bytes).unwrap_or_default();
                self.clusters.take(*ready, small_voxels).await;
            }
            Event::Interpreted(interpretation) => self.interpreted.set(Some(Arc::new(*interpretation))),
            Event::Kept(runs) => self.runs.set(runs),
            Event::Packed { path, name } => download_packed(&path, &name, &attachments).await?,
            Event::Cancelled if kind == JobKind::Clusters => self.clusters.retry(),
            Event::Cancelled | Event::Progress(_) => {}
        }
        Ok(())
    }

    fn take_numbers(&self, numbers: MapNumbers) {
        // The map may have gone since it was measured.
        let is_shown = self.map.read_untracked().as_ref().is_some_and(|map| map.channel == numbers.channel);
        if is_shown {
            self.numbers.set(Some(Arc::new(numbers)));
        }
    }

    /// Shows a participant's image and selects it, both at once: until then, picture and selection are those before.
    async fn take_image(&self, job: u32, ready: ImageReady, attachments: &[ReceivedBuffer]) -> Result<(), Failure> {
        let voxels = floats(attachments).await;
        // Another one may have been chosen while the voxels were copied.
        let Some(coming) = self.coming.get_untracked().filter(|_| self.work.read_untracked().has(job)) else { return Ok(()) };
        let image = ShownImage::new(ready, coming.element, voxels)?;
        // A map belongs to the image it was computed from.
        self.map.update(|map| drop(map.take_if(|map| map.ready.explanation.participant != image.participant)));
        self.coming.set(None);
        self.selected.set(Some(image.participant.clone()));
        self.image.set(Some(Arc::new(image)));
        Ok(())
    }

    async fn take_map(&self, job: u32, ready: MapReady, attachments: &[ReceivedBuffer]) -> Result<(), Failure> {
        let voxels = floats(attachments).await;
        // Another one may have been chosen while the voxels were copied.
        let Some(running) = self.running_map(job) else { return Ok(()) };
        let milliseconds = ready.milliseconds;
        let map = ShownMap::new(ready, running.wanted.device, voxels)?;
        self.end_with_map(milliseconds);
        self.map.set(Some(Arc::new(map)));
        Ok(())
    }

    fn take_model(&self, kind: JobKind, model: ModelSummary) {
        let before = self.model.get_untracked();
        self.keep_choices(before.as_deref(), &model);
        self.group.keep_with(before.as_deref(), &model);
        self.model.set(Some(Arc::new(model)));
        if kind == JobKind::ChooseCheckpoint {
            // It takes the same images, and the map before is still that of its own checkpoint.
            return;
        }
        self.held.set(None);
        self.map.set(None);
        if kind == JobKind::OpenModel && self.participants.read_untracked().is_some() {
            self.list_participants();
        }
    }

    fn take_participants(&self, kind: JobKind, list: ParticipantList) {
        let is_same_study = kind == JobKind::ListParticipants;
        let before = if is_same_study { untrack(|| self.aim()) } else { None };
        let is_same_image = is_same_study && self.is_listed_as_before(&list);
        let chosen = first_to_show(&list, before);
        self.ignore_coming_image();
        if !is_same_image {
            self.held.set(None);
            self.map.set(None);
            self.image.set(None);
            self.selected.set(None);
        }
        self.group.forget_diagnoses(&list);
        self.participants.set(Some(Arc::new(list)));
        if let Some(participant) = chosen {
            self.show(participant);
        }
    }

    /// Whether the shown image is the one that a new list has for its participant, too.
    fn is_listed_as_before(&self, list: &ParticipantList) -> bool {
        let (old, selected) = (self.participants.read_untracked(), self.selected.read_untracked());
        let row_in = |list: &ParticipantList| list.rows.iter().find(|row| Some(&row.participant) == selected.as_ref()).cloned();
        let before = old.as_ref().and_then(|old| row_in(old));
        before.is_some() && before == row_in(list) && self.image.read_untracked().is_some()
    }

    /// After a job that failed or was cancelled, what was chosen for it is what it was before, unless another job of its kind follows.
    fn stay_where_it_was(&self, job: u32, kind: JobKind) {
        match kind {
            JobKind::Show if self.work.read_untracked().has(job) => self.stay_with_shown_image(),
            JobKind::Device(_) => {
                let is_newest = !self.work.read_untracked().jobs.iter().any(|(id, kind)| *id > job && matches!(kind, JobKind::Device(_)));
                if is_newest {
                    self.form.device.set(self.device_in_use.get_value());
                }
            }
            _ => {}
        }
        let is_followed = self.work.read_untracked().jobs.iter().any(|(id, kind)| *id > job && kind.is_loading());
        if kind.is_loading() && !is_followed {
            // It was asked for beside what has not come.
            self.automatic.forget_asking();
        }
    }

    fn take_stop(&self, words: &str) {
        // A panic arrives twice, as its own message and as the platform's trap. The first says more.
        if self.is_stopped() {
            return;
        }
        self.forget_jobs();
        let failure = Failure { what: text::engine_stopped(words), hint: text::engine_stopped_hint(words).to_owned() };
        self.error.set(Some(PageError { failure, remedy: Remedy::RestartEngine }));
    }

    /// Removes a job that has ended.
    pub(super) fn finish(&self, job: u32) {
        self.work.update(|work| {
            work.jobs.retain(|(id, _)| *id != job);
            work.progress = None;
        });
    }
}

/// Whether a job goes on after an event that closes others: the demo's participants follow its model, and a model may need another
/// device first.
fn goes_on_after(kind: JobKind, event: &Event) -> bool {
    match event {
        Event::Model(_) => kind == JobKind::OpenDemo,
        Event::Device(_) => !matches!(kind, JobKind::Device(_)),
        _ => false,
    }
}

/// The participant that was selected before, if it is still listed; else the first one.
fn first_to_show(list: &ParticipantList, before: Option<ParticipantKey>) -> Option<ParticipantKey> {
    let mut listed = list.rows.iter().map(|row| &row.participant);
    let still = before.filter(|before| listed.clone().any(|participant| participant == before));
    still.or_else(|| listed.next().cloned())
}

/// Offers packed results as a download: the attachment where the engine keeps results in memory, else a file of the storage.
async fn download_packed(path: &str, name: &str, attachments: &[ReceivedBuffer]) -> Result<(), Failure> {
    if !attachments.is_empty() {
        return save_attachment(attachments, name, ZIP);
    }
    kept_files::download(path, name).await.map_err(Failure::from)
}

async fn floats(attachments: &[ReceivedBuffer]) -> Vec<f32> {
    match attachments.first() {
        Some(voxels) => voxels.to_floats().await,
        None => Vec::new(),
    }
}

fn save_attachment(attachments: &[ReceivedBuffer], name: &str, mime: &str) -> Result<(), Failure> {
    let buffer = attachments.first().map_or(JsValue::NULL, |attachment| attachment.buffer().into());
    save(&buffer, name, mime)
        .map_err(|error| Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() })
}

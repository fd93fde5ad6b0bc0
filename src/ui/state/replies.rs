//! Engine → page: the changes that answers make.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::jobs::{JobKind, Then, Work};
use super::shown::{ShownImage, ShownMap};
use super::study::{MethodName, PageError, Remedy, Study, StudySource};
use crate::protocol::{Event, Failure, MapNumbers, ModelSummary, ParticipantKey, ParticipantList, Reply};
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
        // A job that was superseded.
        let Some(kind) = kind else { return };
        if let Event::Progress(progress) = reply.event {
            if !kind.is_quiet() {
                self.work.update(|work| work.progress = Some(progress));
            }
            return;
        }
        // The demo's model is not the end of its job: the participants follow.
        let goes_on = kind == JobKind::OpenDemo && matches!(reply.event, Event::Model(_));
        match self.take_event(kind, reply.event, attachments).await {
            Err(failure) if matches!(kind, JobKind::Figure | JobKind::FigureFile) => self.figure.fail(failure),
            Err(failure) if kind == JobKind::Clusters => self.clusters.fail(failure),
            Err(failure) => self.fail(failure),
            Ok(()) => {}
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

    async fn take_event(&self, kind: JobKind, event: Event, attachments: Vec<ReceivedBuffer>) -> Result<(), Failure> {
        let is_own = matches!((kind, &event), (JobKind::OpenModel, Event::Model(_)) | (JobKind::OpenImages, Event::Participants(_)));
        if is_own {
            self.source.set(StudySource::Own);
        }
        match event {
            Event::Device(info) => self.device.set(Some(info)),
            Event::Model(model) => self.take_model(kind, *model),
            Event::Participants(list) => self.take_participants(kind, list),
            Event::Image(ready) => {
                let image = ShownImage::new(ready, floats(&attachments).await)?;
                // A map belongs to the image it was computed from.
                self.map.update(|map| drop(map.take_if(|map| map.ready.explanation.participant != image.participant)));
                self.image.set(Some(Arc::new(image)));
                if kind == JobKind::Show(Then::Explain) {
                    self.explain();
                }
            }
            Event::Map(ready) => self.map.set(Some(Arc::new(ShownMap::new(*ready, floats(&attachments).await)?))),
            Event::Volume(ready) => {
                if let JobKind::OpenVolume(slot) = kind {
                    self.extra_volumes.take(slot, *ready, floats(&attachments).await)?;
                }
            }
            Event::File { name, mime } => save_attachment(&attachments, &name, &mime)?,
            Event::Figure(ready) => self.figure.take(*ready, attachments.first().map(ReceivedBuffer::to_bytes).unwrap_or_default()),
            Event::MapHash(hash) => self.map_hash.set(hash),
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

    fn take_model(&self, kind: JobKind, model: ModelSummary) {
        self.map.set(None);
        self.form.element.set(0);
        self.group.follow(&model, kind == JobKind::ChooseCheckpoint);
        let n_levels = model.levels.len();
        if n_levels == 0 {
            self.form.method.set(MethodName::Gradients);
        }
        self.form.level.set(n_levels.max(1));
        self.form.target.update(|target| *target = if *target < model.nodes.len() { *target } else { 0 });
        self.model.set(Some(Arc::new(model)));
        let sees_images_anew = matches!(kind, JobKind::OpenModel | JobKind::ChooseCheckpoint);
        if sees_images_anew && self.participants.read_untracked().is_some() {
            self.list_participants();
        }
    }

    fn take_participants(&self, kind: JobKind, list: ParticipantList) {
        let kept = if kind == JobKind::ListParticipants { self.selected.get_untracked() } else { None };
        let chosen = first_to_show(&list, kept);
        self.map.set(None);
        self.image.set(None);
        self.selected.set(None);
        self.group.forget_diagnoses(&list);
        self.participants.set(Some(Arc::new(list)));
        if let Some(participant) = chosen {
            self.show(participant, if kind == JobKind::OpenDemo { Then::Explain } else { Then::Wait });
        }
    }

    fn take_stop(&self, words: &str) {
        // A panic arrives twice, as its own message and as the platform's trap. The first says more.
        if self.is_stopped() {
            return;
        }
        self.work.set(Work::default());
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

//! Engine → page: what an answer changes.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::group::failure_of;
use super::shown::{ShownImage, ShownMap};
use super::study::{MethodName, PageError, Remedy, Sources, Study, Task, Then, Work};
use super::text;
use crate::protocol::{Event, Failure, ModelSummary, ParticipantKey, ParticipantList, Reply};
use crate::web::download::save;
use crate::web::transport::{Attachment, FromEngine};
use crate::web::{kept_files, words_of};

const ZIP: &str = "application/zip";

impl Study {
    /// Takes messages one after the other: an answer with voxels takes several turns of the event loop, and what comes
    /// meanwhile waits for it.
    pub(super) fn receive(&self, message: FromEngine) {
        self.inbox.update_value(|inbox| inbox.waiting.push_back(message));
        if self.inbox.try_update_value(|inbox| std::mem::replace(&mut inbox.busy, true)) == Some(false) {
            spawn_local(self.take_waiting());
        }
    }

    async fn take_waiting(self) {
        while let Some(message) = self.inbox.try_update_value(|inbox| inbox.waiting.pop_front()).flatten() {
            match message {
                FromEngine::Reply(reply, attachments) => self.take_reply(reply, attachments).await,
                FromEngine::Stopped(words) => self.take_stop(&words),
            }
        }
        self.inbox.update_value(|inbox| inbox.busy = false);
    }

    async fn take_reply(&self, reply: Reply, attachments: Vec<Attachment>) {
        let task = self.work.read_untracked().jobs.iter().find(|(id, _)| *id == reply.job).map(|(_, task)| *task);
        // An answer that nobody waits for any more.
        let Some(task) = task else { return };
        if let Event::Progress(progress) = reply.event {
            if !task.is_quiet() {
                self.work.update(|work| work.progress = Some(progress));
            }
            return;
        }
        // The demo's model is not the end of its job: the participants follow.
        let goes_on = task == Task::OpenDemo && matches!(reply.event, Event::Model(_));
        match self.take_event(task, reply.event, attachments).await {
            Err(failure) if matches!(task, Task::Figure | Task::FigureFile) => self.figure.fail(failure),
            Err(failure) if task == Task::Clusters => self.clustering.fail(failure),
            Err(failure) => self.fail(failure),
            Ok(()) => {}
        }
        if task == Task::Interpret {
            // Whatever it came to: the maps that were computed are kept.
            self.list_runs();
        }
        if !goes_on {
            self.finish(reply.job);
        }
        if task == Task::Figure {
            self.draw_waiting_figure();
        }
        if task == Task::Clusters {
            self.order_clusters();
        }
    }

    async fn take_event(&self, task: Task, event: Event, attachments: Vec<Attachment>) -> Result<(), Failure> {
        let is_own = matches!((task, &event), (Task::OpenModel, Event::Model(_)) | (Task::OpenImages, Event::Participants(_)));
        if is_own {
            self.sources.set(Sources::Own);
        }
        match event {
            Event::Device(info) => self.device.set(Some(info)),
            Event::Model(model) => self.take_model(task, *model),
            Event::Participants(list) => self.take_participants(task, list),
            Event::Image(ready) => {
                let image = ShownImage::new(ready, floats(&attachments).await)?;
                // A map belongs to the image it was computed from.
                self.map.update(|map| drop(map.take_if(|map| map.ready.explanation.participant != image.participant)));
                self.image.set(Some(Arc::new(image)));
                if task == Task::Show(Then::Explain) {
                    self.explain();
                }
            }
            Event::Map(ready) => self.map.set(Some(Arc::new(ShownMap::new(*ready, floats(&attachments).await)?))),
            Event::Volume(ready) => {
                if let Task::OpenVolume(slot) = task {
                    self.shelf.take(slot, *ready, floats(&attachments).await)?;
                }
            }
            Event::File { name, mime } => save_attachment(&attachments, &name, &mime)?,
            Event::Figure(ready) => self.figure.take(*ready, attachments.first().map(Attachment::to_bytes).unwrap_or_default()),
            Event::MapHash(hash) => self.map_hash.set(hash),
            Event::Failed(failure) => return Err(failure),
            Event::Numbers(numbers) => self.take_numbers(*numbers),
            Event::KeptMaps(numbers) => self.take_kept(&numbers),
            Event::Compared(comparison) => self.take_comparison(*comparison),
            Event::Clusters(ready) => {
                let small_voxels = attachments.first().map(Attachment::to_bytes).unwrap_or_default();
                self.take_clusters(*ready, small_voxels).await;
            }
            Event::Interpreted(interpretation) => self.interpreted.set(Some(Arc::new(*interpretation))),
            Event::Kept(runs) => self.runs.set(runs),
            Event::Packed { path, name } => hand_over(&path, &name, &attachments).await?,
            Event::Cancelled if task == Task::Clusters => self.clustering.ask_again(),
            Event::Cancelled | Event::Progress(_) => {}
        }
        Ok(())
    }

    fn take_model(&self, task: Task, model: ModelSummary) {
        self.map.set(None);
        self.form.element.set(0);
        self.group.follow(&model, task == Task::ChooseCheckpoint);
        let n_levels = model.levels.len();
        if n_levels == 0 {
            self.form.method.set(MethodName::Gradients);
        }
        self.form.level.set(n_levels.max(1));
        self.form.target.update(|target| *target = if *target < model.nodes.len() { *target } else { 0 });
        self.model.set(Some(Arc::new(model)));
        let sees_images_anew = matches!(task, Task::OpenModel | Task::ChooseCheckpoint);
        if sees_images_anew && self.participants.read_untracked().is_some() {
            self.list_participants();
        }
    }

    fn take_participants(&self, task: Task, list: ParticipantList) {
        let kept = if task == Task::ListParticipants { self.selected.get_untracked() } else { None };
        let chosen = first_to_show(&list, kept);
        self.map.set(None);
        self.image.set(None);
        self.selected.set(None);
        self.group.forget_diagnoses(&list);
        self.participants.set(Some(Arc::new(list)));
        if let Some(participant) = chosen {
            self.show(participant, if task == Task::OpenDemo { Then::Explain } else { Then::Wait });
        }
    }

    fn take_stop(&self, words: &str) {
        // A panic arrives twice: in its own words, then as the platform's trap. The first says more.
        if self.is_stopped() {
            return;
        }
        self.work.set(Work::default());
        let failure = Failure { what: text::engine_stopped(words), hint: text::ENGINE_STOPPED_HINT.get().to_owned() };
        self.error.set(Some(PageError { failure, remedy: Remedy::RestartEngine }));
    }

    pub(super) fn finish(&self, job: u32) {
        self.work.update(|work| {
            work.jobs.retain(|(id, _)| *id != job);
            work.progress = None;
        });
    }
}

/// Who was selected before, if still listed; else the first.
fn first_to_show(list: &ParticipantList, before: Option<ParticipantKey>) -> Option<ParticipantKey> {
    let mut listed = list.rows.iter().map(|row| &row.participant);
    let still = before.filter(|before| listed.clone().any(|participant| participant == before));
    still.or_else(|| listed.next().cloned())
}

/// Offers packed results: bytes that came along where the engine keeps results in memory, else a file of the storage.
async fn hand_over(path: &str, name: &str, attachments: &[Attachment]) -> Result<(), Failure> {
    if !attachments.is_empty() {
        return save_attachment(attachments, name, ZIP);
    }
    kept_files::download(path, name).await.map_err(failure_of)
}

async fn floats(attachments: &[Attachment]) -> Vec<f32> {
    match attachments.first() {
        Some(voxels) => voxels.to_floats().await,
        None => Vec::new(),
    }
}

fn save_attachment(attachments: &[Attachment], name: &str, mime: &str) -> Result<(), Failure> {
    let buffer = attachments.first().map_or(JsValue::NULL, |attachment| attachment.buffer().into());
    save(&buffer, name, mime)
        .map_err(|error| Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() })
}

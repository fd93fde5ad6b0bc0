//! One checkpoint's run over a data group: sessions × elements, sequential means, individual maps.

use super::journal::{self, JournalPlace, JournalState};
use super::mean::GroupMeans;
use super::report::{Report, SessionReport};
use super::result_folder::{ResultFolder, SIDE_CAR, shard_side_car};
use super::result_writer::ResultWriter;
use super::shard::Shard;
use super::side_car::{self, SideCar};
use crate::engine::Host;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::single::element_map::{ElementMap, map_of};
use crate::engine::single::subject::Subject;
use crate::engine::study::Cohorts;
use crate::engine::study::device::OpenDevice;
use crate::engine::study::model::Model;
use crate::export::record::{ModelRecord, Software};
use crate::files::Store;
use crate::maps::GroupSession;
use crate::pace::{Pace, Stage};
use crate::protocol::{InterpretOptions, NiftiForm, ParticipantKey, Progress, Question};

/// Milliseconds between two saves of the journal, at least …
const SAVE_EVERY_MS: f64 = 2_000.0;

/// … and so many times the duration of the last save.
const SAVE_SHARE: f64 = 20.0;

/// One checkpoint's run: what it visits, what computes, and where results go.
pub struct CheckpointRun<'a> {
    /// The sessions to visit, in order.
    pub sessions: &'a [GroupSession],
    /// Number of elements of each session.
    pub n_elements: usize,
    /// The checkpoint's network.
    pub model: &'a Model,
    /// The device that computes.
    pub device: &'a OpenDevice,
    /// The folder of its results, below the top of `store`.
    pub folder: ResultFolder,
    /// The options of the run.
    pub options: &'a InterpretOptions,
    /// The part of the group that `sessions` are, if they are a part.
    pub shard: Option<Shard>,
    /// Hash of all that decides over the numbers.
    pub fingerprint: &'a str,
    /// SHA-256 of the checkpoint file.
    pub checkpoint_sha256: &'a str,
    /// The store that takes the results.
    pub store: &'a dyn Store,
    /// The program that receives progress.
    pub host: &'a dyn Host,
    /// Maps done before this checkpoint, and maps of all checkpoints.
    pub position: [usize; 2],
}

/// Times of a run, for saving it and for estimating how long it takes.
struct Clock {
    started_ms: f64,
    n_done_before: usize,
    saved_ms: f64,
    save_took_ms: f64,
}

impl CheckpointRun<'_> {
    /// Continues where the journal says, or begins; writes means and side-car at the end.
    ///
    /// # Errors
    /// A cancel, a device or a store that fails. An image that cannot be read is left out and reported.
    pub async fn run(&self, cohorts: &mut Cohorts) -> Result<SideCar, JobEnd> {
        let mut progress = self.beginning().await?;
        self.model.checkpoint_warnings().into_iter().for_each(|warning| progress.report.warn(warning));
        let mut clock = Clock::starting(self.host.now_ms(), progress.n_done);
        let pacer = Pacer::new(self.host);
        for item in progress.n_done..self.sessions.len() * self.n_elements {
            let (session, element) = (&self.sessions[item / self.n_elements], item % self.n_elements);
            pacer.report_whole_job(self.progress_before(item, session, element, &clock));
            let outcome = self.explain(cohorts, session, element, &pacer).await;
            if matches!(outcome, Err(JobEnd::Cancelled)) {
                journal::save(self.store, &self.place(), self.fingerprint, &progress).await?;
            }
            self.record_outcome(session, element, outcome, &mut progress).await?;
            progress.n_done = item + 1;
            self.save_from_time_to_time(&progress, &mut clock).await?;
        }
        self.finish(cohorts, progress).await
    }

    async fn beginning(&self) -> Result<JournalState, JobEnd> {
        let place = self.place();
        let journal = journal::Journal::read(self.store, &place).await?;
        let own = journal.filter(|journal| journal.fingerprint == self.fingerprint);
        if let Some(journal) = own
            && let Some(progress) = journal.restore(self.store, &place).await?
        {
            return Ok(progress);
        }
        // The maps of a part are summed when all parts are there.
        let n_sums = if self.shard.is_some() { 0 } else { self.n_elements };
        Ok(JournalState { n_done: 0, means: GroupMeans::new(n_sums), report: Report::new(self.n_elements) })
    }

    fn writer(&self) -> ResultWriter<'_> {
        ResultWriter { store: self.store, folder: &self.folder, config: &self.model.maps.config, options: self.options }
    }

    fn place(&self) -> JournalPlace {
        JournalPlace::in_folder(&self.folder, self.shard)
    }

    async fn explain(
        &self,
        cohorts: &mut Cohorts,
        session: &GroupSession,
        element: usize,
        pacer: &Pacer<'_>,
    ) -> Result<ElementMap, JobEnd> {
        pacer.step(Stage::Interpreting, 0, 0).await?;
        let config = &self.model.maps.config;
        let images = cohorts.of(&session.cohort)?;
        let input = images.input(&key_of(session), element, config, &|| self.host.now_ms()).await?;
        if element + 1 == self.n_elements {
            images.forget_image();
        }
        let mut subject = Subject::upload(input, &self.model.network, pacer).await?;
        map_of(&mut subject, self.model, Question::of(self.options), pacer).await
    }

    /// Adds a map to the state, or why there is none; what ends the run is passed on before anything is added.
    async fn record_outcome(
        &self,
        session: &GroupSession,
        element: usize,
        outcome: Result<ElementMap, JobEnd>,
        progress: &mut JournalState,
    ) -> Result<(), JobEnd> {
        let outcome = match outcome {
            Ok(map) => Ok(map),
            Err(JobEnd::Failed(failure)) => Err(format!("{} ({})", failure.what, failure.hint)),
            Err(ended) => return Err(ended),
        };
        if element == 0 {
            progress.report.sessions.push(SessionReport::of(session));
        }
        match outcome {
            Ok(map) => self.keep(element, map, progress).await?,
            Err(reason) => progress.report.add_left_out(element, reason),
        }
        Ok(())
    }

    async fn keep(&self, element: usize, map: ElementMap, progress: &mut JournalState) -> Result<(), JobEnd> {
        if self.shard.is_none()
            && let Err(other_grid) = progress.means.add(element, &map.values)
        {
            progress.report.add_left_out(element, other_grid.to_string());
            return Ok(());
        }
        progress.report.add_map(element, &map);
        if self.options.save_individual || self.shard.is_some() {
            let Some(session) = progress.report.sessions.last() else { return Ok(()) };
            let number = map.placement.element.number;
            let stem = self.folder.individual_stem(&session.participant_id, &session.session_id, number);
            let form = if self.options.save_individual { self.options.nifti } else { NiftiForm::None };
            self.writer().write_map(&stem, &map.placement, &map.values, form).await?;
        }
        Ok(())
    }

    async fn save_from_time_to_time(&self, progress: &JournalState, clock: &mut Clock) -> Result<(), JobEnd> {
        let before = self.host.now_ms();
        if before - clock.saved_ms < SAVE_EVERY_MS.max(SAVE_SHARE * clock.save_took_ms) {
            return Ok(());
        }
        journal::save(self.store, &self.place(), self.fingerprint, progress).await?;
        clock.saved_ms = self.host.now_ms();
        clock.save_took_ms = clock.saved_ms - before;
        Ok(())
    }

    async fn finish(&self, cohorts: &mut Cohorts, mut progress: JournalState) -> Result<SideCar, JobEnd> {
        if self.shard.is_none() {
            let JournalState { means, report, .. } = &mut progress;
            self.writer().write_means(means, report, cohorts).await?;
        }
        let side_car = SideCar {
            software: Software::this(),
            fingerprint: self.fingerprint.to_owned(),
            shard: self.shard,
            model: ModelRecord { sha256: self.checkpoint_sha256.to_owned(), ..self.model.record_without_hash() },
            options: self.options.clone(),
            divisor: side_car::divisor(self.options.convention),
            device: self.device.record(),
            report: progress.report,
        };
        let name = self.shard.map_or_else(|| SIDE_CAR.to_owned(), shard_side_car);
        self.store.write(&self.folder.file(&name), &side_car.to_json()).await?;
        journal::remove(self.store, &self.place()).await?;
        Ok(side_car)
    }

    /// The progress of the whole run before an item.
    fn progress_before(&self, item: usize, session: &GroupSession, element: usize, clock: &Clock) -> Progress {
        let [before, total] = self.position;
        let done = before + item;
        let place = if self.n_elements > 1 { format!(" · {} {element}", self.model.maps.config.mode) } else { String::new() };
        let checkpoint = format!("split {} best {}", self.model.split, self.model.selection);
        Progress {
            stage: Stage::Interpreting,
            done: done as u64,
            total: total as u64,
            about: Some(format!("{checkpoint} · {} {}{place}", session.participant_id, session.session_id)),
            remaining_ms: clock.remaining_ms(self.host.now_ms(), item, total - done),
        }
    }
}

impl Clock {
    fn starting(now_ms: f64, n_done_before: usize) -> Self {
        Self { started_ms: now_ms, n_done_before, saved_ms: now_ms, save_took_ms: 0.0 }
    }

    /// Milliseconds for `n_left` items at the speed so far; unknown before the first item is done.
    fn remaining_ms(&self, now_ms: f64, n_done: usize, n_left: usize) -> Option<f64> {
        let n_here = n_done - self.n_done_before;
        (n_here > 0).then(|| (now_ms - self.started_ms) / n_here as f64 * n_left as f64)
    }
}

/// Participant and session of a session of the group.
fn key_of(session: &GroupSession) -> ParticipantKey {
    ParticipantKey { participant_id: session.participant_id.clone(), session_id: session.session_id.clone() }
}

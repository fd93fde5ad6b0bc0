//! One checkpoint's run over a data group: sessions × elements, sequential means, individual maps.

use super::journal::{self, JournalState, Place};
use super::mean::GroupMeans;
use super::report::{Report, SessionReport};
use super::result_folder::{ResultFolder, SIDE_CAR};
use super::shard::Shard;
use super::side_car::{self, SideCar};
use crate::engine::Host;
use crate::engine::device::OpenDevice;
use crate::engine::element_map::{ElementMap, Placement};
use crate::engine::explaining::map_of;
use crate::engine::failure::Ended;
use crate::engine::images::Cohorts;
use crate::engine::model::Model;
use crate::engine::progress::Pacer;
use crate::engine::subject::Subject;
use crate::export::record::{ModelRecord, Software};
use crate::files::Store;
use crate::maps::GroupSession;
use crate::maps::MapsConfig;
use crate::pace::{Pace, Stage};
use crate::protocol::{InterpretOptions, NiftiForm, ParticipantKey, Progress, Question};

/// A run is written down at most so often, in milliseconds …
const SAVE_EVERY_MS: f64 = 2_000.0;

/// … and takes at most one part in so many of the time.
const SAVE_SHARE: f64 = 20.0;

/// All that a run needs; results go below the store's top.
pub struct CheckpointRun<'a> {
    /// The sessions to visit, in order.
    pub sessions: &'a [GroupSession],
    /// Elements of each.
    pub n_elements: usize,
    /// The checkpoint's network.
    pub model: &'a Model,
    /// Where it computes.
    pub device: &'a OpenDevice,
    /// Where its results go.
    pub folder: ResultFolder,
    /// What was asked.
    pub options: &'a InterpretOptions,
    /// The part of the group that `sessions` are, if they are a part.
    pub shard: Option<Shard>,
    /// Of all that decides over the numbers.
    pub fingerprint: &'a str,
    /// Of the checkpoint file.
    pub checkpoint_sha256: &'a str,
    /// Takes the results.
    pub store: &'a dyn Store,
    /// Hears of progress.
    pub host: &'a dyn Host,
    /// Maps done before this checkpoint, and maps of all checkpoints.
    pub position: [usize; 2],
}

/// Times of a run, for saving and for telling how long it takes.
struct Clock {
    started_ms: f64,
    n_done_before: usize,
    saved_ms: f64,
    save_took_ms: f64,
}

impl CheckpointRun<'_> {
    /// Goes on where the journal says, or begins; writes means and side-car at the end.
    ///
    /// # Errors
    /// A cancel, a device or a store that fails. What an image lacks is noted and the others go on.
    pub async fn run(&self, cohorts: &mut Cohorts) -> Result<SideCar, Ended> {
        let mut progress = self.beginning().await?;
        self.model.checkpoint_warnings().into_iter().for_each(|warning| progress.report.warn(warning));
        let mut clock = Clock::starting(self.host.now_ms(), progress.n_done);
        let pacer = Pacer::new(self.host);
        for item in progress.n_done..self.sessions.len() * self.n_elements {
            let (session, element) = (&self.sessions[item / self.n_elements], item % self.n_elements);
            pacer.cover(self.standing(item, session, element, &clock));
            let outcome = self.explain(cohorts, session, element, &pacer).await;
            if matches!(outcome, Err(Ended::Cancelled)) {
                journal::save(self.store, &self.place(), self.fingerprint, &progress).await?;
            }
            self.note(session, element, outcome, &mut progress).await?;
            progress.n_done = item + 1;
            self.save_from_time_to_time(&progress, &mut clock).await?;
        }
        self.finish(cohorts, progress).await
    }

    async fn beginning(&self) -> Result<JournalState, Ended> {
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

    fn place(&self) -> Place {
        Place::in_folder(&self.folder, self.shard)
    }

    async fn explain(&self, cohorts: &mut Cohorts, session: &GroupSession, element: usize, pacer: &Pacer<'_>) -> Result<ElementMap, Ended> {
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

    /// Notes a map, or why there is none; anything that ends the run is passed on before anything is noted.
    async fn note(
        &self,
        session: &GroupSession,
        element: usize,
        outcome: Result<ElementMap, Ended>,
        progress: &mut JournalState,
    ) -> Result<(), Ended> {
        let outcome = match outcome {
            Ok(map) => Ok(map),
            Err(Ended::Failed(failure)) => Err(format!("{} ({})", failure.what, failure.hint)),
            Err(ended) => return Err(ended),
        };
        if element == 0 {
            progress.report.sessions.push(SessionReport::of(session));
        }
        match outcome {
            Ok(map) => self.keep(element, map, progress).await?,
            Err(reason) => progress.report.note_left_out(element, reason),
        }
        Ok(())
    }

    async fn keep(&self, element: usize, map: ElementMap, progress: &mut JournalState) -> Result<(), Ended> {
        if self.shard.is_none()
            && let Err(other_grid) = progress.means.add(element, &map.values)
        {
            progress.report.note_left_out(element, other_grid.to_string());
            return Ok(());
        }
        progress.report.note_map(element, &map);
        if self.options.save_individual || self.shard.is_some() {
            let Some(session) = progress.report.sessions.last() else { return Ok(()) };
            let number = map.placement.element.number;
            let stem = self.folder.individual_stem(&session.participant_id, &session.session_id, number);
            let form = if self.options.save_individual { self.options.nifti } else { NiftiForm::None };
            write_map(self.store, &stem, &map.placement, &map.values, form).await?;
        }
        Ok(())
    }

    async fn save_from_time_to_time(&self, progress: &JournalState, clock: &mut Clock) -> Result<(), Ended> {
        let before = self.host.now_ms();
        if before - clock.saved_ms < SAVE_EVERY_MS.max(SAVE_SHARE * clock.save_took_ms) {
            return Ok(());
        }
        journal::save(self.store, &self.place(), self.fingerprint, progress).await?;
        clock.saved_ms = self.host.now_ms();
        clock.save_took_ms = clock.saved_ms - before;
        Ok(())
    }

    async fn finish(&self, cohorts: &mut Cohorts, mut progress: JournalState) -> Result<SideCar, Ended> {
        if self.shard.is_none() {
            let JournalState { means, report, .. } = &mut progress;
            write_means((self.store, &self.folder), (&self.model.maps.config, self.options), means, report, cohorts).await?;
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

    /// Where the run stands before an item.
    fn standing(&self, item: usize, session: &GroupSession, element: usize, clock: &Clock) -> Progress {
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

    /// From the pace so far; unknown before the first item is done.
    fn remaining_ms(&self, now_ms: f64, n_done: usize, n_left: usize) -> Option<f64> {
        let n_here = n_done - self.n_done_before;
        (n_here > 0).then(|| (now_ms - self.started_ms) / n_here as f64 * n_left as f64)
    }
}

/// Who and when.
pub fn key_of(session: &GroupSession) -> ParticipantKey {
    ParticipantKey { participant_id: session.participant_id.clone(), session_id: session.session_id.clone() }
}

/// Name of the side-car of a part.
pub fn shard_side_car(shard: Shard) -> String {
    format!("maplens.shard-{}-of-{}.json", shard.index, shard.count)
}

/// Writes the mean of every element that has one, and notes the others.
pub async fn write_means(
    (store, folder): (&dyn Store, &ResultFolder),
    (config, options): (&MapsConfig, &InterpretOptions),
    means: &GroupMeans,
    report: &mut Report,
    cohorts: &mut Cohorts,
) -> Result<(), Ended> {
    for element in 0..means.n_elements() {
        let first = report.first_with(element).map(|session| (session.cohort.clone(), session.key()));
        let n_channels = report.elements.get(element).and_then(|known| known.as_ref()?.shape.first().copied()).unwrap_or(1);
        match (means.mean(element, options.convention), first) {
            (Some(mean), Some((cohort, key))) => {
                let placement = cohorts.of(&cohort)?.placement(&key, element, config, n_channels).await?;
                write_map(store, &folder.mean_stem(element), &placement, &mean, options.nifti).await?;
            }
            _ => report.warn(format!("element {element} has no map in any session, so no mean was written")),
        }
    }
    Ok(())
}

async fn write_map(store: &dyn Store, stem: &str, placement: &Placement, values: &[f32], form: NiftiForm) -> Result<(), Ended> {
    store.write(&format!("{stem}.pt"), &placement.tensor_file(values)).await?;
    if let Some(nifti) = placement.nifti_file(values, form) {
        store.write(&format!("{stem}.nii.gz"), &nifti).await?;
    }
    Ok(())
}

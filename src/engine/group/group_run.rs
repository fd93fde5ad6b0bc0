//! `clinicadl interpret` over a data group: every split and selection, one after the other.

use std::collections::BTreeMap;

use super::checkpoint_run::CheckpointRun;
use super::journal::{self, Journal, JournalPlace, JournalState};
use super::mean::GroupMeans;
use super::report::Report;
use super::resolve::Resolved;
use super::result_folder::{ResultFolder, SIDE_CAR, shard_side_car};
use super::shard::Shard;
use super::side_car::SideCar;
use crate::engine::Host;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::study::Cohorts;
use crate::engine::study::device::OpenDevice;
use crate::engine::study::model::{CheckpointName, Model};
use crate::export::{sha256_hex, sha256_of_file};
use crate::files::{FileTree, Store, file_name};
use crate::maps::{GroupSession, Maps};
use crate::protocol::InterpretOptions;

/// A data group that has been resolved, and what to do with it.
pub struct GroupRun<'a> {
    /// The trained model.
    pub maps: &'a Maps,
    /// The files it lies in.
    pub tree: &'a FileTree,
    /// The data group whose sessions are interpreted.
    pub resolved: &'a Resolved,
    /// The options of the run.
    pub options: &'a InterpretOptions,
    /// The part to compute; `None` for all.
    pub shard: Option<Shard>,
    /// The device that computes.
    pub device: &'a OpenDevice,
    /// The MAPS folder to write into, or the place of its results.
    pub store: &'a dyn Store,
    /// The program that receives progress.
    pub host: &'a dyn Host,
}

/// A trained checkpoint and where its results go.
struct PlannedCheckpoint {
    split: u32,
    selection: String,
    /// SHA-256 of its file.
    sha256: String,
    folder: ResultFolder,
}

/// What [`GroupRun::check`] found before anything is written.
pub struct Checked {
    checkpoints: Vec<PlannedCheckpoint>,
    n_elements: usize,
    states: Vec<FolderState>,
}

/// The content of a result folder before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FolderState {
    /// No results.
    Empty,
    /// An unfinished run that this one can continue.
    Begun,
    /// Exactly what this run would write.
    Finished,
    /// Results of something else.
    Foreign,
}

impl GroupRun<'_> {
    /// Erases results that are to be overwritten, defines the group and computes.
    ///
    /// # Errors
    /// Before anything is written: a checkpoint that cannot be read or does not fit. Later: a cancel, or a device or
    /// store that fails.
    pub async fn run(self, checked: Checked, cohorts: &mut Cohorts) -> Result<Vec<SideCar>, JobEnd> {
        let Checked { checkpoints, n_elements, states } = checked;
        let mut loaded = self.load_all(&checkpoints, &states).await?;
        self.prepare(&checkpoints, &states, n_elements).await?;
        let total = self.n_maps_of(&checkpoints, n_elements);
        let mut before = 0;
        let mut side_cars = Vec::new();
        for (index, checkpoint) in checkpoints.iter().enumerate() {
            let position = [before, total];
            before += self.sessions(checkpoint).len() * n_elements;
            if states[index] == FolderState::Finished {
                side_cars.extend(self.finished(checkpoint).await?);
                continue;
            }
            let model = match loaded.take() {
                Some(first) => first,
                None => self.load(checkpoint).await?,
            };
            let fingerprint = self.fingerprint(checkpoint, n_elements);
            let run = CheckpointRun {
                sessions: self.sessions(checkpoint),
                n_elements,
                model: &model,
                device: self.device,
                folder: checkpoint.folder.clone(),
                options: self.options,
                shard: self.shard,
                fingerprint: &fingerprint,
                checkpoint_sha256: &checkpoint.sha256,
                store: self.store,
                host: self.host,
                position,
            };
            side_cars.push(run.run(cohorts).await?);
        }
        Ok(side_cars)
    }

    /// Number of maps that the run computes.
    pub fn n_maps(&self, checked: &Checked) -> usize {
        self.n_maps_of(&checked.checkpoints, checked.n_elements)
    }

    fn n_maps_of(&self, checkpoints: &[PlannedCheckpoint], n_elements: usize) -> usize {
        checkpoints.iter().map(|checkpoint| self.sessions(checkpoint).len() * n_elements).sum()
    }

    /// Checks everything that can be checked without computing; writes nothing.
    ///
    /// # Errors
    /// [`JobEnd::Failed`] for unknown splits or selections, no such output node, results that are there already, sessions without an
    /// image, all of them together.
    pub async fn check(&self, cohorts: &mut Cohorts) -> Result<Checked, JobEnd> {
        let checkpoints = self.checkpoints().await?;
        self.check_target()?;
        self.check_names()?;
        let n_elements = self.check_images(cohorts).await?;
        let states = self.states(&checkpoints, n_elements).await?;
        Ok(Checked { checkpoints, n_elements, states })
    }

    /// The sessions to visit for a checkpoint.
    fn sessions(&self, checkpoint: &PlannedCheckpoint) -> &[GroupSession] {
        let all = self.group_sessions(checkpoint.split);
        let range = self.shard.map_or(0..all.len(), |shard| shard.sessions(all.len()));
        &all[range]
    }

    fn group_sessions(&self, split: u32) -> &[GroupSession] {
        self.resolved.by_split.get(&split).map_or(&[], |group| &group.sessions)
    }

    /// Looks at the image of every session, of all splits together; gives the number of elements.
    async fn check_images(&self, cohorts: &mut Cohorts) -> Result<usize, JobEnd> {
        let mut sessions: Vec<GroupSession> = Vec::new();
        for session in self.resolved.by_split.values().flat_map(|group| &group.sessions) {
            if !sessions.contains(session) {
                sessions.push(session.clone());
            }
        }
        cohorts.check(&sessions, &self.maps.config).await
    }

    async fn checkpoints(&self) -> Result<Vec<PlannedCheckpoint>, JobEnd> {
        let wanted = &self.options.splits;
        let unknown = wanted.iter().find(|&&number| self.maps.splits.iter().all(|split| split.number != number));
        if let Some(&number) = unknown {
            self.maps.checkpoint_path(number, self.selections().first().map_or("loss", String::as_str))?;
        }
        let splits = self.maps.splits.iter().filter(|split| wanted.is_empty() || wanted.contains(&split.number));
        let mut checkpoints = Vec::new();
        for split in splits {
            for selection in self.selections() {
                // Says what is trained if this is not: ClinicaDL leaves an empty folder behind instead.
                let path = self.maps.checkpoint_path(split.number, &selection)?;
                let sha256 = sha256_of_file(self.tree.source(&path)?.as_ref()).await?;
                let (group, name) = (&self.options.data_group, &self.options.name);
                let folder = ResultFolder::new(&split.folder, &selection, group, name, self.maps.config.mode);
                checkpoints.push(PlannedCheckpoint { split: split.number, selection, sha256, folder });
            }
        }
        Ok(checkpoints)
    }

    /// Each metric once, in the order given.
    fn selections(&self) -> Vec<String> {
        let mut selections: Vec<String> = Vec::new();
        for selection in &self.options.selection_metrics {
            if !selections.contains(selection) {
                selections.push(selection.clone());
            }
        }
        if selections.is_empty() { vec!["loss".to_owned()] } else { selections }
    }

    fn check_target(&self) -> Result<(), JobEnd> {
        let (target, n_nodes) = (self.options.target_node, self.maps.config.output_size);
        if target < n_nodes {
            return Ok(());
        }
        let what = format!("output node {target} does not exist: the network has nodes 0 to {}", n_nodes.saturating_sub(1));
        Err(JobEnd::because(what, "give --target_node one of them"))
    }

    /// Files of individual maps are named by participant and session: two cohorts may not both have one.
    fn check_names(&self) -> Result<(), JobEnd> {
        if !self.options.save_individual && self.shard.is_none() {
            return Ok(());
        }
        for group in self.resolved.by_split.values() {
            let mut cohorts: BTreeMap<(&str, &str), &str> = BTreeMap::new();
            for GroupSession { participant_id, session_id, cohort, .. } in &group.sessions {
                let first = *cohorts.entry((participant_id, session_id)).or_insert(cohort);
                if first != cohort {
                    let who = format!("{participant_id} {session_id}");
                    let what = format!("{who} is in the cohorts {first} and {cohort}, and its maps would have the same names");
                    return Err(JobEnd::because(what, "rename it in one of them, or leave out --save_individual and --shard"));
                }
            }
        }
        Ok(())
    }

    async fn states(&self, checkpoints: &[PlannedCheckpoint], n_elements: usize) -> Result<Vec<FolderState>, JobEnd> {
        let mut states = Vec::with_capacity(checkpoints.len());
        for checkpoint in checkpoints {
            states.push(self.state(checkpoint, n_elements).await?);
        }
        let foreign = states.iter().position(|state| *state == FolderState::Foreign);
        let all_finished = states.iter().all(|state| *state == FolderState::Finished);
        if let Some(index) = foreign.or((all_finished && !states.is_empty()).then_some(0)) {
            return Err(self.already_written(&checkpoints[index], states[index]));
        }
        Ok(states)
    }

    fn already_written(&self, checkpoint: &PlannedCheckpoint, state: FolderState) -> JobEnd {
        let (name, folder) = (&self.options.name, checkpoint.folder.path());
        match self.shard {
            None => {
                let what = format!("the interpretation {name} is already written: {folder}");
                JobEnd::because(what, "choose another name, or give --overwrite_name to erase those results")
            }
            Some(shard) if state == FolderState::Finished => {
                let what = format!("part {shard} of the interpretation {name} is already written: {folder}");
                JobEnd::because(what, "compute the other parts, then put them together with `maplens merge`")
            }
            Some(shard) => {
                let what = format!("part {shard} of the interpretation {name} cannot be written beside what is in {folder} already");
                JobEnd::because(what, "choose another name, or erase that folder")
            }
        }
    }

    async fn state(&self, checkpoint: &PlannedCheckpoint, n_elements: usize) -> Result<FolderState, JobEnd> {
        if self.options.overwrite_name || self.options.overwrite {
            return Ok(FolderState::Empty);
        }
        let folder = checkpoint.folder.path();
        let mut files: Vec<String> = self.store.list(folder).await?.into_iter().map(|(path, _)| path).collect();
        let split_folder = folder.split('/').next().unwrap_or_default();
        let (group, name) = (&self.options.data_group, &self.options.name);
        files.extend(self.maps.results_of_interpretation(self.tree, split_folder, &checkpoint.selection, group, name));
        if files.is_empty() {
            return Ok(FolderState::Empty);
        }
        let fingerprint = self.fingerprint(checkpoint, n_elements);
        if let Some(side_car) = self.finished(checkpoint).await? {
            return Ok(if side_car.fingerprint == fingerprint { FolderState::Finished } else { FolderState::Foreign });
        }
        if self.shard.is_some() {
            let is_of_whole_group = |path: &String| {
                let name = file_name(path);
                name.starts_with("mean_") || name == SIDE_CAR || journal::is_journal_of_whole_group(name)
            };
            return Ok(if files.iter().any(is_of_whole_group) { FolderState::Foreign } else { FolderState::Begun });
        }
        let journal = Journal::read(self.store, &JournalPlace::in_folder(&checkpoint.folder, None)).await?;
        Ok(match journal {
            Some(journal) if journal.fingerprint == fingerprint => FolderState::Begun,
            // Interrupted while its first journal was written.
            None if files.iter().all(|path| journal::is_journal_of_whole_group(file_name(path))) => FolderState::Empty,
            _ => FolderState::Foreign,
        })
    }

    async fn finished(&self, checkpoint: &PlannedCheckpoint) -> Result<Option<SideCar>, JobEnd> {
        let name = self.shard.map_or_else(|| SIDE_CAR.to_owned(), shard_side_car);
        let bytes = self.store.read(&checkpoint.folder.file(&name)).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// Erases, marks every folder as begun, and defines the group, so that the run can continue after an interruption anywhere.
    async fn prepare(&self, checkpoints: &[PlannedCheckpoint], states: &[FolderState], n_elements: usize) -> Result<(), JobEnd> {
        for path in &self.resolved.erase {
            self.store.remove(path).await?;
        }
        if self.options.overwrite_name || self.options.overwrite {
            for checkpoint in checkpoints {
                self.store.remove(checkpoint.folder.path()).await?;
            }
        }
        let is_whole = self.shard.is_none();
        for (checkpoint, _) in checkpoints.iter().zip(states).filter(|(_, state)| is_whole && **state == FolderState::Empty) {
            let fingerprint = self.fingerprint(checkpoint, n_elements);
            let nothing = JournalState { n_done: 0, means: GroupMeans::new(n_elements), report: Report::new(n_elements) };
            journal::save(self.store, &JournalPlace::in_folder(&checkpoint.folder, None), &fingerprint, &nothing).await?;
        }
        // Last: a group that is defined, but has no run that was begun, could not be defined again.
        for (path, bytes) in &self.resolved.definition {
            self.store.write(path, bytes).await?;
        }
        Ok(())
    }

    /// Loads every checkpoint that is to be explained once, since one that is broken must stop the run before anything is
    /// written; the first stays, so that it is not read twice.
    async fn load_all(&self, checkpoints: &[PlannedCheckpoint], states: &[FolderState]) -> Result<Option<Model>, JobEnd> {
        let mut first = None;
        for (checkpoint, _) in checkpoints.iter().zip(states).filter(|(_, state)| **state != FolderState::Finished) {
            let model = self.load(checkpoint).await?;
            first.get_or_insert(model);
        }
        Ok(first)
    }

    async fn load(&self, checkpoint: &PlannedCheckpoint) -> Result<Model, JobEnd> {
        let name = CheckpointName { split: checkpoint.split, selection: &checkpoint.selection };
        let model = Model::load(self.maps.clone(), self.tree.clone(), name, self.device, &Pacer::new(self.host)).await?;
        let (target, n_nodes) = (self.options.target_node, model.network.n_outputs());
        if target < n_nodes {
            return Ok(model);
        }
        let what = format!("output node {target} does not exist: {} has nodes 0 to {}", model.checkpoint.path, n_nodes.saturating_sub(1));
        Err(JobEnd::because(what, "give --target_node one of them").broken())
    }

    /// Hash of all that decides over the numbers, except the images themselves. Parts of one group share it.
    fn fingerprint(&self, checkpoint: &PlannedCheckpoint, n_elements: usize) -> String {
        let options = InterpretOptions { overwrite: false, overwrite_name: false, splits: Vec::new(), ..self.options.clone() };
        let sessions: Vec<[&str; 3]> = self
            .group_sessions(checkpoint.split)
            .iter()
            .map(|session| [&*session.participant_id, &session.session_id, &session.cohort])
            .collect();
        let version = env!("CARGO_PKG_VERSION");
        let all =
            serde_json::to_vec(&(version, self.device.info.kind, options, sessions, &checkpoint.sha256, n_elements)).unwrap_or_default();
        sha256_hex(&all)
    }
}

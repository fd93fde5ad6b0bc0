//! The loaded model: a MAPS with one of its checkpoints as a network on the device.

use std::cell::OnceCell;
use std::rc::Rc;

use super::device::OpenDevice;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::export::record::ModelRecord;
use crate::export::sha256_of_file;
use crate::files::FileTree;
use crate::maps::groups::ListedGroup;
use crate::maps::{Maps, Predictions, Task};
use crate::network::{Architecture, Built, Level, MemoryPlan, Network, NetworkError};
use crate::protocol::{CheckpointKey, GroupSummary, LevelSummary, MemorySummary, Method, ModelSummary, NodeLabel, SplitSummary};
use crate::torch_file;
use crate::volume::Extraction;
use crate::volume::transforms::SizeReduction;

/// The name of a trained checkpoint within a MAPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointName<'a> {
    /// The `n` of `split-n`.
    pub split: u32,
    /// The `metric` of `best-metric`.
    pub selection: &'a str,
}

/// A MAPS, and the checkpoint of it that is in use.
pub struct Model {
    /// The folder.
    pub maps: Maps,
    /// The network on the device.
    pub network: Network,
    /// The split in use.
    pub split: u32,
    /// The selection metric in use.
    pub selection: String,
    /// The checkpoint's file.
    pub checkpoint: Rc<CheckpointFile>,
    /// Epoch of the checkpoint, where it says so.
    pub epoch: Option<i64>,
    /// Milliseconds it took to read the checkpoint and to put it on the device.
    pub read_ms: f64,
    /// The outputs that ClinicaDL's own prediction wrote into the MAPS, where it did.
    pub predictions: Option<Predictions>,
    /// The memory that a gradient map takes.
    pub memory: MemorySummary,
    groups: Vec<GroupSummary>,
    tree: FileTree,
    unused_keys: Vec<String>,
    /// Flaws of the tables beside the checkpoint, which do not keep maps from being computed.
    notes: Vec<String>,
}

/// The file of a checkpoint. Maps share it, which outlive the model that they were made with.
pub struct CheckpointFile {
    /// Path within the MAPS.
    pub path: String,
    tree: FileTree,
    sha256: OnceCell<String>,
}

impl CheckpointFile {
    /// SHA-256 of the file, worked out when it is first asked for.
    pub async fn sha256(&self) -> Result<String, JobEnd> {
        if let Some(known) = self.sha256.get() {
            return Ok(known.clone());
        }
        let sha256 = sha256_of_file(self.tree.source(&self.path)?.as_ref()).await?;
        Ok(self.sha256.get_or_init(|| sha256).clone())
    }
}

impl Model {
    /// Opens a MAPS with the first selection of its first split.
    pub async fn open(tree: FileTree, device: &OpenDevice, pacer: &Pacer<'_>) -> Result<Self, JobEnd> {
        let maps = Maps::open(&tree).await?;
        let first = maps.splits.first().and_then(|split| Some((split.number, split.selections.first()?.clone())));
        let (split, selection) = first.ok_or_else(|| JobEnd::because("the model has no trained split", "choose a trained MAPS"))?;
        Self::load(maps, tree, CheckpointName { split, selection: &selection }, device, pacer).await
    }

    /// Loads another checkpoint of the same MAPS, or the same one on another device.
    pub async fn reload(&self, checkpoint: CheckpointName<'_>, device: &OpenDevice, pacer: &Pacer<'_>) -> Result<Self, JobEnd> {
        Self::load(self.maps.clone(), self.tree.clone(), checkpoint, device, pacer).await
    }

    /// The checkpoint in use.
    pub fn checkpoint_name(&self) -> CheckpointName<'_> {
        CheckpointName { split: self.split, selection: &self.selection }
    }

    /// The checkpoint in use, by all of its names.
    pub fn key(&self) -> CheckpointKey {
        CheckpointKey { maps: self.maps.name.clone(), split: self.split, selection: self.selection.clone() }
    }

    /// The files it was opened from.
    pub fn tree(&self) -> &FileTree {
        &self.tree
    }

    /// The model as a record has it, the hash of the checkpoint left empty.
    pub fn record_without_hash(&self) -> ModelRecord {
        ModelRecord {
            maps: self.maps.name.clone(),
            checkpoint: self.checkpoint.path.clone(),
            sha256: String::new(),
            architecture: self.maps.config.architecture.clone(),
            split: self.split,
            selection: self.selection.clone(),
            epoch: self.epoch,
        }
    }

    /// The summary for the page.
    pub fn summary(&self) -> ModelSummary {
        let config = &self.maps.config;
        let splits = self.maps.splits.iter().map(|s| SplitSummary { split: s.number, selections: s.selections.clone() });
        ModelSummary {
            name: self.maps.name.clone(),
            architecture: config.architecture.clone(),
            task: task_name(config.task).to_owned(),
            mode: config.mode.to_string(),
            preprocessing: config.preprocessing.name.clone(),
            input_shape: config.input_size.clone(),
            nodes: self.nodes(),
            splits: splits.collect(),
            split: self.split,
            selection: self.selection.clone(),
            epoch: self.epoch,
            n_parameters: self.network.n_parameters(),
            n_feature_values: self.n_feature_values(),
            memory: self.memory,
            levels: self.levels(),
            normalize: config.transforms.is_normalized(),
            size_reduction: config.transforms.size_reduction.map(SizeReduction::factor),
            extraction: config.preprocessing.extraction.to_string(),
            element_names: element_names(&config.preprocessing.extraction),
            first_element: config.preprocessing.extraction.first_number(),
            groups: self.groups.clone(),
            grad_cam_difference: Method::GradCam { level: None }.difference(self.network.n_axes()).map(str::to_owned),
            warnings: self.warnings(),
        }
    }

    /// Name of an output node.
    pub fn node_label(&self, target: usize) -> String {
        self.maps.config.node_labels.get(target).cloned().unwrap_or_else(|| target.to_string())
    }

    /// Reads a checkpoint and puts it on the device, with what lies beside it.
    pub async fn load(
        maps: Maps,
        tree: FileTree,
        CheckpointName { split, selection }: CheckpointName<'_>,
        device: &OpenDevice,
        pacer: &Pacer<'_>,
    ) -> Result<Self, JobEnd> {
        let started = pacer.now_ms();
        let architecture = Architecture::of(&maps.config)?;
        let checkpoint_path = maps.checkpoint_path(split, selection)?;
        let checkpoint = torch_file::read_checkpoint(&checkpoint_path, tree.source(&checkpoint_path)?).await?;
        check_architecture(&maps, checkpoint.name.as_deref(), &checkpoint_path)?;
        let built = architecture.build(&maps.config.input_size, &checkpoint.state_dict, &device.device, device.limits, pacer).await;
        let Built { network, unused_keys, .. } = built.map_err(|error| about_checkpoint(error, &checkpoint_path))?;
        let memory = memory_of(&network, device).map_err(|error| about_checkpoint(error, &checkpoint_path))?;
        // The device compiles while tables are read and a participant is chosen.
        network.warm_up();
        let mut notes = Vec::new();
        let predictions = Predictions::read(&tree, &maps, split, selection).await.unwrap_or_else(|error| {
            notes.push(error.to_string());
            None
        });
        let (listed, problems) = maps.group_names(&tree).await;
        notes.extend(problems.iter().map(ToString::to_string));
        Ok(Self {
            predictions,
            groups: listed.into_iter().map(group_summary).collect(),
            notes,
            memory,
            network,
            split,
            selection: selection.to_owned(),
            checkpoint: Rc::new(CheckpointFile { path: checkpoint_path, tree: tree.clone(), sha256: OnceCell::new() }),
            epoch: checkpoint.epoch,
            read_ms: pacer.now_ms() - started,
            maps,
            tree,
            unused_keys,
        })
    }

    fn nodes(&self) -> Vec<NodeLabel> {
        (0..self.network.n_outputs()).map(|index| NodeLabel { index, label: self.node_label(index) }).collect()
    }

    fn levels(&self) -> Vec<LevelSummary> {
        let levels = self.network.levels().into_iter().enumerate();
        let summary = |(index, level): (usize, Level)| LevelSummary { level: index + 1, layer: level.layer, shape: level.shape };
        levels.map(summary).collect()
    }

    fn n_feature_values(&self) -> u64 {
        let n_values = |shape: &[usize]| shape.iter().product::<usize>() as u64;
        let maps: u64 = self.network.levels().iter().map(|level| n_values(&level.shape)).sum();
        n_values(&self.maps.config.input_size) + maps
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.maps.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(self.checkpoint_warnings());
        warnings.extend(self.notes.iter().cloned());
        warnings
    }

    /// Disagreements between checkpoint, network and `maps.json`, one sentence each.
    pub fn checkpoint_warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let (trained, found) = (self.maps.config.output_size, self.network.n_outputs());
        if trained != found {
            warnings.push(format!("maps.json speaks of {trained} output nodes, the checkpoint has {found}: the checkpoint counts"));
        }
        if !self.unused_keys.is_empty() {
            let keys = self.unused_keys.join(", ");
            warnings.push(format!("{} keys of the checkpoint are not part of the network: {keys}", self.unused_keys.len()));
        }
        warnings
    }
}

/// Checks that a checkpoint was saved of the network that `maps.json` names: weights of Conv5_FC3 fit the layers of Conv4_FC3,
/// whose widths ClinicaDL fixes and this program takes from the checkpoint. `default` is ClinicaDL's word for its default.
fn check_architecture(maps: &Maps, saved: Option<&str>, checkpoint_path: &str) -> Result<(), JobEnd> {
    let named = &maps.config.architecture;
    match saved.filter(|saved| saved != named && *saved != "default") {
        None => Ok(()),
        Some(saved) => {
            let what = format!("{checkpoint_path}: the checkpoint is one of {saved}, but maps.json names the architecture {named}");
            Err(JobEnd::because(what, "check that maps.json and the checkpoint belong to the same training"))
        }
    }
}

/// The memory that a gradient map takes, which of all maps takes most.
fn memory_of(network: &Network, device: &OpenDevice) -> Result<MemorySummary, NetworkError> {
    let plan = network.memory(0)?;
    if let Some(limit) = device.memory_limit.filter(|&limit| plan.total() > limit) {
        return Err(NetworkError::TooLargeForMemory { needed: plan.total(), limit });
    }
    let MemoryPlan { weights, activations, is_tiled } = plan;
    Ok(MemorySummary { weights, activations, is_tiled, max_binding: device.info.max_binding_bytes })
}

/// Puts the checkpoint's path before an error; errors of reading the file name it already.
fn about_checkpoint(error: NetworkError, path: &str) -> JobEnd {
    match error {
        NetworkError::Unreadable(error) => error.into(),
        error => JobEnd::from(error).about(path),
    }
}

fn group_summary(group: ListedGroup) -> GroupSummary {
    GroupSummary { name: group.name, n_sessions: group.n_sessions, is_reserved: group.is_reserved }
}

fn element_names(extraction: &Extraction) -> Vec<String> {
    match extraction {
        Extraction::Roi { names, .. } => names.clone(),
        _ => Vec::new(),
    }
}

fn task_name(task: Task) -> &'static str {
    match task {
        Task::Classification => "classification",
        Task::Regression => "regression",
        Task::Reconstruction => "reconstruction",
    }
}

//! The folder of a trained model: `maps.json` → [`MapsConfig`], splits and selections → checkpoints; its data groups, the
//! participants of new ones, and the predictions that ClinicaDL stored.

pub mod architectures;
pub mod config;
mod config_error;
mod config_warning;
mod error;
mod extraction;
mod file_pattern;
mod find_root;
mod group_session;
pub mod groups;
mod input_size;
mod json_keys;
mod layout;
mod missing_maps_json;
mod node_labels;
pub mod participants;
mod predictions;
mod preprocessing;
mod python_json;
mod random_architecture;
mod sentence;
mod split;
mod task_and_mode;

pub use config::MapsConfig;
pub use config_error::ConfigError;
pub use config_warning::ConfigWarning;
pub use error::MapsError;
pub use group_session::GroupSession;
pub use groups::{DataGroup, GroupError};
pub use participants::ParticipantsError;
pub use predictions::Predictions;
pub use preprocessing::Preprocessing;
pub use random_architecture::{RandomArchitecture, RandomBlock, RandomNormalization, RandomReduction};
pub use split::Split;
pub use task_and_mode::{Mode, Task};

use architectures::ArchitectureKind;

use crate::files::{FileTree, file_name};
use crate::torch_file::{self, Checkpoint};
use layout::CHECKPOINT_NAME;

/// A MAPS folder written by ClinicaDL 1.x: the configuration of the training, and its checkpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Maps {
    /// Name of the folder, "MAPS" where it has none.
    pub name: String,
    /// Path of the folder inside the tree it was found in; empty for the tree itself.
    pub root: String,
    /// `maps.json`, validated.
    pub config: MapsConfig,
    /// Trained splits with at least one checkpoint, by number.
    pub splits: Vec<Split>,
    /// What was assumed about the configuration.
    pub warnings: Vec<ConfigWarning>,
}

impl Maps {
    /// Finds the MAPS in a tree, wherever it lies, and reads its configuration.
    ///
    /// # Examples
    /// ```
    /// use maplens::files::{FileTree, memory_file};
    /// use maplens::maps::Maps;
    ///
    /// # pollster::block_on(async {
    /// let maps_json = r#"{
    ///     "network_task": "classification", "architecture": "Conv5_FC3",
    ///     "input_size": [1, 169, 208, 179], "output_size": 2, "label_code": {"AD": 0, "CN": 1},
    ///     "preprocessing_dict": {"preprocessing": "t1-linear", "mode": "image"}
    /// }"#;
    /// let mut tree = FileTree::default();
    /// tree.insert("model/maps.json", memory_file(maps_json.as_bytes().to_vec()));
    /// tree.insert("model/split-0/best-loss/model.pth.tar", memory_file(Vec::new()));
    ///
    /// let maps = Maps::open(&tree).await?;
    /// assert_eq!(maps.config.node_labels, ["AD", "CN"]);
    /// assert_eq!(maps.checkpoint_path(0, "loss")?, "model/split-0/best-loss/model.pth.tar");
    /// # Ok::<(), maplens::maps::MapsError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// If there is no MAPS or more than one, if it has no checkpoint, or if its task cannot be explained (several networks,
    /// reconstruction).
    pub async fn open(tree: &FileTree) -> Result<Maps, MapsError> {
        let root = find_root::find_root(tree)?;
        let maps_json = layout::join(&root, layout::MAPS_JSON);
        let (config, warnings) = MapsConfig::parse(&maps_json, &tree.read(&maps_json).await?)?;
        check_task(&maps_json, &config)?;
        let folder = tree.subtree(&root);
        if let Some(checkpoint) = layout::multi_network_checkpoint(&folder) {
            return Err(MapsError::MultiNetwork { file: layout::join(&root, &checkpoint) });
        }
        let splits = layout::splits(&folder);
        if splits.is_empty() {
            let looked_for = layout::join(&root, &format!("split-0/best-loss/{CHECKPOINT_NAME}"));
            return Err(MapsError::NoCheckpoint { looked_for });
        }
        let name = if root.is_empty() { "MAPS" } else { file_name(&root) }.to_owned();
        Ok(Maps { name, root, config, splits, warnings })
    }

    /// Path of a checkpoint in the tree that was opened.
    ///
    /// # Errors
    /// If that split or selection was not trained.
    pub fn checkpoint_path(&self, split: u32, selection: &str) -> Result<String, MapsError> {
        let trained = self.splits.iter().find(|trained| trained.number == split);
        let trained = trained.filter(|trained| trained.selections.iter().any(|name| name == selection));
        let Some(trained) = trained else {
            let selection = selection.to_owned();
            return Err(MapsError::NotTrained { maps: self.name.clone(), split, selection, trained: self.trained() });
        };
        Ok(layout::join(&self.root, &format!("{}/best-{selection}/{CHECKPOINT_NAME}", trained.folder)))
    }

    /// Finds the weights in a checkpoint; their values are read from the file on request.
    ///
    /// # Errors
    /// The errors of [`Maps::checkpoint_path`], and if the file cannot be read or is no checkpoint.
    pub async fn read_checkpoint(&self, tree: &FileTree, split: u32, selection: &str) -> Result<Checkpoint, MapsError> {
        let path = self.checkpoint_path(split, selection)?;
        Ok(torch_file::read_checkpoint(&path, tree.source(&path)?).await?)
    }

    /// All checkpoints in words.
    fn trained(&self) -> String {
        let split = |split: &Split| format!("{} with best {}", split.folder, split.selections.join(", best "));
        self.splits.iter().map(split).collect::<Vec<_>>().join("; ")
    }
}

/// Refuses the tasks that ClinicaDL refuses as well: several networks, reconstruction.
///
/// # Errors
/// [`MapsError::MultiNetwork`] or [`MapsError::Reconstruction`].
fn check_task(maps_json: &str, config: &MapsConfig) -> Result<(), MapsError> {
    let file = maps_json.to_owned();
    if config.multi_network {
        return Err(MapsError::MultiNetwork { file });
    }
    let gives_images = architectures::kind_of(&config.architecture).is_some_and(ArchitectureKind::gives_images);
    if config.task == Task::Reconstruction || gives_images {
        return Err(MapsError::Reconstruction { file, architecture: config.architecture.clone() });
    }
    Ok(())
}

//! `maps.json` of ClinicaDL 1.x → a validated configuration, which all other code takes.

use serde_json::Value;

use super::architectures::{self, ArchitectureKind};
use super::config_warning::or_default;
use super::json_keys::{JsonKey, Keys, key, required};
use super::{ConfigError, ConfigWarning, Mode, Preprocessing, RandomArchitecture, Task, input_size, node_labels, python_json};
use crate::volume::transforms::{EvaluationTransforms, Normalization, SizeReduction};

/// The parameters of a training that matter for explaining it. Other keys are ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct MapsConfig {
    /// Class name of the network.
    pub architecture: String,
    /// The layers that were drawn at random; `None` for classes other than RandomArchitecture.
    pub random_architecture: Option<RandomArchitecture>,
    /// The task that the network was trained for.
    pub task: Task,
    /// The part of an image that is one input of the network.
    pub mode: Mode,
    /// Shape of one input: channels, then the spatial axes.
    pub input_size: Vec<usize>,
    /// Number of output nodes.
    pub output_size: usize,
    /// Dropout probability in training; none is applied afterwards.
    pub dropout: f64,
    /// The transforms of an element before it is given to the network.
    pub transforms: EvaluationTransforms,
    /// The column of the participants' table that was learnt: `diagnosis`, `age` …
    pub label: Option<String>,
    /// A name for every output node: the labels that `label_code` maps to it, joined by " / ".
    pub node_labels: Vec<String>,
    /// Diagnoses of the training's participants.
    pub diagnoses: Vec<String>,
    /// The images that the network was trained on.
    pub preprocessing: Preprocessing,
    /// Whether one network was trained for each element.
    pub multi_network: bool,
    /// Metrics by which checkpoints were chosen.
    pub selection_metrics: Vec<String>,
}

const ARCHITECTURE: JsonKey = JsonKey { name: "architecture", old_name: "model" };
const MULTI_NETWORK: JsonKey = JsonKey { name: "multi_network", old_name: "multi" };
const NORMALIZE: JsonKey = JsonKey { name: "normalize", old_name: "minmaxnormalization" };
const SIZE_REDUCTION: JsonKey = key("size_reduction");
const SIZE_REDUCTION_FACTOR: JsonKey = key("size_reduction_factor");
const NETWORK_TASK: JsonKey = key("network_task");
const MODE: JsonKey = key("mode");
const LABEL: JsonKey = key("label");
const DIAGNOSES: JsonKey = key("diagnoses");
const INPUT_SIZE: JsonKey = key("input_size");
const OUTPUT_SIZE: JsonKey = key("output_size");

impl MapsConfig {
    /// Parses `maps.json`; `file` is its path, for messages. It may be written by any ClinicaDL from 1.0.0 to
    /// 1.6.1: older names of keys are understood, and missing keys get the defaults of 1.6.1 with a warning.
    ///
    /// # Errors
    /// If the file is no JSON object that describes a training, a key without default is missing, or a key has an unexpected value
    /// or contradicts another.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<(MapsConfig, Vec<ConfigWarning>), ConfigError> {
        let json = python_json::parse(file, bytes)?;
        let object = json.as_object().ok_or_else(|| ConfigError::NotAnObject { file: file.to_owned() })?;
        let keys = Keys { file, object };
        if !describes_a_training(&keys) {
            return Err(ConfigError::NotATraining { file: file.to_owned() });
        }
        let mut warnings = Vec::new();
        let config = Self::of_keys(&keys, &mut warnings)?;
        Ok((config, warnings))
    }

    /// The configuration in the keys of `maps.json`.
    fn of_keys(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<MapsConfig, ConfigError> {
        let task = task(keys)?;
        let architecture = architecture(keys, task)?;
        let output_size = required(keys, OUTPUT_SIZE, Keys::count)?;
        let input_size = required(keys, INPUT_SIZE, Keys::counts)?;
        let transforms = transforms(keys, warnings)?;
        let label = label(keys, task, warnings)?;
        let node_labels = node_labels::parse(keys, task, label.as_deref(), output_size, warnings)?;
        let (mode, preprocessing) = preprocessing(keys, warnings)?;
        input_size::check(keys.file, &input_size, &preprocessing.extraction, transforms.size_reduction.is_some())?;
        if architectures::kind_of(&architecture) == Some(ArchitectureKind::DomainAdaptation) {
            warnings.push(ConfigWarning::TargetHead { architecture: architecture.clone() });
        }
        let is_random = architecture == "RandomArchitecture";
        Ok(MapsConfig {
            random_architecture: if is_random { Some(RandomArchitecture::parse(keys)?) } else { None },
            architecture,
            task,
            mode,
            input_size,
            output_size,
            dropout: keys.number(key("dropout"))?.unwrap_or(0.0),
            transforms,
            label,
            node_labels,
            diagnoses: diagnoses(keys, warnings)?,
            preprocessing,
            multi_network: keys.flag(MULTI_NETWORK)?.unwrap_or(false),
            selection_metrics: keys.texts(key("selection_metrics"))?.unwrap_or_else(|| vec!["loss".to_owned()]),
        })
    }
}

/// Mode and preprocessing from `preprocessing_dict`, or from the top level, where ClinicaDL 1.0.0 wrote these options.
fn preprocessing(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<(Mode, Preprocessing), ConfigError> {
    let nested = keys.object(key("preprocessing_dict"))?;
    let options = Keys { file: keys.file, object: nested.unwrap_or(keys.object) };
    let mode = mode(keys, &options)?;
    let mut preprocessing = Preprocessing::parse(&options, mode, warnings)?;
    // ClinicaDL 1.6.1 ignores this option at the top level: elements are then cut from the image, which gives the same voxels.
    preprocessing.prepare_dl &= nested.is_some();
    Ok((mode, preprocessing))
}

/// The class name; `default` stands for the default class of the task.
fn architecture(keys: &Keys, task: Task) -> Result<String, ConfigError> {
    let name = required(keys, ARCHITECTURE, Keys::nonempty_text)?;
    Ok(if name == "default" { task.default_architecture().to_owned() } else { name })
}

/// The value of `network_task`.
fn task(keys: &Keys) -> Result<Task, ConfigError> {
    let expected = "\"classification\", \"regression\" or \"reconstruction\"";
    required(keys, NETWORK_TASK, |keys, key| keys.typed(key, expected, |value| Task::from_word(value.as_str()?)))
}

/// The mode, which stands at the top level and in the preprocessing; where both are present they must agree.
fn mode(keys: &Keys, preprocessing: &Keys) -> Result<Mode, ConfigError> {
    let read = |keys: &Keys, key| keys.typed(key, "\"image\", \"patch\", \"roi\" or \"slice\"", |value| Mode::from_word(value.as_str()?));
    match (read(keys, MODE)?, read(preprocessing, MODE)?) {
        (Some(mode), Some(extracted)) if mode != extracted => {
            Err(ConfigError::ModesDisagree { file: keys.file.to_owned(), mode, extracted })
        }
        (Some(mode), _) | (None, Some(mode)) => Ok(mode),
        (None, None) => Err(keys.missing(MODE)),
    }
}

/// The learnt column. An empty text means that there is none; for an absent key the task's default is used.
fn label(keys: &Keys, task: Task, warnings: &mut Vec<ConfigWarning>) -> Result<Option<String>, ConfigError> {
    let Some(default) = task.default_label().filter(|_| !keys.contains(LABEL)) else { return keys.nonempty_text(LABEL) };
    Ok(Some(or_default(None, LABEL, default, default.to_owned(), warnings)))
}

fn diagnoses(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Vec<String>, ConfigError> {
    let default = ["AD", "CN"].map(str::to_owned).to_vec();
    Ok(or_default(keys.texts(DIAGNOSES)?, DIAGNOSES, "AD and CN", default, warnings))
}

fn transforms(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<EvaluationTransforms, ConfigError> {
    let is_normalized = or_default(keys.flag(NORMALIZE)?, NORMALIZE, "true", true, warnings);
    let normalization = if is_normalized { Normalization::MinMax } else { Normalization::None };
    Ok(EvaluationTransforms { normalization, size_reduction: size_reduction(keys, warnings)? })
}

/// The size reduction; `None` where the network was trained on the full grid.
fn size_reduction(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Option<SizeReduction>, ConfigError> {
    if !or_default(keys.flag(SIZE_REDUCTION)?, SIZE_REDUCTION, "false", false, warnings) {
        return Ok(None);
    }
    let read = |value: &Value| SizeReduction::from_factor(u32::try_from(value.as_u64()?).ok()?);
    let factor = keys.typed(SIZE_REDUCTION_FACTOR, "2, 3, 4 or 5", read)?;
    Ok(Some(or_default(factor, SIZE_REDUCTION_FACTOR, "2", SizeReduction::By2, warnings)))
}

/// Whether the object has any key of a training.
fn describes_a_training(keys: &Keys) -> bool {
    [NETWORK_TASK, ARCHITECTURE, INPUT_SIZE, OUTPUT_SIZE].into_iter().any(|key| keys.get(key).is_some())
}

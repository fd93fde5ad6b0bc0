//! `maps.json` of ClinicaDL 1.x, validated once; what inner code takes.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::json_keys::{Key, Keys, key};
use super::{ConfigError, Preprocessing, RandomArchitecture};
use crate::volume::transforms::{EvaluationTransforms, Normalization, SizeReduction};

/// The parameters of a training that matter for explaining it. Other keys are ignored.
#[derive(Debug, Clone, PartialEq)]
pub struct MapsConfig {
    /// Class name of the network.
    pub architecture: String,
    /// The layers that were drawn, if it is a RandomArchitecture.
    pub random_architecture: Option<RandomArchitecture>,
    /// What it was trained for.
    pub task: Task,
    /// What it takes.
    pub mode: Mode,
    /// Channels, then spatial axes, of one input.
    pub input_size: Vec<usize>,
    /// Number of output nodes.
    pub output_size: usize,
    /// Dropout probability in training; none is applied afterwards.
    pub dropout: f64,
    /// What happens to an element before the network sees it.
    pub transforms: EvaluationTransforms,
    /// The table's column that was learnt: `diagnosis`, `age` …
    pub label: Option<String>,
    /// A name for every output node: the labels that `label_code` maps to it, joined by " / ".
    pub node_labels: Vec<String>,
    /// Diagnoses of the training's participants.
    pub diagnoses: Vec<String>,
    /// Which images it was trained on.
    pub preprocessing: Preprocessing,
    /// Whether one network per element was trained.
    pub multi_network: bool,
    /// Metrics by which checkpoints were chosen.
    pub selection_metrics: Vec<String>,
}

/// What a network was trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One logit per class.
    Classification,
    /// One value.
    Regression,
    /// An image.
    Reconstruction,
}

/// What a network takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The whole image.
    Image,
    /// A cube.
    Patch,
    /// A masked region.
    Roi,
    /// A 2D slice.
    Slice,
}

/// What was assumed when reading a `maps.json`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigWarning {
    /// A key of newer versions is absent.
    #[error("maps.json has no \"{key}\": ClinicaDL's default, {value}, was used")]
    DefaultUsed {
        /// The key.
        key: &'static str,
        /// The default.
        value: &'static str,
    },
    /// Nodes have no names.
    #[error("maps.json has no \"label_code\": the output nodes are numbered")]
    NoLabelCode,
    /// A label points at a node that the network does not have.
    #[error("maps.json maps the label \"{label}\" to node {code}, but there are only {output_size} nodes: the label is ignored")]
    LabelOutOfRange {
        /// The label.
        label: String,
        /// Its node.
        code: i64,
        /// Number of nodes.
        output_size: usize,
    },
}

const ARCHITECTURE: Key = Key { name: "architecture", old_name: "model" };
const MULTI_NETWORK: Key = Key { name: "multi_network", old_name: "multi" };
const NORMALIZE: Key = Key { name: "normalize", old_name: "minmaxnormalization" };
const SIZE_REDUCTION: Key = key("size_reduction");
const SIZE_REDUCTION_FACTOR: Key = key("size_reduction_factor");
const NETWORK_TASK: Key = key("network_task");
const MODE: Key = key("mode");
const LABEL_CODE: Key = key("label_code");

impl MapsConfig {
    /// Parses `maps.json`; `file` is its path, for messages. Names of keys before ClinicaDL 1.1 are understood.
    ///
    /// # Errors
    /// If it is no JSON object, or a key is missing or holds something unexpected.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<(MapsConfig, Vec<ConfigWarning>), ConfigError> {
        let json: Value =
            serde_json::from_slice(bytes).map_err(|error| ConfigError::NotJson { file: file.to_owned(), reason: error.to_string() })?;
        let object = json.as_object().ok_or_else(|| ConfigError::NotAnObject { file: file.to_owned() })?;
        let keys = Keys { file, object };
        // ClinicaDL 1.0.0 kept these options at the top level.
        let preprocessing = Keys { file, object: keys.object(key("preprocessing_dict"))?.unwrap_or(object) };

        let mut warnings = Vec::new();
        let task = task(&keys)?;
        let output_size = required(&keys, key("output_size"), Keys::count)?;
        let label = keys.nonempty_text(key("label"))?;
        let architecture = required(&keys, ARCHITECTURE, Keys::nonempty_text)?;
        let is_random = architecture == "RandomArchitecture";
        let config = MapsConfig {
            random_architecture: if is_random { Some(RandomArchitecture::parse(&keys)?) } else { None },
            architecture,
            task,
            mode: mode(&keys, &preprocessing)?,
            input_size: required(&keys, key("input_size"), Keys::counts)?,
            output_size,
            dropout: keys.number(key("dropout"))?.unwrap_or(0.0),
            transforms: EvaluationTransforms {
                normalization: normalization(&keys, &mut warnings)?,
                size_reduction: size_reduction(&keys, &mut warnings)?,
            },
            node_labels: node_labels(&keys, task, label.as_deref(), output_size, &mut warnings)?,
            label,
            diagnoses: keys.texts(key("diagnoses"))?.unwrap_or_default(),
            preprocessing: Preprocessing::parse(&preprocessing)?,
            multi_network: keys.flag(MULTI_NETWORK)?.unwrap_or(false),
            selection_metrics: keys.texts(key("selection_metrics"))?.unwrap_or_else(|| vec!["loss".to_owned()]),
        };
        Ok((config, warnings))
    }
}

impl fmt::Display for Task {
    /// The word in `maps.json`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Task::Classification => "classification",
            Task::Regression => "regression",
            Task::Reconstruction => "reconstruction",
        })
    }
}

impl fmt::Display for Mode {
    /// The word in `maps.json` and in the names of result files.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Image => "image",
            Mode::Patch => "patch",
            Mode::Roi => "roi",
            Mode::Slice => "slice",
        })
    }
}

fn required<'a, T>(keys: &Keys<'a>, key: Key, read: impl Fn(&Keys<'a>, Key) -> Result<Option<T>, ConfigError>) -> Result<T, ConfigError> {
    read(keys, key)?.ok_or_else(|| ConfigError::MissingKey { file: keys.file.to_owned(), key: key.name })
}

fn task(keys: &Keys) -> Result<Task, ConfigError> {
    let read = |value: &Value| match value.as_str()? {
        "classification" => Some(Task::Classification),
        "regression" => Some(Task::Regression),
        "reconstruction" => Some(Task::Reconstruction),
        _ => None,
    };
    let expected = "\"classification\", \"regression\" or \"reconstruction\"";
    required(keys, NETWORK_TASK, |keys, key| keys.typed(key, expected, read))
}

/// At the top level and in the preprocessing; the first is what names result files.
fn mode(keys: &Keys, preprocessing: &Keys) -> Result<Mode, ConfigError> {
    let read = |value: &Value| match value.as_str()? {
        "image" => Some(Mode::Image),
        "patch" => Some(Mode::Patch),
        "roi" => Some(Mode::Roi),
        "slice" => Some(Mode::Slice),
        _ => None,
    };
    let expected = "\"image\", \"patch\", \"roi\" or \"slice\"";
    match keys.typed(MODE, expected, read)? {
        Some(mode) => Ok(mode),
        None => required(preprocessing, MODE, |keys, key| keys.typed(key, expected, read)),
    }
}

fn normalization(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Normalization, ConfigError> {
    let normalize = keys.flag(NORMALIZE)?.unwrap_or_else(|| {
        warnings.push(ConfigWarning::DefaultUsed { key: NORMALIZE.name, value: "true" });
        true
    });
    Ok(if normalize { Normalization::MinMax } else { Normalization::None })
}

fn size_reduction(keys: &Keys, warnings: &mut Vec<ConfigWarning>) -> Result<Option<SizeReduction>, ConfigError> {
    let reduce = keys.flag(SIZE_REDUCTION)?.unwrap_or_else(|| {
        warnings.push(ConfigWarning::DefaultUsed { key: SIZE_REDUCTION.name, value: "false" });
        false
    });
    if !reduce {
        return Ok(None);
    }
    let read = |value: &Value| SizeReduction::from_factor(u32::try_from(value.as_u64()?).ok()?);
    let factor = keys.typed(SIZE_REDUCTION_FACTOR, "2, 3, 4 or 5", read)?;
    Ok(Some(factor.unwrap_or_else(|| {
        warnings.push(ConfigWarning::DefaultUsed { key: SIZE_REDUCTION_FACTOR.name, value: "2" });
        SizeReduction::By2
    })))
}

/// Inverts `label_code`; several labels may share a node. A regression has one node, named after its label.
fn node_labels(
    keys: &Keys,
    task: Task,
    label: Option<&str>,
    output_size: usize,
    warnings: &mut Vec<ConfigWarning>,
) -> Result<Vec<String>, ConfigError> {
    let numbered = |node: usize| format!("node {node}");
    if task != Task::Classification {
        let name = |node| label.filter(|_| output_size == 1).map_or_else(|| numbered(node), str::to_owned);
        return Ok((0..output_size).map(name).collect());
    }
    let mut labels: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (label, code) in label_codes(keys, warnings)? {
        match usize::try_from(code).ok().filter(|&node| node < output_size) {
            Some(node) => labels.entry(node).or_default().push(label),
            None => warnings.push(ConfigWarning::LabelOutOfRange { label: label.to_owned(), code, output_size }),
        }
    }
    let name = |node| labels.get(&node).map_or_else(|| numbered(node), |labels| labels.join(" / "));
    Ok((0..output_size).map(name).collect())
}

/// Labels with their nodes, sorted by label.
fn label_codes<'a>(keys: &Keys<'a>, warnings: &mut Vec<ConfigWarning>) -> Result<Vec<(&'a str, i64)>, ConfigError> {
    let Some(object) = keys.object(LABEL_CODE)? else {
        warnings.push(ConfigWarning::NoLabelCode);
        return Ok(Vec::new());
    };
    let code = |(label, code): (&'a String, &'a Value)| {
        let node = code.as_i64().ok_or_else(|| keys.bad(LABEL_CODE, code, "an object of whole numbers"))?;
        Ok((label.as_str(), node))
    };
    let mut codes: Vec<(&str, i64)> = object.iter().map(code).collect::<Result<_, ConfigError>>()?;
    codes.sort_unstable();
    Ok(codes)
}

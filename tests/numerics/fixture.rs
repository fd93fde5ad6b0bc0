//! One entry of `tests/fixtures/manifest.json` with its files. They are compiled in, so that the browser has them, too; only
//! those of full-size networks (`tests/fixtures_full`) are read from the disk, where there is one.

use std::borrow::Cow;
use std::rc::Rc;

use burn::tensor::Device;
use include_dir::{Dir, include_dir};
use maplens::files::{FileSource, FileTree, MemoryFile, open_uploads};
use maplens::maps::Maps;
use maplens::network::{Architecture, Network, WorkLimits};
use maplens::pace::Unpaced;
use maplens::protocol::Method;
use maplens::volume::transforms::EvaluationTransforms;
use serde_json::Value;

use crate::npy_bytes;

static FIXTURES: Dir = include_dir!("$CARGO_MANIFEST_DIR/tests/fixtures");

/// An expected map and all that leads to it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Name.
    pub id: String,
    maps: String,
    split: u32,
    selection: String,
    input: Option<String>,
    /// Gradients or Grad-CAM.
    pub method: Method,
    /// Output node.
    pub target: usize,
    /// Expected logits, where they were recorded.
    pub logits: Option<Vec<f32>>,
    expected: String,
    float64: Option<String>,
    /// Which voxels were kept.
    pub sampling: Sampling,
}

/// Files that no browser test needs, as the manifest names them: relative to `tests/fixtures`.
const ON_DISK: &str = "../fixtures_full/";

/// `map[:, start::step, …]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sampling {
    start: usize,
    step: usize,
}

impl Sampling {
    /// The kept voxels (channel, then three axes, the last one of length 1 for a 2D map) of a map, in the order of the file.
    pub fn voxels(&self, shape: &[usize]) -> Vec<[usize; 4]> {
        let [channels, depth, height, width] = with_three_axes(shape);
        let along = |n: usize| (self.start..n).step_by(self.step);
        let rows = (0..channels).flat_map(|c| along(depth).flat_map(move |d| along(height).map(move |h| [c, d, h])));
        rows.flat_map(|[c, d, h]| along(width).map(move |w| [c, d, h, w])).collect()
    }

    fn parse(text: Option<&str>) -> Self {
        let Some(text) = text else { return Self { start: 0, step: 1 } };
        let last = text.rsplit(',').next().unwrap_or(text).trim().trim_end_matches(']');
        let (start, step) = last.split_once("::").expect("start::step");
        Self { start: start.parse().unwrap_or(0), step: step.parse().expect("a step") }
    }
}

/// A shape with a third axis of length 1 if it has only two.
pub fn with_three_axes(shape: &[usize]) -> [usize; 4] {
    [shape[0], shape[1], shape[2], shape.get(3).copied().unwrap_or(1)]
}

/// All cases whose network input is a fixture (at most 50³), those of exact ties included, sorted by MAPS so that networks are
/// built once.
pub fn cases() -> Vec<Case> {
    let mut cases = cases_where(|entry| entry["input"].is_string());
    cases.sort_by(|a, b| a.network_key().cmp(&b.network_key()).then(a.id.cmp(&b.id)));
    cases
}

/// The cases of a network at 169×208×179, whose input is the image of sub-TRIV24.
#[allow(dead_code, reason = "only the native tests compute them")]
pub fn full_size_cases(network: &str) -> Vec<Case> {
    cases_where(|entry| entry["input"].is_null() && entry["kind"].is_null() && entry["network"] == network)
}

fn cases_where(wanted: impl Fn(&Value) -> bool) -> Vec<Case> {
    let manifest: Value = serde_json::from_slice(&bytes("manifest.json")).expect("the manifest is JSON");
    let lists = ["cases", "ties"].into_iter();
    let entries = lists.flat_map(|list| manifest[list].as_array().unwrap_or_else(|| panic!("a list of {list}")));
    entries.filter(|entry| wanted(entry)).map(Case::parse).collect()
}

/// A file that the manifest names.
pub fn bytes(path: &str) -> Cow<'static, [u8]> {
    if path.starts_with(ON_DISK) {
        let full = format!("{}/tests/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
        return Cow::Owned(std::fs::read(&full).unwrap_or_else(|error| panic!("{full}: {error}")));
    }
    Cow::Borrowed(FIXTURES.get_file(path).unwrap_or_else(|| panic!("no fixture {path}")).contents())
}

/// A MAPS folder or archive of the fixtures as the user would give it.
pub async fn maps_tree(path: &str) -> FileTree {
    let files = FIXTURES.get_dir(path).map_or_else(|| vec![path], files_below);
    let upload = |file: &str| {
        (file.trim_start_matches(ON_DISK).to_owned(), Rc::new(MemoryFile(bytes(file).into_owned().into())) as Rc<dyn FileSource>)
    };
    open_uploads(files.into_iter().map(upload).collect()).await.expect("the fixture opens")
}

impl Case {
    /// Whether the model is this folder's; its name is followed by `__`.
    #[allow(dead_code, reason = "only the browser tests run some of the cases")]
    pub fn is_of(&self, maps: &str) -> bool {
        self.id.starts_with(maps) || self.has_ties() && self.id.contains(&format!("__{maps}"))
    }

    /// Whether the input was made so that values of pooling blocks tie.
    pub fn has_ties(&self) -> bool {
        self.id.starts_with("ties_")
    }

    /// Whether float32 cannot decide some of the maxima that the map hangs on.
    #[allow(dead_code, reason = "only the native tests compute without kernels")]
    pub fn needs_float64(&self) -> bool {
        self.has_ties() || self.float64.is_some()
    }

    /// Equal for cases that share a checkpoint.
    pub fn network_key(&self) -> (String, u32, String) {
        (self.maps.clone(), self.split, self.selection.clone())
    }

    /// Shape (channels, then axes) and values of the network's input.
    pub fn input(&self) -> (Vec<usize>, Vec<f32>) {
        npy_bytes::read(&bytes(self.input.as_ref().expect("a case with an input")))
    }

    /// The kept voxels of the expected map: what ClinicaDL wrote, or, where PyTorch's float32 itself took another maximum than
    /// float64 does, the map of the same network in float64. Which of two nearly equal values float32 takes hangs on the order
    /// of its sums, so there its choice is no better than another program's; that of float64 is right.
    pub fn expected(&self) -> Vec<f32> {
        npy_bytes::read(&bytes(self.float64.as_ref().unwrap_or(&self.expected))).1
    }

    /// Reads the checkpoint as the engine does and builds the network.
    pub async fn network(&self, device: &Device, limits: WorkLimits) -> Network {
        let tree = maps_tree(&self.maps).await;
        let maps = Maps::open(&tree).await.expect("the fixture is a MAPS");
        let checkpoint = maps.read_checkpoint(&tree, self.split, &self.selection).await.expect("the checkpoint is read");
        let architecture = Architecture::of(&maps.config).expect("a supported architecture");
        let built = architecture.build(&maps.config.input_size, &checkpoint.state_dict, device, limits, &Unpaced).await;
        built.expect("the checkpoint fits").network
    }

    /// What ClinicaDL does to an image before this network sees it.
    #[allow(dead_code, reason = "only the native tests start from an image")]
    pub async fn transforms(&self) -> EvaluationTransforms {
        let tree = maps_tree(&self.maps).await;
        Maps::open(&tree).await.expect("the fixture is a MAPS").config.transforms
    }

    /// From an entry of the manifest.
    pub fn parse(entry: &Value) -> Self {
        let text = |key: &str| entry[key].as_str().map(str::to_owned);
        let number = |key: &str| entry[key].as_u64().map(|n| n as usize);
        Self {
            id: text("id").expect("an id"),
            maps: text("maps").expect("a MAPS"),
            split: number("split").expect("a split") as u32,
            selection: text("selection_metric").expect("a selection"),
            input: text("input"),
            method: super::method(&text("method").expect("a method"), number("level")),
            target: number("target_node").expect("a node"),
            logits: entry["logits"].as_array().map(|logits| logits.iter().filter_map(Value::as_f64).map(|v| v as f32).collect()),
            expected: text("expected").expect("an expectation"),
            float64: text("float64"),
            sampling: Sampling::parse(entry["expected_sampling"].as_str()),
        }
    }
}

fn files_below<'a>(folder: &'a Dir<'a>) -> Vec<&'a str> {
    let own = folder.files().filter_map(|file| file.path().to_str());
    own.chain(folder.dirs().flat_map(files_below)).collect()
}

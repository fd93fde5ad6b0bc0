//! A MAPS of a full-size Conv5_FC3 (169×208×179 voxels, 42 million parameters, 169 MB), made on the fly: too large for the
//! repository. The weights are random, and always the same.

use std::fs::{self, File};
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

#[path = "../../tests/checkpoints/mod.rs"]
mod checkpoints;

use checkpoints::{Entry, Storage};

/// Voxels of the cropped t1-linear image.
const IMAGE: [usize; 3] = [169, 208, 179];

/// Channels after each convolution.
const CHANNELS: [usize; 5] = [8, 16, 32, 64, 128];

/// Outputs of each fully connected layer.
const FEATURES: [usize; 3] = [1300, 50, 2];

/// Writes the MAPS `conv5_fc3_full_size` below a folder, unless it is there, and gives its path.
#[allow(dead_code, reason = "some want the checkpoint alone")]
pub fn maps_below(folder: &Path) -> PathBuf {
    let maps = folder.join("conv5_fc3_full_size");
    if !maps.join("groups").exists() {
        let checkpoint = maps.join("split-0/best-loss");
        fs::create_dir_all(&checkpoint).expect("a folder that can be written");
        fs::write(maps.join("maps.json"), maps_json()).expect("there is room");
        write_checkpoint(File::create(checkpoint.join("model.pth.tar")).expect("there is room"));
        // Last, since its presence says that all the rest is there.
        fs::create_dir_all(maps.join("groups")).expect("there is room");
        fs::write(maps.join("groups/train+validation.tsv"), "participant_id\tsession_id\nsub-TRIV0\tses-M000\n").expect("there is room");
    }
    maps
}

/// Writes the checkpoint alone.
pub fn write_checkpoint<W: Write + Seek>(out: W) -> W {
    let (entries, storages) = conv5_fc3();
    checkpoints::write(out, "Conv5_FC3", &entries, &storages)
}

/// The `maps.json` of the model.
pub fn maps_json() -> String {
    let [d, h, w] = IMAGE;
    format!(
        r#"{{
    "architecture": "Conv5_FC3", "network_task": "classification", "dropout": 0.0, "multi_network": false,
    "selection_metrics": ["loss"], "label": "diagnosis", "label_code": {{"AD": 0, "CN": 1}}, "diagnoses": ["AD", "CN"],
    "normalize": true, "size_reduction": false, "size_reduction_factor": 2, "mode": "image",
    "preprocessing_dict": {{
        "preprocessing": "t1-linear", "mode": "image", "use_uncropped_image": false, "prepare_dl": false,
        "extract_json": "t1_image.json",
        "file_type": {{
            "pattern": "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz",
            "description": "T1w Image registered in MNI152NLin2009cSym space using t1-linear pipeline and cropped",
            "needed_pipeline": "t1-linear"
        }}
    }},
    "output_size": 2, "input_size": [1, {d}, {h}, {w}]
}}
"#
    )
}

/// The tensors of the model in the order in which torch registers them, each in a storage of its own.
fn conv5_fc3() -> (Vec<Entry>, Vec<Storage<'static>>) {
    let mut tensors = Tensors::default();
    let mut n_in = 1;
    for (index, n_out) in CHANNELS.into_iter().enumerate() {
        let (convolution, norm) = (format!("convolutions.{}", 4 * index), format!("convolutions.{}", 4 * index + 1));
        tensors.weights(&convolution, &[n_out, n_in, 3, 3, 3]);
        for (name, value) in [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)] {
            tensors.constant(&format!("{norm}.{name}"), n_out, value);
        }
        tensors.count(&format!("{norm}.num_batches_tracked"));
        n_in = n_out;
    }
    // Every module halves the axes, rounding up.
    let mut n_in = n_in * IMAGE.into_iter().map(|n| n.div_ceil(1 << CHANNELS.len())).product::<usize>();
    for (index, n_out) in FEATURES.into_iter().enumerate() {
        tensors.weights(&format!("fc.{}", 2 * index + 2), &[n_out, n_in]);
        n_in = n_out;
    }
    (tensors.entries, tensors.storages)
}

#[derive(Default)]
struct Tensors {
    entries: Vec<Entry>,
    storages: Vec<Storage<'static>>,
}

impl Tensors {
    /// A layer's weights and biases, which keep the variance of what goes through a layer with ReLU.
    fn weights(&mut self, key: &str, shape: &[usize]) {
        let fan_in: usize = shape[1..].iter().product();
        let bound = (6.0 / fan_in as f32).sqrt();
        self.random(&format!("{key}.weight"), shape, bound);
        self.random(&format!("{key}.bias"), &shape[..1], 0.01);
    }

    /// Random values, uniform within ±`bound`; the storage's number is the seed.
    fn random(&mut self, name: &str, shape: &[usize], bound: f32) {
        let (n, seed) = (shape.iter().product(), self.storages.len() as u64);
        let write = move |out: &mut dyn Write| {
            let mut out = BufWriter::with_capacity(1 << 20, out);
            let mut state = seed << 32;
            (0..n).for_each(|_| out.write_all(&(bound * uniform(&mut state)).to_le_bytes()).expect("there is room"));
            out.flush().expect("there is room");
        };
        self.add(name, shape, "FloatStorage", Box::new(write));
    }

    fn constant(&mut self, name: &str, n: usize, value: f32) {
        let write = move |out: &mut dyn Write| (0..n).for_each(|_| out.write_all(&value.to_le_bytes()).expect("there is room"));
        self.add(name, &[n], "FloatStorage", Box::new(write));
    }

    fn count(&mut self, name: &str) {
        self.add(name, &[], "LongStorage", Box::new(|out| out.write_all(&21_i64.to_le_bytes()).expect("there is room")));
    }

    fn add(&mut self, name: &str, shape: &[usize], class: &'static str, write: Box<dyn Fn(&mut dyn Write)>) {
        self.entries.push(Entry::whole(name, self.storages.len(), shape));
        self.storages.push(Storage { class, n_elements: shape.iter().product(), write });
    }
}

/// A random number between −1 and 1, by SplitMix64.
fn uniform(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
}

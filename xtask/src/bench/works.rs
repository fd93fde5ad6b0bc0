//! What is measured, and with which engines.

/// A network and the grid of its images. Weights and images are made by benches/peers/make_case.py.
#[derive(Debug, PartialEq, Eq)]
pub struct Case {
    /// Name of the folder in the cache.
    pub name: &'static str,
    /// ClinicaDL's name of the network.
    pub network: &'static str,
    /// Voxels along the three axes.
    pub shape: [usize; 3],
    /// Whether the browser's peers compute it, too, which need files of their own.
    pub for_peers: bool,
}

/// One line of work.
pub struct Work {
    /// Its name in the table.
    pub name: &'static str,
    /// On which network.
    pub case: &'static Case,
    /// What to do (benches/README.md).
    pub kind: &'static str,
    /// Maps of one measurement; times are those of one map.
    pub repeat: usize,
    /// With which engines; `/2` for two threads.
    pub engines: &'static [&'static str],
}

const FULL: Case = Case { name: "conv5-169x208x179", network: "Conv5_FC3", shape: [169, 208, 179], for_peers: true };
const FULL4: Case = Case { name: "conv4-169x208x179", network: "Conv4_FC3", shape: [169, 208, 179], for_peers: false };
const ROI: Case = Case { name: "conv5-50x50x50", network: "Conv5_FC3", shape: [50; 3], for_peers: true };
const REDUCED4: Case = Case { name: "conv4-80x96x80", network: "Conv4_FC3", shape: [80, 96, 80], for_peers: true };
const REDUCED5: Case = Case { name: "conv5-80x96x80", network: "Conv5_FC3", shape: [80, 96, 80], for_peers: true };

const fn cube(name: &'static str, n: usize) -> Case {
    Case { name, network: "Conv5_FC3", shape: [n; 3], for_peers: false }
}
const CUBE32: Case = cube("conv5-32x32x32", 32);
const CUBE64: Case = cube("conv5-64x64x64", 64);
const CUBE128: Case = cube("conv5-128x128x128", 128);
const CUBE192: Case = cube("conv5-192x192x192", 192);
const CUBE256: Case = cube("conv5-256x256x256", 256);

const ON_CPU: &[&str] = &[
    "maplens-wasm",
    "maplens-wasm/2",
    "maplens-native",
    "maplens-native/2",
    "burn-flex-wasm",
    "pytorch-as-clinicadl",
    "pytorch-as-clinicadl/2",
    "pytorch-inputs-only",
    "pytorch-inputs-only/2",
    "onnxruntime-web-wasm",
];
const EVERYWHERE: &[&str] = &[
    "maplens-wasm",
    "maplens-native",
    "maplens-native/2",
    "maplens-webgpu",
    "burn-flex-wasm",
    "burn-stock-webgpu",
    "pytorch-as-clinicadl",
    "pytorch-as-clinicadl/2",
    "pytorch-inputs-only",
    "pytorch-inputs-only/2",
    "onnxruntime-web-wasm",
    "tfjs-webgpu",
];
const ON_GPU: &[&str] = &["maplens-webgpu", "burn-stock-webgpu", "tfjs-webgpu"];
const OURS: &[&str] = &["maplens-wasm", "maplens-native"];

/// All works, in the order of the table.
pub const WORKS: &[Work] = &[
    work("conv5-full-gradients", &FULL, "gradients", ON_CPU),
    work("conv5-full-gradcam", &FULL, "gradcam", ON_CPU),
    work("conv5-full-target", &FULL, "target", OURS),
    work("conv4-full-gradients", &FULL4, "gradients", &["maplens-wasm", "maplens-wasm/2", "maplens-native", "pytorch-inputs-only"]),
    work("conv5-roi50-gradients", &ROI, "gradients", EVERYWHERE),
    work("conv4-sr2-gradients", &REDUCED4, "gradients", ON_CPU),
    work("read-checkpoint-169mb", &FULL, "read", &["maplens-wasm", "maplens-native", "pytorch-inputs-only"]),
    work("conv5-80x96x80-gradients", &REDUCED5, "gradients", ON_GPU),
    // Completing is what counts here: a software adapter says little about times.
    work("conv5-full-webgpu-gradients", &FULL, "gradients", &["maplens-webgpu"]),
    work("growth-32", &CUBE32, "gradients", OURS),
    work("growth-64", &CUBE64, "gradients", OURS),
    work("growth-128", &CUBE128, "gradients", OURS),
    work("growth-192", &CUBE192, "gradients", OURS),
    work("growth-256", &CUBE256, "gradients", OURS),
    Work { repeat: 10, ..work("participants-10", &ROI, "gradients", OURS) },
    Work { repeat: 200, ..work("participants-200", &ROI, "gradients", OURS) },
    work("redraw-three-planes", &FULL, "redraw", &["maplens-native"]),
];

const fn work(name: &'static str, case: &'static Case, kind: &'static str, engines: &'static [&'static str]) -> Work {
    Work { name, case, kind, repeat: 1, engines }
}

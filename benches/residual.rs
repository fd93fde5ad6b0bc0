//! What a gradient map of ResNet3D and of SqueezeExcitationCNN costs at full size: `cargo bench --profile release --features oracle
//! --bench residual`. Prints wall time, CPU time of all threads and the process's largest resident size, network and image
//! included, of two maps each.

#[allow(dead_code, reason = "the engine's bench measures with it, too")]
#[path = "engine/meter.rs"]
mod meter;
#[allow(dead_code, reason = "of the tests, which compare with them")]
#[path = "../tests/npy_bytes/mod.rs"]
mod npy_bytes;
#[allow(dead_code, clippy::unwrap_used, reason = "of the tests, which compare with them and fail where they cannot go on")]
#[path = "../tests/numerics/mod.rs"]
mod numerics;
#[allow(dead_code, reason = "the meter answers in its words")]
#[path = "engine/protocol.rs"]
mod protocol;

use burn::tensor::Device;
use maplens::network::WorkLimits;
use maplens::volume::nifti;
use numerics::fixture;
use pollster::block_on;

const IMAGE: &str = "www/demo/caps/subjects/sub-TRIV24/ses-M000/t1_linear/\
     sub-TRIV24_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";

fn main() {
    ["ResNet3D", "SqueezeExcitationCNN"].into_iter().for_each(report);
}

fn report(network: &str) {
    let bytes = std::fs::read(format!("{}/{IMAGE}", env!("CARGO_MANIFEST_DIR"))).expect("the demo's image");
    let image = nifti::read("image.nii.gz", &bytes).expect("a NIfTI");
    let case = fixture::full_size_cases(network).into_iter().find(|case| case.id.contains("__gd_")).expect("a gradient map");
    let transformed = block_on(case.transforms()).apply(image).expect("the image fits").volume;
    let [d, h, w] = transformed.shape();
    let built = block_on(case.network(&Device::flex(), WorkLimits::CPU));
    for run in ["first", "second"] {
        let map = || block_on(numerics::explain_input(&case, &built, (&[1, d, h, w], transformed.data())));
        let measured = meter::measured(|| {
            drop(map());
            Ok(None)
        });
        let cost = measured.expect("a map");
        println!("{network}, {run} map: {:.2} s, {:.2} CPU-s, peak {:.0} MiB", cost.wall_s, cost.cpu_s, cost.peak_mib);
    }
}

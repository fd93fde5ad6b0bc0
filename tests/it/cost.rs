//! What a map costs at full size, in a process of its own: `cargo test --release --features oracle --test it -- --ignored
//! --exact --nocapture cost::of_the_gradient_map_of_resnet_3d`.

use std::time::Instant;

use burn::tensor::Device;
use maplens::network::WorkLimits;
use maplens::volume::nifti;

use crate::fixtures;
use crate::numerics::{self, fixture};

#[test]
#[ignore = "measures, and so must run alone"]
fn of_the_gradient_map_of_resnet_3d() {
    report("ResNet3D");
}

#[test]
#[ignore = "measures, and so must run alone"]
fn of_the_gradient_map_of_the_squeeze_excitation_network() {
    report("SqueezeExcitationCNN");
}

/// Prints wall time, CPU time of all threads and the largest resident size, network and image included, of two maps.
fn report(network: &str) {
    let image = nifti::read("sub-TRIV24.nii.gz", &fixtures::bytes(fixtures::TRIV24_NIFTI)).unwrap();
    let case = fixture::full_size_cases(network).into_iter().find(|case| case.id.contains("__gd_")).unwrap();
    pollster::block_on(async {
        let transformed = case.transforms().await.apply(&image).unwrap().volume;
        let [d, h, w] = transformed.shape();
        let built = case.network(&Device::flex(), WorkLimits::CPU).await;
        for run in ["first", "second"] {
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            let before = status("VmRSS:");
            let (wall, cpu) = (Instant::now(), cpu_seconds());
            drop(numerics::explain_input(&case, &built, (&[1, d, h, w], transformed.data())).await);
            let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
            println!("{network}, {run} map: {wall:.2} s, {cpu:.2} CPU-s, peak {:.0} MiB from {before:.0} MiB", status("VmHWM:"));
        }
    });
}

/// Of all threads, in hundredths of seconds.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = text.rsplit(')').next().unwrap();
    after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

fn status(line: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = text.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap() / 1024.0
}

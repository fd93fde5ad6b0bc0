//! Fused blocks on a graphics card, or on Chromium's software Vulkan.

use std::path::Path;
use std::process::Command;

use maplens::engine::study::device;
use maplens::kernels::gpu::GpuBlock;
use maplens::kernels::{BlockParameters, Rectifier};
use maplens::protocol::DeviceChoice;

use crate::numerics::fused_blocks;

/// What the process of its own says if there is no adapter.
const NONE_HERE: &str = "no adapter to test on";

/// A driver is found through the environment of a process, so the test is run in one of its own.
#[test]
fn fused_blocks_equal_the_stock_layers() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "fused_blocks::with_a_driver", "--ignored", "--nocapture"]);
    let chromium = Path::new("/usr/lib/chromium");
    if chromium.join("vk_swiftshader_icd.json").exists() {
        command.env("VK_ICD_FILENAMES", chromium.join("vk_swiftshader_icd.json")).env("LD_LIBRARY_PATH", chromium);
    }
    let output = command.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
    assert!(!told.contains(NONE_HERE) || !chromium.join("libvulkan.so.1").exists(), "{told}");
}

#[test]
#[ignore = "run by fused_blocks_equal_the_stock_layers"]
fn with_a_driver() {
    let Ok(gpu) = pollster::block_on(device::open_as_asked(DeviceChoice::Webgpu)) else {
        println!("{NONE_HERE}");
        return;
    };
    let misses = pollster::block_on(fused_blocks::check(fused_blocks::ALL, &gpu.device));
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn there_is_no_block_for_a_gpu_on_the_cpu() {
    let parameters = BlockParameters {
        n_in: 1,
        n_out: 1,
        n_axes: 2,
        stride: 1,
        pool: true,
        weight: vec![0.0; 9],
        bias: vec![0.0],
        scale: vec![1.0],
        shift: vec![0.0],
        rectifier: Rectifier::Relu,
    };
    assert!(GpuBlock::new(&parameters, &burn::tensor::Device::flex()).is_none());
}

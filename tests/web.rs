//! The fixtures once more, in a browser: on the CPU path and on WebGPU. Run by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

mod npy_bytes;
mod numerics;

#[path = "../benches/support/full_size.rs"]
mod full_size;
#[path = "checkpoints/holes.rs"]
mod holes;
#[allow(dead_code, reason = "finite differences are for native tests")]
#[path = "it/noise.rs"]
mod noise;
#[path = "numerics/residual_on_gpu.rs"]
mod residual_on_gpu;

use std::rc::Rc;

use burn::tensor::Device;
use js_sys::{Array, Uint8Array};
use maplens::engine::study::device::{self, OpenDevice};
use maplens::files::FileSource;
use maplens::maps::MapsConfig;
use maplens::network::{Architecture, WorkLimits};
use maplens::pace::Unpaced;
use maplens::protocol::{DeviceChoice, Method};
use maplens::torch_file::read_checkpoint;
use maplens::web::clock::memory_bytes;
use maplens::web::file_source::BlobSource;
use numerics::fixture::{self, Case};
use numerics::{CPU, Tolerance, WEBGPU, fused_blocks};
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Largest storage binding of the device that the splitting test pretends to have. WebGPU itself never grants less than
/// 128 MiB, so the limit is put on the planner and every bind group is measured.
const TIGHT_BINDING: u64 = 1 << 20;

/// Grad-CAM levels that are computed on WebGPU, too, and whose images: the software adapter takes seconds for each map;
/// levels differ in nothing but where the walk back ends, and nodes in nothing but where it begins. `None` is the default level.
const LEVELS_ON_WEBGPU: [Option<usize>; 2] = [None, Some(8)];
const PARTICIPANT_ON_WEBGPU: &str = "sub-TRIV24";

#[wasm_bindgen_test]
async fn every_fixture_matches_clinicadl_on_the_cpu_path() {
    let cpu = device::open(DeviceChoice::Cpu).await;
    assert_eq!(cpu.info.kind, DeviceChoice::Cpu);
    check_all(&cpu, cpu.limits, CPU, |_| true).await;
}

/// One test for each MAPS, so that the runner reports progress.
macro_rules! on_webgpu {
    ($($test:ident: $maps:literal;)*) => {
        $(#[wasm_bindgen_test]
        async fn $test() {
            check_on_webgpu($maps).await;
        })*
    };
}

on_webgpu! {
    conv5_matches_clinicadl_on_webgpu: "image_sr5_conv5__";
    conv4_with_three_classes_matches_clinicadl_on_webgpu: "image_sr4_multi__";
    a_regression_matches_clinicadl_on_webgpu: "image_sr5_age__";
    stride_conv5_on_patches_matches_clinicadl_on_webgpu: "patch50_stride__";
    conv4_on_regions_matches_clinicadl_on_webgpu: "roi_conv4__";
    conv4_on_slices_matches_clinicadl_on_webgpu: "slice_cor_all__";
    resnet18_matches_clinicadl_on_webgpu: "slice_sag_resnet18__";
    random_with_batch_normalisation_matches_clinicadl_on_webgpu: "image_sr5_random_bn__";
    random_with_instance_normalisation_matches_clinicadl_on_webgpu: "image_sr5_random_in__";
    random_without_normalisation_matches_clinicadl_on_webgpu: "roi_random_plain__";
    random_in_2d_matches_clinicadl_on_webgpu: "slice_random_bn2d__";
    random_without_normalisation_on_images_matches_clinicadl_on_webgpu: "image_random_small__";
}

async fn check_on_webgpu(maps: &str) {
    let gpu = device::open(DeviceChoice::Webgpu).await;
    assert_eq!(gpu.info.kind, DeviceChoice::Webgpu, "{:?}", gpu.info.note);
    check_all(&gpu, gpu.limits, WEBGPU, |case| case.is_of(maps) && is_on_webgpu(case)).await;
}

fn is_on_webgpu(case: &Case) -> bool {
    let is_chosen = match case.method {
        Method::Gradients => case.target == 0,
        Method::GradCam { level } => LEVELS_ON_WEBGPU.contains(&level),
    };
    case.has_ties() || is_chosen && case.id.contains(PARTICIPANT_ON_WEBGPU)
}

#[wasm_bindgen_test]
async fn fused_blocks_equal_the_stock_layers() {
    let gpu = device::open(DeviceChoice::Webgpu).await;
    assert_eq!(gpu.info.kind, DeviceChoice::Webgpu, "{:?}", gpu.info.note);
    let misses = fused_blocks::check(fused_blocks::FEW, &gpu.device).await;
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[wasm_bindgen_test]
async fn residual_blocks_equal_the_stock_layers() {
    let gpu = device::open(DeviceChoice::Webgpu).await;
    assert_eq!(gpu.info.kind, DeviceChoice::Webgpu, "{:?}", gpu.info.note);
    let misses = residual_on_gpu::check(&gpu.device).await;
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[wasm_bindgen_test]
async fn no_webgpu_binding_exceeds_the_limit() {
    let largest = watch_bindings();
    let gpu = device::open(DeviceChoice::Webgpu).await;
    let tight = WorkLimits::gpu(TIGHT_BINDING);
    check_all(&gpu, tight, WEBGPU, |case| case.id.contains("sr5_conv5") && (case.id.contains("gd_n0") || case.id.ends_with("gc_n0_l1")))
        .await;
    let largest = largest();
    console_log!("largest binding: {largest} bytes");
    assert!(largest > 0, "bind groups were seen");
    assert!(largest <= TIGHT_BINDING, "a binding of {largest} bytes");
}

#[wasm_bindgen_test]
async fn auto_never_picks_a_software_adapter() {
    let auto = device::open(DeviceChoice::Auto).await;
    let any = device::open(DeviceChoice::Webgpu).await;
    if any.info.name.to_lowercase().contains("swiftshader") {
        assert_eq!(auto.info.kind, DeviceChoice::Cpu);
        assert!(auto.info.note.is_some_and(|note| note.contains("software")));
    }
}

/// WebAssembly memory never shrinks, so a second copy of the weights would stay. Alone in its process this test sees all that
/// is taken; after others some of it was there already.
#[wasm_bindgen_test]
async fn weights_of_161_mib_go_from_a_file_to_the_device_without_a_second_copy() {
    const BESIDE: u64 = 16 << 20;
    let file: Rc<dyn FileSource> = Rc::new(BlobSource { path: "model.pth.tar".to_owned(), blob: blob_of_full_size().await });
    let (config, _) = MapsConfig::parse("maps.json", full_size::maps_json().as_bytes()).expect("a configuration");
    let architecture = Architecture::of(&config).expect("a supported architecture");
    let (before, started) = (memory_bytes().expect("a memory"), now());
    let weights = read_checkpoint("model.pth.tar", &file).await.expect("a checkpoint").state_dict;
    let built = architecture.build(&config.input_size, &weights, &Device::flex(), WorkLimits::CPU, &Unpaced).await;
    let n_parameters = built.expect("the checkpoint fits").network.n_parameters();
    let grown = memory_bytes().expect("a memory") - before;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    console_log!("{:.1} MiB of memory, {:.1} more for the weights, in {:.2} s", mib(before), mib(grown), (now() - started) / 1e3);
    assert!(grown <= 4 * n_parameters + BESIDE, "{grown} bytes for {n_parameters} weights");
}

/// A file of 169 MB in the browser's memory, most of it zeros.
async fn blob_of_full_size() -> web_sys::Blob {
    const PART: u64 = 1 << 20;
    let file = full_size::write_checkpoint(holes::Holes::default());
    let zeros = Uint8Array::new_with_length(PART as u32);
    let parts = Array::new();
    for start in (0..file.len()).step_by(PART as usize) {
        let bytes = file.read(start..file.len().min(start + PART)).await.expect("a part");
        let is_hole = bytes.len() as u64 == PART && bytes.iter().all(|&byte| byte == 0);
        let part = if is_hole { zeros.clone() } else { Uint8Array::from(bytes.as_slice()) };
        parts.push(&part);
    }
    web_sys::Blob::new_with_u8_array_sequence(&parts).expect("a blob")
}

async fn check_all(open: &OpenDevice, limits: WorkLimits, tolerance: Tolerance, wanted: impl Fn(&Case) -> bool) {
    let mut misses = Vec::new();
    let mut network = None;
    let mut key = None;
    let started = now();
    let cases: Vec<_> = fixture::cases().into_iter().filter(|case| wanted(case)).collect();
    for case in &cases {
        if key.as_ref() != Some(&case.network_key()) {
            key = Some(case.network_key());
            network = Some(case.network(&open.device, limits).await);
        }
        let Some(network) = &network else { continue };
        misses.extend(numerics::check(case, network, tolerance).await.err());
    }
    console_log!("{} cases on {} in {:.1} s", cases.len(), open.info.name, (now() - started) / 1e3);
    assert!(!cases.is_empty() && misses.is_empty(), "{}", misses.join("\n"));
}

/// From now on notes the largest buffer binding of any bind group; the result reads it.
fn watch_bindings() -> impl Fn() -> u64 {
    let code = "
        const create = GPUDevice.prototype.createBindGroup;
        globalThis.largestBinding = 0;
        GPUDevice.prototype.createBindGroup = function (descriptor) {
            for (const { resource } of descriptor.entries) {
                const size = resource.size ?? (resource.buffer ? resource.buffer.size - (resource.offset ?? 0) : resource.size ?? 0);
                globalThis.largestBinding = Math.max(globalThis.largestBinding, size ?? 0);
            }
            return create.call(this, descriptor);
        };";
    js_sys::eval(code).expect("the patch is JavaScript");
    || js_sys::Reflect::get(&js_sys::global(), &"largestBinding".into()).ok().and_then(|v| v.as_f64()).unwrap_or(0.0) as u64
}

fn now() -> f64 {
    js_sys::Date::now()
}

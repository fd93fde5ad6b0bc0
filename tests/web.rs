//! The fixtures once more, in a browser: on the CPU path and on WebGPU. Run by `cargo xtask test`.
#![cfg(target_arch = "wasm32")]

mod npy_bytes;
mod numerics;

use maplens::attribution::Method;
use maplens::engine::device::{self, OpenDevice};
use maplens::engine::message::DeviceChoice;
use maplens::network::WorkLimits;
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

/// One test for each MAPS, so that the runner tells how far it is.
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
}

async fn check_on_webgpu(maps: &str) {
    let gpu = device::open(DeviceChoice::Webgpu).await;
    assert_eq!(gpu.info.kind, DeviceChoice::Webgpu, "{:?}", gpu.info.note);
    check_all(&gpu, gpu.limits, WEBGPU, |case| case.id.starts_with(maps) && is_on_webgpu(case)).await;
}

fn is_on_webgpu(case: &Case) -> bool {
    let is_chosen = match case.method {
        Method::Gradients => case.target == 0,
        Method::GradCam { level } => LEVELS_ON_WEBGPU.contains(&level),
    };
    is_chosen && case.id.contains(PARTICIPANT_ON_WEBGPU)
}

#[wasm_bindgen_test]
async fn fused_blocks_equal_the_stock_layers() {
    let gpu = device::open(DeviceChoice::Webgpu).await;
    assert_eq!(gpu.info.kind, DeviceChoice::Webgpu, "{:?}", gpu.info.note);
    let misses = fused_blocks::check_all(&gpu.device).await;
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

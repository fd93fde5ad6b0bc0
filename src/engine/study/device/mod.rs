//! The one place that chooses between WebGPU and the CPU, and that creates devices.

mod gpu;

pub use gpu::{Adapters, Gpu, NoGpu};

use burn::tensor::Device;

use crate::export::record::DeviceRecord;
use crate::kernels::cpu::{has_multiply_add, n_threads};
use crate::network::WorkLimits;
use crate::protocol::{DeviceChoice, DeviceInfo};

/// A device with its name and its limits.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    /// The device that tensors are made on.
    pub device: Device,
    /// The sizes into which the planner cuts the work.
    pub limits: WorkLimits,
    /// The most that weights and activations may take, where that is known.
    pub memory_limit: Option<u64>,
    /// Its description for the page.
    pub info: DeviceInfo,
}

/// WebAssembly's addresses have 32 bits; a quarter of a gigabyte is left to the program, the image and the map. No browser
/// says how much memory a graphics adapter has.
const MEMORY_LIMIT: Option<u64> = if cfg!(target_arch = "wasm32") { Some((4 << 30) - (256 << 20)) } else { None };

/// The name of the way in which the CPU adds products, which changes the last bits of a map.
fn arithmetic() -> &'static str {
    if has_multiply_add() { "multiply-add" } else { "multiplication, then addition" }
}

impl OpenDevice {
    /// The device with `n_helpers` more threads that have no memory in common with this one; a GPU stays as it is.
    pub fn with_helpers(mut self, n_helpers: usize) -> Self {
        if self.info.kind == DeviceChoice::Cpu {
            self.limits.n_helpers = n_helpers;
            self.info.threads = n_threads() + n_helpers;
        }
        self
    }

    /// The device as a record describes it.
    pub fn record(&self) -> DeviceRecord {
        let kind = if self.info.kind == DeviceChoice::Webgpu { "webgpu" } else { "cpu" }.to_owned();
        let is_cpu = self.info.kind == DeviceChoice::Cpu;
        let (arithmetic, threads) = (is_cpu.then(|| arithmetic().to_owned()), is_cpu.then_some(self.info.threads));
        let DeviceInfo { name, max_binding_bytes, .. } = self.info.clone();
        DeviceRecord { kind, name, max_binding_bytes, arithmetic, threads }
    }
}

/// Opens a device by the user's choice. There always is one: where WebGPU cannot be had, the CPU computes and a note says why.
pub async fn open(choice: DeviceChoice) -> OpenDevice {
    open_as_asked(choice).await.unwrap_or_else(|reason| cpu(Some(format!("{reason}: computing on the CPU"))))
}

/// Opens the device that was asked for, and no other in its place.
///
/// # Errors
/// If a graphics adapter was asked for and cannot be had.
pub async fn open_as_asked(choice: DeviceChoice) -> Result<OpenDevice, NoGpu> {
    let adapters = match choice {
        DeviceChoice::Cpu => return Ok(cpu(None)),
        DeviceChoice::Auto => Adapters::Hardware,
        DeviceChoice::Webgpu => Adapters::Any,
    };
    gpu::open(adapters).await.map(webgpu_device)
}

/// The CPU; `note` says why it is not the device that was asked for.
pub fn cpu(note: Option<String>) -> OpenDevice {
    let limits = WorkLimits::CPU;
    let max_binding_bytes = limits.max_tensor_bytes;
    let info = DeviceInfo { kind: DeviceChoice::Cpu, name: "CPU".to_owned(), max_binding_bytes, threads: n_threads(), note };
    OpenDevice { device: Device::flex(), limits, memory_limit: MEMORY_LIMIT, info }
}

fn webgpu_device(Gpu { device, name, max_binding_bytes }: Gpu) -> OpenDevice {
    let info = DeviceInfo { kind: DeviceChoice::Webgpu, name, max_binding_bytes, threads: 1, note: None };
    OpenDevice { device, limits: WorkLimits::gpu(max_binding_bytes), memory_limit: None, info }
}

//! The one place that chooses between WebGPU and the CPU, and that creates devices.

mod gpu;

use burn::tensor::Device;

use crate::export::record::DeviceRecord;
use crate::kernels::cpu::{has_multiply_add, n_threads};
use crate::network::WorkLimits;
use crate::protocol::{DeviceChoice, DeviceInfo};

/// A device with what one must know to use it.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    /// For tensors.
    pub device: Device,
    /// For the planner.
    pub limits: WorkLimits,
    /// The most that weights and activations may take, where that is known.
    pub memory_limit: Option<u64>,
    /// For the user.
    pub info: DeviceInfo,
}

/// WebAssembly's addresses have 32 bits; a quarter of a gigabyte is left to the program, the image and the map. No browser
/// tells how much memory a graphics adapter has.
const MEMORY_LIMIT: Option<u64> = if cfg!(target_arch = "wasm32") { Some((4 << 30) - (256 << 20)) } else { None };

/// How the CPU adds products, which changes the last bits of a map.
fn arithmetic() -> &'static str {
    if has_multiply_add() { "multiply-add" } else { "multiplication, then addition" }
}

/// A graphics adapter that was asked for and answered.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// Its device.
    pub device: Device,
    /// The adapter's own name.
    pub name: String,
    /// Largest storage binding in bytes.
    pub max_binding_bytes: u64,
}

/// Which adapters are welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapters {
    /// Hardware only: on a software adapter the network's operations take some hundred times as long as on the CPU path.
    Hardware,
    /// Software adapters too.
    Any,
}

/// Why there is no GPU to compute on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoGpu {
    /// No WebGPU in this browser, or on this machine no driver that wgpu knows.
    #[error("there is no WebGPU adapter here")]
    Missing,
    /// Only a software adapter, which was not welcome.
    #[error("the only WebGPU adapter ({name}) is a software one, slower than the CPU path")]
    Software {
        /// The adapter's own name.
        name: String,
    },
    /// There is one, but it refused.
    #[error("the WebGPU adapter refused ({reason})")]
    Refused {
        /// In its own words.
        reason: String,
    },
}

impl OpenDevice {
    /// The same, where it is the CPU with so many threads more that have no memory in common with this one.
    pub fn with_helpers(mut self, n_helpers: usize) -> Self {
        if self.info.kind == DeviceChoice::Cpu {
            self.limits.n_helpers = n_helpers;
            self.info.threads = n_threads() + n_helpers;
        }
        self
    }

    /// What a record says of it.
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

/// The CPU, and why it is not what was asked for.
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

//! WebGPU through burn's wgpu runtime: the browser's, or natively Vulkan, Metal or DirectX.

use burn::tensor::Device;
use burn::tensor::wgpu::{WgpuSetup, wgpu};

/// A graphics adapter that was asked for and answered.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// The device that tensors are made on.
    pub device: Device,
    /// The adapter's own name.
    pub name: String,
    /// Largest storage binding in bytes.
    pub max_binding_bytes: u64,
}

/// The adapters that may be taken.
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
    /// Only a software adapter, which was not to be taken.
    #[error("the only WebGPU adapter ({name}) is a software one, slower than the CPU path")]
    Software {
        /// The adapter's own name.
        name: String,
    },
    /// There is one, but it refused.
    #[error("the WebGPU adapter refused ({reason})")]
    Refused {
        /// The reason that the driver gave.
        reason: String,
    },
}

/// Asks for an adapter and a device with all that the adapter can do.
///
/// Every call makes a new device, so that one which was lost can be replaced.
///
/// # Errors
/// [`NoGpu`] if there is no adapter of that kind, or it refuses.
pub async fn open(adapters: Adapters) -> Result<Gpu, NoGpu> {
    // OpenGL is left out: its drivers bind too little memory at once, and its software adapter answers on any machine.
    let descriptor =
        wgpu::InstanceDescriptor { backends: wgpu::Backends::PRIMARY, ..wgpu::InstanceDescriptor::new_without_display_handle() };
    let instance = wgpu::Instance::new(descriptor);
    let options = wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let adapter = instance.request_adapter(&options).await.map_err(|_| NoGpu::Missing)?;
    let info = adapter.get_info();
    let name = name_of(&info);
    if adapters == Adapters::Hardware && info.device_type == wgpu::DeviceType::Cpu {
        return Err(NoGpu::Software { name });
    }
    let refused = |reason: String| NoGpu::Refused { reason };
    let descriptor = wgpu::DeviceDescriptor {
        required_features: adapter.features().difference(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(|error| refused(error.to_string()))?;
    let limits = device.limits();
    let max_binding_bytes = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
    let setup = WgpuSetup { instance, adapter, device, queue, backend: info.backend };
    let device = Device::wgpu_options().setup(setup).init().map_err(|error| refused(error.to_string()))?;
    Ok(Gpu { device, name, max_binding_bytes })
}

/// The first name that the driver gives: browsers say little about an adapter.
fn name_of(info: &wgpu::AdapterInfo) -> String {
    let parts = [&info.name, &info.driver_info, &info.driver];
    parts.into_iter().find(|part| !part.is_empty()).map_or_else(|| "unnamed adapter".to_owned(), Clone::clone)
}

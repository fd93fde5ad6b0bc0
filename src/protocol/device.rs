//! Which device computes.

use serde::{Deserialize, Serialize};

/// The user's choice of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// WebGPU on a hardware adapter, else the CPU.
    #[default]
    Auto,
    /// WebGPU on whatever adapter there is, a software one too.
    Webgpu,
    /// The CPU.
    Cpu,
}

/// The device in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// `Webgpu` or `Cpu`; never `Auto`.
    pub kind: DeviceChoice,
    /// The adapter's own name, or "CPU".
    pub name: String,
    /// Largest piece of memory one kernel may bind, in bytes.
    pub max_binding_bytes: u64,
    /// Number of CPU threads that compute together; 1 for a GPU.
    pub threads: usize,
    /// Why another device was chosen than the user's choice, one sentence.
    pub note: Option<String>,
}

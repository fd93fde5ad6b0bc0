//! Native builds compute on the CPU.

use super::{Adapters, Gpu, NoGpu};

/// There is none.
pub async fn open(_adapters: Adapters) -> Result<Gpu, NoGpu> {
    Err(NoGpu::Missing)
}

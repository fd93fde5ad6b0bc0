//! The planes of a residual block's input that are in memory.

use crate::kernels::cpu::plane_range::PlaneRange;

/// Some planes of a block's input C×D×H×W.
#[derive(Debug, Clone, Copy)]
pub struct InputPlanes<'a> {
    /// The planes of each channel, channels slowest.
    pub values: &'a [f32],
    /// Which planes they are.
    pub in_memory: PlaneRange,
}

impl<'a> InputPlanes<'a> {
    /// Row `y` of plane `z` of a channel; `shape` are rows and columns of a plane.
    #[inline(always)]
    pub fn row(&self, channel: usize, z: usize, y: usize, shape @ [_, width]: [usize; 2]) -> &'a [f32] {
        &self.values[self.in_memory.row(channel, z, y, shape)..][..width]
    }
}

//! Planes of a block's input, as many of them as there are.

use crate::kernels::cpu::held::Held;

/// Some planes of C×D×H×W.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Planes of each channel.
    pub values: &'a [f32],
    /// Which ones.
    pub held: Held,
}

impl<'a> Input<'a> {
    /// Row `y` of plane `z` of a channel.
    #[inline(always)]
    pub fn row(&self, channel: usize, z: usize, y: usize, shape @ [_, width]: [usize; 2]) -> &'a [f32] {
        &self.values[self.held.row(channel, z, y, shape)..][..width]
    }
}

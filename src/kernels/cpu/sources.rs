//! The voxels of a row of blocks that carry a gradient.

use super::passed;
use crate::kernels::winner;

/// Of each output channel one for each block. Channels lie apart, so that vectors hold blocks while they are listed.
pub struct Sources {
    /// Gradients of the convolution's output: channels × blocks.
    gradients: Vec<f32>,
    /// Where in their blocks they lie.
    offsets: Vec<u32>,
    width: usize,
    n_channels: usize,
    /// Of one block, those that carry any.
    open: Vec<Source>,
}

/// The voxel of a block that carries a gradient, in one output channel.
#[derive(Clone, Copy, Default)]
pub struct Source {
    /// Its output channel.
    pub channel: u32,
    /// The gradient of the convolution's output there.
    pub gradient: f32,
    /// Where in the block it lies.
    pub offset: u32,
}

impl Sources {
    /// Of rows of `width` blocks.
    pub fn new(n_channels: usize, width: usize) -> Self {
        let n = n_channels * width;
        Self { gradients: vec![0.0; n], offsets: vec![0; n], width, n_channels, open: vec![Source::default(); n_channels] }
    }

    /// Blocks.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Sets those of a channel from the gradient with respect to the output and its [`winner`] codes.
    #[inline(always)]
    pub fn set(&mut self, channel: usize, values: &[f32], codes: &[u8], scale: f32) {
        let row = channel * self.width..(channel + 1) * self.width;
        for ((to, &value), &code) in self.gradients[row.clone()].iter_mut().zip(values).zip(codes) {
            *to = passed(value, code, scale);
        }
        for (to, &code) in self.offsets[row].iter_mut().zip(codes) {
            *to = u32::from(code & winner::OFFSET);
        }
    }

    /// Gradient and offset of a block in a channel.
    #[inline(always)]
    pub fn of(&self, channel: usize, x: usize) -> (f32, u32) {
        let at = channel * self.width + x;
        (self.gradients[at], self.offsets[at])
    }

    /// Those of a block that carry a gradient, in the order of channels.
    #[inline(always)]
    pub fn open(&mut self, x: usize) -> &[Source] {
        let mut n_open = 0;
        for channel in 0..self.n_channels {
            let (gradient, offset) = self.of(channel, x);
            // Written in any case, without a branch: nobody can predict which are open.
            self.open[n_open] = Source { channel: channel as u32, gradient, offset };
            n_open += usize::from(gradient != 0.0);
        }
        &self.open[..n_open]
    }
}

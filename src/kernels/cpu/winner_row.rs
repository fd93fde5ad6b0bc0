//! The winners of a row of pooling blocks: the voxels that carry a gradient.

use super::output_gradient::passed;
use crate::kernels::winner;

/// One row of pooling blocks: for each block and output channel the gradient of the convolution's output at the winning voxel,
/// and where in the block that voxel lies. Channels lie apart, so that vectors hold neighbouring blocks while they are set.
pub struct WinnerRow {
    /// Gradients of the convolution's output: channels × blocks.
    gradients: Vec<f32>,
    /// Offsets of the winners in their blocks, as in [`winner::OFFSET`]: channels × blocks.
    offsets: Vec<u32>,
    width: usize,
    n_channels: usize,
    /// The channels of one block whose gradient is not zero; room for all of them.
    nonzero: Vec<Winner>,
}

/// The voxel of a pooling block that carries the gradient of one output channel.
#[derive(Clone, Copy, Default)]
pub struct Winner {
    /// The output channel.
    pub channel: u32,
    /// The gradient of the convolution's output at the voxel.
    pub gradient: f32,
    /// Where in its block the voxel lies, as in [`winner::OFFSET`].
    pub offset: u32,
}

impl WinnerRow {
    /// A row of `width` blocks without gradients.
    pub fn new(n_channels: usize, width: usize) -> Self {
        let n = n_channels * width;
        Self { gradients: vec![0.0; n], offsets: vec![0; n], width, n_channels, nonzero: vec![Winner::default(); n_channels] }
    }

    /// Number of blocks in the row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Sets the winners of a channel from the gradient with respect to the block's output and its [`winner`] codes.
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

    /// Gradient and offset of the winner of block `x` in a channel.
    #[inline(always)]
    pub fn of(&self, channel: usize, x: usize) -> (f32, u32) {
        let at = channel * self.width + x;
        (self.gradients[at], self.offsets[at])
    }

    /// The winners of block `x` whose gradient is not zero, in the order of channels.
    #[inline(always)]
    pub fn nonzero(&mut self, x: usize) -> &[Winner] {
        let mut n_nonzero = 0;
        for channel in 0..self.n_channels {
            let (gradient, offset) = self.of(channel, x);
            // Written in any case, without a branch: which gradients are zero cannot be predicted.
            self.nonzero[n_nonzero] = Winner { channel: channel as u32, gradient, offset };
            n_nonzero += usize::from(gradient != 0.0);
        }
        &self.nonzero[..n_nonzero]
    }
}

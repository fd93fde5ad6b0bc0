//! What a helper is told: plain data.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::kernels::cpu::residual::ResidualParameters;
use crate::kernels::{Activation, BlockParameters, Rectifier};

/// What to do with the arrays of the same packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelperRequest {
    /// Remember a block. Floats: weights, bias, scale, shift. It has no answer.
    DefineBlock {
        /// By which number it is asked for.
        block: u32,
        /// Its shape.
        shape: BlockShape,
    },
    /// Remember a residual block. Floats: the same of its convolutions and its shortcut. It has no answer.
    DefineResidual {
        /// By which number it is asked for.
        block: u32,
        /// Of the first and the second convolution, and of the shortcut.
        shapes: [BlockShape; 3],
        /// After the first convolution, and after the sum.
        activations: [Activation; 2],
    },
    /// Forget a block. It has no answer.
    Forget {
        /// Its number.
        block: u32,
    },
    /// Compute planes of the output. Floats: the planes of the input that they look at. Answered by their values, and bytes
    /// that tell where these came from.
    Forward {
        /// The block.
        piece: PieceKey,
        /// Planes, rows and columns of the whole input.
        axes: [usize; 3],
        /// Which planes of the output.
        planes: Range<usize>,
        /// Whether the bytes are wanted.
        keeps: bool,
    },
    /// Compute steps of the way back. Floats and bytes: gradient and winners of the planes of the output that they look at; of
    /// residual blocks first planes of the input, and at the end planes of the output and what comes of squeeze-excitation.
    /// Answered by planes of the input's gradient.
    Backward {
        /// The block.
        piece: PieceKey,
        /// Planes, rows and columns of the whole input.
        axes: [usize; 3],
        /// Which steps.
        steps: Range<usize>,
    },
}

/// A piece of work on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceKey {
    /// The number by which its answer is recognised.
    pub number: u32,
    /// The block.
    pub block: u32,
}

/// A block without its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockShape {
    n_in: usize,
    n_out: usize,
    n_axes: usize,
    stride: usize,
    pool: bool,
    rectifier: Rectifier,
}

impl BlockShape {
    /// Of a block.
    pub fn of(parameters: &BlockParameters) -> Self {
        let &BlockParameters { n_in, n_out, n_axes, stride, pool, rectifier, .. } = parameters;
        Self { n_in, n_out, n_axes, stride, pool, rectifier }
    }

    /// The block, if these are its weights, bias, scale and shift.
    pub fn with(self, values: &[f32]) -> Option<BlockParameters> {
        let n_taps = if self.n_axes == 3 { 27 } else { 9 };
        self.taken_from(&mut &*values, n_taps).filter(|_| self.n_values(n_taps) == Some(values.len()))
    }

    fn n_values(self, n_taps: usize) -> Option<usize> {
        self.n_out.checked_mul(self.n_in)?.checked_mul(n_taps)?.checked_add(self.n_out.checked_mul(3)?)
    }

    /// The block from the first values, which are taken away.
    fn taken_from(self, values: &mut &[f32], n_taps: usize) -> Option<BlockParameters> {
        let Self { n_in, n_out, n_axes, stride, pool, rectifier } = self;
        let is_known = [2, 3].contains(&n_axes) && [1, 2].contains(&stride);
        let n_weights = n_out.checked_mul(n_in)?.checked_mul(n_taps).filter(|n| is_known && *n > 0)?;
        let mut take = |n: usize| {
            let (taken, unassigned) = values.split_at_checked(n)?;
            *values = unassigned;
            Some(taken.to_vec())
        };
        let (weight, bias, scale, shift) = (take(n_weights)?, take(n_out)?, take(n_out)?, take(n_out)?);
        Some(BlockParameters { n_in, n_out, n_axes, stride, pool, weight, bias, scale, shift, rectifier })
    }
}

/// The residual block of these shapes, if these are its values.
pub fn residual(
    [first, second, shortcut]: [BlockShape; 3],
    activations: [Activation; 2],
    mut values: &[f32],
) -> Option<ResidualParameters> {
    let is_joined = first.n_in == shortcut.n_in && first.n_out == second.n_in && second.n_out == shortcut.n_out;
    let is_known = [first, second].iter().all(|shape| shape.n_axes == 3 && shape.stride == 1 && !shape.pool);
    let (first, second) = (first.taken_from(&mut values, 27)?, second.taken_from(&mut values, 27)?);
    let shortcut = shortcut.taken_from(&mut values, 1)?;
    (is_joined && is_known && values.is_empty()).then_some(ResidualParameters { first, second, shortcut, activations })
}

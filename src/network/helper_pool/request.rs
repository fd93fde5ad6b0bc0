//! What a helper is asked for: plain data.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::kernels::cpu::residual::ResidualParameters;
use crate::kernels::{Activation, BlockParameters, Rectifier};

/// What to do with the arrays of the same packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelperRequest {
    /// Store a block. Floats: weights, bias, scale, shift. It has no response.
    DefineBlock {
        /// The number under which the block is stored.
        block: u32,
        /// Shape of the block.
        shape: BlockShape,
    },
    /// Store a residual block. Floats: weights, bias, scale, shift of the first and the second convolution and of the shortcut. It has
    /// no response.
    DefineResidual {
        /// The number under which the block is stored.
        block: u32,
        /// Shapes of the first and the second convolution and of the shortcut.
        shapes: [BlockShape; 3],
        /// Activations after the first convolution and after the sum.
        activations: [Activation; 2],
    },
    /// Remove a block. It has no response.
    Forget {
        /// The number under which the block is stored.
        block: u32,
    },
    /// Compute planes of the output. Floats: the planes of the input that they depend on; where the bytes are wanted of a block that is no
    /// residual block, its margins follow, of sums and of values. The response has the values, and bytes that say which input voxel
    /// each came from.
    Forward {
        /// The piece.
        piece: PieceKey,
        /// Planes, rows and columns of the whole input.
        axes: [usize; 3],
        /// Planes of the output.
        planes: Range<usize>,
        /// Whether the response is to have the bytes.
        keeps: bool,
    },
    /// Compute units of the gradient with respect to the input. Floats and bytes: gradient and winner codes of the planes of the output
    /// that they depend on; for residual blocks the floats begin with planes of the input, and end with planes of the output, the gate
    /// and the gradient through the means of squeeze-excitation. The response has planes of the input's gradient.
    Backward {
        /// The piece.
        piece: PieceKey,
        /// Planes, rows and columns of the whole input.
        axes: [usize; 3],
        /// Units of the gradient.
        units: Range<usize>,
    },
}

impl HelperRequest {
    /// The request as a packet's header.
    pub fn to_json(&self) -> String {
        // Only a map whose keys are not text could fail, and a request has none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A piece of work on a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceKey {
    /// Identifies the piece in its response.
    pub number: u32,
    /// The number under which the block is stored.
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
    /// The shape of a block with these parameters.
    pub fn of(parameters: &BlockParameters) -> Self {
        let &BlockParameters { n_in, n_out, n_axes, stride, pool, rectifier, .. } = parameters;
        Self { n_in, n_out, n_axes, stride, pool, rectifier }
    }

    /// The parameters of this shape with weights, bias, scale and shift; `None` if there are not exactly as many values as they need.
    pub fn with(self, values: &[f32]) -> Option<BlockParameters> {
        let n_taps = if self.n_axes == 3 { 27 } else { 9 };
        self.take_from(&mut &*values, n_taps).filter(|_| self.n_values(n_taps) == Some(values.len()))
    }

    fn n_values(self, n_taps: usize) -> Option<usize> {
        self.n_out.checked_mul(self.n_in)?.checked_mul(n_taps)?.checked_add(self.n_out.checked_mul(3)?)
    }

    /// The parameters of this shape with the first values, which are removed from `values`.
    fn take_from(self, values: &mut &[f32], n_taps: usize) -> Option<BlockParameters> {
        let Self { n_in, n_out, n_axes, stride, pool, rectifier } = self;
        let is_known = [2, 3].contains(&n_axes) && [1, 2].contains(&stride);
        let n_weights = n_out.checked_mul(n_in)?.checked_mul(n_taps).filter(|n| is_known && *n > 0)?;
        let mut take = |n: usize| {
            let (taken, rest) = values.split_at_checked(n)?;
            *values = rest;
            Some(taken.to_vec())
        };
        let (weight, bias, scale, shift) = (take(n_weights)?, take(n_out)?, take(n_out)?, take(n_out)?);
        Some(BlockParameters { n_in, n_out, n_axes, stride, pool, weight, bias, scale, shift, rectifier })
    }
}

/// The parameters of a residual block of these shapes; `None` if the shapes do not fit each other, or the values do not fit the shapes.
pub fn residual(
    [first, second, shortcut]: [BlockShape; 3],
    activations: [Activation; 2],
    mut values: &[f32],
) -> Option<ResidualParameters> {
    let is_joined = first.n_in == shortcut.n_in && first.n_out == second.n_in && second.n_out == shortcut.n_out;
    let is_known = [first, second].iter().all(|shape| shape.n_axes == 3 && shape.stride == 1 && !shape.pool);
    let (first, second) = (first.take_from(&mut values, 27)?, second.take_from(&mut values, 27)?);
    let shortcut = shortcut.take_from(&mut values, 1)?;
    (is_joined && is_known && values.is_empty()).then_some(ResidualParameters { first, second, shortcut, activations })
}

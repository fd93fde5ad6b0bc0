//! What a helper is told, and how it does it: plain data in, plain data out.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::network::kernels::cpu::{CpuBlock, OutputGradient};
use crate::network::kernels::{BlockParameters, Rectifier};

/// What to do with the arrays of the same parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Remember a block. Floats: weights, bias, scale, shift. It has no answer.
    Learn {
        /// By which number it is asked for.
        block: u32,
        /// Its form.
        form: Form,
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
    /// Compute steps of the way back. Floats and bytes: gradient and winners of the planes of the output that they look at.
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
pub struct Form {
    n_in: usize,
    n_out: usize,
    n_axes: usize,
    stride: usize,
    pool: bool,
    rectifier: Rectifier,
}

impl Form {
    /// Of a block.
    pub fn of(parameters: &BlockParameters) -> Self {
        let &BlockParameters { n_in, n_out, n_axes, stride, pool, rectifier, .. } = parameters;
        Self { n_in, n_out, n_axes, stride, pool, rectifier }
    }

    /// The block, if these are its weights, bias, scale and shift.
    fn with(self, values: &[f32]) -> Option<BlockParameters> {
        let Self { n_in, n_out, n_axes, stride, pool, rectifier } = self;
        let is_known = [2, 3].contains(&n_axes) && [1, 2].contains(&stride);
        let n_taps = if n_axes == 3 { 27 } else { 9 };
        let n_weights = n_out.checked_mul(n_in)?.checked_mul(n_taps).filter(|n| is_known && *n > 0)?;
        let (weight, rest) = values.split_at_checked(n_weights)?;
        let (bias, rest) = rest.split_at_checked(n_out)?;
        let (scale, shift) = rest.split_at_checked(n_out)?;
        let [weight, bias, scale, shift] = [weight, bias, scale, shift].map(<[f32]>::to_vec);
        (shift.len() == n_out).then_some(BlockParameters { n_in, n_out, n_axes, stride, pool, weight, bias, scale, shift, rectifier })
    }
}

/// What a helper answers: the arrays of [`Order::Forward`] or [`Order::Backward`].
#[derive(Debug, Default)]
pub struct Answer {
    /// Which piece it is, as JSON.
    pub words: String,
    /// Values.
    pub floats: Vec<f32>,
    /// Where they came from.
    pub bytes: Vec<u8>,
}

/// A thread that computes pieces for another one.
#[derive(Debug, Default)]
pub struct Helper {
    blocks: BTreeMap<u32, CpuBlock>,
}

impl Helper {
    /// Does as it is told; nothing to answer for what is only to be remembered.
    ///
    /// # Errors
    /// In words, if the order makes no sense.
    pub fn obey(&mut self, words: &str, floats: &[f32], bytes: &[u8]) -> Result<Option<Answer>, String> {
        let order: Order = serde_json::from_str(words).map_err(|error| error.to_string())?;
        match order {
            Order::Learn { block, form } => {
                let parameters = form.with(floats).ok_or("a block whose weights do not fit it")?;
                self.blocks.insert(block, CpuBlock::new(&parameters));
                Ok(None)
            }
            Order::Forget { block } => {
                self.blocks.remove(&block);
                Ok(None)
            }
            Order::Forward { piece, axes, planes, keeps } => {
                let block = self.block(piece)?;
                check(&planes, block.geometry().output(axes)[0])?;
                let n = count(block.geometry().n_in, &block.input_planes(axes, &planes), axes);
                (n == Some(floats.len())).then_some(()).ok_or("planes that do not fit their piece")?;
                let (floats, bytes) = block.forward_piece(floats, axes, planes, keeps);
                Ok(Some(Answer { words: words_of(piece), floats, bytes }))
            }
            Order::Backward { piece, axes, steps } => {
                let block = self.block(piece)?;
                check(&steps, block.gradient_steps(axes))?;
                let geometry = block.geometry();
                let n = count(geometry.n_out, &block.output_planes(axes, &steps), geometry.output(axes));
                (n == Some(floats.len()) && n == Some(bytes.len())).then_some(()).ok_or("gradients that do not fit their piece")?;
                let gradient = OutputGradient { values: floats, winners: bytes };
                let floats = block.gradient_piece(gradient, axes, steps);
                Ok(Some(Answer { words: words_of(piece), floats, bytes: Vec::new() }))
            }
        }
    }

    fn block(&self, piece: PieceKey) -> Result<&CpuBlock, String> {
        self.blocks.get(&piece.block).ok_or_else(|| format!("no block {}", piece.block))
    }
}

/// Values of planes of so many channels.
pub fn count(n_channels: usize, planes: &Range<usize>, [_, height, width]: [usize; 3]) -> Option<usize> {
    n_channels.checked_mul(planes.len())?.checked_mul(height)?.checked_mul(width)
}

fn check(range: &Range<usize>, n: usize) -> Result<(), String> {
    let is_in = range.start < range.end && range.end <= n;
    is_in.then_some(()).ok_or_else(|| format!("there are {n} steps, not {range:?}"))
}

fn words_of(piece: PieceKey) -> String {
    piece.number.to_string()
}

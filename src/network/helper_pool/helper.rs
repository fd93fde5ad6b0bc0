//! What a helper does with its orders: plain data in, plain data out.

use std::collections::BTreeMap;
use std::ops::Range;

use super::request::{HelperRequest, PieceKey, residual};
use crate::kernels::cpu::residual::{CpuResidual, Excited, GradientInputs, PooledGradient, Way};
use crate::kernels::cpu::{CpuBlock, OutputGradient};

/// What a helper answers: the arrays of [`HelperRequest::Forward`] or [`HelperRequest::Backward`].
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
    blocks: BTreeMap<u32, Block>,
}

/// What it remembers.
#[derive(Debug)]
enum Block {
    Fused(Box<CpuBlock>),
    Residual(Box<CpuResidual>),
}

/// In words, what makes no sense.
const UNFIT_BLOCK: &str = "a block whose weights do not fit it";
const UNFIT_PIECE: &str = "planes that do not fit their piece";

impl Helper {
    /// Does as it is told; nothing to answer for what is only to be remembered.
    ///
    /// # Errors
    /// In words, if the order makes no sense.
    pub fn handle(&mut self, words: &str, floats: &[f32], bytes: &[u8]) -> Result<Option<Answer>, String> {
        let request: HelperRequest = serde_json::from_str(words).map_err(|error| error.to_string())?;
        let (piece, (floats, bytes)) = match request {
            HelperRequest::DefineBlock { block, shape } => {
                let parameters = shape.with(floats).ok_or(UNFIT_BLOCK)?;
                self.blocks.insert(block, Block::Fused(Box::new(CpuBlock::new(&parameters))));
                return Ok(None);
            }
            HelperRequest::DefineResidual { block, shapes, activations } => {
                let parameters = residual(shapes, activations, floats).ok_or(UNFIT_BLOCK)?;
                self.blocks.insert(block, Block::Residual(Box::new(CpuResidual::new(&parameters))));
                return Ok(None);
            }
            HelperRequest::Forget { block } => {
                self.blocks.remove(&block);
                return Ok(None);
            }
            HelperRequest::Forward { piece, axes, planes, keeps } => (piece, self.block(piece)?.forward(floats, axes, planes, keeps)?),
            HelperRequest::Backward { piece, axes, steps } => {
                (piece, (self.block(piece)?.backward(floats, bytes, axes, steps)?, Vec::new()))
            }
        };
        Ok(Some(Answer { words: piece.number.to_string(), floats, bytes }))
    }

    fn block(&self, piece: PieceKey) -> Result<&Block, String> {
        self.blocks.get(&piece.block).ok_or_else(|| format!("no block {}", piece.block))
    }
}

impl Block {
    fn forward(&self, floats: &[f32], axes: [usize; 3], planes: Range<usize>, keeps: bool) -> Result<(Vec<f32>, Vec<u8>), String> {
        match self {
            Self::Fused(block) => {
                check(&planes, block.geometry().output(axes)[0])?;
                fits(floats, count(block.geometry().n_in, &block.input_planes(axes, &planes), axes))?;
                Ok(block.forward_piece(floats, axes, planes, keeps))
            }
            Self::Residual(block) => {
                check(&planes, CpuResidual::output(axes)[0])?;
                fits(floats, count(block.n_in(), &block.input_planes(axes, Way::Forward, &planes), axes))?;
                Ok(block.forward_piece(floats, axes, planes, keeps))
            }
        }
    }

    fn backward(&self, floats: &[f32], bytes: &[u8], axes: [usize; 3], steps: Range<usize>) -> Result<Vec<f32>, String> {
        match self {
            Self::Fused(block) => {
                check(&steps, block.gradient_units(axes))?;
                let n = count(block.geometry().n_out, &block.output_planes(axes, &steps), block.geometry().output(axes));
                fits(floats, n)?;
                fits(bytes, n)?;
                Ok(block.gradient_piece(OutputGradient { values: floats, winners: bytes }, axes, steps))
            }
            Self::Residual(block) => {
                check(&steps, axes[0])?;
                let n = count(block.n_out(), &block.output_planes(axes, &steps), CpuResidual::output(axes));
                fits(bytes, n)?;
                let n_x = count(block.n_in(), &block.input_planes(axes, Way::Backward, &steps), axes).ok_or(UNFIT_PIECE)?;
                let (x, unassigned) = floats.split_at_checked(n_x).ok_or(UNFIT_PIECE)?;
                let (values, unassigned) = unassigned.split_at_checked(bytes.len()).ok_or(UNFIT_PIECE)?;
                let (output, unassigned) = unassigned.split_at_checked(bytes.len()).ok_or(UNFIT_PIECE)?;
                fits(unassigned, block.n_out().checked_mul(2))?;
                let (gate, everywhere) = unassigned.split_at(block.n_out());
                let given = GradientInputs { x, gradient: PooledGradient { values, output, winners: bytes } };
                Ok(block.gradient_piece(given, Excited { gate, everywhere }, axes, steps))
            }
        }
    }
}

/// Values of planes of so many channels.
pub fn count(n_channels: usize, planes: &Range<usize>, [_, height, width]: [usize; 3]) -> Option<usize> {
    n_channels.checked_mul(planes.len())?.checked_mul(height)?.checked_mul(width)
}

fn fits<T>(values: &[T], n: Option<usize>) -> Result<(), String> {
    if n == Some(values.len()) { Ok(()) } else { Err(UNFIT_PIECE.to_owned()) }
}

fn check(range: &Range<usize>, n: usize) -> Result<(), String> {
    let is_in = range.start < range.end && range.end <= n;
    is_in.then_some(()).ok_or_else(|| format!("there are {n} steps, not {range:?}"))
}

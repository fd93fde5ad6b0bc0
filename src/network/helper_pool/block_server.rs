//! What a helper does with requests: plain data in, plain data out.

use std::collections::BTreeMap;
use std::ops::Range;

use super::planes::count;
use super::request::{HelperRequest, PieceKey, residual};
use crate::kernels::cpu::residual::{CpuResidual, Excited, GradientInputs, PooledGradient, Way};
use crate::kernels::cpu::{CpuBlock, OutputGradient};
use crate::kernels::winner::Margins;

/// A helper's response to `HelperRequest::Forward` or `HelperRequest::Backward`.
#[derive(Debug, Default)]
pub struct HelperResponse {
    /// The number of the piece, as JSON.
    pub header: String,
    /// Values of the requested planes, channels slowest.
    pub floats: Vec<f32>,
    /// One winner code for each value, if the request asked for them.
    pub bytes: Vec<u8>,
}

/// Stores blocks and computes pieces of them for another thread.
#[derive(Debug, Default)]
pub struct BlockServer {
    blocks: BTreeMap<u32, StoredBlock>,
}

#[derive(Debug)]
enum StoredBlock {
    Fused(Box<CpuBlock>),
    Residual(Box<CpuResidual>),
}

/// The error of a definition whose arrays have another length than its shape says.
const UNFIT_BLOCK: &str = "a block whose weights do not fit it";

/// The error of a request whose arrays have another length than its piece needs.
const UNFIT_PIECE: &str = "planes that do not fit their piece";

impl BlockServer {
    /// Handles a request: a header, which is a `HelperRequest` as JSON, and its arrays. Definitions have no response.
    ///
    /// # Errors
    /// In words, if the header cannot be read, or does not fit the arrays or the stored blocks.
    pub fn handle(&mut self, header: &str, floats: &[f32], bytes: &[u8]) -> Result<Option<HelperResponse>, String> {
        let request: HelperRequest = serde_json::from_str(header).map_err(|error| error.to_string())?;
        let (piece, (floats, bytes)) = match request {
            HelperRequest::DefineBlock { block, shape } => {
                let parameters = shape.with(floats).ok_or(UNFIT_BLOCK)?;
                self.blocks.insert(block, StoredBlock::Fused(Box::new(CpuBlock::new(&parameters))));
                return Ok(None);
            }
            HelperRequest::DefineResidual { block, shapes, activations } => {
                let parameters = residual(shapes, activations, floats).ok_or(UNFIT_BLOCK)?;
                self.blocks.insert(block, StoredBlock::Residual(Box::new(CpuResidual::new(&parameters))));
                return Ok(None);
            }
            HelperRequest::Forget { block } => {
                self.blocks.remove(&block);
                return Ok(None);
            }
            HelperRequest::Forward { piece, axes, planes, keeps } => (piece, self.block(piece)?.forward(floats, axes, planes, keeps)?),
            HelperRequest::Backward { piece, axes, units } => {
                (piece, (self.block(piece)?.backward(floats, bytes, axes, units)?, Vec::new()))
            }
        };
        Ok(Some(HelperResponse { header: piece.number.to_string(), floats, bytes }))
    }

    fn block(&self, piece: PieceKey) -> Result<&StoredBlock, String> {
        self.blocks.get(&piece.block).ok_or_else(|| format!("block {} was not defined", piece.block))
    }
}

impl StoredBlock {
    fn forward(&self, floats: &[f32], axes: [usize; 3], planes: Range<usize>, keeps: bool) -> Result<(Vec<f32>, Vec<u8>), String> {
        match self {
            Self::Fused(block) => {
                check_range(&planes, block.geometry().output(axes)[0])?;
                let n_x = count(block.geometry().n_in, &block.input_planes(axes, &planes), axes).ok_or(UNFIT_PIECE)?;
                let (x, margins) = floats.split_at_checked(n_x).ok_or(UNFIT_PIECE)?;
                let n_out = block.geometry().n_out;
                check_len(margins, if keeps { n_out.checked_mul(2) } else { Some(0) })?;
                let margins = keeps.then(|| Margins { sums: &margins[..n_out], values: &margins[n_out..] });
                Ok(block.forward_piece(x, axes, planes, margins))
            }
            Self::Residual(block) => {
                check_range(&planes, CpuResidual::output(axes)[0])?;
                check_len(floats, count(block.n_in(), &block.input_planes(axes, Way::Forward, &planes), axes))?;
                Ok(block.forward_piece(floats, axes, planes, keeps))
            }
        }
    }

    fn backward(&self, floats: &[f32], bytes: &[u8], axes: [usize; 3], units: Range<usize>) -> Result<Vec<f32>, String> {
        match self {
            Self::Fused(block) => {
                check_range(&units, block.gradient_units(axes))?;
                let n = count(block.geometry().n_out, &block.output_planes(axes, &units), block.geometry().output(axes));
                check_len(floats, n)?;
                check_len(bytes, n)?;
                Ok(block.gradient_piece(OutputGradient { values: floats, winners: bytes }, axes, units))
            }
            Self::Residual(block) => {
                check_range(&units, axes[0])?;
                let n = count(block.n_out(), &block.output_planes(axes, &units), CpuResidual::output(axes));
                check_len(bytes, n)?;
                let n_x = count(block.n_in(), &block.input_planes(axes, Way::Backward, &units), axes).ok_or(UNFIT_PIECE)?;
                let (x, rest) = floats.split_at_checked(n_x).ok_or(UNFIT_PIECE)?;
                let (values, rest) = rest.split_at_checked(bytes.len()).ok_or(UNFIT_PIECE)?;
                let (output, rest) = rest.split_at_checked(bytes.len()).ok_or(UNFIT_PIECE)?;
                check_len(rest, block.n_out().checked_mul(2))?;
                let (gate, everywhere) = rest.split_at(block.n_out());
                let given = GradientInputs { x, gradient: PooledGradient { values, output, winners: bytes } };
                Ok(block.gradient_piece(given, Excited { gate, everywhere }, axes, units))
            }
        }
    }
}

fn check_len<T>(values: &[T], n: Option<usize>) -> Result<(), String> {
    if n == Some(values.len()) { Ok(()) } else { Err(UNFIT_PIECE.to_owned()) }
}

fn check_range(range: &Range<usize>, n: usize) -> Result<(), String> {
    let is_in = range.start < range.end && range.end <= n;
    is_in.then_some(()).ok_or_else(|| format!("units {range:?} were requested of {n}"))
}

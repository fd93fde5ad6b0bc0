//! Decides the winners that a forward pass has marked.

use super::margins::BlockMargins;
use super::precise_block::PreciseBlock;
use super::precise_forward::{PreciseForward, rounded_products};
use crate::kernels::winner;
use crate::network::error::NetworkError;
use crate::network::progress::WalkProgress;

/// Blocks that are decided before messages are handled.
const AT_ONCE: usize = 64;

/// A voxel that may be the largest of its pooling block: its offset in winner codes, its place, and its value before the rectifier.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    offset: u8,
    voxel: [usize; 3],
    value: f64,
}

impl PreciseForward {
    /// Decides all winners of a block that are marked, the block following those of this chain. `x` is its input in float32, where it is
    /// at hand: most are decided by it alone.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn decide(
        &mut self,
        block: &PreciseBlock,
        margins: &BlockMargins,
        x: Option<&[f32]>,
        codes: &mut [u8],
        progress: WalkProgress<'_>,
    ) -> Result<(), NetworkError> {
        let [_, depth, height, width] = block.output();
        let marked: Vec<usize> = marked(codes).collect();
        if !marked.is_empty() {
            self.read_base().await?;
        }
        for (number, index) in marked.into_iter().enumerate() {
            let (x_axis, y, z, channel) =
                (index % width, index / width % height, index / (width * height) % depth, index / (width * height * depth));
            codes[index] = self.winner(block, margins, x, channel, [z, y, x_axis]);
            if number % AT_ONCE == AT_ONCE - 1 {
                progress.step(0).await?;
            }
        }
        Ok(())
    }

    /// The winner code of an output value of a block.
    fn winner(&mut self, block: &PreciseBlock, margins: &BlockMargins, x: Option<&[f32]>, channel: usize, voxel: [usize; 3]) -> u8 {
        let touches_padding = block.touches_padding(voxel);
        let n_blocks = self.n_blocks();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(8);
        for (offset, at) in block.candidates(voxel) {
            let value = match x {
                Some(x) => block.normalized(channel, at, |n_in, first, weights| rounded_products(x, block.input(), n_in, first, weights)),
                None => self.normalized(block, n_blocks, channel, at),
            };
            candidates.push(Candidate { offset, voxel: at, value });
        }
        // The image is exact; what blocks give is rounded.
        if x.is_some() && n_blocks > 0 {
            let margin = margins.inherited(channel, n_blocks);
            let Some(first) = first_of_largest(&candidates) else { return winner::CLOSED };
            candidates.retain(|candidate| candidate.value >= first.value - margin);
            // Equal sums of equal values are one sum.
            let is_tied = candidates.iter().all(|candidate| candidate.value.to_bits() == first.value.to_bits());
            let is_clear = !block.has_kink(touches_padding) || first.value.abs() > margin || first.value == 0.0;
            if !(is_tied && is_clear) {
                for candidate in &mut candidates {
                    candidate.value = self.normalized(block, n_blocks, channel, candidate.voxel);
                }
            }
        }
        first_of_largest(&candidates).map_or(winner::CLOSED, |first| block.code(first.value, first.offset, touches_padding))
    }
}

/// The first candidate of which none is larger.
fn first_of_largest(candidates: &[Candidate]) -> Option<Candidate> {
    candidates.iter().copied().reduce(|largest, next| if next.value > largest.value { next } else { largest })
}

/// The places of marked codes.
fn marked(codes: &[u8]) -> impl Iterator<Item = usize> {
    const WORD: usize = size_of::<u64>();
    const MARKS: u64 = u64::from_ne_bytes([winner::UNDECIDED; WORD]);
    let is_marked = |chunk: &[u8]| match chunk.first_chunk::<WORD>() {
        Some(word) => u64::from_ne_bytes(*word) & MARKS != 0,
        None => true,
    };
    let chunks = codes.chunks(WORD).enumerate().filter(move |(_, chunk)| is_marked(chunk));
    let within = |(number, chunk): (usize, &[u8])| {
        let places = chunk.iter().enumerate().filter(|(_, code)| *code & winner::UNDECIDED != 0);
        places.map(|(place, _)| number * WORD + place).collect::<Vec<_>>()
    };
    chunks.flat_map(within)
}

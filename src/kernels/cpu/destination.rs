//! Where a convolution's output goes.

use std::ops::Range;

use super::geometry::Geometry;
use super::held::Held;
use super::parallel::Shared;
use super::rectifier::rectify;
use crate::kernels::Rectifier;

/// An output of which threads write different planes.
#[derive(Clone, Copy)]
pub struct Destination<'a> {
    output: Shared<'a, f32>,
    winners: Option<Shared<'a, u8>>,
    held: Held,
    plane_len: usize,
    pools: bool,
    rectifier: Rectifier,
}

impl<'a> Destination<'a> {
    /// Of an output of a block for an input of spatial shape `input`, of which some planes are held.
    pub fn new(geometry: &Geometry, input: [usize; 3], held: Held, output: &'a mut [f32], winners: Option<&'a mut [u8]>) -> Self {
        let [_, height, width] = geometry.output(input);
        let (output, winners) = (Shared::new(output), winners.map(Shared::new));
        Self { output, winners, held, plane_len: height * width, pools: geometry.pool, rectifier: geometry.rectifier }
    }

    /// Rectifies neighbouring values of a plane of a channel, `range` counting rows one after the other, and writes them. `codes` are
    /// where in their blocks the values come from, which only counts if there are blocks.
    ///
    /// # Safety
    /// Nobody else writes this plane.
    #[inline(always)]
    pub unsafe fn write(&self, channel: usize, plane: usize, range: Range<usize>, values: &[f32], codes: &mut [u32]) {
        let (values, codes) = (&values[..range.len()], &mut codes[..range.len()]);
        if !self.pools {
            codes.fill(0);
        }
        assert!(range.end <= self.plane_len);
        let start = self.held.plane(channel, plane) * self.plane_len;
        let range = start + range.start..start + range.end;
        // SAFETY: the caller's.
        let output = unsafe { self.output.part(range.clone()) };
        rectify(self.rectifier, values, codes, output);
        if let Some(winners) = &self.winners {
            // SAFETY: as above.
            let winners = unsafe { winners.part(range) };
            for (to, &code) in winners.iter_mut().zip(codes.iter()) {
                *to = code as u8;
            }
        }
    }
}

//! Where a convolution's output goes: values are rectified and written, and their winner codes with them.

use std::ops::Range;

use super::geometry::Geometry;
use super::parallel::SharedSlice;
use super::plane_range::PlaneRange;
use super::rectifier::rectify;
use crate::kernels::parameters::Rectifier;
use crate::kernels::winner::{Margins, WinnerCodes};

/// The output of a block, of which threads write different planes, and the winner codes of its values where they are wanted.
#[derive(Clone, Copy)]
pub struct Destination<'a> {
    output: SharedSlice<'a, f32>,
    winners: Option<SharedSlice<'a, u8>>,
    margins: Margins<'a>,
    in_memory: PlaneRange,
    plane_len: usize,
    pools: bool,
    rectifier: Rectifier,
}

impl<'a> Destination<'a> {
    /// The destination of a block of this geometry for an input of spatial shape `input`; `output` and `winners` hold the
    /// planes `in_memory` of each channel.
    pub fn new(
        geometry: &Geometry,
        input: [usize; 3],
        in_memory: PlaneRange,
        output: &'a mut [f32],
        winners: Option<WinnerCodes<'a>>,
    ) -> Self {
        let [_, height, width] = geometry.output(input);
        let margins = winners.as_ref().map(|winners| winners.margins).unwrap_or_default();
        let (output, winners) = (SharedSlice::new(output), winners.map(|winners| SharedSlice::new(winners.codes)));
        Self { output, winners, margins, in_memory, plane_len: height * width, pools: geometry.pool, rectifier: geometry.rectifier }
    }

    /// How far two sums of a channel must lie apart, as in [`Margins::sums`].
    #[inline(always)]
    pub fn margin_of_sums(&self, channel: usize) -> f32 {
        self.margins.sums.get(channel).copied().unwrap_or(0.0)
    }

    /// How far two normalised values of a channel must lie apart, as in [`Margins::values`].
    #[inline(always)]
    pub fn margin_of_values(&self, channel: usize) -> f32 {
        self.margins.values.get(channel).copied().unwrap_or(0.0)
    }

    /// Rectifies neighbouring values of a plane of a channel and writes them. `range` counts the plane's values row by row.
    /// `codes` say which voxel of its pooling block each value comes from; without pooling they are set to 0 here.
    ///
    /// # Safety
    /// While this runs, no other thread writes to this plane of this channel.
    ///
    /// # Panics
    /// If `range` leaves the plane, or the plane is not in memory.
    #[inline(always)]
    pub unsafe fn write(&self, channel: usize, plane: usize, range: Range<usize>, values: &[f32], codes: &mut [u32]) {
        let (values, codes) = (&values[..range.len()], &mut codes[..range.len()]);
        if !self.pools {
            codes.fill(0);
        }
        assert!(range.end <= self.plane_len);
        let start = self.in_memory.plane(channel, plane) * self.plane_len;
        let range = start + range.start..start + range.end;
        // SAFETY: the range lies within one plane (asserted above), to which the caller has no other thread write.
        let output = unsafe { self.output.part(range.clone()) };
        rectify(self.rectifier, values, self.margin_of_values(channel), codes, output);
        if let Some(winners) = &self.winners {
            // SAFETY: the same range of the winners belongs to the same plane, to which the caller has no other thread write.
            let winners = unsafe { winners.part(range) };
            for (to, &code) in winners.iter_mut().zip(codes.iter()) {
                *to = code as u8;
            }
        }
    }
}

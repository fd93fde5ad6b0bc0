//! Regions of a mask or an atlas, and where they end within a drawn plane.

use super::voxel_walk::VoxelWalk;
use crate::volume::Volume;

/// How values make regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regions {
    /// A mask, which is one region: all values above 0.
    Mask,
    /// A region for each whole number above 0.
    Labels,
}

/// The part of a region that is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The whole region.
    Filled,
    /// The pixels that have another region, or none, beside, above or below them. The regions are sampled on their own
    /// grid, also beyond the picture, so that a line shows where they end and not where the picture does.
    Outline,
}

impl Regions {
    /// Number of the region that a value belongs to, from 1; 0 is none.
    #[inline(always)]
    pub fn of(self, value: f32) -> u32 {
        match self {
            Regions::Mask => u32::from(value > 0.0),
            // `as` saturates and sends NaN to 0.
            Regions::Labels => (value + 0.5) as u32,
        }
    }
}

/// Calls `paint` with the number of a region for each pixel of it, or of its edge.
pub(super) fn each_pixel(
    walk: &VoxelWalk,
    volume: &Volume,
    regions: Regions,
    extent: Extent,
    width: usize,
    pixels: &mut [u8],
    paint: impl Fn(u32, &mut [u8; 4]),
) {
    let mut values = vec![0.0; width + 2];
    // From column −1 to column `width`.
    let mut sample = |row: isize, line: &mut [u32]| {
        walk.sample(volume, row, -1, &mut values);
        line.iter_mut().zip(&values).for_each(|(region, &value)| *region = regions.of(value));
    };
    let (mut above, mut own, mut below) = (vec![0; width + 2], vec![0; width + 2], vec![0; width + 2]);
    sample(-1, &mut above);
    sample(0, &mut own);
    for (row, line) in pixels.chunks_exact_mut(width * 4).enumerate() {
        sample(row as isize + 1, &mut below);
        let around = above[1..].iter().zip(&below[1..]).zip(own.windows(3));
        for (pixel, ((&above, &below), own)) in line.as_chunks_mut::<4>().0.iter_mut().zip(around) {
            let region = own[1];
            let is_edge = || own[0] != region || own[2] != region || above != region || below != region;
            if region > 0 && (extent == Extent::Filled || is_edge()) {
                paint(region, pixel);
            }
        }
        (above, own, below) = (own, below, above);
    }
}

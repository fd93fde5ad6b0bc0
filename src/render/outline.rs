//! Regions of a mask or an atlas, and where they end within a drawn plane.

/// Which values make which region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regions {
    /// One region: all that is above 0.
    Mask,
    /// A region for each whole number above 0.
    Labels,
}

/// How much of a region is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Filled,
    /// The pixels of it that have another region, or none, beside, above or below them. The regions are sampled on their own
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

/// Hands each pixel at the edge of a region to `paint`, with the region's number.
///
/// `sample(row, line)` fills a line with the regions of a row's pixels from column −1 to column `width`; it is called once
/// for each row from −1 to the picture's height, in that order.
#[inline(always)]
pub(super) fn each_edge(width: usize, pixels: &mut [u8], sample: impl Fn(isize, &mut [u32]), paint: impl Fn(u32, &mut [u8; 4])) {
    let line_at = |row: isize| {
        let mut line = vec![0; width + 2];
        sample(row, &mut line);
        line
    };
    let (mut above, mut own, mut below) = (line_at(-1), line_at(0), vec![0; width + 2]);
    for (row, line) in pixels.chunks_exact_mut(width * 4).enumerate() {
        below.fill(0);
        sample(row as isize + 1, &mut below);
        let around = above[1..].iter().zip(&below[1..]).zip(own.windows(3));
        for (pixel, ((&above, &below), own)) in line.as_chunks_mut::<4>().0.iter_mut().zip(around) {
            let region = own[1];
            if region > 0 && (own[0] != region || own[2] != region || above != region || below != region) {
                paint(region, pixel);
            }
        }
        (above, own, below) = (own, below, above);
    }
}

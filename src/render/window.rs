//! The grey window of a background image.

use super::histogram::subsample;

/// Values from `low` (black) to `high` (white).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Black and below.
    pub low: f32,
    /// White and above.
    pub high: f32,
}

/// Share of the voxels that may be whiter than white: vessels and noise in a T1 image.
const WHITE_SHARE: f64 = 0.002;

/// The colour that shows where nothing is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// Black, as screens have it.
    #[default]
    Black,
    /// White, as figures have it.
    White,
}

/// Dimming of nilearn's `dim="auto"` on black and on white (`_load_anat`).
const DIM_ON_BLACK: f32 = 0.8;
const DIM_ON_WHITE: f32 = 0.6;

impl Window {
    /// The window from the smallest value to the 99.8th percentile, taken from at most 65,536 equally spaced voxels.
    pub fn robust(values: &[f32]) -> Self {
        let mut sample: Vec<f32> = subsample(values, 1 << 16).filter(|value| value.is_finite()).collect();
        if sample.is_empty() {
            return Window { low: 0.0, high: 1.0 };
        }
        let low = sample.iter().copied().fold(f32::INFINITY, f32::min);
        let rank = ((sample.len() - 1) as f64 * (1.0 - WHITE_SHARE)) as usize;
        let high = *sample.select_nth_unstable_by(rank, f32::total_cmp).1;
        if high > low { Window { low, high } } else { Window { low, high: low + 1.0 } }
    }

    /// The window of a dimmed image, so that what lies over it stands out: darker on black paper, paler on white, by
    /// as much as nilearn's `dim="auto"`.
    pub fn dimmed(&self, paper: Paper) -> Self {
        let (middle, half) = ((self.low + self.high) / 2.0, (self.high - self.low) / 2.0);
        match paper {
            Paper::Black => Window { low: self.low, high: middle + (1.0 + DIM_ON_BLACK) * half },
            Paper::White => Window { low: 0.5 * (2.0 - DIM_ON_WHITE) * middle - (1.0 + DIM_ON_WHITE) * half, high: self.high },
        }
    }

    /// The window whose black and white lie at shares of this one.
    pub fn part(&self, [low, high]: [f32; 2]) -> Self {
        let at = |share: f32| self.low + (self.high - self.low) * share;
        Window { low: at(low), high: at(high) }
    }

    /// The grey of a value; black for what is not a number.
    #[inline(always)]
    pub fn grey(&self, value: f32) -> u8 {
        // `as` saturates and sends NaN to 0.
        ((value - self.low) / (self.high - self.low) * 255.0 + 0.5) as u8
    }
}

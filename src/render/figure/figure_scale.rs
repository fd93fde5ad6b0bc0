//! Values → colours in a figure, in matplotlib's arithmetic: float32 in, one of 256 entries out, or nothing.

use super::Color;
use crate::render::{Colormap, Lut};

/// A colormap spread over a range, with what is transparent.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureScale {
    lut: Lut,
    low: f32,
    span: f32,
    threshold: Option<f32>,
}

impl FigureScale {
    /// A scale from −vmax to vmax, transparent where −threshold ≤ value ≤ threshold.
    pub fn symmetric(colormap: Colormap, vmax: f32, threshold: Option<f32>) -> Self {
        Self::between(colormap, [-f64::from(vmax), f64::from(vmax)], threshold)
    }

    /// A scale from one value to another; a range without width shows its first colour everywhere, as matplotlib does.
    pub fn between(colormap: Colormap, [low, high]: [f64; 2], threshold: Option<f32>) -> Self {
        FigureScale { lut: Lut::new(colormap), low: low as f32, span: (high - low) as f32, threshold }
    }

    /// Whether a value is opaque.
    pub fn shows(&self, value: f32) -> bool {
        match self.threshold {
            None => !value.is_nan(),
            Some(threshold) => value < -threshold || value > threshold,
        }
    }

    /// Whether nothing is hidden by its value: the whole grid then counts for the layout.
    pub(super) fn fills_its_grid(&self) -> bool {
        self.threshold.is_none()
    }

    /// The colour of a value, or `None` where it is transparent.
    pub fn color(&self, value: f32) -> Option<Color> {
        self.shows(value).then(|| self.lut.at(self.share(value)))
    }

    /// The place of a value in the range: 0 at the low end, 1 at the high end.
    pub(super) fn share(&self, value: f32) -> f32 {
        if self.span > 0.0 { (value - self.low) / self.span } else { 0.0 }
    }

    /// The entry of the table at a share of the range.
    pub(super) fn at(&self, share: f32) -> Color {
        self.lut.at(share)
    }

    /// The magnitude up to which values are hidden; 0 where none is.
    pub(super) fn threshold(&self) -> f32 {
        self.threshold.unwrap_or(0.0)
    }
}

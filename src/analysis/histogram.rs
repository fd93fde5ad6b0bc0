//! Counts of a map's values in bins of equal width.
//!
//! Percentiles that decide what is drawn come from `render::MagnitudeSample`, which the page makes itself before the
//! first picture; these bins are there to be looked at.

use serde::{Deserialize, Serialize};

/// Bins of a histogram. Twice a whole number, so that 0 is an edge where both signs occur.
pub const N_BINS: usize = 256;

/// Counts of values in bins of one width; the last one holds its upper end, too (as numpy's).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Histogram {
    /// Smallest and largest value.
    pub extremes: [f32; 2],
    /// Lower end of the first bin.
    pub low: f32,
    /// Upper end of the last bin.
    pub high: f32,
    /// Values in each of [`N_BINS`] bins, from low to high.
    pub counts: Vec<u32>,
}

impl Histogram {
    /// The histogram of finite values, fewer than 2³². Where both signs occur, 0 is in the middle; else it is one end.
    pub fn of(values: &[f32]) -> Self {
        let extremes = extremes_of(values);
        let range = extremes[1].max(-extremes[0]);
        let low = if extremes[0] < 0.0 { -range } else { 0.0 };
        let high = if extremes[1] > 0.0 { range } else { 0.0 };
        let mut histogram = Histogram { extremes, low, high, counts: vec![0; N_BINS] };
        let bins = histogram.bins();
        values.iter().for_each(|&value| histogram.counts[bins.holding(value)] += 1);
        histogram
    }

    /// Lower and upper end of a bin.
    pub fn ends(&self, bin: usize) -> [f64; 2] {
        let bins = self.bins();
        [bins.edge(bin), bins.edge(bin + 1)]
    }

    /// Number of values that were counted.
    pub fn n_values(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    /// The value that all values are equal to; `None` where they differ.
    pub fn constant(&self) -> Option<f32> {
        (self.extremes[0] == self.extremes[1]).then_some(self.extremes[0])
    }

    fn bins(&self) -> Bins {
        let (low, high) = (f64::from(self.low), f64::from(self.high));
        let width = (high - low) / N_BINS as f64;
        Bins { low, width }
    }
}

/// Smallest and largest value; zeros for no values.
fn extremes_of(values: &[f32]) -> [f32; 2] {
    let first = values.first().copied().unwrap_or(0.0);
    values.iter().fold([first; 2], |[low, high], &value| [low.min(value), high.max(value)])
}

#[derive(Clone, Copy)]
struct Bins {
    low: f64,
    width: f64,
}

impl Bins {
    /// Lower edge of a bin, exact: the width is that of a float32 divided by a power of two.
    fn edge(&self, index: usize) -> f64 {
        self.low + self.width * index as f64
    }

    fn holding(&self, value: f32) -> usize {
        if self.width == 0.0 {
            // All values are 0.
            return 0;
        }
        let value = f64::from(value);
        let near = (((value - self.low) / self.width) as usize).min(N_BINS - 1);
        // The quotient is rounded, the edges are not.
        if value < self.edge(near) {
            near - 1
        } else if near + 1 < N_BINS && value >= self.edge(near + 1) {
            near + 1
        } else {
            near
        }
    }
}

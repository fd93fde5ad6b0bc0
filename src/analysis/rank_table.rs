//! The share of a map's voxels whose magnitude is smaller than a given one, as a table small enough to be sent.
//!
//! Nothing is sorted: magnitudes are counted by their leading bits, which are in the order of the values, and once more by all bits
//! where too many share the leading ones.

use serde::{Deserialize, Serialize};

/// A table of ranks: exact counts at some magnitudes. Between two of them lies less than a thousandth of the values, unless these are all equal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RankTable {
    /// Number of values.
    pub n_values: u32,
    /// Magnitudes of the table, ascending from 0.
    pub magnitudes: Vec<f32>,
    /// For each magnitude of the table, the number of values whose magnitude is smaller.
    pub below: Vec<u32>,
}

/// Largest share of the values between two magnitudes of the table, as its inverse.
const N_SHARES: usize = 1000;

/// Bits of a float32 that are left out at first: the others tell magnitudes apart that differ by a two-thousandth.
const FINE_BITS: u32 = 12;

/// Float32 magnitudes by their leading bits.
const N_COARSE: usize = 1 << (31 - FINE_BITS);

/// Mark of a cell that has no counts by all bits.
const LIGHT: u32 = u32::MAX;

impl RankTable {
    /// The largest error of a percentage, in percentage points.
    pub const RESOLUTION: f64 = 100.0 / N_SHARES as f64;

    /// The table of finite values, fewer than 2³².
    pub fn of(values: &[f32]) -> Self {
        let counts = Counts::of(values, (values.len() / N_SHARES) as u32);
        let mut table = RankTable { n_values: values.len() as u32, ..RankTable::default() };
        table.add(0, 0);
        let mut below = 0;
        counts.for_each(|bits, count| {
            let last = table.below.last().copied().unwrap_or(0);
            if below + count - last > counts.most {
                table.add(bits, below);
            }
            below += count;
            if count > counts.most {
                table.add(bits + 1, below);
            }
        });
        table.add(counts.end, below);
        table
    }

    /// The percentage of the values whose magnitude is smaller: exact for magnitudes of the table, else off by less than
    /// [`RESOLUTION`](Self::RESOLUTION).
    pub fn percent_below(&self, magnitude: f32) -> f64 {
        let after = self.magnitudes.partition_point(|&known| known <= magnitude);
        let at = |index: usize| Some((f64::from(*self.magnitudes.get(index)?), f64::from(*self.below.get(index)?)));
        let below = match (after.checked_sub(1).and_then(at), at(after)) {
            (None, _) => 0.0,
            (Some((_, below)), None) => below,
            (Some((low, below)), Some((high, above))) => below + (above - below) * (f64::from(magnitude) - low) / (high - low),
        };
        100.0 * below / f64::from(self.n_values.max(1))
    }

    fn add(&mut self, bits: u32, below: u32) {
        // Above the largest float32 is none that could be sent.
        let magnitude = f32::from_bits(bits).min(f32::MAX);
        if self.magnitudes.last() != Some(&magnitude) {
            self.magnitudes.push(magnitude);
            self.below.push(below);
        }
    }
}

/// Counts of values by magnitude: by the leading bits, and by all bits where many values share the leading ones.
struct Counts {
    /// Number of values in each coarse cell.
    coarse: Vec<u32>,
    /// The index in `fine` at which the counts of a coarse cell begin, or [`LIGHT`].
    starts: Vec<u32>,
    /// Number of values of each magnitude, for the coarse cells that hold many.
    fine: Vec<u32>,
    /// Most values of a coarse cell that has no counts by all bits.
    most: u32,
    /// Bits of the first cell above all values.
    end: u32,
}

impl Counts {
    fn of(values: &[f32], most: u32) -> Self {
        let mut coarse = vec![0; N_COARSE];
        values.iter().for_each(|value| coarse[cell(bits(*value))] += 1);
        let mut starts = vec![LIGHT; N_COARSE];
        let heavy = (0..N_COARSE).filter(|&cell| coarse[cell] > most);
        let n_heavy = heavy.zip(0_u32..).map(|(cell, number)| starts[cell] = number << FINE_BITS).count();
        let mut fine = vec![0; n_heavy << FINE_BITS];
        for bits in values.iter().map(|value| bits(*value)).filter(|_| n_heavy > 0) {
            let start = starts[cell(bits)];
            if start != LIGHT {
                fine[(start | bits & ((1 << FINE_BITS) - 1)) as usize] += 1;
            }
        }
        let end = coarse.iter().rposition(|&count| count > 0).map_or(0, |last| (last as u32 + 1) << FINE_BITS);
        Counts { coarse, starts, fine, most, end }
    }

    /// Calls `take` with each cell's first magnitude, as bits, and its number of values: in ascending order, without empty cells. A
    /// cell that holds more than `most` values is of one magnitude.
    fn for_each(&self, mut take: impl FnMut(u32, u32)) {
        for ((cell, &count), &start) in self.coarse.iter().enumerate().zip(&self.starts).filter(|((_, count), _)| **count > 0) {
            let first = (cell as u32) << FINE_BITS;
            if start == LIGHT {
                take(first, count);
                continue;
            }
            let own = &self.fine[start as usize..][..1 << FINE_BITS];
            (first..).zip(own).filter(|(_, count)| **count > 0).for_each(|(bits, &count)| take(bits, count));
        }
    }
}

/// Bits of a value's magnitude, which are in the order of the magnitudes.
fn bits(value: f32) -> u32 {
    value.to_bits() & (u32::MAX >> 1)
}

fn cell(bits: u32) -> usize {
    (bits >> FINE_BITS) as usize
}

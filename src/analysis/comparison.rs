//! Two maps on one grid → how alike they are: correlations, overlap of what is strongest, difference.
//!
//! Sums are float64. Maps on different grids are not compared in numbers: resampling changes exactly what would be measured
//! (a gradient map alternates from voxel to voxel). Work on a full-size map takes seconds, so it comes in steps.

use serde::{Deserialize, Serialize};

use super::ranks::Sorting;

/// The voxels that count in a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voxels {
    /// All voxels of the grid, as a script over the saved files takes them.
    #[default]
    All,
    /// Voxels where at least one of the maps is not 0: what both leave empty, such as all that Grad-CAM's rectifier has cut,
    /// says nothing about agreement, and counts for much.
    EitherNonZero,
}

/// Why two maps cannot be compared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ComparisonError {
    /// Different numbers of values.
    #[error("maps of {first} and {second} values cannot be compared voxel by voxel")]
    Sizes {
        /// Values of the first map.
        first: usize,
        /// Values of the second map.
        second: usize,
    },
    /// A map with values that are no numbers.
    #[error("{count} values of the {} map are not finite numbers", if *is_first { "first" } else { "second" })]
    NotFinite {
        /// Whether it is the first map.
        is_first: bool,
        /// Values that are NaN or infinite.
        count: usize,
    },
    /// A percentage that is no share of the voxels.
    #[error("the strongest {percent} % of the voxels are no share: choose more than 0 and at most 100")]
    Percent {
        /// The percentage that was asked for.
        percent: f64,
    },
}

/// Correlation coefficients of two maps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    /// Number of voxels that count.
    pub n_voxels: usize,
    /// Pearson's coefficient, −1 to 1; `None` where a map is constant, or nothing counts.
    pub pearson: Option<f64>,
    /// Spearman's coefficient: Pearson's of the ranks, equal values sharing the mean of theirs. `None` as for `pearson`.
    pub spearman: Option<f64>,
    /// Whether the first and the second map have one value on all voxels that count.
    pub is_constant: [bool; 2],
    /// Largest magnitude of first − second.
    pub largest_difference: f32,
}

/// Overlap of the strongest voxels of two maps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The share that was asked for, in percent of the voxels that count.
    pub top_percent: f64,
    /// Number of strongest voxels of the first and the second map: more than the share where magnitudes tie at its edge (all that tie are in),
    /// fewer where less of the map is not 0 (zeros are never in).
    pub n_top: [usize; 2],
    /// Number of voxels among the strongest of both maps.
    pub n_both: usize,
    /// Dice's coefficient, `2 n_both / (n_top[0] + n_top[1])`; `None` where both maps are 0 everywhere.
    pub dice: Option<f64>,
}

/// Two maps of the same voxels, and which of these count.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    maps: [&'a [f32]; 2],
    voxels: Voxels,
}

/// The smallest magnitude among the strongest voxels of a map, as the bits of a float32, which are in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastOfTop(u32);

impl<'a> Pair<'a> {
    /// A pair of maps, both in the same order of voxels (and channels).
    ///
    /// # Errors
    /// Different lengths, or values that are not finite.
    pub fn new(first: &'a [f32], second: &'a [f32], voxels: Voxels) -> Result<Self, ComparisonError> {
        if first.len() != second.len() {
            return Err(ComparisonError::Sizes { first: first.len(), second: second.len() });
        }
        for (map, is_first) in [(first, true), (second, false)] {
            let count = map.iter().filter(|value| !value.is_finite()).count();
            if count > 0 {
                return Err(ComparisonError::NotFinite { is_first, count });
            }
        }
        Ok(Pair { maps: [first, second], voxels })
    }

    /// Both coefficients in one go, for few voxels; [`Correlating`] computes them in steps.
    pub fn correlations(self) -> Correlations {
        let mut correlating = Correlating::begin(self);
        loop {
            if let Some(correlations) = correlating.step() {
                return correlations;
            }
        }
    }

    /// Dice's coefficient of the strongest `percent` of the voxels, by magnitude.
    ///
    /// # Errors
    /// A share that is not above 0 and at most 100.
    pub fn overlap(&self, percent: f64) -> Result<Overlap, ComparisonError> {
        let least = [self.least_of_top(0, percent)?, self.least_of_top(1, percent)?];
        Ok(self.overlap_above(percent, least))
    }

    /// The smallest magnitude among the strongest `percent` of one map (0 or 1): the magnitude of the voxel number ⌈n · percent / 100⌉, the
    /// strongest being number 1.
    ///
    /// # Errors
    /// A share that is not above 0 and at most 100.
    pub fn least_of_top(&self, map: usize, percent: f64) -> Result<LeastOfTop, ComparisonError> {
        if !(percent > 0.0 && percent <= 100.0) {
            return Err(ComparisonError::Percent { percent });
        }
        let mut magnitudes = Vec::with_capacity(self.maps[map].len());
        magnitudes.extend(self.counted().map(|(_, values)| values[map].abs().to_bits()));
        let n_voxels = magnitudes.len();
        let n_wanted = ((n_voxels as f64 * percent / 100.0).ceil() as usize).clamp(1, n_voxels.max(1));
        let least = if n_voxels == 0 { 0 } else { *magnitudes.select_nth_unstable(n_voxels - n_wanted).1 };
        // 1 is the smallest magnitude that is not 0.
        Ok(LeastOfTop(least.max(1)))
    }

    /// The overlap of what reaches the magnitudes that [`least_of_top`](Self::least_of_top) gave for both maps.
    pub fn overlap_above(&self, top_percent: f64, least: [LeastOfTop; 2]) -> Overlap {
        let (mut n_top, mut n_both) = ([0, 0], 0);
        for (_, values) in self.counted() {
            let is_top = [0, 1].map(|map| values[map].abs().to_bits() >= least[map].0);
            n_top = [0, 1].map(|map| n_top[map] + usize::from(is_top[map]));
            n_both += usize::from(is_top == [true; 2]);
        }
        let n_marked = n_top[0] + n_top[1];
        let dice = (n_marked > 0).then(|| 2.0 * n_both as f64 / n_marked as f64);
        Overlap { top_percent, n_top, n_both, dice }
    }

    /// Positions and values of the voxels that count.
    fn counted(&self) -> impl Iterator<Item = (usize, [f32; 2])> + use<'a> {
        let takes_all = self.voxels == Voxels::All;
        let both = self.maps[0].iter().zip(self.maps[1]).map(|(&first, &second)| [first, second]);
        both.enumerate().filter(move |(_, values)| takes_all || *values != [0.0; 2])
    }
}

/// `first` − `second`, value by value.
pub fn difference(first: &[f32], second: &[f32]) -> Vec<f32> {
    first.iter().zip(second).map(|(first, second)| first - second).collect()
}

/// The computation of [`Correlations`], a step at a time. For n voxels it holds 12 n bytes beside the maps.
pub struct Correlating<'a> {
    pair: Pair<'a>,
    known: Correlations,
    phase: CorrelationPhase,
}

/// What is done in the next step. Ranks are doubled, so that they are whole numbers, and stand at the positions of their voxels.
enum CorrelationPhase {
    Means,
    Pearson { means: [f64; 2] },
    BeginFirst,
    SortFirst(Sorting),
    RankFirst { sorted: Sorting, start: usize, ranks: Vec<u32> },
    BeginSecond { ranks: Vec<u32> },
    SortSecond { sorting: Sorting, ranks: Vec<u32> },
    Spearman { sorted: Sorting, start: usize, ranks: Vec<u32>, moments: Moments },
    Nothing,
}

impl<'a> Correlating<'a> {
    /// Begins the computation.
    pub fn begin(pair: Pair<'a>) -> Self {
        let known = Correlations { n_voxels: 0, pearson: None, spearman: None, is_constant: [true; 2], largest_difference: 0.0 };
        Correlating { pair, known, phase: CorrelationPhase::Means }
    }

    /// Works for some milliseconds, at the start some dozens of a large map; gives the numbers with the last step.
    pub fn step(&mut self) -> Option<Correlations> {
        self.phase = match std::mem::replace(&mut self.phase, CorrelationPhase::Nothing) {
            CorrelationPhase::Means => {
                let means = self.first_pass();
                if self.known.is_constant == [false; 2] { CorrelationPhase::Pearson { means } } else { CorrelationPhase::Nothing }
            }
            CorrelationPhase::Pearson { means } => {
                // Centred, so that a large mean costs no digits.
                let mut moments = Moments::default();
                self.pair.counted().for_each(|(_, values)| moments.add([0, 1].map(|map| f64::from(values[map]) - means[map])));
                self.known.pearson = Some(moments.coefficient());
                CorrelationPhase::BeginFirst
            }
            CorrelationPhase::BeginFirst => CorrelationPhase::SortFirst(self.sorting(0)),
            CorrelationPhase::SortFirst(mut sorting) => {
                if sorting.step() {
                    CorrelationPhase::SortFirst(sorting)
                } else {
                    CorrelationPhase::RankFirst { sorted: sorting, start: 0, ranks: vec![0; self.pair.maps[0].len()] }
                }
            }
            CorrelationPhase::RankFirst { sorted, start, mut ranks } => {
                match sorted.doubled_ranks(start, |position, rank| ranks[position] = rank) {
                    Some(start) => CorrelationPhase::RankFirst { sorted, start, ranks },
                    None => CorrelationPhase::BeginSecond { ranks },
                }
            }
            CorrelationPhase::BeginSecond { ranks } => CorrelationPhase::SortSecond { sorting: self.sorting(1), ranks },
            CorrelationPhase::SortSecond { mut sorting, ranks } => {
                if sorting.step() {
                    CorrelationPhase::SortSecond { sorting, ranks }
                } else {
                    CorrelationPhase::Spearman { sorted: sorting, start: 0, ranks, moments: Moments::default() }
                }
            }
            CorrelationPhase::Spearman { sorted, start, ranks, mut moments } => {
                // The mean of doubled ranks, whatever ties.
                let mean = self.known.n_voxels as f64 + 1.0;
                let add = |position: usize, rank: u32| moments.add([ranks[position], rank].map(|rank| f64::from(rank) - mean));
                match sorted.doubled_ranks(start, add) {
                    Some(start) => CorrelationPhase::Spearman { sorted, start, ranks, moments },
                    None => {
                        self.known.spearman = Some(moments.coefficient());
                        CorrelationPhase::Nothing
                    }
                }
            }
            CorrelationPhase::Nothing => CorrelationPhase::Nothing,
        };
        matches!(self.phase, CorrelationPhase::Nothing).then_some(self.known)
    }

    /// Counts, compares and sums the values in one pass; gives both means.
    fn first_pass(&mut self) -> [f64; 2] {
        let (mut n_voxels, mut sums, mut largest_difference) = (0, [0.0; 2], 0.0_f32);
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for (_, values) in self.pair.counted() {
            n_voxels += 1;
            largest_difference = largest_difference.max((values[0] - values[1]).abs());
            for map in 0..2 {
                sums[map] += f64::from(values[map]);
                (low[map], high[map]) = (low[map].min(values[map]), high[map].max(values[map]));
            }
        }
        self.known = Correlations { n_voxels, largest_difference, is_constant: [0, 1].map(|map| low[map] >= high[map]), ..self.known };
        sums.map(|sum| sum / n_voxels as f64)
    }

    fn sorting(&self, map: usize) -> Sorting {
        Sorting::begin(self.pair.counted().map(|(position, values)| (position, values[map])), self.pair.maps[map].len())
    }
}

/// Sums of squares and products of centred values, added up block by block: one long sum of values that repeat, as ranks and
/// levels do, is rounded the same way each time.
#[derive(Default)]
struct Moments {
    block: [f64; 3],
    n_in_block: usize,
    sums: [f64; 3],
}

/// Terms of a block: about the root of a full-size map's voxels, so that blocks and terms of a block are equally many.
const BLOCK: usize = 2048;

impl Moments {
    fn add(&mut self, [first, second]: [f64; 2]) {
        self.block = [self.block[0] + first * first, self.block[1] + second * second, self.block[2] + first * second];
        self.n_in_block += 1;
        if self.n_in_block == BLOCK {
            self.sums = self.total();
            (self.block, self.n_in_block) = ([0.0; 3], 0);
        }
    }

    fn total(&self) -> [f64; 3] {
        [0, 1, 2].map(|index| self.sums[index] + self.block[index])
    }

    /// The correlation coefficient. Rounding must not lead out of −1..1; the roots are taken one by one: a product of two small sums may underflow.
    fn coefficient(&self) -> f64 {
        let [first, second, products] = self.total();
        (products / first.sqrt() / second.sqrt()).clamp(-1.0, 1.0)
    }
}

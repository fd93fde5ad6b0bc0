//! A map and a threshold → clusters: connected voxels that exceed it, where each is strongest, how large it is.
//!
//! Clusters are those of nilearn's `get_clusters_table(two_sided=True)`: voxels of one sign that share faces, strictly above the
//! threshold. It differs where a table of a saliency map would mislead: the peak is the strongest voxel itself, the first if
//! tied (nilearn looks for local maxima, and finds none where neighbours differ by less than 1e-4, as those of most saliency
//! maps do), and mm³ are voxels times the affine's determinant, not cut to whole numbers. Work comes in steps.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::volume::Grid;
use crate::volume::components::{LabelledRuns, RunMerger};

/// The rule that decides what counts as a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusterRule {
    /// Magnitude that the voxels of a cluster exceed.
    pub threshold: f32,
    /// Voxels of the smallest cluster that counts; 0 and 1 leave none out.
    pub min_voxels: usize,
}

/// Connected voxels of one sign above the threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cluster {
    /// Number of voxels.
    pub n_voxels: usize,
    /// Volume in mm³.
    pub mm3: f64,
    /// Value of the strongest voxel, with its sign.
    pub peak_value: f32,
    /// Index of the strongest voxel among the voxels of the map, last axis fastest.
    pub peak: usize,
    /// Indices i, j, k of the strongest voxel.
    pub peak_voxel: [usize; 3],
    /// World millimetres (RAS+) of the strongest voxel.
    pub peak_mm: [f64; 3],
}

/// The clusters of a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clusters {
    /// Clusters that are large enough, the strongest first.
    pub large: Vec<Cluster>,
    /// Number of voxels of all of `large`.
    pub n_voxels: usize,
    /// Number of clusters that are too small.
    pub n_small: usize,
    /// Voxels of the clusters that are too small.
    pub small_voxels: VoxelBits,
}

/// A set of voxels, one bit for each of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VoxelBits {
    /// Voxel v is bit `v % 8`, the least first, of byte `v / 8` (`numpy.packbits(bitorder="little")`). Nothing for no voxel.
    pub bytes: Vec<u8>,
    /// Number of voxels in the set.
    pub count: usize,
}

/// Why there are no clusters to look for.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ClusterError {
    /// A threshold that is negative or no number.
    #[error("a threshold of {0} has no clusters above it: choose 0 or more")]
    Threshold(f32),
    /// The number of values is not that of the grid's voxels.
    #[error("a grid of {expected} voxels does not hold {found} values")]
    Size {
        /// Voxels of the grid.
        expected: usize,
        /// Values given.
        found: usize,
    },
}

/// Rows are looked at in pieces of about so many voxels: a few milliseconds in WebAssembly.
const PIECE: usize = 1 << 18;

/// Runs of voxels that are looked at in one step: they lie all over the map.
const RUNS_AT_ONCE: usize = 1 << 18;

/// The signs whose clusters are looked for, as factors.
const SIGNS: [f32; 2] = [1.0, -1.0];

/// The search for [`Clusters`], a step at a time.
pub struct Finding<'a> {
    values: &'a [f32],
    grid: Grid,
    rule: ClusterRule,
    /// Runs of voxels above the threshold, for each sign.
    runs: [RunMerger; 2],
    phase: ClusterPhase,
    found: Clusters,
}

/// What is done in the next step.
enum ClusterPhase {
    /// Collect runs of voxels from the rows from this one on.
    Rows(usize),
    /// Join the connected runs of a sign.
    Number(usize),
    /// Find the strongest voxel of each cluster of a sign.
    Measure(Measuring),
    /// Sort the clusters of both signs.
    Sort,
}

/// The clusters of one sign while their strongest voxels are looked for.
struct Measuring {
    sign: usize,
    labelled: LabelledRuns,
    /// Number of runs that have been looked at.
    n_done: usize,
    /// Index and value of the strongest voxel of each cluster, as far as it is known.
    peaks: Vec<(usize, f32)>,
}

impl<'a> Finding<'a> {
    /// Begins a search; `values` are those of one channel, last axis fastest.
    ///
    /// # Errors
    /// A threshold that is none, or another number of values than of voxels.
    pub fn begin(values: &'a [f32], grid: Grid, rule: ClusterRule) -> Result<Self, ClusterError> {
        let expected = grid.shape.iter().product();
        if values.len() != expected {
            return Err(ClusterError::Size { expected, found: values.len() });
        }
        if rule.threshold.is_nan() || rule.threshold < 0.0 {
            return Err(ClusterError::Threshold(rule.threshold));
        }
        let runs = SIGNS.map(|_| RunMerger::new(grid.shape));
        Ok(Finding { values, grid, rule, runs, phase: ClusterPhase::Rows(0), found: Clusters::default() })
    }

    /// Works for some milliseconds, of a map without connected voxels for some dozens; gives the clusters with the last
    /// step.
    pub fn step(&mut self) -> Option<Clusters> {
        // The last step leaves nothing to do; after it, sorting nothing is as good.
        self.phase = match std::mem::replace(&mut self.phase, ClusterPhase::Sort) {
            ClusterPhase::Rows(first) => self.take_rows(first),
            ClusterPhase::Number(sign) => {
                let labelled = std::mem::take(&mut self.runs[sign]).finish();
                let peaks = vec![(0, 0.0); labelled.sizes.len()];
                ClusterPhase::Measure(Measuring { sign, labelled, n_done: 0, peaks })
            }
            ClusterPhase::Measure(measuring) => self.measure(measuring),
            ClusterPhase::Sort => {
                let mut found = std::mem::take(&mut self.found);
                sort(&mut found.large);
                return Some(found);
            }
        };
        None
    }

    fn take_rows(&mut self, first: usize) -> ClusterPhase {
        let (row_length, threshold) = (self.runs[0].row_length(), self.rule.threshold);
        let n_rows = (PIECE / row_length).max(1);
        let rest = &self.values[(first * row_length).min(self.values.len())..];
        for row in rest.chunks_exact(row_length).take(n_rows) {
            // What is infinite belongs to nothing, nor does NaN, which exceeds nothing.
            for (runs, sign) in self.runs.iter_mut().zip(SIGNS) {
                runs.add_row(row, |value| value * sign > threshold && value.is_finite());
            }
        }
        if rest.len() > n_rows * row_length { ClusterPhase::Rows(first + n_rows) } else { ClusterPhase::Number(0) }
    }

    /// Looks at some runs; takes the clusters when all have been looked at.
    fn measure(&mut self, mut measuring: Measuring) -> ClusterPhase {
        let Measuring { sign, labelled: LabelledRuns { runs, sizes }, n_done, peaks } = &mut measuring;
        for (voxels, label) in runs.iter().skip(*n_done).take(RUNS_AT_ONCE) {
            let cluster = *label as usize - 1;
            if sizes[cluster] < self.rule.min_voxels {
                self.found.small_voxels.insert(voxels.clone(), self.values.len());
                continue;
            }
            for (index, value) in voxels.clone().zip(&self.values[voxels.clone()]) {
                if value.abs() > peaks[cluster].1.abs() {
                    peaks[cluster] = (index, *value);
                }
            }
        }
        *n_done += RUNS_AT_ONCE;
        if *n_done < runs.len() {
            return ClusterPhase::Measure(measuring);
        }
        let next = if *sign + 1 < SIGNS.len() { ClusterPhase::Number(*sign + 1) } else { ClusterPhase::Sort };
        self.take_clusters(sizes, peaks);
        next
    }

    fn take_clusters(&mut self, sizes: &[usize], peaks: &[(usize, f32)]) {
        for (&n_voxels, &(peak, peak_value)) in sizes.iter().zip(peaks) {
            if n_voxels < self.rule.min_voxels {
                self.found.n_small += 1;
            } else {
                self.found.n_voxels += n_voxels;
                self.found.large.push(Cluster::new(n_voxels, peak, peak_value, &self.grid));
            }
        }
    }
}

impl Cluster {
    /// A cluster of that size; `peak` is the index of its strongest voxel among the voxels of the grid, last axis fastest.
    pub fn new(n_voxels: usize, peak: usize, peak_value: f32, grid: &Grid) -> Self {
        let Grid { shape: [_, n_j, n_k], world_from_voxel } = grid;
        let peak_voxel = [peak / (n_j * n_k).max(1), peak / n_k.max(&1) % n_j.max(&1), peak % n_k.max(&1)];
        Cluster {
            n_voxels,
            mm3: n_voxels as f64 * world_from_voxel.determinant().abs(),
            peak,
            peak_value,
            peak_voxel,
            peak_mm: world_from_voxel.apply(peak_voxel.map(|index| index as f64)),
        }
    }
}

impl Clusters {
    /// Finds the clusters in one go, for few voxels; [`Finding`] does it in steps.
    ///
    /// # Errors
    /// As [`Finding::begin`].
    pub fn of(values: &[f32], grid: Grid, rule: ClusterRule) -> Result<Self, ClusterError> {
        let mut finding = Finding::begin(values, grid, rule)?;
        loop {
            if let Some(clusters) = finding.step() {
                return Ok(clusters);
            }
        }
    }
}

impl VoxelBits {
    /// Whether a voxel is in the set.
    pub fn contains(&self, voxel: usize) -> bool {
        self.bytes.get(voxel / 8).is_some_and(|byte| byte >> (voxel % 8) & 1 == 1)
    }

    fn insert(&mut self, voxels: Range<usize>, n_voxels: usize) {
        if self.bytes.is_empty() {
            self.bytes = vec![0; n_voxels.div_ceil(8)];
        }
        self.count += voxels.len();
        voxels.for_each(|voxel| self.bytes[voxel / 8] |= 1 << (voxel % 8));
    }
}

/// Sets to NaN, which is not drawn, the values whose bits (as in [`VoxelBits`]) are set.
pub fn blank_voxels(values: &mut [f32], bits: &[u8]) {
    for (values, byte) in values.chunks_mut(8).zip(bits).filter(|(_, byte)| **byte != 0) {
        let set = values.iter_mut().enumerate().filter(|(bit, _)| byte >> bit & 1 == 1);
        set.for_each(|(_, value)| *value = f32::NAN);
    }
}

/// Sorts by magnitude of the peak, strongest first, and by voxel where two tie.
fn sort(clusters: &mut [Cluster]) {
    clusters.sort_unstable_by(|a, b| b.peak_value.abs().total_cmp(&a.peak_value.abs()).then(a.peak.cmp(&b.peak)));
}

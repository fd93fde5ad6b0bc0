//! A mask → its connected components, as `scipy.ndimage.label` finds them by default.
//!
//! Voxels are connected where they share a face (6 neighbours). Not voxels but runs along the last axis are merged, so that a
//! full-size image takes one pass over its mask and one over its labels.

use std::ops::Range;

/// The connected components of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// Label of each voxel, last axis fastest: 0 is background, 1, 2 … are components in the order of their first voxel.
    pub labels: Vec<u32>,
    /// Number of voxels of each component: `sizes[label - 1]`.
    pub sizes: Vec<usize>,
}

/// The runs of a mask along its last axis, merged while rows are added: finds components without a label for each voxel.
#[derive(Debug, Default)]
pub struct RunMerger {
    row_length: usize,
    rows_of_plane: usize,
    runs: Vec<MaskRun>,
    /// For each row that was added, the index in `runs` of its first run.
    row_begins: Vec<usize>,
}

/// Neighbouring voxels of the mask along the last axis.
#[derive(Debug)]
struct MaskRun {
    /// First voxel, as an index into the mask.
    start: usize,
    /// One behind the last voxel.
    end: usize,
    /// An earlier run of the same component, or the run itself.
    parent: usize,
}

/// The components of a mask as runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledRuns {
    /// Voxels of each run, as indices into the mask, and the label of their component, from 1; in the order of the voxels.
    pub runs: Vec<(Range<usize>, u32)>,
    /// Number of voxels of each component: `sizes[label - 1]`.
    pub sizes: Vec<usize>,
}

impl RunMerger {
    /// A merger for a mask of that shape, before its first row.
    pub fn new(shape: [usize; 3]) -> Self {
        let [n_planes, rows_of_plane, row_length] = shape.map(|n| n.max(1));
        RunMerger { row_length, rows_of_plane, runs: Vec::new(), row_begins: Vec::with_capacity(n_planes * rows_of_plane) }
    }

    /// Number of voxels of a row.
    pub fn row_length(&self) -> usize {
        self.row_length
    }

    /// Adds the next row; `is_inside` decides which of its values belong to the mask.
    pub fn add_row<T>(&mut self, row: &[T], is_inside: impl Fn(&T) -> bool) {
        let (number, begin) = (self.row_begins.len(), self.runs.len());
        self.row_begins.push(begin);
        push_runs(row, is_inside, number * self.row_length, &mut self.runs);
        if !number.is_multiple_of(self.rows_of_plane) {
            self.merge_with_row(1);
        }
        if number >= self.rows_of_plane {
            self.merge_with_row(self.rows_of_plane);
        }
    }

    /// Merges the last row with the row that is `before` rows earlier.
    fn merge_with_row(&mut self, before: usize) {
        let number = self.row_begins.len() - 1;
        let earlier = self.row_begins[number - before]..self.row_begins[number - before + 1];
        let later = self.row_begins[number]..self.runs.len();
        merge_touching(&mut self.runs, earlier, later, before * self.row_length);
    }

    /// Labels the components in the order of their first voxel, and counts their voxels.
    pub fn finish(mut self) -> LabelledRuns {
        let mut labelled = LabelledRuns { runs: Vec::with_capacity(self.runs.len()), sizes: Vec::new() };
        let LabelledRuns { runs, sizes } = &mut labelled;
        for run in 0..self.runs.len() {
            let root = root(&mut self.runs, run);
            // A root is the first run of its component, so its label is known before those of the others.
            let label = if root == run { sizes.len() as u32 + 1 } else { runs[root].1 };
            if root == run {
                sizes.push(0);
            }
            let MaskRun { start, end, .. } = self.runs[run];
            runs.push((start..end, label));
            sizes[label as usize - 1] += end - start;
        }
        labelled
    }
}

impl Components {
    /// Finds the components of `mask`, which has one value per voxel of `shape`, last axis fastest.
    ///
    /// A mask without a whole row has no component.
    pub fn of(mask: &[bool], shape: [usize; 3]) -> Components {
        let mut rows = RunMerger::new(shape);
        mask.chunks_exact(rows.row_length()).for_each(|row| rows.add_row(row, |&is_inside| is_inside));
        let LabelledRuns { runs, sizes } = rows.finish();
        let mut labels = vec![0; mask.len()];
        runs.into_iter().for_each(|(voxels, label)| labels[voxels].fill(label));
        Components { labels, sizes }
    }

    /// The label of the component with most voxels, the first of them if several have; `None` for an empty mask.
    pub fn largest(&self) -> Option<u32> {
        let mut largest: Option<(usize, u32)> = None;
        for (&size, label) in self.sizes.iter().zip(1..) {
            if largest.is_none_or(|(most, _)| size > most) {
                largest = Some((size, label));
            }
        }
        largest.map(|(_, label)| label)
    }
}

/// Appends the runs of one row, whose first voxel is `offset`.
fn push_runs<T>(row: &[T], is_inside: impl Fn(&T) -> bool, offset: usize, runs: &mut Vec<MaskRun>) {
    let mut rest = 0;
    while let Some(skipped) = row[rest..].iter().position(&is_inside) {
        let start = rest + skipped;
        let end = row[start..].iter().position(|value| !is_inside(value)).map_or(row.len(), |length| start + length);
        runs.push(MaskRun { start: offset + start, end: offset + end, parent: runs.len() });
        rest = end;
    }
}

/// Merges the runs `later` of a row with the runs `earlier` of a parallel row, `distance` voxels before it, wherever two
/// share a face.
fn merge_touching(runs: &mut [MaskRun], earlier: Range<usize>, later: Range<usize>, distance: usize) {
    let (mut a, mut b) = (earlier.start, later.start);
    while a < earlier.end && b < later.end {
        let (a_start, a_end) = (runs[a].start + distance, runs[a].end + distance);
        if a_start < runs[b].end && runs[b].start < a_end {
            merge(runs, a, b);
        }
        if a_end < runs[b].end { a += 1 } else { b += 1 }
    }
}

/// Merges the components of two runs; the earlier root remains, so that roots keep the order of first voxels.
fn merge(runs: &mut [MaskRun], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    runs[a.max(b)].parent = a.min(b);
}

/// The first run of the component of `run`. On the way each run is linked to its grandparent, which halves later searches.
fn root(runs: &mut [MaskRun], mut run: usize) -> usize {
    while runs[run].parent != run {
        runs[run].parent = runs[runs[run].parent].parent;
        run = runs[run].parent;
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> Vec<bool> {
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c == '#').collect()
    }

    #[test]
    fn arms_that_meet_late_are_one_component() {
        let found = Components::of(&mask("#.# #.# ###"), [1, 3, 3]);
        assert_eq!(found.labels, [1, 0, 1, 1, 0, 1, 1, 1, 1]);
        assert_eq!(found.sizes, [7]);
    }

    #[test]
    fn edges_and_corners_do_not_connect() {
        let found = Components::of(&mask("#. .#  .# #."), [2, 2, 2]);
        assert_eq!(found.labels, [1, 0, 0, 2, 0, 3, 4, 0]);
        assert_eq!(found.largest(), Some(1));
    }

    #[test]
    fn rows_of_different_planes_are_no_neighbours_in_the_plane() {
        // The last row of the first plane and the first row of the second lie one after the other in memory.
        let found = Components::of(&mask("..  ##  ##  .."), [2, 2, 2]);
        assert_eq!(found.sizes, [2, 2]);
    }

    #[test]
    fn the_largest_component_is_the_first_of_equals() {
        assert_eq!(Components::of(&mask("#.##.##"), [1, 1, 7]).largest(), Some(2));
        assert_eq!(Components::of(&mask("..."), [1, 1, 3]).largest(), None);
        assert_eq!(Components::of(&[], [0, 0, 0]).largest(), None);
    }

    /// Compares every mask of 2×3×3 voxels with a flood fill that uses no runs.
    #[test]
    fn every_small_mask_agrees_with_a_flood_fill() {
        let shape = [2, 3, 3];
        for bits in 0_u32..1 << 18 {
            let mask = (0..18).map(|at| bits >> at & 1 == 1).collect::<Vec<_>>();
            assert_eq!(Components::of(&mask, shape).labels, flood_fill(&mask, shape), "{mask:?}");
        }
    }

    fn flood_fill(mask: &[bool], [planes, rows, columns]: [usize; 3]) -> Vec<u32> {
        let mut labels = vec![0; mask.len()];
        let mut next = 0;
        for seed in 0..mask.len() {
            if !mask[seed] || labels[seed] != 0 {
                continue;
            }
            next += 1;
            let mut open = vec![seed];
            while let Some(at) = open.pop() {
                if !mask[at] || labels[at] != 0 {
                    continue;
                }
                labels[at] = next;
                let (i, j, k) = (at / (rows * columns), at / columns % rows, at % columns);
                let neighbours = [(i > 0, at.wrapping_sub(rows * columns)), (i + 1 < planes, at + rows * columns)];
                let neighbours = neighbours.into_iter().chain([(j > 0, at.wrapping_sub(columns)), (j + 1 < rows, at + columns)]);
                let neighbours = neighbours.chain([(k > 0, at.wrapping_sub(1)), (k + 1 < columns, at + 1)]);
                open.extend(neighbours.filter(|(inside, _)| *inside).map(|(_, to)| to));
            }
        }
        labels
    }
}

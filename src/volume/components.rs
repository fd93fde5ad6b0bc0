//! A mask → its connected components, as `scipy.ndimage.label` finds them by default.
//!
//! Voxels belong together where they share a face (6 neighbours). Not voxels but runs along the last axis are merged, so
//! that a full-size image takes one pass over its mask and one over its labels.

/// The connected components of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// Per voxel, last axis fastest: 0 is background, 1, 2 … are components in the order of their first voxel.
    pub labels: Vec<u32>,
    /// Voxels of each component: `sizes[label - 1]`.
    pub sizes: Vec<usize>,
}

/// Neighbouring voxels of the mask along the last axis.
struct Run {
    /// First voxel, as an index into the mask.
    start: usize,
    /// One behind the last voxel.
    end: usize,
    /// An earlier run of the same component, or the run itself.
    parent: usize,
}

impl Components {
    /// Finds the components of `mask`, which has one value per voxel of `shape`, last axis fastest.
    ///
    /// A mask without a whole row has none.
    pub fn of(mask: &[bool], shape: [usize; 3]) -> Components {
        let [_, rows_of_plane, row_length] = shape.map(|n| n.max(1));
        let mut runs = Vec::new();
        // For each row that was begun, where its runs begin in `runs`.
        let mut row_begins = Vec::with_capacity(shape[0] * shape[1] + 1);
        for (row, voxels) in mask.chunks_exact(row_length).enumerate() {
            let begin = runs.len();
            row_begins.push(begin);
            push_runs(voxels, row * row_length, &mut runs);
            let end = runs.len();
            let mut merge_with_row = |before: usize| {
                let earlier = row_begins[row - before]..row_begins[row - before + 1];
                merge_touching(&mut runs, earlier, begin..end, before * row_length);
            };
            if !row.is_multiple_of(rows_of_plane) {
                merge_with_row(1);
            }
            if row >= rows_of_plane {
                merge_with_row(rows_of_plane);
            }
        }
        number(&mut runs, mask.len())
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
fn push_runs(voxels: &[bool], offset: usize, runs: &mut Vec<Run>) {
    let mut rest = 0;
    while let Some(skipped) = voxels[rest..].iter().position(|&inside| inside) {
        let start = rest + skipped;
        let end = voxels[start..].iter().position(|&inside| !inside).map_or(voxels.len(), |length| start + length);
        runs.push(Run { start: offset + start, end: offset + end, parent: runs.len() });
        rest = end;
    }
}

/// Merges the runs of a row with those of an earlier, parallel row, `distance` voxels before it, wherever two share a face.
fn merge_touching(runs: &mut [Run], earlier: std::ops::Range<usize>, later: std::ops::Range<usize>, distance: usize) {
    let (mut a, mut b) = (earlier.start, later.start);
    while a < earlier.end && b < later.end {
        let (a_start, a_end) = (runs[a].start + distance, runs[a].end + distance);
        if a_start < runs[b].end && runs[b].start < a_end {
            merge(runs, a, b);
        }
        if a_end < runs[b].end { a += 1 } else { b += 1 }
    }
}

/// Makes one component of two; the earlier run stays its root, so that roots keep the order of first voxels.
fn merge(runs: &mut [Run], a: usize, b: usize) {
    let (a, b) = (root(runs, a), root(runs, b));
    runs[a.max(b)].parent = a.min(b);
}

/// The first run of the component, and half the way there for those who ask next.
fn root(runs: &mut [Run], mut run: usize) -> usize {
    while runs[run].parent != run {
        runs[run].parent = runs[runs[run].parent].parent;
        run = runs[run].parent;
    }
    run
}

/// Labels every voxel with the number of its component, and counts.
fn number(runs: &mut [Run], n_voxels: usize) -> Components {
    let mut labels = vec![0; n_voxels];
    let mut sizes = Vec::new();
    let mut label_of_root = vec![0_u32; runs.len()];
    for run in 0..runs.len() {
        let root = root(runs, run);
        if root == run {
            sizes.push(0);
            label_of_root[run] = u32::try_from(sizes.len()).expect("a volume has fewer than 2^27 voxels");
        }
        let label = label_of_root[root];
        let Run { start, end, .. } = runs[run];
        labels[start..end].fill(label);
        sizes[label as usize - 1] += end - start;
    }
    Components { labels, sizes }
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

    /// Every mask of 2×3×3 voxels against a flood fill that knows no runs.
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
                let steps = [(i > 0, at.wrapping_sub(rows * columns)), (i + 1 < planes, at + rows * columns)];
                let steps = steps.into_iter().chain([(j > 0, at.wrapping_sub(columns)), (j + 1 < rows, at + columns)]);
                let steps = steps.chain([(k > 0, at.wrapping_sub(1)), (k + 1 < columns, at + 1)]);
                open.extend(steps.filter(|(inside, _)| *inside).map(|(_, to)| to));
            }
        }
        labels
    }
}

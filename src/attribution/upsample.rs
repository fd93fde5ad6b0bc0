//! Trilinear interpolation with aligned corners, as torch's `interpolate(mode="trilinear", align_corners=True)`.

/// Values on a grid of shape `to` from values on a grid of shape `from` (both last axis fastest). Corner voxels coincide;
/// an axis of length 1 is repeated.
pub fn upsample(values: &[f32], from: [usize; 3], to: [usize; 3]) -> Vec<f32> {
    let [first, second, last] = [0, 1, 2].map(|axis| axis_neighbours(from[axis], to[axis]));
    let mut output = Vec::with_capacity(to.iter().product());
    for a in &first {
        for b in &second {
            let row = |i: usize, j: usize| &values[(i * from[1] + j) * from[2]..][..from[2]];
            let corners = [row(a.low, b.low), row(a.low, b.high), row(a.high, b.low), row(a.high, b.high)];
            output.extend(last.iter().map(|c| {
                let [low_low, low_high, high_low, high_high] = corners.map(|row| c.mix(row[c.low], row[c.high]));
                a.mix(b.mix(low_low, low_high), b.mix(high_low, high_high))
            }));
        }
    }
    output
}

/// The two voxels of the coarser axis between which a voxel of the finer one lies.
#[derive(Debug, Clone, Copy)]
struct Neighbours {
    /// Index of the coarse voxel at or below it.
    low: usize,
    /// Index of the coarse voxel above it.
    high: usize,
    /// Weight of `high`.
    weight: f32,
}

impl Neighbours {
    /// The value between those of the two neighbours.
    fn mix(&self, low: f32, high: f32) -> f32 {
        (1.0 - self.weight) * low + self.weight * high
    }
}

/// For each of `n_to` voxels its neighbours among `n_from`, corners aligned.
fn axis_neighbours(n_from: usize, n_to: usize) -> Vec<Neighbours> {
    let scale = if n_to > 1 { (n_from - 1) as f32 / (n_to - 1) as f32 } else { 0.0 };
    let neighbours = |index: usize| {
        let source = scale * index as f32;
        let low = (source as usize).min(n_from - 1);
        Neighbours { low, high: (low + 1).min(n_from - 1), weight: source - low as f32 }
    };
    (0..n_to).map(neighbours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_coincide_and_the_middle_is_the_mean() {
        let values: Vec<f32> = (0..8).map(|i| i as f32).collect();
        let fine = upsample(&values, [2, 2, 2], [3, 3, 3]);
        assert_eq!((fine[0], fine[2], fine[26], fine[13]), (0.0, 1.0, 7.0, 3.5));
    }

    #[test]
    fn a_single_voxel_becomes_a_constant() {
        assert_eq!(upsample(&[2.5], [1, 1, 1], [2, 3, 1]), [2.5; 6]);
    }
}

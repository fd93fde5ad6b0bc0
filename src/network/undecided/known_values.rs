//! Values of feature maps in float64, row by row as they become known.

/// Feature maps C×D×H×W, of which a row takes memory from its first value on: few values are asked for, and those are neighbours.
#[derive(Debug, Clone)]
pub struct KnownValues {
    shape: [usize; 4],
    rows: Vec<Option<Box<[f64]>>>,
}

impl KnownValues {
    /// Maps of this shape of which nothing is known.
    pub fn none(shape @ [channels, depth, height, _]: [usize; 4]) -> Self {
        Self { shape, rows: vec![None; channels * depth * height] }
    }

    /// The sum of products of weights and neighbours of a row, the first of which is this voxel; `None` if one of them is not known.
    #[inline]
    pub fn products(&self, channel: usize, voxel: [usize; 3], weights: &[f32]) -> Option<f64> {
        let row = &self.rows[self.row(channel, voxel)].as_ref()?[voxel[2]..][..weights.len()];
        let sum: f64 = match (row.as_array::<3>(), weights.as_array::<3>()) {
            (Some(row), Some(weights)) => (0..3).map(|tap| f64::from(weights[tap]) * row[tap]).sum(),
            _ => row.iter().zip(weights).map(|(value, &weight)| f64::from(weight) * value).sum(),
        };
        // No layer gives NaN for finite weights and images, and no others are computed.
        (!sum.is_nan()).then_some(sum)
    }

    /// Whether the value of a voxel is known.
    pub fn knows(&self, channel: usize, voxel: [usize; 3]) -> bool {
        self.rows[self.row(channel, voxel)].as_ref().is_some_and(|row| !row[voxel[2]].is_nan())
    }

    /// Makes the value of a voxel known.
    pub fn set(&mut self, channel: usize, voxel: [usize; 3], value: f64) {
        let (row, width) = (self.row(channel, voxel), self.shape[3]);
        self.rows[row].get_or_insert_with(|| vec![f64::NAN; width].into())[voxel[2]] = value;
    }

    #[inline]
    fn row(&self, channel: usize, [z, y, _]: [usize; 3]) -> usize {
        let [_, depth, height, _] = self.shape;
        (channel * depth + z) * height + y
    }
}

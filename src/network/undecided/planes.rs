//! Values of feature maps in float64, plane by plane as they become known.

/// Feature maps C×D×H×W, of which a plane takes memory from its first value on.
#[derive(Debug, Clone)]
pub struct KnownValues {
    shape: [usize; 4],
    planes: Vec<Option<Box<[f64]>>>,
}

impl KnownValues {
    /// Maps of this shape of which nothing is known.
    pub fn none([channels, depth, height, width]: [usize; 4]) -> Self {
        Self { shape: [channels, depth, height, width], planes: vec![None; channels * depth] }
    }

    /// The value of a voxel, if it is known.
    #[inline]
    pub fn get(&self, channel: usize, [z, y, x]: [usize; 3]) -> Option<f64> {
        let [_, depth, _, width] = self.shape;
        let value = self.planes[channel * depth + z].as_ref()?[y * width + x];
        // No layer gives NaN for finite weights and images, and no other are computed.
        (!value.is_nan()).then_some(value)
    }

    /// Makes the value of a voxel known.
    pub fn set(&mut self, channel: usize, [z, y, x]: [usize; 3], value: f64) {
        let [_, depth, height, width] = self.shape;
        let plane = self.planes[channel * depth + z].get_or_insert_with(|| vec![f64::NAN; height * width].into());
        plane[y * width + x] = value;
    }
}

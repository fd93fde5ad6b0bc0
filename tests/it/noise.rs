//! Made-up values that are the same in every run.

/// A reproducible sequence of values in −1…1.
pub struct Noise(pub u64);

impl Noise {
    pub fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.next()).collect()
    }

    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }

    /// Values whose magnitudes and mutual distances are at least ten times `step`: a shuffled arithmetic sequence.
    pub fn apart(&mut self, n: usize, step: f32) -> Vec<f32> {
        let mut values: Vec<f32> = (0..n).map(|i| (i as f32 - n as f32 / 2.0 + 0.5) * 10.0 * step).collect();
        for i in (1..n).rev() {
            values.swap(i, (self.next().abs() * i as f32) as usize);
        }
        values
    }
}

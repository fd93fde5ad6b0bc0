//! The shape of a network's input, with two or three spatial axes.

/// Channels, then two or three spatial axes; none is 0, and their product is a number that memory could hold.
///
/// Inside, everything has three axes: a slice C×H×W is walked as C×H×W×1, so that its rows are what slabs are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputShape(Vec<usize>);

/// No tensor has more values than this, on any device.
const MAX_VALUES: u64 = 1 << 32;

impl InputShape {
    /// `None` if this is no shape of an input.
    pub fn of(shape: &[usize]) -> Option<Self> {
        let n_values = shape.iter().try_fold(1_u64, |product, &n| product.checked_mul(n as u64))?;
        let is_input = matches!(shape.len(), 3 | 4) && n_values > 0 && n_values <= MAX_VALUES;
        is_input.then(|| Self(shape.to_vec()))
    }

    /// Channels, then the spatial axes.
    pub fn as_slice(&self) -> &[usize] {
        &self.0
    }

    /// Number of spatial axes: 2 or 3.
    pub fn n_axes(&self) -> usize {
        self.0.len() - 1
    }

    /// Channels, then three axes.
    pub fn spatial(&self) -> [usize; 4] {
        [self.0[0], self.0[1], self.0[2], self.0.get(3).copied().unwrap_or(1)]
    }

    /// A shape inside the network with as many axes as its input.
    pub fn outside(&self, spatial: [usize; 4]) -> Vec<usize> {
        spatial[..self.0.len()].to_vec()
    }
}

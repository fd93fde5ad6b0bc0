//! Neighbouring planes of feature maps, as many as are needed at a time.

use crate::kernels::cpu::convolve::LANES;
use crate::kernels::cpu::parallel::SharedSlice;

/// Neighbouring planes of `C×D×H×W`: plane z takes the place of plane z − n. With n = D all are there.
pub struct Ring {
    values: Vec<f32>,
    places: RingPlaces,
}

/// Where the rows and planes of a ring lie.
#[derive(Clone, Copy)]
pub struct RingPlaces {
    n_planes: usize,
    height: usize,
    width: usize,
}

impl Ring {
    /// Room for `n_planes` planes of each channel, all zero.
    pub fn new(n_channels: usize, n_planes: usize, [height, width]: [usize; 2]) -> Self {
        // Whole vectors may be read from every row.
        let values = vec![0.0; n_channels * n_planes * height * width + LANES];
        Self { values, places: RingPlaces { n_planes, height, width } }
    }

    /// Number of planes of each channel for which there is room.
    pub fn n_planes(&self) -> usize {
        self.places.n_planes
    }

    /// Row `y` of plane `z` of a channel, and at least [`LANES`] values beyond.
    pub fn row_and_beyond(&self, channel: usize, z: usize, y: usize) -> &[f32] {
        &self.values[self.places.row(channel, z, y)..]
    }

    /// Row `y` of plane `z` of a channel.
    pub fn row(&self, channel: usize, z: usize, y: usize) -> &[f32] {
        &self.row_and_beyond(channel, z, y)[..self.places.width]
    }

    /// Plane `z` of a channel.
    pub fn plane(&self, channel: usize, z: usize) -> &[f32] {
        &self.row_and_beyond(channel, z, 0)[..self.places.plane_len()]
    }

    /// All planes, in the order of their places in memory, and [`LANES`] values beyond.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The ring for threads that write different planes of it, and where these lie.
    pub fn shared(&mut self) -> (RingPlaces, SharedSlice<'_, f32>) {
        (self.places, SharedSlice::new(&mut self.values))
    }
}

impl RingPlaces {
    /// Where row `y` of plane `z` of a channel begins.
    pub fn row(&self, channel: usize, z: usize, y: usize) -> usize {
        ((channel * self.n_planes + z % self.n_planes) * self.height + y) * self.width
    }

    /// Values of a plane.
    pub fn plane_len(&self) -> usize {
        self.height * self.width
    }

    /// Where plane `z` of a channel lies.
    pub fn plane(&self, channel: usize, z: usize) -> std::ops::Range<usize> {
        let start = self.row(channel, z, 0);
        start..start + self.plane_len()
    }
}

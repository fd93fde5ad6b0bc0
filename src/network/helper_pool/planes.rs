//! Planes of arrays C×D×H×W: one array holds all planes, another the planes of one piece alone.

use std::ops::Range;

use crate::helpers::ReceivedPacket;

/// Number of values of `planes` in an array of `n_channels`; `None` if it exceeds `usize`.
pub fn count(n_channels: usize, planes: &Range<usize>, [_, height, width]: [usize; 3]) -> Option<usize> {
    n_channels.checked_mul(planes.len())?.checked_mul(height)?.checked_mul(width)
}

/// The values of `planes`, channel by channel, of an array C×D×H×W.
pub fn planes_of<T>(values: &[T], [depth, height, width]: [usize; 3], planes: Range<usize>) -> impl Iterator<Item = &[T]> {
    let plane = height * width;
    values.chunks_exact((depth * plane).max(1)).map(move |channel| &channel[planes.start * plane..planes.end * plane])
}

/// Fills `planes` of an array C×D×H×W from an array that holds them alone: `write` copies values of that array from an index on.
pub fn fill_planes<T>(values: &mut [T], [depth, height, width]: [usize; 3], planes: &Range<usize>, write: impl Fn(usize, &mut [T])) {
    let plane = height * width;
    for (channel, values) in values.chunks_exact_mut((depth * plane).max(1)).enumerate() {
        write(channel * planes.len() * plane, &mut values[planes.start * plane..planes.end * plane]);
    }
}

/// The output of a block, O×D'×H'×W', while it is computed.
pub struct BlockOutput<'a> {
    /// The values.
    pub values: &'a mut [f32],
    /// One winner code for each value, if the gradient will need them.
    pub winners: Option<&'a mut [u8]>,
}

impl BlockOutput<'_> {
    /// Copies a response's planes of `n_channels` channels to their place; `None` if its arrays are not of the expected length.
    pub fn store(&mut self, response: &dyn ReceivedPacket, n_channels: usize, axes: [usize; 3], planes: &Range<usize>) -> Option<()> {
        let n_values = count(n_channels, planes, axes)?;
        let n_winners = if self.winners.is_some() { n_values } else { 0 };
        if response.n_floats() != n_values || response.n_bytes() != n_winners {
            return None;
        }
        fill_planes(self.values, axes, planes, |at, to| response.copy_floats(at, to));
        if let Some(winners) = &mut self.winners {
            fill_planes(winners, axes, planes, |at, to| response.copy_bytes(at, to));
        }
        Some(())
    }
}

/// Copies a response's planes of a gradient C×D×H×W to their place; `None` if its arrays are not of the expected length.
pub fn store_gradient(
    gradient: &mut [f32],
    response: &dyn ReceivedPacket,
    n_channels: usize,
    axes: [usize; 3],
    planes: &Range<usize>,
) -> Option<()> {
    if response.n_floats() != count(n_channels, planes, axes)? || response.n_bytes() != 0 {
        return None;
    }
    fill_planes(gradient, axes, planes, |at, to| response.copy_floats(at, to));
    Some(())
}

//! Weights in the order in which [`convolve::tile`](super::convolve::tile) reads them.

use super::convolve::{CHANNELS, Finish};

/// Packs weights `n_out × n_each` in groups of [`CHANNELS`] outputs, `groups × n_each × CHANNELS`, and bias, scale and shift
/// (`per_channel`, one value for each output channel) with them. Channels that a last group lacks have weight zero.
pub fn packed(n_each: usize, weight: &[f32], per_channel: [&[f32]; 3]) -> (Vec<f32>, Vec<Finish>) {
    let groups = per_channel[0].len().div_ceil(CHANNELS);
    let mut packed = vec![0.0; groups * n_each * CHANNELS];
    for (output, values) in weight.chunks_exact(n_each).enumerate() {
        let group = &mut packed[output / CHANNELS * n_each * CHANNELS..];
        for (index, &value) in values.iter().enumerate() {
            group[index * CHANNELS + output % CHANNELS] = value;
        }
    }
    (packed, finishes(per_channel))
}

/// Bias, scale and shift of each group of [`CHANNELS`] outputs, from one value of each for each output channel.
pub fn finishes(per_channel: [&[f32]; 3]) -> Vec<Finish> {
    let finish = |group| {
        let of = |values: &[f32]| std::array::from_fn(|c| values.get(group * CHANNELS + c).copied().unwrap_or(0.0));
        let [bias, scale, shift] = per_channel.map(of);
        Finish { bias, scale, shift }
    };
    (0..per_channel[0].len().div_ceil(CHANNELS)).map(finish).collect()
}

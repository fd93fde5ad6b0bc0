//! Parameters in the order in which the kernels read them: four channels side by side, so that one load serves four sums.

use crate::kernels::parameters::BlockParameters;

/// Channels side by side in one vector.
pub const LANES: usize = 4;

/// The weights for the forward kernel, output channels in groups of `lanes`: `⌈O / lanes⌉ × C × taps × lanes`; channels that are not
/// there have weight 0.
pub fn by_output(parameters: &BlockParameters, lanes: usize) -> Vec<f32> {
    let BlockParameters { n_in, n_out, weight, .. } = parameters;
    let n_taps = n_taps(parameters);
    let mut ordered = vec![0.0; n_out.div_ceil(lanes) * n_in * n_taps * lanes];
    for (out, kernels) in weight.chunks_exact(n_in * n_taps).enumerate() {
        for (tap, &value) in kernels.iter().enumerate() {
            ordered[((out / lanes) * n_in * n_taps + tap) * lanes + out % lanes] = value;
        }
    }
    ordered
}

/// The weights for the backward kernel, times the scale of their output channel, input channels in groups of `lanes`:
/// `⌈C / lanes⌉ × O × taps × lanes`.
pub fn by_input(parameters: &BlockParameters, lanes: usize) -> Vec<f32> {
    let BlockParameters { n_in, n_out, weight, scale, .. } = parameters;
    let n_taps = n_taps(parameters);
    let mut ordered = vec![0.0; n_in.div_ceil(lanes) * n_out * n_taps * lanes];
    for ((out, kernels), scale) in weight.chunks_exact(n_in * n_taps).enumerate().zip(scale) {
        for (channel, kernel) in kernels.chunks_exact(n_taps).enumerate() {
            for (tap, &value) in kernel.iter().enumerate() {
                ordered[(((channel / lanes) * n_out + out) * n_taps + tap) * lanes + channel % lanes] = value * scale;
            }
        }
    }
    ordered
}

/// Bias, scale and shift for the forward kernel, each `⌈O / lanes⌉ × lanes` one after the other.
pub fn affine(parameters: &BlockParameters, lanes: usize) -> Vec<f32> {
    let n_channels = parameters.n_out.div_ceil(lanes) * lanes;
    let mut all = Vec::with_capacity(3 * n_channels);
    for values in [&parameters.bias, &parameters.scale, &parameters.shift] {
        all.extend_from_slice(values);
        all.resize(all.len() + n_channels - values.len(), 0.0);
    }
    all
}

/// Output channels of one invocation of the forward kernel: eight where there are more than four.
pub fn output_lanes(parameters: &BlockParameters) -> usize {
    if parameters.n_out > LANES { 2 * LANES } else { LANES }
}

/// Input channels of one invocation of the backward kernel: four, or one where there is one.
pub fn input_lanes(parameters: &BlockParameters) -> usize {
    if parameters.n_in == 1 { 1 } else { LANES }
}

/// Weights of the kernel of one input channel and one output channel.
fn n_taps(parameters: &BlockParameters) -> usize {
    3_usize.pow(parameters.n_axes as u32)
}

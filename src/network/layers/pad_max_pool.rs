//! ClinicaDL's `PadMaxPool3d(2, 2)`: zeros in front of odd axes, then the maximum of 2×2×2 blocks.

use std::ops::Range;

use burn::tensor::{Bool, Tensor};

use super::Kept;

/// Each axis of n voxels becomes ⌈n / 2⌉; an odd axis gets one zero on its low-index side, and that zero takes part.
///
/// The gradient goes to the first maximum of a block in scan order (last axis fastest), as in torch: ties are common,
/// since the background of an image is constant. burn has no 3D max pooling, so pairs are reduced along the last, then
/// the second, then the first axis; a neighbour replaces the earlier one only if it is strictly larger, and among
/// equal maxima that leaves the one with the smallest first, then second, then last index.
#[derive(Debug, Clone, Copy)]
pub struct PadMaxPool;

impl PadMaxPool {
    /// Halves the spatial axes, rounding up.
    pub fn output_shape(&self, input: [usize; 4]) -> [usize; 4] {
        [input[0], input[1].div_ceil(2), input[2].div_ceil(2), input[3].div_ceil(2)]
    }

    /// Two rows per output row; row −1 is the zero in front of an odd axis.
    pub fn input_rows(&self, output: Range<isize>, input: [usize; 4]) -> Range<isize> {
        let front = (input[1] % 2) as isize;
        2 * output.start - front..2 * output.end - front
    }

    /// The rows given include the zero row in front, if there is one.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, Kept) {
        let [batch, channels, depth, height, width] = x.dims();
        let [height_out, width_out] = [height.div_ceil(2), width.div_ceil(2)];
        let x = match (height % 2, width % 2) {
            (0, 0) => x,
            (front_height, front_width) => x.pad([(0, 0), (0, 0), (0, 0), (front_height, 0), (front_width, 0)], 0.0),
        };
        let n_maps = batch * channels;
        let (x, last) = larger_of_pairs(x.reshape([n_maps * depth * 2 * height_out * width_out, 2, 1, 1]));
        let (x, second) = larger_of_pairs(x.reshape([n_maps * depth * height_out, 2, width_out, 1]));
        let (x, first) = larger_of_pairs(x.reshape([n_maps * depth / 2, 2, height_out * width_out, 1]));
        (x.reshape([batch, channels, depth / 2, height_out, width_out]), Kept::Winners(Box::new([last, second, first])))
    }

    /// Puts each gradient back where the maximum came from, zeros elsewhere.
    pub fn input_gradient(&self, gradient: Tensor<5>, winners: &[Tensor<4, Bool>; 3], input: [usize; 4]) -> Tensor<5> {
        let [batch, channels, depth_out, height_out, width_out] = gradient.dims();
        let [last, second, first] = winners;
        let n_maps = batch * channels;
        let g = spread_to_pairs(gradient.reshape([n_maps * depth_out, 1, height_out * width_out, 1]), first);
        let g = spread_to_pairs(g.reshape([n_maps * 2 * depth_out * height_out, 1, width_out, 1]), second);
        let g = spread_to_pairs(g.reshape([n_maps * 4 * depth_out * height_out * width_out, 1, 1, 1]), last);
        let g = g.reshape([batch, channels, 2 * depth_out, 2 * height_out, 2 * width_out]);
        g.narrow(3, input[2] % 2, input[2]).narrow(4, input[3] % 2, input[3])
    }
}

/// The larger along axis 1 of length 2, and whether it was the second one; the first wins a tie.
fn larger_of_pairs(pairs: Tensor<4>) -> (Tensor<4>, Tensor<4, Bool>) {
    let first = pairs.clone().narrow(1, 0, 1);
    let second = pairs.narrow(1, 1, 1);
    let second_wins = second.clone().greater(first.clone());
    (first.mask_where(second_wins.clone(), second), second_wins)
}

/// The inverse of [`larger_of_pairs`] for gradients: axis 1 of length 1 becomes 2.
fn spread_to_pairs(gradient: Tensor<4>, second_wins: &Tensor<4, Bool>) -> Tensor<4> {
    let to_first = gradient.clone().mask_fill(second_wins.clone(), 0.0);
    let to_second = gradient.mask_fill(second_wins.clone().bool_not(), 0.0);
    Tensor::cat(vec![to_first, to_second], 1)
}

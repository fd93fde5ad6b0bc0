//! ClinicaDL's `PadMaxPool2d(2, 2)` and `PadMaxPool3d(2, 2)`: zeros in front of odd axes, then the maximum of blocks of two
//! voxels along each axis.

use std::ops::Range;

use burn::tensor::{Bool, Tensor};

/// Each axis of n voxels becomes ⌈n / 2⌉; an odd axis gets one zero on its low-index side, and that zero takes part.
///
/// The gradient goes to the first maximum of a block in scan order (last axis fastest), as in torch: ties are common,
/// since the background of an image is constant. burn has no 3D max pooling, so pairs are reduced along the last, then
/// the second, then the first axis; a neighbour replaces the earlier one only if it is strictly larger, and among
/// equal maxima that leaves the one with the smallest first, then second, then last index.
#[derive(Debug, Clone, Copy)]
pub struct PadMaxPool {
    n_axes: usize,
}

/// For each reduced axis, the last one first, whether the second of a pair won.
type PairWinners = Vec<Tensor<4, Bool>>;

impl PadMaxPool {
    /// Pooling over the first two or all three axes.
    pub fn new(n_axes: usize) -> Self {
        Self { n_axes }
    }

    /// Shape C×D×H×W of the output: the axes are halved, rounding up.
    pub fn output_shape(&self, [channels, d, h, w]: [usize; 4]) -> [usize; 4] {
        [channels, d.div_ceil(2), h.div_ceil(2), if self.pools_last() { w.div_ceil(2) } else { w }]
    }

    /// The input rows on which output rows depend: two for each; row −1 is the zero in front of an odd axis.
    pub fn input_rows(&self, output: Range<isize>, input: [usize; 4]) -> Range<isize> {
        let front = (input[1] % 2) as isize;
        2 * output.start - front..2 * output.end - front
    }

    /// Output rows, and which voxels won. The input rows include the zero row in front, if there is one.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, PairWinners) {
        let [batch, channels, depth, height, width] = x.dims();
        let [_, _, height_out, width_out] = self.output_shape([channels, depth, height, width]);
        let x = match [height % 2, self.front_of_last(width)] {
            [0, 0] => x,
            [front_height, front_width] => x.pad([(0, 0), (0, 0), (0, 0), (front_height, 0), (front_width, 0)], 0.0),
        };
        let n_maps = batch * channels;
        let mut winners = Vec::with_capacity(self.n_axes);
        let mut larger = |pairs: Tensor<4>| {
            let (larger, second_wins) = larger_of_pairs(pairs);
            winners.push(second_wins);
            larger
        };
        let mut x: Tensor<4> = x.reshape([n_maps * depth * 2 * height_out, 1, 1, self.padded_last(width)]);
        if self.pools_last() {
            x = larger(x.reshape([n_maps * depth * 2 * height_out * width_out, 2, 1, 1]));
        }
        let x = larger(x.reshape([n_maps * depth * height_out, 2, width_out, 1]));
        let x = larger(x.reshape([n_maps * depth / 2, 2, height_out * width_out, 1]));
        (x.reshape([batch, channels, depth / 2, height_out, width_out]), winners)
    }

    /// Puts each gradient back where the maximum came from, zeros elsewhere.
    pub fn input_gradient(&self, gradient: Tensor<5>, winners: &[Tensor<4, Bool>], input: [usize; 4]) -> Tensor<5> {
        let [batch, channels, depth_out, height_out, width_out] = gradient.dims();
        let n_maps = batch * channels;
        let (last, rest) = winners.split_at(winners.len() - 2);
        let g = spread_to_pairs(gradient.reshape([n_maps * depth_out, 1, height_out * width_out, 1]), &rest[1]);
        let mut g = spread_to_pairs(g.reshape([n_maps * 2 * depth_out * height_out, 1, width_out, 1]), &rest[0]);
        if let [last] = last {
            g = spread_to_pairs(g.reshape([n_maps * 4 * depth_out * height_out * width_out, 1, 1, 1]), last);
        }
        let g = g.reshape([batch, channels, 2 * depth_out, 2 * height_out, self.padded_last(input[3])]);
        g.narrow(3, input[2] % 2, input[2]).narrow(4, self.front_of_last(input[3]), input[3])
    }

    fn pools_last(&self) -> bool {
        self.n_axes == 3
    }

    fn front_of_last(&self, width: usize) -> usize {
        if self.pools_last() { width % 2 } else { 0 }
    }

    fn padded_last(&self, width: usize) -> usize {
        width + self.front_of_last(width)
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

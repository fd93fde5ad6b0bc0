//! torch's `MaxPool2d` and `MaxPool3d` with kernel 3 and stride 2, whose windows overlap by one voxel.

use burn::tensor::{Bool, Slice, Tensor};

use super::sliding_window::SlidingWindow;

/// Stands for −∞ in the padding: no value is smaller, and it needs no infinity, which shaders may not know.
pub const OUTSIDE: f32 = f32::MIN;

const KERNEL: usize = 3;
const STRIDE: usize = 2;

/// Maximum of three voxels along each axis, every two voxels; what no window covers at the end of an axis is left out.
///
/// The gradient of a window goes to its first maximum in scan order (last axis fastest); a voxel that wins in several
/// windows gets the sum. As in [`super::PadMaxPool`] the axes are reduced one after the other, the last one first.
#[derive(Debug, Clone, Copy)]
pub struct MaxPool {
    window: SlidingWindow,
    n_axes: usize,
}

/// For each reduced axis, the last one first: whether the second of three beat the first, and the third these two.
type WindowWinners = Vec<Tensor<4, Bool>>;

impl MaxPool {
    /// Pooling over the first two or all three axes, with `padding` voxels of −∞ at either end.
    pub fn new(n_axes: usize, padding: usize) -> Self {
        Self { window: SlidingWindow::new(n_axes, KERNEL, STRIDE, padding), n_axes }
    }

    /// The window that slides over the axes.
    pub fn window(&self) -> SlidingWindow {
        self.window
    }

    /// Shape C×D×H×W of the output: each axis counts windows.
    pub fn output_shape(&self, [channels, d, h, w]: [usize; 4]) -> [usize; 4] {
        let [d, h, w] = self.window.count([d, h, w]);
        [channels, d, h, w]
    }

    /// Output rows, and which voxels won. The input rows include their padding.
    pub fn forward(&self, x: Tensor<5>) -> (Tensor<5>, WindowWinners) {
        let [_, second, third] = self.window.padding;
        let mut x = match [second, third] {
            [0, 0] => x,
            _ => x.pad([(0, 0), (0, 0), (0, 0), (second, second), (third, third)], OUTSIDE),
        };
        let mut winners = Vec::with_capacity(2 * self.n_axes);
        for axis in (0..self.n_axes).rev() {
            let mut dims = x.dims();
            let (largest, [second_wins, third_wins]) = largest_of_threes(x.reshape(lines_along(dims, axis)));
            dims[axis + 2] = largest.dims()[1];
            x = largest.reshape(dims);
            winners.extend([second_wins, third_wins]);
        }
        (x, winners)
    }

    /// Gradient with respect to the input rows of [`Self::forward`]: each gradient where the maximum came from, zeros elsewhere. `input`
    /// is the shape of the whole input.
    pub fn input_gradient(&self, gradient: Tensor<5>, winners: &[Tensor<4, Bool>], input: [usize; 4]) -> Tensor<5> {
        let n_rows = (gradient.dims()[2] - 1) * STRIDE + KERNEL;
        let [_, second, third] = self.window.padding;
        let padded = [n_rows, input[2] + 2 * second, input[3] + 2 * third];
        let mut g = gradient;
        for (axis, wins) in winners.chunks_exact(2).rev().enumerate() {
            let mut dims = g.dims();
            let spread = spread_to_threes(g.reshape(lines_along(dims, axis)), wins, padded[axis]);
            dims[axis + 2] = padded[axis];
            g = spread.reshape(dims);
        }
        g.narrow(3, second, input[2]).narrow(4, third, input[3])
    }
}

/// The shape in which axis 1 is one spatial axis, with all before it in front and all after it behind.
fn lines_along(dims: [usize; 5], axis: usize) -> [usize; 4] {
    let before = dims[..axis + 2].iter().product();
    let after = dims[axis + 3..].iter().product();
    [before, dims[axis + 2], after, 1]
}

/// The largest of each three along axis 1, every two; which of them it was. The first wins a tie.
fn largest_of_threes(x: Tensor<4>) -> (Tensor<4>, [Tensor<4, Bool>; 2]) {
    let n_windows = (x.dims()[1] - KERNEL) / STRIDE + 1;
    let every_second = |first: usize| {
        let end = first + (n_windows - 1) * STRIDE + 1;
        let all = Slice::new(0, None, 1);
        x.clone().slice([all, Slice::new(first as isize, Some(end as isize), STRIDE as isize), all, all])
    };
    let [first, second, third] = [0, 1, 2].map(every_second);
    let second_wins = second.clone().greater(first.clone());
    let larger = first.mask_where(second_wins.clone(), second);
    let third_wins = third.clone().greater(larger.clone());
    (larger.mask_where(third_wins.clone(), third), [second_wins, third_wins])
}

/// The inverse of [`largest_of_threes`] for gradients: axis 1 becomes `n_in` long.
fn spread_to_threes(gradient: Tensor<4>, wins: &[Tensor<4, Bool>], n_in: usize) -> Tensor<4> {
    let [before, n_windows, after, _] = gradient.dims();
    let to_third = gradient.clone().mask_fill(wins[1].clone().bool_not(), 0.0);
    let others = gradient.mask_fill(wins[1].clone(), 0.0);
    let to_first = others.clone().mask_fill(wins[0].clone(), 0.0);
    let to_second = others.mask_fill(wins[0].clone().bool_not(), 0.0);
    let one = Tensor::zeros([before, 1, after, 1], &to_third.device());
    // The third voxel of a window is the first one of the next.
    let even = Tensor::cat(vec![to_first, one.clone()], 1) + Tensor::cat(vec![one.clone(), to_third], 1);
    let odd = Tensor::cat(vec![to_second, one], 1);
    let [even, odd] = [even, odd].map(|half| half.reshape([before * (n_windows + 1), 1, after, 1]));
    Tensor::cat(vec![even, odd], 1).reshape([before, 2 * (n_windows + 1), after, 1]).narrow(1, 0, n_in)
}

//! The window that slides over the spatial axes: of convolutions and of pooling.

use std::ops::Range;

/// Kernel, stride and padding along each of the three axes that feature maps have here. A network of two axes has a
/// third one of length 1, along which every window is one voxel wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlidingWindow {
    /// Voxels that the window covers.
    pub kernel: [usize; 3],
    /// Voxels from one window to the next.
    pub stride: [usize; 3],
    /// Voxels added at either end.
    pub padding: [usize; 3],
}

impl SlidingWindow {
    /// A window with the same kernel, stride and padding along the first `n_axes` axes, 2 or 3.
    pub fn new(n_axes: usize, kernel: usize, stride: usize, padding: usize) -> Self {
        let along = |value: usize, none: usize| [value, value, if n_axes == 2 { none } else { value }];
        Self { kernel: along(kernel, 1), stride: along(stride, 1), padding: along(padding, 0) }
    }

    /// Number of windows along each axis; 0 where the padded axis is shorter than the kernel.
    pub fn count(&self, axes: [usize; 3]) -> [usize; 3] {
        [0, 1, 2].map(|axis| {
            let room = (axes[axis] + 2 * self.padding[axis]).checked_sub(self.kernel[axis]);
            room.map_or(0, |room| room / self.stride[axis] + 1)
        })
    }

    /// The input rows that the windows of `output` rows cover; rows outside the input are padding.
    pub fn input_rows(&self, output: Range<isize>) -> Range<isize> {
        let (stride, padding) = (self.stride[0] as isize, self.padding[0] as isize);
        output.start * stride - padding..(output.end - 1) * stride - padding + self.kernel[0] as isize
    }

    /// Number of axes along which it slides: 2 or 3.
    pub fn n_axes(&self) -> usize {
        if self.kernel[2] == 1 && self.kernel[0] > 1 { 2 } else { 3 }
    }

    /// Number of voxels of the window.
    pub fn volume(&self) -> usize {
        self.kernel.iter().product()
    }
}

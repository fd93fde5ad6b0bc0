//! Which rows, columns and blocks meet: the plain sizes that both kernels are launched with.

use super::form::Form;

/// One spatial axis of a block, as one slab sees it.
///
/// Voxels are counted from the first one of the tensor at hand. Along the first axis that is the first row of the halo;
/// along the others it is the first voxel of the image, with zeros in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Voxels of the input.
    pub n_in: usize,
    /// Voxels of the output.
    pub n_out: usize,
    /// 1 where a padded zero stands in front of the first pooling block, else 0.
    pub front: usize,
    /// Zeros in front of the first voxel of the input, for the convolution: 1 or 0.
    pub padding: usize,
}

/// The three axes of one slab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlabShape {
    /// First axis first; the third one has length 1 in 2D.
    pub axes: [Axis; 3],
}

impl SlabShape {
    /// Of an input slab 1×C×n×H×W that holds exactly the rows on which its output rows depend.
    pub fn new(form: Form, [n_rows, height, width]: [usize; 3], first_row_is_padding: bool) -> Self {
        let rows = Axis::of_rows(form, n_rows, usize::from(first_row_is_padding));
        let third = if form.n_axes == 3 { Axis::within(form, width) } else { Axis::outside(width) };
        Self { axes: [rows, Axis::within(form, height), third] }
    }

    /// Voxels of one channel of the output slab.
    pub fn n_output_voxels(&self) -> usize {
        self.axes.iter().map(|axis| axis.n_out).product()
    }
}

impl Axis {
    fn of_rows(form: Form, n_in: usize, front: usize) -> Self {
        let n_convolved = (n_in.saturating_sub(3)) / form.stride + usize::from(n_in >= 3);
        let n_out = if form.pool { (n_convolved + front) / 2 } else { n_convolved };
        Self { n_in, n_out, front, padding: 0 }
    }

    fn within(form: Form, n_in: usize) -> Self {
        let n_convolved = n_in.div_ceil(form.stride);
        let front = if form.pool { n_convolved % 2 } else { 0 };
        let n_out = if form.pool { n_convolved.div_ceil(2) } else { n_convolved };
        Self { n_in, n_out, front, padding: 1 }
    }

    /// First voxel of the input that the first invocation of the way back owns: 0, or the one before it where that aligns
    /// every two owned voxels as [`Form`] says.
    pub fn first_owned(&self, form: Form, axis: usize) -> i32 {
        let odd_at = if form.stride == 2 { 1 } else { self.front };
        if axis < form.n_axes { -(((odd_at + self.padding) % 2) as i32) } else { 0 }
    }

    /// Invocations of the way back along the axis.
    pub fn n_owners(&self, form: Form, axis: usize) -> usize {
        (self.n_in + self.first_owned(form, axis).unsigned_abs() as usize).div_ceil(form.owned(axis))
    }

    /// An axis over which nothing slides.
    fn outside(n_in: usize) -> Self {
        Self { n_in, n_out: n_in, front: 0, padding: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Rectifier;

    fn form(stride: usize, pool: bool) -> Form {
        Form { n_axes: 3, stride, pool, rectifier: Rectifier::Relu }
    }

    fn output([rows, height, width]: [usize; 3], stride: usize, pool: bool, front: bool) -> [usize; 3] {
        SlabShape::new(form(stride, pool), [rows, height, width], front).axes.map(|axis| axis.n_out)
    }

    #[test]
    fn axes_are_those_of_the_layers() {
        assert_eq!(output([6, 7, 8], 1, true, false), [2, 4, 4]);
        assert_eq!(output([5, 7, 8], 1, true, true), [2, 4, 4]);
        assert_eq!(output([6, 7, 8], 1, false, false), [4, 7, 8]);
        assert_eq!(output([9, 7, 8], 2, false, false), [4, 4, 4]);
        assert_eq!(output([9, 7, 10], 2, true, false), [2, 2, 3]);
        assert_eq!(output([7, 5, 10], 2, true, true), [2, 2, 3]);
        assert_eq!(output([3, 1, 1], 1, true, true), [1, 1, 1]);
    }
}

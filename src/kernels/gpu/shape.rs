//! Which rows, columns and blocks meet: the plain sizes that both kernels are launched with.

use super::spec::KernelSpec;

/// One spatial axis of a block, for one slab.
///
/// Voxels are counted from the first one of the tensor at hand. Along the first axis that is the first row of the halo;
/// along the others it is the first voxel of the image, with zeros in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlabAxis {
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
    pub axes: [SlabAxis; 3],
}

impl SlabShape {
    /// The shape for an input slab 1×C×n×H×W that holds exactly the rows on which its output rows depend. `first_row_is_padding`
    /// says that a padded zero stands in front of its first pooling block.
    pub fn new(spec: KernelSpec, [n_rows, height, width]: [usize; 3], first_row_is_padding: bool) -> Self {
        let rows = SlabAxis::of_rows(spec, n_rows, usize::from(first_row_is_padding));
        let third = if spec.n_axes == 3 { SlabAxis::within(spec, width) } else { SlabAxis::outside(width) };
        Self { axes: [rows, SlabAxis::within(spec, height), third] }
    }

    /// Voxels of one channel of the output slab.
    pub fn n_output_voxels(&self) -> usize {
        self.axes.iter().map(|axis| axis.n_out).product()
    }
}

impl SlabAxis {
    /// The first axis, of whose rows the slab brings the halo along.
    fn of_rows(spec: KernelSpec, n_in: usize, front: usize) -> Self {
        let n_convolved = (n_in.saturating_sub(3)) / spec.stride + usize::from(n_in >= 3);
        let n_out = if spec.pool { (n_convolved + front) / 2 } else { n_convolved };
        Self { n_in, n_out, front, padding: 0 }
    }

    /// An axis of which the slab holds all voxels, along which the kernel slides over padding.
    fn within(spec: KernelSpec, n_in: usize) -> Self {
        let n_convolved = n_in.div_ceil(spec.stride);
        let front = if spec.pool { n_convolved % 2 } else { 0 };
        let n_out = if spec.pool { n_convolved.div_ceil(2) } else { n_convolved };
        Self { n_in, n_out, front, padding: 1 }
    }

    /// First voxel of the input that the first invocation of the backward kernel owns: 0, or −1 where that aligns every two owned
    /// voxels to the pooling blocks, as [`KernelSpec`] takes for granted.
    pub fn first_owned(&self, spec: KernelSpec, axis: usize) -> i32 {
        let odd_at = if spec.stride == 2 { 1 } else { self.front };
        if axis < spec.n_axes { -(((odd_at + self.padding) % 2) as i32) } else { 0 }
    }

    /// Invocations of the backward kernel along the axis.
    pub fn n_invocations(&self, spec: KernelSpec, axis: usize) -> usize {
        (self.n_in + self.first_owned(spec, axis).unsigned_abs() as usize).div_ceil(spec.owned(axis))
    }

    /// An axis along which the kernel does not slide.
    fn outside(n_in: usize) -> Self {
        Self { n_in, n_out: n_in, front: 0, padding: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parameters::Rectifier;

    fn spec(stride: usize, pool: bool) -> KernelSpec {
        KernelSpec { n_axes: 3, stride, pool, rectifier: Rectifier::Relu }
    }

    fn output([rows, height, width]: [usize; 3], stride: usize, pool: bool, front: bool) -> [usize; 3] {
        SlabShape::new(spec(stride, pool), [rows, height, width], front).axes.map(|axis| axis.n_out)
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

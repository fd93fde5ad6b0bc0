//! What a kernel is compiled for. All else, every size included, is an argument, so that one pipeline serves all slabs.

use crate::kernels::parameters::{BlockParameters, Rectifier};

/// What a kernel is compiled for: all of a block that is known without weights, channels and sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KernelSpec {
    /// Spatial axes of the convolution: 2 or 3. An axis beyond them has kernel 1 and is not pooled.
    pub n_axes: usize,
    /// Stride of the convolution, the same along all axes: 1 or 2.
    pub stride: usize,
    /// Whether the block pools.
    pub pool: bool,
    /// What becomes of values that are not positive.
    pub rectifier: Rectifier,
}

impl KernelSpec {
    /// The kernel for a block with these parameters.
    pub fn of(parameters: &BlockParameters) -> Self {
        let BlockParameters { n_axes, stride, pool, rectifier, .. } = *parameters;
        Self { n_axes, stride, pool, rectifier }
    }

    /// Voxels of the convolution that are pooled to one of the output, along an axis: the edge of a pooling block.
    pub fn block(&self, axis: usize) -> usize {
        if self.pool && axis < self.n_axes { 2 } else { 1 }
    }

    /// Voxels of the convolution that are pooled to one of the output: all of a pooling block.
    pub fn block_volume(&self) -> usize {
        (0..3).map(|axis| self.block(axis)).product()
    }

    /// Voxels that the window covers along an axis.
    pub fn kernel(&self, axis: usize) -> usize {
        if axis < self.n_axes { 3 } else { 1 }
    }

    /// Voxels of the input on which one voxel of the output depends along an axis.
    pub fn reach(&self, axis: usize) -> usize {
        (self.block(axis) - 1) * self.stride + self.kernel(axis)
    }

    /// Voxels of the input whose gradient one invocation of the backward kernel computes, along an axis: those that it owns.
    pub fn owned(&self, axis: usize) -> usize {
        if axis < self.n_axes { 2 } else { 1 }
    }

    /// Voxels of the input whose gradient one invocation of the backward kernel computes, along all axes.
    pub fn owned_volume(&self) -> usize {
        (0..3).map(|axis| self.owned(axis)).product()
    }

    /// Where along each axis the owned voxel of this index lies among the owned ones; the last axis counts fastest.
    pub fn owned_voxel(&self, index: usize) -> [usize; 3] {
        let [_, n_1, n_2] = [0, 1, 2].map(|axis| self.owned(axis));
        [index / (n_1 * n_2), index / n_2 % n_1, index % n_2]
    }

    /// Windows of the convolution that cover owned voxels, along an axis.
    pub fn windows(&self, axis: usize) -> usize {
        match (axis < self.n_axes, self.stride) {
            (false, _) => 1,
            (true, 1) => 4,
            (true, _) => 2,
        }
    }

    /// The tap with which the first window that covers owned voxels covers the first of them, along an axis. Owned voxels are
    /// aligned so that it is the same for all invocations.
    pub fn first_tap(&self, axis: usize) -> i32 {
        if axis < self.n_axes { 3 - self.stride as i32 } else { 0 }
    }

    /// Whether owned voxels are aligned so that their windows come from two whole pooling blocks along each axis. With a
    /// stride of 2 these would be four voxels, too many to own.
    fn has_whole_blocks(&self) -> bool {
        self.pool && self.stride == 1
    }

    /// Windows along an axis whose gradients come from one output voxel, a source: those of its whole pooling block, or one.
    pub fn windows_per_source(&self, axis: usize) -> usize {
        if self.has_whole_blocks() { self.block(axis) } else { 1 }
    }

    /// Windows whose gradients come from one source, along all axes.
    pub fn windows_of_source(&self) -> usize {
        (0..3).map(|axis| self.windows_per_source(axis)).product()
    }

    /// Output voxels from which gradients of owned voxels come, along an axis.
    pub fn sources(&self, axis: usize) -> usize {
        self.windows(axis) / self.windows_per_source(axis)
    }

    /// Output voxels from which gradients of owned voxels come, along all axes.
    pub fn n_sources(&self) -> usize {
        (0..3).map(|axis| self.sources(axis)).product()
    }

    /// Which window along each axis is part number `part` of source number `index`; both count the last axis fastest.
    pub fn window_of(&self, index: usize, part: usize) -> [usize; 3] {
        let digits = |number: usize, [_, n_1, n_2]: [usize; 3]| [number / (n_1 * n_2), number / n_2 % n_1, number % n_2];
        let each = [0, 1, 2].map(|axis| self.windows_per_source(axis));
        let source = digits(index, [0, 1, 2].map(|axis| self.sources(axis)));
        let part = digits(part, each);
        [0, 1, 2].map(|axis| source[axis] * each[axis] + part[axis])
    }

    /// The tap with which a window covers an owned voxel, if it does.
    pub fn tap_of(&self, window: [usize; 3], voxel: usize) -> Option<usize> {
        let voxel = self.owned_voxel(voxel);
        (0..3).try_fold(0, |tap, axis| {
            let along = self.first_tap(axis) + voxel[axis] as i32 - self.stride_along(axis) * window[axis] as i32;
            let n_taps = self.kernel(axis);
            usize::try_from(along).ok().filter(|&along| along < n_taps).map(|along| tap * n_taps + along)
        })
    }

    /// Stride of the convolution along an axis: 1 where nothing slides.
    pub fn stride_along(&self, axis: usize) -> i32 {
        if axis < self.n_axes { self.stride as i32 } else { 1 }
    }

    /// Weights of the kernel of one input channel and one output channel.
    pub fn n_taps(&self) -> u32 {
        3_u32.pow(self.n_axes as u32)
    }

    /// Whether part of a gradient passes where values are not positive.
    pub fn leaks(&self) -> bool {
        self.rectifier == Rectifier::Leaky
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tap_leads_to_an_owned_voxel_once() {
        for (n_axes, stride, pool) in [(3, 1, true), (3, 1, false), (3, 2, true), (3, 2, false), (2, 1, true), (2, 2, true)] {
            let spec = KernelSpec { n_axes, stride, pool, rectifier: Rectifier::Relu };
            let n_windows = spec.n_sources() * spec.windows_of_source();
            let windows: Vec<_> = (0..spec.n_sources())
                .flat_map(|index| (0..spec.windows_of_source()).map(move |part| spec.window_of(index, part)))
                .collect();
            let mut times_used = vec![0; spec.n_taps() as usize];
            for voxel in 0..spec.owned_volume() {
                for &window in &windows {
                    if let Some(tap) = spec.tap_of(window, voxel) {
                        times_used[tap] += 1;
                    }
                }
            }
            // Every owned voxel uses every tap at stride 1; at stride 2 each tap falls on one of 2ⁿ.
            let expected = if stride == 1 { spec.owned_volume() } else { 1 };
            assert_eq!(n_windows, (0..3).map(|axis| spec.windows(axis)).product::<usize>());
            assert!(times_used.iter().all(|&n| n == expected), "{spec:?}: {times_used:?}");
        }
    }
}

//! What a kernel is compiled for. All else, every size included, is an argument, so that one pipeline serves all slabs.

use crate::kernels::{BlockParameters, Rectifier};

/// The form of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// 2 or 3.
    pub n_axes: usize,
    /// 1 or 2.
    pub stride: usize,
    /// Whether the block pools.
    pub pool: bool,
    /// What becomes of values that are not positive.
    pub rectifier: Rectifier,
}

impl Form {
    /// Of these parameters.
    pub fn of(parameters: &BlockParameters) -> Self {
        let BlockParameters { n_axes, stride, pool, rectifier, .. } = *parameters;
        Self { n_axes, stride, pool, rectifier }
    }

    /// Voxels of the convolution for one of the output along an axis.
    pub fn block(&self, axis: usize) -> usize {
        if self.pool && axis < self.n_axes { 2 } else { 1 }
    }

    /// Voxels of the convolution for one of the output.
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

    /// Voxels of the input that one invocation of the way back owns along an axis.
    pub fn owned(&self, axis: usize) -> usize {
        if axis < self.n_axes { 2 } else { 1 }
    }

    /// Voxels of the input that one invocation of the way back owns.
    pub fn owned_volume(&self) -> usize {
        (0..3).map(|axis| self.owned(axis)).product()
    }

    /// Where the owned voxel of this index is among the owned ones, last axis fastest.
    pub fn owned_voxel(&self, index: usize) -> [usize; 3] {
        let [_, n_1, n_2] = [0, 1, 2].map(|axis| self.owned(axis));
        [index / (n_1 * n_2), index / n_2 % n_1, index % n_2]
    }

    /// Windows of the convolution that cover owned voxels along an axis.
    pub fn windows(&self, axis: usize) -> usize {
        match (axis < self.n_axes, self.stride) {
            (false, _) => 1,
            (true, 1) => 4,
            (true, _) => 2,
        }
    }

    /// The tap of the first of these windows that covers the first owned voxel; owned voxels are aligned so that this is so.
    pub fn first_tap(&self, axis: usize) -> i32 {
        if axis < self.n_axes { 3 - self.stride as i32 } else { 0 }
    }

    /// Whether owned voxels are aligned so that their windows come from two whole pooling blocks along each axis. With a
    /// stride of 2 these would be four voxels, too many to own.
    fn has_whole_blocks(&self) -> bool {
        self.pool && self.stride == 1
    }

    /// Windows along an axis that one source stands for: all of its block, or one.
    pub fn windows_per_source(&self, axis: usize) -> usize {
        if self.has_whole_blocks() { self.block(axis) } else { 1 }
    }

    /// The same along all axes.
    pub fn windows_of_source(&self) -> usize {
        (0..3).map(|axis| self.windows_per_source(axis)).product()
    }

    /// Sources along an axis.
    pub fn sources(&self, axis: usize) -> usize {
        self.windows(axis) / self.windows_per_source(axis)
    }

    /// Sources in all.
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

    /// The tap of a window that covers an owned voxel, if it does.
    pub fn tap_of(&self, window: [usize; 3], voxel: usize) -> Option<usize> {
        let voxel = self.owned_voxel(voxel);
        (0..3).try_fold(0, |tap, axis| {
            let along = self.first_tap(axis) + voxel[axis] as i32 - self.stride_along(axis) * window[axis] as i32;
            let n_taps = self.kernel(axis);
            usize::try_from(along).ok().filter(|&along| along < n_taps).map(|along| tap * n_taps + along)
        })
    }

    /// Stride along an axis.
    pub fn stride_along(&self, axis: usize) -> i32 {
        if axis < self.n_axes { self.stride as i32 } else { 1 }
    }

    /// Weights of one window.
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
            let form = Form { n_axes, stride, pool, rectifier: Rectifier::Relu };
            let n_windows = form.n_sources() * form.windows_of_source();
            let windows: Vec<_> = (0..form.n_sources())
                .flat_map(|index| (0..form.windows_of_source()).map(move |part| form.window_of(index, part)))
                .collect();
            let mut times_used = vec![0; form.n_taps() as usize];
            for voxel in 0..form.owned_volume() {
                for &window in &windows {
                    if let Some(tap) = form.tap_of(window, voxel) {
                        times_used[tap] += 1;
                    }
                }
            }
            // Every owned voxel uses every tap at stride 1; at stride 2 each tap falls on one of 2ⁿ.
            let expected = if stride == 1 { form.owned_volume() } else { 1 };
            assert_eq!(n_windows, (0..3).map(|axis| form.windows(axis)).product::<usize>());
            assert!(times_used.iter().all(|&n| n == expected), "{form:?}: {times_used:?}");
        }
    }
}

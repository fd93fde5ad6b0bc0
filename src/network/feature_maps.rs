//! Feature maps on a device, cut into slabs along the first spatial axis.
//!
//! One slab is one tensor, so no tensor need be larger than a device can bind in one piece. A "row" is one index of the
//! first spatial axis: all channels and the whole of the two other axes.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};

use super::error::NetworkError;

/// Bytes of one float32.
pub const VALUE_BYTES: u64 = size_of::<f32>() as u64;

/// Bytes of float32 values C×D×H×W.
pub fn bytes_of(shape: [usize; 4]) -> u64 {
    shape.iter().product::<usize>() as u64 * VALUE_BYTES
}

/// Feature maps C×D×H×W as consecutive slabs of rows (indices along D), each a tensor 1×C×n×H×W.
#[derive(Debug, Clone)]
pub struct FeatureMaps {
    /// Channels, then the three spatial axes.
    shape: [usize; 4],
    /// First row and tensor of each slab, in order, without gaps.
    slabs: Vec<(usize, Tensor<5>)>,
}

impl FeatureMaps {
    /// Puts values (channels slowest, last axis fastest) on the device in slabs of at most `max_rows` rows. If that is all of them,
    /// they are not copied first.
    pub fn from_values(shape: [usize; 4], values: Vec<f32>, max_rows: usize, device: &Device) -> Self {
        let [channels, depth, height, width] = shape;
        if depth <= max_rows {
            return Self::whole(Tensor::from_data(TensorData::new(values, [1, channels, depth, height, width]), device));
        }
        let plane = height * width;
        let mut maps = Self::empty(shape);
        for rows in slabs_of(0..depth, max_rows) {
            let mut slab = Vec::with_capacity(channels * rows.len() * plane);
            for channel in 0..channels {
                slab.extend_from_slice(&values[(channel * depth + rows.start) * plane..(channel * depth + rows.end) * plane]);
            }
            let data = TensorData::new(slab, [1, channels, rows.len(), height, width]);
            maps.push(Tensor::from_data(data, device));
        }
        maps
    }

    /// Feature maps of shape C×D×H×W without slabs, which [`Self::push`] appends.
    pub fn empty(shape: [usize; 4]) -> Self {
        Self { shape, slabs: Vec::new() }
    }

    /// Feature maps that are one tensor, 1×C×D×H×W.
    pub fn whole(tensor: Tensor<5>) -> Self {
        let [_, c, d, h, w] = tensor.dims();
        Self { shape: [c, d, h, w], slabs: vec![(0, tensor)] }
    }

    /// All rows as one tensor 1×C×D×H×W, however large.
    pub fn joined(&self) -> Tensor<5> {
        concatenate(self.slabs().cloned().collect())
    }

    /// Appends the next rows, 1×C×n×H×W.
    pub fn push(&mut self, slab: Tensor<5>) {
        self.slabs.push((self.n_rows_held(), slab));
    }

    /// Channels, then the three spatial axes.
    pub fn shape(&self) -> [usize; 4] {
        self.shape
    }

    /// The slabs in order.
    pub fn slabs(&self) -> impl Iterator<Item = &Tensor<5>> {
        self.slabs.iter().map(|(_, tensor)| tensor)
    }

    /// The rows as one tensor 1×C×n×H×W. Rows before the first and after the last have the value `outside`, which is what
    /// the next layer pads with.
    pub fn rows(&self, rows: Range<isize>, outside: f32) -> Tensor<5> {
        let [_, depth, _, _] = self.shape;
        let inside = clip(&rows, depth);
        let pieces = self.slabs.iter().filter_map(|(start, tensor)| {
            let end = start + tensor.dims()[2];
            let (from, to) = (inside.start.max(*start), inside.end.min(end));
            (from < to).then(|| tensor.clone().narrow(2, from - start, to - from))
        });
        pad_rows(concatenate(pieces.collect()), &rows, &inside, outside)
    }

    /// The slabs in order with their rows.
    pub fn slabs_with_rows(&self) -> impl Iterator<Item = (Range<isize>, &Tensor<5>)> {
        self.slabs.iter().map(|(start, tensor)| (*start as isize..(start + tensor.dims()[2]) as isize, tensor))
    }

    /// The sum with other maps of the same shape, however those are cut.
    pub fn plus(&self, other: &FeatureMaps) -> FeatureMaps {
        let mut sum = Self::empty(self.shape);
        for (rows, slab) in self.slabs_with_rows() {
            sum.push(slab.clone() + other.rows(rows, 0.0));
        }
        sum
    }

    /// Reads all values back, channels slowest, slab by slab.
    ///
    /// # Errors
    /// [`NetworkError::Device`] with the device's error message.
    pub async fn read(mut self) -> Result<Vec<f32>, NetworkError> {
        if self.slabs.len() == 1 {
            // On the CPU these are the tensor's own values.
            return read(self.slabs.remove(0).1).await;
        }
        let [channels, depth, height, width] = self.shape;
        let plane = height * width;
        let mut values = vec![0.0; channels * depth * plane];
        for (start, slab) in &self.slabs {
            let n_rows = slab.dims()[2];
            let piece = read(slab.clone()).await?;
            for (channel, rows) in piece.chunks_exact((n_rows * plane).max(1)).enumerate() {
                values[(channel * depth + start) * plane..][..n_rows * plane].copy_from_slice(rows);
            }
        }
        Ok(values)
    }

    /// The maps as one vector, channels slowest, in the order in which ClinicaDL's flatten layer and its files have them.
    pub fn flatten(&self) -> Tensor<1> {
        let n_values = self.shape.iter().product::<usize>();
        self.joined().reshape([n_values])
    }

    fn n_rows_held(&self) -> usize {
        self.slabs.last().map_or(0, |(start, tensor)| start + tensor.dims()[2])
    }
}

/// Sums contributions whose rows overlap into feature maps, in the order in which they come.
///
/// Contributions come with increasing rows; what no later one can reach is handed on as a finished slab.
pub struct OverlapAdd {
    finished: FeatureMaps,
    /// Rows that a later contribution may still add to, and the first of them.
    open: Option<(usize, Tensor<5>)>,
}

impl OverlapAdd {
    /// An empty sum of shape C×D×H×W.
    pub fn new(shape: [usize; 4]) -> Self {
        Self { finished: FeatureMaps::empty(shape), open: None }
    }

    /// Adds a contribution to `rows`, of which those outside the maps are dropped (they belong to padding). Rows that
    /// nothing contributes to stay zero. No later contribution will touch rows before `closed_before`.
    pub fn add(&mut self, contribution: Tensor<5>, rows: Range<isize>, closed_before: usize) {
        let inside = clip(&rows, self.finished.shape[1]);
        let skipped = (inside.start as isize - rows.start) as usize;
        let contribution = contribution.narrow(2, skipped, inside.len());
        let (start, sum) = match self.open.take() {
            None => {
                let start = self.finished.n_rows_held();
                (start, extend(contribution, &inside, start..inside.end))
            }
            Some((start, open)) => {
                let end = start + open.dims()[2];
                let open = extend(open, &(start..end), start..end.max(inside.start));
                (start, add_shifted(open, contribution, inside.start - start))
            }
        };
        self.split(start, sum, closed_before);
    }

    /// The summed feature maps.
    pub fn finish(mut self) -> FeatureMaps {
        let [_, depth, _, _] = self.finished.shape;
        if let Some((start, open)) = self.open.take() {
            let rows = start..start + open.dims()[2];
            self.finished.push(extend(open, &rows, start..depth));
        } else if let Some((rows, last)) = self.finished.slabs_with_rows().last().filter(|(rows, _)| rows.end < depth as isize) {
            let [batch, channels, _, height, width] = last.dims();
            let n_missing = depth - rows.end as usize;
            let zeros = Tensor::zeros([batch, channels, n_missing, height, width], &last.device());
            self.finished.push(zeros);
        }
        self.finished
    }

    fn split(&mut self, start: usize, sum: Tensor<5>, closed_before: usize) {
        let n_rows = sum.dims()[2];
        let n_closed = closed_before.clamp(start, start + n_rows) - start;
        if n_closed > 0 {
            self.finished.push(sum.clone().narrow(2, 0, n_closed));
        }
        if n_closed < n_rows {
            self.open = Some((start + n_closed, sum.narrow(2, n_closed, n_rows - n_closed)));
        }
    }
}

/// Cuts a range into consecutive pieces of at most `max_rows`.
pub fn slabs_of(rows: Range<usize>, max_rows: usize) -> impl Iterator<Item = Range<usize>> {
    let step = max_rows.max(1);
    rows.clone().step_by(step).map(move |start| start..(start + step).min(rows.end))
}

/// The part of a range of rows that lies within `0..depth`.
pub fn clip(rows: &Range<isize>, depth: usize) -> Range<usize> {
    let end = rows.end.clamp(0, depth as isize) as usize;
    let start = rows.start.clamp(0, depth as isize) as usize;
    start.min(end)..end
}

/// Adds rows of the value `outside` in front of and behind `inside` so that it becomes `rows`.
pub fn pad_rows(tensor: Tensor<5>, rows: &Range<isize>, inside: &Range<usize>, outside: f32) -> Tensor<5> {
    let front = inside.start as isize - rows.start;
    let back = rows.end - inside.end as isize;
    let [batch, channels, _, height, width] = tensor.dims();
    let fill = |n_rows: isize| Tensor::full([batch, channels, n_rows as usize, height, width], outside, &tensor.device());
    let mut pieces = Vec::with_capacity(3);
    if front > 0 {
        pieces.push(fill(front));
    }
    pieces.push(tensor.clone());
    if back > 0 {
        pieces.push(fill(back));
    }
    concatenate(pieces)
}

/// Adds rows of zeros so that a tensor of `rows` becomes one of `wanted`, which holds them.
fn extend(tensor: Tensor<5>, rows: &Range<usize>, wanted: Range<usize>) -> Tensor<5> {
    pad_rows(tensor, &(wanted.start as isize..wanted.end as isize), rows, 0.0)
}

/// `first` and `second` summed where they overlap; `second` starts `shift` rows later and ends no earlier.
fn add_shifted(first: Tensor<5>, second: Tensor<5>, shift: usize) -> Tensor<5> {
    let (n_first, n_second) = (first.dims()[2], second.dims()[2]);
    let n_common = n_first - shift;
    let mut pieces = Vec::with_capacity(3);
    if shift > 0 {
        pieces.push(first.clone().narrow(2, 0, shift));
    }
    if n_common > 0 {
        pieces.push(first.narrow(2, shift, n_common) + second.clone().narrow(2, 0, n_common));
    }
    if n_second > n_common {
        pieces.push(second.narrow(2, n_common, n_second - n_common));
    }
    concatenate(pieces)
}

fn concatenate(mut pieces: Vec<Tensor<5>>) -> Tensor<5> {
    match pieces.len() {
        1 => pieces.remove(0),
        _ => Tensor::cat(pieces, 2),
    }
}

/// Reads a tensor back, without blocking the browser.
///
/// # Errors
/// [`NetworkError::Device`] with the device's error message.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, NetworkError> {
    let failed = |reason: String| NetworkError::Device { reason };
    let data = tensor.into_data_async().await.map_err(|error| failed(format!("{error:?}")))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(shape: [usize; 4], max_rows: usize) -> FeatureMaps {
        let values: Vec<f32> = (0..shape.iter().product::<usize>()).map(|i| i as f32).collect();
        FeatureMaps::from_values(shape, values, max_rows, &Device::flex())
    }

    fn values(tensor: Tensor<5>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn rows_do_not_depend_on_the_slabs() {
        let shape = [2, 5, 2, 3];
        let whole = counting(shape, 5);
        for max_rows in 1..5 {
            let cut = counting(shape, max_rows);
            for rows in [-1..2, 0..5, 1..4, 3..7, -2..7] {
                assert_eq!(values(cut.rows(rows.clone(), -1.5)), values(whole.rows(rows, -1.5)));
            }
            let counted: Vec<f32> = (0..60).map(|i| i as f32).collect();
            assert_eq!(cut.flatten().into_data().try_into_vec::<f32>().unwrap(), counted);
            assert_eq!(pollster::block_on(cut.clone().read()).unwrap(), counted);
            assert_eq!(values(cut.plus(&whole).rows(0..5, 0.0)), counted.iter().map(|v| 2.0 * v).collect::<Vec<_>>());
        }
    }

    #[test]
    fn overlapping_contributions_are_summed_once_each() {
        let ones = |n_rows: usize| Tensor::<5>::ones([1, 1, n_rows, 1, 1], &Device::flex());
        let mut sum = OverlapAdd::new([1, 5, 1, 1]);
        sum.add(ones(4), -1..3, 1);
        sum.add(ones(4), 1..5, 3);
        sum.add(ones(3), 3..6, 5);
        assert_eq!(values(sum.finish().rows(0..5, 0.0)), [1.0, 2.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn rows_without_contribution_are_zero() {
        let ones = |n_rows: usize| Tensor::<5>::ones([1, 1, n_rows, 1, 1], &Device::flex());
        for closed in [2, 3] {
            let mut sum = OverlapAdd::new([1, 8, 1, 1]);
            sum.add(ones(1), 1..2, closed);
            sum.add(ones(1), 3..4, 5);
            sum.add(ones(1), 5..6, 8);
            assert_eq!(values(sum.finish().rows(0..8, 0.0)), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
        }
    }
}

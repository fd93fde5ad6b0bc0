//! A volume that is shown over an image: what its voxels mean, cropped to the box of those that are not 0.

use std::collections::BTreeSet;

use super::label_table::MAX_LABEL;
use super::{Affine, Volume};

/// The kind of a volume's voxels, as far as their values show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// All voxels are 0.
    Empty,
    /// One value besides 0.
    Mask,
    /// Several whole numbers, none below 0.
    Labels {
        /// Number of distinct values besides 0.
        count: usize,
    },
    /// Any other values.
    Map,
}

/// Most regions of a label image: no atlas of the whole brain has as many.
const MAX_LABELS: usize = 4096;

/// A volume without the zeros around its content.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// Finite voxels, in the smallest box of the grid with all voxels that are not 0; voxels of a mask are 0 or 1.
    pub volume: Volume,
    /// The kind of the voxels.
    pub content: Content,
    /// Number of voxels that were not finite and are 0 now.
    pub n_not_finite: usize,
    /// Region numbers that occur; empty unless the content is [`Content::Labels`].
    pub labels: BTreeSet<u32>,
}

impl Overlay {
    /// The overlay of a volume: voxels that are not finite become 0, a mask becomes binary, zeros around are cropped.
    pub fn new(volume: Volume) -> Self {
        let (shape, world_from_voxel) = (volume.shape(), *volume.world_from_voxel());
        let mut data = volume.into_data();
        let mut n_not_finite = 0;
        for value in data.iter_mut().filter(|value| !value.is_finite()) {
            *value = 0.0;
            n_not_finite += 1;
        }
        let labels = distinct_labels(&data);
        let content = content_of(&data, labels.as_ref());
        if content == Content::Mask {
            data.iter_mut().for_each(|value| *value = f32::from(*value != 0.0));
        }
        Overlay { volume: cropped(shape, &data, world_from_voxel), content, n_not_finite, labels: labels.unwrap_or_default() }
    }
}

/// The whole numbers that occur besides 0; `None` where other values occur, or too many.
fn distinct_labels(values: &[f32]) -> Option<BTreeSet<u32>> {
    let (mut labels, mut last) = (BTreeSet::new(), 0.0);
    for &value in values {
        // Neighbours are mostly alike.
        if value == last || value == 0.0 {
            continue;
        }
        let is_label = value > 0.0 && value <= MAX_LABEL as f32 && value.fract() == 0.0;
        if !is_label || labels.len() >= MAX_LABELS {
            return None;
        }
        labels.insert(value as u32);
        last = value;
    }
    Some(labels)
}

/// The kind of the voxels, given their distinct labels.
fn content_of(values: &[f32], labels: Option<&BTreeSet<u32>>) -> Content {
    let Some(first) = values.iter().find(|&&value| value != 0.0) else { return Content::Empty };
    match labels {
        Some(labels) if labels.len() > 1 => Content::Labels { count: labels.len() },
        _ if values.iter().all(|value| *value == 0.0 || value == first) => Content::Mask,
        _ => Content::Map,
    }
}

/// The box of all voxels that are not 0, with its place in the world; the first voxel alone where all are 0.
fn cropped(shape: [usize; 3], data: &[f32], world_from_voxel: Affine) -> Volume {
    let (mut low, mut high) = (shape, [0; 3]);
    for (row, line) in data.chunks(shape[2].max(1)).enumerate() {
        let (Some(first), Some(last)) = (line.iter().position(|v| *v != 0.0), line.iter().rposition(|v| *v != 0.0)) else { continue };
        let (i, j) = (row / shape[1].max(1), row % shape[1].max(1));
        low = [low[0].min(i), low[1].min(j), low[2].min(first)];
        high = [high[0].max(i), high[1].max(j), high[2].max(last)];
    }
    let start = if low == shape { [0; 3] } else { low };
    let size: [usize; 3] = std::array::from_fn(|axis| high[axis] + 1 - start[axis]);
    let mut kept = Vec::with_capacity(size.iter().product());
    for i in start[0]..start[0] + size[0] {
        for j in start[1]..start[1] + size[1] {
            let row = (i * shape[1] + j) * shape[2] + start[2];
            kept.extend_from_slice(&data[row..row + size[2]]);
        }
    }
    let place = world_from_voxel.compose(&Affine::from_diagonal([1.0; 3], start.map(|index| index as f64)));
    Volume { shape: size, data: kept, world_from_voxel: place }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Affine = Affine([[0.0, 0.0, -1.0, 4.0], [2.0, 0.5, 0.0, 0.0], [0.0, 1.5, 0.0, 7.0]]);

    fn overlay(values: [f32; 12]) -> Overlay {
        Overlay::new(Volume::new([2, 2, 3], values.to_vec(), PLACE).unwrap())
    }

    fn with(voxels: &[(usize, f32)]) -> [f32; 12] {
        let mut values = [0.0; 12];
        voxels.iter().for_each(|&(index, value)| values[index] = value);
        values
    }

    #[test]
    fn values_say_what_they_mean() {
        assert_eq!(overlay([0.0; 12]).content, Content::Empty);
        assert_eq!(overlay(with(&[(3, f32::NAN)])).content, Content::Empty);
        assert_eq!(overlay(with(&[(3, 1.0), (7, 1.0)])).content, Content::Mask);
        assert_eq!(overlay(with(&[(3, 0.2)])).content, Content::Mask);
        assert_eq!(overlay(with(&[(3, -4.0)])).content, Content::Mask);
        assert_eq!(overlay(with(&[(3, 1.0), (7, 9.0)])).content, Content::Labels { count: 2 });
        assert_eq!(overlay(with(&[(3, 1.0), (7, 1.5)])).content, Content::Map);
        assert_eq!(overlay(with(&[(3, 1.0), (7, -1.0)])).content, Content::Map);
        assert_eq!(overlay(with(&[(3, 1.0), (7, 1e9)])).content, Content::Map);
    }

    #[test]
    fn every_voxel_stays_in_its_place() {
        let values = with(&[(4, 3.0), (5, 2.5), (10, -1.0)]);
        let whole = Volume::new([2, 2, 3], values.to_vec(), PLACE).unwrap();
        let Overlay { volume, .. } = overlay(values);
        assert_eq!(volume.shape(), [2, 1, 2]);
        let own_from_world = volume.world_from_voxel().inverse().unwrap();
        for (index, value) in values.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let voxel = [index / 6, index / 3 % 2, index % 3].map(|at| at as f64);
            let own = own_from_world.apply(whole.world_from_voxel().apply(voxel)).map(|at| at.round() as usize);
            assert_eq!(volume.get(own), Some(*value));
        }
        assert_eq!(volume.data().iter().sum::<f32>(), values.iter().sum::<f32>());
    }

    #[test]
    fn masks_become_ones_and_what_is_no_number_is_counted() {
        let masked = overlay(with(&[(0, f32::INFINITY), (3, 7.0), (4, 7.0), (5, f32::NAN)]));
        assert_eq!((masked.n_not_finite, masked.content), (2, Content::Mask));
        assert_eq!(masked.volume.data(), [1.0, 1.0]);
    }

    #[test]
    fn labels_are_listed() {
        assert_eq!(overlay(with(&[(0, 5.0), (3, 2.0), (4, 5.0)])).labels.into_iter().collect::<Vec<_>>(), [2, 5]);
    }

    #[test]
    fn nothing_leaves_one_voxel() {
        assert_eq!(overlay([0.0; 12]).volume.shape(), [1, 1, 1]);
    }
}

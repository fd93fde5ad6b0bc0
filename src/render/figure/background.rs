//! The background below the map, and its greys (nilearn's `_load_anat`).

use std::borrow::Cow;

use super::finite::finite;
use super::{FigureError, FigureScale};
use crate::render::{Colormap, Interpolation, Upright};
use crate::volume::components::Components;
use crate::volume::{Affine, Statistics, Volume};

/// The background below the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Background<'a> {
    /// Paper alone.
    None,
    /// An image; voxels up to 1e-6 are transparent.
    Image(&'a Volume),
    /// The result of [`template_background`]: grey from 0 to 1, transparent outside the head, on white paper.
    Template(&'a Volume),
}

/// How a background is dimmed so that the map stands out.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Dim {
    /// Dimmed by 0.8 on black, by 0.6 on white paper.
    Automatic,
    /// Not dimmed.
    Off,
    /// Dimmed by this amount; from −2 (brighter) to 2 makes sense.
    By(f64),
}

/// Magnitudes up to this are transparent in a background (nilearn's `add_overlay`).
const TRANSPARENT: f32 = 1e-6;

/// Thickness of an image's border in voxels, from which black or white paper is concluded.
const BORDER: usize = 2;

/// A background whose greys and paper are decided.
pub(super) struct PreparedBackground<'a> {
    /// Whether the paper is black.
    pub is_black: bool,
    /// The image, upright, with its greys; `None` for paper alone.
    pub layer: Option<(Upright<'a>, FigureScale)>,
}

impl<'a> Background<'a> {
    pub(super) fn prepare(self, dim: Dim, black: Option<bool>) -> Result<PreparedBackground<'a>, FigureError> {
        match self {
            Background::None => Ok(PreparedBackground { is_black: black.unwrap_or(false), layer: None }),
            Background::Template(volume) => {
                let is_black = black.unwrap_or(false);
                let range = dimmed([0.0, f64::from(Statistics::of(volume.data()).max)], dim, is_black);
                // What is outside the head is not a number, and not drawn.
                let scale = FigureScale::between(Colormap::Gray, range, None);
                Ok(PreparedBackground { is_black, layer: Some((Upright::of(volume, Interpolation::Continuous)?, scale)) })
            }
            Background::Image(volume) => {
                let volume = finite(volume);
                let statistics = Statistics::of(volume.data());
                let (min, max) = (f64::from(statistics.min), f64::from(statistics.max));
                let is_black = black.unwrap_or_else(|| f64::from(border_median(&volume)) <= 0.5 * (min + max));
                let upright = owned(volume)?;
                let scale = FigureScale::between(Colormap::Gray, dimmed([min, max], dim, is_black), Some(TRANSPARENT));
                Ok(PreparedBackground { is_black, layer: Some((upright, scale)) })
            }
        }
    }
}

fn owned(volume: Cow<'_, Volume>) -> Result<Upright<'_>, FigureError> {
    match volume {
        Cow::Borrowed(volume) => Ok(Upright::of(volume, Interpolation::Continuous)?),
        Cow::Owned(volume) => Ok(Upright::of(&volume, Interpolation::Continuous)?.into_owned()),
    }
}

/// The range of greys after dimming.
fn dimmed([low, high]: [f64; 2], dim: Dim, is_black: bool) -> [f64; 2] {
    let by = match (dim, is_black) {
        (Dim::Off | Dim::By(0.0), _) => return [low, high],
        (Dim::By(by), _) => by,
        (Dim::Automatic, true) => 0.8,
        (Dim::Automatic, false) => 0.6,
    };
    let (mean, half_range) = (0.5 * (low + high), 0.5 * (high - low));
    if is_black { [low, mean + (1.0 + by) * half_range] } else { [0.5 * (2.0 - by) * mean - (1.0 + by) * half_range, high] }
}

/// Median of the voxels within two of each face; voxels of edges and corners count for each of their faces, as in nilearn.
pub fn border_median(volume: &Volume) -> f32 {
    let shape = volume.shape();
    let mut border = Vec::new();
    for axis in 0..3 {
        let faces = [0..BORDER.min(shape[axis]), shape[axis].saturating_sub(BORDER)..shape[axis]];
        for face in faces {
            let mut ranges = shape.map(|n| 0..n);
            ranges[axis] = face;
            let [is, js, ks] = ranges;
            for (i, j) in is.flat_map(|i| js.clone().map(move |j| (i, j))) {
                border.extend(ks.clone().filter_map(|k| volume.get([i, j, k])));
            }
        }
    }
    border.sort_unstable_by(f32::total_cmp);
    match border.len() {
        0 => 0.0,
        n if n % 2 == 1 => border[n / 2],
        n => (border[n / 2 - 1] + border[n / 2]) / 2.0,
    }
}

/// nilearn's standard background from its ICBM 152 template: scaled to 1, every second voxel, not a number outside the head.
///
/// The head is where values are positive, and what they enclose (`scipy.ndimage.binary_fill_holes`).
pub fn template_background(template: &Volume) -> Volume {
    let shape = template.shape().map(|n| n.div_ceil(2));
    let largest = Statistics::of(template.data()).max;
    let mut data = Vec::with_capacity(shape.iter().product());
    for i in 0..shape[0] {
        for j in 0..shape[1] {
            data.extend((0..shape[2]).map(|k| template.get([2 * i, 2 * j, 2 * k]).unwrap_or(0.0) / largest));
        }
    }
    let outside = outside(&data, shape);
    data.iter_mut().zip(&outside).filter(|(_, outside)| **outside).for_each(|(value, _)| *value = f32::NAN);
    let world_from_voxel = template.world_from_voxel().compose(&Affine::from_diagonal([2.0; 3], [0.0; 3]));
    Volume::new(shape, data, world_from_voxel).unwrap_or_else(|_| template.clone())
}

/// Tells for each voxel whether it is not positive and connected with a face of the grid through such voxels.
fn outside(values: &[f32], shape: [usize; 3]) -> Vec<bool> {
    let empty: Vec<bool> = values.iter().map(|&value| value <= 0.0).collect();
    let Components { labels, sizes } = Components::of(&empty, shape);
    let mut reaches_face = vec![false; sizes.len() + 1];
    for (index, &label) in labels.iter().enumerate() {
        let voxel = [index / (shape[1] * shape[2]), index / shape[2] % shape[1], index % shape[2]];
        if label > 0 && voxel.iter().zip(shape).any(|(&at, n)| at == 0 || at + 1 == n) {
            reaches_face[label as usize] = true;
        }
    }
    labels.iter().map(|&label| reaches_face[label as usize]).collect()
}

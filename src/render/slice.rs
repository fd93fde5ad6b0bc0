//! One plane of the head as pixels: each layer is sampled on its own grid, nothing is resampled beforehand.

use super::{ColorScale, PlaneGrid, Window};
use crate::volume::{Affine, Volume};

/// A volume with the way to paint it.
pub struct Layer<'a> {
    /// The voxels.
    pub volume: &'a Volume,
    /// Inverse of the volume's affine.
    pub voxel_from_world: Affine,
    /// Values → colours.
    pub paint: Paint<'a>,
}

/// Values → colours.
pub enum Paint<'a> {
    /// Opaque greys.
    Grey(Window),
    /// Colours over what lies below.
    Color {
        /// Which colour a value takes; masked values leave what lies below.
        scale: &'a ColorScale,
        /// 0 = invisible, 1 = hides what lies below.
        opacity: f32,
    },
}

/// Fills `pixels` with the slice at `position_mm` along the grid's normal: RGBA8, sRGB, straight alpha, rows from the top.
///
/// Layers are painted in order, each sampled at the nearest voxel to the pixel's centre; outside all grids the picture is
/// transparent. `pixels` is a buffer that the caller keeps, so that a redraw allocates nothing.
pub fn render_slice(grid: &PlaneGrid, position_mm: f64, layers: &[Layer], pixels: &mut Vec<u8>) {
    pixels.clear();
    pixels.resize(grid.width * grid.height * 4, 0);
    for layer in layers {
        paint_layer(grid, position_mm, layer, pixels);
    }
}

/// The voxel nearest to a point, or `None` outside the grid.
pub fn nearest_voxel(volume: &Volume, voxel_from_world: &Affine, point_in_world: [f64; 3]) -> Option<[usize; 3]> {
    let voxel = voxel_from_world.apply(point_in_world).map(|coordinate| (coordinate + 0.5).floor());
    let inside = voxel.iter().zip(volume.shape()).all(|(&index, n)| index >= 0.0 && index < n as f64);
    inside.then(|| voxel.map(|index| index as usize))
}

/// The value of the voxel nearest to a point, or `None` outside the grid.
pub fn nearest_value(volume: &Volume, voxel_from_world: &Affine, point_in_world: [f64; 3]) -> Option<f32> {
    volume.get(nearest_voxel(volume, voxel_from_world, point_in_world)?)
}

fn paint_layer(grid: &PlaneGrid, position_mm: f64, layer: &Layer, pixels: &mut [u8]) {
    let walk = VoxelWalk::new(grid, position_mm, &layer.voxel_from_world);
    // One loop for each kind of paint, so that nothing is asked for each pixel that is known for the layer.
    match layer.paint {
        Paint::Grey(window) => walk.each(layer.volume, grid.width, pixels, |value, pixel| {
            let grey = window.grey(value);
            *pixel = [grey, grey, grey, 255];
        }),
        Paint::Color { scale, opacity } => walk.each(layer.volume, grid.width, pixels, |value, pixel| {
            if let Some(color) = scale.color(value) {
                blend_over(color, opacity, pixel);
            }
        }),
    }
}

/// Voxel coordinates along the rows of a picture: an affine map of an affine map is linear, so steps are added.
/// Half a voxel is added already, so that truncating rounds to the nearest.
struct VoxelWalk {
    origin: [f64; 3],
    per_column: [f64; 3],
    per_row: [f64; 3],
}

impl VoxelWalk {
    fn new(grid: &PlaneGrid, position_mm: f64, voxel_from_world: &Affine) -> Self {
        let at = |column: f64, row: f64| voxel_from_world.apply(grid.world_from_pixel([column + 0.5, row + 0.5], position_mm));
        let origin = at(0.0, 0.0);
        let difference = |point: [f64; 3]| std::array::from_fn(|axis| point[axis] - origin[axis]);
        VoxelWalk { origin: origin.map(|c| c + 0.5), per_column: difference(at(1.0, 0.0)), per_row: difference(at(0.0, 1.0)) }
    }

    /// Hands each pixel whose centre lies in a voxel to `paint`, with that voxel's value.
    ///
    /// This loop and what it calls are inlined whatever the build optimises for: a redraw is a hundred thousand turns of it
    /// for each layer.
    #[inline(always)]
    fn each(&self, volume: &Volume, width: usize, pixels: &mut [u8], paint: impl Fn(f32, &mut [u8; 4])) {
        let (shape, data) = (volume.shape(), volume.data());
        let [di, dj, dk] = self.per_column;
        for (row, line) in pixels.chunks_exact_mut(width * 4).enumerate() {
            let [mut i, mut j, mut k] = self.start_of(row);
            for pixel in line.as_chunks_mut::<4>().0 {
                if let Some(&value) = index_of([i, j, k], shape).and_then(|index| data.get(index)) {
                    paint(value, pixel);
                }
                (i, j, k) = (i + di, j + dj, k + dk);
            }
        }
    }

    fn start_of(&self, row: usize) -> [f64; 3] {
        std::array::from_fn(|axis| self.origin[axis] + self.per_row[axis] * row as f64)
    }
}

#[inline(always)]
fn index_of([i, j, k]: [f64; 3], shape: [usize; 3]) -> Option<usize> {
    // Negative and NaN coordinates must not truncate to 0.
    if !(i >= 0.0 && j >= 0.0 && k >= 0.0) {
        return None;
    }
    let (i, j, k) = (i as usize, j as usize, k as usize);
    (i < shape[0] && j < shape[1] && k < shape[2]).then(|| (i * shape[1] + j) * shape[2] + k)
}

/// Straight-alpha "over" in sRGB, as canvases and nilearn's figures do it.
#[inline(always)]
fn blend_over(color: [u8; 3], opacity: f32, pixel: &mut [u8; 4]) {
    let below = f32::from(pixel[3]) / 255.0 * (1.0 - opacity);
    let total = opacity + below;
    if total <= 0.0 {
        return;
    }
    let mix = |own: u8, channel: u8| ((f32::from(own) * opacity + f32::from(channel) * below) / total + 0.5) as u8;
    let [red, green, blue, _] = *pixel;
    *pixel = [mix(color[0], red), mix(color[1], green), mix(color[2], blue), (total * 255.0 + 0.5) as u8];
}

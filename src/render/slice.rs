//! One plane of the head as pixels: each layer is sampled on its own grid, nothing is resampled beforehand.

use super::outline::{self, Extent, Regions};
use super::voxel_walk::VoxelWalk;
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
    /// Opaque greys; what is not a number leaves what lies below.
    Grey(Window),
    /// Opaque greys that leave out what is nearly 0, so that the paper shows: nilearn's backgrounds on white.
    GreyOnPaper(Window),
    /// Colours over what lies below.
    Color {
        /// The colours of values; masked values leave what lies below.
        scale: &'a ColorScale,
        /// 0 = invisible, 1 = hides what lies below.
        opacity: f32,
    },
    /// Regions in plain colours over what lies below.
    Regions {
        /// How values make regions.
        regions: Regions,
        /// Colours of the first, second … region, over and over.
        colors: &'a [[u8; 3]],
        /// The part of a region that is painted.
        extent: Extent,
        /// 0 = invisible, 1 = hides what lies below.
        opacity: f32,
    },
}

/// Magnitudes up to this are transparent on paper (nilearn's `add_overlay`).
const TRANSPARENT: f32 = 1e-6;
/// The same limit where every value is painted.
const NOTHING_TRANSPARENT: f32 = -1.0;

/// Fills `pixels` with the slice at `position_mm` along the grid's normal: RGBA8, sRGB, straight alpha, rows from the top.
///
/// Layers are painted in order, each sampled at the nearest voxel to the pixel's centre; outside all grids the picture is
/// transparent. `pixels` is a buffer that the caller keeps, so that a redraw allocates next to nothing.
///
/// ```
/// use maplens::render::{Layer, Orientation, Paint, Plane, PlaneGrid, Window, WorldBounds, render_slice};
/// use maplens::volume::{Affine, Volume};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let values = (0..8).map(|value| value as f32).collect();
/// let volume = Volume::new([2, 2, 2], values, Affine::IDENTITY)?;
/// let voxel_from_world = volume.world_from_voxel().inverse().ok_or("no inverse")?;
/// let layer = Layer { volume: &volume, voxel_from_world, paint: Paint::Grey(Window { low: 0.0, high: 7.0 }) };
///
/// let grid = PlaneGrid::covering(WorldBounds::of(&volume), Plane::Axial, 1.0, Orientation::Neurological);
/// let mut pixels = Vec::new();
/// render_slice(&grid, 0.0, &[layer], &mut pixels);
///
/// // Voxel values 2 and 6 above 0 and 4, as greys: y grows upwards, pixel rows go down.
/// let greys: Vec<u8> = pixels.chunks_exact(4).map(|pixel| pixel[0]).collect();
/// assert_eq!(greys, [73, 219, 0, 146]);
/// # Ok(())
/// # }
/// ```
pub fn render_slice(grid: &PlaneGrid, position_mm: f64, layers: &[Layer], pixels: &mut Vec<u8>) {
    render_on_paper(grid, position_mm, [0; 4], layers, pixels);
}

/// Fills `pixels` as [`render_slice`] does, on paper of a colour (RGBA8) that shows wherever no layer paints.
pub fn render_on_paper(grid: &PlaneGrid, position_mm: f64, paper: [u8; 4], layers: &[Layer], pixels: &mut Vec<u8>) {
    pixels.clear();
    pixels.resize(grid.width * grid.height * 4, 0);
    if paper != [0; 4] {
        pixels.as_chunks_mut::<4>().0.fill(paper);
    }
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
    let volume = layer.volume;
    // One loop for each kind of paint, so that nothing is asked for each pixel that is known for the layer.
    match layer.paint {
        Paint::Grey(window) => paint_grey(&walk, volume, window, NOTHING_TRANSPARENT, grid.width, pixels),
        Paint::GreyOnPaper(window) => paint_grey(&walk, volume, window, TRANSPARENT, grid.width, pixels),
        Paint::Color { scale, opacity } => walk.each(volume, grid.width, pixels, |value, pixel| {
            if let Some((color, strength)) = scale.fading_color(value) {
                blend_over(color, opacity * strength, pixel);
            }
        }),
        Paint::Regions { colors: [], .. } => {}
        Paint::Regions { regions, colors, extent, opacity } => {
            outline::each_pixel(&walk, volume, regions, extent, grid.width, pixels, |region, pixel| {
                blend_over(colors[(region as usize - 1) % colors.len()], opacity, pixel);
            });
        }
    }
}

/// Paints the greys of values whose magnitude exceeds `above`.
fn paint_grey(walk: &VoxelWalk, volume: &Volume, window: Window, above: f32, width: usize, pixels: &mut [u8]) {
    walk.each(volume, width, pixels, |value, pixel| {
        if value.abs() > above {
            let grey = window.grey(value);
            *pixel = [grey, grey, grey, 255];
        }
    });
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

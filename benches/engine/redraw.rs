//! Three planes of a scan with a map of the same grid over it, at 1 mm.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use maplens::native::tree_of_folder;
use maplens::render::{ColorScale, Colormap, Layer, Orientation, Paint, Plane, PlaneGrid, Window, WorldBounds, render_slice};
use maplens::volume::{Volume, nifti};
use pollster::block_on;

use super::protocol::Load;

/// Draws of one measurement, of which the slowest but one in twenty counts.
pub const N_DRAWS: usize = 101;

/// An image, and room for its pixels.
pub struct Redraw {
    image: Volume,
    window: Window,
    pixels: Vec<u8>,
}

impl Redraw {
    /// Reads the first image of a case.
    pub fn open(load: &Load) -> Result<Self, String> {
        let tree = tree_of_folder(Path::new(&load.case.images)).map_err(|error| error.to_string())?;
        let path = tree.paths().next().ok_or("the case has no image")?;
        let bytes = block_on(tree.read(path)).map_err(|error| error.to_string())?;
        let image = nifti::read(path, &bytes).map_err(|error| error.to_string())?;
        Ok(Self { window: Window::robust(image.data()), image, pixels: Vec::new() })
    }

    /// Draws the planes again and again; gives the 95th percentile in seconds.
    pub fn run(&mut self) -> Option<f64> {
        let mut seconds: Vec<f64> = (0..N_DRAWS).map(|index| self.draw(index as f64 / 10.0)).collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(N_DRAWS * 95 / 100).copied()
    }

    fn draw(&mut self, offset_mm: f64) -> f64 {
        let start = Instant::now();
        let Self { image, window, pixels } = self;
        let bounds = WorldBounds::of(image);
        let voxel_from_world = image.world_from_voxel().inverse().expect("the case's image has a place");
        let scale = ColorScale::new(Colormap::ColdHot, 1.0, 0.5);
        for plane in [Plane::Coronal, Plane::Sagittal, Plane::Axial] {
            let grid = PlaneGrid::covering(bounds, plane, 1.0, Orientation::Neurological);
            let layers = [
                Layer { volume: image, voxel_from_world, paint: Paint::Grey(*window) },
                Layer { volume: image, voxel_from_world, paint: Paint::Color { scale: &scale, opacity: 0.8 } },
            ];
            render_slice(&grid, 80.0 + offset_mm, &layers, pixels);
            black_box(&*pixels);
        }
        start.elapsed().as_secs_f64()
    }
}

//! A figure's scene → PNG at any resolution, natively: the SVG, drawn by resvg with matplotlib's font, which lies in the program.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{ImageRendering, Options, Tree};

use super::pixel_grid::on_pixels;
use super::png;
use super::svg::svg;
use crate::render::figure::{Caption, Pixels, Scene, whole_pixels};

/// DejaVu Sans, matplotlib's default; its licence lies beside it.
const FONT: &[u8] = include_bytes!("font/DejaVuSans.ttf");

/// Most pixels of one figure: 256 MiB of them.
const MAX_PIXELS: f64 = 67_108_864.0;

/// Why a figure cannot be drawn as pixels.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RasterError {
    /// The resolution gives no pixel, or too many.
    #[error("at {dpi} dots per inch the figure would have {width:.0}×{height:.0} pixels")]
    BadSize {
        /// Dots per inch.
        dpi: f64,
        /// Pixels across.
        width: f64,
        /// Pixels down.
        height: f64,
    },
    /// The drawing library refuses the figure.
    #[error("the figure cannot be drawn ({reason})")]
    Refused {
        /// The reason that the library gives.
        reason: String,
    },
}

/// The figure's pixels at `dpi` dots per inch.
///
/// # Errors
/// [`RasterError`]
pub fn pixels(scene: &Scene, dpi: f64) -> Result<Pixels, RasterError> {
    let [width, height] = whole_pixels(scene.inches, dpi);
    let fits = width >= 1.0 && height >= 1.0 && width * height <= MAX_PIXELS;
    let bad_size = || RasterError::BadSize { dpi, width, height };
    let mut pixmap = if fits { Pixmap::new(width as u32, height as u32).ok_or_else(bad_size)? } else { return Err(bad_size()) };
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    let options = Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: Arc::new(fonts),
        image_rendering: ImageRendering::OptimizeSpeed,
        ..Options::default()
    };
    let caption = Caption { title: String::new(), software: String::new(), map_sha256: String::new(), description: String::new() };
    let scene = on_pixels(scene, dpi, [width, height]);
    let tree = Tree::from_str(&svg(&scene, &caption), &options).map_err(|error| RasterError::Refused { reason: error.to_string() })?;
    let (across, down) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, Transform::from_scale(across, down), &mut pixmap.as_mut());
    let rgba =
        pixmap.pixels().iter().map(PremultipliedColorU8::demultiply).flat_map(|c| [c.red(), c.green(), c.blue(), c.alpha()]).collect();
    Ok(Pixels { width: pixmap.width() as usize, height: pixmap.height() as usize, rgba })
}

/// PNG of the figure with its caption as text chunks.
///
/// # Errors
/// [`RasterError`]
pub fn figure_png(scene: &Scene, caption: &Caption, dpi: f64) -> Result<Vec<u8>, RasterError> {
    Ok(png::png(&pixels(scene, dpi)?, Some(dpi), &caption.texts()))
}

//! Pictures as files: PNG in, and expected | difference | actual out, for people who look at a test that failed.

use std::path::{Path, PathBuf};

use maplens::export::png::png;
use maplens::render::figure::Pixels;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// The least grey of a pixel that differs at all: people must find it.
const SEEN: u8 = 96;

const BLACK: [u8; 4] = [0, 0, 0, 255];

/// Pixels of a PNG that has no translucent ones.
pub fn decoded(bytes: &[u8]) -> Pixels {
    let pixmap = Pixmap::decode_png(bytes).unwrap();
    let rgba =
        pixmap.pixels().iter().map(PremultipliedColorU8::demultiply).flat_map(|c| [c.red(), c.green(), c.blue(), c.alpha()]).collect();
    Pixels { width: pixmap.width() as usize, height: pixmap.height() as usize, rgba }
}

/// The largest difference of a channel; `None` where the sizes differ.
pub fn difference(expected: &Pixels, actual: &Pixels) -> Option<u8> {
    let same_size = (expected.width, expected.height) == (actual.width, actual.height);
    same_size.then(|| expected.rgba.iter().zip(&actual.rgba).map(|(one, other)| one.abs_diff(*other)).max().unwrap_or(0))
}

/// Writes expected | difference | actual side by side into the target folder; says where.
pub fn write_triptych(name: &str, expected: &Pixels, actual: &Pixels) -> PathBuf {
    let (width, height) = (expected.width.max(actual.width), expected.height.max(actual.height));
    let mut rgba = Vec::with_capacity(3 * width * height * 4);
    for row in 0..height {
        let columns = || (0..width).map(move |column| (row, column));
        rgba.extend(columns().flat_map(|at| pixel(expected, at).unwrap_or(BLACK)));
        rgba.extend(columns().flat_map(|at| far(pixel(expected, at), pixel(actual, at))));
        rgba.extend(columns().flat_map(|at| pixel(actual, at).unwrap_or(BLACK)));
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
    std::fs::write(&path, png(&Pixels { width: 3 * width, height, rgba }, None, &[])).unwrap();
    path
}

fn pixel(pixels: &Pixels, (row, column): (usize, usize)) -> Option<[u8; 4]> {
    let at = 4 * (row * pixels.width + column);
    (column < pixels.width).then(|| pixels.rgba.get(at..at + 4)?.try_into().ok()).flatten()
}

/// Black where two pixels are the same, else what they differ by, lightened; white where there is but one.
fn far(expected: Option<[u8; 4]>, actual: Option<[u8; 4]>) -> [u8; 4] {
    match (expected, actual) {
        (Some(one), Some(other)) if one == other => BLACK,
        (Some(one), Some(other)) => {
            let [red, green, blue] = [0, 1, 2].map(|channel| one[channel].abs_diff(other[channel]).max(SEEN));
            [red, green, blue, 255]
        }
        _ => [255; 4],
    }
}

//! Which cell of an image each pixel shows, exactly as matplotlib's Agg back end picks it: in units of 1/256 of a cell, so that a
//! cell that ends on the middle of a pixel does so on the same side in both.

use crate::render::figure::{Pixels, Rect};

/// Agg's `image_subpixel_scale`.
const SUBPIXELS: f64 = 256.0;
const SUBPIXEL_SHIFT: u32 = 8;

/// The part of an image in `rect` that shows through `clip`, one pixel for each pixel of the page, and the rectangle of these pixels.
///
/// The visible part is stretched to whole pixels, as matplotlib's `_ImageBase._make_image` does; it begins at one, counted from the foot of a page
/// that is `height` pixels high.
pub fn sampled(rect: &Rect, clip: &Rect, height: f64, image: &Pixels) -> (Rect, Pixels) {
    let foot = |rect: &Rect| height - (rect.y + rect.height);
    let across = SampledAxis::new([rect.x, rect.x + rect.width], [clip.x, clip.x + clip.width], image.width);
    let up = SampledAxis::new([foot(rect), height - rect.y], [foot(clip), height - clip.y], image.height);
    let (columns, rows) = (across.columns(), up.rows_from_top());
    let mut rgba = Vec::with_capacity(4 * columns.len() * rows.len());
    for row in &rows {
        for column in &columns {
            let at = 4 * (row * image.width + column);
            rgba.extend_from_slice(&image.rgba[at..at + 4]);
        }
    }
    let (width, tall) = (columns.len() as f64, rows.len() as f64);
    let seen = Rect { x: across.begin.round(), y: height - up.begin.round() - tall, width, height: tall };
    (seen, Pixels { width: columns.len(), height: rows.len(), rgba })
}

/// One axis of an image on the page.
struct SampledAxis {
    /// Where the visible part begins, in pixels.
    begin: f64,
    /// Number of whole pixels of the visible part.
    n_pixels: usize,
    /// Where the image itself begins, in pixels from `begin`, stretched.
    origin: f64,
    /// Number of cells per pixel.
    cells_per_pixel: f64,
    /// Number of cells of the whole image.
    n_cells: usize,
}

impl SampledAxis {
    fn new([low, high]: [f64; 2], [clip_low, clip_high]: [f64; 2], n_cells: usize) -> Self {
        let (begin, end) = (low.max(clip_low), high.min(clip_high));
        let n_pixels = whole(end - begin);
        let stretch = n_pixels / (end - begin).max(1e-9);
        SampledAxis {
            begin,
            n_pixels: n_pixels as usize,
            origin: (low - begin) * stretch,
            cells_per_pixel: n_cells as f64 / ((high - low).max(1e-9) * stretch),
            n_cells,
        }
    }

    /// The cell of each pixel along a row: Agg transforms both ends and goes from one to the other in steps of its `dda2_line_interpolator`, which add one
    /// subpixel as soon as any part of it is due.
    fn columns(&self) -> Vec<usize> {
        let subpixel = |pixel: f64| (self.cells_before(pixel) * SUBPIXELS).round() as i64;
        let (n_pixels, first, last) = (self.n_pixels as i64, subpixel(0.5), subpixel(self.n_pixels as f64 + 0.5));
        let (whole, rest) = ((last - first - 1).div_euclid(n_pixels), (last - first - 1).rem_euclid(n_pixels) + 1);
        (0..n_pixels).map(|pixel| self.cell(first + whole * pixel + ((pixel + 1) * rest - 1) / n_pixels)).collect()
    }

    /// The cell of each pixel down a column: from row to row Agg transforms anew; rows of an image are counted from its top, pixels from the foot of the page.
    fn rows_from_top(&self) -> Vec<usize> {
        let subpixel = |pixel: usize| ((self.n_cells as f64 - self.cells_before(pixel as f64 + 0.5)) * SUBPIXELS).round() as i64;
        (0..self.n_pixels).rev().map(|pixel| self.cell(subpixel(pixel))).collect()
    }

    fn cells_before(&self, pixel: f64) -> f64 {
        (pixel - self.origin) * self.cells_per_pixel
    }

    fn cell(&self, subpixel: i64) -> usize {
        ((subpixel >> SUBPIXEL_SHIFT).max(0) as usize).min(self.n_cells - 1)
    }
}

/// Pixels that hold a length; a rounding error does not ask for one more.
fn whole(length: f64) -> f64 {
    (length - 1e-6).ceil().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::sampled;
    use crate::render::figure::{Pixels, Rect};

    /// Cells along an axis, and the cell that each pixel shows across and down in matplotlib 3.6.3: `imshow` of a ramp, nearest, with
    /// axes that fill a figure of that many pixels. But for 5 and 6 cells some cell ends on the middle of a pixel. That Agg's steps
    /// pick another cell than the one under a pixel's middle does not show here, but in whole figures (`panels_look_like_nilearns`).
    const SEEN: [(usize, &[u8], &[u8]); 6] = [
        (2, &[0, 1, 1], &[0, 1, 1]),
        (4, &[0, 1, 1, 2, 3, 3], &[0, 1, 1, 2, 3, 3]),
        (5, &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4], &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4]),
        (6, &[0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5], &[0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5]),
        (8, &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7], &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7]),
        (
            10,
            &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7, 8, 8, 9, 9, 9],
            &[0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7, 7, 8, 8, 9, 9, 9],
        ),
    ];

    #[test]
    fn pixels_show_the_cells_that_matplotlib_picks() {
        for (n_cells, columns, rows) in SEEN {
            let side = columns.len() as f64;
            let page = Rect { x: 0.0, y: 0.0, width: side, height: side };
            let ramp = |at: usize| [(at % n_cells) as u8, (at / n_cells) as u8, 0, 255];
            let image = Pixels { width: n_cells, height: n_cells, rgba: (0..n_cells * n_cells).flat_map(ramp).collect() };
            let (rect, seen) = sampled(&page, &page, side, &image);
            assert_eq!((rect, seen.width, seen.height), (page, columns.len(), rows.len()));
            let across: Vec<u8> = seen.rgba.chunks_exact(4).take(seen.width).map(|pixel| pixel[0]).collect();
            let down: Vec<u8> = seen.rgba.chunks_exact(4 * seen.width).map(|row| row[1]).collect();
            assert_eq!((across.as_slice(), down.as_slice()), (columns, rows), "{n_cells} cells");
        }
    }
}

//! A mask in a panel, its voxels filled or lines around them. nilearn interpolates its contours; voxel edges show what the mask holds.

use super::slice::{PlaneSlice, cut, mirrored};
use super::{Color, Mark, Panel, Pixels};
use crate::render::Upright;

/// Lines of the first, second … mask: colours that differ for colour-blind eyes (Okabe and Ito 2008).
const COLORS: [Color; 4] = [[0, 158, 115], [230, 159, 0], [86, 180, 233], [204, 121, 167]];

/// Line width in points.
const WIDTH: f64 = 1.2;

/// Opacity of filled masks: that of nilearn's examples, 0.7 of 255.
const FILL_ALPHA: u8 = 179;

/// The style in which masks are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum MaskStyle {
    /// A line around the voxels of a mask.
    #[default]
    Contour,
    /// The voxels of a mask, translucent (`add_contours(filled=True, alpha=0.7)`).
    Filled,
}

/// The marks of a mask in a panel; none where the panel cuts outside it.
pub(super) fn marks(mask: &Upright, panel: &Panel, number: usize, style: MaskStyle) -> Vec<Mark> {
    let Some(slice) = cut(mask, panel.plane, panel.position_mm) else { return Vec::new() };
    match style {
        MaskStyle::Contour => lines(mask, &slice, panel, number),
        MaskStyle::Filled => vec![fill(mask, &slice, panel, number)],
    }
}

/// Whether a voxel of that value belongs to a mask.
pub(super) fn is_inside(value: f32) -> bool {
    value > 0.5
}

fn fill(mask: &Upright, slice: &PlaneSlice, panel: &Panel, number: usize) -> Mark {
    let [red, green, blue] = COLORS[number % COLORS.len()];
    let pixel = |&value: &f32| if is_inside(value) { [red, green, blue, FILL_ALPHA] } else { [0; 4] };
    let pixels = Pixels { width: slice.width, height: slice.height, rgba: slice.values.iter().flat_map(pixel).collect() };
    let pixels = if panel.is_mirrored() { mirrored(&pixels) } else { pixels };
    let rect = panel.rect_of(mask.bounds(panel.plane.right_axis()), mask.bounds(panel.plane.up_axis()));
    Mark::Image { rect, clip: panel.rect, pixels }
}

/// Lines wherever one of two neighbours is above 0.5 and the other is not; neighbouring edges are joined.
fn lines(mask: &Upright, slice: &PlaneSlice, panel: &Panel, number: usize) -> Vec<Mark> {
    let (right, up) = (panel.plane.right_axis(), panel.plane.up_axis());
    let inside = |across: usize, down: usize| {
        let at = |across: usize, down: usize| slice.values.get(down * slice.width + across).is_some_and(|&value| is_inside(value));
        // Shifted by one, so that there is a rim outside.
        across >= 1 && down >= 1 && across <= slice.width && down <= slice.height && at(across - 1, down - 1)
    };
    // Images are stretched from the centre of the first to that of the last voxel, and lines must lie on them.
    let page = |across: usize, down: usize| {
        let mm = |axis: usize, share: f64| mask.bounds(axis)[0] + share * (mask.bounds(axis)[1] - mask.bounds(axis)[0]);
        panel.page_from_mm([mm(right, across as f64 / slice.width as f64), mm(up, 1.0 - down as f64 / slice.height as f64)])
    };
    let mut segments = Vec::new();
    for down in 0..=slice.height {
        for run in runs(slice.width, |across| inside(across + 1, down) != inside(across + 1, down + 1)) {
            segments.push(vec![page(run.start, down), page(run.end, down)]);
        }
    }
    for across in 0..=slice.width {
        for run in runs(slice.height, |down| inside(across, down + 1) != inside(across + 1, down + 1)) {
            segments.push(vec![page(across, run.start), page(across, run.end)]);
        }
    }
    let color = COLORS[number % COLORS.len()];
    segments.into_iter().map(|points| Mark::Line { points, width: WIDTH, color, clip: panel.rect }).collect()
}

/// Ranges of consecutive indices below `n` that are edges.
fn runs(n: usize, is_edge: impl Fn(usize) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for index in 0..=n {
        match (start, index < n && is_edge(index)) {
            (None, true) => start = Some(index),
            (Some(from), false) => {
                runs.push(from..index);
                start = None;
            }
            _ => {}
        }
    }
    runs
}

//! A mask in a panel as lines around its voxels. nilearn interpolates its contours; voxel edges show what the mask holds.

use super::{Color, Mark, Panel, cut};
use crate::render::Upright;

/// Lines of the first, second … mask: colours that differ for colour-blind eyes (Okabe and Ito 2008).
const COLORS: [Color; 4] = [[0, 158, 115], [230, 159, 0], [86, 180, 233], [204, 121, 167]];

/// Line width in points.
const WIDTH: f64 = 1.2;

/// Lines wherever one of two neighbours is above 0.5 and the other is not; neighbouring edges are joined.
pub(super) fn lines(mask: &Upright, panel: &Panel, number: usize) -> Vec<Mark> {
    let Some(slice) = cut(mask, panel.plane, panel.position_mm) else { return Vec::new() };
    let (right, up) = (panel.plane.right_axis(), panel.plane.up_axis());
    let inside = |across: usize, down: usize| {
        let at = |across: usize, down: usize| slice.values.get(down * slice.width + across).is_some_and(|&value| value > 0.5);
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

//! Where panels and the colour bar lie on the page: nilearn's axes locators, then matplotlib's equal aspect within each.

use super::{POINTS_PER_INCH, Rect};
use crate::render::{DisplayMode, Plane};

/// Bounds of a panel in which nothing is drawn, in millimetres.
pub(super) const NOTHING: [[f64; 2]; 2] = [[-0.01, 0.01]; 2];

/// Inches that a colour bar adds to the width.
const BAR_INCHES: f64 = 0.7;

/// Shares of the figure's width, each divided by the number of panels: the bar, and what is left and right of it.
const BAR_WIDTH: f64 = 0.05;
const BAR_LEFT: f64 = 0.25;
const BAR_RIGHT: f64 = 0.02;

/// Share of the figure's height above and below the bar.
const BAR_MARGIN: f64 = 0.05;

/// The page of a figure with the rectangles on it.
pub(super) struct Page {
    /// Width and height in inches, summed as nilearn does: matplotlib cuts off what is not a whole pixel, so the last bit counts.
    pub inches: [f64; 2],
    /// Width and height in points.
    pub size: [f64; 2],
    /// Rectangle of each panel, in points.
    pub panels: Vec<Rect>,
    /// Rectangle of the colour bar, in points.
    pub bar: Option<Rect>,
}

/// Left, bottom, right, top as shares of the page, from its bottom left.
type Share = [f64; 4];

impl Page {
    /// Places panels by their planes and the millimetres that they span along the right and the up axis.
    pub fn of(mode: DisplayMode, panels: &[(Plane, [[f64; 2]; 2])], has_bar: bool) -> Page {
        let n = panels.len().max(1) as f64;
        let inches = mode.panel_inches();
        // The width grows with the number of cuts; a mosaic's, a dictionary in nilearn, has three entries.
        let n_widths = if mode == DisplayMode::Mosaic { 3.0 } else { n };
        let inches = [inches[0] * n_widths + if has_bar { BAR_INCHES } else { 0.0 }, inches[1]];
        let size = inches.map(|inches| inches * POINTS_PER_INCH);
        let right = if has_bar { 1.0 - (BAR_WIDTH + BAR_LEFT + BAR_RIGHT) / n } else { 1.0 };
        let shares = match mode {
            DisplayMode::Tiled => tiled(panels, right),
            DisplayMode::Mosaic => mosaic(panels, right),
            _ => in_a_row(panels, [0.0, right], [0.0, 1.0]),
        };
        let panels = shares.into_iter().zip(panels).map(|(share, (_, bounds))| fitted(on_page(share, size), bounds)).collect();
        let bar = [1.0 - (BAR_WIDTH + BAR_RIGHT) / n, BAR_MARGIN, 1.0 - BAR_RIGHT / n, 1.0 - BAR_MARGIN];
        Page { inches, size, panels, bar: has_bar.then(|| on_page(bar, size)) }
    }
}

/// Panels side by side, their widths proportional to what they span.
fn in_a_row(panels: &[(Plane, [[f64; 2]; 2])], [left, right]: [f64; 2], [bottom, top]: [f64; 2]) -> Vec<Share> {
    let total: f64 = panels.iter().map(|(_, [across, _])| length(*across)).sum();
    let mut at = left;
    let mut place = |across: [f64; 2]| {
        let from = at;
        at += length(across) / total * (right - left);
        [from, bottom, at, top]
    };
    panels.iter().map(|(_, [across, _])| place(*across)).collect()
}

/// Panels in one row for each plane, from the bottom.
fn mosaic(panels: &[(Plane, [[f64; 2]; 2])], right: f64) -> Vec<Share> {
    let rows = panels.chunk_by(|one, other| one.0 == other.0);
    rows.enumerate().flat_map(|(row, panels)| in_a_row(panels, [0.0, right], [row as f64 / 3.0, (row as f64 + 1.0) / 3.0])).collect()
}

/// Three panels in a 2×2 grid: coronal at the top left, sagittal at the top right, axial at the bottom left.
fn tiled(panels: &[(Plane, [[f64; 2]; 2])], right: f64) -> Vec<Share> {
    let of = |plane: Plane, side: usize| panels.iter().find(|(own, _)| *own == plane).map_or(0.0, |(_, bounds)| length(bounds[side]));
    let total_width = of(Plane::Coronal, 0) + of(Plane::Sagittal, 0);
    let total_height = of(Plane::Coronal, 1) + of(Plane::Axial, 1);
    let place = |(plane, [across, up]): &(Plane, [[f64; 2]; 2])| {
        let (width, height) = (length(*across) / total_width * right, length(*up) / total_height);
        match plane {
            Plane::Coronal => [0.0, 1.0 - height, width, 1.0],
            Plane::Sagittal => [right - width, 1.0 - height, right, 1.0],
            Plane::Axial => [0.0, 0.0, width, height],
        }
    };
    panels.iter().map(place).collect()
}

/// Shares of a page, which count from the bottom left, as a rectangle in points.
fn on_page([left, bottom, right, top]: Share, [width, height]: [f64; 2]) -> Rect {
    Rect { x: left * width, y: (1.0 - top) * height, width: (right - left) * width, height: (top - bottom) * height }
}

/// The largest rectangle of the millimetres' proportions in the middle of another.
fn fitted(frame: Rect, [across, up]: &[[f64; 2]; 2]) -> Rect {
    let scale = (frame.width / length(*across)).min(frame.height / length(*up));
    let (width, height) = (length(*across) * scale, length(*up) * scale);
    Rect { x: frame.x + (frame.width - width) / 2.0, y: frame.y + (frame.height - height) / 2.0, width, height }
}

/// The length of a range, never 0: a volume of one slice has no extent, and a panel of it no proportions.
fn length([low, high]: [f64; 2]) -> f64 {
    (high - low).max(1e-6)
}

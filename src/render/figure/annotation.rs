//! Letters, positions, cross lines and the title, where and as large as nilearn puts them.

use super::text_width::{ANNOTATION, line_height, text_width};
use super::{Color, Mark, Panel, Rect, Scene};
use crate::render::display::letter;
use crate::render::{DisplayMode, Plane};

/// Font size of the title, in points.
const TITLE: f64 = 15.0;

/// Line width in points (matplotlib's default).
const LINE: f64 = 1.5;

/// Half the line width of a box's edge, in points: boxes are that much larger.
const EDGE: f64 = 0.5;

/// Space between a title and the edge of its box, in font sizes.
const TITLE_PAD: f64 = 0.3;

/// Lines where the other planes that are shown lie; on black paper they are light grey.
pub(super) fn cross(scene: &mut Scene, mode: DisplayMode, is_black: bool) {
    let color = if is_black { [204; 3] } else { [0; 3] };
    let position_along = |axis: usize| scene.panels.iter().find(|panel| panel.plane.normal_axis() == axis).map(|panel| panel.position_mm);
    let mut lines = Vec::new();
    for panel in &scene.panels {
        let Rect { x, y, width, height } = panel.rect;
        let (inset, right_end) = match (mode, panel.plane) {
            (DisplayMode::Tiled, _) => (0.0, 1.0),
            (_, Plane::Sagittal) => (0.05, 0.95),
            _ => (0.05, 1.0),
        };
        if let Some(at) = position_along(panel.plane.right_axis()) {
            let [across, _] = panel.page_from_mm([at, panel.up_mm[0]]);
            lines.push((vec![[across, y + inset * height], [across, y + (1.0 - inset) * height]], panel.rect));
        }
        if let Some(at) = position_along(panel.plane.up_axis()) {
            let [_, down] = panel.page_from_mm([panel.right_mm[0], at]);
            lines.push((vec![[x, down], [x + right_end * width, down]], panel.rect));
        }
    }
    scene.marks.extend(lines.into_iter().map(|(points, clip)| Mark::Line { points, width: LINE, color, clip }));
}

/// L and R of coronal and axial panels, and each panel's position in whole millimetres, cut off as Python's `%i` does.
pub(super) fn letters(scene: &mut Scene, colors: [Color; 2]) {
    for panel in scene.panels.clone() {
        let Panel { rect: Rect { x, y, width, height }, plane, .. } = panel;
        if plane != Plane::Sagittal {
            let sides = if panel.is_mirrored() { ["R", "L"] } else { ["L", "R"] };
            let top = y + 0.05 * height;
            boxed(scene, sides[0], [x + 0.1 * width, top], ANNOTATION, 0.0, colors);
            boxed(scene, sides[1], [x + 0.9 * width - text_width(sides[1], ANNOTATION), top], ANNOTATION, 0.0, colors);
        }
        let position = format!("{}={}", letter(plane), panel.position_mm as i64);
        boxed(scene, &position, [x, y + height - line_height(ANNOTATION).iter().sum::<f64>()], ANNOTATION, 0.0, colors);
    }
}

/// The title at the top left, in the paper's colour on a box in the ink's.
pub(super) fn title(scene: &mut Scene, [ink, paper]: [Color; 2]) {
    let title = scene.title.clone();
    if !title.is_empty() {
        let at = [0.01 * scene.size[0], 0.01 * scene.size[1]];
        boxed(scene, &title, at, TITLE, TITLE_PAD * TITLE, [paper, ink]);
    }
}

/// A line of text whose top left corner is given, on a box.
fn boxed(scene: &mut Scene, text: &str, [x, y]: [f64; 2], size: f64, pad: f64, [color, fill]: [Color; 2]) {
    let out = pad + EDGE;
    let [above, below] = line_height(size);
    let (width, height) = (text_width(text, size) + 2.0 * out, above + below + 2.0 * out);
    scene.marks.push(Mark::Rect { rect: Rect { x: x - out, y: y - out, width, height }, fill });
    scene.marks.push(Mark::Text { text: text.to_owned(), at: [x, y + above], ends_there: false, size, color });
}

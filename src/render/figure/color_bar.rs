//! The colour bar: the part of the range that the map uses, with five ticks on the left (nilearn's `_show_colorbar`).

use super::{Color, FigureScale, Mark, Pixels, Rect, Scene};
use crate::render::format_general;

/// Cells from one end to the other: one less than the table's 256 entries, between which they lie.
const CELLS: usize = 255;

/// Colour of values that are hidden.
const BRAIN: Color = [128; 3];

/// Number of ticks, both ends included.
const TICKS: usize = 5;

/// Height of digits in font sizes, with the pixel that hinting adds.
const DIGIT_HEIGHT: f64 = 0.78;

/// Font size of the ticks' labels, in points.
const LABEL: f64 = 10.0;

/// Distance from the bar to its labels, in points: a tick's length, though its width is 0, and the padding.
const GAP: f64 = 7.0;

/// Line width of the outline in points.
const OUTLINE: f64 = 0.8;

/// Adds the bar to a scene, in `frame`, for values from `low` to `high`; `ink` is the colour of outline and labels.
pub(super) fn draw(scene: &mut Scene, frame: Rect, scale: &FigureScale, [low, high]: [f32; 2], ink: Color) {
    let (low, high) = (f64::from(low), f64::from(high));
    let colors = (0..CELLS).rev().map(|cell| color_at(scale, low + (high - low) * (cell as f64 + 0.5) / CELLS as f64));
    let rgba = colors.flat_map(|[red, green, blue]| [red, green, blue, 255]).collect();
    scene.marks.push(Mark::Image { rect: frame, clip: frame, pixels: Pixels { width: 1, height: CELLS, rgba } });
    let (left, right, top, bottom) = (frame.x, frame.x + frame.width, frame.y, frame.y + frame.height);
    let points = vec![[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
    let clip = Rect { x: left - OUTLINE, y: top - OUTLINE, width: frame.width + 2.0 * OUTLINE, height: frame.height + 2.0 * OUTLINE };
    scene.marks.push(Mark::Line { points, width: OUTLINE, color: ink, clip });
    for tick in 0..TICKS {
        let share = tick as f64 / (TICKS - 1) as f64;
        let at = [left - GAP, bottom - share * frame.height + DIGIT_HEIGHT * LABEL / 2.0];
        let text = format_general(low + (high - low) * share, 2);
        scene.marks.push(Mark::Text { text, at, ends_there: true, size: LABEL, color: ink });
    }
}

/// The entry of a value, or the brain's grey where the table's entries from −threshold up to threshold are transparent.
fn color_at(scale: &FigureScale, value: f64) -> Color {
    let entry_of = |value: f32| (scale.share(value).clamp(0.0, 1.0) * 255.0) as usize;
    let share = scale.share(value as f32);
    let entry = ((share * 256.0) as usize).min(255);
    let hidden = entry_of(-scale.threshold())..entry_of(scale.threshold());
    if hidden.contains(&entry) { BRAIN } else { scale.at(share) }
}

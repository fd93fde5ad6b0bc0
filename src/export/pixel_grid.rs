//! A scene on the grid of its pixels, as matplotlib's Agg back end draws: images fill whole pixels, lines along an axis and
//! boxes are moved to the nearest ones, text stands on them. Without it every edge of a slice would be half a pixel off or blurred.

use super::agg_sampling::sampled;
use crate::render::figure::{Mark, POINTS_PER_INCH, Rect, Scene};

/// Half the edge of a text's box in points: the path that is moved runs along the middle of the edge.
const HALF_EDGE: f64 = 0.5;

/// The scene with lengths in pixels; `size` is the page's in whole pixels.
pub fn on_pixels(scene: &Scene, dpi: f64, size: [f64; 2]) -> Scene {
    let scale = dpi / POINTS_PER_INCH;
    // matplotlib counts from the bottom: what a page is higher than its pixels is cut off at the top.
    let grid = PixelGrid { scale, top: size[1] - scene.size[1] * scale, height: size[1] };
    let page = Mark::Rect { rect: Rect { x: 0.0, y: 0.0, width: size[0], height: size[1] }, fill: paper(scene) };
    let marks = std::iter::once(page).chain(scene.marks.iter().skip(1).map(|mark| grid.mark(mark))).collect();
    Scene { inches: scene.inches, size, marks, panels: Vec::new(), numbers: Vec::new(), title: scene.title.clone(), notes: Vec::new() }
}

fn paper(scene: &Scene) -> [u8; 3] {
    match scene.marks.first() {
        Some(Mark::Rect { fill, .. }) => *fill,
        _ => [255; 3],
    }
}

/// The pixels of a page, and how points lie on them.
struct PixelGrid {
    /// Pixels per point.
    scale: f64,
    /// Where the top of the page lies, in pixels; negative where part of a pixel is cut off.
    top: f64,
    /// Height of the page in pixels.
    height: f64,
}

impl PixelGrid {
    fn mark(&self, mark: &Mark) -> Mark {
        match mark {
            Mark::Rect { rect, fill } => Mark::Rect { rect: self.text_box(rect), fill: *fill },
            Mark::Image { rect, clip, pixels } => {
                let (rect, pixels) = sampled(&self.rect(rect), &self.rect(clip), self.height, pixels);
                Mark::Image { rect, clip: rect, pixels }
            }
            Mark::Line { points, width, color, clip } => {
                let width = width * self.scale;
                let runs_along_axes = points.windows(2).all(|pair| pair[0][0] == pair[1][0] || pair[0][1] == pair[1][1]);
                let place =
                    |point: &[f64; 2]| if runs_along_axes { self.point(*point).map(|at| snapped(at, width)) } else { self.point(*point) };
                Mark::Line { points: points.iter().map(place).collect(), width, color: *color, clip: outwards(self.rect(clip)) }
            }
            Mark::Text { text, at, ends_there, size, color } => {
                let [x, y] = self.point(*at);
                // Glyphs of text that ends somewhere are placed by their start, too, which only the back end knows.
                let x = if *ends_there { x } else { x.round() };
                Mark::Text { text: text.clone(), at: [x, y.round()], ends_there: *ends_there, size: size * self.scale, color: *color }
            }
        }
    }

    fn point(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [x * self.scale, self.top + y * self.scale]
    }

    fn rect(&self, rect: &Rect) -> Rect {
        let [x, y] = self.point([rect.x, rect.y]);
        Rect { x, y, width: rect.width * self.scale, height: rect.height * self.scale }
    }

    fn text_box(&self, rect: &Rect) -> Rect {
        let edge = 2.0 * HALF_EDGE * self.scale;
        let inner = self.rect(&Rect {
            x: rect.x + HALF_EDGE,
            y: rect.y + HALF_EDGE,
            width: rect.width - 2.0 * HALF_EDGE,
            height: rect.height - 2.0 * HALF_EDGE,
        });
        let (left, top) = (snapped(inner.x, edge), snapped(inner.y, edge));
        let (right, bottom) = (snapped(inner.x + inner.width, edge), snapped(inner.y + inner.height, edge));
        Rect { x: left - edge / 2.0, y: top - edge / 2.0, width: right - left + edge, height: bottom - top + edge }
    }
}

/// The coordinate of a line's middle, moved so that its edges lie between pixels (matplotlib's `PathSnapper`).
fn snapped(at: f64, width: f64) -> f64 {
    let is_odd = (width.round() as i64) % 2 == 1;
    (at + 0.5).floor() + if is_odd { 0.5 } else { 0.0 }
}

/// The rectangle of all pixels that a rectangle touches.
fn outwards(rect: Rect) -> Rect {
    let (x, y) = (rect.x.floor(), rect.y.floor());
    Rect { x, y, width: (rect.x + rect.width).ceil() - x, height: (rect.y + rect.height).ceil() - y }
}

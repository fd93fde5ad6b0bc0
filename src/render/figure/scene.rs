//! A figure as a flat list of marks in points (1/72 inch), origin at the top left, y downwards. Back ends know nothing but this.

use serde::{Deserialize, Serialize};

use crate::render::{Orientation, Plane};

/// Points of an inch.
pub const POINTS_PER_INCH: f64 = 72.0;

/// A drawn figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height in inches.
    pub inches: [f64; 2],
    /// Width and height in points.
    pub size: [f64; 2],
    /// The marks, from back to front.
    pub marks: Vec<Mark>,
    /// Where slices are, so that a click can be turned into millimetres.
    pub panels: Vec<Panel>,
    /// Numbers of the map's slice in each panel, in the order of `panels`.
    pub numbers: Vec<SliceNumbers>,
    /// The title, for metadata; empty where there is none.
    pub title: String,
    /// Warnings about the figure, one sentence each.
    pub notes: Vec<String>,
}

/// Pixels of a page of so many inches. As in matplotlib, the part of a pixel that a page is larger is cut off: 2.3 inches at 100 dots
/// each are 229.99… pixels in floating-point numbers, and thus 229.
pub fn whole_pixels(inches: [f64; 2], dpi: f64) -> [f64; 2] {
    inches.map(|inches| (inches * dpi).floor())
}

/// sRGB bytes.
pub type Color = [u8; 3];

/// One thing that is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A filled rectangle.
    Rect {
        /// Place of the rectangle on the page.
        rect: Rect,
        /// Colour of the rectangle.
        fill: Color,
    },
    /// Pixels, shown as rectangles without any smoothing.
    Image {
        /// The place on the page of the whole image.
        rect: Rect,
        /// The part of the page in which it is visible.
        clip: Rect,
        /// The pixels.
        pixels: Pixels,
    },
    /// Straight lines from point to point.
    Line {
        /// Corners in points.
        points: Vec<[f64; 2]>,
        /// Width in points.
        width: f64,
        /// Colour of the line.
        color: Color,
        /// The part of the page in which it is visible.
        clip: Rect,
    },
    /// One line of text in DejaVu Sans.
    Text {
        /// The words.
        text: String,
        /// Start, or end, of the baseline.
        at: [f64; 2],
        /// Whether `at` is where the text ends.
        ends_there: bool,
        /// Font size in points.
        size: f64,
        /// Colour of the text.
        color: Color,
    },
}

/// A rectangle in points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// RGBA8 pixels: sRGB, straight alpha, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green, blue and alpha of each pixel.
    pub rgba: Vec<u8>,
}

/// Numbers of the map's slice in one panel.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SliceNumbers {
    /// Number of voxels of the slice; 0 where the panel cuts outside the map.
    pub n_voxels: usize,
    /// Number of voxels that are not transparent.
    pub n_shown: usize,
    /// Smallest and largest of the shown values; `None` where none is.
    pub range: Option<[f32; 2]>,
}

/// One slice of a figure: its plane, and which millimetres its rectangle spans.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Plane of the slice.
    pub plane: Plane,
    /// Position along the plane's normal, in millimetres.
    pub position_mm: f64,
    /// Rectangle on the page, in points.
    pub rect: Rect,
    /// Smallest and largest millimetre of the plane's right axis.
    pub right_mm: [f64; 2],
    /// Smallest and largest millimetre of the plane's up axis.
    pub up_mm: [f64; 2],
    /// The side of the head on the left of the panel.
    pub orientation: Orientation,
}

impl Rect {
    /// Whether a point lies inside.
    pub fn contains(&self, [x, y]: [f64; 2]) -> bool {
        x >= self.x && x <= self.x + self.width && y >= self.y && y <= self.y + self.height
    }
}

impl Panel {
    /// The point on the page of millimetres along the right and up axes.
    pub fn page_from_mm(&self, [right, up]: [f64; 2]) -> [f64; 2] {
        let share = (right - self.right_mm[0]) / (self.right_mm[1] - self.right_mm[0]);
        let across = if self.is_mirrored() { 1.0 - share } else { share };
        let down = (self.up_mm[1] - up) / (self.up_mm[1] - self.up_mm[0]);
        [self.rect.x + across * self.rect.width, self.rect.y + down * self.rect.height]
    }

    /// World millimetres of a point on the page; `None` outside the panel.
    pub fn world_from_page(&self, point: [f64; 2]) -> Option<[f64; 3]> {
        if !self.rect.contains(point) {
            return None;
        }
        let share = (point[0] - self.rect.x) / self.rect.width;
        let across = if self.is_mirrored() { 1.0 - share } else { share };
        let up = 1.0 - (point[1] - self.rect.y) / self.rect.height;
        let mut world = [self.position_mm; 3];
        world[self.plane.right_axis()] = self.right_mm[0] + across * (self.right_mm[1] - self.right_mm[0]);
        world[self.plane.up_axis()] = self.up_mm[0] + up * (self.up_mm[1] - self.up_mm[0]);
        Some(world)
    }

    /// Whether x runs to the left.
    pub fn is_mirrored(&self) -> bool {
        self.orientation == Orientation::Radiological && self.plane.right_axis() == 0
    }

    /// The rectangle on the page around millimetres along the right and up axes.
    pub(super) fn rect_of(&self, right_mm: [f64; 2], up_mm: [f64; 2]) -> Rect {
        let (one, other) = (self.page_from_mm([right_mm[0], up_mm[1]]), self.page_from_mm([right_mm[1], up_mm[0]]));
        Rect { x: one[0].min(other[0]), y: one[1], width: (other[0] - one[0]).abs(), height: other[1] - one[1] }
    }
}

//! nilearn's display modes: which planes a figure shows, in which order, and how their cuts may be given.

use super::Plane;

/// The layout of a figure, as nilearn's `display_mode` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum DisplayMode {
    /// Coronal, sagittal and axial side by side.
    #[default]
    Ortho,
    /// Sagittal cuts side by side.
    X,
    /// Coronal cuts side by side.
    Y,
    /// Axial cuts side by side.
    Z,
    /// Sagittal and axial.
    Xz,
    /// Coronal and sagittal.
    Yx,
    /// Coronal and axial: the handbook's figure.
    Yz,
    /// The three planes in a 2×2 grid.
    Tiled,
    /// Several cuts of each plane, one plane a row.
    Mosaic,
}

/// Positions of a figure's cuts.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub enum CutCoords {
    /// nilearn's choice: the centre of the strongest region, or seven cuts of each direction.
    #[default]
    Automatic,
    /// A number of cuts, chosen by nilearn's rule; for `x`, `y`, `z` and `mosaic`.
    Count(usize),
    /// Millimetres (RAS+): one for each direction shown, in alphabetical order (x, y, z); any number for `x`, `y` and `z`.
    /// For `mosaic`, as in nilearn, three whole numbers: how many cuts in x, y and z.
    Positions(Vec<f64>),
}

impl DisplayMode {
    /// All modes, in menu order.
    pub const ALL: [DisplayMode; 9] = [
        DisplayMode::Ortho,
        DisplayMode::X,
        DisplayMode::Y,
        DisplayMode::Z,
        DisplayMode::Xz,
        DisplayMode::Yx,
        DisplayMode::Yz,
        DisplayMode::Tiled,
        DisplayMode::Mosaic,
    ];

    /// The name in nilearn's `display_mode`.
    pub fn name(self) -> &'static str {
        match self {
            DisplayMode::Ortho => "ortho",
            DisplayMode::X => "x",
            DisplayMode::Y => "y",
            DisplayMode::Z => "z",
            DisplayMode::Xz => "xz",
            DisplayMode::Yx => "yx",
            DisplayMode::Yz => "yz",
            DisplayMode::Tiled => "tiled",
            DisplayMode::Mosaic => "mosaic",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The planes in the order of drawing: left to right, in a mosaic from the bottom row up.
    pub fn planes(self) -> &'static [Plane] {
        match self {
            DisplayMode::Ortho | DisplayMode::Tiled | DisplayMode::Mosaic => &[Plane::Coronal, Plane::Sagittal, Plane::Axial],
            DisplayMode::X => &[Plane::Sagittal],
            DisplayMode::Y => &[Plane::Coronal],
            DisplayMode::Z => &[Plane::Axial],
            DisplayMode::Xz => &[Plane::Sagittal, Plane::Axial],
            DisplayMode::Yx => &[Plane::Coronal, Plane::Sagittal],
            DisplayMode::Yz => &[Plane::Coronal, Plane::Axial],
        }
    }

    /// Whether all panels meet in one point, which a cross may mark.
    pub fn meets_in_a_point(self) -> bool {
        !matches!(self, DisplayMode::X | DisplayMode::Y | DisplayMode::Z | DisplayMode::Mosaic)
    }

    /// Width of one panel and height of the figure in inches (`_default_figsize` of nilearn 0.9.2's slicers).
    pub(super) fn panel_inches(self) -> [f64; 2] {
        match self {
            DisplayMode::X => [2.6, 2.3],
            DisplayMode::Y | DisplayMode::Z => [2.2, 2.3],
            DisplayMode::Tiled => [2.0, 6.0],
            DisplayMode::Mosaic => [11.1, 7.2],
            DisplayMode::Ortho | DisplayMode::Xz | DisplayMode::Yx | DisplayMode::Yz => [2.2, 2.6],
        }
    }
}

/// The letter x, y or z of the direction along which the cuts of a plane follow each other.
pub(super) fn letter(plane: Plane) -> char {
    ['x', 'y', 'z'][plane.normal_axis()]
}

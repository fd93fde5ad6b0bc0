//! nilearn's `plot_stat_map`, version 0.9.2 (the one that ClinicaDL 1.6.1 pins): volumes and options → a [`Scene`] of marks.
//!
//! Each volume is drawn on its own grid with its own extent in millimetres; nothing is resampled onto anything else. What is
//! not nilearn's is documented where it is: cuts outside a volume show nothing instead of the slice that a negative index names,
//! masks are outlined along their voxels' edges, and `radiological` is taken from nilearn 0.10.

mod annotation;
mod background;
mod caption;
mod color_bar;
pub(super) mod error;
mod figure_scale;
mod finite;
mod layout;
mod notes;
mod outline;
mod scene;
mod settings;
mod slice;
mod text_width;
mod view;
pub mod words;

pub use background::{Background, Dim, border_median, template_background};
pub use caption::Caption;
pub use error::FigureError;
pub use figure_scale::FigureScale;
pub use outline::MaskStyle;
pub use scene::{Color, Mark, POINTS_PER_INCH, Panel, Pixels, Rect, Scene, SliceNumbers, whole_pixels};
pub use settings::Settings;
pub use slice::{PlaneSlice, cut};
pub use text_width::text_width;
pub use view::{CutPlace, FigureGround, FigurePaper, FigureView, Masks, WrongField};

use finite::finite;

use super::{Colormap, CutCoords, DisplayMode, Interpolation, MagnitudeSample, Orientation, Plane, Threshold, Upright, cuts};
use crate::volume::{Statistics, Volume};

/// A figure: what it shows, and how. [`Figure::new`] has `plot_stat_map`'s defaults.
#[derive(Debug, Clone)]
pub struct Figure<'a> {
    /// The map.
    pub map: &'a Volume,
    /// The background below the map.
    pub background: Background<'a>,
    /// Grey range of the background.
    pub dim: Dim,
    /// Black or white paper; `None`: as the background's border suggests.
    pub black: Option<bool>,
    /// The layout.
    pub mode: DisplayMode,
    /// Positions of the cuts.
    pub cuts: CutCoords,
    /// The magnitude up to which values are transparent: −threshold ≤ value ≤ threshold. `None` hides nothing.
    pub threshold: Option<Threshold>,
    /// End of the colours, which go from −vmax to vmax; `None`: the largest magnitude of the whole map.
    pub vmax: Option<f32>,
    /// Whether the bar shows both signs; `None`: if the map has both.
    pub symmetric_bar: Option<bool>,
    /// The colours. Sequential ones are spread from −vmax to vmax, too, as nilearn does.
    pub colormap: Colormap,
    /// Letters of the sides, and positions.
    pub annotate: bool,
    /// Lines where the planes meet.
    pub draw_cross: bool,
    /// The colour bar.
    pub color_bar: bool,
    /// Empty for none.
    pub title: String,
    /// The side of the head on the left.
    pub orientation: Orientation,
    /// Regions that are drawn over the map.
    pub masks: Vec<&'a Volume>,
    /// How the masks are drawn.
    pub mask_style: MaskStyle,
}

impl<'a> Figure<'a> {
    /// The figure with nilearn 0.9.2's defaults, but without a background.
    pub fn new(map: &'a Volume) -> Self {
        Figure {
            map,
            background: Background::None,
            dim: Dim::Automatic,
            black: None,
            mode: DisplayMode::Ortho,
            cuts: CutCoords::Automatic,
            threshold: Some(Threshold::Absolute(1e-6)),
            vmax: None,
            symmetric_bar: None,
            colormap: Colormap::ColdHot,
            annotate: true,
            draw_cross: true,
            color_bar: true,
            title: String::new(),
            orientation: Orientation::Neurological,
            masks: Vec::new(),
            mask_style: MaskStyle::Contour,
        }
    }

    /// Draws the figure.
    ///
    /// # Errors
    /// [`FigureError`] for cuts that the mode does not take, thresholds below 0, and grids too large to be put upright.
    pub fn scene(&self) -> Result<Scene, FigureError> {
        let map = finite(self.map);
        let statistics = Statistics::of(self.map.data());
        let threshold = absolute(self.threshold, map.data())?;
        let planes = cuts::panels(&map, self.mode, &self.cuts, threshold)?;
        let vmax = self.vmax.unwrap_or(statistics.max_abs);
        let scale = FigureScale::symmetric(self.colormap, vmax, threshold);
        let ground = self.background.prepare(self.dim, self.black)?;
        let upright = Upright::of(&map, Interpolation::Continuous)?;
        let mut sheet = Sheet::new(&planes, ground.is_black, self.orientation);
        if let Some((volume, grey)) = &ground.layer {
            sheet.lay(volume, grey);
        }
        // nilearn leaves the bar out, but not its space, where no panel shows anything of the map or its range is one value.
        let bar = bar_range(&statistics, vmax, self.symmetric_bar);
        let bar = Some(bar).filter(|[low, high]| sheet.lay(&upright, &scale) && low < high);
        sheet.count(&upright, &scale);
        let masks = self.masks.iter().map(|mask| Upright::of(mask, Interpolation::Nearest)).collect::<Result<Vec<_>, _>>()?;
        let notes =
            [notes::of_map(self.map, &statistics, threshold, sheet.unmet()), notes::of_layers(self.map, self.background, &self.masks)]
                .concat();
        Ok(sheet.draw(self, &scale, bar, &masks, notes))
    }
}

/// The figure while it is put together, panel by panel.
struct Sheet {
    is_black: bool,
    orientation: Orientation,
    parts: Vec<PanelContent>,
}

/// One panel while the figure is put together.
struct PanelContent {
    plane: Plane,
    position_mm: f64,
    /// Slices from back to front, each with its millimetres along the right and the up axis.
    images: Vec<(Pixels, [[f64; 2]; 2])>,
    /// Union of the tight boxes of what is drawn, along the right and the up axis.
    bounds: Option<[[f64; 2]; 2]>,
    numbers: SliceNumbers,
}

impl Sheet {
    fn new(planes: &[(Plane, f64)], is_black: bool, orientation: Orientation) -> Self {
        let part =
            |&(plane, position_mm)| PanelContent { plane, position_mm, images: Vec::new(), bounds: None, numbers: SliceNumbers::default() };
        Sheet { is_black, orientation, parts: planes.iter().map(part).collect() }
    }

    /// Adds a volume to all panels; where a slice shows nothing it does not count for the layout either. Gives whether any panel
    /// shows something of it.
    fn lay(&mut self, upright: &Upright, scale: &FigureScale) -> bool {
        let mut shows = false;
        let tight = slice::tight_bounds(upright, scale);
        for part in &mut self.parts {
            let Some(slice) = cut(upright, part.plane, part.position_mm) else { continue };
            if !slice.values.iter().any(|&value| scale.shows(value)) {
                continue;
            }
            let axes = [part.plane.right_axis(), part.plane.up_axis()];
            let own = axes.map(|axis| tight[axis]);
            part.bounds = Some(part.bounds.map_or(own, |bounds| [0, 1].map(|axis| union(bounds[axis], own[axis]))));
            part.images.push((slice.pixels(scale), axes.map(|axis| upright.bounds(axis))));
            shows = true;
        }
        shows
    }

    /// Counts what each panel shows of the map.
    fn count(&mut self, map: &Upright, scale: &FigureScale) {
        for part in &mut self.parts {
            part.numbers = cut(map, part.plane, part.position_mm).map(|slice| slice.numbers(scale)).unwrap_or_default();
        }
    }

    /// Plane and position of the panels that cut outside the map.
    fn unmet(&self) -> Vec<(Plane, f64)> {
        self.parts.iter().filter(|part| part.numbers.n_voxels == 0).map(|part| (part.plane, part.position_mm)).collect()
    }

    fn draw(self, figure: &Figure, scale: &FigureScale, bar: Option<[f32; 2]>, masks: &[Upright], notes: Vec<String>) -> Scene {
        let boxes: Vec<(Plane, [[f64; 2]; 2])> =
            self.parts.iter().map(|part| (part.plane, part.bounds.unwrap_or(layout::NOTHING))).collect();
        let page = layout::Page::of(figure.mode, &boxes, figure.color_bar);
        let numbers = self.parts.iter().map(|part| part.numbers).collect();
        let mut scene = Scene {
            inches: page.inches,
            size: page.size,
            marks: Vec::new(),
            panels: Vec::new(),
            numbers,
            title: figure.title.clone(),
            notes,
        };
        let (paper, ink) = if self.is_black { ([0; 3], [255; 3]) } else { ([255; 3], [0; 3]) };
        scene.marks.push(Mark::Rect { rect: Rect { x: 0.0, y: 0.0, width: page.size[0], height: page.size[1] }, fill: paper });
        for ((part, [right_mm, up_mm]), rect) in self.parts.iter().zip(boxes.iter().map(|(_, bounds)| *bounds)).zip(&page.panels) {
            let &PanelContent { plane, position_mm, .. } = part;
            let panel = Panel { plane, position_mm, rect: *rect, right_mm, up_mm, orientation: self.orientation };
            for (pixels, extent) in &part.images {
                let pixels = if panel.is_mirrored() { slice::mirrored(pixels) } else { pixels.clone() };
                scene.marks.push(Mark::Image { rect: panel.rect_of(extent[0], extent[1]), clip: panel.rect, pixels });
            }
            masks.iter().enumerate().for_each(|(number, mask)| scene.marks.extend(outline::marks(mask, &panel, number, figure.mask_style)));
            scene.panels.push(panel);
        }
        if figure.draw_cross && figure.mode.meets_in_a_point() {
            annotation::cross(&mut scene, figure.mode, self.is_black);
        }
        if figure.annotate {
            annotation::letters(&mut scene, [ink, paper]);
        }
        if let (Some(frame), Some(bar)) = (page.bar, bar) {
            color_bar::draw(&mut scene, frame, scale, bar, ink);
        }
        annotation::title(&mut scene, [ink, paper]);
        scene
    }
}

/// The threshold as a magnitude; `None` where nothing is hidden.
fn absolute(threshold: Option<Threshold>, values: &[f32]) -> Result<Option<f32>, FigureError> {
    match threshold {
        None => Ok(None),
        Some(Threshold::Absolute(value)) if value >= 0.0 => Ok(Some(value)),
        Some(Threshold::Percentile(percent)) if (0.0..=100.0).contains(&percent) => {
            Ok(Some(MagnitudeSample::new(values).percentile(percent)))
        }
        Some(Threshold::Absolute(value)) => Err(FigureError::BadThreshold { threshold: f64::from(value) }),
        Some(Threshold::Percentile(percent)) => Err(FigureError::BadThreshold { threshold: percent }),
    }
}

/// The range that the colour bar spans (nilearn's `_get_colorbar_and_data_ranges`).
fn bar_range(statistics: &Statistics, vmax: f32, symmetric: Option<bool>) -> [f32; 2] {
    // What is not finite counts as 0.
    let with_zero = |value: f32| {
        if statistics.is_finite() {
            value
        } else if value.is_nan() {
            0.0
        } else {
            value
        }
    };
    let (mut min, mut max) = (with_zero(statistics.min), with_zero(statistics.max));
    if !statistics.is_finite() {
        (min, max) = (min.min(0.0), max.max(0.0));
    }
    if symmetric.unwrap_or(min < 0.0 && max > 0.0) {
        [-vmax, vmax]
    } else if min >= 0.0 {
        [0.0, vmax]
    } else if max <= 0.0 {
        [-vmax, 0.0]
    } else {
        [min, max]
    }
}

/// The range that covers both ranges.
fn union(one: [f64; 2], other: [f64; 2]) -> [f64; 2] {
    [one[0].min(other[0]), one[1].max(other[1])]
}

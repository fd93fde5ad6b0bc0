//! How a figure is drawn, without what it shows: these options travel from the page to the engine, and a caption describes them.

use serde::{Deserialize, Serialize};

use super::words::{words_of_cuts, words_of_threshold};
use super::{Background, Dim, Figure};
use crate::render::{Colormap, CutCoords, DisplayMode, Orientation, Threshold};
use crate::volume::Volume;

/// The options of `plot_stat_map` that are no images; the default is nilearn's. Each is explained at [`Figure`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The layout.
    pub mode: DisplayMode,
    /// Positions of the cuts.
    pub cuts: CutCoords,
    /// The magnitude up to which values are transparent.
    pub threshold: Option<Threshold>,
    /// End of the colours.
    pub vmax: Option<f32>,
    /// The colours.
    pub colormap: Colormap,
    /// Grey range of the background.
    pub dim: Dim,
    /// Black or white paper.
    pub black: Option<bool>,
    /// Letters and positions.
    pub annotate: bool,
    /// Lines where the planes meet.
    pub draw_cross: bool,
    /// The colour bar.
    pub color_bar: bool,
    /// Empty for none.
    pub title: String,
    /// The side of the head on the left.
    pub orientation: Orientation,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            mode: DisplayMode::Ortho,
            cuts: CutCoords::Automatic,
            threshold: Some(Threshold::Absolute(1e-6)),
            vmax: None,
            colormap: Colormap::ColdHot,
            dim: Dim::Automatic,
            black: None,
            annotate: true,
            draw_cross: true,
            color_bar: true,
            title: String::new(),
            orientation: Orientation::Neurological,
        }
    }
}

impl Settings {
    /// The figure of a map over a background, without masks.
    pub fn figure<'a>(&self, map: &'a Volume, background: Background<'a>) -> Figure<'a> {
        let Settings { mode, cuts, threshold, vmax, colormap, dim, black, annotate, draw_cross, color_bar, title, orientation } =
            self.clone();
        Figure {
            background,
            dim,
            black,
            mode,
            cuts,
            threshold,
            vmax,
            colormap,
            annotate,
            draw_cross,
            color_bar,
            title,
            orientation,
            ..Figure::new(map)
        }
    }

    /// The options that are needed to draw the figure again, in words, for its metadata.
    pub fn description(&self) -> String {
        let (mode, colormap) = (self.mode.name(), self.colormap.name());
        let (cuts, threshold) = (words_of_cuts(&self.cuts), words_of_threshold(self.threshold));
        format!("display mode {mode}, cuts {cuts}, threshold {threshold}, colormap {colormap}, drawn as by plot_stat_map of nilearn 0.9.2")
    }
}

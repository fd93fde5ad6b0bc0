//! The options of `maplens plot`, named as those of nilearn's `plot_stat_map`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::render::figure::words::{cuts_from_words, dim_from_words, threshold_from_words, vmax_from_words};
use crate::render::figure::{Dim, MaskStyle, Settings};
use crate::render::{Colormap, CutCoords, DisplayMode, Orientation, Threshold};

/// `maplens plot MAP --output FIG.png|.svg|.html`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Plot {
    /// The map: a NIfTI image, ClinicaDL's own form with its leading axis included.
    pub map: PathBuf,
    /// The figure to write: .png, .svg or .html, a single file with the figure and its numbers.
    #[arg(short, long)]
    pub output: PathBuf,
    /// What lies below the map: a NIfTI image, `template` (ICBM 152, as nilearn) or `none`.
    #[arg(long, default_value = "template", value_name = "FILE|template|none")]
    pub bg: String,
    /// ortho, x, y, z, xz, yx, yz, tiled or mosaic.
    #[arg(long, default_value = "ortho", value_parser = display_mode)]
    pub display_mode: DisplayMode,
    /// Millimetres in the order x, y, z (`-50,14` for yz), or how many cuts (`7`; `7,` is one cut at 7 mm). Default: automatic.
    #[arg(long, value_parser = cut_coords, allow_hyphen_values = true)]
    pub cut_coords: Option<CutCoords>,
    /// Magnitudes up to this are transparent; `97%` is a percentile of all magnitudes; `none` hides nothing.
    #[arg(long, default_value = "1e-6", value_parser = threshold)]
    pub threshold: Hidden,
    /// cold_hot, RdBu_r, inferno, hot, viridis, magma, gray, bwr, seismic, coolwarm or cold_white_hot.
    #[arg(long, visible_alias = "cmap", default_value = "cold_hot", value_parser = colormap)]
    pub colormap: Colormap,
    /// End of the colours, which go from -VMAX to VMAX. Default: the largest magnitude of the map.
    #[arg(long, value_parser = positive)]
    pub vmax: Option<f32>,
    /// Title at the top left.
    #[arg(long)]
    pub title: Option<String>,
    /// Region to draw over the map: a NIfTI image, through its own affine; may be given several times.
    #[arg(long = "mask", value_name = "FILE", action = ArgAction::Append)]
    pub masks: Vec<PathBuf>,
    /// `contour` draws lines around masks, `filled` their voxels, translucent.
    #[arg(long, default_value = "contour", value_parser = mask_style)]
    pub mask_style: MaskStyle,
    /// How far the background is dimmed: a number, `off` or `auto`.
    #[arg(long, default_value = "auto", value_parser = dim, allow_hyphen_values = true)]
    pub dim: Dim,
    /// Black paper, or white with `false`. Default: as the background's border suggests.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub black_bg: Option<bool>,
    /// The right side of the head on the left.
    #[arg(long)]
    pub radiological: bool,
    /// No letters and positions.
    #[arg(long)]
    pub no_annotate: bool,
    /// No lines where the planes meet.
    #[arg(long)]
    pub no_draw_cross: bool,
    /// No colour bar.
    #[arg(long)]
    pub no_colorbar: bool,
    /// Dots per inch of a PNG.
    #[arg(long, default_value_t = 100.0)]
    pub dpi: f64,
}

/// Value of --threshold: which magnitudes are transparent, if any.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hidden(pub Option<Threshold>);

fn display_mode(text: &str) -> Result<DisplayMode, String> {
    DisplayMode::from_name(text).ok_or_else(|| format!("the modes are {}", DisplayMode::ALL.map(DisplayMode::name).join(", ")))
}

fn colormap(text: &str) -> Result<Colormap, String> {
    Colormap::from_name(text).ok_or_else(|| format!("the colormaps are {}", Colormap::ALL.map(Colormap::name).join(", ")))
}

fn cut_coords(text: &str) -> Result<CutCoords, String> {
    cuts_from_words(text).ok_or_else(|| "coordinates are numbers with commas between them, such as -50,14".to_owned())
}

fn threshold(text: &str) -> Result<Hidden, String> {
    threshold_from_words(text).map(Hidden).ok_or_else(|| "a threshold is a number from 0 on, a percentile such as 97%, or none".to_owned())
}

fn dim(text: &str) -> Result<Dim, String> {
    dim_from_words(text).ok_or_else(|| "dimming is a number, usually from -2 to 2, or auto, or off".to_owned())
}

fn mask_style(text: &str) -> Result<MaskStyle, String> {
    match text {
        "contour" => Ok(MaskStyle::Contour),
        "filled" => Ok(MaskStyle::Filled),
        _ => Err("the styles are contour, filled".to_owned()),
    }
}

fn positive(text: &str) -> Result<f32, String> {
    vmax_from_words(text).ok_or_else(|| "the end of the colours is above 0".to_owned())
}

impl Plot {
    /// The settings of the figure: all options that are no files.
    pub fn settings(&self) -> Settings {
        Settings {
            mode: self.display_mode,
            cuts: self.cut_coords.clone().unwrap_or_default(),
            threshold: self.threshold.0,
            vmax: self.vmax,
            colormap: self.colormap,
            dim: self.dim,
            black: self.black_bg,
            annotate: !self.no_annotate,
            draw_cross: !self.no_draw_cross,
            color_bar: !self.no_colorbar,
            title: self.title.clone().unwrap_or_default(),
            orientation: if self.radiological { Orientation::Radiological } else { Orientation::Neurological },
        }
    }
}

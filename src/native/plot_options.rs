//! The options of `maplens plot`, in the words of nilearn's `plot_stat_map`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use crate::render::figure::Dim;
use crate::render::{Colormap, CutCoords, DisplayMode, Threshold};

/// `maplens plot MAP --output FIG.png|.svg`
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub struct Plot {
    /// The map: a NIfTI image, ClinicaDL's own form with its leading axis included.
    pub map: PathBuf,
    /// The figure to write: .png or .svg.
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
    /// Region to outline: a NIfTI image, drawn through its own affine; may be given several times.
    #[arg(long = "mask", value_name = "FILE", action = ArgAction::Append)]
    pub masks: Vec<PathBuf>,
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

/// --threshold: what is transparent, if anything.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hidden(pub Option<Threshold>);

fn display_mode(text: &str) -> Result<DisplayMode, String> {
    DisplayMode::from_name(text).ok_or_else(|| format!("the modes are {}", DisplayMode::ALL.map(DisplayMode::name).join(", ")))
}

fn colormap(text: &str) -> Result<Colormap, String> {
    Colormap::from_name(text).ok_or_else(|| format!("the colormaps are {}", Colormap::ALL.map(Colormap::name).join(", ")))
}

fn cut_coords(text: &str) -> Result<CutCoords, String> {
    if let Ok(n_cuts) = text.parse::<usize>() {
        return Ok(CutCoords::Count(n_cuts));
    }
    let parts = text.strip_suffix(',').unwrap_or(text).split(',');
    let positions = parts.map(|part| part.trim().parse().ok().filter(|position: &f64| position.is_finite()));
    let positions: Option<Vec<f64>> = positions.collect();
    positions.map(CutCoords::Positions).ok_or_else(|| "coordinates are numbers with commas between them, such as -50,14".to_owned())
}

fn threshold(text: &str) -> Result<Hidden, String> {
    let wrong = "a threshold is a number from 0 on, a percentile such as 97%, or none";
    let (number, percent) = text.strip_suffix('%').map_or((text, false), |number| (number, true));
    if text == "none" {
        return Ok(Hidden(None));
    }
    match number.trim().parse::<f64>() {
        Ok(value) if percent && (0.0..=100.0).contains(&value) => Ok(Hidden(Some(Threshold::Percentile(value)))),
        Ok(value) if !percent && value.is_finite() && value >= 0.0 => Ok(Hidden(Some(Threshold::Absolute(value as f32)))),
        _ => Err(wrong.to_owned()),
    }
}

fn dim(text: &str) -> Result<Dim, String> {
    match text {
        "auto" => Ok(Dim::Automatic),
        "off" => Ok(Dim::Off),
        number => match number.parse::<f64>() {
            Ok(by) if by.is_finite() => Ok(Dim::By(by)),
            _ => Err("dimming is a number, usually from -2 to 2, or auto, or off".to_owned()),
        },
    }
}

fn positive(text: &str) -> Result<f32, String> {
    text.parse().ok().filter(|value: &f32| value.is_finite() && *value > 0.0).ok_or_else(|| "the end of the colours is above 0".to_owned())
}

//! A figure of the last map as nilearn draws it: what the page asks for, and what it is given.

use serde::{Deserialize, Serialize};

use super::VolumeHeader;
use crate::render::figure::{Caption, Ground, MaskStyle, Panel, Settings};

/// What to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureOrder {
    /// Layout, cuts, colours.
    pub settings: Settings,
    /// What lies below the map.
    pub ground: Ground,
    /// The page's volume that does, for [`Ground::Own`].
    pub own: Option<FigureVolume>,
    /// The page's volumes that are drawn over the map.
    pub masks: Vec<FigureVolume>,
    /// How they are drawn.
    pub mask_style: MaskStyle,
    /// Which channel of the map, from 0.
    pub channel: usize,
    /// What the figure is for.
    pub form: FigureForm,
    /// Absolute URL of the demo study's folder, with a trailing slash: the template lies there.
    pub base_url: String,
}

impl FigureOrder {
    /// The volumes whose voxels come as files beside the order, in this order: little-endian float32, last axis fastest.
    pub fn volumes(&self) -> impl Iterator<Item = &FigureVolume> {
        self.own.iter().chain(&self.masks)
    }
}

/// A volume that the page holds and the engine does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureVolume {
    /// By which the engine knows it from the last figure; the page gives no number twice.
    pub number: u32,
    /// Its grid.
    pub header: VolumeHeader,
}

/// What becomes of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FigureForm {
    /// SVG for the page. Answered by `Event::Figure`.
    Shown,
    /// A self-contained HTML file. Answered by `Event::File`.
    Html,
}

/// A figure for the page; its SVG travels as an attachment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureReady {
    /// Suggested name of its files, without an ending.
    pub name: String,
    /// Width and height in points, 1/72 inch.
    pub size: [f64; 2],
    /// Where slices are, so that a click can be told in millimetres.
    pub panels: Vec<Panel>,
    /// What should be said about the figure, one sentence each.
    pub notes: Vec<String>,
    /// For the metadata of files that the page makes of it.
    pub caption: Caption,
    /// Milliseconds that drawing took.
    pub milliseconds: f64,
}

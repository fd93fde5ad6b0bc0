//! A figure of the last map as nilearn draws it: the request for one, and the answer.

use serde::{Deserialize, Serialize};

use super::{MapIdentity, VolumeHeader};
use crate::render::figure::{Caption, FigureGround, MaskStyle, Panel, Settings};

/// What to draw of the last map, and on what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureRequest {
    /// What the last map must be of: the page has the map drawn that it shows.
    pub map: MapIdentity,
    /// Layout, cuts, colours.
    pub settings: Settings,
    /// What lies below the map.
    pub ground: FigureGround,
    /// The page's volume that lies below the map, for [`FigureGround::Own`].
    pub own: Option<FigureVolume>,
    /// The page's volumes that are drawn over the map.
    pub masks: Vec<FigureVolume>,
    /// The style in which the masks are drawn.
    pub mask_style: MaskStyle,
    /// Channel of the map, from 0.
    pub channel: usize,
    /// The form in which the figure is wanted.
    pub form: FigureForm,
    /// Absolute URL of the demo study's folder, with a trailing slash: the template lies there.
    pub base_url: String,
}

impl FigureRequest {
    /// The volumes whose voxels come as files beside the request, in this order: little-endian float32, last axis fastest.
    pub fn volumes(&self) -> impl Iterator<Item = &FigureVolume> {
        self.own.iter().chain(&self.masks)
    }
}

/// A volume that the page holds and the engine does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FigureVolume {
    /// The number by which the engine recognises a volume of the last figure; the page gives no number twice.
    pub number: u32,
    /// Grid of the volume.
    pub header: VolumeHeader,
}

/// The form of a figure.
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
    /// Width and height in inches, of which a picture's pixels are counted.
    pub inches: [f64; 2],
    /// Width and height in points, 1/72 inch.
    pub size: [f64; 2],
    /// Where slices are, so that the page can turn a click into millimetres.
    pub panels: Vec<Panel>,
    /// Warnings about the figure, one sentence each.
    pub notes: Vec<String>,
    /// Metadata for files that the page makes of the figure.
    pub caption: Caption,
    /// Milliseconds that drawing took.
    pub milliseconds: f64,
}

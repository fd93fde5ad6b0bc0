//! The background below the map.

use std::sync::Arc;

use leptos::prelude::*;

use super::extra_volumes::ExtraVolume;
use super::shown::{PlacedVolume, ShownImage};
use super::study::Study;
use crate::render::{Ground, Window};

/// A background that has been loaded.
#[derive(Clone)]
pub enum Underlay {
    Image(Arc<ShownImage>),
    Volume(Arc<ExtraVolume>),
}

impl Underlay {
    /// The chosen background; until it has arrived, the participant's image.
    pub fn chosen(study: Study, ground: Ground) -> Option<Self> {
        let shelved = match ground {
            Ground::None => return None,
            Ground::Participant => None,
            Ground::Template => study.extra_volumes.0.read().template.clone(),
            Ground::Own => study.extra_volumes.0.read().own.clone(),
        };
        shelved.map(Underlay::Volume).or_else(|| study.image.get().map(Underlay::Image))
    }

    /// The background's volume.
    pub fn placed(&self) -> &PlacedVolume {
        match self {
            Underlay::Image(image) => &image.placed,
            Underlay::Volume(volume) => &volume.placed,
        }
    }

    /// The grey values that are drawn black and white.
    pub fn window(&self) -> Window {
        match self {
            Underlay::Image(image) => image.window,
            Underlay::Volume(volume) => volume.window,
        }
    }
}

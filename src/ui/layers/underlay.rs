//! What lies below the map at the moment.

use std::sync::Arc;

use leptos::prelude::*;

use super::shelf::ShelfVolume;
use crate::render::{Ground, Window};
use crate::ui::shown::{Placed, ShownImage};
use crate::ui::study::Study;

/// A background that is there.
#[derive(Clone)]
pub enum Underlay {
    Image(Arc<ShownImage>),
    Volume(Arc<ShelfVolume>),
}

impl Underlay {
    /// The chosen background; until it has arrived, the participant's image.
    pub fn chosen(study: Study, ground: Ground) -> Option<Self> {
        let shelved = match ground {
            Ground::None => return None,
            Ground::Participant => None,
            Ground::Template => study.shelf.0.read().template.clone(),
            Ground::Own => study.shelf.0.read().own.clone(),
        };
        shelved.map(Underlay::Volume).or_else(|| study.image.get().map(Underlay::Image))
    }

    pub fn placed(&self) -> &Placed {
        match self {
            Underlay::Image(image) => &image.placed,
            Underlay::Volume(volume) => &volume.placed,
        }
    }

    pub fn window(&self) -> Window {
        match self {
            Underlay::Image(image) => image.window,
            Underlay::Volume(volume) => volume.window,
        }
    }
}

//! The regions that a point lies in.

use crate::protocol::OverlayKind;
use crate::render::{Regions, nearest_value};
use crate::ui::state::extra_volumes::OverlayLayer;
use crate::ui::state::study::Study;
use crate::ui::text::layers as words;
use leptos::prelude::*;

/// Names of the shown regions and masks that hold a point.
pub fn regions_at(study: Study, point_in_world: [f64; 3]) -> Vec<String> {
    let contents = study.extra_volumes.0.read();
    contents.overlays.iter().filter(|overlay| overlay.look.is_shown).filter_map(|overlay| region_at(overlay, point_in_world)).collect()
}

fn region_at(overlay: &OverlayLayer, point_in_world: [f64; 3]) -> Option<String> {
    let (placed, ready) = (&overlay.volume.placed, &overlay.volume.ready);
    let value = nearest_value(&placed.volume, &placed.voxel_from_world, point_in_world)?;
    let number = match ready.kind {
        OverlayKind::Map => return None,
        OverlayKind::Mask => Regions::Mask.of(value),
        OverlayKind::Labels => Regions::Labels.of(value),
    };
    if number == 0 {
        return None;
    }
    if ready.kind == OverlayKind::Mask {
        return Some(words::title(overlay.slot, &ready.name));
    }
    let named = ready.numbers.iter().position(|&own| own == number).and_then(|index| ready.names.get(index));
    Some(named.cloned().unwrap_or_else(|| words::unnamed_region(number)))
}

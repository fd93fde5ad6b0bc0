//! The volumes that were opened beside images and maps, and how each is shown.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Failure, OverlayKind, VolumeReady};
use crate::render::{ColorScale, Colormap, Window};
use crate::ui::shown::Placed;

/// Extra volumes; part of the study.
#[derive(Clone, Copy)]
pub struct Shelf(pub RwSignal<Contents>);

/// What is on the shelf. One signal for all: each kind of signal is code of its own in the page.
#[derive(Default)]
pub struct Contents {
    pub template: Option<Arc<ShelfVolume>>,
    /// The user's own background.
    pub own: Option<Arc<ShelfVolume>>,
    /// In the order of painting.
    pub overlays: Vec<OverlayLayer>,
    /// How often an overlay was added or taken away.
    pub revision: usize,
    /// How many volumes there have been.
    n_taken: u32,
}

/// Where an opened volume goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Template,
    OwnBackground,
    Overlay,
    AdMask,
    CnMask,
}

/// A volume of the shelf.
pub struct ShelfVolume {
    /// Never used again.
    pub number: u32,
    pub ready: VolumeReady,
    pub placed: Placed,
    pub window: Window,
}

/// How an overlay is painted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Outline,
    Filled,
    Colors,
}

/// A volume over the picture.
#[derive(Clone)]
pub struct OverlayLayer {
    /// Never used again.
    pub id: usize,
    pub slot: Slot,
    pub volume: Arc<ShelfVolume>,
    pub look: OverlayLook,
    /// Of the look's colormap.
    pub scale: Arc<ColorScale>,
}

/// How an overlay is shown.
#[derive(Clone, Copy, PartialEq)]
pub struct OverlayLook {
    pub is_shown: bool,
    pub style: Style,
    pub colormap: Colormap,
    pub opacity: f32,
}

impl Shelf {
    pub fn new() -> Self {
        Shelf(RwSignal::new(Contents::default()))
    }

    /// Puts a volume where it belongs.
    pub fn take(&self, slot: Slot, ready: VolumeReady, voxels: Vec<f32>) -> Result<(), Failure> {
        let placed = Placed::new(&ready.name, &ready.header, voxels)?;
        let window = Window::robust(placed.volume.data());
        self.0.update(|contents| {
            contents.n_taken += 1;
            let volume = Arc::new(ShelfVolume { number: contents.n_taken, ready, placed, window });
            match slot {
                Slot::Template => contents.template = Some(volume),
                Slot::OwnBackground => contents.own = Some(volume),
                Slot::Overlay | Slot::AdMask | Slot::CnMask => contents.add(slot, volume),
            }
        });
        Ok(())
    }

    /// How one overlay is shown, as long as it is there.
    pub fn look_of(&self, id: usize) -> Option<OverlayLook> {
        self.0.read().overlays.iter().find(|overlay| overlay.id == id).map(|overlay| overlay.look)
    }

    /// Shows one overlay otherwise.
    pub fn change(&self, id: usize, act: impl FnOnce(&mut OverlayLook)) {
        self.0.update(|contents| {
            let Some(overlay) = contents.overlays.iter_mut().find(|overlay| overlay.id == id) else { return };
            let mut look = overlay.look;
            act(&mut look);
            overlay.take(look);
        });
    }

    /// The overlays on show that are regions, in the order of painting.
    pub fn shown_regions(&self) -> Vec<Arc<ShelfVolume>> {
        let contents = self.0.read();
        let shown = contents.overlays.iter().filter(|overlay| overlay.look.is_shown && overlay.volume.ready.kind != OverlayKind::Map);
        shown.map(|overlay| overlay.volume.clone()).collect()
    }

    /// How each overlay is shown, by its id.
    pub fn looks(&self) -> Vec<(usize, OverlayLook)> {
        self.0.read().overlays.iter().map(|overlay| (overlay.id, overlay.look)).collect()
    }

    /// Shows overlays as they were once; what is gone stays gone.
    pub fn show_as(&self, looks: &[(usize, OverlayLook)]) {
        if untrack(|| self.looks()) == looks {
            return;
        }
        self.0.update(|contents| {
            for overlay in &mut contents.overlays {
                let look = looks.iter().find(|(id, _)| *id == overlay.id);
                look.into_iter().for_each(|(_, look)| overlay.take(*look));
            }
        });
    }

    /// Takes an overlay away.
    pub fn remove(&self, id: usize) {
        self.0.update(|contents| {
            contents.revision += 1;
            contents.overlays.retain(|overlay| overlay.id != id);
        });
    }

    /// Whether a volume of the page's own is there already.
    pub fn has(&self, slot: Slot) -> bool {
        self.0.read().overlays.iter().any(|overlay| overlay.slot == slot)
    }
}

impl Contents {
    fn add(&mut self, slot: Slot, volume: Arc<ShelfVolume>) {
        let style = if volume.ready.kind == OverlayKind::Map { Style::Colors } else { Style::Outline };
        let colormap = Colormap::Viridis;
        let scale = scale_of(&volume, colormap);
        let id = self.revision;
        self.revision += 1;
        let look = OverlayLook { is_shown: true, style, colormap, opacity: 1.0 };
        self.overlays.push(OverlayLayer { id, slot, volume, look, scale });
    }
}

impl OverlayLayer {
    fn take(&mut self, look: OverlayLook) {
        if look.colormap != self.look.colormap {
            self.scale = scale_of(&self.volume, look.colormap);
        }
        self.look = look;
    }
}

impl Style {
    pub const ALL: [Style; 3] = [Style::Outline, Style::Filled, Style::Colors];

    /// `value` in the select.
    pub fn name(self) -> &'static str {
        match self {
            Style::Outline => "outline",
            Style::Filled => "filled",
            Style::Colors => "colors",
        }
    }
}

/// Zeros are hidden, nothing else.
fn scale_of(volume: &ShelfVolume, colormap: Colormap) -> Arc<ColorScale> {
    Arc::new(ColorScale::new(colormap, volume.ready.range, 0.0))
}

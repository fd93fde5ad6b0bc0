//! The backgrounds and overlays that were opened beside images and maps, and how each is shown.

use std::sync::Arc;

use leptos::prelude::*;

use super::shown::PlacedVolume;
use crate::protocol::{Failure, OverlayKind, VolumeReady};
use crate::render::{ColorScale, Colormap, Window};

/// The opened backgrounds and overlays; part of [`Study`](super::study::Study).
#[derive(Clone, Copy)]
pub struct ExtraVolumes(pub RwSignal<VolumeList>);

/// The value of [`ExtraVolumes`]. One signal for all volumes: each type of signal is code of its own in the page.
#[derive(Default)]
pub struct VolumeList {
    pub template: Option<Arc<ExtraVolume>>,
    /// The user's own background.
    pub own: Option<Arc<ExtraVolume>>,
    /// Sorted by the order of painting.
    pub overlays: Vec<OverlayLayer>,
    /// How often an overlay was added or taken away.
    pub revision: usize,
    /// How many volumes have been opened so far.
    n_opened: u32,
}

/// The place that an opened volume takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    Template,
    OwnBackground,
    Overlay,
    AdMask,
    CnMask,
}

/// An opened background or overlay.
pub struct ExtraVolume {
    /// Unique among all volumes that have been opened.
    pub number: u32,
    pub ready: VolumeReady,
    pub placed: PlacedVolume,
    pub window: Window,
}

/// How an overlay is painted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Outline,
    Filled,
    Colors,
}

/// An overlay and how it is shown.
#[derive(Clone)]
pub struct OverlayLayer {
    /// Unique among all overlays that have been opened.
    pub id: usize,
    pub slot: Slot,
    pub volume: Arc<ExtraVolume>,
    pub look: OverlayLook,
    /// Colours by the look's colormap.
    pub scale: Arc<ColorScale>,
}

/// The settings of how an overlay is shown; undo restores them.
#[derive(Clone, Copy, PartialEq)]
pub struct OverlayLook {
    pub is_shown: bool,
    pub style: Style,
    pub colormap: Colormap,
    pub opacity: f32,
}

impl ExtraVolumes {
    /// No volume is open.
    pub fn new() -> Self {
        ExtraVolumes(RwSignal::new(VolumeList::default()))
    }

    /// Stores a volume that the engine has read; an overlay is put on top.
    ///
    /// # Errors
    /// As [`PlacedVolume::new`].
    pub fn take(&self, slot: Slot, ready: VolumeReady, voxels: Vec<f32>) -> Result<(), Failure> {
        let placed = PlacedVolume::new(&ready.name, &ready.header, voxels)?;
        let window = Window::robust(placed.volume.data());
        self.0.update(|contents| {
            contents.n_opened += 1;
            let volume = Arc::new(ExtraVolume { number: contents.n_opened, ready, placed, window });
            match slot {
                Slot::Template => contents.template = Some(volume),
                Slot::OwnBackground => contents.own = Some(volume),
                Slot::Overlay | Slot::AdMask | Slot::CnMask => contents.add(slot, volume),
            }
        });
        Ok(())
    }

    /// How one overlay is shown; `None` if it has been removed.
    pub fn look_of(&self, id: usize) -> Option<OverlayLook> {
        self.0.read().overlays.iter().find(|overlay| overlay.id == id).map(|overlay| overlay.look)
    }

    /// Changes how one overlay is shown.
    pub fn change(&self, id: usize, act: impl FnOnce(&mut OverlayLook)) {
        self.0.update(|contents| {
            let Some(overlay) = contents.overlays.iter_mut().find(|overlay| overlay.id == id) else { return };
            let mut look = overlay.look;
            act(&mut look);
            overlay.set_look(look);
        });
    }

    /// The overlays on show that are regions, in the order of painting.
    pub fn shown_regions(&self) -> Vec<Arc<ExtraVolume>> {
        let contents = self.0.read();
        let shown = contents.overlays.iter().filter(|overlay| overlay.look.is_shown && overlay.volume.ready.kind != OverlayKind::Map);
        shown.map(|overlay| overlay.volume.clone()).collect()
    }

    /// How each overlay is shown, by its id.
    pub fn looks(&self) -> Vec<(usize, OverlayLook)> {
        self.0.read().overlays.iter().map(|overlay| (overlay.id, overlay.look)).collect()
    }

    /// Shows overlays as they were before, by their ids; removed ones stay removed.
    pub fn restore_looks(&self, looks: &[(usize, OverlayLook)]) {
        if untrack(|| self.looks()) == looks {
            return;
        }
        self.0.update(|contents| {
            for overlay in &mut contents.overlays {
                let look = looks.iter().find(|(id, _)| *id == overlay.id);
                look.into_iter().for_each(|(_, look)| overlay.set_look(*look));
            }
        });
    }

    /// Removes an overlay.
    pub fn remove(&self, id: usize) {
        self.0.update(|contents| {
            contents.revision += 1;
            contents.overlays.retain(|overlay| overlay.id != id);
        });
    }

    /// Removes what was opened in a place.
    pub fn remove_all(&self, slot: Slot) {
        self.0.update(|contents| {
            contents.revision += 1;
            contents.overlays.retain(|overlay| overlay.slot != slot);
        });
    }

    /// Whether one of the page's own masks is open.
    pub fn has(&self, slot: Slot) -> bool {
        self.0.read().overlays.iter().any(|overlay| overlay.slot == slot)
    }
}

impl VolumeList {
    fn add(&mut self, slot: Slot, volume: Arc<ExtraVolume>) {
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
    fn set_look(&mut self, look: OverlayLook) {
        if look.colormap != self.look.colormap {
            self.scale = scale_of(&self.volume, look.colormap);
        }
        self.look = look;
    }
}

impl Style {
    /// All styles, in the order of the select.
    pub const ALL: [Style; 3] = [Style::Outline, Style::Filled, Style::Colors];

    /// `value` of the option in the select.
    pub fn name(self) -> &'static str {
        match self {
            Style::Outline => "outline",
            Style::Filled => "filled",
            Style::Colors => "colors",
        }
    }
}

/// Colours over the volume's range; only zeros are hidden.
fn scale_of(volume: &ExtraVolume, colormap: Colormap) -> Arc<ColorScale> {
    Arc::new(ColorScale::new(colormap, volume.ready.range, 0.0))
}

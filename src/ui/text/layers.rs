//! Strings of the layers below and above the map.

use super::language::{Language, Text, current_language};
use crate::protocol::OverlayKind;
use crate::render::Ground;
use crate::ui::state::extra_volumes::{Slot, Style};

pub const LAYERS: Text = Text::new("Background and overlays", "Fond et superpositions");
pub const OVERLAYS: Text = Text::new("Overlays", "Superpositions");
pub const GROUND: Text = Text::new("Background", "Fond");
pub const OWN_BACKGROUND: Text = Text::new("Own background…", "Votre fond…");
pub const ADD_OVERLAY: Text = Text::new("Add a mask, atlas or map…", "Ajouter masque, atlas ou carte…");
pub const CONTRAST: Text = Text::new("Contrast", "Contraste");
pub const BRIGHTNESS: Text = Text::new("Brightness", "Luminosité");
pub const DIM: Text = Text::new("Dimmed", "Atténué");
pub const WHITE: Text = Text::new("On white", "Sur fond blanc");
pub const FADING: Text = Text::new("Fade below the threshold", "Estomper sous le seuil");
pub const GLASS: Text = Text::new("Glass brain", "Cerveau de verre");
pub const STYLE: Text = Text::new("Drawn as", "Tracé");
pub const COLORMAP: Text = Text::new("Colours", "Couleurs");
pub const OPACITY: Text = Text::new("Opacity", "Opacité");
pub const REMOVE: Text = Text::new("Remove", "Retirer");
pub const BESIDE: Text =
    Text::new("It lies beside the picture: nothing of it can be seen.", "Elle est à côté de l’image : on n’en voit rien.");
pub const BESIDE_MAP: Text = Text::new("It does not reach the map.", "Elle n’atteint pas la carte.");
pub const MAP_BESIDE: Text =
    Text::new("The map lies beside this background: nothing of it can be seen.", "La carte est à côté de ce fond : on n’en voit rien.");
pub const HINT: Text = Text::new(
    "NIfTI, each on its own grid; an atlas with its table (.tsv, .csv: index, name).",
    "NIfTI, chacun sur sa grille ; un atlas avec son tableau (.tsv, .csv : index, name).",
);
pub const DROP_HINT: Text = Text::new(
    "On “Background and overlays” a NIfTI becomes an overlay; on “Background”, the background.",
    "Sur « Fond et superpositions », un NIfTI devient une superposition ; sur « Fond », le fond.",
);
pub const REGION: Text = Text::new("in", "dans");

const AD_MASK: Text = Text::new("AD mask", "Masque AD");
const CN_MASK: Text = Text::new("CN mask", "Masque CN");
const ADD_AD_MASK: Text = Text::new("Add AD mask", "Ajouter masque AD");
const ADD_CN_MASK: Text = Text::new("Add CN mask", "Ajouter masque CN");

/// Name of a background in the select.
pub fn ground(ground: Ground) -> &'static str {
    match ground {
        Ground::Participant => Text::new("participant’s image", "image du participant"),
        Ground::Template => Text::new("ICBM 152 template", "modèle ICBM 152"),
        Ground::None => Text::new("none", "aucun"),
        Ground::Own => Text::new("own file", "votre fichier"),
    }
    .get()
}

/// Name of a way of painting in the select.
pub fn style(style: Style) -> &'static str {
    match style {
        Style::Outline => Text::new("outline", "contour"),
        Style::Filled => Text::new("filled", "rempli"),
        Style::Colors => Text::new("colours", "couleurs"),
    }
    .get()
}

/// Name of an overlay: that of its file without the ending, or of the page's own mask.
pub fn title(slot: Slot, file: &str) -> String {
    match slot {
        Slot::AdMask => AD_MASK.into(),
        Slot::CnMask => CN_MASK.into(),
        Slot::Template | Slot::OwnBackground | Slot::Overlay => {
            let stem = file.strip_suffix(".gz").unwrap_or(file);
            stem.strip_suffix(".nii").unwrap_or(stem).to_owned()
        }
    }
}

/// Label of a button that adds a mask of the page's own.
pub fn add_mask(slot: Slot) -> &'static str {
    if slot == Slot::AdMask { ADD_AD_MASK.get() } else { ADD_CN_MASK.get() }
}

/// Name of a region that no table names.
pub fn unnamed_region(number: u32) -> String {
    match current_language() {
        Language::English => format!("region {number}"),
        Language::French => format!("région {number}"),
    }
}

/// Label of a button that removes an overlay.
pub fn remove(title: &str) -> String {
    format!("{} {title}", REMOVE.get())
}

/// `data-kind` of an overlay, the same in every language.
pub fn kind_name(kind: OverlayKind) -> &'static str {
    match kind {
        OverlayKind::Mask => "mask",
        OverlayKind::Labels => "labels",
        OverlayKind::Map => "map",
    }
}

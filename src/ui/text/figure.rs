//! Strings of the panel of figures.

use super::language::Text;
use crate::render::figure::{CutPlace, FigureGround, FigurePaper, Masks, WrongField};

pub const FIGURE: Text = Text::new("Figure", "Figure");
pub const PRESETS: Text = Text::new("Ready-made figures", "Figures toutes prêtes");
pub const HANDBOOK: Text = Text::new("Handbook figure", "Figure du manuel");
pub const AT_CROSSHAIR: Text = Text::new("Ortho at crosshair", "Trois plans au viseur");
pub const MOSAIC: Text = Text::new("Mosaic", "Mosaïque");
pub const NO_MAP: Text = Text::new("Compute a map: its figure appears here.", "Calculez une carte : sa figure apparaît ici.");
pub const PICTURE_HINT: Text = Text::new("choose a smaller size", "choisissez une taille plus petite");

pub const MODE: Text = Text::new("Display mode", "Disposition");
pub const CUTS: Text = Text::new("Cuts", "Coupes");
pub const CUT_COORDINATES: Text = Text::new("Millimetres, or how many", "Millimètres, ou nombre");
pub const THRESHOLD: Text = Text::new("Threshold", "Seuil");
pub const VMAX: Text = Text::new("End of the colours", "Fin des couleurs");
pub const COLORMAP: Text = Text::new("Colormap", "Palette");
pub const BACKGROUND: Text = Text::new("Background", "Fond");
pub const DIM: Text = Text::new("Dimming", "Atténuation");
pub const PAPER: Text = Text::new("Paper", "Papier");
pub const MASKS: Text = Text::new("Masks on the planes", "Masques des coupes");
pub const VOLUME_GONE: Text = Text::new("a mask or background is not open any more", "un masque ou un fond n’est plus ouvert");
pub const VOLUME_HINT: Text =
    Text::new("choose another background, or none of the masks", "choisissez un autre fond, ou aucun des masques");
pub const TITLE: Text = Text::new("Title", "Titre");
pub const TITLE_HINT: Text = Text::new(
    "Drawn at the top left. It is not put into the address, because it may name somebody.",
    "Dessiné en haut à gauche. Il ne figure pas dans l’adresse, car il peut nommer quelqu’un.",
);
pub const SHOW: Text = Text::new("Show", "Afficher");
pub const ANNOTATE: Text = Text::new("letters and positions", "lettres et positions");
pub const CROSS: Text = Text::new("cross lines", "croix");
pub const BAR: Text = Text::new("colour bar", "échelle de couleurs");
pub const RADIOLOGICAL: Text = Text::new("radiological", "radiologique");

pub const FILES: Text = Text::new("Files of the figure", "Fichiers de la figure");
pub const PNG_SIZE: Text = Text::new("Size of the PNG", "Taille du PNG");
pub const PNG: Text = Text::same("PNG");
pub const SVG: Text = Text::same("SVG");
pub const HTML: Text = Text::same("HTML");
pub const COPY_LINK: Text = Text::new("Copy link", "Copier le lien");
pub const COPIED: Text =
    Text::new("The link is copied: it holds the settings, no data.", "Lien copié : il contient les réglages, aucune donnée.");
pub const COPY_BY_HAND: Text =
    Text::new("The browser does not let the page copy; here it is:", "Le navigateur ne laisse pas la page copier ; le voici :");

/// Name of a way to place the cuts.
pub fn place(place: CutPlace) -> &'static str {
    match place {
        CutPlace::Automatic => Text::new("automatic", "automatiques"),
        CutPlace::Crosshair => Text::new("at the crosshair", "au viseur"),
        CutPlace::Given => Text::new("as written", "comme écrit"),
    }
    .get()
}

/// Name of a background.
pub fn ground(ground: FigureGround) -> &'static str {
    match ground {
        FigureGround::Image => Text::new("participant’s image", "image du participant"),
        FigureGround::Template => Text::new("ICBM 152 template", "modèle ICBM 152"),
        FigureGround::Own => Text::new("own file", "votre fichier"),
        FigureGround::None => Text::new("none", "aucun"),
    }
    .get()
}

/// Name of a way to draw masks.
pub fn masks(masks: Masks) -> &'static str {
    match masks {
        Masks::None => Text::new("none", "aucun"),
        Masks::Contour => Text::same("contours"),
        Masks::Filled => Text::new("filled", "remplis"),
    }
    .get()
}

/// Name of a colour of the paper.
pub fn paper(paper: FigurePaper) -> &'static str {
    match paper {
        FigurePaper::Automatic => Text::new("automatic", "automatique"),
        FigurePaper::Black => Text::new("black", "noir"),
        FigurePaper::White => Text::new("white", "blanc"),
    }
    .get()
}

/// An example of what a field accepts.
pub fn placeholder(field: WrongField) -> &'static str {
    match field {
        WrongField::Cuts => Text::same("-50,14"),
        WrongField::Threshold => Text::same("97%"),
        WrongField::Vmax => Text::new("automatic", "automatique"),
        WrongField::Dim => Text::same("auto"),
    }
    .get()
}

/// What is wrong with a field, and what it accepts.
pub fn wrong_field(field: WrongField) -> &'static str {
    match field {
        WrongField::Cuts => Text::new(
            "The cuts make no sense: write millimetres with commas between them (-50,14), or how many cuts (7).",
            "Ces coupes n’ont pas de sens : écrivez des millimètres séparés par des virgules (-50,14), ou un nombre de coupes (7).",
        ),
        WrongField::Threshold => Text::new(
            "The threshold makes no sense: write a number from 0 on (1e-3), a percentile (97%) or none.",
            "Ce seuil n’a pas de sens : écrivez un nombre à partir de 0 (1e-3), un percentile (97%) ou none.",
        ),
        WrongField::Vmax => Text::new(
            "The end of the colours makes no sense: write a number above 0, or nothing.",
            "Cette fin des couleurs n’a pas de sens : écrivez un nombre au-dessus de 0, ou rien.",
        ),
        WrongField::Dim => Text::new(
            "The dimming makes no sense: write a number, usually from -2 to 2, auto or off.",
            "Cette atténuation n’a pas de sens : écrivez un nombre, d’ordinaire de -2 à 2, auto ou off.",
        ),
    }
    .get()
}

/// The engine's failure and what to do.
pub fn failure(what: &str, hint: &str) -> String {
    format!("{what}; {hint}")
}

/// Name of a size of the PNG, as in `2× (200 dpi)`.
pub fn times(times: usize, dpi: usize) -> String {
    format!("{times}× ({dpi} dpi)")
}

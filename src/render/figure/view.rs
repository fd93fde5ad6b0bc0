//! The page's form of a figure, and how the URL fragment keeps it. Never data, never a title: it may name somebody.

use super::words::{cuts_from_words, dim_from_words, threshold_from_words, vmax_from_words};
use super::{MaskStyle, Settings};
use crate::render::{Colormap, CutCoords, DisplayMode, Orientation};

/// The fields of the form. Numbers are text while they are typed, in the language of the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureView {
    /// The layout.
    pub mode: DisplayMode,
    /// How the positions of the cuts are chosen.
    pub place: CutPlace,
    /// The positions that the user typed, for [`CutPlace::Given`].
    pub cuts: String,
    /// The magnitudes that are hidden, as typed.
    pub threshold: String,
    /// End of the colours, as typed; empty for the largest magnitude.
    pub vmax: String,
    /// The colours.
    pub colormap: Colormap,
    /// The background below the map.
    pub ground: FigureGround,
    /// How far the background is dimmed, as typed.
    pub dim: String,
    /// Black or white.
    pub paper: FigurePaper,
    /// Whether the regions over the planes are drawn over the map, too.
    pub masks: Masks,
    /// Letters and positions.
    pub annotate: bool,
    /// Lines where the planes meet.
    pub draw_cross: bool,
    /// The colour bar.
    pub color_bar: bool,
    /// The side of the head on the left of the picture.
    pub orientation: Orientation,
    /// Empty for none.
    pub title: String,
}

/// How the positions of a figure's cuts are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CutPlace {
    /// Positions by nilearn's rule.
    Automatic,
    /// Positions of the crosshair of the page.
    Crosshair,
    /// Positions that the user typed.
    Given,
}

/// The background below the map of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FigureGround {
    /// The participant's image.
    Image,
    /// nilearn's template.
    Template,
    /// A file of the user's. Not kept in the address: another page would not have it.
    Own,
    /// Nothing.
    None,
}

/// How the regions of the planes are drawn over the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masks {
    /// None.
    None,
    /// Lines around them.
    Contour,
    /// All voxels of a region, translucent.
    Filled,
}

/// Colour of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigurePaper {
    /// Black or white, as the background's border suggests.
    Automatic,
    /// Black.
    Black,
    /// White.
    White,
}

/// A field whose text makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongField {
    /// The cuts.
    Cuts,
    /// The threshold.
    Threshold,
    /// The end of the colours.
    Vmax,
    /// The dimming.
    Dim,
}

impl Default for FigureView {
    fn default() -> Self {
        FigureView {
            mode: DisplayMode::Ortho,
            place: CutPlace::Crosshair,
            cuts: String::new(),
            // A fixed number suits no two methods, see `View`.
            threshold: "97%".to_owned(),
            vmax: String::new(),
            colormap: Colormap::ColdHot,
            ground: FigureGround::Image,
            dim: "auto".to_owned(),
            paper: FigurePaper::Automatic,
            masks: Masks::Contour,
            annotate: true,
            draw_cross: true,
            color_bar: true,
            orientation: Orientation::Neurological,
            title: String::new(),
        }
    }
}

impl FigureView {
    /// The plotting cell of ClinicaDL's handbook: `display_mode="yz", cut_coords=(-50, 14), threshold=1e-3`; keeps the title.
    pub fn handbook(self) -> Self {
        let (cuts, threshold) = ("-50,14".to_owned(), "1e-3".to_owned());
        let (mode, place, ground, paper) = (DisplayMode::Yz, CutPlace::Given, FigureGround::Template, FigurePaper::White);
        FigureView { mode, place, cuts, threshold, ground, paper, title: self.title, ..Self::default() }
    }

    /// The form with three planes through the crosshair, the rest unchanged.
    pub fn at_crosshair(self) -> Self {
        FigureView { mode: DisplayMode::Ortho, place: CutPlace::Crosshair, ..self }
    }

    /// The form with several cuts of each plane, as nilearn chooses them, the rest unchanged.
    pub fn mosaic(self) -> Self {
        FigureView { mode: DisplayMode::Mosaic, place: CutPlace::Automatic, ..self }
    }

    /// The options that the fields describe.
    ///
    /// # Errors
    /// The first field whose words make no sense.
    pub fn settings(&self, crosshair: Option<[f64; 3]>) -> Result<Settings, WrongField> {
        let cuts = match (self.place, crosshair) {
            (CutPlace::Given, _) => cuts_from_words(&self.cuts).ok_or(WrongField::Cuts)?,
            (CutPlace::Crosshair, Some(point)) => cuts_through(self.mode, point),
            (CutPlace::Crosshair, None) | (CutPlace::Automatic, _) => CutCoords::Automatic,
        };
        let is_empty = self.vmax.trim().is_empty();
        Ok(Settings {
            mode: self.mode,
            cuts,
            threshold: threshold_from_words(&self.threshold).ok_or(WrongField::Threshold)?,
            vmax: if is_empty { None } else { Some(vmax_from_words(&self.vmax).ok_or(WrongField::Vmax)?) },
            colormap: self.colormap,
            dim: dim_from_words(&self.dim).ok_or(WrongField::Dim)?,
            black: match self.paper {
                FigurePaper::Automatic => None,
                FigurePaper::Black => Some(true),
                FigurePaper::White => Some(false),
            },
            annotate: self.annotate,
            draw_cross: self.draw_cross,
            color_bar: self.color_bar,
            title: self.title.clone(),
            orientation: self.orientation,
        })
    }

    /// The fragment `mode:yz;cuts:-50,14;threshold:1e-3;ground:template`: what differs from the default and makes sense; empty for the default.
    pub fn to_fragment(&self) -> String {
        let own = self.named();
        let other = Self::default().named();
        let parts = own.into_iter().zip(other).filter(|(own, other)| own != other && self.makes_sense(own.0, &own.1));
        // A percent sign would have to be escaped.
        parts.map(|((name, words), _)| format!("{name}:{}", words.replace('%', "p"))).collect::<Vec<_>>().join(";")
    }

    /// Reads a fragment; what is missing or makes no sense keeps its default.
    pub fn from_fragment(fragment: &str) -> Self {
        let mut view = FigureView::default();
        for (name, words) in fragment.split(';').filter_map(|part| part.split_once(':')) {
            let words = if name == "threshold" { words.replace('p', "%") } else { words.to_owned() };
            view.take(name, &words);
        }
        view
    }

    fn named(&self) -> [(&'static str, String); 14] {
        let switch = |is_on: bool| if is_on { "1" } else { "0" }.to_owned();
        [
            ("mode", self.mode.name().to_owned()),
            ("at", self.place.name().to_owned()),
            ("cuts", self.cuts.trim().to_owned()),
            ("threshold", self.threshold.trim().to_owned()),
            ("vmax", self.vmax.trim().to_owned()),
            ("map", self.colormap.name().to_owned()),
            ("ground", self.ground.name().to_owned()),
            ("dim", self.dim.trim().to_owned()),
            ("paper", self.paper.name().to_owned()),
            ("masks", self.masks.name().to_owned()),
            ("side", if self.orientation == Orientation::Radiological { "radiological" } else { "neurological" }.to_owned()),
            ("letters", switch(self.annotate)),
            ("cross", switch(self.draw_cross)),
            ("bar", switch(self.color_bar)),
        ]
    }

    fn makes_sense(&self, name: &str, words: &str) -> bool {
        match name {
            "cuts" => cuts_from_words(words).is_some(),
            "threshold" => threshold_from_words(words).is_some(),
            "vmax" => vmax_from_words(words).is_some(),
            "dim" => dim_from_words(words).is_some(),
            "ground" => words != FigureGround::Own.name(),
            _ => true,
        }
    }

    fn take(&mut self, name: &str, words: &str) {
        if !self.makes_sense(name, words) {
            return;
        }
        match name {
            "mode" => self.mode = DisplayMode::from_name(words).unwrap_or(self.mode),
            "at" => self.place = CutPlace::from_name(words).unwrap_or(self.place),
            "cuts" => self.cuts = words.to_owned(),
            "threshold" => self.threshold = words.to_owned(),
            "vmax" => self.vmax = words.to_owned(),
            "map" => self.colormap = Colormap::from_name(words).unwrap_or(self.colormap),
            "ground" => self.ground = FigureGround::from_name(words).unwrap_or(self.ground),
            "dim" => self.dim = words.to_owned(),
            "paper" => self.paper = FigurePaper::from_name(words).unwrap_or(self.paper),
            "masks" => self.masks = Masks::from_name(words).unwrap_or(self.masks),
            "side" if words == "radiological" => self.orientation = Orientation::Radiological,
            "letters" => self.annotate = words != "0",
            "cross" => self.draw_cross = words != "0",
            "bar" => self.color_bar = words != "0",
            _ => {}
        }
    }
}

/// Positions of the planes of a mode that pass through a point; a mosaic has rules of its own.
fn cuts_through(mode: DisplayMode, point: [f64; 3]) -> CutCoords {
    if mode == DisplayMode::Mosaic {
        return CutCoords::Automatic;
    }
    let mut axes: Vec<usize> = mode.planes().iter().map(|plane| plane.normal_axis()).collect();
    axes.sort_unstable();
    CutCoords::Positions(axes.into_iter().map(|axis| point[axis]).collect())
}

macro_rules! named {
    ($type:ident, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// All variants, in menu order.
            pub const ALL: &[$type] = &[$($type::$variant),+];

            /// The name in the address and in the page's selects.
            pub fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }

            /// The variant of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|own| own.name() == name)
            }
        }
    };
}

named!(CutPlace, Automatic = "automatic", Crosshair = "crosshair", Given = "given");
named!(FigureGround, Image = "image", Template = "template", Own = "own", None = "none");
named!(FigurePaper, Automatic = "automatic", Black = "black", White = "white");
named!(Masks, None = "none", Contour = "contour", Filled = "filled");

impl Masks {
    /// The style in which masks are drawn; `None` where they are not.
    pub fn style(self) -> Option<MaskStyle> {
        match self {
            Masks::None => None,
            Masks::Contour => Some(MaskStyle::Contour),
            Masks::Filled => Some(MaskStyle::Filled),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Threshold;

    #[test]
    fn the_handbooks_figure_comes_back_from_the_address() {
        let view = FigureView { title: "sub-01".to_owned(), ..FigureView::default() }.handbook();
        let fragment = view.to_fragment();
        assert_eq!(fragment, "mode:yz;at:given;cuts:-50,14;threshold:1e-3;ground:template;paper:white");
        assert_eq!(FigureView::from_fragment(&fragment), FigureView { title: String::new(), ..view });
    }

    #[test]
    fn every_field_but_the_title_comes_back() {
        let view = FigureView {
            mode: DisplayMode::Tiled,
            place: CutPlace::Automatic,
            cuts: "1,2,3".to_owned(),
            threshold: "12.5%".to_owned(),
            vmax: "2e-3".to_owned(),
            colormap: Colormap::RdBuR,
            ground: FigureGround::None,
            dim: "off".to_owned(),
            paper: FigurePaper::Black,
            masks: Masks::Filled,
            annotate: false,
            draw_cross: false,
            color_bar: false,
            orientation: Orientation::Radiological,
            title: String::new(),
        };
        assert_eq!(FigureView::from_fragment(&view.to_fragment()), view);
        for colormap in Colormap::ALL {
            let view = FigureView { colormap, ..FigureView::default() };
            assert_eq!(FigureView::from_fragment(&view.to_fragment()), view);
        }
        assert_eq!(FigureView::default().to_fragment(), "");
    }

    #[test]
    fn nonsense_is_neither_written_nor_read() {
        let view = FigureView { cuts: "a&b".to_owned(), threshold: "-1".to_owned(), ..FigureView::default() };
        assert_eq!(view.to_fragment(), "");
        let own = FigureView { ground: FigureGround::Own, ..FigureView::default() };
        assert_eq!(own.to_fragment(), "", "another page does not have the file");
        let read = FigureView::from_fragment("mode:xy;cuts:a;threshold:101p;vmax:0;dim:dark;ground:own;ground:;paper;masks:all;;other:1");
        assert_eq!(read, FigureView::default());
    }

    #[test]
    fn the_crosshair_gives_each_mode_its_coordinates() {
        let cuts =
            |mode| FigureView { mode, ..FigureView::default() }.settings(Some([1.0, 2.0, 3.0])).map(|settings| settings.cuts).unwrap();
        assert_eq!(cuts(DisplayMode::Ortho), CutCoords::Positions(vec![1.0, 2.0, 3.0]));
        assert_eq!(cuts(DisplayMode::Yx), CutCoords::Positions(vec![1.0, 2.0]));
        assert_eq!(cuts(DisplayMode::Z), CutCoords::Positions(vec![3.0]));
        assert_eq!(cuts(DisplayMode::Mosaic), CutCoords::Automatic);
    }

    #[test]
    fn wrong_text_is_reported_with_its_field() {
        let wrong = |view: FigureView| view.settings(None).unwrap_err();
        let default = FigureView::default;
        assert_eq!(wrong(FigureView { place: CutPlace::Given, ..default() }), WrongField::Cuts);
        assert_eq!(wrong(FigureView { threshold: "much".to_owned(), ..default() }), WrongField::Threshold);
        assert_eq!(wrong(FigureView { vmax: "-1".to_owned(), ..default() }), WrongField::Vmax);
        assert_eq!(wrong(FigureView { dim: String::new(), ..default() }), WrongField::Dim);
        assert_eq!(default().settings(None).unwrap().threshold, Some(Threshold::Percentile(97.0)));
    }
}

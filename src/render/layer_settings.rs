//! How the layers below and above the map are shown, and its form in the URL fragment. Never data, never file names.

use super::Paper;

/// The background below the map on the three planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// The participant's own image.
    #[default]
    Participant,
    /// The ICBM 152 template that comes with the page.
    Template,
    /// Paper alone.
    None,
    /// A file of the user's. Not kept in the address: another page would not have it.
    Own,
}

/// How the layers below and above the map are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LayerSettings {
    /// The background below the map.
    pub ground: Ground,
    /// Whether the background is dimmed, as nilearn's are.
    pub dim: bool,
    /// The colour that shows where nothing is painted.
    pub paper: Paper,
    /// Whether values below the threshold fade instead of vanishing.
    pub fading: bool,
    /// Whether the planes show projections instead of slices.
    pub glass: bool,
}

impl Ground {
    /// All variants, in menu order.
    pub const ALL: [Ground; 4] = [Ground::Participant, Ground::Template, Ground::None, Ground::Own];

    /// The name in the address and in the page's select.
    pub fn name(self) -> &'static str {
        match self {
            Ground::Participant => "participant",
            Ground::Template => "template",
            Ground::None => "none",
            Ground::Own => "own",
        }
    }

    /// The ground of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.name() == name)
    }
}

const DIM: &str = "dim";
const WHITE: &str = "white";
const FADING: &str = "fading";
const GLASS: &str = "glass";

impl LayerSettings {
    /// The settings as parts of the fragment: `ground=template&layers=dim,white,fading,glass`; nothing for defaults.
    pub(super) fn to_parts(self) -> Vec<String> {
        let mut parts = Vec::new();
        if !matches!(self.ground, Ground::Participant | Ground::Own) {
            parts.push(format!("ground={}", self.ground.name()));
        }
        let switches = [(DIM, self.dim), (WHITE, self.paper == Paper::White), (FADING, self.fading), (GLASS, self.glass)];
        let on: Vec<&str> = switches.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect();
        if !on.is_empty() {
            parts.push(format!("layers={}", on.join(",")));
        }
        parts
    }

    /// Reads a key of the fragment; a value that makes no sense changes nothing.
    pub(super) fn take(&mut self, key: &str, value: &str) {
        match key {
            "ground" => self.ground = Ground::from_name(value).filter(|&ground| ground != Ground::Own).unwrap_or(self.ground),
            "layers" => value.split(',').for_each(|name| self.switch_on(name)),
            _ => {}
        }
    }

    fn switch_on(&mut self, name: &str) {
        match name {
            DIM => self.dim = true,
            WHITE => self.paper = Paper::White,
            FADING => self.fading = true,
            GLASS => self.glass = true,
            _ => {}
        }
    }
}

//! The names of the panels below the planes, apart from the panels: what is shown depends on which one is in front.

use crate::ui::text;
use crate::ui::text::language::Text;

/// A panel below the planes. To add one: a variant here, its row in each `match`, and a `case` in `viewer/tabs.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// The network's answer, the map's files and numbers.
    #[default]
    Map,
    /// nilearn's figure of the map.
    Figure,
    /// Maps side by side.
    Compare,
    /// Clusters of the map and their peaks.
    Regions,
}

impl Tab {
    /// All tabs, in the order of the row.
    pub const ALL: &[Tab] = &[Tab::Map, Tab::Figure, Tab::Compare, Tab::Regions];

    /// The name in the address and in `data-testid` (`tab-…`).
    pub fn name(self) -> &'static str {
        match self {
            Tab::Map => "map",
            Tab::Figure => "figure",
            Tab::Compare => "compare",
            Tab::Regions => "regions",
        }
    }

    /// The tab with a [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|tab| tab.name() == name)
    }

    /// The words on the tab.
    pub fn label(self) -> Text {
        match self {
            Tab::Map => text::TAB_MAP,
            Tab::Figure => text::figure::FIGURE,
            Tab::Compare => text::compare::TITLE,
            Tab::Regions => text::regions::TITLE,
        }
    }
}

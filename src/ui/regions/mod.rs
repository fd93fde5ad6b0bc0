//! Clusters of the map above the threshold: when the engine is asked for them, the smallest that is drawn, the table of their peaks.

mod field;
mod follow;
mod panel;
mod save_table;
mod table;

pub use field::MinClusterField;
pub use follow::follow_clusters;
pub use panel::RegionsPanel;

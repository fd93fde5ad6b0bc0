//! Clusters of the map above the threshold: what is asked of the engine, the smallest that is drawn, the table of their peaks.

mod field;
mod follow;
mod panel;
mod state;
mod table;

pub use field::MinClusterField;
pub use follow::follow_clusters;
pub use panel::RegionsPanel;
pub use state::Clustering;

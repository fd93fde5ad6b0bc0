//! Asking the engine for the clusters of the shown map.

use leptos::prelude::*;

use crate::protocol::{ClusterRequest, Request};
use crate::ui::state::clusters::ClusterQuery;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;

impl Study {
    /// Asks for clusters, at once or when the engine has answered the query before; `None` withdraws the query.
    pub fn query_clusters(&self, query: Option<ClusterQuery>) {
        self.clusters.set_newest(query);
        self.request_clusters();
    }

    /// Sends the newest query, unless one is being answered or this one has been.
    pub fn request_clusters(&self) {
        if self.work.read_untracked().is_doing(JobKind::Clusters) {
            return;
        }
        let Some(ClusterQuery { map, rule }) = self.clusters.next_to_send() else { return };
        let request = ClusterRequest { map: map.ready.identity(), channel: map.channel, rule };
        self.send_quietly(JobKind::Clusters, Request::FindClusters(Box::new(request)));
    }
}

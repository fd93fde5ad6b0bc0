//! Asking the engine to keep, forget and compare maps.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{CheckpointKey, ComparisonRequest, Request};
use crate::ui::state::comparison::ComparedMap;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;

impl Study {
    /// Whether the present map can be kept: not while another takes its place in the engine, or is being kept.
    pub fn can_keep_map(&self) -> bool {
        let work = self.work.read();
        let is_changing = [JobKind::KeepMap, JobKind::Interpret].into_iter().any(|kind| work.is_doing(kind));
        self.can_save() && !is_changing
    }

    /// Keeps the present map beside those that are kept, unless these are as many as there can be.
    pub fn keep_map(&self) {
        let Some(kept) = untrack(|| self.present_map()) else { return };
        let (number, map) = (kept.number, kept.map.ready.identity());
        self.compare.requested.set_value(Some(Arc::new(kept)));
        self.compare.next_number.set_value(number + 1);
        self.send(JobKind::KeepMap, Request::KeepMap { number, map }, &[]);
    }

    fn present_map(&self) -> Option<ComparedMap> {
        let (letter, map) = (self.compare.free_letter()?, self.map.get()?);
        let CheckpointKey { maps, split, selection } = map.ready.checkpoint.clone();
        Some(ComparedMap {
            number: self.compare.next_number.get_value(),
            letter,
            image: self.image.get(),
            maps_name: maps,
            split,
            selection,
            target_label: map.ready.target_label.clone(),
            map,
        })
    }

    /// Removes a kept map from the page and from the engine.
    pub fn forget_map(&self, number: u32) {
        self.compare.remove(number);
        self.send_quietly(JobKind::ForgetMap, Request::ForgetMap { number });
    }

    /// Asks for the numbers of all pairs that have none yet.
    pub fn compare_maps(&self) {
        let requests: Vec<ComparisonRequest> = untrack(|| {
            let pairs = self.compare.pairs().into_iter().map(|pair| pair.map(|map| map.number));
            pairs.filter(|pair| self.compare.comparison(*pair).is_none()).map(|pair| self.compare.request(pair)).collect()
        });
        for request in requests {
            self.send(JobKind::CompareMaps, Request::CompareMaps(request), &[]);
        }
    }
}

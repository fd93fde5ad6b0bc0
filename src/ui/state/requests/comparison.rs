//! Asking the engine to keep, forget and compare maps.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{ComparisonRequest, Request};
use crate::ui::state::comparison::ComparedMap;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;

impl Study {
    /// Whether the present map can be kept: not while another is on its way, which the engine would keep in its place.
    pub fn can_keep_map(&self) -> bool {
        let work = self.work.read();
        let is_changing = [JobKind::Explain, JobKind::KeepMap, JobKind::Interpret].into_iter().any(|kind| work.is_doing(kind));
        self.map.read().is_some() && !is_changing
    }

    /// Keeps the present map beside those that are kept, unless these are as many as there can be.
    pub fn keep_map(&self) {
        let Some(kept) = untrack(|| self.present_map()) else { return };
        let (number, explanation) = (kept.number, kept.map.ready.explanation.clone());
        self.compare.requested.set_value(Some(Arc::new(kept)));
        self.compare.next_number.set_value(number + 1);
        self.send(JobKind::KeepMap, Request::KeepMap { number, explanation }, &[]);
    }

    fn present_map(&self) -> Option<ComparedMap> {
        let (letter, map, model) = (self.compare.free_letter()?, self.map.get()?, self.model.get()?);
        let target = map.ready.explanation.target;
        Some(ComparedMap {
            number: self.compare.next_number.get_value(),
            letter,
            image: self.image.get(),
            maps_name: model.name.clone(),
            split: model.split,
            selection: model.selection.clone(),
            target_label: model.nodes.get(target).map(|node| node.label.clone()).unwrap_or_default(),
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
        requests.into_iter().for_each(|request| self.send(JobKind::CompareMaps, Request::CompareMaps(request), &[]));
    }
}

//! What the engine is asked about each map that is shown, and what it answered.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{MapNumbers, Request};
use crate::ui::study::{Study, Task};

/// Asks for the numbers of every map, and of every channel, that comes on show.
pub fn follow_map(study: Study) {
    Effect::watch(
        move || study.map.get(),
        move |map, before, _| {
            let is_same = match (map, before.and_then(Option::as_ref)) {
                (Some(map), Some(before)) => Arc::ptr_eq(map, before),
                (map, before) => map.is_none() && before.is_none(),
            };
            if !is_same {
                study.measure();
            }
        },
        true,
    );
}

impl Study {
    /// Asks for the numbers of the shown map; those of any other are nobody's any more.
    pub fn measure(&self) {
        self.numbers.set(None);
        self.supersede(|task| task == Task::Measure);
        let Some(map) = self.map.get_untracked() else { return };
        let (explanation, channel) = (map.ready.explanation.clone(), map.channel);
        self.send_quietly(Task::Measure, Request::MeasureMap { explanation, channel });
    }

    pub(in crate::ui) fn take_numbers(&self, numbers: MapNumbers) {
        // The map may have gone since it was measured.
        let is_shown = self.map.read_untracked().as_ref().is_some_and(|map| map.channel == numbers.channel);
        if is_shown {
            self.numbers.set(Some(Arc::new(numbers)));
        }
    }
}

//! When the numbers of the map are asked for: whenever another map, or another channel, is shown.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::study::Study;

/// Asks for the numbers of every map, and of every channel, that is shown from now on.
pub fn measure_shown_map(study: Study) {
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

//! Asking the engine for the numbers of the shown map.

use leptos::prelude::*;

use crate::protocol::Request;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;

impl Study {
    /// Asks for the numbers of the shown map; an answer about any other map is ignored from now on.
    pub fn measure(&self) {
        self.numbers.set(None);
        self.supersede(|_, kind| kind == JobKind::Measure);
        let Some(map) = self.map.get_untracked() else { return };
        self.send_quietly(JobKind::Measure, Request::MeasureMap { map: map.ready.identity(), channel: map.channel });
    }
}

//! Undo and redo of the view, and of how overlays are shown.

use leptos::prelude::*;

use super::extra_volumes::OverlayLook;
use crate::render::{History, View};

/// The part of the page's state that undo takes back.
#[derive(Clone, Default, PartialEq)]
pub struct ViewSnapshot {
    pub view: View,
    /// How each open overlay is shown, by its id.
    pub looks: Vec<(usize, OverlayLook)>,
}

/// The recorded snapshots; part of [`ViewState`](super::view_state::ViewState).
#[derive(Clone, Copy)]
pub struct ViewHistory(StoredValue<History<ViewSnapshot>>);

/// A way through the history.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum HistoryStep {
    Undo,
    Redo,
}

impl ViewHistory {
    /// A history that begins with `first`.
    pub fn new(first: ViewSnapshot) -> Self {
        let mut history = History::default();
        history.note(first);
        ViewHistory(StoredValue::new(history))
    }

    /// Records a snapshot, unless it equals the last one.
    pub fn record(&self, snapshot: ViewSnapshot) {
        self.0.update_value(|history| record(history, snapshot));
    }

    /// Records `present`, which may be too recent to have been recorded, and returns the snapshot to show instead.
    pub fn go(&self, step: HistoryStep, present: ViewSnapshot) -> Option<ViewSnapshot> {
        let found = self.0.try_update_value(|history| {
            record(history, present);
            match step {
                HistoryStep::Undo => history.undo(),
                HistoryStep::Redo => history.redo(),
            }
        });
        found.flatten()
    }
}

/// Opening and removing an overlay is no change of the view: to older snapshots a new overlay is added as it is now, and a
/// removed one is taken out of them.
fn record(history: &mut History<ViewSnapshot>, snapshot: ViewSnapshot) {
    history.rewrite(|older| {
        let own = |id: usize| older.looks.iter().find(|(other, _)| *other == id).map(|(_, look)| *look);
        older.looks = snapshot.looks.iter().map(|&(id, look)| (id, own(id).unwrap_or(look))).collect();
    });
    history.note(snapshot);
}

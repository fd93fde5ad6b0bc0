//! What is chosen, and how the picture stands to it.

use leptos::prelude::*;

use super::shown::ShownMap;
use super::study::{ComingImage, Study};
use crate::export::file_names::map_stem;
use crate::protocol::{CheckpointKey, MapChoices, MapIdentity, Method, ModelSummary, ParticipantKey, WantedMap};

impl Study {
    /// The fields of the form of one map.
    pub fn choices(&self) -> MapChoices {
        let form = self.form;
        MapChoices {
            element: form.element.get(),
            method: form.method.get(),
            level: form.level.get(),
            target: form.target.get(),
            convention: form.convention.get(),
            quantity: form.quantity.get(),
        }
    }

    /// Writes into the form what stays of its choices with another model; fields that stay are not touched.
    pub(super) fn keep_choices(&self, before: Option<&ModelSummary>, model: &ModelSummary) {
        let (form, kept) = (self.form, untrack(|| self.choices()).kept_with(before, model));
        set_if_other(form.element, kept.element);
        set_if_other(form.method, kept.method);
        set_if_other(form.level, kept.level);
        set_if_other(form.target, kept.target);
    }

    /// The method that is chosen in the form, with its level.
    pub fn method(&self) -> Method {
        let (choices, model) = (self.choices(), self.model.read());
        match model.as_ref() {
            Some(model) => choices.method(model),
            None => Method::Gradients,
        }
    }

    /// The participant that was chosen last: whose image is on its way, else whose image is shown.
    pub fn aim(&self) -> Option<ParticipantKey> {
        self.coming.get().map(|coming| coming.participant).or_else(|| self.selected.get())
    }

    /// The checkpoint that was chosen last: the one that is on its way, else the one in use.
    pub fn chosen_checkpoint(&self) -> Option<CheckpointKey> {
        self.form.checkpoint.get().or_else(|| self.model.read().as_ref().map(|model| model.checkpoint()))
    }

    /// The map of everything that is chosen; `None` while a model or an image is missing.
    pub fn wanted(&self) -> Option<WantedMap> {
        let (participant, checkpoint, choices) = (self.aim()?, self.chosen_checkpoint()?, self.choices());
        let model = self.model.read();
        let explanation = choices.explanation(participant, model.as_ref()?);
        Some(WantedMap { map: MapIdentity { checkpoint, explanation }, device: self.device.get() })
    }

    /// Whether a picture is shown that is not of what is chosen.
    pub fn is_outdated(&self) -> bool {
        let wanted = self.wanted();
        match (&*self.map.read(), &*self.image.read()) {
            (Some(map), _) => wanted.as_ref() != Some(&map.of),
            (None, Some(image)) => {
                let shown = ComingImage { participant: image.participant.clone(), element: image.element };
                self.coming.read().as_ref().is_some_and(|coming| *coming != shown)
            }
            (None, None) => false,
        }
    }

    /// The stem of a map's file names.
    pub fn map_stem(&self, map: &ShownMap) -> String {
        let model = self.model.read();
        let mode = model.as_ref().map_or("image", |model| model.mode.as_str());
        let who = &map.ready.explanation.participant;
        map_stem(&who.participant_id, &who.session_id, mode, map.ready.element_number)
    }

    /// Whether the shown map can be saved: the engine still has it, and none takes its place at the moment.
    pub fn can_save(&self) -> bool {
        let is_held = self.map.read().as_ref().is_some_and(|map| self.held.read().as_ref() == Some(&map.of.map));
        is_held && !self.is_explaining() && !self.is_stopped()
    }
}

/// Sets a signal without waking anybody for nothing.
fn set_if_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

//! The panel of participants: opens images, filters and lists them.

use std::sync::Arc;

use leptos::prelude::*;

use super::table::ParticipantsTable;
use crate::protocol::ParticipantList;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::file_picker::FilePicker;
use crate::ui::controls::sentences::Report;
use crate::ui::state::group_form::diagnoses_of;
use crate::ui::state::study::Study;
use crate::ui::text;

/// Opens images, filters and lists them.
#[component]
pub fn ParticipantsPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    let diagnosis = RwSignal::new(String::new());
    let on_files = Callback::new(move |files| study.open_images(files));
    let entries = move || {
        let all = study.participants.get().map(|list| diagnoses_of(&list)).unwrap_or_default();
        let named = all.into_iter().map(|name| Entry::new(name.clone(), name));
        std::iter::once(Entry::new("", text::ALL.get())).chain(named).collect::<Vec<_>>()
    };
    let body = move || match study.participants.get() {
        None => view! { <p class="muted">{text::NO_PARTICIPANTS.get()}</p> }.into_any(),
        Some(list) => view! {
            <Choice label=text::DIAGNOSIS.get() testid="diagnosis-filter" entries=Signal::derive(entries) value=diagnosis
                on_choose=Callback::new(move |value| diagnosis.set(value)) />
            <ParticipantsTable list=list.clone() diagnosis=diagnosis />
            <Report warnings=list.warnings.clone() />
        }
        .into_any(),
    };
    // A filter that no row of the next list passes would hide the whole of it.
    let forget_filter = move |list: &Option<Arc<ParticipantList>>| {
        let is_there = list.as_ref().is_some_and(|list| diagnoses_of(list).contains(&diagnosis.get_untracked()));
        if !is_there {
            diagnosis.set(String::new());
        }
    };
    Effect::watch(move || study.participants.get(), move |list, _, _| forget_filter(list), false);
    view! {
        <section class="panel" aria-labelledby="participants-title">
            <h2 id="participants-title"><span class="panel__number">"2"</span>{text::PARTICIPANTS.get()}</h2>
            <FilePicker testid="open-images" folder_testid="open-images-folder" hint=text::IMAGES_HINT.get() on_files=on_files />
            {body}
        </section>
    }
    .into_any()
}

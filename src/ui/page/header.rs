//! The header of the page.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::help::{Help, open};
use crate::ui::state::study::{Study, StudySource};
use crate::ui::state::view_state::ViewState;
use crate::ui::text;
use crate::ui::text::language::Language;

/// The header: name, what is open, device, language, help.
#[component]
pub fn Header(
    /// The help dialog, which a key opens too.
    help: NodeRef<Dialog>,
) -> impl IntoView {
    let study = expect_context::<Study>();
    let source = move || match study.source.get() {
        StudySource::Demo => text::DEMO.get(),
        StudySource::Own => text::OWN_FILES.get(),
    };
    let hint = move || (study.source.get() == StudySource::Demo).then_some(text::USE_YOUR_OWN.get());
    let device = move || study.device.read().as_ref().map_or_else(|| text::NO_DEVICE.get().to_owned(), text::device);
    let note = move || study.device.read().as_ref().and_then(|info| info.note.clone());
    view! {
        <header class="header">
            <h1 class="header__name">{text::NAME.get()}</h1>
            <span class="header__study">{source}</span>
            <span class="header__hint">{hint}</span>
            <span class="badge" data-testid="device" title=note>{device}</span>
            <span class="badge badge--private" title=text::PRIVACY_TITLE.get()>{text::PRIVACY.get()}</span>
            <LanguageField />
            <button type="button" class="header__help" aria-label=text::HELP.get() title=text::HELP.get() on:click=move |_| open(help)>"?"</button>
        </header>
        <Help dialog=help />
    }
    .into_any()
}

#[component]
fn LanguageField() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let is_current = move |language| view_state.language.get() == language;
    let options = Language::ALL.map(|language| {
        view! {
            <option value=language.tag() lang=language.tag() prop:selected=move || is_current(language)>{language.name()}</option>
        }
    });
    let choose =
        move |event| Language::from_tag(&event_target_value(&event)).into_iter().for_each(|language| view_state.language.set(language));
    view! { <select class="header__language" data-testid="language" aria-label=text::LANGUAGE.get() on:change=choose>{options}</select> }
}

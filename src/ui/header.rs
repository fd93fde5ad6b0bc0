//! Name, what is open, device, privacy, help.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::help::{Help, open};
use super::study::{Sources, Study};
use super::text;

/// The line at the top.
#[component]
pub fn Header(
    /// The help dialog, which a key opens too.
    help: NodeRef<Dialog>,
) -> impl IntoView {
    let study = expect_context::<Study>();
    let sources = move || match study.sources.get() {
        Sources::Demo => text::DEMO,
        Sources::Own => text::OWN_FILES,
    };
    let hint = move || (study.sources.get() == Sources::Demo).then_some(text::USE_YOUR_OWN);
    let device = move || study.device.read().as_ref().map_or_else(|| text::NO_DEVICE.to_owned(), text::device);
    let note = move || study.device.read().as_ref().and_then(|info| info.note.clone());
    view! {
        <header class="header">
            <h1 class="header__name">{text::NAME}</h1>
            <span class="header__study">{sources}</span>
            <span class="header__hint">{hint}</span>
            <span class="badge" data-testid="device" title=note>{device}</span>
            <span class="badge badge--private" title=text::PRIVACY_TITLE>{text::PRIVACY}</span>
            <button type="button" class="header__help" aria-label=text::HELP title=text::HELP on:click=move |_| open(help)>"?"</button>
        </header>
        <Help dialog=help />
    }
    .into_any()
}

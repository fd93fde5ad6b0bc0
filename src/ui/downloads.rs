//! Files out: the map, the figure, the record.

use leptos::prelude::*;

use super::figure::save_png;
use super::study::Study;
use super::text;
use super::view_state::ViewState;
use crate::engine::message::ExportKind;

/// A row of buttons, dead until there is a map.
#[component]
pub fn Downloads() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let disabled = move || study.map.read().is_none();
    let export = move |testid: &'static str, label: &'static str, kind: ExportKind| {
        view! { <button type="button" class="button" data-testid=testid disabled=disabled on:click=move |_| study.export(kind)>{label}</button> }
    };
    view! {
        <section class="downloads" aria-labelledby="downloads-title">
            <h3 id="downloads-title">{text::DOWNLOADS}</h3>
            {export("download-nifti", text::NIFTI, ExportKind::Nifti)}
            {export("download-pt", text::PT, ExportKind::Pt)}
            <button type="button" class="button" data-testid="download-png" disabled=disabled
                on:click=move |_| save_png(study, view_state)>{text::PNG}</button>
            {export("download-record", text::RECORD, ExportKind::Record)}
        </section>
    }
    .into_any()
}

//! Buttons that save the map, the planes and the record.

use std::sync::Arc;

use leptos::prelude::*;

use super::save_planes::save_png;
use crate::protocol::ExportKind;
use crate::ui::state::shown::ShownMap;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, picture};

/// Buttons, disabled until there is a map; rarely needed formats are folded away.
#[component]
pub fn Downloads() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let disabled = move || !study.can_save();
    let save_hashed = move |hashed: Option<&(Arc<ShownMap>, String)>| {
        hashed.into_iter().for_each(|(map, hash)| save_png(study, view_state, map, hash.clone()));
    };
    // The engine computes the map's hash; when it arrives, the planes are saved as they are shown.
    Effect::watch(move || study.map_hash.get(), move |hashed, _, _| save_hashed(hashed.as_ref()), false);
    let export = move |testid: &'static str, label: &'static str, kind: ExportKind| {
        view! { <button type="button" class="button" data-testid=testid disabled=disabled on:click=move |_| study.export(kind)>{label}</button> }
    };
    let is_lost = move || study.map.read().is_some() && !study.can_save() && !study.is_explaining() && !study.automatic.is_due();
    let lost = move || is_lost().then(|| view! { <p class="muted">{picture::NOT_HELD.get()}</p> });
    let whole_image = move || study.has_elements().then(|| export("download-whole-image", text::WHOLE_IMAGE.get(), ExportKind::WholeImage));
    view! {
        <section class="downloads" aria-labelledby="downloads-title">
            <h3 id="downloads-title">{text::DOWNLOADS.get()}</h3>
            {lost}
            {export("download-nifti", text::NIFTI.get(), ExportKind::Nifti)}
            {export("download-pt", text::PT.get(), ExportKind::Pt)}
            <button type="button" class="button" data-testid="download-png" disabled=disabled
                on:click=move |_| study.save_planes()>{text::PNG.get()}</button>
            {export("download-record", text::RECORD.get(), ExportKind::Record)}
            <details class="downloads__more" data-testid="more-downloads">
                <summary>{text::MORE_FORMS.get()}</summary>
                <div class="downloads__forms">
                    {whole_image}
                    {export("download-clinicadl-nifti", text::CLINICADL_NIFTI.get(), ExportKind::ClinicadlNifti)}
                </div>
            </details>
        </section>
    }
    .into_any()
}

//! The whole page.

use leptos::prelude::*;

use super::drop_zone::DropZone;
use super::error_banner::ErrorBanner;
use super::footer::Footer;
use super::group::ResultsPanel;
use super::header::Header;
use super::interpret_panel::InterpretPanel;
use super::keys::listen_to_keys;
use super::map_controls::MapControls;
use super::model_panel::ModelPanel;
use super::participants_panel::ParticipantsPanel;
use super::study::Study;
use super::view_state::ViewState;
use super::viewer::Viewer;

/// Provides the study and the view, starts the engine and lays out the panels.
#[component]
pub fn App() -> impl IntoView {
    let study = Study::new();
    let view_state = ViewState::new(study);
    provide_context(study);
    provide_context(view_state);
    let help = NodeRef::new();
    listen_to_keys(study, view_state, help);
    look_at_first_peak(study, view_state);
    study.begin();

    view! {
        <Header help=help />
        <ErrorBanner />
        <main class="page">
            <div class="page__side">
                <ModelPanel />
                <ParticipantsPanel />
                <InterpretPanel />
                <ResultsPanel />
            </div>
            <Viewer />
            <MapControls />
        </main>
        <Footer />
        <DropZone />
    }
}

/// Puts the crosshair on the strongest voxel of the first map, unless the address or the user has put it somewhere.
fn look_at_first_peak(study: Study, view_state: ViewState) {
    Effect::watch(
        move || study.map.get(),
        move |map, _, _| {
            let is_unset = view_state.view.read_untracked().crosshair.is_none();
            if let Some(map) = map.as_ref().filter(|_| is_unset) {
                crate::render::strongest_voxel(&map.placed.volume).into_iter().for_each(|peak| view_state.look_at(peak));
            }
        },
        false,
    );
}

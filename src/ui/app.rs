//! The whole page.

use leptos::html::Dialog;
use leptos::prelude::*;

use super::display::DisplayPanel;
use super::group::ResultsPanel;
use super::interpret::InterpretPanel;
use super::layers::prepare_layers;
use super::model::ModelPanel;
use super::numbers::measure_shown_map;
use super::page::{DropZone, ErrorBanner, Footer, Header, listen_to_keys};
use super::participants::ParticipantsPanel;
use super::regions::follow_clusters;
use super::state::requests::follow_choices;
use super::state::study::Study;
use super::state::view_state::ViewState;
use super::text::language::set_language;
use super::viewer::Viewer;
use crate::render::{nearest_voxel, strongest_voxel};

/// Provides the study and the view, starts the engine and lays out the panels.
#[component]
pub fn App() -> impl IntoView {
    let study = Study::new();
    let view_state = ViewState::new(study);
    provide_context(study);
    provide_context(view_state);
    let help = NodeRef::new();
    listen_to_keys(study, view_state, help);
    look_at_peak(study, view_state);
    measure_shown_map(study);
    follow_choices(study);
    study.begin();
    prepare_layers(study, view_state);
    follow_clusters(study, view_state);

    // Strings are looked up where they are shown, so another language renders all panels again. The state outlives them.
    move || {
        set_language(view_state.language.get());
        page(help)
    }
}

fn page(help: NodeRef<Dialog>) -> AnyView {
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
            <div class="page__main">
                <Viewer />
                <DisplayPanel />
            </div>
        </main>
        <Footer />
        <DropZone />
    }
    .into_any()
}

/// Puts the crosshair on the strongest voxel of the first map, unless the address or the user has put it somewhere; and of a
/// map that it would miss, as after choosing another patch, region or slice.
fn look_at_peak(study: Study, view_state: ViewState) {
    Effect::watch(
        move || study.map.get(),
        move |map, before, _| {
            let Some(map) = map else { return };
            let before = before.and_then(Option::as_ref);
            let is_elsewhere = before.is_none_or(|before| before.placed.bounds != map.placed.bounds);
            let misses = |point| nearest_voxel(&map.placed.volume, &map.placed.voxel_from_world, point).is_none();
            let may_miss = is_elsewhere && untrack(|| study.has_elements());
            let crosshair = view_state.view.read_untracked().crosshair;
            if crosshair.is_none_or(|point| may_miss && misses(point)) {
                strongest_voxel(&map.placed.volume).into_iter().for_each(|peak| view_state.look_at(peak));
            }
        },
        false,
    );
}

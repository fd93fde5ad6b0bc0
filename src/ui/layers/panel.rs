//! The panel of layers: what lies below the map, what over it, how the planes are drawn.

use leptos::prelude::*;

use super::row::OverlayRow;
use super::window::WindowFields;
use crate::render::{Ground, LayerSettings, Paper};
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::file_picker::FileButton;
use crate::ui::controls::sentences::warnings;
use crate::ui::controls::switch::{Action, Switch};
use crate::ui::state::extra_volumes::Slot;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::state::underlay::Underlay;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::language::Text;
use crate::ui::text::layers as words;

/// The panel of layers, folded away at first.
#[component]
pub fn LayersPanel() -> impl IntoView {
    let study = expect_context::<Study>();
    let view_state = expect_context::<ViewState>();
    let revision = Memo::new(move |_| study.extra_volumes.0.read().revision);
    // Rows stay while one of them changes.
    let rows = move || {
        // Read, not only tracked: a memo whose value is never read does not update.
        revision.get();
        let contents = study.extra_volumes.0.read_untracked();
        contents.overlays.iter().map(|overlay| view! { <OverlayRow id=overlay.id /> }).collect_view()
    };
    view! {
        <details class="layers" data-testid="layers" data-drop="overlays">
            <summary>{words::LAYERS.get()}</summary>
            <div class="layers__fields">
                <div class="layers__ground" data-drop="background">
                    <div>
                        <GroundField />
                        <GroundWarnings />
                    </div>
                    <FileButton label=words::OWN_BACKGROUND.get() testid="open-background"
                        on_files=Callback::new(move |files| study.open_background(files, view_state)) />
                </div>
                <WindowFields />
                <Setting label=words::DIM testid="dim" read=|layers| layers.dim write=|layers, is_on| layers.dim = is_on />
                <Setting label=words::WHITE testid="white-paper" read=|layers| layers.paper == Paper::White
                    write=|layers, is_on| layers.paper = if is_on { Paper::White } else { Paper::Black } />
                <Setting label=words::FADING testid="transparent-threshold" read=|layers| layers.fading
                    write=|layers, is_on| layers.fading = is_on />
                <Setting label=words::GLASS testid="glass-brain" read=|layers| layers.glass write=|layers, is_on| layers.glass = is_on />
                <ul class="layers__list" aria-label=words::OVERLAYS.get()>{rows}</ul>
                <FileButton label=words::ADD_OVERLAY.get() testid="open-overlay" on_files=Callback::new(move |files| study.open_overlays(files)) />
                <div class="buttons buttons--wrap">
                    <MaskButton mask=Slot::AdMask testid="add-ad-mask" />
                    <MaskButton mask=Slot::CnMask testid="add-cn-mask" />
                </div>
                <p class="muted">{words::HINT.get()}</p>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn GroundField() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let entries = move || {
        let is_there = |ground: &Ground| *ground != Ground::Own || study.extra_volumes.0.read().own.is_some();
        Ground::ALL.into_iter().filter(is_there).map(|ground| Entry::new(ground.name(), words::ground(ground))).collect::<Vec<_>>()
    };
    let value = move || {
        let is_missing = study.extra_volumes.0.read().own.is_none();
        let ground = Some(view_state.layers.get().ground).filter(|ground| !(is_missing && *ground == Ground::Own));
        ground.unwrap_or_default().name().to_owned()
    };
    let choose = move |name: String| {
        Ground::from_name(&name).into_iter().for_each(|ground| view_state.view.update(|view| view.layers.ground = ground));
    };
    view! {
        <Choice label=words::GROUND.get() testid="background" entries=Signal::derive(entries) value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

/// Warnings about the background that is shown; announced when they change.
#[component]
fn GroundWarnings() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let warning_list = move || {
        let underlay = Underlay::chosen(study, view_state.layers.get().ground)?;
        let bounds = underlay.placed().bounds;
        let is_beside = study.map.read().as_ref().is_some_and(|map| !map.placed.bounds.meets(&bounds));
        let beside = is_beside.then(|| words::MAP_BESIDE.into());
        let own = if let Underlay::Volume(volume) = &underlay { volume.ready.warnings.clone() } else { Vec::new() };
        Some(warnings(&own.into_iter().chain(beside).collect::<Vec<_>>()))
    };
    view! { <div class="layers__oddities" role="status" data-testid="background-oddities">{warning_list}</div> }
}

/// A check box for one setting of the layers.
#[component]
fn Setting(label: Text, testid: &'static str, read: fn(LayerSettings) -> bool, write: fn(&mut LayerSettings, bool)) -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let change = move |is_on| view_state.view.update(|view| write(&mut view.layers, is_on));
    view! { <Switch label=label.into() testid=testid value=Signal::derive(move || read(view_state.layers.get())) on_change=Callback::new(change) /> }
}

/// A button that adds a mask of the page's own, disabled once it is open.
#[component]
fn MaskButton(mask: Slot, testid: &'static str) -> impl IntoView {
    let study = expect_context::<Study>();
    let disabled = move || study.extra_volumes.has(mask) || study.work.read().is_doing(JobKind::OpenVolume(mask));
    view! {
        <Action label=words::add_mask(mask).into() testid=testid disabled=Signal::derive(disabled) on_click=Callback::new(move |()| study.add_mask(mask)) />
    }
}

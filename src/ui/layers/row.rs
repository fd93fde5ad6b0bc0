//! One overlay of the list, and how it is shown.

use leptos::prelude::*;

use crate::render::Colormap;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::sentences::warnings;
use crate::ui::controls::slider::ShareSlider;
use crate::ui::controls::switch::{Action, Switch};
use crate::ui::state::extra_volumes::{OverlayLayer, Style};
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::layers as words;

/// An overlay's name, visibility, style, colours and opacity, and the button that removes it.
#[component]
pub fn OverlayRow(id: usize) -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let extra_volumes = study.extra_volumes;
    let overlay = extra_volumes.0.read_untracked().overlays.iter().find(|overlay| overlay.id == id).cloned();
    let Some(OverlayLayer { slot, volume, .. }) = overlay else { return ().into_any() };
    let title = words::title(slot, &volume.ready.name);
    let (name, kind) = (volume.ready.name.clone(), words::kind_name(volume.ready.kind));
    let oddities = move || {
        let bounds = volume.placed.bounds;
        let is_beside_picture = view_state.scene.get().is_some_and(|scene| !scene.bounds.meets(&bounds));
        let is_beside_map = study.map.read().as_ref().is_some_and(|map| !map.placed.bounds.meets(&bounds));
        let beside = match (is_beside_picture, is_beside_map) {
            (true, _) => Some(words::BESIDE.into()),
            (false, true) => Some(words::BESIDE_MAP.into()),
            (false, false) => None,
        };
        warnings(&volume.ready.warnings.iter().cloned().chain(beside).collect::<Vec<_>>())
    };
    let opacity = move || extra_volumes.look_of(id).map(|look| look.opacity).unwrap_or_default();
    view! {
        <li class="overlay" data-testid="overlay-row" data-name=name data-kind=kind>
            <Switch label=title.clone() testid="overlay-visible"
                value=Signal::derive(move || extra_volumes.look_of(id).is_some_and(|look| look.is_shown))
                on_change=Callback::new(move |is_shown| extra_volumes.change(id, |look| look.is_shown = is_shown)) />
            {oddities}
            <StyleFields id=id />
            <ShareSlider label=words::OPACITY.get() testid="overlay-opacity" low="0" value=Signal::derive(opacity)
                shown=Signal::derive(move || Some(format!("{:.0} %", opacity() * 100.0)))
                on_slide=Callback::new(move |share| extra_volumes.change(id, |look| look.opacity = share)) />
            <Action label=words::remove(&title) testid="overlay-remove" disabled=Signal::derive(|| false)
                on_click=Callback::new(move |()| extra_volumes.remove(id)) />
        </li>
    }
    .into_any()
}

/// An overlay's style, and its colormap if the style has colours.
#[component]
fn StyleFields(id: usize) -> impl IntoView {
    let extra_volumes = expect_context::<Study>().extra_volumes;
    let style = move || extra_volumes.look_of(id).map(|look| look.style);
    let styles: Vec<Entry> = Style::ALL.into_iter().map(|style| Entry::new(style.name(), words::style(style))).collect();
    let choose_style = move |name: String| {
        let found = Style::ALL.into_iter().find(|style| style.name() == name);
        found.into_iter().for_each(|style| extra_volumes.change(id, |look| look.style = style));
    };
    let colormap = move || extra_volumes.look_of(id).map(|look| look.colormap.name().to_owned()).unwrap_or_default();
    let colormaps: Vec<Entry> = Colormap::ALL.iter().map(|colormap| Entry::new(colormap.name(), colormap.name())).collect();
    let choose_colormap = move |name: String| {
        Colormap::from_name(&name).into_iter().for_each(|colormap| extra_volumes.change(id, |look| look.colormap = colormap));
    };
    view! {
        <Choice label=words::STYLE.get() testid="overlay-style" entries=styles
            value=Signal::derive(move || style().map_or_else(String::new, |style| style.name().to_owned())) on_choose=Callback::new(choose_style) />
        <Choice label=words::COLORMAP.get() testid="overlay-colormap" entries=colormaps value=Signal::derive(colormap)
            disabled=Signal::derive(move || style() != Some(Style::Colors)) on_choose=Callback::new(choose_colormap) />
    }
    .into_any()
}

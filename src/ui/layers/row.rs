//! One overlay of the list, and how it is shown.

use leptos::prelude::*;

use super::shelf::{OverlayLayer, Style};
use crate::render::{Colormap, WorldBounds};
use crate::ui::choice::{Choice, Entry};
use crate::ui::study::Study;
use crate::ui::text::layers as words;
use crate::ui::view_state::ViewState;

/// Its name, visibility, style, colours, opacity, and the way to take it away.
#[component]
pub fn OverlayRow(id: usize) -> impl IntoView {
    let shelf = expect_context::<Study>().shelf;
    let Some(overlay) = shelf.overlays.read_untracked().iter().find(|overlay| overlay.id == id).cloned() else { return ().into_any() };
    let title = words::title(overlay.slot, &overlay.volume.ready.name);
    let warnings = overlay.volume.ready.warnings.iter().map(|words| view! { <p class="warning">{words.clone()}</p> }).collect_view();
    let is_shown = move || of(id, |overlay| overlay.is_shown).unwrap_or_default();
    let opacity = move || of(id, |overlay| overlay.opacity).unwrap_or_default();
    let slide = move |event| {
        let share: Option<f32> = event_target_value(&event).parse().ok();
        share.into_iter().for_each(|share| shelf.change(id, |overlay| overlay.opacity = share));
    };
    view! {
        <li class="overlay" data-testid="overlay-row" data-name=overlay.volume.ready.name.clone() data-kind=words::kind_name(overlay.volume.ready.kind)>
            <label class="check">
                <input type="checkbox" data-testid="overlay-visible" prop:checked=is_shown
                    on:change=move |event| shelf.change(id, |overlay| overlay.is_shown = event_target_checked(&event)) />
                <span class="overlay__title">{title.clone()}</span>
            </label>
            {warnings}
            <p class="warning" class:is-hidden=move || !lies_beside(id)>{words::BESIDE.get()}</p>
            <StyleFields id=id />
            <label class="field">
                <span class="field__label">{words::OPACITY.get()} <span class="field__value">{move || format!("{:.0} %", opacity() * 100.0)}</span></span>
                <input type="range" min="0" max="1" step="0.01" data-testid="overlay-opacity" prop:value=move || opacity().to_string() on:input=slide />
            </label>
            <button type="button" class="button" data-testid="overlay-remove" aria-label=words::remove(&title)
                on:click=move |_| shelf.remove(id)>{words::REMOVE.get()}</button>
        </li>
    }
    .into_any()
}

/// How it is painted; a map's colours where it has any.
#[component]
fn StyleFields(id: usize) -> impl IntoView {
    let shelf = expect_context::<Study>().shelf;
    let style = move || of(id, |overlay| overlay.style);
    let styles: Vec<Entry> = Style::ALL.into_iter().map(|style| Entry::new(style.name(), words::style(style))).collect();
    let choose_style = move |name: String| {
        let found = Style::ALL.into_iter().find(|style| style.name() == name);
        found.into_iter().for_each(|style| shelf.change(id, |overlay| overlay.style = style));
    };
    let colormap = move || of(id, |overlay| overlay.colormap.name().to_owned()).unwrap_or_default();
    let colormaps: Vec<Entry> = Colormap::ALL.iter().map(|colormap| Entry::new(colormap.name(), colormap.name())).collect();
    let choose_colormap = move |name: String| {
        Colormap::from_name(&name).into_iter().for_each(|colormap| shelf.change(id, |overlay| overlay.color(colormap)));
    };
    let has_colors = Memo::new(move |_| style() == Some(Style::Colors));
    view! {
        <Choice label=words::STYLE.get() testid="overlay-style" entries=styles
            value=Signal::derive(move || style().map_or_else(String::new, |style| style.name().to_owned())) on_choose=Callback::new(choose_style) />
        {move || has_colors.get().then(|| view! {
            <Choice label=words::COLORMAP.get() testid="overlay-colormap" entries=colormaps.clone() value=Signal::derive(colormap)
                on_choose=Callback::new(choose_colormap) />
        })}
    }
    .into_any()
}

fn of<T>(id: usize, read: fn(&OverlayLayer) -> T) -> Option<T> {
    expect_context::<Study>().shelf.overlays.read().iter().find(|overlay| overlay.id == id).map(read)
}

/// Whether nothing of it can be seen, because it lies elsewhere.
fn lies_beside(id: usize) -> bool {
    let scene = expect_context::<ViewState>().scene.get();
    let own = of(id, |overlay| overlay.volume.placed.bounds);
    scene.zip(own).is_some_and(|(scene, own)| !meet(&scene.bounds, &own))
}

fn meet(a: &WorldBounds, b: &WorldBounds) -> bool {
    (0..3).all(|axis| a.min[axis] < b.max[axis] && b.min[axis] < a.max[axis])
}

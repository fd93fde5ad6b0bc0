//! How the map is shown: everything here acts while it is dragged.

use leptos::prelude::*;

use super::choice::{Choice, Entry};
use super::color_bar::ColorBar;
use super::layers::LayersPanel;
use super::numbers::ThresholdHistogram;
use super::regions::MinClusterField;
use super::study::Study;
use super::threshold_control::ThresholdControl;
use super::view_state::ViewState;
use super::{format, text};
use crate::render::{Colormap, MAX_ZOOM, Orientation, strongest_voxel};

/// The column at the right.
#[component]
pub fn MapControls() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let to_peak = move |_| {
        let peak = study.map.read_untracked().as_ref().and_then(|map| strongest_voxel(&map.placed.volume));
        peak.into_iter().for_each(|peak| view_state.look_at(peak));
    };
    view! {
        <section class="controls" aria-label=text::DISPLAY.get()>
            <ColorBar />
            <div class="controls__fields">
                <ColormapField />
                <ChannelField />
                <ShareSlider label=text::RANGE.get() testid="range" low="0.01"
                    value=Signal::derive(move || view_state.view.read().range)
                    shown=Signal::derive(move || view_state.scale.read().as_ref().map(|scale| format!("± {}", format::significant(scale.range().into()))))
                    on_slide=Callback::new(move |share| view_state.view.update(|view| view.range = share)) />
                <ThresholdControl />
                <MinClusterField />
                <ThresholdHistogram />
                <ShareSlider label=text::OPACITY.get() testid="opacity" low="0"
                    value=Signal::derive(move || view_state.view.read().opacity)
                    shown=Signal::derive(move || Some(format!("{:.0} %", view_state.view.read().opacity * 100.0)))
                    on_slide=Callback::new(move |share| view_state.view.update(|view| view.opacity = share)) />
                <SidesField />
                <FrameFields />
                <button type="button" class="button" disabled=move || study.map.read().is_none() on:click=to_peak>{text::GO_TO_PEAK.get()}</button>
            </div>
            <LayersPanel />
        </section>
    }
    .into_any()
}

#[component]
fn ColormapField() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let entries: Vec<Entry> = Colormap::ALL.iter().map(|colormap| Entry::new(colormap.name(), colormap.name())).collect();
    let value = move || view_state.view.read().colormap.name().to_owned();
    let choose = move |name: String| view_state.view.update(|view| view.colormap = Colormap::from_name(&name).unwrap_or(view.colormap));
    view! {
        <Choice label=text::COLORMAP.get() testid="colormap" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

/// Absent for maps of one channel.
#[component]
fn ChannelField() -> impl IntoView {
    let study = expect_context::<Study>();
    let n_channels = Memo::new(move |_| study.map.read().as_ref().map_or(1, |map| map.ready.channels));
    let entries = move || {
        (0..n_channels.get()).map(|index| Entry::new(index.to_string(), text::channel(index, n_channels.get()))).collect::<Vec<_>>()
    };
    let value = move || study.map.read().as_ref().map_or(0, |map| map.channel).to_string();
    let choose = move |value: String| value.parse().into_iter().for_each(|channel| study.show_channel(channel));
    move || {
        (n_channels.get() > 1).then(|| view! {
            <Choice label=text::CHANNEL.get() testid="channel" entries=Signal::derive(entries) value=Signal::derive(value) on_choose=Callback::new(choose) />
        })
    }
}

/// Zoom, and the ways back.
#[component]
fn FrameFields() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let zoom = move || view_state.view.read().zoom;
    let slide = move |event| {
        let wanted: Option<f64> = event_target_value(&event).parse().ok();
        wanted.into_iter().for_each(|octaves| view_state.zoom_by(octaves.exp2() / view_state.view.read_untracked().zoom, None));
    };
    view! {
        <label class="field">
            <span class="field__label">{text::ZOOM.get()} <span class="field__value">{move || format!("{} ×", format::decimals(zoom(), 1))}</span></span>
            <input type="range" min="0" max=MAX_ZOOM.log2().to_string() step="0.05" data-testid="zoom"
                prop:value=move || zoom().log2().to_string() on:input=slide />
        </label>
        <div class="buttons">
            <button type="button" class="button" data-testid="reset-view" on:click=move |_| view_state.reset_frame()>{text::RESET_VIEW.get()}</button>
            <button type="button" class="button" data-testid="undo" on:click=move |_| view_state.undo()>{text::UNDO.get()}</button>
            <button type="button" class="button" data-testid="redo" on:click=move |_| view_state.redo()>{text::REDO.get()}</button>
        </div>
    }
    .into_any()
}

#[component]
fn SidesField() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let entries = vec![Entry::new("neurological", text::NEUROLOGICAL.get()), Entry::new("radiological", text::RADIOLOGICAL.get())];
    let value = move || match view_state.view.read().orientation {
        Orientation::Neurological => "neurological".to_owned(),
        Orientation::Radiological => "radiological".to_owned(),
    };
    let choose = move |name: String| {
        let orientation = if name == "radiological" { Orientation::Radiological } else { Orientation::Neurological };
        view_state.view.update(|view| view.orientation = orientation);
    };
    view! {
        <Choice label=text::SIDES.get() testid="orientation" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

/// A slider for a share of a whole, up to 1.
#[component]
pub fn ShareSlider(
    label: &'static str,
    testid: &'static str,
    /// Smallest value.
    low: &'static str,
    value: Signal<f32>,
    /// What the value means, in words.
    shown: Signal<Option<String>>,
    on_slide: Callback<f32>,
) -> impl IntoView {
    let slide = move |event| event_target_value(&event).parse().into_iter().for_each(|share| on_slide.run(share));
    view! {
        <label class="field">
            // No <output>: the label would name the first control it holds, and that would be it.
            <span class="field__label">{label} <span class="field__value">{shown}</span></span>
            <input type="range" min=low max="1" step="0.01" data-testid=testid prop:value=move || value.get().to_string() on:input=slide />
        </label>
    }
    .into_any()
}

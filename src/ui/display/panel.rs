//! The display panel: how the map is shown. Every control acts while it is dragged.

use leptos::prelude::*;

use super::threshold_control::ThresholdControl;
use crate::render::{Colormap, MAX_ZOOM, Orientation, strongest_voxel};
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::controls::color_bar::{BarScale, ColorBar};
use crate::ui::controls::slider::ShareSlider;
use crate::ui::layers::LayersPanel;
use crate::ui::numbers::ThresholdHistogram;
use crate::ui::regions::MinClusterField;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::{self, format};

/// The column at the right.
#[component]
pub fn DisplayPanel() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let bar = Memo::new(move |_| {
        let (map, scale) = (study.map.get()?, view_state.scale.get()?);
        Some(BarScale::new(scale, map.ready.statistics))
    });
    let to_peak = move |_| {
        let peak = study.map.read_untracked().as_ref().and_then(|map| strongest_voxel(&map.placed.volume));
        peak.into_iter().for_each(|peak| view_state.look_at(peak));
    };
    view! {
        <section class="controls" aria-label=text::DISPLAY.get()>
            <ColorBar scale=bar />
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

/// The choice of the shown channel; absent for maps of one channel.
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

/// Zoom, reset, undo and redo.
#[component]
fn FrameFields() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let zoom = move || view_state.view.read().zoom;
    let slide = move |event| {
        let Ok(octaves) = event_target_value(&event).parse::<f64>() else { return };
        // On its own line: the view cannot change while it is being read.
        let present = view_state.view.read_untracked().zoom;
        view_state.zoom_by(octaves.exp2() / present, None);
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

//! The histogram of the map's values, with the threshold as a slider on it.

use std::sync::Arc;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::HtmlElement;

use crate::analysis::histogram::{Histogram, N_BINS};
use crate::protocol::MapNumbers;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::{ViewState, threshold_value};
use crate::ui::text::format;
use crate::ui::text::numbers as words;
use crate::ui::text::picture;

/// Height of the picture in its own units; its width is one for each bin.
const HEIGHT: f64 = 100.0;

/// Bins that Page Up and Page Down move the threshold by.
const PAGE: f64 = 16.0;

/// The histogram with the threshold's slider; words without a map's numbers, and if all values are equal.
#[component]
pub fn ThresholdHistogram() -> impl IntoView {
    let study = expect_context::<Study>();
    let body = move || match study.numbers.get() {
        None => view! { <p class="histogram__words">{picture::WITH_A_MAP.get()}</p> }.into_any(),
        Some(numbers) => match numbers.histogram.constant() {
            Some(value) => view! { <p class="histogram__words" data-testid="histogram-words">{words::constant(value)}</p> }.into_any(),
            None => view! { <Slider numbers=numbers /> }.into_any(),
        },
    };
    view! {
        <div class="field histogram" title=words::HISTOGRAM_TITLE.get()>
            <p class="field__label">{words::HISTOGRAM.get()}</p>
            <div class="histogram__body">{body}</div>
        </div>
    }
    .into_any()
}

#[component]
fn Slider(numbers: Arc<MapNumbers>) -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let element = NodeRef::<Div>::new();
    let Histogram { low, high, .. } = numbers.histogram;
    let magnitude = Memo::new(move |_| study.map.read().as_ref().map_or(0.0, |map| threshold_value(map, view_state.view.read().threshold)));
    let set = move |magnitude: f32| study.map.get_untracked().iter().for_each(|map| view_state.hide_below(map, magnitude));
    let point_at =
        move |event: &PointerEvent| element.get_untracked().iter().for_each(|element| set(value_under(event, element, [low, high]).abs()));
    let begin = move |event: PointerEvent| {
        // Without the capture a drag ends at the edge, which is no harm.
        element.get_untracked().iter().for_each(|element| drop(element.set_pointer_capture(event.pointer_id())));
        point_at(&event);
    };
    let go_on = move |event: PointerEvent| {
        if event.buttons() == 1 {
            point_at(&event);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(magnitude) = after_key(&event.key(), magnitude.get_untracked(), [low, high]) else { return };
        event.prevent_default();
        set(magnitude);
    };
    view! {
        <div node_ref=element class="histogram__slider" role="slider" tabindex="0" data-testid="histogram" aria-label=words::HISTOGRAM_LABEL.get()
            aria-valuemin="0" aria-valuemax=high.max(-low).to_string() aria-valuenow=move || magnitude.get().to_string()
            aria-valuetext=move || format::significant(f64::from(magnitude.get())) on:pointerdown=begin on:pointermove=go_on on:keydown=on_key>
            <svg aria-hidden="true" viewBox=format!("0 0 {N_BINS} {HEIGHT}") preserveAspectRatio="none">
                <path class="histogram__bars" d=outline(&numbers.histogram) />
                <Marks magnitude=magnitude low=low high=high />
            </svg>
        </div>
        <p class="histogram__ends" aria-hidden="true"><span>{format::significant(low.into())}</span> <span>{format::significant(high.into())}</span></p>
    }
    .into_any()
}

/// The range of hidden values, with a line at each end that lies within the histogram: one end if all values have one sign.
#[component]
fn Marks(magnitude: Memo<f32>, low: f32, high: f32) -> impl IntoView {
    let ends = move || [-magnitude.get(), magnitude.get()].map(|value| f64::from((value - low) / (high - low)) * N_BINS as f64);
    let hidden = move || {
        let [from, to] = ends().map(|end| end.clamp(0.0, N_BINS as f64));
        format!("M{from} 0H{to}V{HEIGHT}H{from}Z")
    };
    let lines = move || {
        let within = ends().into_iter().filter(|end| (0.0..=N_BINS as f64).contains(end));
        within.map(|end| format!("M{end} 0V{HEIGHT}")).collect::<String>()
    };
    view! {
        <path class="histogram__hidden" d=hidden />
        <path class="histogram__mark" d=lines />
    }
}

/// The outline of the bars as an SVG path; a bar is as high as ln(1 + count).
fn outline(histogram: &Histogram) -> String {
    let height = |count: u32| f64::from(count).ln_1p();
    let highest = histogram.counts.iter().map(|&count| height(count)).fold(f64::MIN_POSITIVE, f64::max);
    let level = |count: u32| (HEIGHT * (1.0 - height(count) / highest) * 10.0).round() / 10.0;
    let bars: String = histogram.counts.iter().map(|&count| format!("V{}h1", level(count))).collect();
    format!("M0 {HEIGHT}{bars}V{HEIGHT}Z")
}

fn value_under(event: &PointerEvent, element: &HtmlElement, [low, high]: [f32; 2]) -> f32 {
    let frame = element.get_bounding_client_rect();
    let share = ((f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0)).clamp(0.0, 1.0);
    low + (high - low) * share as f32
}

/// The magnitude that a key leads to: a bin or sixteen up or down, or an end.
fn after_key(key: &str, magnitude: f32, [low, high]: [f32; 2]) -> Option<f32> {
    let (width, most) = ((high - low) / N_BINS as f32, high.max(-low));
    let n_bins = match key {
        "ArrowRight" | "ArrowUp" => 1.0,
        "ArrowLeft" | "ArrowDown" => -1.0,
        "PageUp" => PAGE as f32,
        "PageDown" => -PAGE as f32,
        "Home" => return Some(0.0),
        "End" => return Some(most),
        _ => return None,
    };
    Some((magnitude + n_bins * width).clamp(0.0, most))
}

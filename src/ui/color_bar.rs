//! The colour bar: colours from high to low, grey where the threshold hides, five ticks.

use leptos::html::Canvas;
use leptos::prelude::*;

use super::view_state::ViewState;
use super::{format, text};
use crate::render::ColorScale;
use crate::web::canvas::paint;

const N_PIXELS: usize = 256;
const N_TICKS: usize = 5;

/// Empty without a map.
#[component]
pub fn ColorBar() -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let scale = view_state.scale.read();
        let (Some(canvas), Some(scale)) = (canvas.get(), scale.as_ref()) else { return };
        if let Err(error) = paint(&canvas, 1, N_PIXELS, &bar_pixels(scale)) {
            web_sys::console::error_1(&error);
        }
    });
    let ticks = move || {
        let texts = view_state.scale.read().as_ref().map(ticks).unwrap_or_default();
        texts.into_iter().map(|tick| view! { <li>{tick}</li> }).collect_view()
    };
    let is_empty = move || view_state.scale.read().is_none();
    view! {
        <figure class="color-bar" class:is-hidden=is_empty aria-label=text::COLOR_BAR>
            <canvas node_ref=canvas class="color-bar__canvas" data-testid="color-bar" aria-hidden="true" />
            <ul class="color-bar__ticks">{ticks}</ul>
        </figure>
    }
    .into_any()
}

/// RGBA8 from high to low; transparent where the threshold hides.
pub fn bar_pixels(scale: &ColorScale) -> Vec<u8> {
    let color = |index: usize| match scale.color(at(scale, index as f32 / (N_PIXELS - 1) as f32)) {
        Some([red, green, blue]) => [red, green, blue, 255],
        None => [0; 4],
    };
    (0..N_PIXELS).flat_map(color).collect()
}

/// Equally spaced values from high to low.
pub fn ticks(scale: &ColorScale) -> Vec<String> {
    (0..N_TICKS).map(|index| format::significant(f64::from(at(scale, index as f32 / (N_TICKS - 1) as f32)))).collect()
}

fn at(scale: &ColorScale, down: f32) -> f32 {
    scale.range() + (scale.low() - scale.range()) * down
}

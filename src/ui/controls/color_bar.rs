//! The colour bar: colours from high to low, grey where the threshold hides, five ticks.

use leptos::html::Canvas;
use leptos::prelude::*;

use crate::protocol::MapStatistics;
use crate::render::ColorScale;
use crate::ui::text::{self, format};
use crate::web::canvas::paint;

const N_PIXELS: usize = 256;
const N_TICKS: usize = 5;

/// A vertical bar with its ticks; hidden without a scale.
#[component]
pub fn ColorBar(
    /// The colours and values.
    scale: Memo<Option<BarScale>>,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let scale = scale.read();
        let (Some(canvas), Some(scale)) = (canvas.get(), scale.as_ref()) else { return };
        if let Err(error) = paint(&canvas, 1, N_PIXELS, &scale.pixels()) {
            web_sys::console::error_1(&error);
        }
    });
    let ticks = move || {
        let texts = scale.read().as_ref().map(BarScale::ticks).unwrap_or_default();
        texts.into_iter().map(|tick| view! { <li>{tick}</li> }).collect_view()
    };
    view! {
        <figure class="color-bar" class:is-hidden=move || scale.read().is_none() aria-label=text::COLOR_BAR.get()>
            <canvas node_ref=canvas class="color-bar__canvas" data-testid="color-bar" aria-hidden="true" />
            <ul class="color-bar__ticks">{ticks}</ul>
        </figure>
    }
    .into_any()
}

/// The part of a colour scale that a map's values can reach: the side without any values is left out, as nilearn does.
#[derive(Clone, PartialEq)]
pub struct BarScale {
    scale: ColorScale,
    high: f32,
    low: f32,
}

impl BarScale {
    /// The scale's part for a map of these values.
    pub fn new(scale: ColorScale, statistics: MapStatistics) -> Self {
        let has_positive = statistics.max > 0.0 || scale.low() == 0.0;
        let high = if has_positive { scale.range() } else { 0.0 };
        let low = if statistics.min < 0.0 { scale.low() } else { 0.0 };
        BarScale { scale, high, low }
    }

    /// RGBA8 from high to low; transparent where the threshold hides, or less and less where it fades.
    pub fn pixels(&self) -> Vec<u8> {
        let color = |index: usize| {
            let value = self.at(index as f32 / (N_PIXELS - 1) as f32);
            let found = self.scale.fading_color(value);
            found.map_or([0; 4], |([red, green, blue], strength)| [red, green, blue, (strength * 255.0 + 0.5) as u8])
        };
        (0..N_PIXELS).flat_map(color).collect()
    }

    /// Equally spaced values from high to low.
    pub fn ticks(&self) -> Vec<String> {
        (0..N_TICKS).map(|index| format::significant(f64::from(self.at(index as f32 / (N_TICKS - 1) as f32)))).collect()
    }

    fn at(&self, down: f32) -> f32 {
        self.high + (self.low - self.high) * down
    }
}

//! The modules of `convolutions`; choosing one selects Grad-CAM at it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{LevelSummary, MethodName, ModelSummary};
use crate::ui::state::study::Study;
use crate::ui::text::{self, format};

/// A folded list of buttons.
#[component]
pub fn LayerList(
    /// The model whose layers are listed.
    model: Arc<ModelSummary>,
) -> impl IntoView {
    let study = expect_context::<Study>();
    let n_levels = model.levels.len();
    let row = move |level: LevelSummary| {
        let number = level.level;
        let choose = move |_| {
            study.form.method.set(MethodName::GradCam);
            study.form.level.set((number < n_levels).then_some(number));
        };
        let is_chosen = move || study.form.method.get() == MethodName::GradCam && study.form.level.get().unwrap_or(n_levels) == number;
        view! {
            <li>
                <button type="button" class="layer" aria-pressed=move || is_chosen().to_string() on:click=choose>
                    <span class="layer__number">{number}</span>
                    <span>{level.layer}</span>
                    <span class="layer__shape">{format::shape(&level.shape)}</span>
                </button>
            </li>
        }
    };
    (!model.levels.is_empty()).then(|| {
        let rows = model.levels.iter().cloned().map(row).collect_view();
        view! {
            <details class="layers">
                <summary>{text::LAYERS.get()} " (" {model.levels.len()} ")"</summary>
                <p class="muted">{text::LAYERS_HINT.get()}</p>
                <ol>{rows}</ol>
            </details>
        }
        .into_any()
    })
}

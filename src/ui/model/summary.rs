//! What a model is, as a list of facts.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::ModelSummary;
use crate::ui::controls::sentences::Report;
use crate::ui::text::{self, format};

/// The facts and the load report.
#[component]
pub fn Summary(
    /// The model that the facts are about.
    model: Arc<ModelSummary>,
) -> impl IntoView {
    let rows = facts(&model).into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view();
    view! {
        <div data-testid="model-summary">
            <p class="panel__title">{model.name.clone()}</p>
            <dl class="facts">{rows}</dl>
            <Report warnings=model.warnings.clone() />
        </div>
    }
    .into_any()
}

fn facts(model: &ModelSummary) -> Vec<(&'static str, String)> {
    let nodes: Vec<&str> = model.nodes.iter().map(|node| node.label.as_str()).collect();
    let mut facts = vec![
        (text::ARCHITECTURE.get(), model.architecture.clone()),
        (text::TASK.get(), text::task(&model.task, &model.mode)),
        (text::NODES.get(), nodes.join(", ")),
        (text::INPUT.get(), format::shape(&model.input_shape)),
        (text::TRANSFORMS.get(), transforms(model)),
        (text::PARAMETERS.get(), format::count(model.n_parameters)),
        (text::MEMORY.get(), text::memory(&model.memory)),
        (text::PREPROCESSING.get(), model.preprocessing.clone()),
    ];
    facts.extend((!model.extraction.is_empty()).then(|| (text::ELEMENTS_ARE.get(), model.extraction.clone())));
    facts.extend(model.epoch.map(|epoch| (text::EPOCH.get(), epoch.to_string())));
    facts
}

fn transforms(model: &ModelSummary) -> String {
    let normalize = model.normalize.then(|| text::MIN_MAX.get().to_owned());
    let all: Vec<String> = normalize.into_iter().chain(model.size_reduction.map(text::reduction)).collect();
    if all.is_empty() { text::NONE.get().to_owned() } else { all.join(", ") }
}

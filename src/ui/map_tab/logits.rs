//! The network's output, and facts about the map.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::Failure;
use crate::ui::controls::sentences::warnings;
use crate::ui::state::shown::ShownMap;
use crate::ui::state::study::Study;
use crate::ui::text::terms::{self, Term};
use crate::ui::text::{self, format, picture};

/// A table of the output nodes, the check against ClinicaDL's prediction, and facts about the map.
#[component]
pub fn Logits() -> impl IntoView {
    let study = expect_context::<Study>();
    let body = move || match study.map.get() {
        None => view! { <p class="muted" data-testid="no-map">{move || why_there_is_none(study)}</p> }.into_any(),
        Some(map) => view! { <Table map=map.clone() /> <SelfCheckLine map=map.clone() /> <Facts map=map /> }.into_any(),
    };
    let about_image = move || study.image.get().map(|image| warnings(&image.warnings));
    let of_what = move || {
        let map = study.map.get().filter(|_| study.is_outdated());
        map.map(|map| view! { <p class="output__of" data-testid="numbers-of">{picture::of(&picture::map(&map.ready))}</p> })
    };
    view! { <section class="output" aria-label=text::OUTPUT.get()>{of_what} {body} {about_image}</section> }.into_any()
}

/// Why no map is shown: it is on its way, could not be computed, or nobody asked for one.
fn why_there_is_none(study: Study) -> String {
    match study.automatic.problem.get() {
        Some(Failure { what, hint }) => picture::no_map(&what, &hint),
        None if study.is_explaining() || study.automatic.is_due() => picture::COMPUTING.get().to_owned(),
        None => text::NO_MAP.get().to_owned(),
    }
}

#[component]
fn Table(map: Arc<ShownMap>) -> impl IntoView {
    let study = expect_context::<Study>();
    let ready = &map.ready;
    let nodes = study.model.get_untracked().map(|model| model.nodes.clone()).unwrap_or_default();
    let target = ready.explanation.target;
    let rows = ready.logits.iter().enumerate().map(|(index, logit)| {
        let label = nodes.get(index).map_or_else(|| index.to_string(), |node| node.label.clone());
        let probability = ready.probabilities.as_ref().and_then(|all| all.get(index)).map(|p| format::percent(f64::from(*p)));
        view! {
            <tr class:is-target=index == target>
                <th scope="row">{label}</th>
                <td>{format::significant(f64::from(*logit))}</td>
                <td>{probability}</td>
            </tr>
        }
    });
    let heading = |term: Term| view! { <th scope="col" title=term.meaning.get()><span class="field__name">{term.name.get()}</span></th> };
    let headings = [terms::NODE, terms::LOGIT, terms::PROBABILITY].map(heading);
    view! {
        <table class="table table--numbers" data-testid="logits">
            <thead>
                <tr>{headings}</tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// ClinicaDL's own prediction for the same image, if the MAPS has one.
#[component]
fn SelfCheckLine(map: Arc<ShownMap>) -> impl IntoView {
    let check = map.ready.self_check.as_ref().map(text::self_check);
    check.map(|sentence| view! { <p class="muted self-check" data-testid="self-check">{sentence}</p> })
}

#[component]
fn Facts(map: Arc<ShownMap>) -> impl IntoView {
    let statistics = map.ready.statistics;
    let element = (!map.ready.element_name.is_empty()).then(|| (text::ELEMENT.get(), map.ready.element_name.clone()));
    let facts = [
        (text::MAP_VALUES.get(), format::shape(&map.ready.header.shape)),
        (text::MIN.get(), format::significant(f64::from(statistics.min))),
        (text::MAX.get(), format::significant(f64::from(statistics.max))),
        (text::MEAN.get(), format::significant(statistics.mean)),
        (text::TIME.get(), text::milliseconds(map.ready.milliseconds)),
    ];
    let facts =
        element.into_iter().chain(facts).map(|(name, value)| view! { <div><dt>{name}</dt>" "<dd>{value}</dd></div> }).collect_view();
    view! {
        <dl class="facts facts--row" data-testid="map-summary">
            {facts}
        </dl>
        {warnings(&map.ready.warnings)}
    }
    .into_any()
}

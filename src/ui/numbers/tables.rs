//! The same numbers as tables, for who reads or listens instead of looking, and as files.

use leptos::ev::Event;
use leptos::html::Details;
use leptos::prelude::*;

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::Profile;
use crate::engine::message::{Failure, MapNumbers};
use crate::export::file_names::map_stem;
use crate::export::number_tables::{histogram_tsv, profiles_tsv};
use crate::render::Plane;
use crate::ui::study::Study;
use crate::ui::text::{self, numbers as words};
use crate::ui::{format, language::Text};
use crate::web::{download::save_bytes, words_of};

const TSV: &str = "text/tab-separated-values";

/// Folded away; the rows, some hundreds, are made when it is opened.
#[component]
pub fn NumberTables() -> impl IntoView {
    let study = expect_context::<Study>();
    let (element, is_open) = (NodeRef::<Details>::new(), RwSignal::new(false));
    let on_toggle = move |_: Event| is_open.set(element.get_untracked().is_some_and(|details| details.open()));
    let tables = move || {
        let numbers = study.numbers.get().filter(|_| is_open.get())?;
        let profiles = Plane::ALL.map(|plane| profile_table(plane, &numbers.profiles[plane.normal_axis()]));
        Some(view! { <div class="numbers__tables">{profiles} {histogram_table(&numbers.histogram)}</div> })
    };
    view! {
        <details node_ref=element class="numbers" data-testid="numbers" on:toggle=on_toggle>
            <summary>{words::TABLES.get()}</summary>
            <div class="buttons">
                <Download testid="download-profiles" label=words::PROFILES_FILE ending="profiles" bytes_of=|numbers| profiles_tsv(&numbers.profiles) />
                <Download testid="download-histogram" label=words::HISTOGRAM_FILE ending="histogram" bytes_of=|numbers| histogram_tsv(&numbers.histogram) />
            </div>
            {tables}
        </details>
    }
    .into_any()
}

#[component]
fn Download(testid: &'static str, label: Text, ending: &'static str, bytes_of: fn(&MapNumbers) -> Vec<u8>) -> impl IntoView {
    let study = expect_context::<Study>();
    let save = move |_| {
        let Some(numbers) = study.numbers.get_untracked() else { return };
        let name = format!("{}_{ending}.tsv", stem(study));
        if let Err(error) = save_bytes(&bytes_of(&numbers), &name, TSV) {
            study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
        }
    };
    view! {
        <button type="button" class="button" data-testid=testid disabled=move || study.numbers.read().is_none() on:click=save>{label.get()}</button>
    }
}

/// As the map's own files are called.
fn stem(study: Study) -> String {
    let (map, model) = (study.map.read_untracked(), study.model.read_untracked());
    let Some(ready) = map.as_ref().map(|map| &map.ready) else { return "map".to_owned() };
    let mode = model.as_ref().map_or("image", |model| model.mode.as_str());
    let who = &ready.explanation.participant;
    map_stem(&who.participant_id, &who.session_id, mode, ready.element_number)
}

fn profile_table(plane: Plane, profile: &Profile) -> AnyView {
    let row = |place: usize| {
        let largest = profile.largest.get(place).copied().unwrap_or_default();
        let numbers = [profile.sums.get(place).copied().unwrap_or_default(), profile.mean(place), largest.into()];
        cells(format::millimetres(profile.position_mm(place)), &numbers.map(format::significant))
    };
    let position = format!("{} mm", text::axis(plane.normal_axis()));
    let head = [position, words::SUM.into(), text::MEAN.into(), text::MAX.into()];
    table(words::profile_caption(plane), &head, (0..profile.n_slices()).map(row).collect())
}

fn histogram_table(histogram: &Histogram) -> AnyView {
    let row = |(bin, count): (usize, &u32)| {
        let [low, high] = histogram.ends(bin).map(format::significant);
        cells(low, &[high, format::count(u64::from(*count))])
    };
    let head = [words::FROM, words::TO, words::VOXELS].map(String::from);
    table(words::HISTOGRAM.into(), &head, histogram.counts.iter().enumerate().map(row).collect())
}

fn cells(first: String, others: &[String]) -> AnyView {
    let others = others.iter().map(|text| view! { <td>{text.clone()}</td> }).collect_view();
    view! { <tr><th scope="row">{first}</th>{others}</tr> }.into_any()
}

fn table(caption: String, head: &[String], rows: Vec<AnyView>) -> AnyView {
    let label = caption.clone();
    let head = head.iter().map(|text| view! { <th scope="col">{text.clone()}</th> }).collect_view();
    view! {
        // It scrolls, so the keyboard must reach it.
        <div class="table-frame" tabindex="0" role="region" aria-label=label>
            <table class="table table--numbers numbers__table">
                <caption>{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

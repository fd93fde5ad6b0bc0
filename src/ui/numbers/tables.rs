//! Slice profiles and histogram as tables, for screen readers and for reading exact numbers, and as files.

use leptos::ev::Event;
use leptos::html::Details;
use leptos::prelude::*;

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::Profile;
use crate::export::number_tables::{histogram_tsv, profiles_tsv};
use crate::protocol::{Failure, MapNumbers};
use crate::render::Plane;
use crate::ui::state::study::Study;
use crate::ui::text::format;
use crate::ui::text::language::Text;
use crate::ui::text::{self, numbers as words};
use crate::web::{download::save_bytes, words_of};

const TSV: &str = "text/tab-separated-values";

/// The tables, folded away; their rows, some hundreds, are made when they are opened.
#[component]
pub fn NumberTables() -> impl IntoView {
    let study = expect_context::<Study>();
    // The element knows whether it is open, and may stay when the page is laid out anew.
    let (element, toggled) = (NodeRef::<Details>::new(), RwSignal::new(()));
    let tables = move || {
        toggled.track();
        let is_open = element.get().is_some_and(|details| details.open());
        let Some(numbers) = study.numbers.get().filter(|_| is_open) else { return String::new() };
        let profiles = Plane::ALL.map(|plane| profile_table(plane, &numbers.profiles[plane.normal_axis()]));
        profiles.concat() + &histogram_table(&numbers.histogram)
    };
    view! {
        <details node_ref=element class="numbers" data-testid="numbers" on:toggle=move |_: Event| toggled.notify()>
            <summary>{words::TABLES.get()}</summary>
            <div class="buttons">
                <Download testid="download-profiles" label=words::PROFILES_FILE ending="profiles" bytes_of=|numbers| profiles_tsv(&numbers.profiles) />
                <Download testid="download-histogram" label=words::HISTOGRAM_FILE ending="histogram" bytes_of=|numbers| histogram_tsv(&numbers.histogram) />
            </div>
            <div class="numbers__tables" inner_html=tables />
        </details>
    }
    .into_any()
}

#[component]
fn Download(testid: &'static str, label: Text, ending: &'static str, bytes_of: fn(&MapNumbers) -> Vec<u8>) -> impl IntoView {
    let study = expect_context::<Study>();
    let save = move |_| {
        let Some(numbers) = study.numbers.get_untracked() else { return };
        let Some(map) = study.map.get_untracked() else { return };
        let name = format!("{}_{ending}.tsv", untrack(|| study.map_stem(&map)));
        if let Err(error) = save_bytes(&bytes_of(&numbers), &name, TSV) {
            study.fail(Failure { what: format!("{name}: {}", words_of(&error)), hint: text::FIGURE_FAILED_HINT.get().to_owned() });
        }
    };
    view! {
        <button type="button" class="button" data-testid=testid disabled=move || study.numbers.read().is_none() on:click=save>{label.get()}</button>
    }
}

fn profile_table(plane: Plane, profile: &Profile) -> String {
    let row = |place: usize| {
        let largest = profile.largest.get(place).copied().unwrap_or_default();
        let numbers = [profile.sums.get(place).copied().unwrap_or_default(), profile.mean(place), largest.into()];
        let [sum, mean, largest] = numbers.map(format::significant);
        [format::millimetres(profile.position_mm(place)), sum, mean, largest]
    };
    let position = format!("{} mm", text::axis(plane.normal_axis()));
    let head = [&position, words::SUM.get(), text::MEAN.get(), text::MAX.get()];
    table(&words::profile_caption(plane), &head, (0..profile.n_slices()).map(|place| cells(&row(place))))
}

fn histogram_table(histogram: &Histogram) -> String {
    let row = |(bin, count): (usize, &u32)| {
        let [low, high] = histogram.ends(bin).map(format::significant);
        cells(&[low, high, format::count(u64::from(*count))])
    };
    let head = [words::FROM, words::TO, words::VOXELS].map(Text::get);
    table(words::HISTOGRAM.get(), &head, histogram.counts.iter().enumerate().map(row))
}

/// A row as HTML. Hundreds of cells are made at once this way; all of them are numbers, so nothing needs to be escaped.
fn cells(texts: &[String]) -> String {
    let cell = |(index, text): (usize, &String)| if index == 0 { format!("<th scope=row>{text}</th>") } else { format!("<td>{text}</td>") };
    format!("<tr>{}</tr>", texts.iter().enumerate().map(cell).collect::<String>())
}

/// A table as HTML, in a frame that scrolls and can therefore be reached by keyboard.
fn table(caption: &str, head: &[&str], rows: impl Iterator<Item = String>) -> String {
    let head: String = head.iter().map(|text| format!("<th scope=col>{text}</th>")).collect();
    let rows: String = rows.collect();
    format!(
        "<div class=table-frame tabindex=0 role=region aria-label=\"{caption}\"><table class=\"table table--numbers numbers__table\">\
         <caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

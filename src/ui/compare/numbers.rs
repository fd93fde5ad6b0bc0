//! Correlations and overlaps of each pair as a table, computed on request, since sorting millions of voxels takes seconds.

use std::sync::Arc;

use leptos::prelude::*;

use crate::analysis::comparison::{Correlations, Overlap, Voxels};
use crate::protocol::ComparisonOutcome;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::comparison::ComparedMap;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::text::compare as words;
use crate::ui::text::format;

/// Settings, the button and the table; absent for fewer than two maps.
#[component]
pub fn Numbers() -> impl IntoView {
    let study = expect_context::<Study>();
    let has_pairs = Memo::new(move |_| study.compare.kept.read().len() >= 2);
    move || has_pairs.get().then(|| view! { <Settings /> <Table /> })
}

#[component]
fn Settings() -> impl IntoView {
    let study = expect_context::<Study>();
    let compare = study.compare;
    let entries = vec![Entry::new("all", words::ALL_VOXELS.get()), Entry::new("either-non-zero", words::EITHER_NON_ZERO.get())];
    let value = move || match compare.voxels.get() {
        Voxels::All => "all".to_owned(),
        Voxels::EitherNonZero => "either-non-zero".to_owned(),
    };
    let choose = move |name: String| compare.voxels.set(if name == "all" { Voxels::All } else { Voxels::EitherNonZero });
    let set_percent = move |event| {
        let percent: Option<f64> = event_target_value(&event).parse().ok();
        // What is no share leaves the field as it was.
        let percent = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0);
        compare.top_percent.update(|own| *own = percent.unwrap_or(*own));
    };
    let is_busy = move || study.work.read().is_doing(JobKind::CompareMaps);
    view! {
        <div class="compare__settings">
            <Choice label=words::VOXELS.get() testid="compare-voxels" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
            <label class="field">
                <span class="field__label">{words::TOP_PERCENT.get()}</span>
                <input type="number" min="0.1" max="100" step="any" data-testid="top-percent"
                    prop:value=move || compare.top_percent.get().to_string() on:change=set_percent />
            </label>
            <button type="button" class="button" data-testid="compare-maps" disabled=is_busy
                on:click=move |_| study.compare_maps()>{words::COMPARE.get()}</button>
        </div>
    }
    .into_any()
}

#[component]
fn Table() -> impl IntoView {
    let study = expect_context::<Study>();
    // Few short rows: made anew when anything changes.
    let rows = move || study.compare.pairs().iter().map(|pair| row(study, pair)).collect_view();
    let top = move || words::top(study.compare.top_percent.get());
    view! {
        <table class="table table--numbers compare__table" data-testid="comparison">
            <thead>
                <tr>
                    <th scope="col">{words::PAIR.get()}</th>
                    <th scope="col">"Pearson"</th>
                    <th scope="col">"Spearman"</th>
                    <th scope="col">{top}</th>
                    <th scope="col">{words::LARGEST_DIFFERENCE.get()}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(study: Study, pair: &[Arc<ComparedMap>; 2]) -> AnyView {
    let [first, second] = pair.each_ref().map(|kept| kept.letter);
    let mut exact = [None, None, None, None];
    let cells = match study.compare.comparison(pair.each_ref().map(|kept| kept.number)) {
        None => words_cell(words::NOT_YET.get().to_owned()),
        Some(ComparisonOutcome::OtherGrid) => words_cell(words::other_grid(pair)),
        Some(ComparisonOutcome::Gone(number)) => words_cell(words::gone(pair, number)),
        Some(ComparisonOutcome::Numbers(correlations, overlap)) => {
            // Numbers in full for scripts; the cells are for reading.
            exact = [correlations.pearson, correlations.spearman, overlap.dice, Some(correlations.n_voxels as f64)].map(in_full);
            number_cells(pair, &correlations, &overlap)
        }
    };
    let [pearson, spearman, dice, n_voxels] = exact;
    view! {
        <tr data-testid="comparison-row" data-pair=format!("{first}-{second}") data-pearson=pearson data-spearman=spearman data-dice=dice
            data-voxels=n_voxels>
            <th scope="row">{format!("{first} · {second}")}</th>
            {cells}
        </tr>
    }
    .into_any()
}

fn in_full(number: Option<f64>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn words_cell(words: String) -> AnyView {
    view! { <td colspan="4" class="muted compare__words">{words}</td> }.into_any()
}

fn number_cells(pair: &[Arc<ComparedMap>; 2], correlations: &Correlations, overlap: &Overlap) -> AnyView {
    let four_digits = |number: f64| format::decimals(number, 4);
    let coefficients = match (correlations.pearson, correlations.spearman) {
        (Some(pearson), Some(spearman)) => view! { <td>{four_digits(pearson)}</td> <td>{four_digits(spearman)}</td> }.into_any(),
        _ => view! { <td colspan="2" class="muted compare__words">{words::undefined(pair, correlations)}</td> }.into_any(),
    };
    let dice = overlap.dice.map_or_else(|| "–".to_owned(), four_digits);
    view! {
        {coefficients}
        <td title=words::overlap(pair, overlap)>{dice}</td>
        <td>{format::significant(f64::from(correlations.largest_difference))}</td>
    }
    .into_any()
}

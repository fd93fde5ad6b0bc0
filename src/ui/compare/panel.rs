//! The panel that compares maps: the button that keeps a map, the columns, the numbers.

use std::sync::Arc;

use leptos::prelude::*;

use super::column::{ColumnPicture, Pictures};
use super::difference::{Difference, difference_signal, have_one_grid};
use super::numbers::Numbers;
use super::redraw_queue::RedrawQueue;
use super::scene::CompareScene;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::comparison::{ColorRange, ComparedMap};
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::compare as words;

/// The panel of kept maps.
#[component]
pub fn ComparePanel() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    provide_context(CompareScene::new(study, view_state));
    provide_context(StoredValue::new_local(RedrawQueue::new()));
    let compare = study.compare;
    let status = move || match (compare.is_full.get(), compare.kept.read().len()) {
        (true, _) => words::FULL.get().to_owned(),
        (false, 0) => words::ABOUT.get().to_owned(),
        (false, _) => words::kept(&compare.kept.read()),
    };
    view! {
        <section class="compare" aria-label=words::TITLE.get()>
            <div class="compare__settings">
                <button type="button" class="button" data-testid="pin-map" disabled=move || !study.can_keep_map()
                    on:click=move |_| study.keep_map()>{words::KEEP.get()}</button>
                <RangeField />
                <DifferenceField />
            </div>
            <p class="muted" role="status" data-testid="compare-status" class:warning=move || compare.is_full.get()>{status}</p>
            <Columns />
            <Numbers />
        </section>
    }
    .into_any()
}

#[component]
fn RangeField() -> impl IntoView {
    let compare = expect_context::<Study>().compare;
    let entries = vec![Entry::new("common", words::COMMON.get()), Entry::new("own", words::OWN.get())];
    let value = move || match compare.range.get() {
        ColorRange::Common => "common".to_owned(),
        ColorRange::Own => "own".to_owned(),
    };
    let choose = move |name: String| compare.range.set(if name == "own" { ColorRange::Own } else { ColorRange::Common });
    view! {
        <Choice label=words::RANGE.get() testid="compare-range" entries=entries value=Signal::derive(value) on_choose=Callback::new(choose) />
    }
}

#[component]
fn DifferenceField() -> impl IntoView {
    let compare = expect_context::<Study>().compare;
    let label = move || words::difference(compare.first_two().as_ref());
    view! {
        <label class="check">
            <input type="checkbox" data-testid="show-difference" disabled=move || compare.first_two().is_none()
                prop:checked=move || compare.shows_difference.get()
                on:change=move |event| compare.shows_difference.set(event_target_checked(&event)) />
            <span>{label}</span>
        </label>
    }
}

#[component]
fn Columns() -> impl IntoView {
    let study = expect_context::<Study>();
    let compare = study.compare;
    let difference = difference_signal(study);
    let refused = move || {
        let pair = compare.shows_difference.get().then(|| compare.first_two()).flatten().filter(|pair| !have_one_grid(pair));
        pair.map(|pair| view! { <p class="muted" data-testid="difference-refused">{words::no_difference(&pair)}</p> })
    };
    let columns = move || compare.kept.get().into_iter().map(|kept| view! { <Column kept=kept /> }).collect_view();
    let last = move || {
        let (difference, pair) = (difference.get()?, compare.first_two()?);
        Some(view! { <DifferenceColumn difference=difference pair=pair /> })
    };
    view! {
        <div class="compare__columns">
            {columns}
            {last}
        </div>
        {refused}
    }
    .into_any()
}

#[component]
fn Column(kept: Arc<ComparedMap>) -> impl IntoView {
    let (study, scene) = (expect_context::<Study>(), expect_context::<CompareScene>());
    let (number, letter) = (kept.number, kept.letter.to_string());
    let map = kept.map.clone();
    let scale = Memo::new(move |_| {
        let range = if study.compare.range.get() == ColorRange::Common { scene.common_range.get() } else { map.range() };
        scene.scale(range, |percent| map.magnitudes.percentile(percent), false)
    });
    let placed = kept.map.placed.clone();
    let picture = ColumnPicture { number, title: letter.clone(), image: kept.image.clone(), map: placed, scale: scale.into() };
    let facts = words::label(&kept).into_iter().map(|fact| view! { <li>{fact}</li> }).collect_view();
    view! {
        <article class="compare__column" data-testid="compare-column" data-letter=letter.clone() aria-label=words::column(&letter)>
            <header class="compare__head">
                <h3>{letter.clone()}</h3>
                <button type="button" class="button" data-testid="remove-map" aria-label=words::remove(&letter)
                    on:click=move |_| study.forget_map(number)>"×"</button>
            </header>
            <Pictures picture=picture />
            <ul class="compare__label" data-testid="compare-label">{facts}</ul>
        </article>
    }
    .into_any()
}

/// The column of the difference: diverging colours around zero, in the difference's own range.
#[component]
fn DifferenceColumn(difference: Arc<Difference>, pair: [Arc<ComparedMap>; 2]) -> impl IntoView {
    let scene = expect_context::<CompareScene>();
    let title = words::difference(Some(&pair));
    let own = difference.clone();
    let scale = Memo::new(move |_| scene.scale(own.range, |percent| own.magnitudes.percentile(percent), true));
    let (image, map) = (pair[0].image.clone(), difference.placed.clone());
    let picture = ColumnPicture { number: 0, title: title.clone(), image, map, scale: scale.into() };
    view! {
        <article class="compare__column" data-testid="difference-column" aria-label=title.clone()>
            <header class="compare__head"><h3>{title.clone()}</h3></header>
            <Pictures picture=picture />
        </article>
    }
    .into_any()
}

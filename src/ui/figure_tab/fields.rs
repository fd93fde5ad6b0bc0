//! The options of the figure, each a native control.

use leptos::prelude::*;

use crate::render::figure::{CutPlace, FigureGround, FigurePaper, FigureView, Masks, WrongField};
use crate::render::{Colormap, DisplayMode, Orientation};
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::figure::FigureProblem;
use crate::ui::state::study::Study;
use crate::ui::text::figure as text;
use crate::ui::text::language::Text;
use crate::ui::text::terms;

/// All options in the order of `plot_stat_map`.
#[component]
pub fn Fields() -> impl IntoView {
    let named = |names: Vec<&'static str>| names.into_iter().map(|name| Entry::new(name, name)).collect::<Vec<_>>();
    let modes = named(DisplayMode::ALL.iter().map(|mode| mode.name()).collect());
    let colormaps = named(Colormap::ALL.iter().map(|colormap| colormap.name()).collect());
    let places = CutPlace::ALL.iter().map(|place| Entry::new(place.name(), text::place(*place))).collect();
    let papers = FigurePaper::ALL.iter().map(|paper| Entry::new(paper.name(), text::paper(*paper))).collect();
    let masks = Masks::ALL.iter().map(|masks| Entry::new(masks.name(), text::masks(*masks))).collect();
    view! {
        <div class="figure-tab__fields">
            <NameField label=text::MODE testid="figure-mode" entries=modes name=|view| view.mode.name()
                choose=|view, name| view.mode = DisplayMode::from_name(name).unwrap_or(view.mode) />
            <NameField label=text::CUTS testid="figure-cuts-by" entries=places name=|view| view.place.name()
                choose=|view, name| view.place = CutPlace::from_name(name).unwrap_or(view.place) />
            <WordsField label=text::CUT_COORDINATES testid="figure-cuts" field=WrongField::Cuts words=|view| &mut view.cuts
                disabled=|view| view.place != CutPlace::Given />
            <WordsField label=text::THRESHOLD testid="figure-threshold" field=WrongField::Threshold words=|view| &mut view.threshold
                disabled=|_| false />
            <WordsField label=text::VMAX testid="figure-vmax" field=WrongField::Vmax words=|view| &mut view.vmax disabled=|_| false />
            <NameField label=text::COLORMAP testid="figure-colormap" entries=colormaps name=|view| view.colormap.name()
                choose=|view, name| view.colormap = Colormap::from_name(name).unwrap_or(view.colormap) />
            <GroundField />
            <WordsField label=text::DIM testid="figure-dim" field=WrongField::Dim words=|view| &mut view.dim
                disabled=|view| view.ground == FigureGround::None />
            <NameField label=text::PAPER testid="figure-paper" entries=papers name=|view| view.paper.name()
                choose=|view, name| view.paper = FigurePaper::from_name(name).unwrap_or(view.paper) />
            <NameField label=text::MASKS testid="figure-masks" entries=masks name=|view| view.masks.name()
                choose=|view, name| view.masks = Masks::from_name(name).unwrap_or(view.masks) />
            <TitleField />
        </div>
        <Switches />
    }
    .into_any()
}

/// A select of named values.
#[component]
fn NameField(
    label: Text,
    testid: &'static str,
    entries: Vec<Entry>,
    name: fn(&FigureView) -> &'static str,
    choose: fn(&mut FigureView, &str),
) -> impl IntoView {
    let study = expect_context::<Study>();
    let value = Signal::derive(move || name(&study.figure.view.read()).to_owned());
    let on_choose = Callback::new(move |name: String| study.figure.view.update(|view| choose(view, &name)));
    view! { <Choice label=label.get() testid=testid entries=entries value=value on_choose=on_choose /> }
}

/// The choice of a background; the user's own is listed if it has been opened under the planes.
#[component]
fn GroundField() -> impl IntoView {
    let study = expect_context::<Study>();
    let has_own = move || study.extra_volumes.0.read().own.is_some();
    let entries = move || {
        let is_there = |ground: &&FigureGround| **ground != FigureGround::Own || has_own();
        FigureGround::ALL.iter().filter(is_there).map(|ground| Entry::new(ground.name(), text::ground(*ground))).collect::<Vec<_>>()
    };
    let choose = move |name: String| study.figure.view.update(|view| view.ground = FigureGround::from_name(&name).unwrap_or(view.ground));
    view! {
        <Choice label=text::BACKGROUND.get() testid="figure-background" entries=Signal::derive(entries)
            value=Signal::derive(move || study.figure.view.read().ground.name().to_owned()) on_choose=Callback::new(choose) />
    }
}

/// A text field whose value is marked as invalid if it cannot be read.
#[component]
fn WordsField(
    label: Text,
    testid: &'static str,
    field: WrongField,
    words: fn(&mut FigureView) -> &mut String,
    disabled: fn(&FigureView) -> bool,
) -> impl IntoView {
    let study = expect_context::<Study>();
    let is_wrong = move || *study.figure.problem.read() == Some(FigureProblem::Field(field));
    let value = move || words(&mut study.figure.view.get()).clone();
    let type_in = move |event| study.figure.view.update(|view| *words(view) = event_target_value(&event));
    view! {
        <label class="field" title=terms::of_field(testid)>
            <span class="field__label"><span class="field__name">{label.get()}</span></span>
            <input type="text" data-testid=testid autocomplete="off" spellcheck="false" placeholder=text::placeholder(field)
                aria-invalid=move || is_wrong().to_string() disabled=move || disabled(&study.figure.view.read()) prop:value=value
                on:input=type_in />
        </label>
    }
    .into_any()
}

#[component]
fn TitleField() -> impl IntoView {
    let study = expect_context::<Study>();
    let type_in = move |event| study.figure.view.update(|view| view.title = event_target_value(&event));
    view! {
        <label class="field" title=text::TITLE_HINT.get()>
            <span class="field__label">{text::TITLE.get()}</span>
            <input type="text" data-testid="figure-title" autocomplete="off" prop:value=move || study.figure.view.get().title
                on:input=type_in />
        </label>
    }
    .into_any()
}

/// Check boxes for what is drawn beside the slices, and for the orientation.
#[component]
fn Switches() -> impl IntoView {
    let study = expect_context::<Study>();
    let switch = move |testid: &'static str, label: Text, is_on: fn(&FigureView) -> bool, set: fn(&mut FigureView, bool)| {
        let change = move |event| study.figure.view.update(|view| set(view, event_target_checked(&event)));
        view! {
            <label class="check">
                <input type="checkbox" data-testid=testid prop:checked=move || is_on(&study.figure.view.read()) on:change=change />
                <span>{label.get()}</span>
            </label>
        }
    };
    let set_radiological = |view: &mut FigureView, is_on| {
        view.orientation = if is_on { Orientation::Radiological } else { Orientation::Neurological };
    };
    view! {
        <fieldset class="checks">
            <legend class="muted">{text::SHOW.get()}</legend>
            {switch("figure-annotate", text::ANNOTATE, |view| view.annotate, |view, is_on| view.annotate = is_on)}
            {switch("figure-cross", text::CROSS, |view| view.draw_cross, |view, is_on| view.draw_cross = is_on)}
            {switch("figure-bar", text::BAR, |view| view.color_bar, |view, is_on| view.color_bar = is_on)}
            {switch("figure-radiological", text::RADIOLOGICAL, |view| view.orientation == Orientation::Radiological, set_radiological)}
        </fieldset>
    }
    .into_any()
}

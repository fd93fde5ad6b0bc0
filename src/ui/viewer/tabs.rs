//! The panels below the planes, one at a time: a list of tabs as the ARIA Authoring Practices describe it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::progress_line::StatusLine;
use crate::ui::compare::ComparePanel;
use crate::ui::figure_tab::FigureTab;
use crate::ui::map_tab::{Downloads, Logits};
use crate::ui::numbers::NumberTables;
use crate::ui::regions::RegionsPanel;
use crate::ui::state::tab::Tab;
use crate::ui::state::view_state::ViewState;
use crate::ui::text;

fn panel(tab: Tab) -> AnyView {
    match tab {
        Tab::Map => view! {
            <div class="viewer__below">
                <Logits />
                <Downloads />
                <NumberTables />
            </div>
        }
        .into_any(),
        Tab::Figure => view! { <FigureTab /> }.into_any(),
        Tab::Compare => view! { <ComparePanel /> }.into_any(),
        Tab::Regions => view! { <RegionsPanel /> }.into_any(),
    }
}

/// The row of tabs, the status line at its end, and the panels. Panels stay when another is in front, so that nothing in them is lost; what is slow in
/// one waits until `view_state.tab` shows it.
#[component]
pub fn Tabs() -> impl IntoView {
    let tabs = Tab::ALL.iter().map(|tab| view! { <TabButton tab=*tab /> }).collect_view();
    let panels = Tab::ALL.iter().map(|tab| view! { <TabPanel tab=*tab /> }).collect_view();
    view! {
        <div class="tabs__row">
            // One panel needs no row.
            <div class="tabs" role="tablist" aria-label=text::TABS.get() hidden=Tab::ALL.len() == 1>{tabs}</div>
            <StatusLine />
        </div>
        {panels}
    }
    .into_any()
}

#[component]
fn TabButton(tab: Tab) -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    let is_open = move || view_state.tab.get() == tab;
    let on_key = move |event: KeyboardEvent| {
        let Some(other) = neighbour(tab, &event.key()) else { return };
        event.prevent_default();
        view_state.tab.set(other);
        focus(other);
    };
    view! {
        <button type="button" role="tab" class="tab" id=tab_id(tab) data-testid=tab_id(tab) aria-controls=panel_id(tab)
            aria-selected=move || is_open().to_string() tabindex=move || if is_open() { "0" } else { "-1" }
            on:click=move |_| view_state.tab.set(tab) on:keydown=on_key>{tab.label().get()}</button>
    }
    .into_any()
}

#[component]
fn TabPanel(tab: Tab) -> impl IntoView {
    let view_state = expect_context::<ViewState>();
    view! {
        <div role="tabpanel" id=panel_id(tab) aria-labelledby=tab_id(tab) hidden=move || view_state.tab.get() != tab>{panel(tab)}</div>
    }
    .into_any()
}

/// The tab that a key leads to, around the ends.
fn neighbour(tab: Tab, key: &str) -> Option<Tab> {
    let (n, at) = (Tab::ALL.len(), Tab::ALL.iter().position(|other| *other == tab)?);
    let to = match key {
        "ArrowRight" => (at + 1) % n,
        "ArrowLeft" => (at + n - 1) % n,
        "Home" => 0,
        "End" => n - 1,
        _ => return None,
    };
    Some(Tab::ALL[to])
}

fn focus(tab: Tab) {
    let element = document().get_element_by_id(&tab_id(tab)).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    // The focus stays where it was if the button is not there.
    element.into_iter().for_each(|element| drop(element.focus()));
}

fn tab_id(tab: Tab) -> String {
    format!("tab-{}", tab.name())
}

fn panel_id(tab: Tab) -> String {
    format!("panel-{}", tab.name())
}

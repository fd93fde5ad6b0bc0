//! The page: leptos components, one per file. They show signals and send requests; numbers are made elsewhere.
//!
//! - `text/` holds every string that the user reads, and the formats of numbers;
//! - `state/` what is loaded, running and shown, and the way to the engine; it names no component;
//! - `controls/` components that several panels use; they know no state;
//! - all other folders are panels, which `app.rs` lays out.

mod app;
mod compare;
mod controls;
mod display;
mod figure_tab;
mod group;
mod interpret;
mod layers;
mod map_tab;
mod model;
mod numbers;
mod page;
mod participants;
mod regions;
mod state;
mod text;
mod viewer;

use wasm_bindgen::JsCast;

/// Puts the page in the place of the static shell of `index.html` and starts the engine.
pub fn start() {
    console_error_panic_hook::set_once();
    let root = leptos::prelude::document().get_element_by_id("app");
    let Some(root) = root.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    root.set_inner_html("");
    leptos::mount::mount_to(root, app::App).forget();
}

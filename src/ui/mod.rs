//! The page: leptos components, one per file. They show signals and send requests; numbers are made elsewhere.
//!
//! [`study`] holds what is loaded and speaks to the engine, [`view_state`] what is seen of it, [`text`] every word.

mod app;
mod choice;
mod color_bar;
mod compare;
mod downloads;
mod drop_zone;
mod element_field;
mod error_banner;
mod figure;
mod figure_tab;
mod file_picker;
mod footer;
mod format;
mod gestures;
mod group;
mod header;
mod help;
mod interpret_panel;
mod keys;
mod language;
mod layer_list;
mod layers;
mod logits;
mod map_controls;
mod model_panel;
mod model_summary;
mod numbers;
mod participants_panel;
mod participants_table;
mod progress_line;
mod readout;
mod regions;
mod replies;
mod requests;
mod shown;
mod slice_view;
mod sorting;
mod study;
mod tabs;
mod text;
mod threads;
mod threshold_control;
mod view_state;
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

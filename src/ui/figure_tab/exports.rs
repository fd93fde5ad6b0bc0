//! Buttons that save the figure's files and copy its address.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::export::png::with_texts;
use crate::protocol::Failure;
use crate::render::figure::whole_pixels;
use crate::ui::controls::choice::{Choice, Entry};
use crate::ui::state::figure::Drawn;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::ui::text::figure as text;
use crate::ui::text::language::Text;
use crate::web::download::save_bytes;
use crate::web::picture::svg_as_png;
use crate::web::{address, words_of};

/// nilearn's resolution, at 1×.
const DOTS_PER_INCH: f64 = 100.0;

/// Buttons for PNG, SVG, HTML and the link.
#[component]
pub fn Exports() -> impl IntoView {
    let study = expect_context::<Study>();
    let scale = RwSignal::new("2".to_owned());
    let disabled = move || study.figure.drawn.read().is_none();
    let scales = (1..=4).map(|times| Entry::new(times.to_string(), text::times(times, DOTS_PER_INCH as usize * times))).collect::<Vec<_>>();
    let button = move |testid: &'static str, label: Text, act: Callback<()>| {
        view! { <button type="button" class="button" data-testid=testid disabled=disabled on:click=move |_| act.run(())>{label.get()}</button> }
    };
    let png = Callback::new(move |()| {
        let Some(drawn) = study.figure.drawn.get_untracked() else { return };
        let times: f64 = scale.get_untracked().parse().unwrap_or(1.0);
        spawn_local(async move { report(study, save_png(&drawn, times * DOTS_PER_INCH).await) });
    });
    let svg = Callback::new(move |()| {
        let Some(drawn) = study.figure.drawn.get_untracked() else { return };
        report(study, save_bytes(&drawn.svg, &format!("{}.svg", drawn.ready.name), "image/svg+xml"));
    });
    view! {
        <div class="figure-tab__exports" role="group" aria-label=text::FILES.get()>
            <Choice label=text::PNG_SIZE.get() testid="figure-scale" entries=scales value=scale
                on_choose=Callback::new(move |value| scale.set(value)) />
            {button("figure-png", text::PNG, png)}
            {button("figure-svg", text::SVG, svg)}
            {button("figure-html", text::HTML, Callback::new(move |()| study.save_figure_html()))}
            <CopyLink />
        </div>
    }
    .into_any()
}

async fn save_png(drawn: &Drawn, dpi: f64) -> Result<(), JsValue> {
    let picture = svg_as_png(&drawn.svg, whole_pixels(drawn.ready.inches, dpi)).await?;
    let png = with_texts(&picture, Some(dpi), &drawn.ready.caption.texts()).ok_or("the browser made no PNG")?;
    save_bytes(&png, &format!("{}.png", drawn.ready.name), "image/png")
}

fn report(study: Study, outcome: Result<(), JsValue>) {
    if let Err(error) = outcome {
        study.figure.fail(Failure { what: words_of(&error), hint: text::PICTURE_HINT.get().to_owned() });
    }
}

/// A button that copies the address, or shows it for copying by hand if the browser does not allow that.
#[component]
fn CopyLink() -> impl IntoView {
    let (study, view_state) = (expect_context::<Study>(), expect_context::<ViewState>());
    let outcome = RwSignal::new(None::<Result<(), String>>);
    let copy = move |_| {
        view_state.write_address(study);
        let link = address::href();
        spawn_local(async move { outcome.set(Some(address::copy(&link).await.map_err(|_| link))) });
    };
    let words = move || match outcome.get() {
        None => ().into_any(),
        Some(Ok(())) => text::COPIED.get().into_any(),
        Some(Err(link)) => view! { {text::COPY_BY_HAND.get()} " " <code class="command">{link}</code> }.into_any(),
    };
    view! {
        <button type="button" class="button" data-testid="copy-link" on:click=copy>{text::COPY_LINK.get()}</button>
        <span class="figure-tab__copied muted" role="status" data-testid="copy-link-said">{words}</span>
    }
    .into_any()
}

//! The one visible error: what failed and what to do.

use leptos::prelude::*;

use super::study::{PageError, Remedy, Study};
use super::text;

/// Empty while nothing is wrong.
#[component]
pub fn ErrorBanner() -> impl IntoView {
    let study = expect_context::<Study>();
    let banner = move |error: PageError| {
        let restart = (error.remedy == Remedy::RestartEngine)
            .then(|| view! { <button type="button" on:click=move |_| study.restart()>{text::RESTART}</button> });
        view! {
            <div class="banner">
                <p class="banner__text" data-testid="error">
                    <strong>{error.failure.what} ". "</strong>
                    {error.failure.hint}
                </p>
                {restart}
                <button type="button" on:click=move |_| study.error.set(None)>{text::DISMISS}</button>
            </div>
        }
    };
    view! { <div role="alert">{move || study.error.get().map(banner)}</div> }.into_any()
}

//! The banner: the last error, and what to do about it.

use leptos::prelude::*;

use crate::ui::state::study::{PageError, Remedy, Study};
use crate::ui::text;

/// The banner with the error and its button; empty without an error.
#[component]
pub fn ErrorBanner() -> impl IntoView {
    let study = expect_context::<Study>();
    let banner = move |error: PageError| {
        let button = match error.remedy {
            Remedy::Dismiss => {
                view! { <button type="button" on:click=move |_| study.error.set(None)>{text::DISMISS.get()}</button> }.into_any()
            }
            Remedy::RestartEngine => {
                view! { <button type="button" on:click=move |_| study.restart()>{text::RESTART.get()}</button> }.into_any()
            }
        };
        view! {
            <div class="banner">
                <p class="banner__text" data-testid="error">
                    <strong>{error.failure.what} ". "</strong>
                    {error.failure.hint}
                </p>
                {button}
            </div>
        }
    };
    view! { <div role="alert">{move || study.error.get().map(banner)}</div> }.into_any()
}

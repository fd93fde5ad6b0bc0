//! What this is not for, and which version it is.

use leptos::prelude::*;

use super::text;

/// The line at the bottom.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="footer">
            <strong>{text::NOT_CLINICAL.get()}</strong>
            <span>{text::NAME.get()} " " {env!("CARGO_PKG_VERSION")} ": " {text::FOOTER.get()}</span>
        </footer>
    }
}

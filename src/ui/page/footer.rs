//! The footer: that the page is not for clinical use, and its version.

use leptos::prelude::*;

use crate::ui::text;

/// The footer.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="footer">
            <strong>{text::NOT_CLINICAL.get()}</strong>
            <span>{text::NAME.get()} " " {env!("CARGO_PKG_VERSION")} ": " {text::FOOTER.get()}</span>
        </footer>
    }
}

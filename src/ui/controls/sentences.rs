//! Sentences that the user should know: each a paragraph, or all folded away.

use leptos::prelude::*;

use crate::ui::text;

/// A paragraph for each sentence.
pub fn warnings(sentences: &[String]) -> impl IntoView + use<> {
    sentences.iter().cloned().map(|sentence| view! { <p class="warning">{sentence}</p> }).collect_view()
}

/// A list of sentences, folded away behind their number; nothing for none.
#[component]
pub fn Report(
    /// One sentence each.
    warnings: Vec<String>,
) -> impl IntoView {
    (!warnings.is_empty()).then(|| {
        let count = warnings.len();
        let items = warnings.into_iter().map(|warning| view! { <li>{warning}</li> }).collect_view();
        view! {
            <details class="report">
                <summary>{text::LOAD_REPORT.get()} " (" {count} ")"</summary>
                <ul>{items}</ul>
            </details>
        }
    })
}

//! The help: a list of keys in a native dialog.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::ui::text;

/// Shows the dialog.
pub fn open(dialog: NodeRef<Dialog>) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // Fails only where the dialog is out of the document, and then there is nothing to show.
        let _ = dialog.show_modal();
    }
}

/// The dialog, closed at first.
#[component]
pub fn Help(
    /// The dialog element, by which the caller opens it.
    dialog: NodeRef<Dialog>,
) -> impl IntoView {
    let rows = text::KEYS.map(|(key, action)| view! { <dt>{key.get()}</dt><dd>{action.get()}</dd> });
    view! {
        <dialog node_ref=dialog class="help" aria-label=text::HELP.get()>
            <h2>{text::HELP.get()}</h2>
            <dl class="facts">{rows}</dl>
            <form method="dialog">
                <button>{text::CLOSE.get()}</button>
            </form>
        </dialog>
    }
}

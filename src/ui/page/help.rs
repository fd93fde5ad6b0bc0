//! The help: keys and terms in a native dialog.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::ui::text;
use crate::ui::text::terms;

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
    let terms = terms::ALL.map(|term| view! { <dt>{term.name.get()}</dt><dd>{term.meaning.get()}</dd> });
    let keys = text::KEYS.map(|(key, action)| view! { <dt>{key.get()}</dt><dd>{action.get()}</dd> });
    view! {
        <dialog node_ref=dialog class="help" aria-label=text::HELP.get()>
            <h2>{text::HELP.get()}</h2>
            <div class="help__lists" tabindex="0" role="group" aria-label=text::HELP.get()>
                <h3>{text::KEYS_TITLE.get()}</h3>
                <dl class="facts">{keys}</dl>
                <h3>{text::TERMS_TITLE.get()}</h3>
                <dl class="terms" data-testid="terms">{terms}</dl>
            </div>
            <form method="dialog">
                <button>{text::CLOSE.get()}</button>
            </form>
        </dialog>
    }
}

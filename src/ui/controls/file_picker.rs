//! Native file inputs. Browsers let one choose either files or a folder, never both.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::ui::text;
use crate::web::picked_files::{PickedFile, take_files};

/// Buttons for files or an archive, and for a folder.
#[component]
pub fn FilePicker(
    /// `data-testid` of the input for files.
    testid: &'static str,
    /// `data-testid` of the input for a folder.
    folder_testid: &'static str,
    /// What may be chosen, in words.
    hint: &'static str,
    /// Gets what was chosen, never nothing.
    on_files: Callback<Vec<PickedFile>>,
) -> impl IntoView {
    let take = move |event: Event| take_chosen(&event, on_files);
    view! {
        <div class="picker" title=hint>
            <label class="button">
                {text::FILES_OR_ARCHIVE.get()}
                <input type="file" multiple=true class="picker__input" data-testid=testid aria-description=hint on:change=take />
            </label>
            <label class="button">
                {text::FOLDER.get()}
                <input type="file" class="picker__input" prop:webkitdirectory=true data-testid=folder_testid aria-description=hint on:change=take />
            </label>
        </div>
    }
}

/// A button for files.
#[component]
pub fn FileButton(
    label: &'static str,
    testid: &'static str,
    /// Gets what was chosen, never nothing.
    on_files: Callback<Vec<PickedFile>>,
) -> impl IntoView {
    let take = move |event: Event| take_chosen(&event, on_files);
    view! {
        <label class="button">
            {label}
            <input type="file" multiple=true class="picker__input" data-testid=testid on:change=take />
        </label>
    }
    .into_any()
}

fn take_chosen(event: &Event, on_files: Callback<Vec<PickedFile>>) {
    let files = take_files(event);
    if !files.is_empty() {
        on_files.run(files);
    }
}

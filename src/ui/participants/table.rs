//! The table of participants and sessions.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{ParticipantList, ParticipantRow};
use crate::ui::state::study::Study;
use crate::ui::text;

/// One row for each participant and session; choosing one shows its image.
#[component]
pub fn ParticipantsTable(
    /// The rows.
    list: Arc<ParticipantList>,
    /// Only rows with this diagnosis are shown; all if it is empty.
    #[prop(into)]
    diagnosis: Signal<String>,
) -> impl IntoView {
    let matches = move |row: &ParticipantRow| diagnosis.with(|wanted| wanted.is_empty() || row.diagnosis.as_deref() == Some(wanted));
    let is_whole = list.rows.iter().all(|row| row.element_count == 1);
    let shown = move || list.rows.iter().filter(|row| matches(row)).cloned().collect::<Vec<_>>();
    view! {
        <div class="table-frame" tabindex="0">
            <table class="table" class:table--whole=is_whole>
                <thead>
                    <tr>
                        <th scope="col">{text::PARTICIPANT.get()}</th>
                        <th scope="col">{text::SESSION.get()}</th>
                        <th scope="col">{text::DIAGNOSIS.get()}</th>
                        <th scope="col" class="table__count" title=text::ELEMENTS_TITLE.get()>{text::ELEMENTS.get()}</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=shown key=|row| (row.participant.clone(), row.element_count) let:row>
                        <Row row=row />
                    </For>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(row: ParticipantRow) -> impl IntoView {
    let study = expect_context::<Study>();
    let participant = row.participant.clone();
    let (id, session) = (participant.participant_id.clone(), participant.session_id.clone());
    let own = participant.clone();
    let is_selected = move || study.selected.read().as_ref() == Some(&own);
    let coming = participant.clone();
    let is_coming = move || study.coming.read().as_ref().is_some_and(|image| image.participant == coming);
    view! {
        <tr
            data-testid="participant-row"
            data-participant=id
            data-session=session
            data-element-count=row.element_count.to_string()
            aria-selected=move || is_selected().to_string()
            aria-busy=move || is_coming().to_string()
            title=row.file
            on:click=move |_| study.show(participant.clone())
        >
            // The button makes the row reachable by keyboard; its click bubbles to the row.
            <td><button type="button" class="table__link">{row.participant.participant_id}</button></td>
            <td>{row.participant.session_id}</td>
            <td>{row.diagnosis}</td>
            <td class="table__count">{row.element_count}</td>
        </tr>
    }
    .into_any()
}

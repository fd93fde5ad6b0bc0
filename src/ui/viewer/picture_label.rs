//! What the planes show, in words: whose image, and which map of it. It goes by the picture, never by what is chosen meanwhile.

use leptos::prelude::*;

use crate::protocol::{MapReady, Method, ParticipantKey};
use crate::ui::state::study::Study;
use crate::ui::text::picture as words;

/// The name of the picture, and a sentence where something else is chosen; also as `data-` attributes.
#[component]
pub fn PictureLabel() -> impl IntoView {
    let study = expect_context::<Study>();
    let of_map = move |read: fn(&MapReady) -> Option<String>| study.map.read().as_ref().and_then(|map| read(&map.ready));
    let who = move || study.image.read().as_ref().map(|image| image.participant.clone());
    let of_participant = move |read: fn(ParticipantKey) -> String| who().map(read);
    let name = move || match (&*study.map.read(), who()) {
        (Some(map), _) => words::map(&map.ready),
        (None, Some(participant)) => words::participant(&participant),
        (None, None) => String::new(),
    };
    let is_outdated = Memo::new(move |_| study.is_outdated());
    view! {
        <p class="picture-label" data-testid="picture-label" class:is-outdated=is_outdated
            data-participant=move || of_participant(|participant| participant.participant_id)
            data-session=move || of_participant(|participant| participant.session_id)
            data-method=move || of_map(|ready| Some(ready.explanation.method.name().to_owned()))
            data-level=move || of_map(|ready| match ready.explanation.method {
                Method::Gradients => None,
                Method::GradCam { level } => level.map(|level| level.to_string()),
            })
            data-target=move || of_map(|ready| Some(ready.explanation.target.to_string()))
            data-element=move || of_map(|ready| Some(ready.element_number.to_string()))
            data-split=move || of_map(|ready| Some(ready.checkpoint.split.to_string()))
            data-selection=move || of_map(|ready| Some(ready.checkpoint.selection.clone()))
            data-current=move || (!is_outdated.get()).to_string()>
            <span class="picture-label__name">{name}</span>" "
            <span class="picture-label__state" role="status">{move || is_outdated.get().then(|| state(study))}</span>
        </p>
    }
    .into_any()
}

/// What becomes of a picture that is not of what is chosen.
fn state(study: Study) -> String {
    if let Some(coming) = study.coming.get() {
        return words::coming(&coming.participant);
    }
    let is_coming = study.is_explaining() || study.automatic.is_due() || study.work.read().is_loading();
    if is_coming { words::NEWER_IS_COMPUTED.get().to_owned() } else { words::NOT_CHOSEN.get().to_owned() }
}

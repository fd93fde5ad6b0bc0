//! A group run's form as a command line, and what is missing before it can be started.

use leptos::prelude::*;

use crate::protocol::{GroupSource, GroupSummary};
use crate::ui::state::study::Study;
use crate::ui::text::group as text;

/// Stands for a table that the page knows by its rows only.
const TABLE: &str = "participants.tsv";

/// The command line that does the same as the form.
pub fn command(study: Study) -> String {
    let (model, list) = (study.model.get(), study.participants.get());
    let maps = model.map(|model| model.name.clone()).unwrap_or_default();
    let caps = list.map(|list| list.name.clone()).unwrap_or_default();
    let listed = GroupSource::Listed { caps: &caps, table: TABLE };
    let source = if known_group(study).is_some() && !study.group.overwrite.get() { GroupSource::Maps } else { listed };
    study.interpret_options().command(&maps, source)
}

/// Names of the fields that are not filled in yet.
pub fn missing(study: Study) -> Vec<&'static str> {
    let form = study.group;
    let wanted = [
        (study.model.read().is_none(), text::MISSING_MODEL.get()),
        (study.participants.read().is_none(), text::MISSING_IMAGES.get()),
        (form.data_group.read().trim().is_empty(), text::MISSING_GROUP.get()),
        (form.name.read().trim().is_empty(), text::MISSING_NAME.get()),
        (form.selections.read().is_empty(), text::MISSING_SELECTION.get()),
        (form.splits.read().is_empty(), text::MISSING_SPLIT.get()),
    ];
    wanted.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, what)| what).collect()
}

/// The model's data group whose name is in the form.
pub fn known_group(study: Study) -> Option<GroupSummary> {
    let (model, name) = (study.model.get()?, study.group.data_group.get());
    model.groups.iter().find(|group| group.name == name.trim()).cloned()
}

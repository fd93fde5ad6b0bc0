//! The table of participants beside the images.

use super::image_entry::SessionKey;
use super::{CapsError, Warning};
use crate::files::{FileTree, file_name};
use crate::tsv::{self, Table};

const PARTICIPANT: &str = "participant_id";
const SESSION: &str = "session_id";
const DIAGNOSIS: &str = "diagnosis";

/// A table of participants and sessions.
pub(super) struct Participants {
    pub path: String,
    pub rows: Vec<ParticipantsRow>,
}

/// A row of the table of participants.
pub(super) struct ParticipantsRow {
    pub key: SessionKey,
    pub diagnosis: Option<String>,
}

/// Finds and reads the table; `None` where no table has participants and sessions.
///
/// If there are several, the table with diagnoses that lies nearest to the top is used. One that cannot be read is passed
/// over, with a warning if it names participants: images can be looked at without it, and a dataset holds all kinds of tables.
pub(super) async fn read(tree: &FileTree, warnings: &mut Vec<Warning>) -> Result<Option<Participants>, CapsError> {
    let mut tables = Vec::new();
    for path in tree.find(|name| name.to_ascii_lowercase().ends_with(".tsv")).filter(|path| may_list_participants(path)) {
        let bytes = match tree.read(path).await {
            Ok(bytes) => bytes,
            Err(error) => {
                warnings.push(Warning::UnreadTable { error: error.to_string() });
                continue;
            }
        };
        match Table::read(path, &bytes) {
            Ok(table) if table.has_column(PARTICIPANT) && table.has_column(SESSION) => tables.push((path, table)),
            Ok(table) if table.has_column(PARTICIPANT) => warnings.push(Warning::NoSessionColumn { table: path.to_owned() }),
            Ok(_) => {}
            Err(error) if names_participants(&bytes) => warnings.push(Warning::UnreadTable { error: error.to_string() }),
            Err(_) => {}
        }
    }
    tables.sort_by_key(|(path, table)| (!table.has_column(DIAGNOSIS), path.split('/').count(), *path));
    let mut tables = tables.into_iter();
    let Some((path, table)) = tables.next() else { return Ok(None) };
    let others: Vec<String> = tables.map(|(path, _)| path.to_owned()).collect();
    if !others.is_empty() {
        warnings.push(Warning::SeveralTables { used: path.to_owned(), others });
    }
    Ok(Some(Participants { path: path.to_owned(), rows: rows(&table)? }))
}

fn rows(table: &Table) -> Result<Vec<ParticipantsRow>, CapsError> {
    let keys = table.column(PARTICIPANT)?.zip(table.column(SESSION)?);
    let diagnosis = |row| table.get(row, DIAGNOSIS).filter(|value| !tsv::is_missing(value)).map(str::to_owned);
    let row = |(index, (participant, session)): (usize, (&str, &str))| ParticipantsRow {
        key: (participant.to_owned(), session.to_owned()),
        diagnosis: diagnosis(index),
    };
    let is_named = |row: &ParticipantsRow| !tsv::is_missing(&row.key.0) && !tsv::is_missing(&row.key.1);
    Ok(keys.enumerate().map(row).filter(is_named).collect())
}

/// Whether the first line of a file has the column of participants, whatever the encoding of the others.
fn names_participants(bytes: &[u8]) -> bool {
    let header = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).find(|line| !line.is_empty()).unwrap_or_default();
    header.windows(PARTICIPANT.len()).any(|window| window == PARTICIPANT.as_bytes())
}

/// Whether a table may be one of participants, by its path: tables of a MAPS, of missing modalities and of single sessions
/// are not.
fn may_list_participants(path: &str) -> bool {
    let is_elsewhere = |folder: &str| matches!(folder, "groups" | "missing_mods" | "subjects") || folder.starts_with("split-");
    !path.split('/').any(is_elsewhere) && !file_name(path).starts_with('.')
}

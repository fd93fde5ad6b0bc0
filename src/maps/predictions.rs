//! The outputs of a checkpoint that ClinicaDL's `train` and `predict` stored, with which a forward pass is compared.

use std::collections::BTreeMap;

use super::layout::join;
use super::{Maps, MapsError, Task};
use crate::files::FileTree;
use crate::tsv::{Table, TsvError};

/// Outputs recorded for one split and selection, over all data groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    files: Vec<String>,
    /// Index of the file and values, by participant, session and number of the element.
    recorded: BTreeMap<(String, String, usize), (usize, Vec<f32>)>,
}

impl Predictions {
    /// Reads the tables `<split>/best-<selection>/<group>/<group>_<mode>_level_prediction.tsv` of all
    /// groups; `None` where there are none.
    ///
    /// # Errors
    /// If a table cannot be read, lacks a column, or has a value that is no number.
    pub async fn read(tree: &FileTree, maps: &Maps, split: u32, selection: &str) -> Result<Option<Predictions>, MapsError> {
        let mut predictions = Predictions { files: Vec::new(), recorded: BTreeMap::new() };
        for path in tables(tree, maps, split, selection) {
            let table = Table::read(&path, &tree.read(&path).await?)?;
            predictions.add(maps, &table)?;
        }
        Ok((!predictions.recorded.is_empty()).then_some(predictions))
    }

    /// The stored output for an element: the softmax, one value per node, or the value of a regression.
    ///
    /// `element` is the number in names of files: slices are counted in the whole image, discarded ones included.
    pub fn find(&self, participant_id: &str, session_id: &str, element: usize) -> Option<&[f32]> {
        Some(&self.entry(participant_id, session_id, element)?.1)
    }

    /// Path in the tree of the table in which [`Predictions::find`] finds the output for an element.
    pub fn file_of(&self, participant_id: &str, session_id: &str, element: usize) -> Option<&str> {
        self.files.get(self.entry(participant_id, session_id, element)?.0).map(String::as_str)
    }

    fn entry(&self, participant_id: &str, session_id: &str, element: usize) -> Option<&(usize, Vec<f32>)> {
        self.recorded.get(&(participant_id.to_owned(), session_id.to_owned(), element))
    }

    /// Adds the rows of a table; an element that an earlier table has is skipped.
    fn add(&mut self, maps: &Maps, table: &Table) -> Result<(), MapsError> {
        let columns = value_columns(maps.config.task, table)?;
        let id_column = format!("{}_id", maps.config.mode);
        let keys = table.column("participant_id")?.zip(table.column("session_id")?).zip(table.column(&id_column)?);
        for (row, ((participant, session), id)) in keys.enumerate() {
            let element = id.parse().map_err(|_| bad(table, row, &id_column, id))?;
            let values = columns.iter().map(|column| value(table, row, column)).collect::<Result<_, MapsError>>()?;
            let key = (participant.to_owned(), session.to_owned(), element);
            self.recorded.entry(key).or_insert((self.files.len(), values));
        }
        self.files.push(table.file().to_owned());
        Ok(())
    }
}

/// Paths of the tables of all groups, sorted.
fn tables(tree: &FileTree, maps: &Maps, split: u32, selection: &str) -> Vec<String> {
    let Some(trained) = maps.splits.iter().find(|trained| trained.number == split) else { return Vec::new() };
    let folder = join(&maps.root, &format!("{}/best-{selection}", trained.folder));
    let mode = maps.config.mode;
    let is_table = |path: &&str| path.split_once('/').is_some_and(|(group, file)| file == format!("{group}_{mode}_level_prediction.tsv"));
    let below = tree.subtree(&folder);
    below.paths().filter(is_table).map(|path| join(&folder, path)).collect()
}

/// Names of the columns with outputs: `proba0`, `proba1` …, or the one column of a regression.
fn value_columns(task: Task, table: &Table) -> Result<Vec<String>, TsvError> {
    if task != Task::Classification {
        table.column("predicted_label").map(drop)?;
        return Ok(vec!["predicted_label".to_owned()]);
    }
    table.column("proba0").map(drop)?;
    Ok((0..).map(|node| format!("proba{node}")).take_while(|column| table.has_column(column)).collect())
}

fn value(table: &Table, row: usize, column: &str) -> Result<f32, MapsError> {
    let text = table.get(row, column).unwrap_or_default();
    text.parse().map_err(|_| bad(table, row, column, text))
}

fn bad(table: &Table, row: usize, column: &str, found: &str) -> MapsError {
    MapsError::BadPrediction { file: table.file().to_owned(), row: row + 1, column: column.to_owned(), found: found.to_owned() }
}

//! How far a run has come, written down from time to time, so that it can continue after an interruption.
//!
//! Items are visited one session after the other, element by element, so that a number says which are done. The sums are
//! float32 and sequential: continuing from them gives bit for bit what an uninterrupted run gives.

use serde::{Deserialize, Serialize};

use super::mean::GroupMeans;
use super::report::Report;
use super::result_folder::ResultFolder;
use super::shard::Shard;

use crate::files::{FileError, Store};

/// Beginning of the names of all files of a journal.
const PREFIX: &str = "maplens.partial";

/// The place of a run's journal in a store. Parts of a group run at the same time in the same folder, so each has a place of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalPlace(String);

impl JournalPlace {
    /// The place of the journal of a run, or of its part `shard`, in a result folder.
    pub fn in_folder(folder: &ResultFolder, shard: Option<Shard>) -> Self {
        let own = shard.map(|Shard { index, count }| format!(".shard-{index}-of-{count}")).unwrap_or_default();
        Self(folder.file(&format!("{PREFIX}{own}")))
    }

    fn journal(&self) -> String {
        format!("{}.json", self.0)
    }

    fn sums(&self, n_done: usize) -> String {
        format!("{}.{n_done}.f32", self.0)
    }
}

/// The state of one checkpoint's run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JournalState {
    /// Items visited.
    pub n_done: usize,
    /// Sums of the maps of the visited items; empty before the first one.
    pub means: GroupMeans,
    /// What was done with the visited items.
    pub report: Report,
}

/// A [`JournalState`] as it is written, but for the sums, which have a file of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journal {
    /// Hash of all that decides over the numbers; the journal of another run is of no use.
    pub fingerprint: String,
    /// Items visited.
    pub n_done: usize,
    /// Number of maps and of values of each element's sum.
    counts: Vec<[usize; 2]>,
    report: Report,
}

impl Journal {
    /// The journal at a place, or `None` if there is none that can be read.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn read(store: &dyn Store, place: &JournalPlace) -> Result<Option<Journal>, FileError> {
        let bytes = store.read(&place.journal()).await?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The state that the journal describes, or `None` if its sums are not there.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn restore(self, store: &dyn Store, place: &JournalPlace) -> Result<Option<JournalState>, FileError> {
        let sums = store.read(&place.sums(self.n_done)).await?;
        let means = sums.and_then(|sums| GroupMeans::restore(&self.counts, &sums));
        Ok(means.map(|means| JournalState { n_done: self.n_done, means, report: self.report }))
    }
}

/// Writes a state down: first its sums under a name of their own, then the journal that names them, so that an
/// interruption between the two leaves the state before.
///
/// # Errors
/// If the store fails.
pub async fn save(store: &dyn Store, place: &JournalPlace, fingerprint: &str, progress: &JournalState) -> Result<(), FileError> {
    let old = Journal::read(store, place).await?;
    store.write(&place.sums(progress.n_done), &progress.means.to_bytes()).await?;
    let journal = Journal {
        fingerprint: fingerprint.to_owned(),
        n_done: progress.n_done,
        counts: progress.means.counts(),
        report: progress.report.clone(),
    };
    let json = serde_json::to_vec(&journal).unwrap_or_default();
    store.write(&place.journal(), &json).await?;
    match old {
        Some(old) if old.n_done != progress.n_done => store.remove(&place.sums(old.n_done)).await,
        _ => Ok(()),
    }
}

/// Removes what [`save`] wrote.
///
/// # Errors
/// If the store fails.
pub async fn remove(store: &dyn Store, place: &JournalPlace) -> Result<(), FileError> {
    if let Some(journal) = Journal::read(store, place).await? {
        store.remove(&place.sums(journal.n_done)).await?;
    }
    store.remove(&place.journal()).await
}

/// Whether a file's name is that of the journal of a run over a whole group.
pub fn is_journal_of_whole_group(name: &str) -> bool {
    name.starts_with(PREFIX) && !name.contains(".shard-")
}

/// Whether a file of a result folder belongs to an unfinished run and is no result.
pub fn is_journal(path: &str) -> bool {
    let name = crate::files::file_name(path);
    name.starts_with(PREFIX)
}

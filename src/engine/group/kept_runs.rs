//! Runs whose results are kept in a store, until the user erases them: one folder each, which holds what the command line
//! would have written into the MAPS.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::journal::{Journal, is_journal};
use super::result_folder::SIDE_CAR;
use super::side_car::SideCar;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::export::file_names;
use crate::files::{FileError, Store, file_name};
use crate::pace::{Pace, Stage};
use crate::protocol::{InterpretOptions, KeptRun};

/// The file that describes a run, beside its results.
const NOTE: &str = "run.json";

/// Folder of the packed results.
const PACKED: &str = "packed";

/// The content of the file [`NOTE`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Note {
    /// Runs are numbered in the order in which they were begun.
    number: u64,
    maps: String,
    options: InterpretOptions,
    total: u64,
}

/// The folder of a run's results.
pub fn folder(maps: &str, options: &InterpretOptions) -> String {
    file_names::sanitised(&format!("{maps}--{}--{}", options.data_group, options.name))
}

/// Writes down that a run begins.
///
/// # Errors
/// If the store fails.
pub async fn begin(store: &dyn Store, maps: &str, options: &InterpretOptions, total: usize) -> Result<(), JobEnd> {
    let run = folder(maps, options);
    let notes = notes(store).await?;
    let number = notes.iter().map(|(_, note)| note.number + 1).max().unwrap_or(0);
    let note = Note { number, maps: maps.to_owned(), options: options.clone(), total: total as u64 };
    store.write(&format!("{run}/{NOTE}"), &serde_json::to_vec(&note).unwrap_or_default()).await?;
    Ok(())
}

/// All runs, the latest first.
///
/// # Errors
/// If the store fails.
pub async fn list(store: &dyn Store) -> Result<Vec<KeptRun>, JobEnd> {
    let mut notes = notes(store).await?;
    notes.sort_by_key(|(_, note)| std::cmp::Reverse(note.number));
    let mut runs = Vec::with_capacity(notes.len());
    for (run, note) in notes {
        runs.push(kept_run(store, run, note).await?);
    }
    Ok(runs)
}

/// Erases a run with all its results.
///
/// # Errors
/// If the store fails.
pub async fn forget(store: &dyn Store, run: &str) -> Result<(), JobEnd> {
    store.remove(&packed_path(run)).await?;
    Ok(store.remove(run).await?)
}

/// Packs the results of a run, as they would lie in the MAPS, into a zip; gives its path in the store and a name for it.
///
/// The zip is written piece by piece, so that memory does not grow with the results.
///
/// # Errors
/// If there is no such run, the store fails, or the user cancels.
pub async fn pack(store: &dyn Store, run: &str, pacer: &Pacer<'_>) -> Result<(String, String), JobEnd> {
    let known = list(store).await?.into_iter().find(|known| known.run == run);
    let known = known.ok_or_else(|| JobEnd::because(format!("there are no results of a run {run}"), "run the group first"))?;
    let path = packed_path(run);
    store.remove(&path).await?;
    let buffer = Buffer::default();
    let mut zip = ZipWriter::new_stream(buffer.clone());
    for (done, file) in known.files.iter().enumerate() {
        pacer.step(Stage::Packing, done as u64, known.files.len() as u64).await?;
        let bytes = store.read(&format!("{run}/{file}")).await?.unwrap_or_default();
        add(&mut zip, file, &bytes).map_err(|error| cannot_pack(&path, &error))?;
        store.append(&path, &buffer.take()).await?;
    }
    zip.finish().map_err(|error| cannot_pack(&path, &error.into()))?;
    store.append(&path, &buffer.take()).await?;
    Ok((path, format!("{run}.zip")))
}

/// Saliency is noise to a packer, and NIfTI files are packed already: members are stored as they are.
fn add(zip: &mut ZipWriter<zip::write::StreamWriter<Buffer>>, file: &str, bytes: &[u8]) -> std::io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file(file, options)?;
    zip.write_all(bytes)?;
    zip.flush()
}

async fn kept_run(store: &dyn Store, run: String, note: Note) -> Result<KeptRun, JobEnd> {
    let all = store.list(&run).await?;
    let below = |path: &str| path.strip_prefix(&format!("{run}/")).unwrap_or(path).to_owned();
    let results: Vec<(String, u64)> =
        all.iter().map(|(path, size)| (below(path), *size)).filter(|(path, _)| path != NOTE && !is_journal(path)).collect();
    let mut done = 0;
    for (path, _) in &all {
        done += maps_done(store, path).await?;
    }
    Ok(KeptRun {
        maps: note.maps,
        options: note.options,
        done,
        total: note.total,
        bytes: results.iter().map(|(_, size)| size).sum(),
        files: results.into_iter().map(|(path, _)| path).collect(),
        run,
    })
}

/// Maps that a checkpoint's side-car or journal accounts for; 0 for any other file.
async fn maps_done(store: &dyn Store, path: &str) -> Result<u64, FileError> {
    let is_journal_json = is_journal(path) && path.ends_with(".json");
    if !is_journal_json && file_name(path) != SIDE_CAR {
        return Ok(0);
    }
    let bytes = store.read(path).await?.unwrap_or_default();
    if is_journal_json {
        return Ok(serde_json::from_slice::<Journal>(&bytes).map_or(0, |journal| journal.n_done as u64));
    }
    let of_side_car = |side_car: SideCar| side_car.report.sessions.len() * side_car.report.elements.len();
    Ok(serde_json::from_slice(&bytes).map_or(0, of_side_car) as u64)
}

async fn notes(store: &dyn Store) -> Result<Vec<(String, Note)>, JobEnd> {
    let mut notes = BTreeMap::new();
    for (path, _) in store.list("").await? {
        let Some((run, NOTE)) = path.split_once('/') else { continue };
        let bytes = store.read(&path).await?.unwrap_or_default();
        // A note that cannot be read is none: an older version may have written it.
        if let Ok(note) = serde_json::from_slice::<Note>(&bytes) {
            notes.insert(run.to_owned(), note);
        }
    }
    Ok(notes.into_iter().collect())
}

fn packed_path(run: &str) -> String {
    format!("{PACKED}/{run}.zip")
}

fn cannot_pack(path: &str, error: &std::io::Error) -> JobEnd {
    JobEnd::because(format!("{path}: could not be packed ({error})"), "free some space and try again, or save to a folder")
}

/// Bytes between the packer and the store.
#[derive(Clone, Default)]
struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

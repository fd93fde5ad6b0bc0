//! The files that the tests read.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use maplens::files::{FileTree, MemoryFile, memory_file};
use maplens::torch_file;
use pollster::block_on;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A participant of the demo study, whose network inputs are among the fixtures, too.
pub const TRIV24_NIFTI: &str = "www/demo/caps/subjects/sub-TRIV24/ses-M000/t1_linear/\
     sub-TRIV24_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";

#[derive(Deserialize)]
struct Cases<T> {
    cases: Vec<T>,
}

/// Bytes of a file; the path is relative to the repository.
pub fn bytes(path: &str) -> Vec<u8> {
    let full = root().join(path);
    std::fs::read(&full).unwrap_or_else(|error| panic!("{}: {error}", full.display()))
}

/// The content of a JSON file; the path is relative to the repository.
pub fn json<T: DeserializeOwned>(path: &str) -> T {
    serde_json::from_slice(&bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The cases of a file that one of the scripts in `reference/` wrote.
pub fn cases<T: DeserializeOwned>(path: &str) -> Vec<T> {
    json::<Cases<T>>(path).cases
}

/// Shape and values of a saved tensor.
pub fn tensor(file_name: &str, bytes: Vec<u8>) -> (Vec<usize>, Vec<f32>) {
    let tensor = block_on(torch_file::read_tensor(file_name, &memory_file(bytes))).unwrap();
    (tensor.shape().to_vec(), block_on(tensor.to_f32_vec()).unwrap())
}

/// A folder of the repository as the page would see it when the user chose it: paths start with the folder's name.
pub fn tree_of(folder: &str) -> FileTree {
    let folder = root().join(folder);
    let mut tree = FileTree::default();
    insert_below(&mut tree, folder.parent().unwrap(), &folder);
    tree
}

/// A tree of small text files.
pub fn tree_from(files: &[(&str, &str)]) -> FileTree {
    let mut tree = FileTree::default();
    for (path, text) in files {
        tree.insert(*path, Rc::new(MemoryFile(text.as_bytes().into())));
    }
    tree
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn insert_below(tree: &mut FileTree, base: &Path, path: &Path) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            insert_below(tree, base, &entry.unwrap().path());
        }
    } else {
        let name = path.strip_prefix(base).unwrap().to_str().unwrap();
        tree.insert(name, Rc::new(MemoryFile(std::fs::read(path).unwrap().into())));
    }
}

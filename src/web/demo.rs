//! The demo study, read from the page's own origin.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;

use super::file_source::{HttpSource, fetch};
use super::words_of;
use crate::files::{FileError, FileTree};

/// `index.json`: static hosts do not list folders, so the paths and sizes are written down when the demo is packed.
#[derive(Debug, Deserialize)]
struct Index {
    model: Vec<Entry>,
    images: Vec<Entry>,
    template: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    path: String,
    bytes: u64,
}

/// The model's and the images' files below `base_url` (absolute, with a trailing slash); only the index is fetched now.
///
/// # Errors
/// [`FileError::Unreadable`] if there is no index or it is not what it should be.
pub async fn demo_trees(base_url: &str) -> Result<(FileTree, FileTree), FileError> {
    let index = index(base_url).await?;
    Ok((tree_of(base_url, index.model), tree_of(base_url, index.images)))
}

/// The template that figures may be drawn on, below the same folder.
///
/// # Errors
/// As [`demo_trees`].
pub async fn template_tree(base_url: &str) -> Result<FileTree, FileError> {
    Ok(tree_of(base_url, index(base_url).await?.template))
}

async fn index(base_url: &str) -> Result<Index, FileError> {
    let unreadable = |reason: String| FileError::Unreadable { path: "demo/index.json".to_owned(), reason };
    let bytes = fetch(&format!("{base_url}index.json")).await.map_err(|error| unreadable(words_of(&error)))?;
    serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))
}

fn tree_of(base_url: &str, entries: Vec<Entry>) -> FileTree {
    let mut tree = FileTree::default();
    for Entry { path, bytes } in entries {
        let url = format!("{base_url}{path}");
        tree.insert(path.clone(), Rc::new(HttpSource { path, url, size: bytes, kept: RefCell::default() }));
    }
    tree
}

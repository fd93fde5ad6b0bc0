//! The demo study, read from the page's own origin.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Deserialize;

use super::file_source::{HttpSource, fetch};
use crate::files::{FileError, FileSource, FileTree};

/// `index.json`: static hosts do not list folders, so the paths and sizes are written down when the demo is packed.
#[derive(Debug, Deserialize)]
struct Index {
    model: Vec<IndexEntry>,
    images: Vec<IndexEntry>,
    /// Backgrounds and masks.
    layers: Vec<IndexEntry>,
}

/// A file below the demo's folder.
#[derive(Debug, Deserialize)]
struct IndexEntry {
    path: String,
    bytes: u64,
}

/// The trees of the model's and of the images' files below `base_url` (absolute, with a trailing slash); only the index is fetched now.
///
/// # Errors
/// [`FileError::Unreachable`] without a network, [`FileError::NotServed`] if the index is not there or not what it should be.
pub async fn demo_trees(base_url: &str) -> Result<(FileTree, FileTree), FileError> {
    let index = Index::fetch(base_url).await?;
    Ok((tree_of(base_url, index.model), tree_of(base_url, index.images)))
}

/// The tree of the template that figures may be drawn on, below `base_url`.
///
/// # Errors
/// As [`demo_trees`].
pub async fn template_tree(base_url: &str) -> Result<FileTree, FileError> {
    let layers = Index::fetch(base_url).await?.layers;
    Ok(tree_of(base_url, layers.into_iter().filter(|entry| entry.path.starts_with("template/")).collect()))
}

/// One of the index's `layers`, by its path; its bytes are not fetched yet.
///
/// # Errors
/// As [`demo_trees`]; [`FileError::NotFound`] if the index does not list the path.
pub async fn bundled_layer(base_url: &str, path: &str) -> Result<Rc<dyn FileSource>, FileError> {
    let index = Index::fetch(base_url).await?;
    let entry = index.layers.into_iter().find(|entry| entry.path == path);
    let IndexEntry { path, bytes } = entry.ok_or_else(|| FileError::NotFound { path: path.to_owned() })?;
    let url = format!("{base_url}{path}");
    Ok(Rc::new(HttpSource { path, url, size: bytes, kept: RefCell::default() }))
}

impl Index {
    async fn fetch(base_url: &str) -> Result<Self, FileError> {
        let path = "demo/index.json";
        let bytes = fetch(&format!("{base_url}index.json"), path).await?;
        serde_json::from_slice(&bytes).map_err(|error| FileError::NotServed { path: path.to_owned(), reason: error.to_string() })
    }
}

fn tree_of(base_url: &str, entries: Vec<IndexEntry>) -> FileTree {
    let mut tree = FileTree::default();
    for IndexEntry { path, bytes } in entries {
        let url = format!("{base_url}{path}");
        tree.insert(path.clone(), Rc::new(HttpSource { path, url, size: bytes, kept: RefCell::default() }));
    }
    tree
}

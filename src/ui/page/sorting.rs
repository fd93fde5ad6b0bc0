//! Which of the dropped files are a model and which are images.

use crate::web::picked_files::PickedFile;

/// Dropped files, sorted by what they are opened as.
#[derive(Default)]
pub struct Sorted {
    pub model: Vec<PickedFile>,
    pub images: Vec<PickedFile>,
}

/// Whether the user has opened a model of their own; until then an archive whose name says nothing is opened as the model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OwnModel {
    Open,
    Missing,
}

impl From<bool> for OwnModel {
    fn from(is_open: bool) -> Self {
        if is_open { OwnModel::Open } else { OwnModel::Missing }
    }
}

/// Files below a folder that holds a `maps.json` are the model; so are checkpoints and archives that say so. The rest are images.
pub fn sort_out(files: Vec<PickedFile>, own_model: OwnModel) -> Sorted {
    let roots: Vec<String> = files.iter().filter_map(|file| file.path.strip_suffix("maps.json").map(str::to_owned)).collect();
    let mut sorted = Sorted::default();
    for file in files.into_iter().filter(|file| !is_hidden(&file.path)) {
        let is_below_root = roots.iter().any(|root| file.path.starts_with(root));
        if is_below_root || is_checkpoint(&file.path) || is_model_archive(&file.path, own_model) {
            sorted.model.push(file);
        } else {
            sorted.images.push(file);
        }
    }
    sorted
}

fn is_hidden(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

fn is_checkpoint(path: &str) -> bool {
    path.ends_with(".pth.tar")
}

fn is_model_archive(path: &str, own_model: OwnModel) -> bool {
    let name = path.to_lowercase();
    let is_archive = [".zip", ".tar", ".tar.gz", ".tgz"].iter().any(|ending| name.ends_with(ending));
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let names_a_model = says(&["maps", "model"]);
    let names_images = says(&["caps", "image", "subject", "sub-", "t1"]);
    is_archive && (names_a_model || (own_model == OwnModel::Missing && !names_images))
}

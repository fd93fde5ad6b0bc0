//! The files that come with a request.

use std::rc::Rc;

use super::failure::{JobEnd, no_files};
use crate::files::{FileSource, FileTree, open_uploads};

/// Files that come with a request.
pub enum RequestFiles {
    /// The request needs no files, or none came.
    Nothing,
    /// Files that the user chose: paths and sources.
    Files(Vec<(String, Rc<dyn FileSource>)>),
    /// Background and masks of a figure.
    Figure(FigureFiles),
    /// The demo study.
    Demo {
        /// The demo's MAPS.
        model: FileTree,
        /// The demo's CAPS.
        images: FileTree,
    },
}

/// Files that a figure needs.
#[derive(Default)]
pub struct FigureFiles {
    /// The template alone, where it is wanted for the first time.
    pub template: Option<FileTree>,
    /// Voxels of [`FigureRequest::volumes`](crate::protocol::FigureRequest::volumes), in that order; those of the last figure
    /// are not read again.
    pub volumes: Vec<Rc<dyn FileSource>>,
}

impl RequestFiles {
    /// The chosen files as a tree: a folder, or what an archive holds.
    ///
    /// # Errors
    /// If no files were chosen, or an archive among them cannot be read.
    pub(super) async fn into_tree(self) -> Result<FileTree, JobEnd> {
        match self {
            Self::Files(files) => Ok(open_uploads(files).await?),
            Self::Nothing | Self::Figure(_) | Self::Demo { .. } => Err(no_files()),
        }
    }
}

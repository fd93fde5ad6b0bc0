//! Reads whole images of a catalogue.

use super::{CapsError, ImageEntry, ImageFormat};
use crate::files::FileTree;
use crate::volume::known_space::{self, Assumption};
use crate::volume::{Volume, nifti, tensor};

/// An image, and the assumption about its place.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedImage {
    /// The voxels, with their place in the head.
    pub volume: Volume,
    /// Why the affine was assumed; `None` for an image that has one.
    pub assumption: Option<Assumption>,
}

/// Reads an image of a catalogue.
///
/// # Errors
/// If the file cannot be read or is no 3D image, or if there are only elements of it.
pub async fn read_image(tree: &FileTree, entry: &ImageEntry) -> Result<LoadedImage, CapsError> {
    if entry.format == ImageFormat::Elements {
        return Err(CapsError::OnlyElements { session: entry.words(), example: entry.path.clone() });
    }
    let file = tree.source(&entry.path)?;
    match entry.format {
        ImageFormat::Nifti => Ok(LoadedImage { volume: nifti::read_file(&entry.path, file.as_ref()).await?, assumption: None }),
        ImageFormat::Tensor | ImageFormat::Elements => {
            let volume = tensor::read(&entry.path, file, |shape| known_space::assume(shape).world_from_voxel).await?;
            let assumption = Some(known_space::assume(volume.shape()).reason);
            Ok(LoadedImage { volume, assumption })
        }
    }
}

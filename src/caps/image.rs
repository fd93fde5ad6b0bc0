//! Reads whole images of a catalogue.

use super::agreement::Disagreement;
use super::grids::{self, PlacedGrid};
use super::{CapsError, ElementWarning, ImageEntry, ImageFormat};
use crate::files::{FileTree, file_name};
use crate::volume::nifti::{self, NiftiError};
use crate::volume::{Affine, Volume, tensor};

/// An image, and what is odd about its place or its files.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedImage {
    /// The voxels, with their place in the head.
    pub volume: Volume,
    /// Assumptions about the place, and a NIfTI image that is not what its tensor holds.
    pub warnings: Vec<ElementWarning>,
}

/// Reads an image of a catalogue.
///
/// # Errors
/// If the file cannot be read or is no 3D image, or if there are only elements of it.
pub async fn read_image(tree: &FileTree, entry: &ImageEntry) -> Result<LoadedImage, CapsError> {
    let PlacedGrid { grid, warning } = grids::of_file(tree, entry).await?;
    let volume = read_voxels(tree, entry, grid.world_from_voxel).await?;
    let warnings = warning.into_iter().chain(disagreement(tree, entry, &volume).await).collect();
    Ok(LoadedImage { volume, warnings })
}

/// Reads the voxels of an image whose place is known.
pub(super) async fn read_voxels(tree: &FileTree, entry: &ImageEntry, world_from_voxel: Affine) -> Result<Volume, CapsError> {
    match entry.format {
        ImageFormat::Nifti | ImageFormat::NiftiPair => read_nifti(tree, &entry.path).await,
        ImageFormat::Tensor => Ok(tensor::read(&entry.path, tree.source(&entry.path)?, |_| world_from_voxel).await?),
        ImageFormat::Elements => Err(CapsError::OnlyElements { session: entry.words(), example: entry.path.clone() }),
    }
}

/// The warning if the NIfTI image beside a tensor holds other voxels. One that cannot be read is none: its header, which was
/// read before, says so.
pub(super) async fn disagreement(tree: &FileTree, entry: &ImageEntry, tensor: &Volume) -> Option<ElementWarning> {
    let nifti = entry.nifti.as_ref()?;
    let (tensor_name, nifti_name) = (entry.path.clone(), nifti.clone());
    match read_nifti(tree, nifti).await {
        Ok(image) if image.shape() == tensor.shape() => {
            let disagreement = Disagreement::between(tensor.data(), image.data())?;
            Some(ElementWarning::TensorIsAnother { tensor: tensor_name, nifti: nifti_name, disagreement })
        }
        // Files of another size, and those without a header, were reported with the grid.
        Ok(_) => None,
        Err(error) => grids::has_readable_header(tree, nifti).await.then(|| ElementWarning::NiftiBroken {
            tensor: tensor_name,
            nifti: nifti_name,
            reason: error.to_string(),
        }),
    }
}

/// Reads a NIfTI image, of one file or of two.
async fn read_nifti(tree: &FileTree, path: &str) -> Result<Volume, CapsError> {
    let Some(other) = nifti::other_of_pair(path) else {
        return Ok(nifti::read_file(path, tree.source(path)?.as_ref()).await?);
    };
    let (header, voxels) = if nifti::is_pair_header_name(path) { (path, other.as_str()) } else { (other.as_str(), path) };
    let half = || NiftiError::HalfOfPair { file: file_name(path).to_owned() };
    let file = |path: &str| tree.source(path).map_err(|_| half());
    Ok(nifti::read_pair(header, file(header)?.as_ref(), (voxels, file(voxels)?.as_ref())).await?)
}

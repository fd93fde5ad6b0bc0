//! Size and place of images and masks from the beginnings of their files.

use super::{CapsError, ImageEntry, ImageFormat, InputSpec};
use crate::files::FileTree;
use crate::volume::known_space::{self, Assumption};
use crate::volume::nifti::{self, NiftiError};
use crate::volume::{Affine, Grid, tensor};

/// Bytes that are read first. Headers take 348 bytes, pickles of one tensor some 500, gzip's own header a file's name.
const BEGINNING: u64 = 1 << 13;

/// The grid of a session's image, and what had to be assumed about it. Where only elements are left of the image, the grid
/// is the preprocessing's.
pub(super) async fn of_image(tree: &FileTree, entry: &ImageEntry, spec: &InputSpec) -> Result<(Grid, Option<Assumption>), CapsError> {
    match entry.format {
        ImageFormat::Nifti => {
            let (grid, is_said) = of_nifti(tree, &entry.path, nifti::read_grid_and_whether_it_is_said).await?;
            Ok((grid, (!is_said).then_some(Assumption::NoForm)))
        }
        ImageFormat::Tensor => Ok(assumed(shape_of_tensor(tree, &entry.path).await?)),
        ImageFormat::Elements => {
            let unknown = || CapsError::UnknownGrid { path: entry.path.clone(), preprocessing: spec.preprocessing.clone() };
            let grid = spec.known_grid().ok_or_else(unknown)?;
            Ok((grid, Some(Assumption::ClinicaGrid { shape: grid.shape })))
        }
    }
}

/// The size of a mask, and its place if it tells.
pub(super) async fn of_mask(tree: &FileTree, path: &str) -> Result<([usize; 3], Option<Affine>), CapsError> {
    of_nifti(tree, path, nifti::read_mask_grid).await
}

fn assumed(shape: [usize; 3]) -> (Grid, Option<Assumption>) {
    let space = known_space::assume(shape);
    (Grid { shape, world_from_voxel: space.world_from_voxel }, Some(space.reason))
}

/// Reads more than the beginning only if the header does not come out of it.
async fn of_nifti<T>(tree: &FileTree, path: &str, read: impl Fn(&str, &[u8]) -> Result<T, NiftiError>) -> Result<T, CapsError> {
    let (beginning, is_whole) = beginning(tree, path).await?;
    match read(path, &beginning) {
        Err(NiftiError::Truncated { .. } | NiftiError::DamagedGzip { .. }) if !is_whole => Ok(read(path, &tree.read(path).await?)?),
        grid => Ok(grid?),
    }
}

async fn shape_of_tensor(tree: &FileTree, path: &str) -> Result<[usize; 3], CapsError> {
    let (beginning, _) = beginning(tree, path).await?;
    if let Some(shape) = tensor::read_shape(path, &beginning)? {
        return Ok(shape);
    }
    let volume = tensor::read(path, tree.source(path)?, |_| Affine::IDENTITY).await?;
    Ok(volume.shape())
}

/// The first bytes, and whether they are all.
async fn beginning(tree: &FileTree, path: &str) -> Result<(Vec<u8>, bool), CapsError> {
    let size = tree.size_of(path).unwrap_or(0);
    let bytes = tree.read_range(path, 0..size.min(BEGINNING)).await?;
    Ok((bytes, size <= BEGINNING))
}

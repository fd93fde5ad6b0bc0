//! Size and place of images and masks from the first bytes of their files.

use super::{CapsError, ImageEntry, ImageFormat, InputSpec};
use crate::files::FileTree;
use crate::volume::known_space::{self, Assumption};
use crate::volume::nifti::{self, NiftiError};
use crate::volume::{Affine, Grid, tensor};

/// Bytes that are read first. Headers have 348 bytes, pickles of one tensor some 500, and gzip's own header holds a file's
/// name.
const HEAD: u64 = 1 << 13;

/// The grid of a session's image, and the assumption about its place. Where there are only elements of the image, the grid
/// is the one that the preprocessing defines.
pub(super) async fn of_image(tree: &FileTree, entry: &ImageEntry, spec: &InputSpec) -> Result<(Grid, Option<Assumption>), CapsError> {
    match entry.format {
        ImageFormat::Nifti => {
            let (grid, is_said) = of_nifti(tree, &entry.path, nifti::read_grid_and_has_place).await?;
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

/// The size of a mask, and its place; `None` where its affine places other axes.
pub(super) async fn of_mask(tree: &FileTree, path: &str) -> Result<([usize; 3], Option<Affine>), CapsError> {
    of_nifti(tree, path, nifti::read_mask_grid).await
}

/// The grid of a tensor, whose place is assumed by its size.
fn assumed(shape: [usize; 3]) -> (Grid, Option<Assumption>) {
    let space = known_space::assume(shape);
    (Grid { shape, world_from_voxel: space.world_from_voxel }, Some(space.reason))
}

/// Reads a header from the head of a file, or from the whole file if the head does not hold it.
async fn of_nifti<T>(tree: &FileTree, path: &str, read: impl Fn(&str, &[u8]) -> Result<T, NiftiError>) -> Result<T, CapsError> {
    let (head, is_whole) = read_head(tree, path).await?;
    match read(path, &head) {
        Err(NiftiError::Truncated { .. } | NiftiError::DamagedGzip { .. }) if !is_whole => Ok(read(path, &tree.read(path).await?)?),
        grid => Ok(grid?),
    }
}

/// The shape of an image tensor, from the head of its file if it is there.
async fn shape_of_tensor(tree: &FileTree, path: &str) -> Result<[usize; 3], CapsError> {
    let (head, _) = read_head(tree, path).await?;
    if let Some(shape) = tensor::read_shape(path, &head)? {
        return Ok(shape);
    }
    let volume = tensor::read(path, tree.source(path)?, |_| Affine::IDENTITY).await?;
    Ok(volume.shape())
}

/// The first bytes of a file, and whether they are all.
async fn read_head(tree: &FileTree, path: &str) -> Result<(Vec<u8>, bool), CapsError> {
    let size = tree.size_of(path).unwrap_or(0);
    let bytes = tree.read_range(path, 0..size.min(HEAD)).await?;
    Ok((bytes, size <= HEAD))
}

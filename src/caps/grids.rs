//! Size and place of images and masks from the first bytes of their files.

use super::{CapsError, ElementWarning, ImageEntry, ImageFormat, InputSpec};
use crate::files::FileTree;
use crate::torch_file;
use crate::volume::known_space::{self, Assumption};
use crate::volume::nifti::{self, NiftiError};
use crate::volume::tensor::{self, TensorImageError};
use crate::volume::{Affine, Grid};

/// Bytes that are read first. Headers have at most 540 bytes, pickles of one tensor some 500, and gzip's own header holds a
/// file's name.
const HEAD: u64 = 1 << 13;

/// The grid of an image, and the warning where its place is not as its files should give it.
pub(super) struct PlacedGrid {
    pub grid: Grid,
    pub warning: Option<ElementWarning>,
}

/// The grid of a session's image. Where there are only elements of the image, it is the one that the preprocessing defines.
pub(super) async fn of_image(tree: &FileTree, entry: &ImageEntry, spec: &InputSpec) -> Result<PlacedGrid, CapsError> {
    if entry.format != ImageFormat::Elements {
        return of_file(tree, entry).await;
    }
    let unknown = || CapsError::UnknownGrid { path: entry.path.clone(), preprocessing: spec.preprocessing.clone() };
    let grid = spec.known_grid().ok_or_else(unknown)?;
    Ok(assumed(entry, grid, Assumption::ClinicaGrid { shape: grid.shape }))
}

/// The grid of an image's file: a NIfTI image's own; a tensor's, placed by the NIfTI image beside it, else by its size.
pub(super) async fn of_file(tree: &FileTree, entry: &ImageEntry) -> Result<PlacedGrid, CapsError> {
    match entry.format {
        ImageFormat::Nifti | ImageFormat::NiftiPair => of_nifti(tree, &entry.path).await,
        ImageFormat::Tensor => {
            let shape = shape_of_tensor(tree, &entry.path).await?;
            match &entry.nifti {
                Some(nifti) => Ok(of_tensor_beside(tree, entry, nifti, shape).await),
                None => Ok(by_size(entry, shape)),
            }
        }
        ImageFormat::Elements => Err(CapsError::OnlyElements { session: entry.words(), example: entry.path.clone() }),
    }
}

/// The size of a mask, and its place; `None` where its affine places other axes or nothing.
pub(super) async fn of_mask(tree: &FileTree, path: &str) -> Result<([usize; 3], Option<Affine>), CapsError> {
    from_head(tree, path, nifti::read_mask_grid).await
}

/// Whether a file begins with the header of an image that could be read.
pub(super) async fn has_readable_header(tree: &FileTree, path: &str) -> bool {
    from_head(tree, path, nifti::read_grid).await.is_ok()
}

/// The grid of a tensor of `shape` voxels that has a NIfTI image beside it.
async fn of_tensor_beside(tree: &FileTree, entry: &ImageEntry, nifti: &str, shape: [usize; 3]) -> PlacedGrid {
    let (tensor, nifti) = (entry.path.clone(), nifti.to_owned());
    let reason = match of_nifti(tree, &nifti).await {
        Ok(placed) if placed.grid.shape == shape => return placed,
        Ok(placed) => {
            let found = placed.grid.shape;
            let warning = ElementWarning::NiftiOfOtherSize { tensor, nifti, shape, found, assumption: known_space::assume(shape).reason };
            return PlacedGrid { warning: Some(warning), ..by_size(entry, shape) };
        }
        Err(error) => error.to_string(),
    };
    let warning = ElementWarning::NiftiWithoutPlace { tensor, reason, assumption: known_space::assume(shape).reason };
    PlacedGrid { warning: Some(warning), ..by_size(entry, shape) }
}

/// The grid of a tensor whose place is assumed by its size.
fn by_size(entry: &ImageEntry, shape: [usize; 3]) -> PlacedGrid {
    let space = known_space::assume(shape);
    assumed(entry, Grid { shape, world_from_voxel: space.world_from_voxel }, space.reason)
}

fn assumed(entry: &ImageEntry, grid: Grid, assumption: Assumption) -> PlacedGrid {
    PlacedGrid { grid, warning: Some(ElementWarning::Assumed { path: entry.path.clone(), assumption }) }
}

/// The grid of a NIfTI image; of a pair, by the file of its header.
async fn of_nifti(tree: &FileTree, path: &str) -> Result<PlacedGrid, CapsError> {
    let other = nifti::other_of_pair(path);
    if other.as_ref().is_some_and(|other| !tree.contains(other)) {
        return Err(NiftiError::HalfOfPair { file: path.to_owned() }.into());
    }
    let header = other.as_deref().filter(|_| !nifti::is_pair_header_name(path)).unwrap_or(path);
    let (grid, assumption) = from_head(tree, header, nifti::read_grid).await?;
    let warning = assumption.map(|assumption| ElementWarning::Assumed { path: path.to_owned(), assumption });
    Ok(PlacedGrid { grid, warning })
}

/// Reads a header from the head of a file, or from the whole file if the head does not hold it.
async fn from_head<T>(tree: &FileTree, path: &str, read: impl Fn(&str, &[u8]) -> Result<T, NiftiError>) -> Result<T, CapsError> {
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
    let tensor = torch_file::read_tensor(path, tree.source(path)?).await.map_err(TensorImageError::TorchFile)?;
    Ok(tensor::axes_of_image(path, tensor.shape())?)
}

/// The first bytes of a file, and whether they are all.
async fn read_head(tree: &FileTree, path: &str) -> Result<(Vec<u8>, bool), CapsError> {
    let size = tree.size_of(path).unwrap_or(0);
    let bytes = tree.read_range(path, 0..size.min(HEAD)).await?;
    Ok((bytes, size <= HEAD))
}

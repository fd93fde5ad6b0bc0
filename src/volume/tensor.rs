//! Tensors of a CAPS (`deeplearning_prepare_data/**.pt`): whole images as volumes, and elements that were extracted from them.

use std::rc::Rc;

use super::{Affine, MAX_AXIS, MAX_VOXELS, Volume};
use crate::files::FileSource;
use crate::torch_file::{self, TorchFileError};

/// Reads a saved tensor 1×D×H×W or D×H×W. Axes are NIfTI's i, j, k whatever the strides; tensors carry no affine, so
/// `world_from_voxel_of` gives it for the grid's shape (see [`known_space::assume`](super::known_space::assume)).
///
/// # Errors
/// If the file is no saved tensor, or one of another rank or size.
pub async fn read(
    file_name: &str,
    file: &Rc<dyn FileSource>,
    world_from_voxel_of: impl Fn([usize; 3]) -> Affine,
) -> Result<Volume, TensorImageError> {
    let tensor = torch_file::read_tensor(file_name, file).await?;
    let shape = axes_of_image(file_name, tensor.shape())?;
    let data = tensor.to_f32_vec().await.map_err(|flaw| flaw.in_file(file_name))?;
    let world_from_voxel = world_from_voxel_of(shape);
    Volume::new(shape, data, world_from_voxel).map_err(|_| not_an_image(file_name, tensor.shape()))
}

/// Shape of an image tensor from `head`, the first bytes of its file; `None` where they do not show it.
///
/// # Errors
/// If the tensor's shape is not that of an image.
pub fn read_shape(file_name: &str, head: &[u8]) -> Result<Option<[usize; 3]>, TensorImageError> {
    torch_file::shape_from_head(head).map(|shape| axes_of_image(file_name, &shape)).transpose()
}

/// Reads an element that ClinicaDL extracted and saved, whose shape must be `expected` (channels, then the axes). Gives one
/// of its equal channels, last axis fastest whatever the strides.
///
/// # Errors
/// If the file is no saved tensor, or one of another shape, or if its channels differ.
pub async fn read_element(file_name: &str, file: &Rc<dyn FileSource>, expected: &[usize]) -> Result<Vec<f32>, TensorImageError> {
    let name = || file_name.to_owned();
    let tensor = torch_file::read_tensor(file_name, file).await?;
    if tensor.shape() != expected {
        return Err(TensorImageError::OtherElement { file: name(), shape: tensor.shape().to_vec(), expected: expected.to_vec() });
    }
    let mut values = tensor.to_f32_vec().await.map_err(|flaw| flaw.in_file(file_name))?;
    let n_channels = expected.first().copied().unwrap_or(1).max(1);
    let n_values = values.len() / n_channels;
    let (first, others) = values.split_at(n_values);
    let is_first = |channel: &[f32]| channel.iter().zip(first).all(|(value, first)| value.to_bits() == first.to_bits());
    if !others.chunks(n_values.max(1)).all(is_first) {
        return Err(TensorImageError::ChannelsDiffer { file: name(), n_channels });
    }
    values.truncate(n_values);
    Ok(values)
}

/// Why a tensor is no image or element.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TensorImageError {
    /// The file is no saved tensor.
    #[error(transparent)]
    TorchFile(#[from] TorchFileError),
    /// The shape is neither 1×D×H×W nor D×H×W.
    #[error("{file}: a tensor of shape {shape:?}, but an image tensor of shape [1, D, H, W] is needed")]
    NotAnImage {
        /// The file.
        file: String,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// The element has another shape.
    #[error("{file}: a tensor of shape {shape:?}, but the element has shape {expected:?}")]
    OtherElement {
        /// The file.
        file: String,
        /// The tensor's shape.
        shape: Vec<usize>,
        /// Channels and axes of the element.
        expected: Vec<usize>,
    },
    /// The channels differ, as in a colour image.
    #[error("{file}: its {n_channels} channels differ, but ClinicaDL saves the same slice in each")]
    ChannelsDiffer {
        /// The file.
        file: String,
        /// Number of channels.
        n_channels: usize,
    },
    /// The tensor is larger than this program is ready to hold in memory.
    #[error("{file}: a tensor of shape {shape:?} is larger than {MAX_VOXELS} voxels or {MAX_AXIS} along one axis")]
    TooLarge {
        /// The file.
        file: String,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
}

impl TensorImageError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            TensorImageError::TorchFile(error) => error.hint().to_owned(),
            TensorImageError::NotAnImage { .. } => {
                "choose an image tensor, as `clinicadl prepare-data image` writes it, or the NIfTI it was made from".to_owned()
            }
            TensorImageError::OtherElement { .. } => {
                "extract the elements again with the options of the training, or remove them: they are then cut from the images".to_owned()
            }
            TensorImageError::ChannelsDiffer { .. } => "extract the slices again with `clinicadl prepare-data slice`".to_owned(),
            TensorImageError::TooLarge { .. } => "resample the image; the networks take 169×208×179 voxels at 1 mm".to_owned(),
        }
    }
}

/// The three axes of an image tensor, checked for their size.
///
/// # Errors
/// If the shape is not that of an image, or too large.
pub fn axes_of_image(file_name: &str, shape: &[usize]) -> Result<[usize; 3], TensorImageError> {
    let (&[1, i, j, k] | &[i, j, k]) = shape else { return Err(not_an_image(file_name, shape)) };
    let axes = [i, j, k];
    if axes.contains(&0) {
        return Err(not_an_image(file_name, shape));
    }
    let n_voxels = i.checked_mul(j).and_then(|plane| plane.checked_mul(k));
    let fits = n_voxels.is_some_and(|n| n <= MAX_VOXELS) && axes.iter().all(|&length| length <= MAX_AXIS);
    if fits { Ok(axes) } else { Err(TensorImageError::TooLarge { file: file_name.to_owned(), shape: shape.to_vec() }) }
}

fn not_an_image(file_name: &str, shape: &[usize]) -> TensorImageError {
    TensorImageError::NotAnImage { file: file_name.to_owned(), shape: shape.to_vec() }
}

//! Image tensors of a CAPS (`deeplearning_prepare_data/image_based/**.pt`) as volumes.

use super::{Affine, MAX_AXIS, MAX_VOXELS, Volume};
use crate::torch_file::{self, Tensor, TorchFileError};

/// Reads a saved tensor 1×D×H×W or D×H×W. Axes are NIfTI's i, j, k whatever the strides; tensors carry no affine, so
/// `world_from_voxel_of` gives the one of the grid's shape (see [`known_space::assume`](super::known_space::assume)).
///
/// # Errors
/// If the bytes are no saved tensor, or one of another rank or size.
pub fn read(file_name: &str, bytes: Vec<u8>, world_from_voxel_of: impl Fn([usize; 3]) -> Affine) -> Result<Volume, TensorImageError> {
    let tensor = torch_file::read_tensor(file_name, bytes)?;
    let shape = image_shape(file_name, &tensor)?;
    let data = tensor.to_f32_vec().map_err(|flaw| flaw.in_file(file_name))?;
    let world_from_voxel = world_from_voxel_of(shape);
    Volume::new(shape, data, world_from_voxel).map_err(|_| not_an_image(file_name, &tensor))
}

/// Why a tensor is no image.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TensorImageError {
    /// Not a saved tensor.
    #[error(transparent)]
    TorchFile(#[from] TorchFileError),
    /// Not 1×D×H×W.
    #[error("{file}: a tensor of shape {shape:?}, but an image tensor of shape [1, D, H, W] is needed")]
    NotAnImage {
        /// The file.
        file: String,
        /// The tensor's shape.
        shape: Vec<usize>,
    },
    /// Beyond what this program is ready to hold.
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
            TensorImageError::TooLarge { .. } => "resample the image; the networks take 169×208×179 voxels at 1 mm".to_owned(),
        }
    }
}

fn image_shape(file_name: &str, tensor: &Tensor) -> Result<[usize; 3], TensorImageError> {
    let (&[1, i, j, k] | &[i, j, k]) = tensor.shape() else { return Err(not_an_image(file_name, tensor)) };
    let axes = [i, j, k];
    if axes.contains(&0) {
        return Err(not_an_image(file_name, tensor));
    }
    let n_voxels = i.checked_mul(j).and_then(|plane| plane.checked_mul(k));
    let fits = n_voxels.is_some_and(|n| n <= MAX_VOXELS) && axes.iter().all(|&length| length <= MAX_AXIS);
    if fits { Ok(axes) } else { Err(TensorImageError::TooLarge { file: file_name.to_owned(), shape: tensor.shape().to_vec() }) }
}

fn not_an_image(file_name: &str, tensor: &Tensor) -> TensorImageError {
    TensorImageError::NotAnImage { file: file_name.to_owned(), shape: tensor.shape().to_vec() }
}

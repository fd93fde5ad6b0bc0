//! The tensor that belongs to a NIfTI image: ClinicaDL looks for the image by its NIfTI's name, and then reads the tensor that was
//! prepared under the same name.

use super::file_stem::file_stem;
use super::image_entry::ImageFormat;
use super::layout::SessionFile;

/// The folder of a session in which `clinicadl prepare-data image` puts tensors, by preprocessing.
const TENSORS: &str = "deeplearning_prepare_data/image_based/";

/// The prepared tensor of a session's NIfTI image; of several, the one in the folder named like the image's.
pub(super) fn prepared_tensor<'a>(nifti: &SessionFile, files: &[SessionFile<'a>]) -> Option<SessionFile<'a>> {
    let module =
        |file: &SessionFile<'a>| file.below_session.strip_prefix(TENSORS).and_then(|below| below.split_once('/')).map(|(it, _)| it);
    let folder = nifti.below_session.split('/').next();
    let tensors = || files.iter().filter(|file| is_tensor_of(nifti, file) && file.below_session.starts_with(TENSORS));
    tensors().find(|file| module(file) == folder).or_else(|| tensors().next()).copied()
}

/// The tensor of the same name among loose files.
pub(super) fn loose_tensor<'a>(nifti: &SessionFile, files: &[SessionFile<'a>]) -> Option<SessionFile<'a>> {
    files.iter().find(|file| is_tensor_of(nifti, file)).copied()
}

fn is_tensor_of(nifti: &SessionFile, file: &SessionFile) -> bool {
    let is_nifti = matches!(nifti.format, ImageFormat::Nifti | ImageFormat::NiftiPair);
    is_nifti && file.format == ImageFormat::Tensor && file_stem(file.path) == file_stem(nifti.path)
}

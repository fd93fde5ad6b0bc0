//! Checks `input_size` against the size of the elements that the extraction gives.

use super::ConfigError;
use crate::volume::Extraction;

/// Compares what is known without an image: channels, the number of axes, the edge of a patch. `is_reduced` tells whether a
/// size reduction follows, which changes the edge.
///
/// # Errors
/// [`ConfigError::InputSizeDisagrees`] with both sizes.
pub(super) fn check(file: &str, input_size: &[usize], extraction: &Extraction, is_reduced: bool) -> Result<(), ConfigError> {
    let channels = extraction.n_channels();
    let n_axes = if matches!(extraction, Extraction::Slice { .. }) { 2 } else { 3 };
    let mut fits = input_size.len() == 1 + n_axes && input_size.first() == Some(&channels);
    let mut expected = format!("{channels} channel{} and {n_axes} axes", if channels == 1 { "" } else { "s" });
    if let Extraction::Patch { size, .. } = extraction
        && !is_reduced
    {
        fits &= input_size.iter().skip(1).all(|edge| edge == size);
        expected = format!("{expected} of {size} voxels");
    }
    if fits {
        return Ok(());
    }
    let element = match extraction {
        Extraction::Image => "a whole image",
        Extraction::Patch { .. } => "a patch",
        Extraction::Roi { .. } => "a region",
        Extraction::Slice { .. } => "a slice",
    };
    Err(ConfigError::InputSizeDisagrees { file: file.to_owned(), input_size: input_size.to_vec(), element, expected })
}

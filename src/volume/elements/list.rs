//! The list of an image's elements in each extraction mode of `clinicadl prepare-data`. No voxel is read.

use std::rc::Rc;

use super::error::MAX_ELEMENTS;
use super::planes::KeptPlanes;
use super::{Element, ElementError, Mask};
use crate::volume::Extraction;

impl Extraction {
    /// The elements of an image of `source_shape` voxels, in ClinicaDL's order. `masks` are the regions' masks in the
    /// order of the regions' names; other modes take none.
    ///
    /// Patches: (n − size) / stride + 1 per axis, last axis fastest. Slices: `num_slices`, or all that are not discarded,
    /// from the first that is not discarded. Regions: one per name.
    ///
    /// # Errors
    /// [`ElementError`] where the image is too small for a single element, or masks do not fit it.
    pub fn elements(&self, source_shape: [usize; 3], masks: &[Rc<Mask>]) -> Result<Vec<Element>, ElementError> {
        match self {
            Extraction::Image => Ok(vec![Element::whole(source_shape)]),
            Extraction::Patch { size, stride } => patches(source_shape, *size, *stride),
            Extraction::Roi { names, uncropped, .. } => regions(source_shape, names.len(), *uncropped, masks),
            Extraction::Slice { direction, discarded, num_slices, .. } => {
                slices(source_shape, *direction, *discarded, *num_slices, self.n_channels())
            }
        }
    }
}

fn patches(shape: [usize; 3], size: usize, stride: usize) -> Result<Vec<Element>, ElementError> {
    if size == 0 || stride == 0 {
        return Err(ElementError::EmptyPatch { size, stride });
    }
    if shape.iter().any(|&length| length < size) {
        return Err(ElementError::PatchTooLarge { size, shape });
    }
    let n_along = shape.map(|length| (length - size) / stride + 1);
    let count = n_along.iter().fold(1_usize, |count, &n| count.saturating_mul(n));
    if count > MAX_ELEMENTS {
        return Err(ElementError::TooMany { count, shape });
    }
    let along = |axis: usize| -> Vec<Rc<[usize]>> { (0..n_along[axis]).map(|n| (n * stride..n * stride + size).collect()).collect() };
    let [i, j, k] = [0, 1, 2].map(along);
    let boxes = i.iter().flat_map(|i| j.iter().flat_map(|j| k.iter().map(|k| [i.clone(), j.clone(), k.clone()])));
    let whole = Element::whole(shape);
    let patch = |(number, planes): (usize, KeptPlanes)| Element { name: format!("patch {number}"), number, planes, ..whole.clone() };
    Ok(boxes.enumerate().map(patch).collect())
}

fn slices(
    shape: [usize; 3],
    direction: usize,
    [begin, end]: [usize; 2],
    num_slices: Option<usize>,
    channels: usize,
) -> Result<Vec<Element>, ElementError> {
    let &length = shape.get(direction).ok_or(ElementError::BadDirection { direction })?;
    let left = length.checked_sub(begin).and_then(|left| left.checked_sub(end)).filter(|&left| left > 0);
    let count = match num_slices {
        Some(num_slices) if num_slices == 0 || begin.checked_add(num_slices).is_none_or(|stop| stop > length) => {
            return Err(ElementError::TooFewSlices { direction, num_slices, begin, shape });
        }
        Some(num_slices) => num_slices,
        None => left.ok_or(ElementError::NoSlices { direction, begin, end, shape })?,
    };
    let whole = Element { channels, squeezed: Some(direction), ..Element::whole(shape) };
    let slice = |number: usize| {
        let mut element = Element { number, name: format!("slice {number}"), ..whole.clone() };
        element.planes[direction] = Rc::new([number]);
        element
    };
    Ok((begin..begin + count).map(slice).collect())
}

fn regions(shape: [usize; 3], n_regions: usize, uncropped: bool, masks: &[Rc<Mask>]) -> Result<Vec<Element>, ElementError> {
    if n_regions == 0 {
        return Err(ElementError::NoRegions);
    }
    if n_regions != masks.len() {
        return Err(ElementError::MaskCount { n_regions, n_masks: masks.len() });
    }
    let whole = Element::whole(shape);
    let region = |(number, mask): (usize, &Rc<Mask>)| {
        if mask.shape != shape {
            return Err(ElementError::MaskGrid { region: mask.region.clone(), mask: mask.shape, shape });
        }
        let planes = if uncropped { whole.planes.clone() } else { mask.planes.clone() };
        Ok(Element { number, name: mask.region.clone(), planes, mask: Some(mask.clone()), ..whole.clone() })
    };
    masks.iter().enumerate().map(region).collect()
}

//! Names of the files in which `clinicadl prepare-data` saves elements.
//!
//! Patches and slices: the image's name with three parts before its last one. Regions: the identifiers of the image's name,
//! then the mask's name with `desc-Crop` replaced, then the last part of the image's name.

use super::file_stem::file_stem;
use crate::files::file_name;
use crate::volume::{Element, Extraction};

/// The three parts that names of patches and of slices have before the last one.
const PARTS: [[&str; 3]; 2] = [["patchsize-", "stride-", "patch-"], ["axis-", "channel-", "slice-"]];

/// Whether a file's name is that of an element.
pub(super) fn is_element_name(path: &str) -> bool {
    let stem = file_stem(path);
    without_parts(stem).is_some() || (is_region_stem(stem) && path.to_ascii_lowercase().ends_with(".pt"))
}

/// Whether a name is that of a region: the mask's template and the region follow the identifiers. An image's own name may hold
/// `roi-`, too, but hardly a template before it.
fn is_region_stem(stem: &str) -> bool {
    let has_part = |stem: &str, start: &str| stem.split('_').any(|part| part.starts_with(start));
    stem.split_once("_roi-").is_some_and(|(before, after)| has_part(before, "space-") && after.contains('_'))
}

/// Names, without ending, of the images that an element may have been cut from: one for a patch or a slice, two for a
/// region, whose name does not show whether its image was cropped.
pub(super) fn image_stems(path: &str) -> Vec<String> {
    let stem = file_stem(path);
    if let Some(image) = without_parts(stem) {
        return vec![image];
    }
    let kept: Vec<&str> = stem.split('_').filter(|part| !part.starts_with("roi-") && !part.starts_with("desc-Crop")).collect();
    let after_space = kept.iter().position(|part| part.starts_with("space-")).map_or(kept.len().saturating_sub(1), |at| at + 1);
    let (before, after) = kept.split_at(after_space);
    vec![[before, &["desc-Crop"], after].concat().join("_"), kept.join("_")]
}

/// Names that the file of an image's element may have; `mask` is the name of a region's mask.
pub(super) fn names(extraction: &Extraction, element: &Element, image_stem: &str, mask: Option<&str>) -> Vec<String> {
    let (prefix, suffix) = image_stem.rsplit_once('_').unwrap_or(("", image_stem));
    let number = element.number;
    match extraction {
        Extraction::Image => Vec::new(),
        Extraction::Patch { size, stride } => vec![format!("{prefix}_patchsize-{size}_stride-{stride}_patch-{number}_{suffix}.pt")],
        Extraction::Slice { direction, .. } => {
            let axis = ["sag", "cor", "axi"].get(*direction).copied().unwrap_or_default();
            let channel = if element.channels == 3 { "rgb" } else { "single" };
            vec![format!("{prefix}_axis-{axis}_channel-{channel}_slice-{number}_{suffix}.pt")]
        }
        Extraction::Roi { uncropped, .. } => {
            let subject = identifiers(image_stem);
            let middles = mask.map(|mask| middles_of_region(mask, *uncropped)).unwrap_or_default();
            middles.iter().map(|middle| format!("{subject}_{middle}_{suffix}.pt")).collect()
        }
    }
}

/// The first parts of an image's name: `sub-X_ses-Y`, and `_T1w` as older versions of Clinica write it.
fn identifiers(image_stem: &str) -> String {
    let parts: Vec<&str> = image_stem.split('_').collect();
    let n_identifiers = if parts.get(2) == Some(&"T1w") && parts.len() > 3 { 3 } else { 2 };
    parts.into_iter().take(n_identifiers).collect::<Vec<_>>().join("_")
}

/// The middle parts of a region's name: `space-<template>_desc-CropRoi_<other>_roi-<name>`. ClinicaDL accepts only masks with
/// `desc-Crop`, this program also others that fit, so an uncropped region may have been saved from a mask of either name.
fn middles_of_region(mask: &str, uncropped: bool) -> Vec<String> {
    let stem = file_stem(file_name(mask));
    let parts: Vec<&str> = stem.split('_').filter(|part| *part != "mask" && *part != "desc-Crop").collect();
    let template = parts.first().and_then(|part| part.split_once('-')).map_or("", |(_, template)| template);
    let middle = |desc: &[&str]| {
        let space = format!("space-{template}");
        [&[space.as_str()], desc, parts.get(1..).unwrap_or_default()].concat().join("_")
    };
    let was_cropped = stem.split('_').any(|part| part == "desc-Crop");
    match (uncropped, was_cropped) {
        (false, _) => vec![middle(&["desc-CropRoi"])],
        (true, true) => vec![middle(&["desc-CropImage"]), middle(&[])],
        (true, false) => vec![middle(&[]), middle(&["desc-CropImage"])],
    }
}

/// The name of a patch or slice without its three parts; `None` for other names.
fn without_parts(stem: &str) -> Option<String> {
    let parts: Vec<&str> = stem.split('_').collect();
    let first = parts.len().checked_sub(4)?;
    let (before, rest) = parts.split_at(first);
    let (three, suffix) = rest.split_at(3);
    let is_kind = |kind: &[&str; 3]| kind.iter().zip(three).all(|(start, part)| part.starts_with(start));
    PARTS.iter().any(is_kind).then(|| [before, suffix].concat().join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = "sub-1_ses-M00_T1w_space-MNI_desc-Crop_res-1x1x1_T1w";

    #[test]
    fn the_image_is_told_from_the_element() {
        let patch = "a/sub-1_ses-M00_T1w_space-MNI_desc-Crop_res-1x1x1_patchsize-50_stride-50_patch-3_T1w.pt";
        assert_eq!(image_stems(patch), [IMAGE]);
        assert_eq!(image_stems("sub-1_ses-M00_axis-sag_channel-rgb_slice-81_T1w.pt"), ["sub-1_ses-M00_T1w"]);
        let region = "sub-1_ses-M00_T1w_space-MNI_desc-CropRoi_res-1x1x1_roi-box_T1w.pt";
        assert_eq!(image_stems(region), [IMAGE, "sub-1_ses-M00_T1w_space-MNI_res-1x1x1_T1w"]);
        assert!(is_element_name(patch) && is_element_name(region) && !is_element_name("sub-1_ses-M00_T1w.pt"));
        assert!(!is_element_name("sub-1_ses-M00_roi-brain_T1w.pt"), "a word of the user's own");
    }

    #[test]
    fn regions_are_named_after_image_and_mask() {
        let check = |mask: &str, uncropped: bool, expected: &[&str]| assert_eq!(middles_of_region(mask, uncropped), expected);
        check("m/tpl-MNI_desc-Crop_res-1x1x1_roi-box_mask.nii.gz", false, &["space-MNI_desc-CropRoi_res-1x1x1_roi-box"]);
        check("tpl-MNI_res-1x1x1_roi-box_mask.nii", false, &["space-MNI_desc-CropRoi_res-1x1x1_roi-box"]);
        let both = ["space-MNI_desc-CropImage_res-1x1x1_roi-box", "space-MNI_res-1x1x1_roi-box"];
        check("tpl-MNI_desc-Crop_res-1x1x1_roi-box_mask.nii.gz", true, &both);
        check("tpl-MNI_res-1x1x1_roi-box_mask.nii.gz", true, &[both[1], both[0]]);
        assert_eq!(identifiers(IMAGE), "sub-1_ses-M00_T1w");
        assert_eq!(identifiers("sub-1_ses-M00_T1w"), "sub-1_ses-M00");
    }
}

//! The masks of regions: `masks/tpl-<template>/…_roi-<name>_mask.nii.gz` of a CAPS, or loose files of such names.

use std::rc::Rc;

use super::glob::Glob;
use super::input_spec::InputSpec;
use super::{CapsError, ElementWarning};
use crate::files::{FileTree, file_name};
use crate::volume::grid::times;
use crate::volume::{Affine, Extraction, Mask, nifti};

/// The masks of all regions for images of one size.
pub(super) struct RegionMasks {
    /// Number of voxels along the axes of the images.
    pub shape: [usize; 3],
    /// One mask per region, in the order of the regions.
    pub found: Vec<FoundMask>,
    pub warnings: Vec<ElementWarning>,
}

/// The mask of a region with its file.
pub(super) struct FoundMask {
    pub mask: Rc<Mask>,
    pub path: String,
    /// Affine map to world millimetres (RAS+) from voxel indices; `None` where the file's affine places other axes or nothing.
    pub world_from_voxel: Option<Affine>,
}

/// A file that may be a region's mask.
struct MaskCandidate {
    path: String,
    shape: [usize; 3],
    world_from_voxel: Option<Affine>,
}

impl RegionMasks {
    /// Finds and reads the masks for images of `shape` voxels; none for other modes than regions.
    pub async fn open(tree: &FileTree, spec: &InputSpec, shape: [usize; 3]) -> Result<Self, CapsError> {
        let mut masks = RegionMasks { shape, found: Vec::new(), warnings: Vec::new() };
        let Extraction::Roi { names, .. } = &spec.extraction else { return Ok(masks) };
        for region in names {
            let candidate = choose(tree, spec, region, shape, &mut masks.warnings).await?;
            let found = read(tree, region, candidate).await?;
            if !found.mask.is_binary {
                masks.warnings.push(ElementWarning::MaskNotBinary { mask: found.path.clone() });
            }
            masks.found.push(found);
        }
        Ok(masks)
    }
}

async fn read(tree: &FileTree, region: &str, candidate: MaskCandidate) -> Result<FoundMask, CapsError> {
    let MaskCandidate { path, world_from_voxel, .. } = candidate;
    let volume = nifti::read_mask_file(&path, tree.source(&path)?.as_ref()).await?;
    let mask = Mask::of(region, &volume).map_err(|error| CapsError::Elements { path: path.clone(), error })?;
    Ok(FoundMask { mask: Rc::new(mask), path, world_from_voxel })
}

/// Chooses the mask of a region on the images' grid: those with `desc-Crop` in the name come first, then the smallest path.
async fn choose(
    tree: &FileTree,
    spec: &InputSpec,
    region: &str,
    shape: [usize; 3],
    warnings: &mut Vec<ElementWarning>,
) -> Result<MaskCandidate, CapsError> {
    let paths = candidates(tree, spec, region);
    let is_loose = paths.iter().any(|path| !is_in_folder(path, spec.template()));
    let candidates = with_grids(tree, &paths).await?;
    let (mut fitting, others): (Vec<_>, Vec<_>) = candidates.into_iter().partition(|candidate| candidate.shape == shape);
    fitting.sort_by_key(|candidate| (!is_cropped(&candidate.path), candidate.path.clone()));
    let n_alike =
        fitting.iter().filter(|candidate| Some(is_cropped(&candidate.path)) == fitting.first().map(|best| is_cropped(&best.path)));
    let alike: Vec<String> = n_alike.map(|candidate| candidate.path.clone()).collect();
    if is_loose && alike.len() > 1 {
        return Err(CapsError::AmbiguousMask { region: region.to_owned(), files: alike });
    }
    let Some(best) = fitting.into_iter().next() else { return Err(nothing_fits(tree, spec, region, &others, shape)) };
    if let [used, others @ ..] = alike.as_slice()
        && !others.is_empty()
    {
        warnings.push(ElementWarning::SeveralMasks { region: region.to_owned(), used: used.clone(), others: others.to_vec() });
    }
    Ok(best)
}

/// Paths of the files whose names are those of the region's mask, in the template's folder or, if it has none, anywhere
/// outside such folders.
fn candidates<'a>(tree: &'a FileTree, spec: &InputSpec, region: &str) -> Vec<&'a str> {
    let named = Glob::new(&glob_of(spec, region));
    let in_folder: Vec<&str> = tree.paths().filter(|path| is_in_folder(path, spec.template()) && named.matches_end_of(path)).collect();
    if !in_folder.is_empty() {
        return in_folder;
    }
    let loose = Glob::new(&format!("*roi-{region}_mask.nii*"));
    // Names are compared before globs, which are slow: a dataset may have a hundred thousand files.
    let is_mask = |path: &str| file_name(path).contains("roi-") && !file_name(path).starts_with('.') && loose.matches_end_of(path);
    let is_loose = |path: &&str| is_mask(path) && !is_in_folder(path, None);
    tree.paths().filter(is_loose).collect()
}

async fn with_grids(tree: &FileTree, paths: &[&str]) -> Result<Vec<MaskCandidate>, CapsError> {
    let mut candidates = Vec::new();
    for &path in paths {
        let (shape, world_from_voxel) = super::grids::of_mask(tree, path).await?;
        candidates.push(MaskCandidate { path: path.to_owned(), shape, world_from_voxel });
    }
    Ok(candidates)
}

/// The error of a region without a mask on the images' grid.
fn nothing_fits(tree: &FileTree, spec: &InputSpec, region: &str, others: &[MaskCandidate], shape: [usize; 3]) -> CapsError {
    let region = region.to_owned();
    if others.is_empty() {
        let in_folder = tree.paths().filter(|path| is_in_folder(path, spec.template()));
        let found = in_folder.map(|path| file_name(path).to_owned()).collect();
        let folder = format!("masks/tpl-{}/", spec.template().unwrap_or("*"));
        return CapsError::MissingMask { pattern: glob_of(spec, &region), region, folder, found };
    }
    let found = others.iter().map(|other| format!("{} ({})", other.path, times(&other.shape))).collect();
    CapsError::WrongMaskGrid { region, shape, found }
}

/// The glob of a region's mask: `*res-1x1x1*_roi-<name>_mask.nii*`.
fn glob_of(spec: &InputSpec, region: &str) -> String {
    format!("*{}*_roi-{region}_mask.nii*", spec.mask_pattern())
}

/// Whether a file lies directly in `masks/tpl-<template>/`; without `template`, in the folder of any template.
fn is_in_folder(path: &str, template: Option<&str>) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    let template_of_file = folders.next().and_then(|folder| folder.strip_prefix("tpl-"));
    folders.next() == Some("masks") && template_of_file.is_some_and(|found| template.is_none_or(|template| template == found))
}

fn is_cropped(path: &str) -> bool {
    file_name(path).contains("_desc-Crop_")
}

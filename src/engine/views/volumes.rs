//! Extra volumes for display: chosen files → voxels, what they mean and what is odd about them. The engine does not keep them.

use std::rc::Rc;

use crate::engine::failure::JobEnd;
use crate::files::{FileSource, file_name};
use crate::protocol::{OverlayKind, VolumeHeader, VolumeReady, VolumeRole};
use crate::volume::known_space::Assumption;
use crate::volume::label_table::MAX_TABLE_BYTES;
use crate::volume::nifti::{self, NiftiError};
use crate::volume::{Affine, Content, LabelTable, Overlay, Statistics, Volume};

type Chosen = (String, Rc<dyn FileSource>);

const ONE_IMAGE: &str = "choose one .nii or .nii.gz image at a time, for a label image with its table (.tsv or .csv)";

const ANOTHER: &str = "choose another image";

const VOXEL_SPACE: &str = "its affine is the identity: millimetres are voxel numbers, so it may not lie where it belongs";
const NO_SHIFT: &str = "its first voxel lies at 0, 0, 0 mm, as in voxel space, so it may not lie where it belongs";
const NO_PLACE: &str = "its header does not say where it lies (sform and qform codes are 0): its middle was put at 0, 0, 0 mm, so it may not lie where it belongs";
const BAD_PLACE: &str = "its header's sform and qform do not place it in space (zeros, or no numbers): its middle was put at 0, 0, 0 mm, so it may not lie where it belongs";
const NO_TABLE: &str = "no table of names came with it: its regions are told by number; choose the image together with its .tsv or .csv";

/// Reads one NIfTI image and, for a label image, the table that came with it.
///
/// # Errors
/// [`JobEnd::Failed`] for files that are no single image, an image of other than three axes or too large, an overlay of zeros, a table
/// that names no regions.
pub(super) async fn read_volume(role: VolumeRole, files: Vec<Chosen>) -> Result<(VolumeReady, Vec<f32>), JobEnd> {
    let (tables, images): (Vec<Chosen>, Vec<Chosen>) = files.into_iter().partition(|(path, _)| LabelTable::is_table_name(path));
    let (image, voxels) = split_pair(&images);
    let (image, table) = match (image, tables.as_slice()) {
        (Some(image), []) => (image, None),
        (Some(image), [table]) => (image, Some(table)),
        (None, [(path, _)]) if images.is_empty() => {
            return Err(JobEnd::because(format!("{path}: a table of regions without its label image"), ONE_IMAGE));
        }
        _ => return Err(JobEnd::because(format!("{} images and {} tables were given", images.len(), tables.len()), ONE_IMAGE)),
    };
    let volume = match voxels {
        None if nifti::other_of_pair(&image.0).is_some() => Err(NiftiError::HalfOfPair { file: image.0.clone() }),
        None => nifti::read_file(&image.0, image.1.as_ref()).await,
        Some(voxels) => nifti::read_pair(&image.0, image.1.as_ref(), (&voxels.0, voxels.1.as_ref())).await,
    };
    let volume = volume.map_err(in_words)?;
    let assumption = nifti::assumption(&image.0, image.1.as_ref()).await.map_err(in_words)?;
    let doubt = match assumption {
        None => doubt_of_place(volume.world_from_voxel()).map(str::to_owned),
        Some(Assumption::NoForm) => Some(NO_PLACE.to_owned()),
        Some(Assumption::BadForm) => Some(BAD_PLACE.to_owned()),
        Some(assumption) => Some(assumption.to_string()),
    };
    let table = match table {
        Some((path, file)) => Some(read_table(path, file.as_ref()).await?),
        None => None,
    };
    let name = file_name(&image.0).to_owned();
    let warnings: Vec<String> = doubt.into_iter().collect();
    match role {
        VolumeRole::Background => background(name, volume, warnings),
        VolumeRole::Overlay => overlay(name, volume, table, warnings),
    }
}

/// The only image, or the header and the voxels of a `.hdr`/`.img` pair.
fn split_pair(images: &[Chosen]) -> (Option<&Chosen>, Option<&Chosen>) {
    match images {
        [image] => (Some(image), None),
        [one, other] if nifti::other_of_pair(file_name(&one.0)).as_deref() == Some(file_name(&other.0)) => {
            if nifti::is_pair_header_name(&one.0) { (Some(one), Some(other)) } else { (Some(other), Some(one)) }
        }
        _ => (None, None),
    }
}

fn background(name: String, volume: Volume, mut warnings: Vec<String>) -> Result<(VolumeReady, Vec<f32>), JobEnd> {
    let n_not_finite = volume.data().iter().filter(|value| !value.is_finite()).count();
    warnings.extend(warning_of_numbers(n_not_finite));
    if n_not_finite == volume.data().len() {
        return Err(JobEnd::because(format!("{name}: no voxel is a number"), ANOTHER));
    }
    Ok(ready(name, OverlayKind::Map, volume, (Vec::new(), Vec::new()), warnings))
}

fn overlay(name: String, volume: Volume, table: Option<LabelTable>, mut warnings: Vec<String>) -> Result<(VolumeReady, Vec<f32>), JobEnd> {
    let n_voxels = volume.data().len();
    let Overlay { volume, content, n_not_finite, labels } = Overlay::new(volume);
    warnings.extend(warning_of_numbers(n_not_finite));
    let kind = match content {
        Content::Empty => return Err(JobEnd::because(format!("{name}: {}", nothing_to_draw(n_not_finite, n_voxels)), ANOTHER)),
        Content::Mask => OverlayKind::Mask,
        Content::Labels { .. } => OverlayKind::Labels,
        Content::Map => OverlayKind::Map,
    };
    let mut names = (Vec::new(), Vec::new());
    if kind == OverlayKind::Labels && table.is_none() {
        warnings.push(NO_TABLE.to_owned());
    }
    if let Some(table) = table {
        let n_unnamed = labels.iter().filter(|&&number| table.name(number).is_none()).count();
        if kind == OverlayKind::Map {
            warnings.push(format!("{name} is no label image: the table's names are not used"));
        } else if n_unnamed > 0 {
            warnings.push(format!("{n_unnamed} of {} regions have no name in the table", labels.len()));
        }
        let named = table.regions().filter(|(number, _)| labels.contains(number));
        names = named.map(|(number, name)| (number, name.to_owned())).unzip();
    }
    Ok(ready(name, kind, volume, names, warnings))
}

fn ready(
    name: String,
    kind: OverlayKind,
    volume: Volume,
    (numbers, names): (Vec<u32>, Vec<String>),
    warnings: Vec<String>,
) -> (VolumeReady, Vec<f32>) {
    let statistics = Statistics::of(volume.data());
    let range = statistics.max.max(-statistics.min);
    let header = VolumeHeader { shape: volume.shape(), world_from_voxel: volume.world_from_voxel().0 };
    (VolumeReady { name, kind, header, range, numbers, names, warnings }, volume.into_data())
}

async fn read_table(path: &str, file: &dyn FileSource) -> Result<LabelTable, JobEnd> {
    let n_bytes = file.len();
    if n_bytes > MAX_TABLE_BYTES {
        let what = format!("{path}: {n_bytes} bytes are too many for a table of regions, at most {MAX_TABLE_BYTES} are read");
        return Err(JobEnd::because(what, "choose the table that belongs to the label image"));
    }
    let bytes = file.read(0..n_bytes).await?;
    LabelTable::read(path, &bytes).map_err(|error| JobEnd::because(&error, error.hint()))
}

/// The reason to doubt the place that an affine gives, if there is one.
fn doubt_of_place(world_from_voxel: &Affine) -> Option<&'static str> {
    let is_identity = *world_from_voxel == Affine::IDENTITY;
    is_identity.then_some(VOXEL_SPACE).or_else(|| world_from_voxel.is_without_shift().then_some(NO_SHIFT))
}

fn nothing_to_draw(n_not_finite: usize, n_voxels: usize) -> String {
    match n_not_finite {
        0 => "all voxels are 0, there is nothing to draw".to_owned(),
        n if n == n_voxels => "no voxel is a number, there is nothing to draw".to_owned(),
        n => format!("{n} voxels are not numbers and all others are 0, there is nothing to draw"),
    }
}

fn warning_of_numbers(n_not_finite: usize) -> Option<String> {
    (n_not_finite > 0).then(|| format!("{n_not_finite} voxels are not numbers and are not drawn"))
}

fn in_words(error: NiftiError) -> JobEnd {
    let hint = match &error {
        NiftiError::NotThreeDimensional { shape, .. } if shape.first() == Some(&1) => {
            "this is ClinicaDL's own form of a map, whose affine places no voxel: open the one that MapLens saves".to_owned()
        }
        NiftiError::NotThreeDimensional { .. } => "choose a single 3D image, or take one volume out of it first".to_owned(),
        error => error.hint(),
    };
    JobEnd::because(error, hint)
}

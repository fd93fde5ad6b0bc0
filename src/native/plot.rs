//! `maplens plot`: a map's file → nilearn's figure of it as PNG, SVG or HTML.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder::tree_of_file;
use super::plot_options::Plot;
use crate::engine::JobEnd;
use crate::export::html::html;
use crate::export::raster::figure_png;
use crate::export::record::Software;
use crate::export::sha256_hex;
use crate::export::svg::svg;
use crate::files::BorrowedFile;
use crate::render::figure::{Background, Caption, Figure, template_background};
use crate::volume::known_space::Assumption;
use crate::volume::nifti::{self, NiftiError};
use crate::volume::{Affine, Volume};

/// nilearn's default background, at 1 mm; its licence stands beside it, in www/demo/README.md.
const TEMPLATE: &[u8] = include_bytes!("../../www/demo/template/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz");

/// The formats of a figure's file.
enum FigureFormat {
    Png,
    Svg,
    Html,
}

/// Draws the figure and writes its file; warnings go to standard error.
///
/// # Errors
/// If a file cannot be read or written, or the figure cannot be drawn.
pub async fn plot(options: &Plot) -> Result<(), JobEnd> {
    let format = format_of(&options.output)?;
    let bytes = read(&options.map).await?;
    let (map, note) = read_map(&options.map, &bytes).await?;
    let background = background(&options.bg).await?;
    let mut masks = Vec::new();
    for path in &options.masks {
        masks.push(read_nifti(path, &read(path).await?).await?.map_err(|error| refused(&error))?);
    }
    let settings = options.settings();
    let ground = match (&background, options.bg.as_str()) {
        (None, _) => Background::None,
        (Some(volume), "template") => Background::Template(volume),
        (Some(volume), _) => Background::Image(volume),
    };
    let unplaced = unplaced(options).await;
    let figure = Figure { masks: masks.iter().collect(), mask_style: options.mask_style, ..settings.figure(&map, ground) };
    let scene = figure.scene().map_err(|error| JobEnd::because(format!("{}: {error}", name(&options.map)), error.hint()))?;
    for (file, assumption) in unplaced {
        eprintln!("note: {file}: {assumption}");
    }
    for note in note.iter().chain(&scene.notes) {
        eprintln!("note: {}: {note}", name(&options.map));
    }
    let caption = Caption {
        title: scene.title.clone(),
        software: Software::this().words(),
        map_sha256: sha256_hex(&bytes),
        description: settings.description(),
    };
    let content = match format {
        FigureFormat::Svg => svg(&scene, &caption).into_bytes(),
        FigureFormat::Html => html(&scene, &caption).into_bytes(),
        FigureFormat::Png => figure_png(&scene, &caption, options.dpi).map_err(|error| JobEnd::because(error, "give another --dpi"))?,
    };
    let unwritable = |error| JobEnd::because(format!("{}: cannot be written ({error})", name(&options.output)), "choose another place");
    fs::write(&options.output, content).map_err(unwritable)
}

/// The format that the ending of a file's name asks for.
fn format_of(path: &Path) -> Result<FigureFormat, JobEnd> {
    match path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).as_deref() {
        Some("png") => Ok(FigureFormat::Png),
        Some("svg") => Ok(FigureFormat::Svg),
        Some("html") => Ok(FigureFormat::Html),
        _ => {
            let what = format!("{}: figures are written as PNG, SVG or HTML", name(path));
            Err(JobEnd::because(what, "let --output end in .png, .svg or .html"))
        }
    }
}

/// The map, and a note about its form: ClinicaDL's own form has a leading axis, which nilearn refuses.
async fn read_map(path: &Path, bytes: &[u8]) -> Result<(Volume, Option<String>), JobEnd> {
    match read_nifti(path, bytes).await? {
        Err(NiftiError::NotThreeDimensional { shape, .. }) if shape.len() == 4 && shape[0] == 1 => {
            let map = nifti::read_mask(&name(path), bytes).map_err(|error| refused(&error))?;
            let shape = map.shape();
            // Its affine would place the channel axis.
            let map =
                Volume::new(shape, map.into_data(), Affine::IDENTITY).map_err(|error| JobEnd::because(error, "write the map again"))?;
            Ok((map, Some("a map in ClinicaDL's form, with a leading channel axis and without a place in the head".to_owned())))
        }
        read => read.map(|map| (map, None)).map_err(|error| refused(&error)),
    }
}

/// The volume that `word` asks for: `none`, `template`, or the path of an image.
async fn background(word: &str) -> Result<Option<Volume>, JobEnd> {
    match word {
        "none" => Ok(None),
        "template" => {
            let template = nifti::read("the ICBM 152 template", TEMPLATE).map_err(|error| refused(&error))?;
            Ok(Some(template_background(&template)))
        }
        file => {
            let path = Path::new(file);
            read_nifti(path, &read(path).await?).await?.map(Some).map_err(|error| refused(&error))
        }
    }
}

/// The image of a file that was read, whose voxels or header may lie in the second file of a pair beside it.
async fn read_nifti(path: &Path, bytes: &[u8]) -> Result<Result<Volume, NiftiError>, JobEnd> {
    let path_name = name(path);
    let Some(other_name) = nifti::other_of_pair(&path_name) else { return Ok(nifti::read(&path_name, bytes)) };
    let other = Path::new(&other_name);
    if !other.exists() {
        return Ok(Err(NiftiError::HalfOfPair { file: path_name }));
    }
    let other = read(other).await?;
    let (own, other) = ((path_name.as_str(), BorrowedFile(bytes)), (other_name.as_str(), BorrowedFile(&other)));
    let (header, voxels) = if nifti::is_pair_header_name(&path_name) { (own, other) } else { (other, own) };
    Ok(nifti::read_pair(header.0, &header.1, (voxels.0, &voxels.1)).await)
}

/// The files whose headers do not give the place of their image as they should, with what was assumed.
async fn unplaced(options: &Plot) -> Vec<(String, Assumption)> {
    let mut files: Vec<&Path> = vec![&options.map];
    files.extend(options.masks.iter().map(PathBuf::as_path));
    files.extend(Some(Path::new(&options.bg)).filter(|_| !["none", "template"].contains(&options.bg.as_str())));
    let mut found = Vec::new();
    for path in files {
        // A file that cannot be read has been refused before.
        let header = nifti::other_of_pair(&name(path)).filter(|name| nifti::is_pair_header_name(name));
        let bytes = read(&header.map_or_else(|| path.to_owned(), PathBuf::from)).await.unwrap_or_default();
        if let Ok((_, Some(assumption))) = nifti::read_grid(&name(path), &bytes) {
            found.push((name(path), assumption));
        }
    }
    found
}

async fn read(path: &Path) -> Result<Vec<u8>, JobEnd> {
    let tree = tree_of_file(path)?;
    let file = tree.paths().next().unwrap_or_default().to_owned();
    Ok(tree.read(&file).await?)
}

fn refused(error: &NiftiError) -> JobEnd {
    JobEnd::because(error, error.hint())
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

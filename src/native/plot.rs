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
    let (map, note) = read_map(&options.map, &bytes)?;
    let background = background(&options.bg).await?;
    let mut masks = Vec::new();
    for path in &options.masks {
        masks.push(nifti::read(&name(path), &read(path).await?).map_err(|error| refused(&error))?);
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
    for file in unplaced {
        eprintln!("note: {file}: {}", Assumption::NoForm);
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
fn read_map(path: &Path, bytes: &[u8]) -> Result<(Volume, Option<String>), JobEnd> {
    match nifti::read(&name(path), bytes) {
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
            nifti::read(&name(path), &read(path).await?).map(Some).map_err(|error| refused(&error))
        }
    }
}

/// Names of the files whose headers do not give the place of their image.
async fn unplaced(options: &Plot) -> Vec<String> {
    let mut files: Vec<&Path> = vec![&options.map];
    files.extend(options.masks.iter().map(PathBuf::as_path));
    files.extend(Some(Path::new(&options.bg)).filter(|_| !["none", "template"].contains(&options.bg.as_str())));
    let mut found = Vec::new();
    for path in files {
        // A file that cannot be read has been refused before.
        let bytes = read(path).await.unwrap_or_default();
        if matches!(nifti::read_grid_and_has_place(&name(path), &bytes), Ok((_, false))) {
            found.push(name(path));
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

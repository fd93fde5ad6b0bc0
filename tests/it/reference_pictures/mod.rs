//! One tiny picture for each feature of the planes and of figures, beside its reference in tests/render.
//!
//! A picture that has changed fails and leaves expected | difference | actual in the target folder. Whoever meant the change runs
//! the tests once with `MAPLENS_UPDATE_PICTURES=1`, which writes the references anew, and looks at each of them.

mod figures;
mod head;
mod planes;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use maplens::export::png::png;
use maplens::render::figure::Pixels;

use crate::picture_files::{decoded, difference, write_triptych};

/// Set to anything, it has the references written instead of compared.
const UPDATE: &str = "MAPLENS_UPDATE_PICTURES";

/// Planes are made of sums, products, quotients and square roots, which IEEE 754 rounds alike everywhere.
const SAME_PLANES: u8 = 0;

/// Figures hold letters and lines, whose edges the drawing library blends in vectors as wide as the machine has them.
const SAME_FIGURES: u8 = 1;

/// Of the planes' references, and of the figures': they are read by people and cloned by everybody.
const MOST_BYTES: u64 = 150_000;

/// A feature's name, which is its file's, and its picture.
type Feature = (&'static str, Pixels);

#[test]
fn planes_look_as_their_references() {
    check("planes", SAME_PLANES, &planes::features());
}

#[test]
fn figures_look_as_their_references() {
    check("figures", SAME_FIGURES, &figures::features());
}

fn check(kind: &str, tolerance: u8, features: &[Feature]) {
    let is_update = std::env::var_os(UPDATE).is_some();
    let mut misses = Vec::new();
    for (name, actual) in features {
        assert!(actual.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255), "{name}: PNG readers do not agree on translucent pixels");
        let path = folder(kind).join(format!("{name}.png"));
        match compare(&path, kind, tolerance, actual) {
            Err(_) if is_update => write(&path, actual),
            Err(miss) => misses.push(miss),
            Ok(()) => {}
        }
    }
    misses.extend(stale(kind, features));
    let n_bytes: u64 = files_of(&folder(kind)).iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(n_bytes <= MOST_BYTES, "{kind}: {n_bytes} bytes, more than {MOST_BYTES}");
    assert!(misses.is_empty(), "{UPDATE}=1 writes the references anew:\n{}", misses.join("\n"));
}

fn compare(path: &Path, kind: &str, tolerance: u8, actual: &Pixels) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let expected = decoded(&bytes);
    let far = difference(&expected, actual);
    if far.is_some_and(|far| far <= tolerance) {
        return Ok(());
    }
    let name = path.file_stem().unwrap().to_string_lossy();
    let triptych = write_triptych(&format!("{kind}-{name}"), &expected, actual);
    let words = far.map_or_else(|| "another size".to_owned(), |far| format!("differs by {far}/255"));
    Err(format!("{kind}/{name}: {words} (expected | difference | actual: {})", triptych.display()))
}

fn write(path: &Path, picture: &Pixels) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, png(picture, None, &[])).unwrap();
}

/// References of features that are no more.
fn stale(kind: &str, features: &[Feature]) -> Vec<String> {
    let names: BTreeSet<String> = features.iter().map(|(name, _)| format!("{name}.png")).collect();
    assert_eq!(names.len(), features.len(), "two features have one name");
    let is_known = |path: &PathBuf| names.contains(&path.file_name().unwrap().to_string_lossy().into_owned());
    files_of(&folder(kind)).into_iter().filter(|path| !is_known(path)).map(|path| format!("{}: no feature", path.display())).collect()
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render").join(kind)
}

//! A tensor beside the NIfTI image that it was made from: the tensor's values, as in ClinicaDL, and the NIfTI's place; with whatever may
//! lie there instead of the NIfTI.

use maplens::caps::{CapsError, ElementSource, ImageCatalogue, ImageFormat, InputSpec, SessionElements, read_image};
use maplens::files::{FileTree, memory_file};
use maplens::maps::MapsConfig;
use maplens::torch_file::write_tensor;
use maplens::volume::{Affine, Extraction, Volume, nifti};
use pollster::block_on;

const SHAPE: [usize; 3] = [3, 4, 5];
const SESSION: &str = "caps/subjects/sub-1/ses-M000";
const STEM: &str = "sub-1_ses-M000_T1w";
const PATTERN: &str = "*_T1w.nii.gz";

fn place() -> Affine {
    Affine::from_diagonal([1.5, 2.0, 2.5], [-20.0, -30.0, -10.0])
}

fn values() -> Vec<f32> {
    (0..60).map(|index| (index as f32 * 0.7).sin() * 50.0).collect()
}

fn tensor() -> Vec<u8> {
    write_tensor(&[1, 3, 4, 5], &values())
}

fn image_of(values: Vec<f32>) -> Vec<u8> {
    nifti::write(&Volume::new(SHAPE, values, place()).unwrap())
}

fn tensor_path() -> String {
    format!("{SESSION}/deeplearning_prepare_data/image_based/custom/{STEM}.pt")
}

fn tree(nifti: Vec<u8>) -> FileTree {
    tree_of(&[(&format!("{SESSION}/t1/{STEM}.nii.gz"), nifti), (&tensor_path(), tensor())])
}

fn tree_of(files: &[(&str, Vec<u8>)]) -> FileTree {
    let mut tree = FileTree::default();
    files.iter().for_each(|(path, bytes)| tree.insert(*path, memory_file(bytes.clone())));
    tree
}

fn spec(extraction: Extraction) -> InputSpec {
    InputSpec { preprocessing: "custom".to_owned(), use_uncropped_image: false, prepare_dl: false, extraction }
}

fn open(source: &mut ElementSource, tree: &FileTree, pattern: Option<&str>) -> Result<SessionElements, CapsError> {
    let (catalogue, _) = block_on(ImageCatalogue::open(tree, pattern))?;
    block_on(source.open_session(tree, &catalogue.entries[0]))
}

/// The first element of the only session, and all warnings about it.
fn first_element(tree: &FileTree, extraction: Extraction) -> (Volume, Vec<String>) {
    let mut source = ElementSource::new(spec(extraction));
    let session = open(&mut source, tree, Some(PATTERN)).unwrap();
    let loaded = block_on(source.read_element(tree, &session, 0)).unwrap();
    assert_eq!(loaded.path, tensor_path());
    let warnings = session.warnings.iter().chain(&loaded.warnings).map(ToString::to_string).collect();
    (Volume::clone(&loaded.volume), warnings)
}

#[test]
fn the_tensor_counts_and_the_nifti_places_it() {
    let (volume, warnings) = first_element(&tree(image_of(values())), Extraction::Image);
    assert_eq!(volume, Volume::new(SHAPE, values(), place()).unwrap());
    assert_eq!(warnings, [""; 0]);
    let rounded = values().iter().map(|value| value * (1.0 + 3e-6)).collect();
    let (volume, warnings) = first_element(&tree(image_of(rounded)), Extraction::Image);
    assert_eq!((volume.data(), warnings), (values().as_slice(), vec![]), "rounding is no difference");
}

#[test]
fn another_image_under_the_same_name_is_told_with_the_figure() {
    let mut other = values();
    let peak = other.iter().fold(0_f32, |peak, value| peak.max(value.abs()));
    other[7] += peak / 4.0;
    other[8] -= peak / 8.0;
    let tree = tree(image_of(other));
    let sentence = "which gives its place only, is another image (2 of 60 voxels differ, by up to 0.25";
    for extraction in [Extraction::Image, Extraction::Patch { size: 2, stride: 2 }] {
        let (volume, warnings) = first_element(&tree, extraction.clone());
        assert_eq!(volume.data()[0], values()[0]);
        assert!(warnings.len() == 1 && warnings[0].contains(sentence), "{extraction:?}: {warnings:?}");
    }
    // What is shown of it says so, too.
    let (catalogue, _) = block_on(ImageCatalogue::open(&tree, None)).unwrap();
    let image = block_on(read_image(&tree, &catalogue.entries[0])).unwrap();
    assert_eq!(image.volume, Volume::new(SHAPE, values(), place()).unwrap());
    assert!(image.warnings.len() == 1 && image.warnings[0].to_string().contains(sentence));
}

#[test]
fn whatever_stands_for_the_nifti_the_tensor_is_used() {
    let good = image_of(values());
    let stand_ins: [(&[u8], &str); 7] = [
        (b"", "an empty file"),
        (b"x", "truncated, 348 bytes are needed but only 1 are there"),
        (&[b'.'; 400], "no NIfTI mark"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"),
        (b"../../.git/annex/objects/9K/xF/MD5E-s1193--0f34.nii.gz/MD5E-s1193--0f34.nii.gz", "datalad get"),
        (b"<!DOCTYPE html><html><body>403 Forbidden</body></html>", "a web page"),
        (&good[..30], "truncated"),
    ];
    for (bytes, reason) in stand_ins {
        let (volume, warnings) = first_element(&tree(bytes.to_vec()), Extraction::Image);
        assert_eq!(volume.data(), values());
        let [warning] = <[String; 1]>::try_from(warnings).unwrap();
        assert!(warning.contains(reason) && warning.contains("placed at 1 mm around the origin"), "{warning}");
    }
    // The header is there, and the voxels are cut off.
    let (volume, warnings) = first_element(&tree(good[..good.len() - 40].to_vec()), Extraction::Image);
    assert_eq!(volume, Volume::new(SHAPE, values(), place()).unwrap());
    assert!(warnings.len() == 1 && warnings[0].contains("gives its place only, is damaged"), "{warnings:?}");
}

/// Two preprocessings may start from the same file; ClinicaDL reads the tensor of the model's own.
#[test]
fn a_tensor_of_another_preprocessing_is_not_taken() {
    let other = write_tensor(&[1, 3, 4, 5], &[0.25; 60]);
    let path = |module: &str| format!("{SESSION}/deeplearning_prepare_data/image_based/{module}/{STEM}.pt");
    let mut tree = tree_of(&[(&format!("{SESSION}/t1_linear/{STEM}.nii.gz"), image_of(values())), (&path("t1_linear"), other)]);
    let read = |tree: &FileTree| {
        let mut source = ElementSource::new(spec(Extraction::Image));
        let session = open(&mut source, tree, Some(PATTERN)).unwrap();
        let loaded = block_on(source.read_element(tree, &session, 0)).unwrap();
        assert_eq!((loaded.volume.data(), loaded.warnings), (values().as_slice(), vec![]));
        loaded.path
    };
    assert!(read(&tree).ends_with(".nii.gz"));
    tree.insert(path("custom"), memory_file(tensor()));
    assert_eq!(read(&tree), path("custom"));
}

#[test]
fn a_nifti_of_another_size_places_nothing() {
    let larger = nifti::write(&Volume::new([4, 4, 5], vec![1.0; 80], place()).unwrap());
    let (volume, warnings) = first_element(&tree(larger), Extraction::Image);
    assert_eq!((volume.data(), volume.world_from_voxel().apply([1.0, 1.5, 2.0])), (values().as_slice(), [0.0; 3]));
    assert!(warnings.len() == 1 && warnings[0].contains("of 3×4×5 voxels") && warnings[0].contains("has 4×4×5"), "{warnings:?}");
}

#[test]
fn without_a_tensor_a_stand_in_is_an_error_that_names_it() {
    let pointer = b"/annex/objects/MD5E-s1193--0f343b0931126a20f133d67c2b018a3b.nii.gz\n".to_vec();
    let tree = tree_of(&[(&format!("{SESSION}/t1/{STEM}.nii.gz"), pointer)]);
    let error = open(&mut ElementSource::new(spec(Extraction::Image)), &tree, Some(PATTERN)).unwrap_err();
    assert!(error.to_string().contains("git-annex (DataLad)") && error.to_string().contains("datalad get"), "{error}");
}

#[test]
fn prepared_patches_are_used_where_the_image_is_a_stand_in() {
    let prefix = "sub-1_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1";
    let patch = |number: usize| {
        let folder = format!("{SESSION}/deeplearning_prepare_data/patch_based/t1_linear");
        format!("{folder}/{prefix}_patchsize-104_stride-104_patch-{number}_T1w.pt")
    };
    let values = vec![0.5; 104 * 104 * 104];
    let nifti = format!("{SESSION}/t1_linear/{prefix}_T1w.nii.gz");
    let mut files = vec![(nifti.as_str(), vec![b'.'; 200])];
    let paths = [patch(0), patch(1)];
    files.extend(paths.iter().map(|path| (path.as_str(), write_tensor(&[1, 104, 104, 104], &values))));
    let spec = InputSpec { preprocessing: "t1-linear".to_owned(), prepare_dl: true, ..spec(Extraction::Patch { size: 104, stride: 104 }) };
    let mut source = ElementSource::new(spec);
    let session = open(&mut source, &tree_of(&files), Some("*_T1w.nii.gz")).unwrap();
    assert_eq!(session.elements.len(), 2);
    let warnings: Vec<String> = session.warnings.iter().map(ToString::to_string).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("prepared elements are used"), "{warnings:?}");
    let loaded = block_on(source.read_element(&tree_of(&files), &session, 1)).unwrap();
    assert_eq!((loaded.path.as_str(), loaded.volume.world_from_voxel().apply([0.0; 3])), (paths[1].as_str(), [-84.0, -15.0, -78.0]));
}

#[test]
fn a_word_of_the_users_own_makes_no_region_of_an_image() {
    let folder = format!("{SESSION}/deeplearning_prepare_data/image_based/custom");
    for name in ["sub-1_ses-M000_roi-brain_T1w", "sub-1_ses-M000_space-MNI_desc-Crop_roi-brain_T1w", "sub-1_ses-M000_patch-0_T1w"] {
        let tree = tree_of(&[(&format!("{folder}/{name}.pt"), tensor())]);
        let (catalogue, _) = block_on(ImageCatalogue::open(&tree, Some(PATTERN))).unwrap();
        assert_eq!(catalogue.entries[0].format, ImageFormat::Tensor, "{name}");
    }
    let loose = tree_of(&[("sub-1_ses-M000_roi-brain_T1w.pt", tensor())]);
    assert_eq!(block_on(ImageCatalogue::open(&loose, None)).unwrap().0.entries[0].format, ImageFormat::Tensor);
}

#[test]
fn pairs_of_files_are_images() {
    let pair = |stem: &str| {
        let file = |ending: &str| (format!("{stem}{ending}"), crate::fixtures::bytes(&format!("tests/data/nifti/pair{ending}")));
        [file(".hdr"), file(".img")]
    };
    let expected = nifti::read("same.nii", &crate::fixtures::bytes("tests/data/nifti/little_i2.nii")).unwrap();
    for (stem, pattern) in
        [(STEM.to_owned(), None), (format!("{SESSION}/t1/{STEM}"), Some(PATTERN)), (format!("{SESSION}/t1/{STEM}"), None)]
    {
        let files = pair(&stem);
        let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
        let tree = tree_of(&files);
        let (catalogue, warnings) = block_on(ImageCatalogue::open(&tree, pattern)).unwrap();
        assert_eq!((catalogue.entries.len(), warnings), (1, vec![]), "{stem}");
        let mut source = ElementSource::new(spec(Extraction::Image));
        let session = open(&mut source, &tree, pattern).unwrap();
        let loaded = block_on(source.read_element(&tree, &session, 0)).unwrap();
        assert_eq!((loaded.volume.data(), loaded.volume.grid()), (expected.data(), expected.grid()));
        // One of the two alone.
        for half in &files {
            let error = open(&mut source, &tree_of(std::slice::from_ref(half)), pattern).unwrap_err();
            assert!(error.to_string().contains("and the other is not there"), "{}: {error}", half.0);
        }
    }
    // A single file counts before a pair, and the tensor before both.
    let files = pair(&format!("{SESSION}/t1/{STEM}"));
    let mut files: Vec<(&str, Vec<u8>)> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.clone())).collect();
    let tensor_path = tensor_path();
    files.push((&tensor_path, tensor()));
    let (catalogue, _) = block_on(ImageCatalogue::open(&tree_of(&files), Some(PATTERN))).unwrap();
    assert_eq!((catalogue.entries[0].format, catalogue.entries[0].path.as_str()), (ImageFormat::Tensor, tensor_path.as_str()));
    assert_eq!(catalogue.entries[0].nifti.as_deref(), Some(format!("{SESSION}/t1/{STEM}.hdr").as_str()));
    let nifti = format!("{SESSION}/t1/{STEM}.nii.gz");
    files[2] = (&nifti, image_of(values()));
    let (catalogue, _) = block_on(ImageCatalogue::open(&tree_of(&files), Some(PATTERN))).unwrap();
    assert_eq!((catalogue.entries[0].format, catalogue.entries[0].path.as_str()), (ImageFormat::Nifti, nifti.as_str()));
}

#[test]
fn patterns_written_on_windows_find_their_images() {
    let tree = tree_of(&[(&format!("{SESSION}/pet_linear/sub-1_ses-M000_trc-18FFDG_pet.nii.gz"), image_of(values()))]);
    let mut json: serde_json::Value = crate::fixtures::json("tests/fixtures/maps/image_sr5_conv5/maps.json");
    json["preprocessing_dict"]["file_type"]["pattern"] = r"pet_linear\*_trc-18FFDG_pet.nii.gz".into();
    let (config, _) = MapsConfig::parse("maps.json", json.to_string().as_bytes()).unwrap();
    let pattern = config.preprocessing.file_pattern;
    assert_eq!(block_on(ImageCatalogue::open(&tree, pattern.as_deref())).unwrap().0.entries.len(), 1);
}

//! Elements of a CAPS: from images, image tensors and prepared tensors, with masks found as ClinicaDL finds them.

use std::cell::Cell;
use std::io::Read;
use std::ops::Range;
use std::rc::Rc;

use maplens::caps::{CapsError, ElementSource, ExpectedInput, ImageCatalogue, ImageFormat, InputSpec, SessionElements};
use maplens::files::{FileError, FileSource, FileTree, MemoryFile, memory_file};
use maplens::pace::LocalFuture;
use maplens::torch_file::write_tensor;
use maplens::volume::extraction::SliceChannels;
use maplens::volume::transforms::SizeReduction;
use maplens::volume::{Affine, Element, Extraction, Mask, Volume, nifti};
use pollster::block_on;

use crate::fixtures::{TRIV24_NIFTI, bytes};

const SHAPE: [usize; 3] = [6, 7, 8];
const SESSION: &str = "caps/subjects/sub-1/ses-M00";
const STEM: &str = "sub-1_ses-M00_space-MNI_desc-Crop_T1w";
const PATTERN: &str = "*_desc-Crop_T1w.nii.gz";
const MASK: &str = "caps/masks/tpl-MNI/tpl-MNI_desc-Crop_res-1x1x1_roi-box_mask.nii.gz";

#[test]
fn sessions_are_listed_from_headers_alone() {
    let n_read = Rc::new(Cell::new(0));
    let mut tree = FileTree::default();
    let scan = Counting { bytes: bytes(TRIV24_NIFTI), n_read: n_read.clone() };
    tree.insert("caps/subjects/sub-1/ses-M00/t1_linear/sub-1_ses-M00_T1w.nii.gz", Rc::new(scan));
    let tensor = Counting { bytes: write_tensor(&[1, 60, 70, 80], &vec![0.0; 60 * 70 * 80]), n_read: n_read.clone() };
    tree.insert("caps/subjects/sub-2/ses-M00/deeplearning_prepare_data/image_based/custom/sub-2_ses-M00_T1w.pt", Rc::new(tensor));
    let mut source = ElementSource::new(spec(Extraction::Patch { size: 50, stride: 10 }));
    let catalogue = open(&tree, "*_T1w.nii.gz");
    let sessions: Vec<_> = catalogue.entries.iter().map(|entry| block_on(source.open_session(&tree, entry)).unwrap()).collect();
    assert_eq!(sessions.iter().map(|session| session.elements.len()).collect::<Vec<_>>(), [12 * 16 * 13, 2 * 3 * 4]);
    assert_eq!(sessions[0].grid.world_from_voxel, Affine::from_diagonal([1.0; 3], [-84.0, -119.0, -78.0]));
    assert!(n_read.get() <= 2 << 13, "{} bytes were read", n_read.get());
    // The image is read once, however many of its elements are.
    (0..3).for_each(|index| drop(block_on(source.read_element(&tree, &sessions[0], index)).unwrap()));
    assert!(n_read.get() < bytes(TRIV24_NIFTI).len() as u64 + (3 << 13));
}

/// Prepared tensors hold values of their own here, so that it shows where an element comes from.
#[test]
fn prepared_tensors_are_read_by_their_documented_names() {
    for (extraction, names) in prepared_cases() {
        let mut tree = tree_with_image();
        insert(&mut tree, MASK, nifti::write(&box_mask(SHAPE, 1)));
        let elements = elements_of(&extraction);
        assert_eq!(elements.len(), names.len());
        for (element, name) in elements.iter().zip(&names) {
            insert(&mut tree, &format!("{SESSION}/deeplearning_prepare_data/{name}"), prepared_tensor(element));
        }
        let mut source = ElementSource::new(InputSpec { prepare_dl: true, ..spec(extraction) });
        let session = open_session(&mut source, &tree).unwrap();
        assert_eq!(sentences(&session.warnings), [""; 0]);
        for (index, (element, name)) in elements.iter().zip(&names).enumerate() {
            let loaded = block_on(source.read_element(&tree, &session, index)).unwrap();
            assert!(loaded.path.ends_with(name) && loaded.volume.data() == prepared_values(element), "{name}");
            assert_eq!((loaded.element, loaded.volume.shape()), (element.clone(), element.shape()));
            assert_eq!(*loaded.volume.world_from_voxel(), element.world_from_voxel(image().world_from_voxel()));
        }
        // Without `prepare_dl` they are not looked at.
        let mut source = ElementSource::new(InputSpec { prepare_dl: false, ..source.spec().clone() });
        let session = open_session(&mut source, &tree).unwrap();
        let loaded = block_on(source.read_element(&tree, &session, 0)).unwrap();
        assert_eq!(*loaded.volume, elements[0].extract(&image()).unwrap());
        assert!(loaded.path.ends_with(&format!("{STEM}.nii.gz")));
    }
}

#[test]
fn prepared_tensors_that_are_missing_are_cut_from_the_image_and_told() {
    let extraction = Extraction::Patch { size: 3, stride: 3 };
    let mut tree = tree_with_image();
    let elements = elements_of(&extraction);
    let folder = format!("{SESSION}/deeplearning_prepare_data/patch_based/custom");
    for element in elements.iter().filter(|element| element.number != 5) {
        let name = format!("sub-1_ses-M00_space-MNI_desc-Crop_patchsize-3_stride-3_patch-{}_T1w.pt", element.number);
        insert(&mut tree, &format!("{folder}/{name}"), prepared_tensor(element));
    }
    let mut source = ElementSource::new(InputSpec { prepare_dl: true, ..spec(extraction) });
    let session = open_session(&mut source, &tree).unwrap();
    let missing = format!("{folder}/sub-1_ses-M00_space-MNI_desc-Crop_patchsize-3_stride-3_patch-5_T1w.pt");
    let sentence = format!(
        "sub-1 ses-M00: 1 of 8 prepared elements are not there (such as {missing}) and are cut from {SESSION}/t1_linear/{STEM}.nii.gz"
    );
    assert_eq!(sentences(&session.warnings), [sentence]);
    let loaded = block_on(source.read_element(&tree, &session, 5)).unwrap();
    assert_eq!(*loaded.volume, elements[5].extract(&image()).unwrap());
    let loaded = block_on(source.read_element(&tree, &session, 6)).unwrap();
    assert_eq!(loaded.volume.data(), prepared_values(&elements[6]));
}

/// Only tensors of elements: the grid is that of the preprocessing.
#[test]
fn a_caps_of_elements_alone_is_listed_and_read() {
    let extraction = Extraction::Patch { size: 80, stride: 80 };
    let elements = extraction.elements([169, 208, 179], &[]).unwrap();
    let name = |number: usize| {
        let prefix = "sub-1_ses-M00_T1w_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1";
        format!("{SESSION}/deeplearning_prepare_data/patch_based/t1_linear/{prefix}_patchsize-80_stride-80_patch-{number}_T1w.pt")
    };
    let mut tree = FileTree::default();
    elements.iter().for_each(|element| insert(&mut tree, &name(element.number), prepared_tensor(element)));
    insert(&mut tree, &format!("{SESSION}/t1_linear/sub-1_ses-M00_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz"), vec![0]);
    let catalogue = open(&tree, "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz");
    assert_eq!((catalogue.entries.len(), catalogue.entries[0].format), (1, ImageFormat::Elements));
    let linear = InputSpec { preprocessing: "t1-linear".to_owned(), prepare_dl: true, ..spec(extraction) };
    let mut source = ElementSource::new(linear.clone());
    let session = block_on(source.open_session(&tree, &catalogue.entries[0])).unwrap();
    let loaded = block_on(source.read_element(&tree, &session, 7)).unwrap();
    assert_eq!(loaded.volume.data(), prepared_values(&elements[7]));
    assert_eq!((loaded.source_shape, loaded.volume.world_from_voxel().apply([0.0; 3])), ([169, 208, 179], [-4.0, -39.0, 2.0]));
    assert_eq!(session.warnings.len(), 1);

    let refusal = |spec: InputSpec, tree: &FileTree| {
        block_on(ElementSource::new(spec).open_session(tree, &open(tree, "*_T1w.nii.gz").entries[0])).unwrap_err()
    };
    let example = name(0);
    let mut fewer = FileTree::default();
    insert(&mut fewer, &example, prepared_tensor(&elements[0]));
    let whole = InputSpec { extraction: Extraction::Image, ..linear.clone() };
    let refusals = [
        (
            refusal(linear.clone(), &fewer),
            format!("sub-1 ses-M00: 7 of 8 prepared elements are not there (such as {}), and no image to cut them from", name(1)),
        ),
        (
            refusal(whole, &fewer),
            format!(
                "sub-1 ses-M00: there are elements that were cut out of its image (such as {example}), but not the image, which is needed whole"
            ),
        ),
        (
            refusal(InputSpec { preprocessing: "custom".to_owned(), ..linear }, &fewer),
            format!("{example}: the size of the image it was cut from is not known, since custom images have no fixed one"),
        ),
    ];
    refusals.iter().for_each(|(error, sentence)| check(error, sentence));
}

#[test]
fn elements_are_cut_from_strided_image_tensors() {
    let mut tree = FileTree::default();
    let file = bytes("tests/data/torch/fortran.zip.pt");
    insert(&mut tree, &format!("{SESSION}/deeplearning_prepare_data/image_based/custom/{STEM}.pt"), file.clone());
    let tensor = block_on(maplens::torch_file::read_tensor("fortran.pt", &memory_file(file))).unwrap();
    let (shape, values) = (tensor.shape().to_vec(), block_on(tensor.to_f32_vec()).unwrap());
    assert_ne!(tensor.strides().last(), Some(&1));
    let [.., n_j, n_k] = shape[..] else { panic!("{shape:?}") };
    let mut source = ElementSource::new(spec(slices(1, SliceChannels::Single)));
    let session = open_session(&mut source, &tree).unwrap();
    assert_eq!(session.elements.len(), n_j);
    let loaded = block_on(source.read_element(&tree, &session, 1)).unwrap();
    let rows = (0..loaded.source_shape[0]).flat_map(|i| &values[(i * n_j + 1) * n_k..][..n_k]);
    assert!(loaded.volume.data().iter().eq(rows));
}

#[test]
fn prepared_tensors_that_do_not_fit_are_refused_in_words() {
    let path = format!(
        "{SESSION}/deeplearning_prepare_data/slice_based/custom/sub-1_ses-M00_space-MNI_desc-Crop_axis-sag_channel-rgb_slice-0_T1w.pt"
    );
    let mut different = vec![1.0; 3 * 56];
    different[100] = 2.0;
    let refusals = [
        (write_tensor(&[1, 7, 8], &[0.0; 56]), "a tensor of shape [1, 7, 8], but the element has shape [3, 7, 8]"),
        (write_tensor(&[3, 7, 8], &different), "its 3 channels differ, but ClinicaDL saves the same slice in each"),
    ];
    for (tensor, sentence) in refusals {
        let mut tree = tree_with_image();
        insert(&mut tree, &path, tensor);
        let mut source = ElementSource::new(InputSpec { prepare_dl: true, ..spec(slices(0, SliceChannels::Rgb)) });
        let session = open_session(&mut source, &tree).unwrap();
        check(&block_on(source.read_element(&tree, &session, 0)).unwrap_err(), &format!("{path}: {sentence}"));
        check(&block_on(source.read_element(&tree, &session, 6)).unwrap_err(), "sub-1 ses-M00: no element 6, it has 6");
    }
}

#[test]
fn masks_are_chosen_by_grid_then_by_crop_then_by_path() {
    let uncropped = "caps/masks/tpl-MNI/tpl-MNI_res-1x1x1_roi-box_mask.nii.gz";
    let later = "caps/masks/tpl-MNI/tpl-MNI_desc-Crop_res-1x1x1_x_roi-box_mask.nii.gz";
    let other_template = "caps/masks/tpl-A/tpl-A_desc-Crop_res-1x1x1_roi-box_mask.nii.gz";
    let loose = "tpl-MNI_roi-box_mask.nii.gz";
    let check = |files: &[(&str, [usize; 3])], expected: usize, warnings: &[&str]| {
        let mut tree = tree_with_image();
        // The first file's mask starts at plane 1, the next one's at plane 2 …
        for (number, (path, shape)) in files.iter().enumerate() {
            insert(&mut tree, path, nifti::write(&box_mask(*shape, number + 1)));
        }
        let mut source = ElementSource::new(spec(region(false)));
        let session = open_session(&mut source, &tree).unwrap();
        assert_eq!(session.elements[0].planes[0][0], expected, "{files:?}");
        assert_eq!(sentences(&session.warnings), warnings);
    };
    check(&[(MASK, SHAPE)], 1, &[]);
    check(&[(uncropped, SHAPE)], 1, &[]);
    check(&[(uncropped, SHAPE), (MASK, SHAPE)], 2, &[]);
    check(&[(MASK, [9, 9, 9]), (uncropped, SHAPE)], 2, &[]);
    check(&[(other_template, SHAPE), (MASK, SHAPE)], 2, &[]);
    check(&[(loose, SHAPE)], 1, &[]);
    check(&[(loose, SHAPE), (MASK, SHAPE)], 2, &[]);
    let several = format!("{MASK}: used as the mask of region box; not used: {later}");
    check(&[(later, SHAPE), (MASK, SHAPE)], 2, &[&several]);
}

#[test]
fn what_a_mask_lacks_is_told() {
    let with_mask = |path: &str, file: Vec<u8>| {
        let mut tree = tree_with_image();
        insert(&mut tree, path, file);
        tree
    };
    let outcome = |tree: &FileTree| open_session(&mut ElementSource::new(spec(region(false))), tree);
    let glob = "*res-1x1x1*_roi-box_mask.nii*";
    let wrong = with_mask(MASK, nifti::write(&box_mask([9, 9, 9], 1)));
    let empty = with_mask(MASK, nifti::write(&Volume::new(SHAPE, vec![0.0; 336], Affine::IDENTITY).unwrap()));
    let mut two = with_mask("a_roi-box_mask.nii.gz", nifti::write(&box_mask(SHAPE, 1)));
    insert(&mut two, "b_roi-box_mask.nii.gz", nifti::write(&box_mask(SHAPE, 1)));
    let other = with_mask("caps/masks/tpl-MNI/tpl-MNI_desc-Crop_res-1x1x1_roi-other_mask.nii.gz", vec![]);
    let refusals = [
        (tree_with_image(), format!("region box: no mask matches {glob} in masks/tpl-MNI/, which is empty or not there")),
        (
            other,
            format!("region box: no mask matches {glob} in masks/tpl-MNI/, which holds tpl-MNI_desc-Crop_res-1x1x1_roi-other_mask.nii.gz"),
        ),
        (wrong, format!("region box: no mask fits images of 6×7×8 voxels: {MASK} (9×9×9)")),
        (two, "region box: 2 masks match, and nothing tells which is meant: a_roi-box_mask.nii.gz, b_roi-box_mask.nii.gz".to_owned()),
        (empty, format!("{MASK}: the mask of region box is 0 in all 336 voxels")),
        (with_mask(MASK, vec![1, 2, 3]), format!("{MASK}: truncated, 348 bytes are needed but only 3 are there")),
    ];
    refusals.iter().for_each(|(tree, sentence)| check(&outcome(tree).unwrap_err(), sentence));

    let mut halves = box_mask(SHAPE, 1).into_data();
    halves.iter_mut().for_each(|value| *value *= 0.5);
    let elsewhere = with_mask(MASK, nifti::write(&Volume::new(SHAPE, halves, Affine::IDENTITY).unwrap()));
    let image = format!("{SESSION}/t1_linear/{STEM}.nii.gz");
    let expected = [
        format!("{MASK}: has values other than 0 and 1; the image is multiplied by them, as ClinicaDL does"),
        format!("{MASK}: lies elsewhere in the head than {image}; voxels are multiplied by their indices all the same, as ClinicaDL does"),
    ];
    assert_eq!(sentences(&outcome(&elsewhere).unwrap().warnings), expected);
}

/// ClinicaDL takes masks of shape 1×D×H×W, too; their affine places other axes and is not looked at.
#[test]
fn a_mask_may_have_a_leading_axis() {
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(&*nifti::write(&box_mask(SHAPE, 2))).read_to_end(&mut content).unwrap();
    let dim: [i16; 8] = [4, 1, 6, 7, 8, 1, 1, 1];
    content[40..56].copy_from_slice(&dim.map(i16::to_le_bytes).concat());
    let mut tree = tree_with_image();
    insert(&mut tree, MASK.strip_suffix(".gz").unwrap(), content);
    let session = open_session(&mut ElementSource::new(spec(region(false))), &tree).unwrap();
    let mask = Rc::new(Mask::of("box", &box_mask(SHAPE, 2)).unwrap());
    assert_eq!(session.elements, region(false).elements(SHAPE, &[mask]).unwrap());
    assert_eq!(sentences(&session.warnings), [""; 0]);
}

#[test]
fn all_sessions_are_checked_before_anything_is_computed() {
    let mut tree = tree_with_image();
    let session = |participant: &str| format!("caps/subjects/{participant}/ses-M00/t1_linear/{participant}_ses-M00_desc-Crop_T1w.nii.gz");
    let small = |edge: usize| nifti::write(&Volume::new([edge; 3], vec![1.0; edge.pow(3)], Affine::IDENTITY).unwrap());
    insert(&mut tree, &session("sub-2"), small(2));
    insert(&mut tree, &session("sub-3"), small(4));
    insert(&mut tree, &session("sub-3").replace("t1_linear", "again"), small(4));
    insert(&mut tree, &session("sub-4"), small(4)[..66].to_vec());
    let catalogue = open(&tree, PATTERN);
    let key = |participant: &str| (participant.to_owned(), "ses-M00".to_owned());
    let sessions = ["sub-1", "sub-2", "sub-3", "sub-4", "sub-5"].map(key);
    let mut source = ElementSource::new(spec(Extraction::Patch { size: 3, stride: 3 }));
    let problems = block_on(source.check(&tree, &catalogue, &sessions, None));
    let reported: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let (two, three, again) = (session("sub-2"), session("sub-3"), session("sub-3").replace("t1_linear", "again"));
    assert_eq!(reported[0], format!("sub-2 ses-M00: {two}: patches of 3×3×3 voxels do not fit an image of 2×2×2 voxels"));
    let sentence = format!("sub-3 ses-M00: 2 images match, and nothing tells which is meant: {again}, {three}");
    assert_eq!(reported[1], sentence);
    assert!(reported[2].starts_with(&format!("sub-4 ses-M00: {}: truncated", session("sub-4"))), "{}", reported[2]);
    assert_eq!(reported[3..], ["sub-5 ses-M00: no image of it in caps"]);

    let expected = ExpectedInput { shape: vec![1, 3, 48, 40], size_reduction: SizeReduction::from_factor(3) };
    let mut source = ElementSource::new(spec(Extraction::Image));
    let problems = block_on(source.check(&tree, &catalogue, &sessions[..1], Some(&expected)));
    let sentence = "the image makes an input of 1×2×0×2 (channels × axes), but the network takes 1×3×48×40";
    assert_eq!(problems[0].to_string(), format!("sub-1 ses-M00: {SESSION}/t1_linear/{STEM}.nii.gz: {sentence}"));
    let expected = ExpectedInput { shape: vec![1, 6, 7, 8], size_reduction: None };
    assert_eq!(block_on(source.check(&tree, &catalogue, &sessions[..1], Some(&expected))), []);

    // One mask that is missing is one problem, not one per session.
    let problems = block_on(ElementSource::new(spec(region(true))).check(&tree, &catalogue, &[key("sub-1"), key("sub-2")], None));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].sessions, ["sub-1 ses-M00", "sub-2 ses-M00"]);
}

/// A file that counts what is read of it.
struct Counting {
    bytes: Vec<u8>,
    n_read: Rc<Cell<u64>>,
}

impl FileSource for Counting {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, range: Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        self.n_read.set(self.n_read.get() + range.end - range.start);
        Box::pin(std::future::ready(Ok(self.bytes[range.start as usize..range.end as usize].to_vec())))
    }
}

/// Extractions of the image, with the prepared files of their elements in order.
fn prepared_cases() -> Vec<(Extraction, Vec<String>)> {
    let prefix = "sub-1_ses-M00_space-MNI_desc-Crop";
    let patch = |e: usize| format!("patch_based/custom/{prefix}_patchsize-3_stride-2_patch-{e}_T1w.pt");
    let slice = |number: usize| format!("slice_based/custom/{prefix}_axis-cor_channel-rgb_slice-{number}_T1w.pt");
    let single = |number: usize| format!("slice_based/custom/{prefix}_axis-axi_channel-single_slice-{number}_T1w.pt");
    let rgb = Extraction::Slice { direction: 1, channels: SliceChannels::Rgb, discarded: [2, 1], num_slices: None };
    let region_file = |desc: &str| vec![format!("roi_based/custom/sub-1_ses-M00_space-MNI_{desc}_res-1x1x1_roi-box_T1w.pt")];
    vec![
        (Extraction::Patch { size: 3, stride: 2 }, (0..2 * 3 * 3).map(patch).collect()),
        (rgb, (2..6).map(slice).collect()),
        (slices(2, SliceChannels::Single), (0..8).map(single).collect()),
        (region(false), region_file("desc-CropRoi")),
        (region(true), region_file("desc-CropImage")),
    ]
}

fn prepared_values(element: &Element) -> Vec<f32> {
    (0..element.shape().iter().product()).map(|at| (1000 * (element.number + 1) + at) as f32).collect()
}

fn prepared_tensor(element: &Element) -> Vec<u8> {
    write_tensor(&element.input_shape(None), &prepared_values(element).repeat(element.channels))
}

fn elements_of(extraction: &Extraction) -> Vec<Element> {
    let is_region = matches!(extraction, Extraction::Roi { .. });
    let masks = if is_region { vec![Rc::new(Mask::of("box", &box_mask(SHAPE, 1)).unwrap())] } else { vec![] };
    extraction.elements(SHAPE, &masks).unwrap()
}

fn spec(extraction: Extraction) -> InputSpec {
    InputSpec { preprocessing: "custom".to_owned(), use_uncropped_image: false, prepare_dl: false, extraction }
}

fn region(uncropped: bool) -> Extraction {
    let (template, mask_pattern) = (Some("MNI".to_owned()), Some("res-1x1x1".to_owned()));
    Extraction::Roi { names: vec!["box".to_owned()], uncropped, template, mask_pattern }
}

fn slices(direction: usize, channels: SliceChannels) -> Extraction {
    Extraction::Slice { direction, channels, discarded: [0, 0], num_slices: None }
}

/// 1 from plane `first` on, along all axes; on the image's grid.
fn box_mask(shape: [usize; 3], first: usize) -> Volume {
    let [n_i, n_j, n_k] = shape;
    let voxels = (0..n_i).flat_map(|i| (0..n_j).flat_map(move |j| (0..n_k).map(move |k| [i, j, k])));
    let data = voxels.map(|voxel| f32::from(voxel.iter().all(|&index| index >= first))).collect();
    Volume::new(shape, data, *image().world_from_voxel()).unwrap()
}

fn image() -> Volume {
    let data = (0..336).map(|at| (at * 37 % 101) as f32).collect();
    Volume::new(SHAPE, data, Affine::from_diagonal([2.0, 3.0, 4.0], [-6.0, -10.0, -14.0])).unwrap()
}

/// A CAPS with one image.
fn tree_with_image() -> FileTree {
    let mut tree = FileTree::default();
    insert(&mut tree, &format!("{SESSION}/t1_linear/{STEM}.nii.gz"), nifti::write(&image()));
    tree
}

fn insert(tree: &mut FileTree, path: &str, content: Vec<u8>) {
    tree.insert(path, Rc::new(MemoryFile(content.into())));
}

fn open(tree: &FileTree, pattern: &str) -> ImageCatalogue {
    block_on(ImageCatalogue::open(tree, Some(pattern))).unwrap().0
}

fn open_session(source: &mut ElementSource, tree: &FileTree) -> Result<SessionElements, CapsError> {
    block_on(source.open_session(tree, &open(tree, PATTERN).entries[0]))
}

fn sentences(warnings: &[impl ToString]) -> Vec<String> {
    let all = warnings.iter().map(ToString::to_string);
    all.filter(|sentence| !sentence.contains("carries no affine")).collect()
}

fn check(error: &CapsError, sentence: &str) {
    assert_eq!(error.to_string(), sentence);
    assert!(!error.hint().is_empty());
}

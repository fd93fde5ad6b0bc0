//! Elements: what ClinicaDL gave to its networks, bit for bit, and the geometry of every extraction mode.

use std::rc::Rc;

use maplens::caps::{ElementSource, ImageCatalogue, InputSpec};
use maplens::export::values_sha256_hex;
use maplens::files::MemoryFile;
use maplens::volume::extraction::SliceChannels;
use maplens::volume::transforms::{EvaluationTransforms, Normalization, SizeReduction};
use maplens::volume::{Affine, Element, Extraction, Mask, Volume, nifti};
use pollster::block_on;

use crate::fixtures::{TRIV24_NIFTI, bytes, tree_of};
use crate::npy;

const OBLIQUE: Affine = Affine([[1.1, 0.2, -0.1, -84.0], [-0.3, 0.9, 0.05, -119.0], [0.0, 0.1, 1.2, -78.0]]);

/// From the NIfTI of the demo CAPS, through its elements and the transforms, to the tensors that ClinicaDL fed.
#[test]
fn every_input_of_clinicadl_is_made_bit_for_bit() {
    let coronal = || slices(1, SliceChannels::Single, [0, 0]);
    let sagittal = || slices(0, SliceChannels::Rgb, [78, 83]);
    let boxes = || regions(&["leftHippocampusBox", "rightHippocampusBox"], false);
    let patches = || Extraction::Patch { size: 50, stride: 50 };
    let cases = [
        ("image_sr4_multi_sub-TRIV24_image-0", Extraction::Image, 0, 0, Some(SizeReduction::By4), 1),
        ("image_sr4_multi_sub-TRIV25_image-0", Extraction::Image, 0, 0, Some(SizeReduction::By4), 1),
        ("image_sr5_conv5_sub-TRIV24_image-0", Extraction::Image, 0, 0, Some(SizeReduction::By5), 1),
        ("image_sr5_conv5_sub-TRIV25_image-0", Extraction::Image, 0, 0, Some(SizeReduction::By5), 1),
        ("patch50_stride_sub-TRIV24_patch-13", patches(), 13, 13, None, 36),
        ("patch50_stride_sub-TRIV25_patch-22", patches(), 22, 22, None, 36),
        ("roi_conv4_sub-TRIV24_roi-0", boxes(), 0, 0, None, 2),
        ("roi_conv4_sub-TRIV25_roi-1", boxes(), 1, 1, None, 2),
        ("slice_cor_all_sub-TRIV24_slice-102", coronal(), 102, 102, None, 208),
        ("slice_cor_all_sub-TRIV25_slice-60", coronal(), 60, 60, None, 208),
        // Elements count what is left, names of files count in the whole image.
        ("slice_sag_resnet18_sub-TRIV24_slice-3", sagittal(), 3, 81, None, 8),
        ("slice_sag_resnet18_sub-TRIV25_slice-6", sagittal(), 6, 84, None, 8),
    ];
    for (input, extraction, index, number, size_reduction, n_elements) in cases {
        let expected = npy::read(&format!("tests/fixtures/inputs/{input}.npy"));
        let transforms = EvaluationTransforms { normalization: Normalization::MinMax, size_reduction };
        let participant = if input.contains("TRIV24") { "sub-TRIV24" } else { "sub-TRIV25" };
        let (element, shape, values, found) = network_input(extraction, participant, index, &transforms);
        assert_eq!((element.number, found), (number, n_elements), "{input}");
        assert_eq!((&shape, &element.input_shape(size_reduction)), (&expected.shape, &expected.shape), "{input}");
        let n_different = values.iter().zip(&expected.data).filter(|(got, expected)| got.to_bits() != expected.to_bits()).count();
        assert_eq!((n_different, values.len()), (0, expected.data.len()), "{input}");
    }
}

/// Masks of a real shape. Hashes are numpy's: `image * mask`, for cropped ones indexed by `np.ix_` of the planes in which the
/// mask is anywhere not 0.
#[test]
fn regions_are_masked_and_cropped_as_numpy_does() {
    let left = ("86436787e68d8dd04909f4628846cf9801e5130f8085523ebf35e6d5311d7875", [38, 49, 48], 20_649);
    let right = ("1cb9564fe47e0ae16958aa533f07dfd72182b11bdfbcd8f7aae9eca650a10472", [41, 50, 48], 20_913);
    let uncropped = ("c98ef4ba039375dd426669af9ed90f0a5ee1683ae9e9ecbcefe9b61734113d5e", [169, 208, 179], 20_649);
    let cases = [("leftHippocampus", false, left), ("rightHippocampus", false, right), ("leftHippocampus", true, uncropped)];
    let image = nifti::read("scan", &bytes(TRIV24_NIFTI)).unwrap();
    for (name, is_uncropped, (sha256, shape, n_voxels)) in cases {
        let path = format!("tpl-MNI152NLin2009cSym/tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-{name}_mask.nii.gz");
        let mask = nifti::read_mask(name, &bytes(&format!("tests/fixtures/caps_masks/{path}"))).unwrap();
        let mask = Rc::new(Mask::of(name, &mask).unwrap());
        let element = regions(&[name], is_uncropped).elements(image.shape(), &[mask]).unwrap().swap_remove(0);
        let extracted = element.extract(&image).unwrap();
        assert_eq!((extracted.shape(), values_sha256_hex(extracted.data()).as_str()), (shape, sha256), "{name}");
        let (mut count, n_values) = (0, extracted.data().len());
        element.for_each_source_voxel(None, |from, to| {
            assert!(from < n_values && extracted.data()[from] == image.data()[to]);
            count += 1;
        });
        assert_eq!(count, n_voxels);
    }
}

#[test]
fn what_is_extracted_and_pasted_is_the_image_on_the_elements_support() {
    let image = noise([13, 11, 12]);
    for extraction in all_modes() {
        for element in elements_of(&extraction, image.shape()) {
            let extracted = element.extract(&image).unwrap();
            assert_eq!(extracted.shape(), element.shape());
            let mut pasted = constant(image.shape(), -7.0);
            element.paste(extracted.data(), None, &mut pasted).unwrap();
            let (mut expected, mut n_support) = (vec![-7.0; image.data().len()], 0);
            for [i, j, k] in voxels(image.shape()) {
                let at = (i * 11 + j) * 12 + k;
                if is_in_support(&element, [i, j, k]) {
                    n_support += 1;
                    expected[at] = image.data()[at];
                }
            }
            assert!(n_support > 0 && pasted.data() == expected, "{extraction}: {}", element.in_words());
        }
    }
}

#[test]
fn a_voxel_of_an_element_lies_where_its_source_voxel_lies() {
    let image = noise([13, 11, 12]);
    for extraction in all_modes() {
        for element in elements_of(&extraction, image.shape()).iter().filter(|element| element.is_contiguous()) {
            let extracted = element.extract(&image).unwrap();
            for voxel in voxels(extracted.shape()) {
                let source = [0, 1, 2].map(|axis| element.planes[axis][voxel[axis]]);
                let (here, there) = (place(extracted.world_from_voxel(), voxel), place(&OBLIQUE, source));
                assert!(distance(here, there) < 1e-9, "{extraction}: {here:?}, not {there:?}");
                if element.mask().is_none() {
                    assert_eq!(extracted.get(voxel), image.get(source));
                }
            }
        }
    }
}

#[test]
fn patches_tile_the_image_row_by_row() {
    let count = |size, stride| {
        let mut covered = vec![0; 13 * 11 * 12];
        let elements = Extraction::Patch { size, stride }.elements([13, 11, 12], &[]).unwrap();
        elements.iter().for_each(|element| element.for_each_source_voxel(None, |_, to| covered[to] += 1));
        (elements, covered)
    };
    let (elements, covered) = count(3, 3);
    assert_eq!(elements.len(), 4 * 3 * 4);
    for [i, j, k] in voxels([13, 11, 12]) {
        assert_eq!(covered[(i * 11 + j) * 12 + k], i32::from(i < 12 && j < 9), "{i} {j} {k}");
    }
    let first_voxels: Vec<[usize; 3]> = elements.iter().map(|element| [0, 1, 2].map(|axis| element.planes[axis][0])).collect();
    assert_eq!(first_voxels[..5], [[0, 0, 0], [0, 0, 3], [0, 0, 6], [0, 0, 9], [0, 3, 0]]);
    assert_eq!((elements[13].number, elements[13].name.as_str()), (13, "patch 13"));
    assert!(count(5, 1).1.iter().all(|&times| (1..=125).contains(&times)));
}

/// Index planes are kept, not a bounding box: a mask of two blocks loses what lies between them.
#[test]
fn a_mask_with_holes_keeps_its_planes_only() {
    let is_inside = |[i, j, k]: [usize; 3]| [1, 2, 5].contains(&i) && [0, 3].contains(&j) && [4, 6, 8].contains(&k) && (i, k) != (2, 6);
    let mask = Rc::new(Mask::of("two", &volume_of([7, 5, 9], |voxel| if is_inside(voxel) { 2.0 } else { 0.0 })).unwrap());
    assert!(!mask.is_binary);
    let image = noise([7, 5, 9]);
    let element = &regions(&["two"], false).elements([7, 5, 9], &[mask]).unwrap()[0];
    let planes: Vec<Vec<usize>> = element.planes.iter().map(|axis| axis.to_vec()).collect();
    assert_eq!(planes, [vec![1, 2, 5], vec![0, 3], vec![4, 6, 8]]);
    let extracted = element.extract(&image).unwrap();
    assert_eq!(extracted.get([2, 1, 1]), image.get([5, 3, 6]).map(|value| value * 2.0));
    assert_eq!(extracted.get([1, 0, 1]), Some(0.0));
    assert!(!element.is_contiguous());
    // Evenly spaced axes are exact; of the others the two ends are.
    let world = |voxel, source| distance(place(extracted.world_from_voxel(), voxel), place(&OBLIQUE, source));
    assert!(world([0, 1, 2], [1, 3, 8]) < 1e-9 && world([2, 0, 1], [5, 0, 6]) < 1e-9);
    assert!(world([1, 0, 0], [2, 0, 4]) > 0.9);
    let mut pasted = constant([7, 5, 9], 0.5);
    element.paste(&[1.0; 18], None, &mut pasted).unwrap();
    assert!(voxels([7, 5, 9]).all(|voxel| pasted.get(voxel) == Some(if is_inside(voxel) { 1.0 } else { 0.5 })));
}

#[test]
fn size_reductions_keep_their_place_and_are_pasted_where_they_came_from() {
    let shape = [30, 28, 29];
    let image = noise(shape);
    let starts = [(2, [4, 8, 8]), (3, [0, 8, 4]), (4, [4, 8, 8]), (5, [4, 0, 8])];
    let mask = volume_of(shape, |[i, j, k]| f32::from(i > 3 && j > 1 && k > 2));
    for extraction in [Extraction::Image, Extraction::Patch { size: 20, stride: 4 }, regions(&["box"], false)] {
        let masks = if matches!(extraction, Extraction::Roi { .. }) { vec![Rc::new(Mask::of("box", &mask).unwrap())] } else { vec![] };
        for element in extraction.elements(shape, &masks).unwrap() {
            for (factor, start) in starts {
                let size_reduction = SizeReduction::from_factor(factor);
                let transforms = EvaluationTransforms { normalization: Normalization::None, size_reduction };
                let reduced = element.transform(element.extract(&image).unwrap(), &transforms).unwrap().volume;
                assert_eq!(reduced.shape(), element.transformed_shape(size_reduction));
                let source = |voxel: [usize; 3]| [0, 1, 2].map(|axis| element.planes[axis][start[axis] + voxel[axis] * factor as usize]);
                let mut pasted = constant(shape, f32::INFINITY);
                element.paste(reduced.data(), size_reduction, &mut pasted).unwrap();
                for voxel in voxels(reduced.shape()) {
                    assert_eq!(reduced.get(voxel), image.get(source(voxel)));
                    assert_eq!(pasted.get(source(voxel)), reduced.get(voxel));
                    assert!(distance(place(reduced.world_from_voxel(), voxel), place(&OBLIQUE, source(voxel))) < 1e-9);
                }
                let n_pasted = pasted.data().iter().filter(|value| value.is_finite()).count();
                assert_eq!(n_pasted, reduced.data().len(), "every {factor}: nothing else changes");
            }
        }
    }
}

#[test]
fn slices_lose_their_axis_and_colour_slices_come_three_times() {
    let image = noise([4, 3, 2]);
    let element = &slices(1, SliceChannels::Rgb, [1, 0]).elements(image.shape(), &[]).unwrap()[1];
    assert_eq!((element.number, element.name.as_str(), element.shape()), (2, "slice 2", [4, 1, 2]));
    let (shape, values) = element.network_input(element.extract(&image).unwrap());
    let slice: Vec<f32> = (0..4).flat_map(|i| (0..2).map(move |k| [i, 2, k])).map(|voxel| image.get(voxel).unwrap()).collect();
    assert_eq!((shape, values), (vec![3, 4, 2], [&slice[..], &slice, &slice].concat()));
    let counted = Extraction::Slice { direction: 2, channels: SliceChannels::Single, discarded: [1, 0], num_slices: Some(1) };
    assert_eq!(counted.elements([4, 3, 3], &[]).unwrap().len(), 1);
}

#[test]
fn what_does_not_fit_is_said_in_numbers() {
    let shape = [40, 208, 179];
    let small_mask = Rc::new(Mask::of("box", &constant([2, 2, 2], 1.0)).unwrap());
    let refusal = |extraction: Extraction, masks: &[Rc<Mask>]| extraction.elements(shape, masks).unwrap_err();
    let element = |extraction: Extraction| extraction.elements([4, 3, 2], &[]).unwrap().swap_remove(0);
    let reduce = EvaluationTransforms { normalization: Normalization::MinMax, size_reduction: Some(SizeReduction::By2) };
    let normalize = EvaluationTransforms { normalization: Normalization::MinMax, size_reduction: None };
    let slice = || element(slices(1, SliceChannels::Single, [1, 1]));
    let num_slices = Extraction::Slice { direction: 0, channels: SliceChannels::Rgb, discarded: [30, 0], num_slices: Some(11) };
    let refusals = [
        (refusal(Extraction::Patch { size: 0, stride: 5 }, &[]), "patches of 0×0×0 voxels, every 5 voxels: neither may be 0"),
        (refusal(Extraction::Patch { size: 50, stride: 50 }, &[]), "patches of 50×50×50 voxels do not fit an image of 40×208×179 voxels"),
        (refusal(Extraction::Patch { size: 1, stride: 1 }, &[]), "1489280 elements in an image of 40×208×179 voxels, more than 65536"),
        (refusal(slices(3, SliceChannels::Rgb, [0, 0]), &[]), "slice direction 3 is none of 0 (sagittal), 1 (coronal) and 2 (axial)"),
        (
            refusal(slices(0, SliceChannels::Rgb, [20, 20]), &[]),
            "20 sagittal slices are left out in front and 20 behind, but an image of 40×208×179 voxels has only 40",
        ),
        (refusal(num_slices, &[]), "11 sagittal slices from slice 30 on, but an image of 40×208×179 voxels has only 40"),
        (refusal(regions(&[], false), &[]), "no region is named"),
        (refusal(regions(&["a", "box"], false), std::slice::from_ref(&small_mask)), "2 regions, but 1 masks"),
        (refusal(regions(&["box"], true), &[small_mask]), "the mask of region box has 2×2×2 voxels, but the image has 40×208×179"),
        (Mask::of("box", &constant([2, 2, 2], 0.0)).unwrap_err(), "the mask of region box is 0 in all 8 voxels"),
        (Mask::of("box", &constant([2, 2, 2], f32::NAN)).unwrap_err(), "the mask of region box is not finite in 8 of 8 voxels"),
        (
            slice().extract(&noise([4, 3, 3])).unwrap_err(),
            "elements of an image of 4×3×2 voxels cannot be taken from or put into one of 4×3×3",
        ),
        (slice().paste(&[0.0; 7], None, &mut noise([4, 3, 2])).unwrap_err(), "slice 1 has 8 values, but its map has 7"),
        (slice().transform(noise([4, 1, 2]), &reduce).unwrap_err(), "a size reduction by 2 takes 3D inputs, but slice 1 is 2D"),
        (
            slice().transform(constant([4, 1, 2], 3.0), &normalize).unwrap_err(),
            "slice 1: every voxel is 3, and a constant image cannot be normalised",
        ),
        (
            element(Extraction::Image).transform(noise([4, 3, 2]), &reduce).unwrap_err(),
            "the image: a volume of 4×3×2 voxels is too small for a size reduction by 2",
        ),
    ];
    for (error, sentence) in refusals {
        assert_eq!(error.to_string(), sentence);
        assert!(!error.hint().is_empty());
    }
}

/// The element, its input's shape and values, and how many elements its session has.
fn network_input(
    extraction: Extraction,
    participant: &str,
    index: usize,
    transforms: &EvaluationTransforms,
) -> (Element, Vec<usize>, Vec<f32>, usize) {
    let mut tree = tree_of("www/demo/caps");
    for side in ["left", "right"] {
        let mask = format!("tpl-MNI152NLin2009cSym/tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-{side}HippocampusBox_mask.nii.gz");
        let file = MemoryFile(bytes(&format!("tests/fixtures/caps_masks/{mask}")).into());
        tree.insert(format!("caps/masks/{mask}"), Rc::new(file));
    }
    let (catalogue, _) = block_on(ImageCatalogue::open(&tree, Some("*_T1w.nii.gz"))).unwrap();
    let spec = InputSpec { preprocessing: "t1-linear".to_owned(), use_uncropped_image: false, prepare_dl: false, extraction };
    let mut source = ElementSource::new(spec);
    let session = block_on(source.open_session(&tree, catalogue.find(participant, "ses-M000").unwrap())).unwrap();
    let loaded = block_on(source.read_element(&tree, &session, index)).unwrap();
    assert_eq!((&session.warnings[..], &loaded.warnings[..]), (&[][..], &[][..]));
    let transformed = loaded.element.transform(loaded.volume.as_ref().clone(), transforms).unwrap();
    let (shape, values) = loaded.element.network_input(transformed.volume);
    (loaded.element, shape, values, session.elements.len())
}

fn slices(direction: usize, channels: SliceChannels, discarded: [usize; 2]) -> Extraction {
    Extraction::Slice { direction, channels, discarded, num_slices: None }
}

fn regions(names: &[&str], uncropped: bool) -> Extraction {
    let names = names.iter().map(ToString::to_string).collect();
    Extraction::Roi { names, uncropped, template: None, mask_pattern: None }
}

fn all_modes() -> Vec<Extraction> {
    vec![
        Extraction::Image,
        Extraction::Patch { size: 3, stride: 3 },
        Extraction::Patch { size: 4, stride: 2 },
        slices(0, SliceChannels::Single, [2, 1]),
        slices(1, SliceChannels::Rgb, [0, 3]),
        slices(2, SliceChannels::Single, [0, 0]),
        regions(&["box", "holes"], false),
        regions(&["box", "holes"], true),
    ]
}

/// A box, and a mask with gaps and single voxels.
fn elements_of(extraction: &Extraction, shape: [usize; 3]) -> Vec<Element> {
    let in_box = |[i, j, k]: [usize; 3]| f32::from((2..7).contains(&i) && (1..9).contains(&j) && k > 4);
    let in_holes = |[i, j, k]: [usize; 3]| f32::from(i % 3 == 1 && j != 5 && (i + j + k) % 4 == 0);
    let masks: Vec<Rc<Mask>> = match extraction {
        Extraction::Roi { .. } => vec![
            Rc::new(Mask::of("box", &volume_of(shape, in_box)).unwrap()),
            Rc::new(Mask::of("holes", &volume_of(shape, in_holes)).unwrap()),
        ],
        _ => Vec::new(),
    };
    extraction.elements(shape, &masks).unwrap()
}

/// The expected elements by the definition of each mode, computed independently of the code that cuts them.
fn is_in_support(element: &Element, [i, j, k]: [usize; 3]) -> bool {
    let is_kept = |axis: usize, index: usize| element.planes[axis].contains(&index);
    let in_mask = match element.name.as_str() {
        "box" => (2..7).contains(&i) && (1..9).contains(&j) && k > 4,
        "holes" => i % 3 == 1 && j != 5 && (i + j + k) % 4 == 0,
        _ => true,
    };
    is_kept(0, i) && is_kept(1, j) && is_kept(2, k) && in_mask
}

fn voxels([n_i, n_j, n_k]: [usize; 3]) -> impl Iterator<Item = [usize; 3]> {
    (0..n_i).flat_map(move |i| (0..n_j).flat_map(move |j| (0..n_k).map(move |k| [i, j, k])))
}

fn volume_of(shape: [usize; 3], value: impl Fn([usize; 3]) -> f32) -> Volume {
    Volume::new(shape, voxels(shape).map(value).collect(), OBLIQUE).unwrap()
}

fn constant(shape: [usize; 3], value: f32) -> Volume {
    volume_of(shape, |_| value)
}

/// Reproducible numbers, no two alike: a multiplicative generator modulo a prime.
fn noise(shape: [usize; 3]) -> Volume {
    let states = std::iter::successors(Some(1_u64), |state| Some(state * 16_807 % 2_147_483_647));
    let data = states.skip(1).take(shape.iter().product()).map(|state| (state as f64 / 2_147_483_647.0) as f32 + 0.25).collect();
    Volume::new(shape, data, OBLIQUE).unwrap()
}

fn place(affine: &Affine, voxel: [usize; 3]) -> [f64; 3] {
    affine.apply(voxel.map(|index| index as f64))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

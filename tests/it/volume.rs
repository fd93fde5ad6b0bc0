//! Volumes: NIfTI against nibabel, and the transforms against what ClinicaDL gave to its networks.

use std::collections::BTreeMap;
use std::io::Read;

use maplens::files::{BorrowedFile, poll_once};
use maplens::volume::known_space::Assumption;
use maplens::volume::nifti::{self, NiftiError};
use maplens::volume::transforms::{EvaluationTransforms, Normalization, SizeReduction, TransformError};
use maplens::volume::{Affine, Statistics, Volume, known_space};

use crate::fixtures::{self, TRIV24_NIFTI};
use crate::npy;

/// nibabel multiplies quaternions in 80-bit floats, this program in 64-bit ones.
const QFORM_TOLERANCE: f64 = 1e-12;

#[derive(serde::Deserialize)]
struct NibabelReading {
    shape: [usize; 3],
    affine: [[f64; 4]; 3],
    bits: Vec<u32>,
}

#[test]
fn every_nifti_is_read_as_nibabel_reads_it() {
    let cases: BTreeMap<String, NibabelReading> = fixtures::json("tests/data/nifti/cases.json");
    assert!(cases.len() > 30);
    for (name, expected) in cases {
        let volume = match nifti::other_of_pair(&name) {
            Some(voxels) => read_pair(&name, &nifti_fixture(&name), &voxels, &nifti_fixture(&voxels)),
            None => nifti::read(&name, &nifti_fixture(&name)),
        };
        let volume = volume.unwrap();
        assert_eq!(volume.shape(), expected.shape, "{name}");
        let bits: Vec<u32> = volume.data().iter().map(|value| value.to_bits()).collect();
        assert_eq!(bits, expected.bits, "{name}");
        for (row, expected_row) in volume.world_from_voxel().0.iter().zip(expected.affine) {
            for (cell, expected_cell) in row.iter().zip(expected_row) {
                assert!((cell - expected_cell).abs() <= QFORM_TOLERANCE, "{name}: {row:?}, not {expected_row:?}");
            }
        }
    }
}

fn read_pair(header: &str, header_bytes: &[u8], voxels: &str, voxel_bytes: &[u8]) -> Result<Volume, NiftiError> {
    let (header_file, voxel_file) = (BorrowedFile(header_bytes), BorrowedFile(voxel_bytes));
    poll_once(nifti::read_pair(header, &header_file, (voxels, &voxel_file)))
}

#[test]
fn a_packed_pair_is_read_and_a_short_one_is_named() {
    let (header, voxels) = (nifti_fixture("pair.hdr"), nifti_fixture("pair.img"));
    let plain = read_pair("a.hdr", &header, "a.img", &voxels).unwrap();
    assert_eq!(read_pair("a.hdr.gz", &gz(&header), "a.img.gz", &gz(&voxels)).unwrap(), plain);
    let error = read_pair("a.hdr", &header, "a.img", &voxels[..100]).unwrap_err();
    assert_eq!(error.to_string(), "a.img: truncated, 120 bytes are needed but only 100 are there");
    let names = ["a.hdr", "a.img", "b/A.IMG", "a.hdr.gz", "a.img.GZ", "a.nii", ".gz", "hdr"].map(nifti::other_of_pair);
    let others = [Some("a.img"), Some("a.hdr"), Some("b/A.HDR"), Some("a.img.gz"), Some("a.hdr.GZ"), None, None, None];
    assert_eq!(names, others.map(|name| name.map(str::to_owned)));
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// nibabel takes such a form as it stands, so that every voxel lies in one point or nowhere. Where both forms are as they should be,
/// it is nibabel that `every_nifti_is_read_as_nibabel_reads_it` compares with.
#[test]
fn a_form_that_places_nothing_is_passed_over() {
    let with_qform = nifti_fixture("sform_before_qform.nii");
    let qform = *nifti::read("q.nii", &patched(&with_qform, 254, &0i16.to_le_bytes())).unwrap().world_from_voxel();
    let nan: Vec<u8> = f32::NAN.to_le_bytes().repeat(12);
    let flat: Vec<u8> =
        [[1_f32, 2.0, 3.0, 0.0], [2.0, 4.0, 6.0, 0.0], [0.1, 0.7, 0.8, 0.0]].concat().iter().flat_map(|cell| cell.to_le_bytes()).collect();
    for rows in [vec![0; 48], nan, flat] {
        let bytes = patched(&with_qform, 280, &rows);
        let (grid, assumption) = nifti::read_grid("a.nii", &bytes).unwrap();
        assert_eq!((grid.world_from_voxel, assumption), (qform, Some(Assumption::QformInstead)));
        assert_eq!(nifti::read("a.nii", &bytes).unwrap().grid(), grid);
        for quaternion in [f32::NAN, 2.0] {
            let bytes = patched(&bytes, 256, &quaternion.to_le_bytes());
            let (grid, assumption) = nifti::read_grid("a.nii", &bytes).unwrap();
            assert_eq!(assumption, Some(Assumption::BadForm));
            let middle = grid.shape.map(|length| (length as f64 - 1.0) / 2.0);
            assert_eq!(grid.world_from_voxel.apply(middle), [0.0; 3]);
        }
    }
    let (_, assumption) = nifti::read_grid("a.nii", &nifti_fixture("neither_form.nii")).unwrap();
    assert_eq!(assumption, Some(Assumption::NoForm));
}

#[test]
fn voxels_at_offset_0_are_sought_behind_the_header() {
    let volume = nifti::read("a.nii", &nifti_fixture("offset_zero.nii")).unwrap();
    assert_eq!(volume.data(), nifti::read("b.nii", &nifti_fixture("little_i2.nii")).unwrap().data());
}

#[test]
fn the_demo_scan_lies_on_the_cropped_grid() {
    let volume = nifti::read("scan.nii.gz", &fixtures::bytes(TRIV24_NIFTI)).unwrap();
    assert_eq!(volume.shape(), [169, 208, 179]);
    assert_eq!(*volume.world_from_voxel(), Affine::from_diagonal([1.0; 3], [-84.0, -119.0, -78.0]));
    assert_eq!(known_space::assume(volume.shape()).world_from_voxel, *volume.world_from_voxel());
}

#[test]
fn a_written_volume_is_read_back_with_the_same_bits_and_affine() {
    let data: Vec<f32> = (0..3 * 4 * 5).map(|index| (index as f32).sin() * 1e-4).collect();
    let affine = Affine([[2.5, 0.25, 0.0, -84.5], [-0.25, 2.5, 0.0, -119.0], [0.0, 0.0, 5.0, -78.125]]);
    let volume = Volume::new([3, 4, 5], data, affine).unwrap();
    let bytes = nifti::write(&volume);
    assert_eq!(nifti::read("map.nii.gz", &bytes).unwrap(), volume);
    assert_eq!(bytes, nifti::write(&volume), "the bytes must not depend on the time");
}

#[test]
fn the_nifti_crate_accepts_a_written_header() {
    let volume = Volume::new([2, 3, 4], vec![0.5; 24], Affine::from_diagonal([1.0, 2.0, 3.0], [-1.0, -2.0, -3.0])).unwrap();
    let mut content = Vec::new();
    flate2::read::GzDecoder::new(&*nifti::write(&volume)).read_to_end(&mut content).unwrap();
    let header = ::nifti::NiftiHeader::from_reader(&*content).unwrap();
    assert_eq!(header.dim().unwrap(), [2, 3, 4]);
    assert_eq!(header.data_type().unwrap(), ::nifti::NiftiType::Float32);
    assert_eq!((header.sform_code, header.qform_code, header.vox_offset), (2, 0, 352.0));
    assert_eq!(header.pixdim[..4], [1.0, 1.0, 2.0, 3.0]);
    assert_eq!(header.srow_y, [0.0, 2.0, 0.0, -2.0]);
    assert_eq!(header.xyzt_to_space().unwrap(), ::nifti::Unit::Mm);
    assert_eq!(content.len(), 352 + 24 * 4);
}

#[test]
fn images_that_cannot_be_taken_are_refused_in_words() {
    let scan = nifti_fixture("little_i2.nii");
    let packed = nifti_fixture("odd_shape.nii.gz");
    let refusals = [
        ("refused_4d.nii.gz", nifti_fixture("refused_4d.nii.gz"), "an image of 3×4×5×2 voxels, but one 3D volume is needed"),
        ("map.nii.gz", nifti_fixture("refused_clinicadl_map.nii.gz"), "an image of 1×3×4×5 voxels, but one 3D volume is needed"),
        ("c.nii", nifti_fixture("refused_complex.nii"), "voxels of type complex (code 32) are not scalar intensities"),
        ("a.hdr", nifti_fixture("refused_pair.hdr"), "one of the two files of a .hdr/.img pair, and the other is not there"),
        ("short.nii", scan[..400].to_vec(), "truncated, 472 bytes are needed but only 400 are there"),
        ("empty.nii", Vec::new(), "not a NIfTI image (an empty file)"),
        ("lfs.nii.gz", b"version https://git-lfs.github.com/spec/v1\n".to_vec(), "not a NIfTI image (a pointer of Git LFS"),
        ("annex.nii.gz", b"/annex/objects/MD5E-s11--0f34.nii.gz\n".to_vec(), "not a NIfTI image (a pointer of git-annex (DataLad)"),
        ("analyze.hdr", patched(&scan, 344, b"\0\0\0\0"), "an ANALYZE 7.5 header, which does not tell left from right"),
        ("text.nii", vec![b'x'; 500], "not a NIfTI image (it has no NIfTI mark in its header)"),
        ("short.nii.gz", packed[..400].to_vec(), "truncated, 1682 bytes are needed but only"),
        ("axes.nii", patched(&scan, 40, &9i16.to_le_bytes()), "header field dim[0] is"),
        ("no.nii", patched(&scan, 42, &0i16.to_le_bytes()), "header field dim is 0, which is not valid"),
        ("minus.nii", patched(&scan, 42, &(-3i16).to_le_bytes()), "header field dim is -3, which is not valid"),
        ("flat.nii", patched(&scan, 40, &2i16.to_le_bytes()), "an image of 3×4 voxels, but one 3D volume is needed"),
        ("huge.nii", patched(&scan, 42, &[0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f]), "32767×32767×32767 voxels, but at most 134217728"),
        ("type.nii", patched(&scan, 70, &77i16.to_le_bytes()), "voxels of type unknown (code 77) are not scalar intensities"),
        ("far.nii", patched(&scan, 108, &1e30f32.to_le_bytes()), "header field vox_offset is"),
        ("nan.nii", patched(&scan, 108, &f32::NAN.to_le_bytes()), "header field vox_offset is NaN"),
        ("slope.nii", patched(&scan, 112, &[2f32.to_le_bytes(), f32::NAN.to_le_bytes()].concat()), "scl_inter is NaN"),
    ];
    for (name, bytes, sentence) in refusals {
        let error = nifti::read(name, &bytes).unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with(&format!("{name}: ")) && message.contains(sentence), "{message}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn a_damaged_gzip_stream_is_told_from_a_short_one() {
    let mut packed = nifti_fixture("odd_shape.nii.gz");
    let n = packed.len();
    packed[n - 6] ^= 0xff;
    let error = nifti::read("a.nii.gz", &packed).unwrap_err();
    assert!(matches!(error, NiftiError::DamagedGzip { .. }), "{error}");
}

#[test]
fn a_header_cannot_make_the_program_reserve_more_than_its_file_can_hold() {
    let mut header = nifti_fixture("little_f8.nii")[..348].to_vec();
    header[42..48].copy_from_slice(&[0, 2, 0, 2, 0, 2]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &header).unwrap();
    let error = nifti::read("bomb.nii.gz", &encoder.finish().unwrap()).unwrap_err();
    assert!(matches!(error, NiftiError::Truncated { needed: 1_073_742_176, .. }), "{error}");
}

#[test]
fn transforms_give_the_network_inputs_of_clinicadl_bit_for_bit() {
    let scan = nifti::read("scan.nii.gz", &fixtures::bytes(TRIV24_NIFTI)).unwrap();
    for (factor, name) in [(5, "image_sr5_conv5"), (4, "image_sr4_multi")] {
        let expected = npy::read(&format!("tests/fixtures/inputs/{name}_sub-TRIV24_image-0.npy"));
        let transformed = transforms(Some(factor)).apply(scan.clone()).unwrap();
        assert_eq!(transformed.warnings, []);
        assert_eq!([&[1], &transformed.volume.shape()[..]].concat(), expected.shape);
        let differing = transformed.volume.data().iter().zip(&expected.data).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
        assert_eq!(differing, 0, "{name}");
    }
}

#[test]
fn a_reduced_voxel_keeps_its_place_in_the_head() {
    let scan = nifti::read("scan.nii.gz", &fixtures::bytes(TRIV24_NIFTI)).unwrap();
    let expected = [
        (2, [80, 96, 80], [-80.0, -111.0, -70.0]),
        (3, [56, 64, 56], [-84.0, -111.0, -74.0]),
        (4, [40, 48, 40], [-80.0, -111.0, -70.0]),
        (5, [32, 40, 32], [-80.0, -119.0, -70.0]),
    ];
    for (factor, shape, origin) in expected {
        let raw = EvaluationTransforms { normalization: Normalization::None, ..transforms(Some(factor)) };
        let reduced = raw.apply(scan.clone()).unwrap().volume;
        assert_eq!(reduced.shape(), shape);
        assert_eq!(*reduced.world_from_voxel(), Affine::from_diagonal([f64::from(factor); 3], origin));
        let full = SizeReduction::from_factor(factor).unwrap().full_from_reduced().apply([7.0, 11.0, 13.0]);
        assert_eq!(reduced.get([7, 11, 13]), scan.get(full.map(|index| index as usize)));
    }
    assert_eq!(SizeReduction::from_factor(6), None);
}

#[test]
fn a_small_image_is_sliced_as_python_slices() {
    let small = Volume::new([10, 9, 9], vec![1.0; 810], Affine::IDENTITY).unwrap();
    let raw = EvaluationTransforms { normalization: Normalization::None, ..transforms(Some(2)) };
    assert_eq!(raw.apply(small).unwrap().volume.shape(), [3, 1, 1]);
    let smaller = Volume::new([10, 9, 8], vec![1.0; 720], Affine::IDENTITY).unwrap();
    let error = raw.apply(smaller).unwrap_err();
    assert_eq!(error.to_string(), "a volume of 10×9×8 voxels is too small for a size reduction by 2");
}

#[test]
fn nan_is_replaced_and_told() {
    let transformed = transforms(None).apply(line(&[f32::NAN, 2.0, 4.0])).unwrap();
    assert_eq!(transformed.volume.data(), [0.0, 0.5, 1.0]);
    let warnings: Vec<String> = transformed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["1 of 3 voxels are not a number and were set to 0, as ClinicaDL does"]);
}

#[test]
fn images_that_would_become_nan_are_refused_in_words() {
    let refusals = [
        (vec![7.0; 4], "every voxel is 7, and a constant image cannot be normalised"),
        (vec![f32::NAN; 4], "all 4 voxels are not a number"),
        (vec![f32::NAN, 0.0, 0.0], "every voxel is 0, and a constant image cannot be normalised"),
        (vec![0.0, 1.0, f32::INFINITY], "intensities from 0 to inf span more than float32 holds and cannot be normalised"),
        (vec![f32::MAX, f32::MIN], "span more than float32 holds and cannot be normalised"),
    ];
    for (values, sentence) in refusals {
        let error: TransformError = transforms(None).apply(line(&values)).unwrap_err();
        assert!(error.to_string().contains(sentence), "{error}");
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn statistics_count_what_is_not_finite() {
    let statistics = Statistics::of(&[1.0, -3.0, f32::NAN, f32::INFINITY, 5.0]);
    assert_eq!((statistics.min, statistics.max, statistics.mean, statistics.max_abs), (-3.0, 5.0, 1.0, 5.0));
    assert_eq!((statistics.n_values, statistics.n_nan, statistics.n_infinite), (5, 1, 1));
    assert!(!statistics.is_finite());
    assert!(Statistics::of(&[0.0, -0.0]).is_all_zero());
    assert!(Statistics::of(&[f32::NAN]).min.is_nan());
}

#[test]
fn statistics_of_many_values_are_those_of_one_after_the_other() {
    for n in [1, 3, 4096, 4097, 9001] {
        let mut values: Vec<f32> = (0..n).map(|index| ((index * 7919) % 1013) as f32 - 400.5).collect();
        for broken in [None, Some(f32::NAN), Some(-f32::NAN), Some(f32::NEG_INFINITY)] {
            if let Some(broken) = broken {
                values[n / 2] = broken;
            }
            let finite = || values.iter().copied().filter(|value| value.is_finite());
            let statistics = Statistics::of(&values);
            let sum: f64 = finite().map(f64::from).sum();
            assert_eq!((statistics.n_values, statistics.n_nan + statistics.n_infinite), (n, n - finite().count()));
            if finite().count() > 0 {
                assert_eq!(statistics.min, finite().fold(f32::INFINITY, f32::min));
                assert_eq!(statistics.max, finite().fold(f32::NEG_INFINITY, f32::max));
                // Sums of these values are exact in float64, in whatever order.
                assert_eq!(statistics.mean, sum / finite().count() as f64);
            }
        }
    }
}

#[test]
fn an_unknown_grid_is_centred_and_said_so() {
    let space = known_space::assume([3, 4, 5]);
    assert_eq!(space.world_from_voxel.apply([1.0, 1.5, 2.0]), [0.0; 3]);
    assert!(space.reason.to_string().contains("3×4×5 voxels are no known grid"));
    let uncropped = known_space::assume([193, 229, 193]);
    assert_eq!(uncropped.world_from_voxel.apply([0.0; 3]), [-96.0, -132.0, -78.0]);
    assert!(uncropped.reason.to_string().contains("Clinica's MNI152NLin2009cSym grid"));
}

fn nifti_fixture(name: &str) -> Vec<u8> {
    fixtures::bytes(&format!("tests/data/nifti/{name}"))
}

fn patched(bytes: &[u8], offset: usize, patch: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[offset..offset + patch.len()].copy_from_slice(patch);
    bytes
}

fn transforms(size_reduction: Option<u32>) -> EvaluationTransforms {
    let size_reduction = size_reduction.map(|factor| SizeReduction::from_factor(factor).unwrap());
    EvaluationTransforms { normalization: Normalization::MinMax, size_reduction }
}

fn line(values: &[f32]) -> Volume {
    Volume::new([1, 1, values.len()], values.to_vec(), Affine::IDENTITY).unwrap()
}

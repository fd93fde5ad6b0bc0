//! Files that leave the program: maps as NIfTI and tensors, the record, their names.

use maplens::export::record::{DeviceRecord, ExplanationRecord, InputRecord, MapRecord, ModelRecord, Software, Timing};
use maplens::export::{self, Record, file_names};
use maplens::protocol::{Convention, Quantity};
use maplens::volume::{Affine, Volume, nifti};

use crate::{fixtures, npy};

#[test]
fn a_map_is_read_back_from_its_nifti_and_its_tensor() {
    let volume = reference_volume();
    assert_eq!(nifti::read("map.nii.gz", &nifti::write(&volume)).unwrap(), volume);
    let tensor = fixtures::tensor("map.pt", export::tensor_file(&[1, 3, 4, 5], volume.data()));
    assert_eq!(tensor, (vec![1, 3, 4, 5], volume.into_data()));
}

/// tests/reference/check_nifti.py reads the file with real nibabel.
#[test]
fn write_the_reference_volume() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join("reference_map.nii.gz"), nifti::write(&reference_volume())).unwrap();
}

#[test]
fn the_digest_of_a_map_is_the_one_of_the_manifest() {
    let manifest: serde_json::Value = fixtures::json("tests/fixtures/manifest.json");
    let is_whole = |case: &&serde_json::Value| case["expected_sampling"].is_null() && case["mode"] == "image";
    let case = manifest["cases"].as_array().unwrap().iter().find(is_whole).unwrap();
    let map = npy::read(&format!("tests/fixtures/{}", case["expected"].as_str().unwrap()));
    let &[1, d, h, w] = map.shape.as_slice() else { panic!("{:?}", map.shape) };
    let record = MapRecord::of(&Volume::new([d, h, w], map.data, Affine::IDENTITY).unwrap());
    assert_eq!(record.sha256, case["expected_map_sha256"]);
    let expected = |name: &str| case["expected_map_stats"][name].as_f64().unwrap();
    assert_eq!((record.min, record.max), (expected("min") as f32, expected("max") as f32));
    assert!((record.mean - expected("mean")).abs() < 1e-12);
}

#[test]
fn sha256_is_the_standard_one() {
    assert_eq!(export::sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn names_are_those_of_clinicadl() {
    assert_eq!(file_names::map_nifti("sub-01", "ses-M000", "image", 0), "sub-01_ses-M000_image-0_map.nii.gz");
    assert_eq!(file_names::map_tensor("sub-01", "ses-M000", "roi", 1), "sub-01_ses-M000_roi-1_map.pt");
    assert_eq!(file_names::map_record("a/b c:d", "", "image", 0), "a-b-c-d_image-0_map.json");
}

#[test]
fn the_record_is_indented_json_in_a_fixed_order() {
    let record = record();
    let json = String::from_utf8(record.to_json()).unwrap();
    assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
    let keys =
        ["\"software\"", "\"model\"", "\"input\"", "\"explanation\"", "\"device\"", "\"logits\"", "\"map\"", "\"timings\"", "\"warnings\""];
    let positions: Vec<usize> = keys.iter().map(|key| json.find(&format!("{key}:")).unwrap()).collect();
    assert!(positions.is_sorted(), "{json}");
    assert!(json.contains("\"convention\": \"clinicadl-1.6.1\"") && json.ends_with("}\n"), "{json}");
}

fn reference_volume() -> Volume {
    let affine = Affine([[2.5, 0.25, 0.0, -84.5], [-0.25, 2.5, 0.0, -119.0], [0.0, 0.0, 5.0, -78.125]]);
    let data = (0..3 * 4 * 5).map(|index| (index as f32 - 30.0) / 8.0).collect();
    Volume::new([3, 4, 5], data, affine).unwrap()
}

fn record() -> Record {
    let text = str::to_owned;
    Record {
        software: Software::this(),
        model: ModelRecord {
            maps: text("maps_trivial"),
            checkpoint: text("split-0/best-loss/model.pth.tar"),
            sha256: text("00"),
            architecture: text("Conv4_FC3"),
            split: 0,
            selection: text("loss"),
            epoch: Some(7),
        },
        input: InputRecord {
            participant_id: text("sub-TRIV24"),
            session_id: text("ses-M000"),
            file: text("scan.nii.gz"),
            sha256: text("11"),
            element: 0,
            element_name: String::new(),
            shape: vec![1, 3, 4, 5],
            normalize: true,
            size_reduction: Some(2),
        },
        explanation: ExplanationRecord {
            method: text("grad-cam"),
            level: None,
            target_node: 1,
            target_label: text("CN"),
            convention: Convention::Clinicadl161,
            quantity: Quantity::Map,
        },
        device: DeviceRecord {
            kind: text("cpu"),
            name: text("CPU"),
            max_binding_bytes: 0,
            arithmetic: Some(text("multiply-add")),
            threads: Some(4),
        },
        logits: vec![4.5, -3.25],
        map: MapRecord::of(&reference_volume()),
        timings: vec![Timing { stage: text("reading"), milliseconds: 12.5 }],
        peak_memory_bytes: None,
        warnings: vec![text("the tensor carries no affine")],
    }
}

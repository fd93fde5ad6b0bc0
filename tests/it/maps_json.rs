//! `maps.json` of every ClinicaDL from 1.0.0 to 1.6.1, and the ways in which its extraction can be nonsense.

use maplens::maps::{MapsConfig, Mode, Task};
use maplens::volume::Extraction;
use maplens::volume::extraction::SliceChannels;
use maplens::volume::transforms::{Normalization, SizeReduction};
use serde_json::{Value, json};

use crate::fixtures::bytes;

/// Everything that 1.6.1 writes and MapLens reads, in slice mode.
fn version_1_6_1() -> Value {
    json!({
        "architecture": "Conv5_FC3", "multi_network": false, "ssda_network": false, "dropout": 0.0, "selection_metrics": ["loss"],
        "label": "diagnosis", "label_code": {"AD": 0, "CN": 1}, "diagnoses": ["AD", "CN"], "normalize": true,
        "size_reduction": false, "size_reduction_factor": 2, "network_task": "classification", "mode": "slice",
        "preprocessing_dict": {
            "preprocessing": "t1-linear", "mode": "slice", "use_uncropped_image": false, "prepare_dl": true,
            "slice_direction": 2, "slice_mode": "single", "discarded_slices": [10, 20], "num_slices": 149,
            "file_type": {"pattern": "*T1w.nii.gz", "description": "T1w", "needed_pipeline": "t1-linear"}
        },
        "validation": "SingleSplit", "num_networks": 1, "output_size": 2, "input_size": [1, 169, 208]
    })
}

/// The file as ClinicaDL 1.0.0 wrote it: old names, no `preprocessing_dict`.
fn version_1_0_0() -> Value {
    json!({
        "model": "Conv5_FC3", "multi": false, "minmaxnormalization": true, "num_workers": 2, "use_cpu": false, "nondeterministic": true,
        "network_task": "classification", "label": "diagnosis", "label_code": {"AD": 0, "CN": 1}, "diagnoses": ["AD", "CN"],
        "mode": "patch", "preprocessing": "t1-linear", "use_uncropped_image": true, "prepare_dl": true, "patch_size": 40,
        "stride_size": 20, "output_size": 2, "input_size": [1, 40, 40, 40]
    })
}

fn parse(json: &Value) -> (MapsConfig, Vec<String>) {
    let (config, warnings) = MapsConfig::parse("m/maps.json", json.to_string().as_bytes()).unwrap();
    (config, warnings.iter().map(ToString::to_string).collect())
}

fn refusal(json: &Value) -> String {
    let error = MapsConfig::parse("m/maps.json", json.to_string().as_bytes()).unwrap_err();
    assert!(!error.hint().is_empty());
    error.to_string()
}

/// `json` with `value` at a JSON pointer; the last component of the path may be new.
fn with(mut json: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    json.pointer_mut(parent).unwrap()[key] = value;
    json
}

fn without(mut json: Value, keys: &[&str]) -> Value {
    for pointer in keys {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let removed = json.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
        assert!(removed.is_some(), "{pointer}");
    }
    json
}

#[test]
fn version_1_6_1_is_read_without_assumptions() {
    let (config, warnings) = parse(&version_1_6_1());
    assert_eq!(warnings, [""; 0]);
    assert_eq!((config.mode, config.preprocessing.prepare_dl), (Mode::Slice, true));
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some("*T1w.nii.gz"));
    let extraction = Extraction::Slice { direction: 2, channels: SliceChannels::Single, discarded: [10, 20], num_slices: Some(149) };
    assert_eq!(config.preprocessing.extraction, extraction);
}

#[test]
fn version_1_0_0_keeps_its_options_at_the_top_level() {
    let (config, warnings) = parse(&version_1_0_0());
    assert_eq!(warnings, ["maps.json has no \"size_reduction\": ClinicaDL's default, false, was used"]);
    assert_eq!((config.architecture.as_str(), config.multi_network), ("Conv5_FC3", false));
    assert_eq!(config.transforms.normalization, Normalization::MinMax);
    assert_eq!(config.preprocessing.extraction, Extraction::Patch { size: 40, stride: 20 });
    assert!(config.preprocessing.use_uncropped_image && !config.preprocessing.prepare_dl);
    let pattern = "*space-MNI152NLin2009cSym_res-1x1x1_T1w.nii.gz";
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some(pattern));
}

#[test]
fn version_1_0_0_in_image_mode_needs_no_prepare_dl() {
    let json = without(version_1_0_0(), &["/prepare_dl", "/patch_size", "/stride_size", "/use_uncropped_image"]);
    let (config, _) = parse(&with(with(json, "/mode", json!("image")), "/input_size", json!([1, 169, 208, 179])));
    assert_eq!((config.mode, config.preprocessing.extraction), (Mode::Image, Extraction::Image));
    assert!(!config.preprocessing.prepare_dl && !config.preprocessing.use_uncropped_image);
}

/// 1.0.1 to 1.1.x: `preprocessing_dict` is there, without `file_type` and, for slices, without `slice_mode`.
#[test]
fn versions_1_0_1_to_1_1_lack_file_type_and_slice_mode() {
    let lacking = ["/preprocessing_dict/file_type", "/preprocessing_dict/slice_mode", "/preprocessing_dict/num_slices"];
    let json = without(version_1_6_1(), &lacking);
    let json = with(with(json, "/input_size", json!([3, 169, 208])), "/preprocessing_dict/discarded_slices", json!(20));
    let (config, warnings) = parse(&json);
    assert_eq!(warnings, ["maps.json has no \"slice_mode\": ClinicaDL's default, rgb, was used"]);
    let extraction = Extraction::Slice { direction: 2, channels: SliceChannels::Rgb, discarded: [20, 20], num_slices: None };
    assert_eq!(config.preprocessing.extraction, extraction);
    let pattern = "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some(pattern));
}

/// 1.2.x and 1.3.x have today's layout, but no size reduction; the rest came with 1.4 to 1.6.
#[test]
fn versions_1_2_and_1_3_lack_the_size_reduction() {
    let (config, warnings) = parse(&without(version_1_6_1(), &["/size_reduction", "/size_reduction_factor", "/ssda_network"]));
    assert_eq!(config.transforms.size_reduction, None);
    assert_eq!(warnings, ["maps.json has no \"size_reduction\": ClinicaDL's default, false, was used"]);
}

#[test]
fn every_default_that_changes_a_map_is_told() {
    let lacking = ["/label", "/diagnoses", "/normalize", "/size_reduction_factor", "/dropout", "/selection_metrics"];
    let (config, warnings) = parse(&with(without(version_1_6_1(), &lacking), "/size_reduction", json!(true)));
    assert_eq!(config.label.as_deref(), Some("diagnosis"));
    assert_eq!((config.diagnoses, config.selection_metrics), (vec!["AD".to_owned(), "CN".to_owned()], vec!["loss".to_owned()]));
    assert_eq!(config.transforms.size_reduction, Some(SizeReduction::By2));
    assert_eq!(
        warnings,
        [
            "maps.json has no \"normalize\": ClinicaDL's default, true, was used",
            "maps.json has no \"size_reduction_factor\": ClinicaDL's default, 2, was used",
            "maps.json has no \"label\": ClinicaDL's default, diagnosis, was used",
            "maps.json has no \"diagnoses\": ClinicaDL's default, AD and CN, was used",
        ]
    );
}

#[test]
fn a_regression_without_label_learnt_the_age() {
    let json = without(with(version_1_6_1(), "/network_task", json!("regression")), &["/label", "/label_code"]);
    let (config, warnings) = parse(&with(json, "/output_size", json!(1)));
    assert_eq!((config.task, config.node_labels), (Task::Regression, vec!["age".to_owned()]));
    assert_eq!(warnings, ["maps.json has no \"label\": ClinicaDL's default, age, was used"]);
}

#[test]
fn the_default_architecture_is_the_tasks() {
    let (config, _) = parse(&with(version_1_6_1(), "/architecture", json!("default")));
    assert_eq!(config.architecture, "Conv5_FC3");
}

#[test]
fn of_domain_adaptation_the_target_head_is_explained() {
    let (_, warnings) = parse(&with(version_1_6_1(), "/architecture", json!("Conv5_FC3_SSDA")));
    assert_eq!(warnings, ["Conv5_FC3_SSDA has three heads: the one trained for the target domain (fc_class_target) is explained"]);
}

#[test]
fn extractions_of_real_trainings_are_read() {
    let (config, _) = MapsConfig::parse("maps.json", &bytes("tests/fixtures/maps/roi_conv4/maps.json")).unwrap();
    let names = ["leftHippocampusBox", "rightHippocampusBox"].map(str::to_owned).to_vec();
    let extraction = Extraction::Roi { names, uncropped: false, template: None, mask_pattern: None };
    assert_eq!((config.mode, config.preprocessing.extraction), (Mode::Roi, extraction));
}

#[test]
fn custom_regions_name_their_template_and_masks() {
    let json = json!({"preprocessing": "custom", "mode": "roi", "custom_suffix": "graymatter.nii.gz", "roi_list": ["a", "b"],
        "uncropped_roi": true, "roi_custom_template": "Ixi549Space", "roi_custom_mask_pattern": "res-1p5"});
    let json = with(with(version_1_6_1(), "/preprocessing_dict", json), "/mode", json!("roi"));
    let (config, _) = parse(&with(json, "/input_size", json!([1, 121, 145, 121])));
    let (template, mask_pattern) = (Some("Ixi549Space".to_owned()), Some("res-1p5".to_owned()));
    let names = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(config.preprocessing.extraction, Extraction::Roi { names, uncropped: true, template, mask_pattern });
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some("*graymatter.nii.gz"));
}

#[test]
fn slices_may_be_discarded_at_both_ends_or_at_each() {
    let discarded =
        |value: Value| match parse(&with(version_1_6_1(), "/preprocessing_dict/discarded_slices", value)).0.preprocessing.extraction {
            Extraction::Slice { discarded, .. } => discarded,
            other => panic!("{other:?}"),
        };
    assert_eq!(discarded(json!(7)), [7, 7]);
    assert_eq!(discarded(json!([7])), [7, 7]);
    assert_eq!(discarded(json!([7, 0])), [7, 0]);
}

#[test]
fn file_patterns_are_computed_as_by_1_6_1() {
    let pattern = |options: Value| {
        let json = with(without(version_1_6_1(), &["/preprocessing_dict/file_type"]), "/mode", json!("image"));
        let (config, warnings) = parse(&with(with(json, "/input_size", json!([1, 169, 208, 179])), "/preprocessing_dict", options));
        (config.preprocessing.file_pattern, warnings)
    };
    let check = |options: Value, expected: &str| assert_eq!(pattern(options), (Some(expected.to_owned()), vec![]));
    check(json!({"preprocessing": "flair-linear", "use_uncropped_image": true}), "*space-MNI152NLin2009cSym_res-1x1x1_flair.nii.gz");
    check(
        json!({"preprocessing": "pet-linear", "tracer": "18FFDG", "suvr_reference_region": "cerebellumPons2"}),
        "pet_linear/*_trc-18FFDG_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_suvr-cerebellumPons2_pet.nii.gz",
    );
    check(
        json!({"preprocessing": "pet-linear", "acq_label": "fdg", "suvr_reference_region": "pons", "use_uncropped_image": true}),
        "pet_linear/*_acq-fdg_pet_space-MNI152NLin2009cSym_res-1x1x1_suvr-pons_pet.nii.gz",
    );
    check(
        json!({"preprocessing": "dwi-dti", "dti_space": "JHUDTI81", "dti_measure": "FA"}),
        "dwi/dti_based_processing/*/*_space-JHUDTI81_FA.nii.gz",
    );
    let unknown = "maps.json does not say what the images of the preprocessing \"t1-extensive\" are called: \
                   any image of a session counts as one";
    assert_eq!(pattern(json!({"preprocessing": "t1-extensive"})), (None, vec![unknown.to_owned()]));
}

#[test]
fn nonsense_is_refused_with_its_key() {
    let check = |pointer: &str, value: Value, sentence: &str| {
        assert_eq!(refusal(&with(version_1_6_1(), pointer, value)), format!("m/maps.json: {sentence}"));
    };
    let direction = "but 0 (sagittal), 1 (coronal) or 2 (axial) was expected";
    check("/preprocessing_dict/slice_direction", json!(3), &format!("key \"slice_direction\" is 3, {direction}"));
    check("/preprocessing_dict/slice_direction", json!(-1), &format!("key \"slice_direction\" is -1, {direction}"));
    check("/preprocessing_dict/slice_mode", json!("grey"), "key \"slice_mode\" is \"grey\", but \"single\" or \"rgb\" was expected");
    let discarded = "but a whole number from 0, or a list of one or two such numbers was expected";
    check("/preprocessing_dict/discarded_slices", json!(-1), &format!("key \"discarded_slices\" is -1, {discarded}"));
    check("/preprocessing_dict/discarded_slices", json!([]), &format!("key \"discarded_slices\" is [], {discarded}"));
    check("/preprocessing_dict/discarded_slices", json!([1, 2, 3]), &format!("key \"discarded_slices\" is [1,2,3], {discarded}"));
    check("/preprocessing_dict/num_slices", json!(0), "key \"num_slices\" is 0, but a whole number from 1 was expected");
    check("/mode", json!("image"), "key \"mode\" is \"image\", but \"slice\" in \"preprocessing_dict\"");
    check("/input_size", json!([3, 169, 208]), "key \"input_size\" is 3×169×208, but a slice has 1 channel and 2 axes");
    check("/input_size", json!([1, 169, 208, 179]), "key \"input_size\" is 1×169×208×179, but a slice has 1 channel and 2 axes");
}

#[test]
fn nonsense_of_patches_and_regions_is_refused_with_its_key() {
    let patch = |key: &str, value: Value| refusal(&with(version_1_0_0(), key, value));
    assert_eq!(patch("/patch_size", json!(0)), "m/maps.json: key \"patch_size\" is 0, but a whole number from 1 was expected");
    assert_eq!(patch("/stride_size", json!(-5)), "m/maps.json: key \"stride_size\" is -5, but a whole number from 1 was expected");
    let size = "m/maps.json: key \"input_size\" is 1×40×40×40, but a patch has 1 channel and 3 axes of 50 voxels";
    assert_eq!(patch("/patch_size", json!(50)), size);
    let regions = |list: Value| refusal(&with(with(version_1_0_0(), "/mode", json!("roi")), "/roi_list", list));
    let expected = "but a list of at least one name of a region was expected";
    assert_eq!(regions(json!([])), format!("m/maps.json: key \"roi_list\" is [], {expected}"));
    assert_eq!(regions(json!([""])), format!("m/maps.json: key \"roi_list\" is [\"\"], {expected}"));
    assert_eq!(regions(Value::Null), "m/maps.json: key \"roi_list\" is missing");
}

#[test]
fn patches_have_clinicadls_default_size() {
    let json = with(without(version_1_0_0(), &["/patch_size", "/stride_size"]), "/input_size", json!([1, 50, 50, 50]));
    let (config, warnings) = parse(&json);
    assert_eq!(config.preprocessing.extraction, Extraction::Patch { size: 50, stride: 50 });
    assert_eq!(
        warnings[1..],
        ["patch_size", "stride_size"].map(|key| format!("maps.json has no \"{key}\": ClinicaDL's default, 50, was used"))
    );
}

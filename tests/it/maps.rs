//! Trained-model folders: real ones, and the ways in which they can be wrong.

use maplens::files::FileTree;
use maplens::maps::architectures::{ArchitectureKind, kind_of};
use maplens::maps::{Maps, MapsConfig, MapsError, Mode, Task};
use maplens::volume::transforms::{Normalization, SizeReduction};
use pollster::block_on;

use crate::fixtures::{bytes, tree_from, tree_of};

const MAPS_JSON: &str = r#"{"architecture": "Conv5_FC3", "network_task": "classification", "mode": "image", "normalize": true,
    "size_reduction": false, "output_size": 3, "input_size": [1, 169, 208, 179], "label": "diagnosis",
    "diagnoses": ["AD", "CN"], "label_code": {"sMCI": 0, "CN": 0, "AD": 2}, "preprocessing_dict": {"preprocessing": "t1-linear", "mode": "image"}}"#;

#[test]
fn the_configuration_of_a_real_model_is_read() {
    let (config, warnings) = MapsConfig::parse("maps.json", &bytes("tests/fixtures/maps/image_sr5_conv5/maps.json")).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(config.architecture, "Conv5_FC3");
    assert_eq!((config.task, config.mode), (Task::Classification, Mode::Image));
    assert_eq!(config.input_size, [1, 32, 40, 32]);
    assert_eq!((config.output_size, config.dropout), (2, 0.5));
    assert_eq!(config.transforms.normalization, Normalization::MinMax);
    assert_eq!(config.transforms.size_reduction, Some(SizeReduction::By5));
    assert_eq!(config.node_labels, ["AD", "CN"]);
    assert_eq!(config.diagnoses, ["AD", "CN"]);
    assert_eq!(config.selection_metrics, ["loss"]);
    assert_eq!(config.preprocessing.name, "t1-linear");
    let pattern = "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some(pattern));
}

#[test]
fn a_regression_names_its_node_after_the_label() {
    let (config, warnings) = MapsConfig::parse("maps.json", &bytes("tests/fixtures/maps/image_sr5_age/maps.json")).unwrap();
    assert_eq!((config.task, warnings), (Task::Regression, vec![]));
    assert_eq!(config.node_labels, ["age"]);
}

#[test]
fn labels_that_share_a_node_are_joined_and_a_node_without_label_is_numbered() {
    let (config, _) = MapsConfig::parse("maps.json", MAPS_JSON.as_bytes()).unwrap();
    assert_eq!(config.node_labels, ["CN / sMCI", "node 1", "AD"]);
}

#[test]
fn missing_keys_get_defaults_and_a_warning() {
    let json = MAPS_JSON
        .replace(r#""normalize": true,"#, "")
        .replace(r#""size_reduction": false,"#, "")
        .replace(r#""label_code": {"sMCI": 0, "CN": 0, "AD": 2}, "#, "");
    let (config, warnings) = MapsConfig::parse("maps.json", json.as_bytes()).unwrap();
    assert_eq!(config.transforms.normalization, Normalization::MinMax);
    assert_eq!(config.transforms.size_reduction, None);
    assert_eq!(config.node_labels, ["node 0", "node 1", "node 2"]);
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "maps.json has no \"normalize\": ClinicaDL's default, true, was used",
            "maps.json has no \"size_reduction\": ClinicaDL's default, false, was used",
            "maps.json has no \"label_code\": the output nodes are numbered",
        ]
    );
}

#[test]
fn a_label_beyond_the_last_node_is_ignored_with_a_warning() {
    let json = MAPS_JSON.replace(r#""output_size": 3"#, r#""output_size": 1"#);
    let (config, warnings) = MapsConfig::parse("maps.json", json.as_bytes()).unwrap();
    assert_eq!(config.node_labels, ["CN / sMCI"]);
    assert_eq!(warnings[0].to_string(), "maps.json maps the label \"AD\" to node 2, but there are only 1 nodes: the label is ignored");
}

#[test]
fn keys_of_older_versions_are_understood() {
    let json = r#"{"model": "Conv4_FC3", "multi": false, "minmaxnormalization": false, "network_task": "classification",
        "output_size": 2, "input_size": [1, 169, 208, 179], "mode": "image", "preprocessing": "t1-linear",
        "use_uncropped_image": true}"#;
    let (config, _) = MapsConfig::parse("maps.json", json.as_bytes()).unwrap();
    assert_eq!(config.architecture, "Conv4_FC3");
    assert_eq!(config.transforms.normalization, Normalization::None);
    let pattern = "*space-MNI152NLin2009cSym_res-1x1x1_T1w.nii.gz";
    assert_eq!(config.preprocessing.file_pattern.as_deref(), Some(pattern));
}

#[test]
fn a_bad_configuration_is_refused_with_file_and_key() {
    let refusals = [
        ("{", "m/maps.json: not valid JSON (EOF while parsing an object at line 1 column 1)".to_owned()),
        ("[]", "m/maps.json: a JSON object with the training parameters was expected".to_owned()),
        (
            r#"{"caps_directory": "caps"}"#,
            "m/maps.json: says nothing of a training with ClinicaDL 1.x (keys network_task, architecture, input_size, output_size)".to_owned(),
        ),
        (&without(r#""architecture": "Conv5_FC3","#), "m/maps.json: key \"architecture\" is missing".to_owned()),
        (&without(r#""output_size": 3,"#), "m/maps.json: key \"output_size\" is missing".to_owned()),
        (
            &MAPS_JSON.replace("classification", "segmentation"),
            "m/maps.json: key \"network_task\" is \"segmentation\", but \"classification\", \"regression\" or \"reconstruction\" was expected"
                .to_owned(),
        ),
        (
            &MAPS_JSON.replace("[1, 169, 208, 179]", "[1, -3]"),
            "m/maps.json: key \"input_size\" is [1,-3], but a list of whole numbers from 1 was expected".to_owned(),
        ),
        (
            &MAPS_JSON.replace(r#""size_reduction": false"#, r#""size_reduction": true, "size_reduction_factor": 7"#),
            "m/maps.json: key \"size_reduction_factor\" is 7, but 2, 3, 4 or 5 was expected".to_owned(),
        ),
        (
            &MAPS_JSON.replace(r#""AD": 2"#, r#""AD": "two""#),
            "m/maps.json: key \"label_code\" is \"two\", but an object of whole numbers was expected".to_owned(),
        ),
        (
            &MAPS_JSON.replace(r#""normalize": true"#, r#""normalize": "yes""#),
            "m/maps.json: key \"normalize\" is \"yes\", but true or false was expected".to_owned(),
        ),
    ];
    for (json, sentence) in refusals {
        let error = MapsConfig::parse("m/maps.json", json.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn a_real_folder_is_opened_with_its_splits_and_selections() {
    let tree = tree_of("tests/fixtures/maps/roi_conv4");
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!((maps.name.as_str(), maps.root.as_str()), ("roi_conv4", "roi_conv4"));
    let splits: Vec<_> = maps.splits.iter().map(|split| (split.number, split.selections.join(","))).collect();
    assert_eq!(splits, [(0, "loss,BA".to_owned()), (1, "loss".to_owned())]);
    assert_eq!(maps.checkpoint_path(0, "BA").unwrap(), "roi_conv4/split-0/best-BA/model.pth.tar");
    let error = maps.checkpoint_path(1, "BA").unwrap_err();
    assert_eq!(
        error.to_string(),
        "roi_conv4: no checkpoint for split 1, best BA; there is split-0 with best loss, best BA; split-1 with best loss"
    );
    assert_eq!(maps.config.preprocessing.extraction.to_string(), "cropped regions: leftHippocampusBox, rightHippocampusBox");
}

#[test]
fn a_real_checkpoint_is_read() {
    let tree = tree_of("www/demo");
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!((maps.name.as_str(), maps.root.as_str()), ("maps_trivial", "demo/maps_trivial"));
    let checkpoint = block_on(maps.read_checkpoint(&tree, 0, "loss")).unwrap();
    assert_eq!(checkpoint.name.as_deref(), Some("Conv4_FC3"));
    assert_eq!(checkpoint.state_dict.get("convolutions.0.weight").unwrap().shape(), [8, 1, 3, 3, 3]);
}

#[test]
fn the_root_of_the_tree_may_be_the_folder_itself() {
    let tree = tree_of("tests/fixtures/maps/image_sr4_multi").subtree("image_sr4_multi");
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!((maps.name.as_str(), maps.root.as_str()), ("MAPS", ""));
    assert_eq!(maps.checkpoint_path(0, "loss").unwrap(), "split-0/best-loss/model.pth.tar");
}

#[test]
fn a_copy_in_the_folder_of_a_model_is_no_other_model() {
    let files = ["m", "m/backup", "m/split-0/best-loss/old"]
        .map(|root| [(format!("{root}/maps.json"), MAPS_JSON), (format!("{root}/split-0/best-loss/model.pth.tar"), "")]);
    let files = files.as_flattened().iter().map(|(path, text)| (path.as_str(), *text)).collect::<Vec<_>>();
    assert_eq!(block_on(Maps::open(&tree_from(&files))).unwrap().root, "m");
}

#[test]
fn python_s_words_for_numbers_are_read() {
    let json =
        MAPS_JSON.replace(r#""normalize": true,"#, r#""normalize": true, "weight_decay": NaN, "tolerance": -Infinity, "dropout": NaN,"#);
    let (config, warnings) = MapsConfig::parse("maps.json", format!("\u{feff}{json}").as_bytes()).unwrap();
    assert_eq!((config.dropout, warnings), (0.0, vec![]));
    let error = MapsConfig::parse("maps.json", MAPS_JSON.replace(r#""output_size": 3"#, r#""output_size": NaN"#).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "maps.json: key \"output_size\" is missing");
}

#[test]
fn folders_of_clinicadl_1_0_0_to_1_0_3_say_fold() {
    let tree = tree_from(&[("m/maps.json", MAPS_JSON), ("m/fold-2/best-loss/model.pth.tar", "")]);
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!(maps.checkpoint_path(2, "loss").unwrap(), "m/fold-2/best-loss/model.pth.tar");
}

#[test]
fn a_folder_that_a_failed_interpretation_left_is_no_selection() {
    let tree = tree_from(&[
        ("m/maps.json", MAPS_JSON),
        ("m/groups/train/split-0/maps.json", "{}"),
        ("m/split-10/best-loss/model.pth.tar", ""),
        ("m/split-9/best-BA/model.pth.tar", ""),
        ("m/split-9/best-MCC/test/interpret-x/note.txt", ""),
    ]);
    let maps = block_on(Maps::open(&tree)).unwrap();
    let splits: Vec<_> = maps.splits.iter().map(|split| (split.number, split.selections.join(","))).collect();
    assert_eq!(splits, [(9, "BA".to_owned()), (10, "loss".to_owned())]);
}

#[test]
fn what_is_no_model_is_refused_in_words() {
    let reconstruction = MAPS_JSON.replace("classification", "reconstruction").replace("Conv5_FC3", "AE_Conv5_FC3");
    let multi = MAPS_JSON.replace(r#""mode": "image", "norm"#, r#""multi_network": true, "mode": "image", "norm"#);
    let checkpoint = ("m/split-0/best-loss/model.pth.tar", "");
    let generator = MAPS_JSON.replace("Conv5_FC3", "GeneratorUNet");
    let refusals: [(&[(&str, &str)], &str); 17] = [
        (&[("a.txt", ""), ("b.txt", "")], "no maps.json in what was given (files looked at: 2)"),
        (&[("m/groups/test/maps.json", "{}")], "no maps.json in what was given (files looked at: 1)"),
        (
            &[("old/commandline.json", "{}"), ("old/fold-0/models/best_loss/model_best.pth.tar", "")],
            "old/commandline.json: a model trained with ClinicaDL 0.x, whose networks and files differ from those of 1.x",
        ),
        (
            &[("old/fold-1/gradients/best_loss/run/map.nii.gz", "")],
            "old/fold-1/gradients/best_loss/run/map.nii.gz: a model trained with ClinicaDL 0.x, whose networks and files differ from those of 1.x",
        ),
        (
            &[("old/fold-1/models/best_balanced_accuracy/model_best.pth.tar", "")],
            "old/fold-1/models/best_balanced_accuracy/model_best.pth.tar: a model trained with ClinicaDL 0.x, \
             whose networks and files differ from those of 1.x",
        ),
        (
            &[("new/model.json", "{}"), ("new/training/split-0/best-loss/model.pth.tar", "")],
            "new/model.json: a model trained with ClinicaDL 2, which is laid out differently and has no maps.json",
        ),
        (
            &[("new/architecture.log", "")],
            "new/architecture.log: a model trained with ClinicaDL 2, which is laid out differently and has no maps.json",
        ),
        (&[("web/model.json", "{}")], "no maps.json in what was given (files looked at: 1)"),
        (
            &[("new/training/split-0/best-loss/model.pth.tar", "")],
            "new/training/split-0/best-loss/model.pth.tar: a model trained with ClinicaDL 2, which is laid out differently and has no maps.json",
        ),
        (
            &[("m/maps.json", MAPS_JSON), ("m/split-0/best-loss/network-3_model.pth.tar", "")],
            "m/split-0/best-loss/network-3_model.pth.tar: a multi-network model, one network per element, which ClinicaDL cannot interpret either",
        ),
        (
            &[("m/maps.json", &generator), checkpoint],
            "m/maps.json: GeneratorUNet reconstructs images and has no output node that could be explained",
        ),
        (
            &[("m/maps.json", MAPS_JSON), ("m/split-0/tmp/model.pth.tar", ""), ("m/split-0/best-BA/test/x.tsv", "")],
            "no trained checkpoint: m/split-0/best-loss/model.pth.tar and its like are missing",
        ),
        (&[checkpoint], "m/split-0: trained splits, but no maps.json beside them"),
        (
            &[("m/maps.json", MAPS_JSON), checkpoint, ("n/maps.json", MAPS_JSON), ("n/split-0/best-loss/model.pth.tar", "")],
            "2 models were given at once: m, n",
        ),
        (&[("m/maps.json", MAPS_JSON)], "no trained checkpoint: m/split-0/best-loss/model.pth.tar and its like are missing"),
        (
            &[("m/maps.json", &multi), checkpoint],
            "m/maps.json: a multi-network model, one network per element, which ClinicaDL cannot interpret either",
        ),
        (
            &[("m/maps.json", &reconstruction), checkpoint],
            "m/maps.json: AE_Conv5_FC3 reconstructs images and has no output node that could be explained",
        ),
    ];
    for (files, sentence) in refusals {
        let error = refusal(&tree_from(files));
        assert_eq!(error.to_string(), sentence);
        assert!(!error.hint().is_empty());
    }
}

#[test]
fn what_trainings_leave_behind_does_not_disturb() {
    let tree = tree_from(&[
        ("groups/m/maps.json", MAPS_JSON),
        ("groups/m/groups/test/maps.json", "{}"),
        ("groups/m/split-0/best-loss/model.pth.tar", ""),
        ("groups/m/split-0/best-BA/transfer.txt", ""),
        ("groups/m/split-0/all_models/model_epoch_0.pth.tar", ""),
        ("groups/m/split-0/tmp/checkpoint.pth.tar", ""),
        ("groups/m/split-1/tmp/optimizer.pth.tar", ""),
    ]);
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!(maps.root, "groups/m");
    let splits: Vec<_> = maps.splits.iter().map(|split| (split.number, split.selections.join(","))).collect();
    assert_eq!(splits, [(0, "loss".to_owned())]);
}

#[test]
fn where_both_wordings_are_the_older_one_counts() {
    let tree =
        tree_from(&[("m/maps.json", MAPS_JSON), ("m/split-0/best-loss/model.pth.tar", ""), ("m/fold-1/best-loss/model.pth.tar", "")]);
    let maps = block_on(Maps::open(&tree)).unwrap();
    assert_eq!(maps.splits.iter().map(|split| split.folder.as_str()).collect::<Vec<_>>(), ["fold-1"]);
}

#[test]
fn a_git_lfs_pointer_is_no_checkpoint() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let tree = tree_from(&[("m/maps.json", MAPS_JSON), ("m/split-0/best-loss/model.pth.tar", pointer)]);
    let maps = block_on(Maps::open(&tree)).unwrap();
    let error = block_on(maps.read_checkpoint(&tree, 0, "loss")).unwrap_err();
    assert!(error.to_string().starts_with("m/split-0/best-loss/model.pth.tar: "), "{error}");
}

#[test]
fn every_architecture_of_1_6_1_has_a_kind() {
    assert_eq!(kind_of("Stride_Conv5_FC3"), Some(ArchitectureKind::Cnn));
    assert_eq!(kind_of("CVAE_3D"), Some(ArchitectureKind::VariationalAutoencoder));
    assert_eq!(kind_of("ViT"), None);
}

fn without(part: &str) -> String {
    assert!(MAPS_JSON.contains(part));
    MAPS_JSON.replace(part, "")
}

fn refusal(tree: &FileTree) -> MapsError {
    block_on(Maps::open(tree)).unwrap_err()
}

//! Data groups: stored ones, new ones, and the rules of `clinicadl interpret` for which is taken.

use std::collections::BTreeSet;

use maplens::files::FileTree;
use maplens::maps::groups::{GroupDecision, GroupRequest, NameOf, OverwriteRule, check_name, decide, group_files, leaking};
use maplens::maps::{DataGroup, GroupError, GroupSession, Maps};
use pollster::block_on;

use crate::fixtures::{bytes, tree_from, tree_of};

fn open(tree: &FileTree) -> Maps {
    block_on(Maps::open(tree)).unwrap()
}

fn group(tree: &FileTree, name: &str, split: u32) -> Option<DataGroup> {
    block_on(open(tree).data_group(tree, name, split)).unwrap()
}

/// `maps.json` and a checkpoint, and what a test adds.
fn tree_with(files: &[(&str, &str)]) -> FileTree {
    let json = String::from_utf8(bytes("tests/fixtures/maps/roi_conv4/maps.json")).unwrap();
    let model = [("m/maps.json", json.as_str()), ("m/fold-0/best-loss/model.pth.tar", "")];
    tree_from(&[&model, files].concat())
}

#[test]
fn stored_groups_are_read_and_written_again_to_the_byte() {
    for (maps, label) in
        [("image_sr5_age", "age"), ("image_sr4_multi", "diagnosis"), ("image_sr5_conv5", "diagnosis"), ("roi_conv4", "diagnosis")]
    {
        let folder = format!("tests/fixtures/maps/{maps}");
        let tree = tree_of(&folder);
        let test = group(&tree, "test", 0).unwrap();
        assert_eq!((test.caps_directory.as_str(), test.multi_cohort), ("caps_demo", false));
        for (path, written) in group_files(&test, Some(label)) {
            assert_eq!(String::from_utf8(written), String::from_utf8(bytes(&format!("{folder}/{path}"))), "{maps} {path}");
        }
    }
}

#[test]
fn a_stored_group_knows_its_sessions() {
    let test = group(&tree_of("tests/fixtures/maps/image_sr5_age"), "test", 0).unwrap();
    let session = |participant: &str, age: &str| GroupSession {
        participant_id: participant.to_owned(),
        session_id: "ses-M000".to_owned(),
        cohort: "single".to_owned(),
        label: Some(age.to_owned()),
    };
    assert_eq!(test.sessions, [session("sub-TRIV24", "76.9"), session("sub-TRIV25", "59.0")]);
}

#[test]
fn train_and_validation_are_those_of_the_split() {
    let tree = tree_of("tests/fixtures/maps/roi_conv4");
    let first = |name, split| group(&tree, name, split).unwrap().sessions[0].participant_id.clone();
    assert_eq!(first("train", 0), "sub-TRIV2");
    assert_ne!(group(&tree, "train", 1), group(&tree, "train", 0));
    assert_ne!(first("validation", 1), first("train", 1));
    let error = block_on(open(&tree).data_group(&tree, "train", 7)).unwrap_err();
    assert_eq!(error.to_string(), "roi_conv4: the data group train is not defined for split 7, only for split 0, split 1");
    assert!(error.hint().contains("choose one of these splits"));
}

#[test]
fn folders_of_older_versions_say_fold() {
    let tsv = "\tparticipant_id\tsession_id\tcohort\tdiagnosis\n0\tsub-1\tses-M00\tsingle\tAD\n";
    let tree = tree_with(&[
        ("m/groups/validation/fold-0/data.tsv", tsv),
        ("m/groups/validation/fold-0/maps.json", r#"{"caps_directory": "/c", "multi_cohort": false}"#),
    ]);
    assert_eq!(group(&tree, "validation", 0).unwrap().sessions[0].session_id, "ses-M00");
    assert_eq!(group(&tree, "train", 0), None);
}

#[test]
fn a_group_without_one_of_its_files_is_told() {
    let tsv = "participant_id\tsession_id\nsub-1\tses-M00\n";
    let tree = tree_with(&[("m/groups/a/data.tsv", tsv), ("m/groups/b/maps.json", "{}"), ("m/groups/train+validation.tsv", tsv)]);
    let maps = open(&tree);
    let refusal = |name| block_on(maps.data_group(&tree, name, 0)).unwrap_err().to_string();
    assert_eq!(refusal("a"), "m/groups/a/maps.json: missing, but the data group a is defined by it");
    assert_eq!(refusal("b"), "m/groups/b/data.tsv: missing, but the data group b is defined by it");
    let (groups, problems) = block_on(maps.group_names(&tree));
    assert_eq!((groups.len(), problems.len()), (0, 2));
}

#[test]
fn rows_that_name_nobody_are_told() {
    let json = r#"{"caps_directory": "/c"}"#;
    let tree = tree_with(&[("m/groups/a/data.tsv", "participant_id\tsession_id\n\tses-M00\n"), ("m/groups/a/maps.json", json)]);
    let error = block_on(open(&tree).data_group(&tree, "a", 0)).unwrap_err();
    assert_eq!(error.to_string(), "m/groups/a/data.tsv: column participant_id is empty in row 1");
}

#[test]
fn all_groups_are_listed() {
    let tree = tree_of("tests/fixtures/maps/roi_conv4");
    let (groups, problems) = block_on(open(&tree).group_names(&tree));
    let groups: Vec<_> = groups.iter().map(|group| (group.name.as_str(), group.n_sessions, group.is_reserved)).collect();
    assert_eq!(groups, [("test", 2, false), ("train", 12, true), ("validation", 12, true)]);
    assert_eq!(problems, []);
}

#[test]
fn participants_of_the_training_may_not_come_again() {
    let tree = tree_of("tests/fixtures/maps/roi_conv4");
    let training = block_on(open(&tree).training_participants(&tree)).unwrap();
    assert_eq!(leaking(&group(&tree, "test", 0).unwrap().sessions, &training), [""; 0]);
    let leaked = leaking(&group(&tree, "train", 0).unwrap().sessions, &training);
    // ClinicaDL left two of this split's twelve out of the table: it goes by the table.
    assert_eq!((training.len(), leaked.len()), (20, 10));
    let error = GroupError::Leakage { name: "new".to_owned(), participants: leaked[..2].to_vec() };
    assert_eq!(error.to_string(), "2 participants of the data group new were in training or validation: sub-TRIV10, sub-TRIV11");
    let many = GroupError::Leakage { name: "new".to_owned(), participants: leaked };
    assert!(many.to_string().ends_with(" and 2 more"), "{many}");
    let one = BTreeSet::from(["b".to_owned()]);
    let session = |id: &str| GroupSession { participant_id: id.to_owned(), session_id: String::new(), cohort: String::new(), label: None };
    assert_eq!(leaking(&[session("b"), session("a"), session("b")], &one), ["b"]);
    let error = GroupError::Leakage { name: "new".to_owned(), participants: vec!["b".to_owned()] };
    assert_eq!(error.to_string(), "1 participant of the data group new was in training or validation: b");
}

#[test]
fn without_the_trainings_table_nobody_can_tell() {
    let tree = tree_with(&[]);
    let error = block_on(open(&tree).training_participants(&tree)).unwrap_err();
    let path = "m/groups/train+validation.tsv";
    assert_eq!(error.to_string(), format!("{path}: missing, so nobody can say whether the new participants were in training"));
    assert_eq!(error.hint(), "copy groups/train+validation.tsv along with the MAPS; whoever trained the network has it");
}

#[test]
fn a_label_column_is_written_where_there_are_labels() {
    let session = |id: &str, label: Option<&str>| GroupSession {
        participant_id: id.to_owned(),
        session_id: "ses-M00".to_owned(),
        cohort: "a\tb".to_owned(),
        label: label.map(str::to_owned),
    };
    let group = |sessions| DataGroup { name: "g".to_owned(), sessions, caps_directory: "C:\\é".to_owned(), multi_cohort: true };
    let text = |group: &DataGroup| group_files(group, Some("age")).map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap()));
    let [(tsv_path, tsv), (json_path, json)] = text(&group(vec![session("s1", Some("70")), session("s2", None)]));
    assert_eq!((tsv_path.as_str(), json_path.as_str()), ("groups/g/data.tsv", "groups/g/maps.json"));
    assert_eq!(tsv, "participant_id\tsession_id\tcohort\tage\ns1\tses-M00\t\"a\tb\"\t70\ns2\tses-M00\t\"a\tb\"\t\n");
    assert_eq!(json, "{\n    \"caps_directory\": \"C:\\\\\\u00e9\",\n    \"multi_cohort\": true\n}");
    let [(_, tsv), _] = text(&group(vec![session("s1", None)]));
    assert_eq!(tsv, "participant_id\tsession_id\tcohort\ns1\tses-M00\t\"a\tb\"\n");
}

/// A request in letters: `p` participants, `c` CAPS, `o` overwrite.
fn ask(name: &str, options: &str, rule: OverwriteRule) -> Result<GroupDecision, GroupError> {
    let defined = ["test", "train", "validation"].map(str::to_owned);
    let given = |letter| options.contains(letter);
    let (caps_given, participants_given, overwrite) = (given('c'), given('p'), given('o'));
    decide(&GroupRequest { name, defined: &defined, caps_given, participants_given, overwrite, rule })
}

fn both_rules(name: &str, options: &str) -> Result<GroupDecision, GroupError> {
    let decision = ask(name, options, OverwriteRule::KeepsDefinition);
    assert_eq!(decision, ask(name, options, OverwriteRule::ReplacesDefinition), "{name} {options}");
    decision
}

fn refused(decision: Result<GroupDecision, GroupError>) -> String {
    let error = decision.unwrap_err();
    assert!(!error.hint().is_empty());
    error.to_string()
}

#[test]
fn a_stored_group_is_used_where_nothing_is_given() {
    let stored = GroupDecision::UseStored { erase_results: false, warning: None };
    assert_eq!(both_rules("test", ""), Ok(stored.clone()));
    assert_eq!(both_rules("train", ""), Ok(stored));
}

#[test]
fn a_stored_group_is_not_redefined_without_overwriting() {
    for options in ["c", "p", "cp"] {
        let sentence = refused(both_rules("test", options));
        assert_eq!(sentence, "the data group test is already defined in this MAPS, and participants or a CAPS were given for it, too");
    }
    let sentence = refused(both_rules("train", "cp"));
    assert_eq!(sentence, "the data group train is already defined in this MAPS, and participants or a CAPS were given for it, too");
}

#[test]
fn train_and_validation_are_never_overwritten() {
    for name in ["train", "validation"] {
        for options in ["o", "co", "cpo"] {
            let sentence = refused(both_rules(name, options));
            assert_eq!(sentence, format!("the data group {name} records what the network was trained on and cannot be overwritten"));
        }
    }
}

#[test]
fn overwriting_erases_results_and_keeps_the_definition_as_1_6_1_does() {
    for options in ["co", "po", "cpo"] {
        let Ok(GroupDecision::UseStored { erase_results: true, warning: Some(warning) }) =
            ask("test", options, OverwriteRule::KeepsDefinition)
        else {
            panic!("{options}")
        };
        assert_eq!(
            warning.to_string(),
            "the data group test keeps its stored participants and CAPS, as in ClinicaDL 1.6.1: those given are ignored"
        );
    }
    assert_eq!(both_rules("test", "o"), Ok(GroupDecision::UseStored { erase_results: true, warning: None }));
}

#[test]
fn overwriting_replaces_the_definition_as_documented() {
    let ask = |options| ask("test", options, OverwriteRule::ReplacesDefinition);
    assert_eq!(ask("cpo"), Ok(GroupDecision::Create { erase_results: true }));
    assert_eq!(refused(ask("co")), "the data group test cannot be replaced without a table of participants");
    assert_eq!(refused(ask("po")), "the data group test cannot be replaced without a CAPS");
}

#[test]
fn a_new_group_needs_participants_and_caps() {
    assert_eq!(both_rules("new", "cp"), Ok(GroupDecision::Create { erase_results: false }));
    assert_eq!(both_rules("new", "cpo"), Ok(GroupDecision::Create { erase_results: true }));
    let sentence = |missing: &str| {
        format!("this MAPS has no data group new, and {missing} would be needed to make it; there is test, train, validation")
    };
    assert_eq!(refused(both_rules("new", "c")), sentence("a table of participants"));
    assert_eq!(refused(both_rules("new", "p")), sentence("a CAPS"));
    assert_eq!(refused(both_rules("new", "")), sentence("a table of participants and a CAPS"));
}

#[test]
fn a_new_group_may_not_be_called_train() {
    let request = GroupRequest {
        name: "train",
        defined: &[],
        caps_given: true,
        participants_given: true,
        overwrite: false,
        rule: OverwriteRule::KeepsDefinition,
    };
    assert_eq!(refused(decide(&request)), "this MAPS has no data group train, and the name is reserved for the training's own");
}

#[test]
fn names_become_folders() {
    let refusal = |name| check_name(NameOf::Interpretation, name).unwrap_err().to_string();
    check_name(NameOf::DataGroup, "maps_bis_OASIS-interpret 2").unwrap();
    assert_eq!(refusal(""), "\"\" cannot be the name of an interpretation: it is empty");
    assert_eq!(refusal("a/b"), "\"a/b\" cannot be the name of an interpretation: it holds a slash");
    assert_eq!(refusal(".."), "\"..\" cannot be the name of an interpretation: it stands for a folder that exists already");
    assert!(refusal("a\n").contains("a character that names of folders cannot have"));
    assert!(refusal("a ").contains("begins or ends with a blank"));
    let sentence = refused(both_rules("a\\b", "cp"));
    assert_eq!(sentence, "\"a\\\\b\" cannot be the name of a data group: it holds a slash");
}

#[test]
fn results_that_are_there_are_found() {
    let tree = tree_with(&[
        ("m/fold-0/best-loss/test/interpret-run/mean_roi-0_map.pt", ""),
        ("m/fold-0/best-loss/test/interpret-run/mean_roi-1_map.pt", ""),
        ("m/fold-0/best-loss/test/interpret-run2/mean_roi-0_map.pt", ""),
        ("m/fold-0/best-loss/test/test_roi_level_prediction.tsv", ""),
        ("m/fold-0/best-loss/test2/interpret-run/mean_roi-0_map.pt", ""),
        ("m/fold-1/best-BA/test/interpret-run/mean_roi-0_map.pt", ""),
        ("m/groups/test/data.tsv", ""),
    ]);
    let maps = open(&tree);
    assert!(maps.interpretation_exists(&tree, "fold-0", "loss", "test", "run"));
    assert!(!maps.interpretation_exists(&tree, "fold-0", "loss", "test", "ru"));
    assert!(!maps.interpretation_exists(&tree, "fold-0", "BA", "test", "run"));
    let erased = maps.results_of_interpretation(&tree, "fold-0", "loss", "test", "run");
    let run = "m/fold-0/best-loss/test/interpret-run";
    assert_eq!(erased, [format!("{run}/mean_roi-0_map.pt"), format!("{run}/mean_roi-1_map.pt")]);
    assert_eq!(
        maps.results_of_group(&tree, "test"),
        [
            "m/fold-0/best-loss/test/interpret-run/mean_roi-0_map.pt",
            "m/fold-0/best-loss/test/interpret-run/mean_roi-1_map.pt",
            "m/fold-0/best-loss/test/interpret-run2/mean_roi-0_map.pt",
            "m/fold-0/best-loss/test/test_roi_level_prediction.tsv",
            "m/fold-1/best-BA/test/interpret-run/mean_roi-0_map.pt",
        ]
    );
    let error = GroupError::InterpretationExists { folder: maps.interpretation_folder("fold-0", "loss", "test", "run") };
    assert_eq!(error.to_string(), "m/fold-0/best-loss/test/interpret-run: an interpretation of this name has already been written");
    assert!(error.hint().contains("--overwrite_name"));
}

//! The outputs that ClinicaDL recorded.

use maplens::files::FileTree;
use maplens::maps::{Maps, Predictions};
use pollster::block_on;

use crate::fixtures::{bytes, tree_from, tree_of};

fn read(tree: &FileTree, selection: &str) -> Option<Predictions> {
    let maps = block_on(Maps::open(tree)).unwrap();
    block_on(Predictions::read(tree, &maps, 0, selection)).unwrap()
}

#[test]
fn probabilities_of_every_element_are_found() {
    let predictions = read(&tree_of("tests/fixtures/maps/roi_conv4"), "loss").unwrap();
    assert_eq!(predictions.find("sub-TRIV0", "ses-M000", 1), Some([0.997_920_6, 0.002_079_437_5].as_slice()));
    assert_eq!(predictions.find("sub-TRIV0", "ses-M000", 2), None);
    assert_eq!(predictions.find("sub-TRIV0", "ses-M006", 1), None);
    let file = "roi_conv4/split-0/best-loss/validation/validation_roi_level_prediction.tsv";
    assert_eq!(predictions.file_of("sub-TRIV0", "ses-M000", 1), Some(file));
    let file = "roi_conv4/split-0/best-loss/train/train_roi_level_prediction.tsv";
    assert_eq!(predictions.file_of("sub-TRIV11", "ses-M000", 1), Some(file));
}

#[test]
fn a_regression_records_its_value() {
    let predictions = read(&tree_of("tests/fixtures/maps/image_sr5_age"), "loss").unwrap();
    assert_eq!(predictions.find("sub-TRIV4", "ses-M000", 0), Some([69.549_72].as_slice()));
}

#[test]
fn where_nothing_was_predicted_there_is_nothing() {
    let json = String::from_utf8(bytes("tests/fixtures/maps/roi_conv4/maps.json")).unwrap();
    let tree = tree_from(&[("m/maps.json", &json), ("m/split-0/best-loss/model.pth.tar", "")]);
    assert_eq!(read(&tree, "loss"), None);
    assert_eq!(read(&tree, "BA"), None);
}

#[test]
fn what_is_no_number_is_refused_with_its_place() {
    let json = String::from_utf8(bytes("tests/fixtures/maps/roi_conv4/maps.json")).unwrap();
    let refusal = |table: &str| {
        let path = "m/split-0/best-loss/test/test_roi_level_prediction.tsv";
        let tree = tree_from(&[("m/maps.json", &json), ("m/split-0/best-loss/model.pth.tar", ""), (path, table)]);
        let maps = block_on(Maps::open(&tree)).unwrap();
        let error = block_on(Predictions::read(&tree, &maps, 0, "loss")).unwrap_err();
        assert!(!error.hint().is_empty());
        error.to_string().strip_prefix(path).unwrap().to_owned()
    };
    let header = "participant_id\tsession_id\troi_id\tproba0\tproba1\n";
    assert_eq!(refusal(&format!("{header}s\tt\t0\t0.5\tx\n")), ": row 1, column proba1: \"x\" is no number");
    assert_eq!(refusal(&format!("{header}s\tt\t-1\t0.5\t0.5\n")), ": row 1, column roi_id: \"-1\" is no number");
    assert_eq!(
        refusal("participant_id\tsession_id\troi_id\ns\tt\t0\n"),
        ": no column \"proba0\", it has participant_id, session_id, roi_id"
    );
}

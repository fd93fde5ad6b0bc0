//! Groups of several cohorts (`--multi_cohort`): each has images of its own, and all have the masks of the first.

use serde_json::json;

use super::refusals::{FAILURE, Refusals};
use super::{CAPS, SMALL, Sandbox};

#[test]
fn cohorts_bring_their_own_images() {
    let sandbox = Sandbox::with_small("groups_cohorts");
    // The same participant in two cohorts, with different images.
    sandbox.link_image("caps_a", "sub-N1", "sub-TRIV24");
    sandbox.link_image("caps_b", "sub-N1", "sub-TRIV25");
    sandbox.link_image("caps_b", "sub-N2", "sub-TRIV26");
    sandbox.write("a.tsv", "participant_id\tsession_id\tdiagnosis\nsub-N1\tses-M000\tAD\n");
    sandbox.write("b.tsv", "participant_id\tsession_id\tdiagnosis\nsub-N1\tses-M000\tCN\nsub-N2\tses-M000\tCN\nsub-N2\tses-M006\tAD\n");
    sandbox.write("cohorts.tsv", "cohort\tdiagnoses\tpath\nB\tCN\tb.tsv\nA\tAD, CN\ta.tsv\n");
    sandbox.write("caps.tsv", "cohort\tpath\nA\tcaps_a\nB\tcaps_b\n");
    let given = "--multi_cohort --caps_directory caps.tsv --participants_tsv cohorts.tsv";
    let mut refused = Refusals::of(&sandbox);
    for option in ["--save_individual", "--shard 1/2"] {
        refused.expect(
            &format!("interpret {SMALL} both run gradients {option} {given}"),
            FAILURE,
            "sub-N1 ses-M000 is in the cohorts B and A, and its maps would have the same names; rename it in one of them, or leave \
         out --save_individual and --shard",
        );
    }
    refused.check();
    sandbox.succeed(&format!("interpret {SMALL} both run gradients {given}"));
    let table = String::from_utf8(sandbox.read(&format!("{SMALL}/groups/both/data.tsv"))).unwrap();
    let rows = ["sub-N1\tses-M000\tB\tCN", "sub-N2\tses-M000\tB\tCN", "sub-N1\tses-M000\tA\tAD"];
    assert_eq!(table, format!("participant_id\tsession_id\tcohort\tdiagnosis\n{}\n", rows.join("\n")));
    assert_eq!(sandbox.json(&format!("{SMALL}/groups/both/maps.json")), json!({"caps_directory": "caps.tsv", "multi_cohort": true}));
    // The same images under names of their own, in the same order.
    sandbox.write(
        "all.tsv",
        "participant_id\tsession_id\tdiagnosis\nsub-TRIV25\tses-M000\tCN\nsub-TRIV26\tses-M000\tCN\nsub-TRIV24\tses-M000\tAD\n",
    );
    sandbox.succeed(&format!("interpret {SMALL} single run gradients --caps_directory {CAPS} --participants_tsv all.tsv"));
    let mean = |group: &str| sandbox.read(&Sandbox::result(&format!("{group}/interpret-run/mean_image-0_map.pt")));
    assert_eq!(mean("both"), mean("single"));
    sandbox.succeed(&format!("interpret {SMALL} both again gradients"));
}

const GIVEN: &str = "--multi_cohort --caps_directory caps.tsv --participants_tsv cohorts.tsv";

/// Two cohorts of one participant each. The masks of the second are swapped: used, they would give other maps.
fn with_regions(name: &str) -> Sandbox {
    let sandbox = Sandbox::new(name);
    sandbox.copy_maps("maps/roi_conv4");
    for (caps, participant) in [("caps_a", "sub-TRIV24"), ("caps_b", "sub-TRIV25")] {
        sandbox.link_image(caps, participant, participant);
        sandbox.write(&format!("{caps}.tsv"), format!("participant_id\tsession_id\tdiagnosis\n{participant}\tses-M000\tAD\n"));
    }
    super::link("tests/fixtures/caps_masks", &sandbox.root.join("caps_a/masks"));
    let folder = "tpl-MNI152NLin2009cSym";
    let mask = |side: &str| format!("{folder}/{folder}_desc-Crop_res-1x1x1_roi-{side}HippocampusBox_mask.nii.gz");
    for (side, other) in [("left", "right"), ("right", "left")] {
        let bytes = super::repository(&format!("tests/fixtures/caps_masks/{}", mask(other)));
        sandbox.write(&format!("caps_b/masks/{}", mask(side)), bytes);
    }
    // The list of participants has another order than that of CAPS, which counts.
    sandbox.write("cohorts.tsv", "cohort\tdiagnoses\tpath\nB\tAD\tcaps_b.tsv\nA\tAD\tcaps_a.tsv\n");
    sandbox.write("caps.tsv", "cohort\tpath\nZ\tcaps_a\nA\tcaps_a\nB\tcaps_b\n");
    sandbox
}

#[test]
fn regions_of_all_cohorts_are_cut_by_the_masks_of_the_first() {
    let sandbox = with_regions("cohorts_masks");
    let run = |group: &str, given: &str| {
        sandbox.succeed(&format!("interpret maps_roi_conv4 {group} run gradients --split 0 -d AD --save_individual {given}"))
    };
    assert_eq!(run("both", GIVEN), "note: the masks in caps_a are used for all cohorts, as in ClinicaDL\n");
    let all = ["sub-TRIV25", "sub-TRIV24"].map(|who| format!("{who}\tses-M000\tAD\n")).concat();
    sandbox.write("all.tsv", format!("participant_id\tsession_id\tdiagnosis\n{all}"));
    assert_eq!(run("single", &format!("--caps_directory {CAPS} --participants_tsv all.tsv")), "");
    let maps = |group: &str| {
        let folder = format!("maps_roi_conv4/split-0/best-loss/{group}/interpret-run");
        let names: Vec<String> = sandbox.names(&folder).into_iter().filter(|name| name.ends_with(".pt")).collect();
        let bytes: Vec<_> = names.iter().map(|name| sandbox.read(&format!("{folder}/{name}"))).collect();
        (names, bytes)
    };
    assert_eq!(maps("both").0.len(), 2 * 2 + 2);
    assert!(maps("both") == maps("single"));
}

#[test]
fn cohorts_without_a_caps_are_refused() {
    let sandbox = with_regions("cohorts_refused");
    sandbox.succeed(&format!("interpret maps_roi_conv4 both run grad-cam --split 0 -d AD {GIVEN}"));
    sandbox.write("bare/subjects/notes.txt", "");
    let refuse = |caps: &str, expected: &str| {
        sandbox.write("caps.tsv", format!("cohort\tpath\n{caps}"));
        let mut refused = Refusals::of(&sandbox);
        refused.expect("interpret maps_roi_conv4 both again grad-cam --split 0", FAILURE, expected);
        refused.check();
    };
    refuse(
        "A\tbare\nB\tcaps_b\n",
        "sub-TRIV24 ses-M000: no image of it in bare; check participant_id and session_id in the table, or preprocess this session as \
         in training; or leave these sessions out: nothing has been computed yet",
    );
    refuse("B\tcaps_b\n", "caps.tsv: no CAPS of the cohort A; there are those of B; list the CAPS of every cohort of the group");
    refuse("Z\tnowhere\nA\tcaps_a\nB\tcaps_b\n", "nowhere: the CAPS is not a folder; give the folder that holds subjects/");
    // The first cohort has no masks, although the others have.
    refuse(
        "Z\tbare\nA\tcaps_a\nB\tcaps_b\n",
        "sub-TRIV24 ses-M000: region leftHippocampusBox: no mask matches *res-1x1x1*_roi-leftHippocampusBox_mask.nii* in \
         masks/tpl-MNI152NLin2009cSym/, which is empty or not there; sub-TRIV25 ses-M000: region leftHippocampusBox: no mask matches \
         *res-1x1x1*_roi-leftHippocampusBox_mask.nii* in masks/tpl-MNI152NLin2009cSym/, which is empty or not there; add the CAPS \
         folder's masks/, or drop the mask's file beside the images; or leave these sessions out: nothing has been computed yet",
    );
}

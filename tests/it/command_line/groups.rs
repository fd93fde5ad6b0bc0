//! Data groups: stored, new, overwritten, reserved, of several cohorts, by the rules of ClinicaDL 1.6.1.

use serde_json::json;

use super::refusals::{FAILURE, Refusals};
use super::{CAPS, SMALL, Sandbox};

const GIVEN: &str = "--caps_directory caps_demo --participants_tsv participants.tsv";

#[test]
fn a_new_group_is_written_as_clinicadl_writes_it() {
    let sandbox = Sandbox::with_small("groups_new");
    sandbox.succeed(&format!("interpret {SMALL} new first gradients --caps_directory ./{CAPS}/ --participants_tsv participants.tsv"));
    let table = sandbox.read(&format!("{SMALL}/groups/new/data.tsv"));
    let expected = "participant_id\tsession_id\tcohort\tdiagnosis\nsub-TRIV24\tses-M000\tsingle\tAD\nsub-TRIV25\tses-M000\tsingle\tCN\n";
    assert_eq!(String::from_utf8(table).unwrap(), expected);
    let definition = sandbox.read(&format!("{SMALL}/groups/new/maps.json"));
    assert_eq!(String::from_utf8(definition).unwrap(), "{\n    \"caps_directory\": \"caps_demo\",\n    \"multi_cohort\": false\n}");
    // From now on it is stored.
    sandbox.succeed(&format!("interpret {SMALL} new second gradients"));
    let mean = |name: &str| sandbox.read(&Sandbox::result(&format!("new/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!(mean("first"), mean("second"));
}

#[test]
fn diagnoses_filter_the_table() {
    let sandbox = Sandbox::with_small("groups_diagnoses");
    sandbox.succeed(&format!("interpret {SMALL} ad run gradients --save_individual -d AD -d MCI {GIVEN}"));
    let names = sandbox.names(&Sandbox::result("ad/interpret-run"));
    assert_eq!(names, ["maplens.json", "mean_image-0_map.pt", "sub-TRIV24_ses-M000_image-0_map.pt"]);
    let table = sandbox.read(&format!("{SMALL}/groups/ad/data.tsv"));
    assert_eq!(String::from_utf8(table).unwrap().lines().count(), 2);
}

#[test]
fn groups_that_cannot_be_used_or_made() {
    let sandbox = Sandbox::with_small("groups_refused");
    sandbox.write("leak.tsv", "participant_id\tsession_id\tdiagnosis\nsub-TRIV3\tses-M000\tAD\nsub-TRIV24\tses-M000\tAD\n");
    sandbox.copy(SMALL, "unknown");
    sandbox.remove("unknown/groups/train+validation.tsv");
    sandbox.copy(SMALL, "half");
    sandbox.remove("half/groups/test/maps.json");
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |maps: &str, group: &str, options: &str, expected: &str| {
        refused.expect(&format!("interpret {maps} {group} a gradients {options}"), FAILURE, expected);
    };
    let (caps, table) = GIVEN.split_once(" --p").unwrap();
    let table = &format!("--p{table}");
    for given in [caps, table, GIVEN] {
        expect(
            SMALL,
            "test",
            given,
            "the data group test is already defined in this MAPS, and participants or a CAPS were given for it, too; leave \
             participants and CAPS out to use the stored group, choose another name for a new one, or overwrite it (--overwrite)",
        );
    }
    expect(
        SMALL,
        "train",
        "--overwrite",
        "the data group train records what the network was trained on and cannot be overwritten; choose another name for the new \
         group, or use the stored one without overwriting",
    );
    expect(
        SMALL,
        "validation",
        &format!("-o {GIVEN} --convention corrected"),
        "the data group validation records what the network was trained on and cannot be overwritten; choose another name for the \
         new group, or use the stored one without overwriting",
    );
    expect(
        SMALL,
        "new",
        "",
        "this MAPS has no data group new, and a table of participants and a CAPS would be needed to make it; there is test, \
         train, validation; check the group's name, or give both: the participants (--participants_tsv) and the CAPS \
         (--caps_directory)",
    );
    expect(
        SMALL,
        "new",
        caps,
        "this MAPS has no data group new, and a table of participants would be needed to make it; there is test, train, \
         validation; check the group's name, or give both: the participants (--participants_tsv) and the CAPS (--caps_directory)",
    );
    expect(
        SMALL,
        "new",
        table,
        "this MAPS has no data group new, and a CAPS would be needed to make it; there is test, train, validation; check the \
         group's name, or give both: the participants (--participants_tsv) and the CAPS (--caps_directory)",
    );
    expect(
        SMALL,
        "test",
        &format!("-o {caps} --convention corrected"),
        "the data group test cannot be replaced without a table of participants; give both participants and CAPS to replace the \
         definition, or neither to keep it and erase only the results",
    );
    expect(
        SMALL,
        "new",
        "--caps_directory caps_demo --participants_tsv leak.tsv",
        "1 participant of the data group new was in training or validation: sub-TRIV3; leave these participants out: maps of \
         participants that the network has learnt do not show how it judges new ones",
    );
    expect(
        "unknown",
        "new",
        GIVEN,
        "unknown/groups/train+validation.tsv: missing, so nobody can say whether the new participants were in training; copy \
         groups/train+validation.tsv along with the MAPS; whoever trained the network has it",
    );
    expect(
        "half",
        "test",
        "",
        "half/groups/test/maps.json: missing, but the data group test is defined by it; copy the whole groups folder of the MAPS, \
         or define a group of another name",
    );
    refused.check();
}

/// With results of two names of the group, predictions of it for a metric that is not interpreted, and another group's.
fn with_results(name: &str) -> Sandbox {
    let sandbox = Sandbox::with_small(name);
    sandbox.succeed(&format!("interpret {SMALL} test first gradients"));
    sandbox.succeed(&format!("interpret {SMALL} other first gradients {GIVEN}"));
    sandbox.write(&format!("{SMALL}/split-0/best-BA/test/test_image_level_prediction.tsv"), "");
    sandbox
}

#[test]
fn overwriting_erases_results_and_keeps_the_definition() {
    let sandbox = with_results("groups_overwrite_exact");
    let definition = sandbox.read(&format!("{SMALL}/groups/test/data.tsv"));
    let stderr = sandbox.succeed(&format!("interpret {SMALL} test second gradients -o -d AD {GIVEN}"));
    assert_eq!(
        stderr,
        "note: the data group test keeps its stored participants and CAPS, as in ClinicaDL 1.6.1: those given are ignored\n"
    );
    assert_eq!(sandbox.read(&format!("{SMALL}/groups/test/data.tsv")), definition);
    assert_eq!(sandbox.json(&Sandbox::result("test/interpret-second/maplens.json"))["elements"][0]["n_maps"], 2);
    assert_erased(&sandbox);
}

#[test]
fn corrected_overwriting_replaces_the_definition() {
    let sandbox = with_results("groups_overwrite_corrected");
    let stderr = sandbox.succeed(&format!("interpret {SMALL} test second gradients -o -d AD --convention corrected {GIVEN}"));
    assert_eq!(stderr, "");
    let table = sandbox.read(&format!("{SMALL}/groups/test/data.tsv"));
    assert_eq!(String::from_utf8(table).unwrap(), "participant_id\tsession_id\tcohort\tdiagnosis\nsub-TRIV24\tses-M000\tsingle\tAD\n");
    assert_eq!(sandbox.json(&Sandbox::result("test/interpret-second/maplens.json"))["elements"][0]["n_maps"], 1);
    assert_erased(&sandbox);
}

fn assert_erased(sandbox: &Sandbox) {
    let results: Vec<String> = sandbox.names(&format!("{SMALL}/split-0")).into_iter().filter(|path| path.contains("/test/")).collect();
    assert_eq!(results, ["best-loss/test/interpret-second/maplens.json", "best-loss/test/interpret-second/mean_image-0_map.pt"]);
    assert_eq!(sandbox.names(&Sandbox::result("other/interpret-first")).len(), 2);
}

#[test]
fn results_of_the_same_name_are_replaced_only_on_request() {
    let sandbox = with_results("groups_overwrite_name");
    let folder = "split-0/best-loss/test/interpret-first";
    let mut refused = Refusals::of(&sandbox);
    let expected = "the interpretation first is already written: split-0/best-loss/test/interpret-first; \
                    choose another name, or give --overwrite_name to erase those results";
    refused.expect(&format!("interpret {SMALL} test first gradients"), FAILURE, expected);
    refused.expect(&format!("interpret {SMALL} test first grad-cam"), FAILURE, expected);
    refused.check();
    sandbox.write(&format!("{SMALL}/{folder}/of_old.pt"), "");
    sandbox.succeed(&format!("interpret {SMALL} test second gradients"));
    sandbox.succeed(&format!("interpret {SMALL} test first grad-cam -on"));
    assert_eq!(sandbox.names(&format!("{SMALL}/{folder}")), ["maplens.json", "mean_image-0_map.pt"]);
    assert_eq!(sandbox.json(&format!("{SMALL}/{folder}/maplens.json"))["options"]["method"], json!({"grad-cam": {"level": null}}));
    assert_eq!(sandbox.names(&Sandbox::result("test/interpret-second")).len(), 2);
    // ClinicaDL leaves such an empty folder behind when a run fails; it is no result.
    std::fs::create_dir_all(sandbox.root.join(Sandbox::result("test/interpret-third"))).unwrap();
    sandbox.succeed(&format!("interpret {SMALL} test third gradients"));
}

#[test]
fn train_and_validation_are_those_of_the_split() {
    let sandbox = Sandbox::new("groups_train");
    sandbox.copy_maps("maps/roi_conv4");
    for (split, participant) in [(0, "sub-TRIV24"), (1, "sub-TRIV25")] {
        let folder = format!("maps_roi_conv4/groups/train/split-{split}");
        let table = format!("\tparticipant_id\tsession_id\tcohort\tdiagnosis\n0\t{participant}\tses-M000\tsingle\tAD\n");
        sandbox.write(&format!("{folder}/data.tsv"), table);
        sandbox.edit(&format!("{folder}/maps.json"), |group| group["caps_directory"] = json!(CAPS));
    }
    sandbox.succeed("interpret maps_roi_conv4 train run grad-cam --save_individual");
    let individual = |split: u32| {
        let mut names = sandbox.names(&format!("maps_roi_conv4/split-{split}/best-loss/train/interpret-run"));
        names.retain(|name| name.starts_with("sub-"));
        names
    };
    assert_eq!(individual(0), ["sub-TRIV24_ses-M000_roi-0_map.pt", "sub-TRIV24_ses-M000_roi-1_map.pt"]);
    assert_eq!(individual(1), ["sub-TRIV25_ses-M000_roi-0_map.pt", "sub-TRIV25_ses-M000_roi-1_map.pt"]);
    sandbox.remove("maps_roi_conv4/groups/train/split-1");
    let mut refused = Refusals::of(&sandbox);
    refused.expect(
        "interpret maps_roi_conv4 train again gradients",
        FAILURE,
        "maps_roi_conv4: the data group train is not defined for split 1, only for split 0; choose one of these splits, or copy \
         the whole groups folder of the MAPS",
    );
    refused.check();
    sandbox.succeed("interpret maps_roi_conv4 train again grad-cam --split 0");
}

#[test]
fn several_selections_and_clinicadl_s_own_spelling_of_options() {
    let sandbox = Sandbox::new("groups_options");
    sandbox.copy_maps("maps/roi_conv4");
    let options =
        "--selection_metrics BA --selection_metrics loss --selection_metrics BA --split 0 -np 4 --batch_size 16 --no-gpu --no-amp";
    sandbox.succeed(&format!("interpret maps_roi_conv4 new run grad-cam {options} -d AD -d CN -on -o {GIVEN}"));
    for metric in ["BA", "loss"] {
        let folder = format!("maps_roi_conv4/split-0/best-{metric}/new/interpret-run");
        assert_eq!(sandbox.names(&folder), ["maplens.json", "mean_roi-0_map.pt", "mean_roi-1_map.pt"]);
        assert_eq!(sandbox.json(&format!("{folder}/maplens.json"))["model"]["selection"], metric);
    }
    assert!(sandbox.names("maps_roi_conv4/split-1").iter().all(|path| !path.contains("interpret-")));
}

//! Tables, images and masks that cannot be used: all problems are reported before anything is computed.

use std::fs;

use serde_json::json;

use super::refusals::{FAILURE, Refusals};
use super::{CAPS, SMALL, Sandbox, repository};

#[test]
fn tables_of_participants() {
    let sandbox = Sandbox::with_small("errors_tables");
    let row = "sub-TRIV24\tses-M000\tAD\n";
    sandbox.write("no_diagnosis.tsv", "participant_id\tsession_id\nsub-TRIV24\tses-M000\nsub-TRIV24\tses-M000\n\tses-M000\n");
    sandbox.write("others.tsv", format!("participant_id\tsession_id\tdiagnosis\n{row}").replace("AD", "MCI"));
    sandbox.write("twice.tsv", format!("participant_id\tsession_id\tdiagnosis\n{row}sub-TRIV25\t\tCN\n{row}"));
    sandbox.write("list.tsv", format!("participant_id\tsession_id\tdiagnosis\tcohort\tpath\n{}", row.replace('\n', "\ta\tb\n")));
    sandbox.write("commas.tsv", "participant_id,session_id,diagnosis\nsub-TRIV24,ses-M000,AD\n");
    sandbox.write("empty.tsv", "");
    sandbox.write("latin1.tsv", b"participant_id\tsession_id\tdiagnosis\tname\nsub-1\tM0\tAD\tRen\xe9\n");
    sandbox.write("table.csv", TABLE_OF_ONE);
    sandbox.write("cohorts.tsv", "cohort\tdiagnoses\tpath\nA\tAD\tparticipants.tsv\nB\tAD\tparticipants.csv\nC\tCN\tnowhere.tsv\n");
    sandbox.write("one_cohort.tsv", "cohort\tdiagnoses\tpath\nA\tAD\tparticipants.tsv\n");
    sandbox.write("gone.tsv", "cohort\tdiagnoses\tpath\nA\tAD, CN\tnowhere.tsv\n");
    sandbox.write("caps.tsv", format!("cohort\tpath\nA\t{CAPS}\n"));
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |options: &str, expected: &str| {
        refused.expect(&format!("interpret {SMALL} new a gradients {options}"), FAILURE, expected);
    };
    let single = |table: &str| format!("--caps_directory {CAPS} --participants_tsv {table}");
    expect(
        &single("no_diagnosis.tsv"),
        "no_diagnosis.tsv: no column diagnosis; it has participant_id, session_id; no_diagnosis.tsv: column participant_id is \
         empty in row 3; a table of participants needs the columns participant_id, session_id and diagnosis; of several cohorts, \
         the list of participants needs cohort, diagnoses and path, that of CAPS cohort and path; columns are separated by tabs; \
         fill in these cells or remove the rows",
    );
    expect(
        &single("others.tsv"),
        "others.tsv: no row has the diagnosis AD or CN; the table has MCI; choose among these diagnoses (--diagnoses; those of \
         the training where none are chosen)",
    );
    expect(&single("twice.tsv"), "twice.tsv: column session_id is empty in row 2; fill in these cells or remove the rows");
    expect(
        &single("latin1.tsv"),
        "latin1.tsv: not a text file in UTF-8 (byte 56), save it as UTF-8 text separated by tabs; save the table as UTF-8 text \
         separated by tabs, with the columns that are named",
    );
    expect(
        &single("list.tsv"),
        "list.tsv: the columns cohort and path are those of a list of cohorts, not of one cohort's participants; say that there \
         are several cohorts (--multi_cohort), or give the table of one of them",
    );
    expect(
        &single("commas.tsv"),
        "commas.tsv: no column participant_id, no column session_id, no column diagnosis; it has \
         participant_id,session_id,diagnosis; a table of participants needs the columns participant_id, session_id and diagnosis; \
         of several cohorts, the list of participants needs cohort, diagnoses and path, that of CAPS cohort and path; columns are \
         separated by tabs",
    );
    expect(
        &single("empty.tsv"),
        "empty.tsv: the table is empty, a header line with column names is needed; save the table as UTF-8 text separated by \
         tabs, with the columns that are named",
    );
    expect(
        &single("table.csv"),
        "table.csv: a table whose name ends in .tsv is needed here; give the .tsv file itself; a folder is not searched for one",
    );
    expect(
        &single(CAPS),
        "caps_demo: a table whose name ends in .tsv is needed here; give the .tsv file itself; a folder is not searched for one",
    );
    expect(
        &format!("{} -d pMCI", single("participants.tsv")),
        "participants.tsv: no row has the diagnosis pMCI; the table has AD, CN; choose among these diagnoses (--diagnoses; those \
         of the training where none are chosen)",
    );
    let multi = |table: &str, caps: &str| format!("--multi_cohort --caps_directory {caps} --participants_tsv {table}");
    expect(
        &multi("cohorts.tsv", "caps.tsv"),
        "participants.csv: a table whose name ends in .tsv is needed here; caps.tsv: no CAPS of the cohort B; there are those of \
         A; caps.tsv: no CAPS of the cohort C; there are those of A; give the .tsv file itself; a folder is not searched for one; \
         give each cohort the same name in both lists",
    );
    expect(
        &multi("one_cohort.tsv", "caps.tsv"),
        "one_cohort.tsv: no cohort has the diagnosis CN; together they have AD; choose among these diagnoses (--diagnoses; those \
         of the training where none are chosen)",
    );
    expect(
        &multi("gone.tsv", "caps.tsv"),
        "nowhere.tsv: could not be read (No such file or directory (os error 2)); check that the file is complete and may be \
         read, and give it again",
    );
    expect(
        &multi("cohorts.tsv", CAPS),
        "caps_demo: a table whose name ends in .tsv is needed here; give the .tsv file itself; a folder is not searched for one",
    );
    expect(
        &multi("participants.tsv", "caps.tsv"),
        "participants.tsv: no column cohort, no column diagnoses, no column path; it has participant_id, session_id, diagnosis, \
         age, sex; a table of participants needs the columns participant_id, session_id and diagnosis; of several cohorts, the \
         list of participants needs cohort, diagnoses and path, that of CAPS cohort and path; columns are separated by tabs",
    );
    expect(
        "--multi_cohort --participants_tsv cohorts.tsv",
        "--multi_cohort and --participants_tsv need --caps_directory, too; give the table of the cohorts' CAPS",
    );
    refused.check();
}

/// The end of the sentences that refuse sessions.
const LEAVE_OUT: &str = "; or leave these sessions out: nothing has been computed yet";

const TABLE_OF_ONE: &str = "participant_id\tsession_id\tdiagnosis\nsub-TRIV24\tses-M000\tAD\n";

#[test]
fn images() {
    let sandbox = Sandbox::with_small("errors_images");
    let rows = ["sub-TRIV24", "sub-TRIV90", "sub-TRIV25", "sub-TRIV91"].map(|who| format!("{who}\tses-M000\tAD\n")).concat();
    sandbox.write("absent.tsv", format!("participant_id\tsession_id\tdiagnosis\n{rows}"));
    fs::create_dir_all(sandbox.root.join("void/subjects")).unwrap();
    sandbox.write("no_caps/notes.txt", "nothing");
    sandbox.link(&Sandbox::image_path("dangling", "sub-TRIV24"), "../nowhere");
    sandbox.write("bids/sub-TRIV24/ses-M000/anat/sub-TRIV24_ses-M000_T1w.nii.gz", "");
    sandbox.write(&Sandbox::image_path("bids", "sub-TRIV24"), "");
    // Two images match, and no run tells which is meant.
    sandbox.link_image("two", "sub-TRIV24", "sub-TRIV24");
    sandbox.link_image("two", "sub-TRIV25", "sub-TRIV25");
    let other = Sandbox::image_path("two", "sub-TRIV25").replace("ses-M000_space", "ses-M000_T1w_space");
    super::link(&Sandbox::image_path("www/demo/caps", "sub-TRIV26"), &sandbox.root.join(other));
    sandbox.write("one.tsv", TABLE_OF_ONE);
    sandbox.write(&Sandbox::image_path("text", "sub-TRIV24"), "not an image ".repeat(10));
    sandbox.copy(SMALL, "moved");
    sandbox.edit("moved/groups/test/maps.json", |group| group["caps_directory"] = json!("data/caps_of_old"));
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |caps: &str, table: &str, expected: &str| {
        let command = format!("interpret {SMALL} new a gradients --caps_directory {caps} --participants_tsv {table}");
        refused.expect(&command, FAILURE, expected);
    };
    expect(
        CAPS,
        "absent.tsv",
        "sub-TRIV90 ses-M000: no image of it in caps_demo; sub-TRIV91 ses-M000: no image of it in caps_demo; check participant_id \
         and session_id in the table, or preprocess this session as in training; or leave these sessions out: nothing has been \
         computed yet",
    );
    expect(
        "void",
        "one.tsv",
        "sub-TRIV24 ses-M000: no image of it in void; check participant_id and session_id in the table, or preprocess this session \
         as in training; or leave these sessions out: nothing has been computed yet",
    );
    expect(
        "no_caps",
        "one.tsv",
        "no_caps: no image (.nii, .nii.gz or .pt) in what was given (files looked at: 1); choose a CAPS folder (the one that holds \
         subjects/), an archive of it, or NIfTI files",
    );
    let dangling = Sandbox::image_path("dangling", "sub-TRIV24");
    expect(
        "dangling",
        "one.tsv",
        &format!(
            "sub-TRIV24 ses-M000: {dangling}: could not be read (a link to ../nowhere, which is not there); check that the file is \
             complete and may be read, and give it again{LEAVE_OUT}"
        ),
    );
    expect("participants.tsv", "one.tsv", "participants.tsv: the CAPS is not a folder; give the folder that holds subjects/");
    expect(
        "bids",
        "one.tsv",
        "bids: a folder of bids/sub-TRIV24/ses-M000/anat/sub-TRIV24_ses-M000_T1w.nii.gz lies at its top, as in a BIDS dataset; a \
         CAPS keeps participants below subjects/; preprocess the dataset with Clinica (for example `clinica run t1-linear`) and \
         give the CAPS folder that it writes",
    );
    let own = Sandbox::image_path("two", "sub-TRIV25");
    let other = own.replace("ses-M000_space", "ses-M000_T1w_space");
    expect(
        "two",
        "participants.tsv",
        &format!(
            "sub-TRIV25 ses-M000: 2 images match, and nothing tells which is meant: {other}, {own}; \
             leave only the image that was meant, or number them run-01, run-02 …{LEAVE_OUT}"
        ),
    );
    let text = Sandbox::image_path("text", "sub-TRIV24");
    expect(
        "text",
        "one.tsv",
        &format!(
            "sub-TRIV24 ses-M000: {text}: truncated, 348 bytes are needed but only 130 are there; \
             the file is incomplete or damaged: copy or download it again{LEAVE_OUT}"
        ),
    );
    refused.expect(
        "interpret moved test a gradients",
        FAILURE,
        "data/caps_of_old: the CAPS of the data group, as moved names it, is not there; run from the folder that the path is \
         relative to, or define a group of another name",
    );
    refused.check();
}

#[test]
fn masks() {
    let sandbox = Sandbox::new("errors_masks");
    sandbox.copy_maps("maps/roi_conv4");
    let folder = "masks/tpl-MNI152NLin2009cSym";
    let mask = |side: &str| format!("tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-{side}HippocampusBox_mask.nii.gz");
    let other_grid = maplens::volume::Volume::new([20, 20, 20], vec![1.0; 8000], maplens::volume::Affine::IDENTITY).unwrap();
    sandbox.write(&format!("caps_other/{folder}/{}", mask("left")), maplens::volume::nifti::write(&other_grid));
    sandbox
        .write(&format!("caps_other/{folder}/{}", mask("right")), repository(&format!("tests/fixtures/caps_{folder}/{}", mask("right"))));
    sandbox.link_image("caps_other", "sub-TRIV24", "sub-TRIV24");
    sandbox.link_image("caps_none", "sub-TRIV24", "sub-TRIV24");
    sandbox.write("one.tsv", TABLE_OF_ONE);
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |caps: &str, expected: &str| {
        let command = format!("interpret maps_roi_conv4 new a gradients --split 0 --caps_directory {caps} --participants_tsv one.tsv");
        refused.expect(&command, FAILURE, expected);
    };
    expect(
        "caps_other",
        "sub-TRIV24 ses-M000: region leftHippocampusBox: no mask fits images of 169×208×179 voxels: \
         caps_other/masks/tpl-MNI152NLin2009cSym/tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-leftHippocampusBox_mask.nii.gz \
         (20×20×20); give the mask on the grid of the images (cropped or not), as in training; or leave these sessions out: \
         nothing has been computed yet",
    );
    expect(
        "caps_none",
        "sub-TRIV24 ses-M000: region leftHippocampusBox: no mask matches *res-1x1x1*_roi-leftHippocampusBox_mask.nii* in \
         masks/tpl-MNI152NLin2009cSym/, which is empty or not there; add the CAPS folder's masks/, or drop the mask's file beside \
         the images; or leave these sessions out: nothing has been computed yet",
    );
    refused.expect(
        "interpret maps_roi_conv4 train a gradients --split 7",
        FAILURE,
        "maps_roi_conv4: no checkpoint for split 7, best loss; there is split-0 with best loss, best BA; split-1 with best loss; \
         choose one of the trained checkpoints",
    );
    refused.check();
}

//! Datasets: the demo CAPS, and everything that can be dropped on the page instead of one.

use std::io::Read;
use std::rc::Rc;

use maplens::caps::{CapsError, ElementSource, ImageCatalogue, ImageFormat, InputSpec, read_image};
use maplens::files::{FileTree, MemoryFile, memory_file};
use maplens::torch_file;
use maplens::volume::{Affine, Extraction, Volume, nifti};
use pollster::block_on;

use crate::fixtures::{TRIV24_NIFTI, bytes, tree_from, tree_of};

const PATTERN: &str = "*space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";

/// Longer than any stand-in for a NIfTI.
const FAKE_SCAN: &str = "................................................................................................";

#[test]
fn the_demo_caps_is_listed_in_table_order() {
    let tree = tree_of("www/demo/caps");
    let (catalogue, warnings) = open(&tree, Some(PATTERN)).unwrap();
    assert_eq!(warnings, [""; 0]);
    assert_eq!(catalogue.name, "caps");
    assert_eq!(
        listed(&catalogue),
        ["sub-TRIV24 ses-M000 AD", "sub-TRIV26 ses-M000 AD", "sub-TRIV25 ses-M000 CN", "sub-TRIV27 ses-M000 CN"]
    );
    let entry = catalogue.find("sub-TRIV24", "ses-M000").unwrap();
    assert!(TRIV24_NIFTI.ends_with(&entry.path) && entry.format == ImageFormat::Nifti);
    let image = block_on(read_image(&tree, entry)).unwrap();
    assert_eq!((image.volume.shape(), image.warnings), ([169, 208, 179], vec![]));
}

#[test]
fn a_caps_is_found_inside_a_larger_folder_and_its_masks_are_no_images() {
    let tree = tree_of("www/demo");
    let (catalogue, warnings) = open(&tree, Some(PATTERN)).unwrap();
    assert_eq!(warnings, [""; 0]);
    assert_eq!((catalogue.name.as_str(), catalogue.entries.len()), ("caps", 4));
}

#[test]
fn what_does_not_fit_the_table_is_told() {
    let table = "participant_id\tsession_id\tdiagnosis\nsub-2\tses-M00\tCN\nsub-9\tses-M00\tAD\nsub-2\tses-M00\tAD\nsub-1\tses-M00\t\n";
    let tree = tree_from(&[
        ("c/participants.tsv", table),
        ("c/subjects/sub-1/ses-M00/t1_linear/sub-1_T1w.nii.gz", FAKE_SCAN),
        ("c/subjects/sub-2/ses-M00/t1_linear/sub-2_T1w.nii.gz", FAKE_SCAN),
        ("c/subjects/sub-3/ses-M00/t1_linear/sub-3_T1w.nii.gz", FAKE_SCAN),
        ("c/subjects/sub-4/ses-M00/t1_linear/sub-4_flair.nii.gz", FAKE_SCAN),
    ]);
    let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
    assert_eq!(listed(&catalogue), ["sub-2 ses-M00 CN", "sub-1 ses-M00 -", "sub-3 ses-M00 -"]);
    let rows: Vec<_> = catalogue.rows.iter().map(|row| (row.entry, row.diagnosis.as_deref())).collect();
    assert_eq!(rows, [(0, Some("CN")), (0, Some("AD")), (1, None), (2, None)]);
    assert_eq!(
        warnings,
        [
            "1 session without an image that matches *_T1w.nii.gz, left out: sub-4 ses-M00",
            "c/participants.tsv: 1 row for a session that was named before, which is listed once and counts in a group's mean each \
             time: sub-2 ses-M00",
            "c/participants.tsv: 1 row without an image, left out: sub-9 ses-M00",
            "c/participants.tsv: 1 image without a row, so without a diagnosis: sub-3 ses-M00",
        ]
    );
}

#[test]
fn many_sessions_make_one_sentence() {
    let rows: Vec<String> = (1..=7).map(|n| format!("sub-{n}\tses-M00")).collect();
    let table = format!("participant_id\tsession_id\n{}\n", rows.join("\n"));
    let tree = tree_from(&[("t.tsv", &table), ("sub-1_ses-M00_T1w.nii.gz", FAKE_SCAN)]);
    let (_, warnings) = open(&tree, None).unwrap();
    let names = "sub-2 ses-M00, sub-3 ses-M00, sub-4 ses-M00, sub-5 ses-M00, sub-6 ses-M00 and 1 more";
    assert_eq!(warnings, [format!("t.tsv: 6 rows without an image, left out: {names}")]);
}

#[test]
fn of_several_runs_the_highest_is_taken() {
    let tree = tree_from(&[
        ("subjects/sub-1/ses-M00/t1/sub-1_run-10_T1w.nii.gz", FAKE_SCAN),
        ("subjects/sub-1/ses-M00/t1/sub-1_run-2_T1w.nii.gz", FAKE_SCAN),
    ]);
    let (catalogue, warnings) = open(&tree, Some("*_T1W.nii.gz")).unwrap();
    assert_eq!(catalogue.name, "CAPS");
    assert!(catalogue.entries[0].path.contains("run-10") && catalogue.entries[0].rivals.is_empty());
    assert_eq!(warnings, ["1 session with several runs, the highest is taken: sub-1 ses-M00 (sub-1_run-10_T1w.nii.gz)"]);
}

#[test]
fn of_several_matches_none_is_chosen() {
    let check = |first: &str, second: &str| {
        let paths = [first, second].map(|path| format!("subjects/sub-1/ses-M00/{path}"));
        let tree = tree_from(&[(&paths[0], FAKE_SCAN), (&paths[1], FAKE_SCAN)]);
        let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
        assert_eq!((&catalogue.entries[0].path, &catalogue.entries[0].rivals[..]), (&paths[1], &paths[..]));
        let files = paths.join(", ");
        let sentence = format!("1 session with more than one matching image, of which none can be chosen: sub-1 ses-M00 ({files})");
        assert_eq!(warnings, [sentence]);
    };
    check("a/sub-1_T1w.nii.gz", "b/sub-1_T1w.nii.gz");
    check("a/sub-1_run-1_T1w.nii.gz", "b/sub-1_run-2_T1w.nii.gz");
    check("a/sub-1_acq-x_run-1_T1w.nii.gz", "a/sub-1_run-2_T1w.nii.gz");
    check("a/sub-1_run-01_T1w.nii.gz", "a/sub-1_run-1_T1w.nii.gz");
}

#[test]
fn sessions_of_elements_alone_are_listed() {
    let folder = |p: &str| format!("subjects/{p}/ses-M00/deeplearning_prepare_data");
    let patch = |e: usize| format!("{}/patch_based/t1_linear/sub-1_desc-Crop_patchsize-5_stride-5_patch-{e}_T1w.pt", folder("sub-1"));
    let region = format!("{}/roi_based/t1_linear/sub-2_space-MNI_desc-CropRoi_roi-a_T1w.pt", folder("sub-2"));
    let flair = format!("{}/slice_based/flair_linear/sub-3_desc-Crop_axis-sag_channel-rgb_slice-1_flair.pt", folder("sub-3"));
    let tree = tree_from(&[(&patch(0), FAKE_SCAN), (&patch(1), FAKE_SCAN), (&region, FAKE_SCAN), (&flair, FAKE_SCAN)]);
    let (catalogue, warnings) = open(&tree, Some("*_desc-Crop_T1w.nii.gz")).unwrap();
    assert_eq!(listed(&catalogue), ["sub-1 ses-M00 -", "sub-2 ses-M00 -"]);
    assert!(catalogue.entries.iter().all(|entry| entry.format == ImageFormat::Elements && entry.rivals.is_empty()));
    assert_eq!(warnings, ["1 session without an image that matches *_desc-Crop_T1w.nii.gz, left out: sub-3 ses-M00"]);
    let sentence = format!(
        "sub-1 ses-M00: there are elements that were cut out of its image (such as {}), but not the image, which is needed whole",
        patch(0)
    );
    assert_eq!(block_on(read_image(&tree, &catalogue.entries[0])).unwrap_err().to_string(), sentence);
}

#[test]
fn loose_masks_and_elements_are_no_images() {
    let tree = tree_from(&[
        ("sub-1_ses-M00_T1w.nii.gz", FAKE_SCAN),
        ("tpl-MNI_desc-Crop_res-1x1x1_roi-a_mask.nii.gz", FAKE_SCAN),
        ("sub-1_ses-M00_patchsize-5_stride-5_patch-0_T1w.pt", FAKE_SCAN),
    ]);
    assert_eq!(listed(&open(&tree, None).unwrap().0), ["sub-1 ses-M00 -"]);
}

#[test]
fn bids_datasets_are_refused_in_words() {
    let refusals = [
        ("bids/sub-1/ses-M00/anat/sub-1_ses-M00_T1w.nii.gz", "bids", "README"),
        ("bids/sub-1/anat/sub-1_T1w.nii.gz", "bids", "README"),
        ("sub-1/ses-M00/pet/sub-1_ses-M00_pet.nii.gz", "what was given", "README"),
        ("c/sub-1/notes.txt", "c", "c/subjects/sub-1/ses-M00/t1_linear/sub-1_T1w.nii.gz"),
        ("sub-1/notes.txt", "what was given", "subjects/sub-1/ses-M00/t1_linear/sub-1_T1w.nii.gz"),
    ];
    for (example, folder, other) in refusals {
        let error = open(&tree_from(&[(example, FAKE_SCAN), (other, FAKE_SCAN)]), None).unwrap_err();
        let sentence =
            format!("{folder}: a folder of {example} lies at its top, as in a BIDS dataset; a CAPS keeps participants below subjects/");
        assert_eq!(error.to_string(), sentence);
        assert!(!error.hint().is_empty());
    }
    // A file at the top is no folder, and neither is a participant's folder of preprocessed images a dataset.
    assert!(open(&tree_from(&[("c/sub-1.txt", ""), ("c/subjects/sub-1/ses-M00/t1_linear/sub-1_T1w.nii.gz", FAKE_SCAN)]), None).is_ok());
    assert!(open(&tree_from(&[("sub-1/ses-M00/t1_linear/sub-1_T1w.nii.gz", FAKE_SCAN)]), None).is_ok());
}

#[test]
fn a_tensor_is_the_image_whether_or_not_its_nifti_is_there() {
    let tensor = |p: &str| format!("subjects/{p}/ses-M00/deeplearning_prepare_data/image_based/t1_linear/{p}_T1w.pt");
    let patch = |p: &str| format!("subjects/{p}/ses-M00/deeplearning_prepare_data/patch_based/t1_linear/{p}_patch-0_T1w.pt");
    let nifti = |p: &str| format!("subjects/{p}/ses-M00/t1_linear/{p}_T1w.nii.gz");
    let tree = tree_from(&[
        (&tensor("sub-1"), FAKE_SCAN),
        (&nifti("sub-1"), FAKE_SCAN),
        (&tensor("sub-2"), FAKE_SCAN),
        (&patch("sub-2"), FAKE_SCAN),
        (&tensor("sub-3"), FAKE_SCAN),
        (&nifti("sub-3"), "x"),
    ]);
    let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
    assert_eq!(warnings, [""; 0]);
    let formats: Vec<ImageFormat> = catalogue.entries.iter().map(|entry| entry.format).collect();
    assert_eq!(formats, [ImageFormat::Tensor; 3]);
    let placed_by: Vec<Option<String>> = catalogue.entries.iter().map(|entry| entry.nifti.clone()).collect();
    assert_eq!(placed_by, [Some(nifti("sub-1")), None, Some(nifti("sub-3"))]);
}

#[test]
fn loose_files_are_keyed_by_their_names() {
    let tree = tree_from(&[
        ("a/sub-01_ses-M000_T1w.nii.gz", FAKE_SCAN),
        ("a/sub-01_ses-M000_T1w.pt", FAKE_SCAN),
        ("a/sub-02_T1w.nii", FAKE_SCAN),
        ("a/mask-1.nii.gz", FAKE_SCAN),
        ("a/._mask-1.nii.gz", FAKE_SCAN),
        ("a/notes.txt", ""),
    ]);
    let (catalogue, warnings) = open(&tree, Some(PATTERN)).unwrap();
    assert_eq!(catalogue.name, "images");
    assert_eq!(listed(&catalogue), ["mask-1  -", "sub-01 ses-M000 -", "sub-02  -"]);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn loose_files_of_one_session_are_told_apart_by_the_pattern_or_by_name() {
    let files = [("sub-01_ses-M000_T1w.nii.gz", FAKE_SCAN), ("sub-01_ses-M000_flair.nii.gz", FAKE_SCAN)];
    let (catalogue, warnings) = open(&tree_from(&files), Some("*_flair.nii.gz")).unwrap();
    assert_eq!(catalogue.entries.len(), 1);
    assert_eq!(catalogue.entries[0].path, "sub-01_ses-M000_flair.nii.gz");
    assert_eq!(warnings, [""; 0]);
    let (catalogue, warnings) = open(&tree_from(&files), None).unwrap();
    assert_eq!(listed(&catalogue), ["sub-01_ses-M000_T1w  -", "sub-01_ses-M000_flair  -"]);
    assert_eq!(warnings, ["1 session with more than one file, listed by file name instead: sub-01 ses-M000"]);
}

#[test]
fn the_table_with_diagnoses_is_used_and_the_others_are_named() {
    let header = "participant_id\tsession_id\tdiagnosis\n";
    let tree = tree_from(&[
        ("sub-1_ses-M00_T1w.nii", FAKE_SCAN),
        ("groups/test/data.tsv", header),
        ("a.tsv", "participant_id\tsession_id\nsub-1\tses-M00\n"),
        ("b/labels.tsv", &format!("{header}sub-1\tses-M00\tMCI\n")),
        ("people.tsv", "participant_id\tage\nsub-1\t70\n"),
    ]);
    let (catalogue, warnings) = open(&tree, None).unwrap();
    assert_eq!(listed(&catalogue), ["sub-1 ses-M00 MCI"]);
    assert_eq!(
        warnings,
        [
            "people.tsv: no column \"session_id\", so its diagnoses are not used",
            "b/labels.tsv: used as the table of participants; not used: a.tsv",
        ]
    );
}

/// Datasets hold tables of all kinds; images can be looked at without any.
#[test]
fn tables_that_cannot_be_read_are_passed_over() {
    let mut tree = tree_from(&[
        ("c/subjects/sub-1/ses-M00/t1/sub-1_T1w.nii.gz", FAKE_SCAN),
        ("c/quoted.tsv", "participant_id\tsession_id\n\"sub-1\n"),
        ("c/good.tsv", "participant_id\tsession_id\tdiagnosis\nsub-1\tses-M00\tAD\nsub-2\n\u{1a}"),
    ]);
    tree.insert("c/channels.tsv", memory_file(b"name\tunits\ncap\t\xb5V\n".to_vec()));
    tree.insert("c/names.tsv", memory_file(b"participant_id\tsession_id\tname\nsub-1\tses-M00\tRen\xe9\n".to_vec()));
    let (catalogue, warnings) = open(&tree, None).unwrap();
    assert_eq!(listed(&catalogue), ["sub-1 ses-M00 AD"]);
    assert_eq!(
        warnings,
        [
            "c/names.tsv: not a text file in UTF-8 (byte 48), save it as UTF-8 text separated by tabs; so its diagnoses are not used",
            "c/quoted.tsv: the quotation mark in line 2 is never closed; so its diagnoses are not used",
        ]
    );
}

#[test]
fn participants_need_no_prefix() {
    let image = |participant: &str| format!("caps/subjects/{participant}/M00/t1_linear/{participant}_M00_T1w.nii.gz");
    let tree = tree_from(&[(&image("P01"), FAKE_SCAN), (&image("P02"), FAKE_SCAN)]);
    let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
    assert_eq!((catalogue.name.as_str(), warnings), ("caps", Vec::new()));
    assert_eq!(listed(&catalogue), ["P01 M00 -", "P02 M00 -"]);
    // The folder alone makes no CAPS: nothing below it is what the model was trained on.
    let (catalogue, _) = open(&tree_from(&[("data/subjects/s1/anat/head.nii.gz", FAKE_SCAN)]), Some("*_T1w.nii.gz")).unwrap();
    assert_eq!((catalogue.name.as_str(), listed(&catalogue)), ("images", vec!["head  -".to_owned()]));
}

#[test]
fn copies_further_down_are_no_part_of_a_caps() {
    let image = "subjects/sub-1/ses-M00/t1/sub-1_T1w.nii.gz";
    let paths = ["caps", "caps/backup", "caps/old/2020"].map(|root| format!("{root}/{image}"));
    let tree = tree_from(&paths.each_ref().map(|path| (path.as_str(), FAKE_SCAN)));
    let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
    assert_eq!((&catalogue.entries[0].path, catalogue.entries[0].rivals.len()), (&paths[0], 0));
    assert_eq!(warnings, ["caps: used as the CAPS; not used: caps/backup, caps/old/2020"]);
}

#[test]
fn what_could_not_be_read_is_told() {
    let mut tree = tree_from(&[("caps/subjects/sub-1/ses-M00/t1/sub-1_T1w.nii.gz", FAKE_SCAN)]);
    tree.insert_unread("caps/lost", "permission denied".to_owned());
    tree.insert_unread("caps/subjects/sub-2", "input/output error".to_owned());
    let (catalogue, warnings) = open(&tree, Some("*_T1w.nii.gz")).unwrap();
    assert_eq!(
        warnings,
        [
            "caps/lost: passed over, since it could not be read (permission denied)",
            "caps/subjects/sub-2: passed over, since it could not be read (input/output error)",
        ]
    );
    let preprocessing = "custom".to_owned();
    let spec = InputSpec { preprocessing, use_uncropped_image: false, prepare_dl: false, extraction: Extraction::Image };
    let sessions = ["sub-2", "sub-3"].map(|participant| (participant.to_owned(), "ses-M00".to_owned()));
    let problems = block_on(ElementSource::new(spec).check(&tree, &catalogue, &sessions, None));
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = ["sub-2 ses-M00: caps/subjects/sub-2: could not be read (input/output error)", "sub-3 ses-M00: no image of it in caps"];
    assert_eq!(problems, expected);
}

#[test]
fn where_nothing_could_be_read_that_is_the_reason() {
    let mut tree = tree_from(&[("caps/notes.txt", "")]);
    tree.insert_unread("caps/subjects", "permission denied".to_owned());
    assert_eq!(open(&tree, None).unwrap_err().to_string(), "caps/subjects: could not be read (permission denied)");
}

#[test]
fn what_holds_no_images_is_refused_in_words() {
    let refusals: [(&[(&str, &str)], &str); 2] = [
        (&[("a.txt", "")], "no image (.nii, .nii.gz or .pt) in what was given (files looked at: 1)"),
        (
            &[("c/subjects/sub-1/ses-M00/t1/sub-1_flair.nii.gz", FAKE_SCAN)],
            "none of 1 images matches *_T1w.nii.gz, the images that the model was trained on; \
             the first is c/subjects/sub-1/ses-M00/t1/sub-1_flair.nii.gz",
        ),
    ];
    for (files, sentence) in refusals {
        let error = open(&tree_from(files), Some("*_T1w.nii.gz")).unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert!(!error.hint().is_empty());
    }
}

/// Most writers set a form; without one nibabel centres the image, and so does every map of it lie.
#[test]
fn an_image_that_does_not_say_where_it_lies_is_told() {
    let volume = Volume::new([3, 4, 5], vec![1.0; 60], Affine::from_diagonal([2.0; 3], [-3.0, -4.0, -5.0])).unwrap();
    let mut placed = Vec::new();
    flate2::read::GzDecoder::new(nifti::write(&volume).as_slice()).read_to_end(&mut placed).unwrap();
    let mut unplaced = placed.clone();
    // sform and qform codes.
    unplaced[252..256].fill(0);
    let warnings = |content: Vec<u8>| {
        let mut tree = FileTree::default();
        tree.insert("sub-1_ses-M00_T1w.nii", Rc::new(MemoryFile(content.into())));
        let (catalogue, _) = open(&tree, None).unwrap();
        let preprocessing = "custom".to_owned();
        let spec = InputSpec { preprocessing, use_uncropped_image: false, prepare_dl: false, extraction: Extraction::Image };
        let session = block_on(ElementSource::new(spec).open_session(&tree, &catalogue.entries[0])).unwrap();
        session.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(warnings(placed), [""; 0]);
    let [warning] = <[String; 1]>::try_from(warnings(unplaced)).unwrap();
    assert!(warning.starts_with("sub-1_ses-M00_T1w.nii: its header does not say where it lies"), "{warning}");
}

#[test]
fn an_image_tensor_gives_the_voxels_of_its_nifti_on_an_assumed_grid() {
    let scan = nifti::read("scan.nii.gz", &bytes(TRIV24_NIFTI)).unwrap();
    let tree = tree_with("sub-1_T1w.pt", torch_file::write_tensor(&[1, 169, 208, 179], scan.data()));
    let (catalogue, _) = open(&tree, None).unwrap();
    let image = block_on(read_image(&tree, &catalogue.entries[0])).unwrap();
    assert_eq!(image.volume, scan);
    assert_eq!(
        image.warnings[0].to_string(),
        "sub-1_T1w.pt: the tensor carries no affine: its 169×208×179 voxels were placed as Clinica's MNI152NLin2009cSym grid of that size"
    );
}

/// nibabel's arrays keep the file's order, so ClinicaDL's image tensors are strided.
#[test]
fn a_strided_image_tensor_is_not_transposed() {
    let tree = tree_with("fortran.pt", bytes("tests/data/torch/fortran.zip.pt"));
    let (catalogue, _) = open(&tree, None).unwrap();
    let image = block_on(read_image(&tree, &catalogue.entries[0])).unwrap();
    let tensor = block_on(torch_file::read_tensor("fortran.pt", &memory_file(bytes("tests/data/torch/fortran.zip.pt")))).unwrap();
    assert_ne!(tensor.strides().last(), Some(&1));
    assert_eq!(image.volume.data(), block_on(tensor.to_f32_vec()).unwrap());
}

#[test]
fn tensors_that_are_no_images_are_refused_in_words() {
    let flat = torch_file::write_tensor(&[3, 2], &[0.0; 6]);
    let pair = torch_file::write_tensor(&[2, 1, 1, 3], &[0.0; 6]);
    let long = torch_file::write_tensor(&[1, 1, 40_000], &[0.0; 40_000]);
    let refusals = [
        (flat, "a.pt: a tensor of shape [3, 2], but an image tensor of shape [1, D, H, W] is needed"),
        (pair, "a.pt: a tensor of shape [2, 1, 1, 3], but an image tensor of shape [1, D, H, W] is needed"),
        (long, "a.pt: a tensor of shape [1, 1, 40000] is larger than 134217728 voxels or 32767 along one axis"),
        (b"not torch at all".to_vec(), "a.pt: not a file written by torch.save"),
    ];
    for (content, sentence) in refusals {
        let tree = tree_with("a.pt", content);
        let (catalogue, _) = open(&tree, None).unwrap();
        let error = block_on(read_image(&tree, &catalogue.entries[0])).unwrap_err();
        assert!(error.to_string().starts_with(sentence), "{error}");
        assert!(!error.hint().is_empty());
    }
}

fn open(tree: &FileTree, pattern: Option<&str>) -> Result<(ImageCatalogue, Vec<String>), CapsError> {
    let (catalogue, warnings) = block_on(ImageCatalogue::open(tree, pattern))?;
    Ok((catalogue, warnings.iter().map(ToString::to_string).collect()))
}

fn listed(catalogue: &ImageCatalogue) -> Vec<String> {
    let words = |entry: &maplens::caps::ImageEntry| {
        format!("{} {} {}", entry.participant_id, entry.session_id, entry.diagnosis.as_deref().unwrap_or("-"))
    };
    catalogue.entries.iter().map(words).collect()
}

fn tree_with(path: &str, content: Vec<u8>) -> FileTree {
    let mut tree = FileTree::default();
    tree.insert(path, Rc::new(MemoryFile(content.into())));
    tree
}

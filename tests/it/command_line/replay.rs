//! ClinicaDL's own commands word for word, and the tree that they leave, file by file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use maplens::attribution::SaliencyMap;
use serde_json::Value;

use super::{CAPS, Sandbox, TABLE, files};
use crate::fixtures;
use crate::numerics::{self, CPU, fixture};

/// Coronal slices of the images.
const CORONAL_SLICES: u64 = 208;

/// The cases of a MAPS, each with the command that made it.
fn cases(maps: &str) -> Vec<Value> {
    let manifest: Value = serde_json::from_slice(&fixture::bytes("manifest.json")).unwrap();
    manifest["cases"].as_array().unwrap().iter().filter(|case| case["maps"] == maps).cloned().collect()
}

/// Name of the interpretation: the last part of the case's name.
fn name_of(case: &Value) -> String {
    case["id"].as_str().unwrap().rsplit("__").next().unwrap().to_owned()
}

/// The case's own command; those that were made without one are given it.
fn command_of(case: &Value, maps: &Path) -> String {
    let maps = maps.file_name().unwrap().to_str().unwrap();
    if let Some(command) = case["command"].as_str() {
        // The fixture keeps the checkpoint of this metric for the first split only.
        let split = if command.contains("BA") { " --split 0" } else { "" };
        return command.replace("clinicadl interpret", "interpret --quiet") + split;
    }
    let (method, target) = (case["method"].as_str().unwrap(), &case["target_node"]);
    let level = case["level"].as_u64().map(|level| format!(" --level_grad_cam {level}")).unwrap_or_default();
    format!("interpret --quiet {maps} test {} {method} --target_node {target}{level} --save_individual --no-gpu", name_of(case))
}

/// Runs every command of a MAPS in one sandbox and compares what it leaves.
fn replay(maps_path: &str, kept_slices: Option<Range<u64>>) {
    let name = maps_path.rsplit('/').next().unwrap().trim_end_matches(".tar.gz");
    let sandbox = Sandbox::new(&format!("replay_{name}"));
    fs::create_dir_all(sandbox.root.join("logs")).unwrap();
    let maps = sandbox.copy_maps(maps_path);
    if let Some(kept) = &kept_slices {
        discard_all_but(kept, &maps);
    }
    let original = files(&maps);
    let participants = participants_of(&original);
    fs::write(sandbox.root.join(format!("logs/test_{name}.tsv")), table_of(&participants)).unwrap();
    // The first command of the study defined the group, so it is not there yet.
    fs::remove_dir_all(maps.join("groups/test")).unwrap();
    let cases = cases(maps_path);
    let mut commands: BTreeMap<String, String> = BTreeMap::new();
    for case in cases.iter().filter(|case| case["kind"].is_null()) {
        commands.entry(name_of(case)).or_insert_with(|| command_of(case, &maps));
    }
    let defines = |command: &str| command.contains("--caps_directory");
    if !commands.values().any(|command| defines(command)) {
        let first = commands.values_mut().next().unwrap();
        first.push_str(&format!(" --caps_directory {CAPS} --participants_tsv logs/test_{name}.tsv"));
    }
    let (first, others): (Vec<_>, Vec<_>) = commands.into_iter().partition(|(_, command)| defines(command));
    for (_, command) in first.into_iter().chain(others) {
        sandbox.succeed(&command);
    }
    let written = files(&maps);
    let n_before = kept_slices.as_ref().map_or(0, |kept| kept.start);
    for (path, bytes) in &original {
        assert_eq!(written.get(path), Some(bytes), "{path}");
    }
    let misses: Vec<String> = cases.iter().filter_map(|case| compare(case, n_before, &written).err()).collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
    let n_elements = kept_slices.map_or(cases[0]["n_elements"].as_u64().unwrap(), |kept| kept.end - kept.start);
    check_names(&written, &cases, &participants, n_elements);
}

/// Lets a MAPS of single slices without discarded ones discard all others: their maps would only take time.
fn discard_all_but(kept: &Range<u64>, maps: &Path) {
    let path = maps.join("maps.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(config["preprocessing_dict"]["discarded_slices"], serde_json::json!([0, 0]));
    config["preprocessing_dict"]["discarded_slices"] = serde_json::json!([kept.start, CORONAL_SLICES - kept.end]);
    fs::write(path, config.to_string()).unwrap();
}

/// The participants of the group that the study's commands were run for.
fn participants_of(original: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let table = String::from_utf8(original["groups/test/data.tsv"].clone()).unwrap();
    table.lines().skip(1).map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

/// The rows of these participants.
fn table_of(participants: &[String]) -> String {
    let is_wanted = |line: &str| line.starts_with("participant_id") || participants.iter().any(|who| line.starts_with(who));
    TABLE.lines().filter(|line| is_wanted(line)).map(|line| format!("{line}\n")).collect()
}

/// The map of a case, as the command wrote it, against the one that ClinicaDL wrote; `n_before` of its elements were left out
/// in front.
fn compare(case: &Value, n_before: u64, written: &BTreeMap<String, Vec<u8>>) -> Result<(), String> {
    let text = |key: &str| case[key].as_str().unwrap();
    let folder = format!("split-{}/best-{}/test/interpret-{}", case["split"], text("selection_metric"), name_of(case));
    let position = case["element"].as_u64().unwrap() - n_before;
    let number = position + first_number(written);
    let mode = text("mode");
    let file = match case["kind"].as_str() {
        Some(_) => format!("{folder}/mean_{mode}-{position}_map.pt"),
        None => format!("{folder}/{}_{}_{mode}-{number}_map.pt", text("participant_id"), text("session_id")),
    };
    let bytes = written.get(&file).unwrap_or_else(|| panic!("{file} is missing"));
    let (shape, values) = fixtures::tensor(&file, bytes.clone());
    let logits = logits_in(written, &folder, case, position);
    let map = SaliencyMap { shape, values, logits };
    numerics::compare(&fixture::Case::parse(case), &map, CPU)
}

/// ClinicaDL numbers slices in the whole image.
fn first_number(written: &BTreeMap<String, Vec<u8>>) -> u64 {
    let config: Value = serde_json::from_slice(&written["maps.json"]).unwrap();
    config["preprocessing_dict"]["discarded_slices"][0].as_u64().unwrap_or(0)
}

/// The logits that the side-car records for a case; those of the fixture where it is a mean.
fn logits_in(written: &BTreeMap<String, Vec<u8>>, folder: &str, case: &Value, position: u64) -> Vec<f32> {
    let side_car: Value = serde_json::from_slice(&written[&format!("{folder}/maplens.json")]).unwrap();
    let session = side_car["sessions"].as_array().unwrap().iter().find(|session| session["participant_id"] == case["participant_id"]);
    let map = session.and_then(|session| session["maps"].as_array().unwrap().iter().find(|map| map["element"] == position).cloned());
    map.map(|map| map["logits"].as_array().unwrap().iter().map(|logit| logit.as_f64().unwrap() as f32).collect()).unwrap_or_default()
}

/// Means of all elements, individual maps of all sessions and elements, a side-car, and nothing else.
fn check_names(written: &BTreeMap<String, Vec<u8>>, cases: &[Value], participants: &[String], n_elements: u64) {
    let mode = cases[0]["mode"].as_str().unwrap();
    let first = first_number(written);
    let individual = participants.iter().flat_map(|who| (0..n_elements).map(move |e| (who, e + first)));
    let mut expected: BTreeSet<String> = individual.map(|(who, e)| format!("{who}_ses-M000_{mode}-{e}_map.pt")).collect();
    expected.extend((0..n_elements).map(|e| format!("mean_{mode}-{e}_map.pt")));
    expected.insert("maplens.json".to_owned());
    let mut n_folders = 0;
    for name in cases.iter().map(name_of).collect::<BTreeSet<_>>() {
        let folders: BTreeSet<&str> =
            written.keys().filter_map(|path| path.split_once(&format!("/interpret-{name}/")).map(|(f, _)| f)).collect();
        for folder in folders {
            let prefix = format!("{folder}/interpret-{name}/");
            let found: BTreeSet<String> = written.keys().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
            let tensors: BTreeSet<String> = found.iter().filter(|name| !name.ends_with(".nii.gz")).cloned().collect();
            assert_eq!(tensors, expected, "{prefix}");
            let n_niftis = found.len() - tensors.len();
            assert!(n_niftis == 0 || n_niftis == tensors.len() - 1, "{prefix}: {n_niftis} NIfTI files");
            n_folders += 1;
        }
    }
    assert!(n_folders > 0);
}

macro_rules! replays {
    ($($test:ident: $maps:literal;)*) => {
        $(#[test] fn $test() { replay($maps, None); })*
    };
}

replays! {
    conv5_on_reduced_images: "maps/image_sr5_conv5";
    conv4_with_three_classes: "maps/image_sr4_multi";
    a_regression: "maps/image_sr5_age";
    stride_conv5_on_patches: "maps/patch50_stride.tar.gz";
    conv4_on_regions_of_two_splits: "maps/roi_conv4";
    conv4_on_slices: "maps/slice_cor_all";
    resnet18_on_colour_slices: "maps/slice_sag_resnet18.tar.gz";
    random_with_batch_normalisation: "maps/image_sr5_random_bn";
    random_with_instance_normalisation: "maps/image_sr5_random_in";
    random_on_regions_without_normalisation: "maps/roi_random_plain";
    conv4_at_full_resolution: "maps/image_full_conv4.tar.gz";
    resnet_at_full_resolution: "../fixtures_full/maps/image_resnet3d.tar.gz";
    squeeze_excitation_at_full_resolution: "../fixtures_full/maps/image_secnn.tar.gz";
}

/// Every slice would take minutes; the cases look at one.
#[test]
fn random_on_slices() {
    replay("maps/slice_random_bn2d.tar.gz", Some(101..104));
}

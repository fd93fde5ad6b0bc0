//! Tables and JSON as Python and pandas read them.

use std::fs;

use super::{SMALL, Sandbox};

/// The maps of a run over the participants in `table`; the CAPS holds sub-N1 and sub-N2.
fn maps(sandbox: &Sandbox, group: &str, table: impl AsRef<[u8]>) -> Vec<(String, Vec<u8>)> {
    sandbox.write(&format!("{group}.tsv"), table);
    let given = format!("--save_individual --caps_directory caps --participants_tsv {group}.tsv");
    assert_eq!(sandbox.succeed(&format!("interpret {SMALL} {group} run gradients {given}")), "", "{group}");
    let folder = Sandbox::result(&format!("{group}/interpret-run"));
    let names = sandbox.names(&folder).into_iter().filter(|name| name.ends_with(".pt"));
    names.map(|name| (name.clone(), sandbox.read(&format!("{folder}/{name}")))).collect()
}

#[test]
fn tables_of_other_programs_are_read() {
    let sandbox = Sandbox::with_small("tables_programs");
    sandbox.cohort("caps", 2);
    let plain = "participant_id\tsession_id\tdiagnosis\nsub-N1\tses-M000\tAD\nsub-N2\tses-M000\tCN\n";
    let expected = maps(&sandbox, "plain", plain);
    assert_eq!(expected.len(), 3);
    let long = "participant_id\tsession_id\tdiagnosis\tage\tcomment\nsub-N1\tses-M000\tAD\t70\nsub-N2\tses-M000\tCN\t71\tok\n";
    for (name, table) in [
        ("short", long.to_owned()),
        ("substitute", format!("{plain}\u{1a}")),
        ("nul", format!("{plain}\0\0\0")),
        ("mark", format!("\u{feff}{plain}")),
        ("return", plain.replace('\n', "\r")),
        ("both", plain.replace('\n', "\r\n")),
        ("blank", plain.replace('\n', "\n\n   \n")),
    ] {
        assert!(maps(&sandbox, name, table) == expected, "{name}");
    }
}

#[test]
fn json_of_python_and_participants_without_prefix() {
    let sandbox = Sandbox::with_small("tables_json");
    sandbox.cohort("caps", 1);
    let expected = maps(&sandbox, "plain", "participant_id\tsession_id\tdiagnosis\nsub-N1\tses-M000\tAD\n");
    let image = sandbox.root.join(Sandbox::image_path("caps", "sub-N1"));
    let own = sandbox.root.join(format!("caps/subjects/P01/M00/P01_M00_{}", super::IMAGE));
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::rename(image, own).unwrap();
    let json = String::from_utf8(sandbox.read(&format!("{SMALL}/maps.json"))).unwrap();
    let json = json.replacen('{', "{\"tolerance_of_old\": NaN, \"limits\": [Infinity, -Infinity], ", 1);
    sandbox.write(&format!("{SMALL}/maps.json"), format!("\u{feff}{json}"));
    let found = maps(&sandbox, "own", "participant_id\tsession_id\tdiagnosis\nP01\tM00\tAD\n");
    assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["P01_M00_image-0_map.pt", "mean_image-0_map.pt"]);
    let bytes = |maps: &[(String, Vec<u8>)]| maps.iter().map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>();
    let mut expected = bytes(&expected);
    expected.reverse();
    assert!(bytes(&found) == expected);
}

/// As ClinicaDL counts: each row once, one map for all rows of a session.
#[test]
fn a_session_that_stands_in_the_table_twice_counts_twice() {
    let sandbox = Sandbox::with_small("tables_twice");
    sandbox.cohort("caps", 2);
    let row = |participant: &str| format!("{participant}\tses-M000\tAD\n");
    sandbox.write("twice.tsv", format!("participant_id\tsession_id\tdiagnosis\n{}{}{}", row("sub-N1"), row("sub-N2"), row("sub-N1")));
    let given = "--caps_directory caps --participants_tsv twice.tsv";
    let note = "note: the data group twice holds sessions more than once: sub-N1 ses-M000 (2 times); each time counts in the mean, as in \
                ClinicaDL, and their own maps are written once\n";
    assert_eq!(sandbox.succeed(&format!("interpret {SMALL} twice run gradients --save_individual {given}")), note);
    let folder = Sandbox::result("twice/interpret-run");
    assert_eq!(sandbox.names(&folder).len(), 4, "two maps, their mean, the side-car");
    let map = |name: &str| sandbox.map(&format!("{folder}/{name}_map.pt")).1;
    let [first, second] = ["sub-N1", "sub-N2"].map(|who| map(&format!("{who}_ses-M000_image-0")));
    let expected: Vec<u32> = first.iter().zip(&second).map(|(a, b)| ((0.0 + a + b + a) / 3.0_f32).to_bits()).collect();
    assert!(map("mean_image-0").iter().map(|value| value.to_bits()).eq(expected));
    assert_eq!(sandbox.json(&format!("{folder}/maplens.json"))["elements"][0]["n_maps"], 3);
    // In parts, a session may be in several.
    for part in 1..=3 {
        sandbox.succeed(&format!("interpret {SMALL} twice parts gradients --shard {part}/3"));
    }
    sandbox.succeed(&format!("merge {SMALL} twice parts"));
    let mean = |name: &str| sandbox.read(&Sandbox::result(&format!("twice/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!(mean("parts"), mean("run"));
    assert_eq!(sandbox.names(&Sandbox::result("twice/interpret-parts")), ["maplens.json", "mean_image-0_map.pt"]);
}

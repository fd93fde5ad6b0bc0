//! Parts of a run, computed by processes side by side and put together: bit for bit what one run gives.

use std::collections::BTreeMap;
use std::process::Child;

use super::refusals::{FAILURE, Refusals};
use super::{SMALL, Workplace, files};

const GIVEN: &str = "--caps_directory caps --participants_tsv caps.tsv";

fn workplace(name: &str, n_sessions: usize) -> Workplace {
    let workplace = Workplace::with_small(name);
    workplace.cohort("caps", n_sessions);
    workplace
}

/// The MAPS after one run over five sessions.
fn whole(individual: &str) -> BTreeMap<String, Vec<u8>> {
    let workplace = workplace(&format!("shards_whole{individual}"), 5);
    workplace.succeed(&format!("interpret {SMALL} many run gradients --save_nifti {individual} {GIVEN}"));
    files(&workplace.root.join(SMALL))
}

/// The MAPS after so many parts, all at the same time, and their merge.
fn in_parts(n_parts: usize, individual: &str) -> BTreeMap<String, Vec<u8>> {
    let workplace = workplace(&format!("shards_{n_parts}{individual}"), 5);
    let start = |part: usize| {
        let arguments = format!("interpret {SMALL} many run gradients --save_nifti {individual} {GIVEN} --shard {part}/{n_parts} --quiet");
        workplace.command(&arguments).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let running: Vec<Child> = (1..=n_parts).map(start).collect();
    for mut child in running {
        assert!(child.wait().unwrap().success(), "{n_parts} parts");
    }
    let folder = Workplace::result("many/interpret-run");
    let parts: Vec<String> = workplace.names(&folder).into_iter().filter(|name| name.ends_with(".json")).collect();
    assert_eq!(parts, (1..=n_parts).map(|part| format!("maplens.shard-{part}-of-{n_parts}.json")).collect::<Vec<_>>());
    workplace.succeed(&format!("merge {SMALL} many run"));
    files(&workplace.root.join(SMALL))
}

fn assert_equal_to_one_run(individual: &str, counts: &[usize]) {
    let whole = whole(individual);
    assert_eq!(whole.keys().filter(|path| path.contains("interpret-run/sub-")).count(), if individual.is_empty() { 0 } else { 10 });
    for &n_parts in counts {
        let merged = in_parts(n_parts, individual);
        assert_eq!(merged.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "{n_parts} parts");
        let different: Vec<&String> = whole.iter().filter(|(path, bytes)| merged[*path] != **bytes).map(|(path, _)| path).collect();
        assert!(different.is_empty(), "{n_parts} parts: {different:?}");
    }
}

#[test]
fn merged_parts_equal_one_run() {
    assert_equal_to_one_run("--save_individual", &[1, 2, 3, 4]);
}

#[test]
fn maps_that_only_the_merge_needs_are_removed() {
    assert_equal_to_one_run("", &[3]);
}

#[test]
fn more_parts_than_sessions() {
    let workplace = workplace("shards_many_parts", 2);
    for part in 1..=3 {
        workplace.succeed(&format!("interpret {SMALL} many run gradients {GIVEN} --shard {part}/3"));
    }
    workplace.succeed(&format!("merge {SMALL} many run"));
    workplace.succeed(&format!("interpret {SMALL} many whole gradients"));
    let mean = |name: &str| workplace.read(&Workplace::result(&format!("many/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!(mean("run"), mean("whole"));
}

#[test]
fn parts_that_cannot_be_put_together() {
    let workplace = workplace("shards_refused", 3);
    let part = |name: &str, method: &str, shard: &str| {
        workplace.succeed(&format!("interpret {SMALL} many {name} {method} {GIVEN} --shard {shard}"));
    };
    part("gap", "gradients", "1/3");
    part("gap", "gradients", "3/3");
    part("mixed", "gradients", "1/2");
    part("mixed", "grad-cam", "2/2");
    part("counts", "gradients", "1/2");
    part("counts", "gradients", "2/3");
    workplace.succeed(&format!("interpret {SMALL} many whole gradients"));
    let mut refused = Refusals::of(&workplace);
    let mut expect = |command: &str, expected: &str| refused.expect(command, FAILURE, expected);
    let of = |name: &str| format!("split-0/best-loss/many/interpret-{name}");
    expect(
        &format!("merge {SMALL} many gap"),
        "split-0/best-loss/many/interpret-gap: parts are missing: 2/3; compute them with --shard first",
    );
    expect(
        &format!("merge {SMALL} many mixed"),
        "split-0/best-loss/many/interpret-mixed: its parts belong to different runs; erase the folder and compute all parts with \
         the same options, images and checkpoint",
    );
    expect(
        &format!("merge {SMALL} many counts"),
        "split-0/best-loss/many/interpret-counts: its parts belong to different runs; erase the folder and compute all parts with \
         the same options, images and checkpoint",
    );
    expect(
        &format!("merge {SMALL} many nothing"),
        "there are no parts of the interpretation nothing of the data group many in maps_image_sr5_conv5; run `maplens interpret \
         … --shard K/N` for every K first",
    );
    expect(
        &format!("merge {SMALL} nobody run"),
        "maps_image_sr5_conv5 has no data group nobody; it has many, test, train, validation; check the name",
    );
    expect(
        &format!("merge {SMALL} many whole"),
        &format!("{}: this interpretation is complete, there are no parts to put together; nothing needs to be done", of("whole")),
    );
    expect(
        &format!("interpret {SMALL} many gap gradients {GIVEN} --shard 1/3"),
        "part 1/3 of the interpretation gap is already written: split-0/best-loss/many/interpret-gap; compute the other parts, \
         then put them together with `maplens merge`",
    );
    expect(
        &format!("interpret {SMALL} many gap gradients"),
        "the interpretation gap is already written: split-0/best-loss/many/interpret-gap; choose another name, or give \
         --overwrite_name to erase those results",
    );
    expect(
        &format!("interpret {SMALL} many whole gradients --shard 1/3"),
        "part 1/3 of the interpretation whole cannot be written beside what is in split-0/best-loss/many/interpret-whole already; \
         choose another name, or erase that folder",
    );
    refused.check();
}

#[test]
fn a_merge_is_done_once_and_can_be_finished() {
    let workplace = workplace("shards_twice", 2);
    for part in 1..=2 {
        workplace.succeed(&format!("interpret {SMALL} many run gradients {GIVEN} --shard {part}/2"));
    }
    let left = Workplace::result("many/interpret-run/maplens.shard-2-of-2.json");
    let (side_car, merge) = (workplace.read(&left), format!("merge {SMALL} many run"));
    workplace.succeed(&merge);
    let merged = files(&workplace.root.join(SMALL));
    let mut refused = Refusals::of(&workplace);
    refused.expect(&merge, FAILURE, "split-0/best-loss/many/interpret-run: this interpretation is complete, there are no parts to put together; nothing needs to be done");
    refused.check();
    // As if it had been interrupted while it cleaned up.
    workplace.write(&left, side_car);
    workplace.succeed(&merge);
    assert!(files(&workplace.root.join(SMALL)) == merged);
}

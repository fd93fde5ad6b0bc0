//! Parts of a run, computed by processes side by side and put together: bit for bit what one run gives.

use std::collections::BTreeMap;
use std::process::Child;

use super::refusals::{FAILURE, Refusals};
use super::{SMALL, Sandbox, files};

const GIVEN: &str = "--caps_directory caps --participants_tsv caps.tsv";

fn sandbox(name: &str, n_sessions: usize) -> Sandbox {
    let sandbox = Sandbox::with_small(name);
    sandbox.cohort("caps", n_sessions);
    sandbox
}

/// The MAPS after one run over five sessions.
fn whole(individual: &str) -> BTreeMap<String, Vec<u8>> {
    let sandbox = sandbox(&format!("shards_whole{individual}"), 5);
    sandbox.succeed(&format!("interpret {SMALL} many run gradients --save_nifti {individual} {GIVEN}"));
    files(&sandbox.root.join(SMALL))
}

/// The MAPS after so many parts, all at the same time, and their merge.
fn in_parts(n_parts: usize, individual: &str) -> BTreeMap<String, Vec<u8>> {
    let sandbox = sandbox(&format!("shards_{n_parts}{individual}"), 5);
    let start = |part: usize| {
        let arguments = format!("interpret {SMALL} many run gradients --save_nifti {individual} {GIVEN} --shard {part}/{n_parts} --quiet");
        sandbox.command(&arguments).stdout(std::process::Stdio::null()).spawn().unwrap()
    };
    let running: Vec<Child> = (1..=n_parts).map(start).collect();
    for mut child in running {
        assert!(child.wait().unwrap().success(), "{n_parts} parts");
    }
    let folder = Sandbox::result("many/interpret-run");
    let parts: Vec<String> = sandbox.names(&folder).into_iter().filter(|name| name.ends_with(".json")).collect();
    assert_eq!(parts, (1..=n_parts).map(|part| format!("maplens.shard-{part}-of-{n_parts}.json")).collect::<Vec<_>>());
    sandbox.succeed(&format!("merge {SMALL} many run"));
    files(&sandbox.root.join(SMALL))
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
    let sandbox = sandbox("shards_many_parts", 2);
    for part in 1..=3 {
        sandbox.succeed(&format!("interpret {SMALL} many run gradients {GIVEN} --shard {part}/3"));
    }
    sandbox.succeed(&format!("merge {SMALL} many run"));
    sandbox.succeed(&format!("interpret {SMALL} many whole gradients"));
    let mean = |name: &str| sandbox.read(&Sandbox::result(&format!("many/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!(mean("run"), mean("whole"));
}

#[test]
fn parts_that_cannot_be_put_together() {
    let sandbox = sandbox("shards_refused", 3);
    let part = |name: &str, method: &str, shard: &str| {
        sandbox.succeed(&format!("interpret {SMALL} many {name} {method} {GIVEN} --shard {shard}"));
    };
    part("gap", "gradients", "1/3");
    part("gap", "gradients", "3/3");
    part("mixed", "gradients", "1/2");
    part("mixed", "grad-cam", "2/2");
    part("counts", "gradients", "1/2");
    part("counts", "gradients", "2/3");
    sandbox.succeed(&format!("interpret {SMALL} many whole gradients"));
    let mut refused = Refusals::of(&sandbox);
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
    let sandbox = sandbox("shards_twice", 2);
    for part in 1..=2 {
        sandbox.succeed(&format!("interpret {SMALL} many run gradients {GIVEN} --shard {part}/2"));
    }
    let left = Sandbox::result("many/interpret-run/maplens.shard-2-of-2.json");
    let (side_car, merge) = (sandbox.read(&left), format!("merge {SMALL} many run"));
    sandbox.succeed(&merge);
    let merged = files(&sandbox.root.join(SMALL));
    let mut refused = Refusals::of(&sandbox);
    refused.expect(&merge, FAILURE, "split-0/best-loss/many/interpret-run: this interpretation is complete, there are no parts to put together; nothing needs to be done");
    refused.check();
    // As if it had been interrupted while it cleaned up.
    sandbox.write(&left, side_car);
    sandbox.succeed(&merge);
    assert!(files(&sandbox.root.join(SMALL)) == merged);
}

//! Paths as people type them: the same folder in other words is the same folder.

use super::refusals::{FAILURE, Refusals};
use super::{SMALL, Sandbox};

/// A CAPS of so many participants, a folder beside it, a link to it, and another CAPS of the same participants.
fn sandbox(name: &str, n_sessions: usize) -> Sandbox {
    let sandbox = Sandbox::with_small(name);
    sandbox.cohort("caps", n_sessions);
    sandbox.cohort("other", n_sessions);
    sandbox.write("folder/notes.txt", "");
    sandbox.link("link", "caps");
    sandbox
}

#[test]
fn parts_may_name_their_caps_in_other_words() {
    let sandbox = sandbox("paths_parts", 6);
    let absolute = sandbox.root.join("caps").display().to_string();
    let words = ["caps/", "./caps", "caps//", "folder/../caps/.", absolute.as_str(), "link/"];
    for (part, caps) in words.into_iter().enumerate() {
        let given = format!("--caps_directory {caps} --participants_tsv ./caps.tsv --shard {}/6", part + 1);
        sandbox.succeed(&format!("interpret ./{SMALL}/ many run gradients {given}"));
    }
    assert_eq!(sandbox.json(&format!("{SMALL}/groups/many/maps.json"))["caps_directory"], "caps");
    let mut refused = Refusals::of(&sandbox);
    refused.expect(
        &format!("interpret {SMALL} many run gradients --caps_directory other --participants_tsv caps.tsv --shard 1/6"),
        FAILURE,
        "the data group many is already defined in this MAPS, and participants or a CAPS were given for it, too; leave participants \
         and CAPS out to use the stored group, choose another name for a new one, or overwrite it (--overwrite)",
    );
    refused.check();
    sandbox.succeed(&format!("merge {SMALL}// many run"));
    sandbox.succeed(&format!("interpret {SMALL} many whole gradients"));
    let mean = |name: &str| sandbox.read(&Sandbox::result(&format!("many/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!(mean("run"), mean("whole"));
}

#[test]
fn the_last_output_node_is_also_counted_from_the_end() {
    let sandbox = sandbox("paths_nodes", 2);
    sandbox.succeed(&format!("interpret {SMALL} many last gradients --caps_directory caps --participants_tsv caps.tsv --target_node -1"));
    for (name, node) in [("one", "1"), ("zero", "0"), ("first", "-2")] {
        sandbox.succeed(&format!("interpret {SMALL} many {name} gradients --target_node={node}"));
    }
    let mean = |name: &str| sandbox.read(&Sandbox::result(&format!("many/interpret-{name}/mean_image-0_map.pt")));
    assert_eq!((mean("last"), mean("first")), (mean("one"), mean("zero")));
    assert_ne!(mean("one"), mean("zero"));
    assert_eq!(sandbox.json(&Sandbox::result("many/interpret-last/maplens.json"))["options"]["target_node"], 1);
}

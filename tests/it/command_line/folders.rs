//! CAPS and MAPS as disks have them: links, circles, copies, trash. The maps are bit for bit those of a tidy CAPS.

use std::fs;

use super::refusals::{FAILURE, Refusals};
use super::{SMALL, Sandbox};

const GIVEN: &str = "--save_individual --caps_directory caps --participants_tsv caps.tsv";

/// A MAPS and a CAPS of two participants, of which `make` makes a mess.
fn sandbox(name: &str, make: impl FnOnce(&Sandbox)) -> Sandbox {
    let sandbox = Sandbox::with_small(name);
    sandbox.cohort("caps", 2);
    make(&sandbox);
    sandbox
}

/// Names and bytes of the maps of a run that must succeed, and what it says on standard error.
fn maps(sandbox: &Sandbox) -> (Vec<(String, Vec<u8>)>, String) {
    let stderr = sandbox.succeed(&format!("interpret {SMALL} many run gradients {GIVEN}"));
    let folder = Sandbox::result("many/interpret-run");
    let names = sandbox.names(&folder).into_iter().filter(|name| name.ends_with(".pt"));
    (names.map(|name| (name.clone(), sandbox.read(&format!("{folder}/{name}")))).collect(), stderr)
}

fn session(participant: &str) -> String {
    format!("caps/subjects/{participant}/ses-M000")
}

/// A copy of a participant's image, which is another participant's: taken for it, it would change the maps.
fn copy_of_other(sandbox: &Sandbox, path: &str) {
    sandbox.write(path, super::repository(&Sandbox::image_path("www/demo/caps", "sub-TRIV27")));
}

#[test]
fn what_lies_in_and_beside_a_caps_changes_nothing() {
    let (expected, stderr) = maps(&sandbox("folders_tidy", |_| {}));
    assert_eq!((expected.len(), stderr.as_str()), (3, ""));
    let image = Sandbox::image_path("caps", "sub-N1");
    let name = image.rsplit('/').next().unwrap();
    let messy = sandbox("folders_messy", |sandbox| {
        for (path, target) in [
            ("caps/all".to_owned(), "."),
            ("caps/latest".to_owned(), "."),
            ("caps/subjects/everybody".to_owned(), ".."),
            (format!("{}/up", session("sub-N1")), ".."),
            (format!("{}/top", session("sub-N1")), "../../.."),
            (format!("{}/here", session("sub-N1")), "."),
            // The same image under another path is the same image.
            (format!("{}/t1", session("sub-N1")), "t1_linear"),
        ] {
            sandbox.link(&path, target);
        }
        for folder in [".ipynb_checkpoints", ".git/annex", "__MACOSX", "lost+found", "$RECYCLE.BIN"] {
            copy_of_other(sandbox, &format!("{}/t1_linear/{folder}/{name}", session("sub-N1")));
        }
        copy_of_other(sandbox, &format!("{}/t1_linear/._{name}", session("sub-N1")));
        for root in [".Trash-1000/files", "lost+found", "backup", "backup/older"] {
            copy_of_other(sandbox, &image.replacen("caps/", &format!("caps/{root}/"), 1));
        }
        sandbox.write("caps/notes/channels.tsv", b"name\tunits\ncap\t\xb5V\n");
        sandbox.write("caps/participants.tsv", b"participant_id\tsession_id\nRen\xe9\n");
        let pipe = sandbox.root.join(session("sub-N1")).join("pipe.nii.gz");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        // The MAPS is as messy.
        sandbox.link(&format!("{SMALL}/latest"), ".");
        sandbox.link(&format!("{SMALL}/split-0/up"), "..");
        sandbox.write(&format!("{SMALL}/old/maps.json"), sandbox.read(&format!("{SMALL}/maps.json")));
        sandbox.write(&format!("{SMALL}/old/split-0/best-loss/model.pth.tar"), "");
        sandbox.write(&Sandbox::result("many/interpret-run/.DS_Store"), "");
    });
    assert_eq!(maps(&messy), (expected, String::new()));
}

#[test]
fn links_that_people_use_are_followed() {
    let (expected, _) = maps(&sandbox("folders_plain", |_| {}));
    let linked = sandbox("folders_linked", |sandbox| {
        let rename = |from: &str, to: &str| {
            let to = sandbox.root.join(to);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(sandbox.root.join(from), to).unwrap();
        };
        rename("caps", "disk/study");
        sandbox.link("caps", "disk/study");
        rename("disk/study/subjects/sub-N1", "disk/people/one");
        sandbox.link("disk/study/subjects/sub-N1", "../../people/one");
        rename("disk/study/subjects/sub-N2/ses-M000/t1_linear", "disk/t1");
        sandbox.link("disk/study/subjects/sub-N2/ses-M000/t1_linear", "../../../../t1");
    });
    assert_eq!(maps(&linked).0, expected);
}

#[test]
fn what_is_missing_is_said_and_only_that() {
    let sandbox = sandbox("folders_dangling", |sandbox| {
        sandbox.link(&format!("{}/t1_linear/absent_T1w.nii.gz", session("sub-N1")), "../annex/object");
        sandbox.link(&format!("{SMALL}/split-0/training_logs/tensorboard"), "/nowhere/at/all");
    });
    let (found, stderr) = maps(&sandbox);
    assert_eq!(found.len(), 3);
    let expected = [
        format!(
            "note: {SMALL}/split-0/training_logs/tensorboard: passed over, since it could not be read (a link to /nowhere/at/all, which is not there)\n"
        ),
        format!(
            "note: {}/t1_linear/absent_T1w.nii.gz: passed over, since it could not be read (a link to ../annex/object, which is not there)\n",
            session("sub-N1")
        ),
    ];
    assert_eq!(stderr, expected.concat());
    let model = Sandbox::result("model.pth.tar");
    sandbox.remove(&model);
    sandbox.link(&model, "../../.git/annex/objects/x");
    let mut refused = Refusals::of(&sandbox);
    refused.expect(
        &format!("interpret {SMALL} many again gradients"),
        FAILURE,
        &format!(
            "{model}: could not be read (a link to ../../.git/annex/objects/x, which is not there); check that the file is complete \
             and may be read, and give it again"
        ),
    );
    refused.check();
}

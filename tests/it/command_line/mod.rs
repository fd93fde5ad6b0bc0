//! `maplens interpret` and `maplens merge` as a user calls them: in a folder that holds a CAPS, a table and MAPS.

mod cohorts;
mod errors;
mod errors_in_data;
mod failing;
mod folders;
mod groups;
mod outputs;
mod paths;
mod plot;
mod read_by_python;
mod refusals;
mod replay;
mod resume;
mod shards;
mod tables;
mod tensor_and_nifti;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::fixtures;
use crate::numerics::fixture;

/// Name of the CAPS in the commands.
const CAPS: &str = "caps_demo";

/// A MAPS that is interpreted in milliseconds, by its name in a sandbox.
const SMALL: &str = "maps_image_sr5_conv5";

const TABLE: &str = "participant_id\tsession_id\tdiagnosis\tage\tsex\n\
    sub-TRIV24\tses-M000\tAD\t76.9\tF\n\
    sub-TRIV25\tses-M000\tCN\t59.0\tM\n";

/// Ending of the names of images in a CAPS.
const IMAGE: &str = "space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";

/// A folder in which commands are run: a CAPS with masks, a table of participants, copies of MAPS.
struct Sandbox {
    root: PathBuf,
}

impl Sandbox {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        let caps = root.join(CAPS);
        fs::create_dir_all(&caps).unwrap();
        link("www/demo/caps/subjects", &caps.join("subjects"));
        link("tests/fixtures/caps_masks", &caps.join("masks"));
        let sandbox = Self { root };
        sandbox.write("participants.tsv", TABLE);
        sandbox
    }

    /// A sandbox with [`SMALL`] in it.
    fn with_small(name: &str) -> Self {
        let sandbox = Self::new(name);
        sandbox.copy_maps("maps/image_sr5_conv5");
        sandbox
    }

    /// A copy of a MAPS of the fixtures, called as the commands call it.
    fn copy_maps(&self, fixture_path: &str) -> PathBuf {
        let tree = pollster::block_on(fixture::maps_tree(fixture_path));
        let root = pollster::block_on(maplens::maps::Maps::open(&tree)).unwrap().root;
        let name = root.rsplit('/').next().unwrap();
        let folder = self.root.join(format!("maps_{name}"));
        let own = tree.subtree(&root);
        for path in own.paths() {
            let to = folder.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, pollster::block_on(own.read(path)).unwrap()).unwrap();
        }
        folder
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
    }

    /// A link that leads to `target`, as it is written there.
    fn link(&self, path: &str, target: &str) {
        let full = self.root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, full).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.read(path)).unwrap()
    }

    /// Values of a map.
    fn map(&self, path: &str) -> (Vec<usize>, Vec<f32>) {
        fixtures::tensor(path, self.read(path))
    }

    fn remove(&self, path: &str) {
        let full = self.root.join(path);
        if full.is_dir() { fs::remove_dir_all(full) } else { fs::remove_file(full) }.unwrap();
    }

    /// A copy of a folder of the sandbox, symbolic links as such.
    fn copy(&self, from: &str, to: &str) {
        for (path, bytes) in files(&self.root.join(from)) {
            self.write(&format!("{to}/{path}"), bytes);
        }
    }

    /// Changes keys of a `maps.json`.
    fn edit(&self, path: &str, change: impl FnOnce(&mut Value)) {
        let mut json = self.json(path);
        change(&mut json);
        self.write(path, serde_json::to_vec(&json).unwrap());
    }

    /// The path in a CAPS at which a participant's image lies.
    fn image_path(caps: &str, participant: &str) -> String {
        format!("{caps}/subjects/{participant}/ses-M000/t1_linear/{participant}_ses-M000_{IMAGE}")
    }

    /// Puts an image of the demo study into a CAPS, under another participant's name.
    fn link_image(&self, caps: &str, participant: &str, of: &str) {
        let to = self.root.join(Self::image_path(caps, participant));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        link(&Self::image_path("www/demo/caps", of), &to);
    }

    /// A CAPS of so many participants `sub-N1`, `sub-N2` …, and `<caps>.tsv`, their table.
    fn cohort(&self, caps: &str, n: usize) {
        let mut table = "participant_id\tsession_id\tdiagnosis\n".to_owned();
        for index in 1..=n {
            self.link_image(caps, &format!("sub-N{index}"), &format!("sub-TRIV{}", 24 + index % 4));
            table += &format!("sub-N{index}\tses-M000\t{}\n", ["AD", "CN"][index % 2]);
        }
        self.write(&format!("{caps}.tsv"), table);
    }

    /// A command of the program, in this folder and without any graphics driver.
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maplens"));
        command.current_dir(&self.root).args(arguments.split_whitespace());
        command.env("VK_ICD_FILENAMES", "/nonexistent").env("VK_DRIVER_FILES", "/nonexistent");
        command
    }

    fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and gives its standard error.
    fn succeed(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stderr).unwrap()
    }

    /// `split-0/best-loss/<rest>` of [`SMALL`].
    fn result(rest: &str) -> String {
        format!("{SMALL}/split-0/best-loss/{rest}")
    }

    /// Names of the files of a folder and below, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        files(&self.root.join(folder)).into_keys().collect()
    }
}

/// The line of an error, without the lines that clap adds for usage.
fn sentence(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or(&text).to_owned()
}

fn link(from: &str, to: &Path) {
    std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join(from), to).unwrap();
}

/// A file of the repository.
fn repository(path: &str) -> Vec<u8> {
    fixtures::bytes(path)
}

/// All files below a folder, by path; symbolic links are left out.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                waiting.push(path);
            } else if kind.is_file() {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

//! Runs that are interrupted and go on: the results are bit for bit those of an uninterrupted run.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use maplens::engine::group::{GroupRun, Offered, SideCar, resolve};
use maplens::engine::study::device;
use maplens::engine::{Cohorts, Host, JobEnd};
use maplens::files::{FileError, FileTree, MemoryStore, Store};
use maplens::maps::Maps;
use maplens::pace::LocalFuture;
use maplens::protocol::{Attachment, Convention, DeviceChoice, Event, InterpretOptions, Method, NiftiForm};
use pollster::block_on;

use super::{SMALL, Sandbox};
use crate::fixtures;

/// A clock that runs so fast that a run is written down after every map.
#[derive(Default)]
struct FastClock(Cell<f64>);

impl Host for FastClock {
    fn post(&self, _event: Event, _attachments: Vec<Attachment>) {}

    fn pause(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn now_ms(&self) -> f64 {
        self.0.set(self.0.get() + 1e4);
        self.0.get()
    }

    fn memory_bytes(&self) -> Option<u64> {
        None
    }
}

/// A store in which every write after the first `left` fails, until it is repaired.
#[derive(Default)]
struct FailingStore {
    kept: MemoryStore,
    left: Cell<Option<usize>>,
    n_writes: Cell<usize>,
}

impl Store for FailingStore {
    fn write<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.n_writes.set(self.n_writes.get() + 1);
        match self.left.get() {
            Some(0) => {
                let full = FileError::Unwritable { path: path.to_owned(), reason: "disk full".to_owned() };
                Box::pin(std::future::ready(Err(full)))
            }
            left => {
                self.left.set(left.map(|left| left - 1));
                self.kept.write(path, bytes)
            }
        }
    }

    fn append<'a>(&'a self, path: &'a str, bytes: &'a [u8]) -> LocalFuture<'a, Result<(), FileError>> {
        self.kept.append(path, bytes)
    }

    fn read<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, FileError>> {
        self.kept.read(path)
    }

    fn list<'a>(&'a self, folder: &'a str) -> LocalFuture<'a, Result<Vec<(String, u64)>, FileError>> {
        self.kept.list(folder)
    }

    fn remove<'a>(&'a self, path: &'a str) -> LocalFuture<'a, Result<(), FileError>> {
        self.kept.remove(path)
    }
}

/// [`SMALL`]'s MAPS with its checkpoint in two splits, and its stored group of two sessions.
struct Study {
    tree: FileTree,
    maps: Maps,
    cohorts: Cohorts,
}

impl Study {
    fn open() -> Self {
        let mut tree = fixtures::tree_of("tests/fixtures/maps/image_sr5_conv5");
        let model = "image_sr5_conv5/split-0/best-loss/model.pth.tar";
        let bytes = block_on(tree.read(model)).unwrap();
        tree.insert(model.replace("split-0", "split-1"), std::rc::Rc::new(maplens::files::MemoryFile(bytes.into())));
        let maps = block_on(Maps::open(&tree)).unwrap();
        let mut cohorts = Cohorts::default();
        block_on(cohorts.open("single".to_owned(), fixtures::tree_of("www/demo/caps"), &maps.config)).unwrap();
        Self { tree, maps, cohorts }
    }

    fn run(&mut self, target_node: usize, store: &FailingStore) -> Result<Vec<SideCar>, JobEnd> {
        let options = InterpretOptions { target_node, ..options() };
        let Self { tree, maps, cohorts } = self;
        block_on(async {
            let resolved = resolve(maps, tree, &options, Offered::default(), None).await?;
            let device = device::open(DeviceChoice::Cpu).await;
            let host = &FastClock::default();
            let run = GroupRun { maps, tree, resolved: &resolved, options: &options, shard: None, device: &device, store, host };
            let checked = run.check(cohorts).await?;
            run.run(checked, cohorts).await
        })
    }
}

fn options() -> InterpretOptions {
    InterpretOptions {
        data_group: "test".to_owned(),
        name: "run".to_owned(),
        method: Method::Gradients,
        target_node: 0,
        convention: Convention::Clinicadl161,
        splits: Vec::new(),
        selection_metrics: Vec::new(),
        diagnoses: Vec::new(),
        save_individual: true,
        nifti: NiftiForm::None,
        overwrite: false,
        overwrite_name: false,
    }
}

fn contents(store: &FailingStore) -> BTreeMap<String, Vec<u8>> {
    let files = block_on(store.list("")).unwrap();
    files.into_iter().map(|(path, _)| (path.clone(), block_on(store.read(&path)).unwrap().unwrap())).collect()
}

#[test]
fn wherever_a_run_fails_it_goes_on() {
    let (mut study, whole) = (Study::open(), FailingStore::default());
    study.run(0, &whole).unwrap();
    let expected = contents(&whole);
    assert_eq!(expected.len(), 2 * 4, "two splits, each with two maps, their mean and a side-car");
    let n_writes = whole.n_writes.get();
    assert!(n_writes >= 20, "the run was written down {n_writes} times");
    for n in 0..n_writes {
        let store = FailingStore::default();
        store.left.set(Some(n));
        let failed = study.run(0, &store).unwrap_err();
        assert!(matches!(&failed, JobEnd::Failed(failure) if failure.what.contains("could not be written (disk full)")), "{failed:?}");
        store.left.set(None);
        // What was begun belongs to these options.
        if block_on(store.list("split-0")).unwrap().iter().any(|(path, _)| path.ends_with("partial.json")) {
            let refused = study.run(1, &store).unwrap_err();
            assert!(matches!(&refused, JobEnd::Failed(failure) if failure.what.contains("already written")), "{refused:?}");
        }
        study.run(0, &store).unwrap();
        assert!(contents(&store) == expected, "after {n} writes");
    }
}

#[test]
fn ctrl_c_stops_a_run_and_the_same_command_goes_on() {
    let sandbox = Sandbox::with_small("resume_ctrl_c");
    sandbox.cohort("caps", 12);
    let with_caps = |caps: &str| {
        format!("interpret {SMALL} many run gradients --save_individual --caps_directory {caps} --participants_tsv caps.tsv --quiet")
    };
    let command = with_caps("caps/");
    let folder = Sandbox::result("many/interpret-run");
    let child = sandbox.command(&command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while !sandbox.root.join(&folder).join("sub-N2_ses-M000_image-0_map.pt").exists() {
        assert!(started.elapsed() < Duration::from_secs(60), "no map after a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "stopped; the same command goes on from here\n");
    let names = sandbox.names(&folder);
    assert!(names.iter().any(|name| name == "maplens.partial.json") && !names.iter().any(|name| name.starts_with("mean_")), "{names:?}");
    // The same command, with the same CAPS in other words.
    sandbox.succeed(&with_caps("./caps"));
    sandbox.succeed(&format!("interpret {SMALL} many whole gradients --save_individual"));
    let maps = |name: &str| {
        let folder = Sandbox::result(&format!("many/interpret-{name}"));
        let names = sandbox.names(&folder);
        let maps: Vec<_> =
            names.iter().filter(|name| name.ends_with(".pt")).map(|name| sandbox.read(&format!("{folder}/{name}"))).collect();
        (names, maps)
    };
    assert!(maps("run") == maps("whole"));
}

//! The program of the command line: reads folders, runs the engine, writes results into the MAPS.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::cohort_folders::{open_cohorts, read_table};
use super::console::Console;
use super::folder::{FolderStore, tree_of_folder};
use super::options::{Command, CommandLine, Interpret, Merge};
use super::plot::plot;
use crate::engine::group::{GroupRun, Offered, Resolved, SideCar, merge, resolve};
use crate::engine::study::device::{self, OpenDevice};
use crate::engine::{Cohorts, JobEnd};
use crate::files::{FileError, FileTree};
use crate::maps::{DataGroup, GroupSession, Maps, MapsError, participants};
use crate::protocol::{DeviceChoice, Failure};

/// Runs the command that the program's arguments ask for. Errors are one line on standard error and exit code 1; usage
/// errors have exit code 2.
pub fn main() -> ExitCode {
    let command = CommandLine::read().command;
    let result = pollster::block_on(async {
        match &command {
            Command::Interpret(interpret) => run(interpret).await,
            Command::Merge(merge) => run_merge(merge).await,
            Command::Plot(options) => plot(options).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(JobEnd::Cancelled) => {
            eprintln!("stopped; {}", how_to_resume(&command));
            ExitCode::from(130)
        }
        Err(JobEnd::Failed(failure) | JobEnd::Broken(failure)) => {
            eprintln!("error: {}", one_line(&failure));
            ExitCode::FAILURE
        }
    }
}

async fn run(interpret: &Interpret) -> Result<(), JobEnd> {
    check(interpret)?;
    let device = open_device(interpret.device_choice()).await?;
    if device.info.kind != DeviceChoice::Cpu {
        eprintln!("note: computing on {}", device.info.name);
    }
    let (tree, maps) = open_maps(&interpret.maps, &interpret.data_group).await?;
    for warning in &maps.warnings {
        eprintln!("note: {warning}");
    }
    let options = interpret.interpret_options(target_node(interpret.target_node, maps.config.output_size)?);
    let stored = maps.data_group(&tree, &options.data_group, first_split(&maps)).await.ok().flatten();
    let offered = offered(interpret, &maps, stored.as_ref()).await?;
    let resolved = resolve(&maps, &tree, &options, offered, interpret.shard).await?;
    for warning in &resolved.warnings {
        eprintln!("note: {warning}");
    }
    let mut cohorts = cohorts_of(interpret, &resolved, &maps).await?;
    cohorts.warnings().for_each(|warning| eprintln!("note: {warning}"));
    let console = Console::new(interpret.quiet);
    let store = FolderStore::new(interpret.maps.clone());
    let run = GroupRun {
        maps: &maps,
        tree: &tree,
        resolved: &resolved,
        options: &options,
        shard: interpret.shard,
        device: &device,
        store: &store,
        host: &console,
    };
    let checked = run.check(&mut cohorts).await?;
    let side_cars = run.run(checked, &mut cohorts).await;
    console.finish();
    let side_cars = side_cars?;
    print_summary(&side_cars);
    check_any_map(&side_cars)
}

async fn run_merge(command: &Merge) -> Result<(), JobEnd> {
    let (tree, maps) = open_maps(&command.maps, &command.data_group).await?;
    let group = maps.data_group(&tree, &command.data_group, first_split(&maps)).await?;
    let defined = maps.defined_groups(&tree).join(", ");
    let unknown = || JobEnd::because(format!("{} has no data group {}; it has {defined}", maps.name, command.data_group), "check the name");
    let group = group.ok_or_else(unknown)?;
    let caps = stored_caps(&command.maps, &group)?;
    let mut groups = vec![group];
    for split in maps.splits.iter().skip(1) {
        groups.extend(maps.data_group(&tree, &command.data_group, split.number).await.ok().flatten());
    }
    let mut cohorts = open_cohorts(&caps, &groups.iter().collect::<Vec<_>>(), &maps).await?;
    let console = Console::new(command.quiet);
    let store = FolderStore::new(command.maps.clone());
    let merged = merge(&maps, &command.data_group, &command.name, &mut cohorts, &store, &console).await;
    console.finish();
    merged.map(|side_cars| print_summary(&side_cars))
}

/// The split whose data group stands for all of that name.
fn first_split(maps: &Maps) -> u32 {
    maps.splits.first().map_or(0, |split| split.number)
}

/// Checks what clap cannot check.
fn check(interpret: &Interpret) -> Result<(), JobEnd> {
    if interpret.amp {
        return Err(JobEnd::because("--amp asks for half precision", "leave it out: maps are computed in float32, on every device"));
    }
    if interpret.shard.is_some() && (interpret.overwrite || interpret.overwrite_name) {
        let what = "--shard cannot be combined with --overwrite or --overwrite_name: parts run at the same time";
        return Err(JobEnd::because(what, "erase the old results first"));
    }
    Ok(())
}

/// The output node that a number names, of so many: as in Python, negative ones count from the end.
fn target_node(number: i64, n_nodes: usize) -> Result<usize, JobEnd> {
    let from_end = |number: i64| n_nodes.checked_sub(usize::try_from(number.unsigned_abs()).ok()?);
    let node = if number < 0 { from_end(number) } else { usize::try_from(number).ok() };
    node.filter(|&node| node < n_nodes).ok_or_else(|| {
        let what = format!(
            "output node {number} does not exist: the network has nodes 0 to {}, or -{n_nodes} to -1 counted from the end",
            n_nodes.saturating_sub(1)
        );
        JobEnd::because(what, "give --target_node one of them")
    })
}

/// Opens the folder as a MAPS for a run over `data_group`. Results are written into this folder, so a MAPS further down is refused.
async fn open_maps(folder: &Path, data_group: &str) -> Result<(FileTree, Maps), JobEnd> {
    let tree = tree_of_folder(folder)?;
    check_read(&tree, data_group)?;
    let maps = match Maps::open(&tree).await {
        Err(MapsError::NoMapsJson { .. }) => {
            let what = format!("{}: there is no maps.json in this folder", folder.display());
            return Err(JobEnd::because(what, "give the MAPS folder itself, the one that holds maps.json (and split-0, groups …)"));
        }
        opened => opened?,
    };
    match maps.root.split_once('/') {
        None => Ok((tree, maps)),
        Some((_, below)) => {
            let what = format!("{}: there is no maps.json in this folder, but in {below} below it", folder.display());
            Err(JobEnd::because(what, format!("give {}", folder.join(below).display())))
        }
    }
}

/// Checks that nothing of a MAPS that a run over `data_group` needs could not be read: configuration, checkpoints, the group and
/// its results. Other parts are passed over with a note.
fn check_read(tree: &FileTree, data_group: &str) -> Result<(), JobEnd> {
    let is_split = |folder: &str| folder.starts_with("split-") || folder.starts_with("fold-");
    let is_needed = |path: &str| match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["maps.json" | "groups"] => true,
        ["groups", below, ..] => *below == data_group || *below == "train+validation.tsv",
        [split] => is_split(split),
        [split, selection] => is_split(split) && selection.starts_with("best-"),
        [split, selection, below, ..] => {
            is_split(split) && selection.starts_with("best-") && (*below == data_group || *below == "model.pth.tar")
        }
        [] => true,
    };
    for (path, reason) in tree.unread() {
        if is_needed(path) {
            return Err(FileError::Unreadable { path: path.to_owned(), reason: reason.to_owned() }.into());
        }
        eprintln!("note: {path}: passed over, since it could not be read ({reason})");
    }
    Ok(())
}

/// Opens the device that was asked for, and no other: another one could be slower by a factor of ten.
async fn open_device(choice: DeviceChoice) -> Result<OpenDevice, JobEnd> {
    let hint = "install a driver of the graphics card (on Linux: Vulkan), or give --device cpu";
    device::open_as_asked(choice).await.map_err(|reason| JobEnd::because(format!("--device wgpu: {reason}"), hint))
}

/// The participants and the CAPS that the options give for a new group, which may be `stored` already.
async fn offered(interpret: &Interpret, maps: &Maps, stored: Option<&DataGroup>) -> Result<Offered, JobEnd> {
    let mut offered = Offered { multi_cohort: interpret.multi_cohort, ..Offered::default() };
    if let Some(path) = &interpret.participants_tsv {
        offered.sessions = Some(read_participants(interpret, path, maps).await?);
    }
    if let Some(path) = &interpret.caps_directory {
        let same = stored.map(|stored| &stored.caps_directory).filter(|stored| is_same_place(path, Path::new(stored)));
        offered.caps_directory = Some(same.cloned().unwrap_or_else(|| path.display().to_string()));
    }
    Ok(offered)
}

/// Whether two paths lead to the same file or folder, in whatever words.
fn is_same_place(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Opens the images of the group: of a new one, those that were given; a stored one brings its own, whatever was given.
async fn cohorts_of(interpret: &Interpret, resolved: &Resolved, maps: &Maps) -> Result<Cohorts, JobEnd> {
    let groups: Vec<&DataGroup> = resolved.by_split.values().collect();
    let Some(first) = groups.first() else { return Ok(Cohorts::default()) };
    let given = interpret.caps_directory.clone().filter(|_| !resolved.definition.is_empty());
    let path = given.map_or_else(|| stored_caps(&interpret.maps, first), Ok)?;
    open_cohorts(&path, &groups, maps).await
}

/// The path of the CAPS that a stored group names.
fn stored_caps(maps_folder: &Path, group: &DataGroup) -> Result<PathBuf, JobEnd> {
    let path = PathBuf::from(&group.caps_directory);
    if path.exists() {
        return Ok(path);
    }
    let what = format!("{}: the CAPS of the data group, as {} names it, is not there", group.caps_directory, maps_folder.display());
    Err(JobEnd::because(what, "run from the folder that the path is relative to, or define a group of another name"))
}

/// Prints the number of maps to standard output, and warnings and sessions that were left out to standard error.
fn print_summary(side_cars: &[SideCar]) {
    for side_car in side_cars {
        let (model, report) = (&side_car.model, &side_car.report);
        println!("split {} best {}: {} maps", model.split, model.selection, report.n_maps());
        report.left_out().iter().for_each(|sentence| eprintln!("left out: {sentence}"));
        report.warnings.iter().for_each(|warning| eprintln!("note: {warning}"));
    }
}

/// Checks that each checkpoint has a map: a run without any map is an error, even though each session's problem was reported.
fn check_any_map(side_cars: &[SideCar]) -> Result<(), JobEnd> {
    let is_empty = |side_car: &SideCar| side_car.report.n_maps() == 0 && !side_car.report.left_out().is_empty();
    match side_cars.iter().find(|side_car| is_empty(side_car)) {
        None => Ok(()),
        Some(SideCar { model, .. }) => {
            let what = format!("split {} best {}: no map could be computed, every session was left out", model.split, model.selection);
            Err(JobEnd::because(what, "mend what is said above and run again with --overwrite_name"))
        }
    }
}

/// How to resume a command that was stopped. Options that erase results must be left out, or the run begins again.
fn how_to_resume(command: &Command) -> &'static str {
    match command {
        Command::Interpret(interpret) if interpret.overwrite || interpret.overwrite_name => {
            "the same command without --overwrite and --overwrite_name goes on from here"
        }
        Command::Interpret(_) => "the same command goes on from here",
        Command::Merge(_) => "nothing was removed: run the same command again",
        Command::Plot(_) => "run the same command again",
    }
}

fn one_line(failure: &Failure) -> String {
    format!("{}; {}", failure.what, failure.hint).replace('\n', " ")
}

/// The sessions in the table of participants, or in the tables of several cohorts.
async fn read_participants(interpret: &Interpret, path: &Path, maps: &Maps) -> Result<Vec<GroupSession>, JobEnd> {
    let (diagnoses, label) = (diagnoses(interpret, maps), maps.config.label.as_deref());
    participants::check_is_table(&path.display().to_string())?;
    let table = read_table(path).await?;
    if !interpret.multi_cohort {
        return Ok(participants::sessions_of_single_cohort(&table, diagnoses, label)?);
    }
    let Some(caps) = &interpret.caps_directory else {
        return Err(JobEnd::because(
            "--multi_cohort and --participants_tsv need --caps_directory, too",
            "give the table of the cohorts' CAPS",
        ));
    };
    participants::check_is_table(&caps.display().to_string())?;
    let mut tables = Vec::new();
    for cohort in participants::cohorts(&table, &read_table(caps).await?, diagnoses)? {
        let table = read_table(Path::new(&cohort.participants_path)).await?;
        tables.push((cohort, table));
    }
    Ok(participants::sessions_of_cohorts(&tables, label)?)
}

/// The diagnoses that were asked for; by default, those that the model was trained on.
fn diagnoses<'a>(interpret: &'a Interpret, maps: &'a Maps) -> &'a [String] {
    if interpret.diagnoses.is_empty() { &maps.config.diagnoses } else { &interpret.diagnoses }
}

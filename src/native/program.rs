//! The program of the command line: reads folders, runs the engine, writes results into the MAPS.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::console::Console;
use super::folder::{FolderStore, tree_of_file, tree_of_folder};
use super::options::{Command, CommandLine, Interpret, Merge};
use super::plot::plot;
use crate::engine::group::{GroupRun, Offered, SideCar, merge, resolve};
use crate::engine::study::device::{self, OpenDevice};
use crate::engine::{Cohorts, JobEnd};
use crate::files::FileTree;
use crate::maps::GroupSession;
use crate::maps::{Maps, MapsError, participants};
use crate::protocol::{DeviceChoice, Failure};
use crate::tsv::Table;

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
    let target_node = check(interpret)?;
    let options = interpret.interpret_options(target_node);
    let device = open_device(interpret.device_choice()).await?;
    if device.info.kind != DeviceChoice::Cpu {
        eprintln!("note: computing on {}", device.info.name);
    }
    let (tree, maps) = open_maps(&interpret.maps).await?;
    for warning in &maps.warnings {
        eprintln!("note: {warning}");
    }
    let (offered, mut cohorts) = offered(interpret, &maps).await?;
    let resolved = resolve(&maps, &tree, &options, offered, interpret.shard).await?;
    for warning in &resolved.warnings {
        eprintln!("note: {warning}");
    }
    if let Some(group) = resolved.by_split.values().next().filter(|_| resolved.definition.is_empty()) {
        // A stored group brings its own CAPS, whatever was given.
        cohorts = stored_cohorts(&interpret.maps, &group.caps_directory, group.multi_cohort, &maps).await?;
    }
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
    let (tree, maps) = open_maps(&command.maps).await?;
    let split = maps.splits.first().map_or(0, |split| split.number);
    let group = maps.data_group(&tree, &command.data_group, split).await?;
    let defined = maps.defined_groups(&tree).join(", ");
    let unknown = || JobEnd::because(format!("{} has no data group {}; it has {defined}", maps.name, command.data_group), "check the name");
    let group = group.ok_or_else(unknown)?;
    let mut cohorts = stored_cohorts(&command.maps, &group.caps_directory, group.multi_cohort, &maps).await?;
    let console = Console::new(command.quiet);
    let store = FolderStore::new(command.maps.clone());
    let merged = merge(&maps, &command.data_group, &command.name, &mut cohorts, &store, &console).await;
    console.finish();
    merged.map(|side_cars| print_summary(&side_cars))
}

/// Checks what clap cannot check, and gives the target node.
fn check(interpret: &Interpret) -> Result<usize, JobEnd> {
    if interpret.amp {
        return Err(JobEnd::because("--amp asks for half precision", "leave it out: maps are computed in float32, on every device"));
    }
    if interpret.shard.is_some() && (interpret.overwrite || interpret.overwrite_name) {
        let what = "--shard cannot be combined with --overwrite or --overwrite_name: parts run at the same time";
        return Err(JobEnd::because(what, "erase the old results first"));
    }
    let negative = |_| {
        let what = format!("output node {} does not exist: nodes are counted from 0", interpret.target_node);
        JobEnd::because(what, "give --target_node a number from 0")
    };
    usize::try_from(interpret.target_node).map_err(negative)
}

/// Opens the folder as a MAPS. Results are written into this folder, so a MAPS further down is refused.
async fn open_maps(folder: &Path) -> Result<(FileTree, Maps), JobEnd> {
    let tree = tree_of_folder(folder)?;
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

/// Opens the device that was asked for, and no other: another one could be slower by a factor of ten.
async fn open_device(choice: DeviceChoice) -> Result<OpenDevice, JobEnd> {
    let hint = "install a driver of the graphics card (on Linux: Vulkan), or give --device cpu";
    device::open_as_asked(choice).await.map_err(|reason| JobEnd::because(format!("--device wgpu: {reason}"), hint))
}

/// The participants and images that the options give for a new group.
async fn offered(interpret: &Interpret, maps: &Maps) -> Result<(Offered, Cohorts), JobEnd> {
    let mut offered = Offered { multi_cohort: interpret.multi_cohort, ..Offered::default() };
    let mut cohorts = Cohorts::default();
    if let Some(path) = &interpret.participants_tsv {
        offered.sessions = Some(read_participants(interpret, path, maps).await?);
    }
    if let Some(path) = &interpret.caps_directory {
        offered.caps_directory = Some(path.display().to_string());
        cohorts = open_cohorts(path, interpret.multi_cohort, maps).await?;
    }
    Ok((offered, cohorts))
}

/// Opens the CAPS that a stored group names.
async fn stored_cohorts(maps_folder: &Path, caps_directory: &str, multi_cohort: bool, maps: &Maps) -> Result<Cohorts, JobEnd> {
    let path = Path::new(caps_directory);
    if !path.exists() {
        let what = format!("{caps_directory}: the CAPS of the data group, as {} names it, is not there", maps_folder.display());
        return Err(JobEnd::because(what, "run from the folder that the path is relative to, or define a group of another name"));
    }
    open_cohorts(path, multi_cohort, maps).await
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

/// Opens the CAPS of one cohort, or all CAPS of a table of cohorts.
async fn open_cohorts(path: &Path, multi_cohort: bool, maps: &Maps) -> Result<Cohorts, JobEnd> {
    let mut folders: BTreeMap<String, PathBuf> = BTreeMap::new();
    if multi_cohort {
        let table = read_table(path).await?;
        folders.extend(participants::caps_of_cohorts(&table)?.into_iter().map(|(cohort, path)| (cohort, PathBuf::from(path))));
    } else {
        folders.insert(participants::SINGLE_COHORT.to_owned(), path.to_owned());
    }
    let mut cohorts = Cohorts::default();
    for (cohort, folder) in folders {
        if !folder.is_dir() {
            let what = format!("{}: the CAPS is not a folder", folder.display());
            return Err(JobEnd::because(what, "give the folder that holds subjects/"));
        }
        let opened = cohorts.open(cohort, tree_of_folder(&folder)?, &maps.config).await;
        opened.map_err(|ended| about_folder(ended, &folder))?;
    }
    Ok(cohorts)
}

/// The failure with the folder in front, unless its text begins with the folder's name.
fn about_folder(ended: JobEnd, folder: &Path) -> JobEnd {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match ended {
        JobEnd::Failed(failure) if failure.what.starts_with(&*name) => JobEnd::Failed(failure),
        other => other.about(&folder.display().to_string()),
    }
}

/// Reads a table from a file of the machine.
async fn read_table(path: &Path) -> Result<Table, JobEnd> {
    let name = path.display().to_string();
    let tree: FileTree = tree_of_file(path)?;
    let file = tree.paths().next().unwrap_or_default().to_owned();
    Ok(Table::read(&name, &tree.read(&file).await?)?)
}

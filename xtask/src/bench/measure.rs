//! Works through the list: checks each engine's map first, then lets the engines take turns.

use std::fs;
use std::path::{Path, PathBuf};

use super::Options;
use super::child::Engine as Running;
use super::engines::{ENGINES, Engine, Setup};
use super::json::Fields;
use super::table::{Row, Verdict};
use super::verify::{Comparison, compare};
use super::works::Work;
use super::{cases, table};
use crate::paths;
use crate::run::Outcome;

/// Turns of a work by the seconds that it takes.
const TURNS: [(f64, usize); 3] = [(2.0, 7), (30.0, 3), (f64::INFINITY, 1)];

/// Maps of a quick work before it is timed: browsers compile WebAssembly that runs often once more, and better, meanwhile.
const WARM_UP: usize = 10;

/// Measures all that was asked for. What cannot be measured has a row that says why.
pub fn all(options: &Options, setup: &Setup) -> Vec<Row> {
    let mut rows = Vec::new();
    for work in &options.works {
        let wanted = |engine: &&Engine| options.engines.contains(&engine.name) && work.engines.iter().any(|word| engine.is_meant_by(word));
        let engines: Vec<&Engine> = ENGINES.iter().filter(wanted).collect();
        if engines.is_empty() {
            continue;
        }
        let measured = race(work, &engines, options, setup);
        measured.iter().for_each(|row| eprintln!("{}", table::line(row)));
        rows.extend(measured);
    }
    rows
}

/// One engine in one work.
struct Racer {
    row: Row,
    /// `None` once it is out of the race.
    running: Option<Running>,
    turns: usize,
    /// The image that it has seen last: the next turn takes the other one.
    last_input: usize,
    taken: Vec<Fields>,
}

fn race(work: &Work, engines: &[&Engine], options: &Options, setup: &Setup) -> Vec<Row> {
    let folder = setup.python().and_then(|python| cases::folder_of(work.case, &python));
    let mut racers: Vec<Racer> = engines.iter().map(|engine| Racer::enter(engine, work, &folder, options, setup)).collect();
    let most = racers.iter().map(|racer| racer.turns).max().unwrap_or(0);
    for turn in 0..most {
        racers.iter_mut().filter(|racer| racer.turns > turn).for_each(|racer| racer.take_turn(work));
    }
    racers.into_iter().map(Racer::finish).collect()
}

impl Racer {
    /// Starts an engine, checks its map, and warms it up.
    fn enter(engine: &Engine, work: &Work, folder: &Outcome<PathBuf>, options: &Options, setup: &Setup) -> Self {
        eprintln!("xtask: {}: {} on {} thread(s)", work.name, engine.name, engine.threads);
        let mut racer = Racer { row: Row::new(engine, work), running: None, turns: 0, last_input: 1, taken: Vec::new() };
        if let Err(reason) = folder.clone().and_then(|folder| racer.warm_up(engine, work, &folder, options.runs, setup)) {
            racer.drop_out(reason);
        }
        racer
    }

    fn warm_up(&mut self, engine: &Engine, work: &Work, folder: &Path, runs: Option<usize>, setup: &Setup) -> Outcome<()> {
        let mut running = Running::start(&mut setup.command(engine)?)?;
        let loaded = running.load(work, folder)?;
        self.row.load_s = loaded.number("wall_s");
        self.row.version = loaded.text("version").unwrap_or_default().to_owned();
        let seconds = match work.kind {
            "redraw" => running.run(0, 1)?.number("wall_s"),
            _ => Some(self.check(&mut running, work, folder)?),
        };
        if self.row.verdict != Verdict::Wrong {
            let seconds = seconds.unwrap_or(0.0);
            if seconds <= TURNS[0].0 && matches!(work.kind, "gradients" | "gradcam" | "target") {
                // An even number of images in turn: the last one is again image 1.
                running.run(0, WARM_UP)?;
            }
            self.turns = runs.unwrap_or_else(|| turns_of(seconds));
            self.running = Some(running);
        }
        Ok(())
    }

    /// Compares the engine's maps of both images with PyTorch's, of one only if that takes long; gives the seconds of the last one.
    fn check(&mut self, running: &mut Running, work: &Work, folder: &Path) -> Outcome<f64> {
        let mut seconds = 0.0;
        for input in 0..2 {
            let (comparison, taken) = compared(running, work, folder, input)?;
            (self.row.first_s, seconds) = (self.row.first_s.or(Some(taken)), taken);
            self.last_input = input;
            self.row.comparison = self.row.comparison.filter(|before| before.cosine <= comparison.cosine).or(Some(comparison));
            self.row.verdict = if comparison.is_right() { Verdict::Right } else { Verdict::Wrong };
            if self.row.verdict == Verdict::Wrong || turns_of(taken) == 1 {
                break;
            }
        }
        Ok(seconds)
    }

    fn take_turn(&mut self, work: &Work) {
        let Some(running) = &mut self.running else { return };
        let input = 1 - self.last_input;
        self.last_input = (input + work.repeat - 1) % 2;
        match running.run(input, work.repeat) {
            Ok(fields) => self.taken.push(fields),
            Err(reason) => self.drop_out(reason),
        }
    }

    fn drop_out(&mut self, reason: String) {
        eprintln!("xtask: {}: {reason}", self.row.engine);
        self.row.note = Some(reason);
        self.running = None;
        self.turns = 0;
    }

    fn finish(mut self) -> Row {
        if self.row.note.is_none() {
            let median = |name: &str| median(self.taken.iter().filter_map(|fields| fields.number(name)).collect());
            let largest = |name: &str| self.taken.iter().filter_map(|fields| fields.number(name)).reduce(f64::max);
            let each = |seconds: Option<f64>| seconds.map(|seconds| seconds / self.row.repeat as f64);
            let row = &self.row;
            self.row = Row {
                runs: self.taken.len(),
                wall_s: each(median("wall_s")),
                cpu_s: each(median("cpu_s")),
                peak_mib: largest("peak_mib"),
                rss_mib: largest("rss_mib"),
                gpu_mib: largest("gpu_mib"),
                binding_mib: largest("binding_mib"),
                ..row.clone()
            };
        }
        self.row
    }
}

/// Lets an engine compute the map of an image; gives how it compares, and the seconds that it took.
fn compared(running: &mut Running, work: &Work, folder: &Path, input: usize) -> Outcome<(Comparison, f64)> {
    let method = if matches!(work.kind, "gradcam" | "read") { "gradcam" } else { "gradients" };
    let path = paths::cache().join("bench").join(format!("map-{}.f32", std::process::id()));
    let answer = running.values(input, &path)?;
    let comparison = compare(&path, &folder.join(format!("{method}-{input}.f32")));
    // Nobody misses the file where it cannot be removed.
    let _ = fs::remove_file(&path);
    Ok((comparison?, answer.number("wall_s").unwrap_or(0.0)))
}

fn turns_of(seconds: f64) -> usize {
    TURNS.iter().find(|(limit, _)| seconds <= *limit).map_or(1, |(_, turns)| *turns)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}

//! `cargo xtask bench`: our engines beside their peers, on the same weights and images, in one table.

mod cases;
mod child;
mod engines;
mod goals;
mod json;
mod measure;
mod table;
mod verify;
mod works;

use crate::args::Args;
use crate::run::Outcome;
use engines::{ENGINES, Setup};
use works::{WORKS, Work};

const HELP: &str = "\
cargo xtask bench [OPTIONS]

Measures our engines beside their peers and prints one table: CPU-seconds, wall seconds, peak memory. What the peers need (Python with
PyTorch, npm packages, Chromium) it sets up itself; where that fails, their rows say so. Every engine first computes a map that
is compared with PyTorch's: one that computes wrongly is listed as wrong and not timed. The engines then take turns; the
median counts, of seven turns (three of works of more than 2 s, one of works of more than 30 s).

  --only ENGINE,…   these engines only
  --work WORK,…     these works only; a name that ends in * stands for all that begin so
  --runs N          N turns each
  --json            rows as JSON, and progress on standard error
  --list            names of engines and works
  --no-build        our engines as they were built last
  --help            this text
";

/// What was asked for on the command line.
struct Options {
    engines: Vec<&'static str>,
    works: Vec<&'static Work>,
    runs: Option<usize>,
    json: bool,
    no_build: bool,
}

/// Runs the command.
pub fn command(mut args: Args) -> Outcome<()> {
    if args.wants_help(HELP) {
        return Ok(());
    }
    if args.flag("--list") {
        return list();
    }
    let options = options(&mut args)?;
    args.finish()?;
    let setup = Setup::new(options.no_build);
    let rows = measure::all(&options, &setup);
    if options.json {
        println!("{}", table::json(&rows));
    } else {
        print!("\n{}\n{}", table::text(&rows), goals::text(&rows));
    }
    Ok(())
}

fn list() -> Outcome<()> {
    println!("engines:\n  {}", names_of_engines().join("\n  "));
    println!("works:");
    for work in WORKS {
        println!("  {:<28} {}", work.name, work.engines.join(" "));
    }
    Ok(())
}

fn options(args: &mut Args) -> Outcome<Options> {
    let engines = match args.value("--only")? {
        None => names_of_engines(),
        Some(names) => chosen(&names, &names_of_engines(), |name| name)?,
    };
    let works: Vec<&'static Work> = WORKS.iter().collect();
    let works = match args.value("--work")? {
        None => works,
        Some(names) => chosen(&names, &works, |work| work.name)?,
    };
    let number = |text: String| text.parse().ok().filter(|n| *n > 0).ok_or(format!("--runs wants a number from 1, not {text}"));
    let runs = args.value("--runs")?.map(number).transpose()?;
    Ok(Options { engines, works, runs, json: args.flag("--json"), no_build: args.flag("--no-build") })
}

/// Names without repetition: an engine may be listed with one thread and with two.
fn names_of_engines() -> Vec<&'static str> {
    let mut names: Vec<&str> = ENGINES.iter().map(|engine| engine.name).collect();
    names.dedup();
    names
}

/// The items that a list of names means, in the order of the table.
fn chosen<T: Copy>(names: &str, items: &[T], name_of: impl Fn(T) -> &'static str) -> Outcome<Vec<T>> {
    let matches = |pattern: &str, item: T| match pattern.strip_suffix('*') {
        Some(start) => name_of(item).starts_with(start),
        None => name_of(item) == pattern,
    };
    if let Some(unknown) = names.split(',').find(|name| !items.iter().any(|item| matches(name, *item))) {
        return Err(format!("there is no `{unknown}` (see cargo xtask bench --list)"));
    }
    Ok(items.iter().copied().filter(|item| names.split(',').any(|name| matches(name, *item))).collect())
}

#[cfg(test)]
mod tests {
    use super::{WORKS, chosen, names_of_engines};

    #[test]
    fn names_and_beginnings_of_names() {
        let items = ["growth-32", "growth-64", "redraw"];
        assert_eq!(chosen("redraw,growth-32", &items, |item| item), Ok(vec!["growth-32", "redraw"]));
        assert_eq!(chosen("growth-*", &items, |item| item), Ok(vec!["growth-32", "growth-64"]));
        assert!(chosen("growth", &items, |item| item).is_err_and(|message| message.contains("growth")));
    }

    #[test]
    fn works_name_engines_that_exist() {
        let engines = names_of_engines();
        for work in WORKS {
            for engine in work.engines {
                assert!(engines.contains(&engine.trim_end_matches("/2")), "{}: {engine}", work.name);
            }
        }
    }
}

//! The product's engine on this machine's CPU as one of the engines that `cargo xtask bench` measures (protocol: benches/README.md).
//!
//! Reads one request a line from standard input and answers each with one line. `RAYON_NUM_THREADS` says how many threads compute.

mod meter;
mod protocol;
mod redraw;
mod study;

use std::io::{BufRead, Write};

use meter::measured;
use protocol::{Answer, Request, Work};
use redraw::{N_DRAWS, Redraw};
use study::Study;

fn main() {
    // `cargo bench` and `cargo test` start this program, too; without requests it ends at once.
    let mut job = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = serde_json::from_str(&line).map_err(|error| error.to_string()).and_then(|request| work(&mut job, &request));
        let answer = answer.unwrap_or_else(|error| Answer { error: Some(error), ..Answer::default() });
        let text = serde_json::to_string(&answer).unwrap_or_default();
        let mut out = std::io::stdout().lock();
        if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
            break;
        }
    }
}

/// What the last request loaded.
enum Job {
    Study(Box<Study>),
    Redraw(Box<Redraw>),
}

fn work(job: &mut Option<Job>, request: &Request) -> Result<Answer, String> {
    match request {
        Request::Load(case) => measured(|| {
            *job = None;
            *job = Some(match case.work {
                Work::Redraw => Job::Redraw(Box::new(Redraw::open(case)?)),
                _ => Job::Study(Box::new(Study::open(case)?)),
            });
            Ok(None)
        }),
        Request::Run(run) => match job.as_mut().ok_or("nothing is loaded")? {
            Job::Study(study) => measured(|| study.run(run)),
            Job::Redraw(redraw) => measured(|| Ok(redraw.run())).map(|all| Answer { cpu_s: all.cpu_s / N_DRAWS as f64, ..all }),
        },
        Request::Values(values) => match job.as_mut().ok_or("nothing is loaded")? {
            Job::Study(study) => measured(|| study.write_values(values)),
            Job::Redraw(_) => Err("a redraw gives no values to compare".to_owned()),
        },
    }
}

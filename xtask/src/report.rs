//! What the test runners said, counted.

use std::time::{Duration, Instant};

use crate::run::Outcome;

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u64,
    /// Failed.
    pub failed: u64,
}

impl Counts {
    /// Takes the counts from a runner's summary line: libtest's `test result:` or a line of node's spec reporter.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result:") {
            self.passed += number_before(result, " passed");
            self.failed += number_before(result, " failed");
        } else if let Some(passed) = line.strip_prefix("ℹ pass ") {
            self.passed += passed.trim().parse().unwrap_or(0);
        } else if let Some(failed) = line.strip_prefix("ℹ fail ").or_else(|| line.strip_prefix("ℹ cancelled ")) {
            self.failed += failed.trim().parse().unwrap_or(0);
        }
    }

    /// A runner that gave no counts is one test; one that failed without a failed test has failed once (it did not compile, say).
    fn settled(self, outcome: &Outcome<()>) -> Self {
        match outcome {
            Ok(()) if self == Self::default() => Self { passed: 1, failed: 0 },
            Err(_) if self.failed == 0 => Self { failed: 1, ..self },
            _ => self,
        }
    }
}

/// The runners that have run.
#[derive(Default)]
pub struct Report(Vec<(String, Counts, Duration)>);

impl Report {
    /// Runs `work` under a heading and keeps what it counted. A failure is printed and does not stop the others.
    pub fn step(&mut self, name: &str, work: impl FnOnce(&mut Counts) -> Outcome<()>) {
        println!("\n=== {name}");
        let (start, mut counts) = (Instant::now(), Counts::default());
        let outcome = work(&mut counts);
        if let Err(message) = &outcome {
            println!("xtask: {message}");
        }
        self.0.push((name.to_owned(), counts.settled(&outcome), start.elapsed()));
    }

    /// One line per runner and the sum.
    ///
    /// # Errors
    /// If anything failed.
    pub fn finish(self) -> Outcome<()> {
        println!("\n=== summary");
        for (name, counts, time) in &self.0 {
            println!("{name}: {} passed, {} failed in {:.1} s", counts.passed, counts.failed, time.as_secs_f64());
        }
        let sum = |field: fn(&Counts) -> u64| self.0.iter().map(|(_, counts, _)| field(counts)).sum::<u64>();
        let (passed, failed) = (sum(|counts| counts.passed), sum(|counts| counts.failed));
        println!("{passed} passed, {failed} failed");
        if failed == 0 { Ok(()) } else { Err("tests failed".to_owned()) }
    }
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(lines: &[&str]) -> Counts {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn libtest_lines_add_up() {
        let first = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        let second = "test result: FAILED. 1 passed; 2 failed; 0 ignored";
        assert_eq!(counts(&[first, second, "12 passed"]), Counts { passed: 13, failed: 2 });
    }

    #[test]
    fn node_lines_are_read() {
        assert_eq!(counts(&["ℹ tests 6", "ℹ pass 4", "ℹ fail 1", "ℹ cancelled 1"]), Counts { passed: 4, failed: 2 });
    }

    #[test]
    fn silence_counts_as_one() {
        assert_eq!(Counts::default().settled(&Ok(())), Counts { passed: 1, failed: 0 });
        assert_eq!(Counts::default().settled(&Err(String::new())), Counts { passed: 0, failed: 1 });
    }
}

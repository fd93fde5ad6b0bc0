//! Clock, CPU time and peak memory of this process. Where the system has no `/proc`, CPU time and peak are 0.

use std::fs;
use std::time::Instant;

use super::protocol::Answer;

/// Runs `job`, which may say how many seconds of the clock count; else all of them do.
pub fn measured(job: impl FnOnce() -> Result<Option<f64>, String>) -> Result<Answer, String> {
    reset_peak();
    let (start, cpu) = (Instant::now(), cpu_s());
    let wall_s = job()?.unwrap_or_else(|| start.elapsed().as_secs_f64());
    Ok(Answer { error: None, wall_s, cpu_s: cpu_s() - cpu, peak_mib: peak_mib() })
}

/// CPU time of all threads that are alive.
fn cpu_s() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanoseconds = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e9
}

fn reset_peak() {
    // Where the system has no such file the peak is that of the whole program.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_mib() -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

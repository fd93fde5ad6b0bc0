//! What issue and README promise, as ratios of rows of the same run.

use super::table::{Row, Verdict};

/// A bound on the quotient of two figures, or on one figure.
struct Goal {
    what: &'static str,
    /// Engine and work whose figure is to be small.
    ours: (&'static str, &'static str),
    /// Engine and work that it is divided by.
    peer: Option<(&'static str, &'static str)>,
    figure: Figure,
    at_most: f64,
}

#[derive(Clone, Copy)]
enum Figure {
    CpuSeconds,
    WallSeconds,
    /// CPU-seconds by voxel.
    PerVoxel,
    PeakMib,
    GpuMib,
    BindingMib,
}

const fn goal(
    what: &'static str,
    ours: (&'static str, &'static str),
    peer: Option<(&'static str, &'static str)>,
    figure: Figure,
    at_most: f64,
) -> Goal {
    Goal { what, ours, peer, figure, at_most }
}

use Figure::{BindingMib, CpuSeconds, GpuMib, PeakMib, PerVoxel, WallSeconds};

const FULL: &str = "conv5-full-gradients";
const ROI: &str = "conv5-roi50-gradients";
const REDUCED: &str = "conv5-80x96x80-gradients";
const ON_GPU: &str = "conv5-full-webgpu-gradients";

const GOALS: &[Goal] = &[
    goal("wasm, full size, by PyTorch inputs-only", ("maplens-wasm", FULL), Some(("pytorch-inputs-only", FULL)), CpuSeconds, 0.22),
    goal("wasm, full size, by ONNX Runtime Web", ("maplens-wasm", FULL), Some(("onnxruntime-web-wasm", FULL)), CpuSeconds, 0.25),
    goal("wasm, ROI 50³, by ONNX Runtime Web", ("maplens-wasm", ROI), Some(("onnxruntime-web-wasm", ROI)), CpuSeconds, 0.10),
    goal("wasm, ROI 50³, by PyTorch inputs-only", ("maplens-wasm", ROI), Some(("pytorch-inputs-only", ROI)), CpuSeconds, 0.35),
    goal("native, full size, by PyTorch as ClinicaDL", ("maplens-native", FULL), Some(("pytorch-as-clinicadl", FULL)), CpuSeconds, 0.12),
    goal("WebGPU, ROI 50³, by tfjs", ("maplens-webgpu", ROI), Some(("tfjs-webgpu", ROI)), CpuSeconds, 0.1),
    goal("WebGPU, ROI 50³, by stock burn", ("maplens-webgpu", ROI), Some(("burn-stock-webgpu", ROI)), CpuSeconds, 0.2),
    goal("WebGPU, 80×96×80, by tfjs", ("maplens-webgpu", REDUCED), Some(("tfjs-webgpu", REDUCED)), CpuSeconds, 0.1),
    goal("WebGPU, 80×96×80, by stock burn", ("maplens-webgpu", REDUCED), Some(("burn-stock-webgpu", REDUCED)), CpuSeconds, 0.2),
    goal("wasm, Conv5_FC3 full size, peak MiB", ("maplens-wasm", FULL), None, PeakMib, 320.0),
    goal("wasm, Conv4_FC3 full size, peak MiB", ("maplens-wasm", "conv4-full-gradients"), None, PeakMib, 160.0),
    goal("WebGPU, full size, MiB of buffers", ("maplens-webgpu", ON_GPU), None, GpuMib, 400.0),
    goal("WebGPU, full size, largest binding in MiB", ("maplens-webgpu", ON_GPU), None, BindingMib, 128.0),
    goal("another target node, by a full map", ("maplens-wasm", "conv5-full-target"), Some(("maplens-wasm", FULL)), CpuSeconds, 0.6),
    goal("redraw of three planes, p95 in s", ("maplens-native", "redraw-three-planes"), None, WallSeconds, 0.008),
    goal("wasm, time by voxel, 128³ by 64³", ("maplens-wasm", "growth-128"), Some(("maplens-wasm", "growth-64")), PerVoxel, 1.25),
    goal("wasm, time by voxel, 256³ by 64³", ("maplens-wasm", "growth-256"), Some(("maplens-wasm", "growth-64")), PerVoxel, 1.25),
    goal("native, time by voxel, 256³ by 64³", ("maplens-native", "growth-256"), Some(("maplens-native", "growth-64")), PerVoxel, 1.25),
    goal(
        "wasm, peak, 200 by 10 participants",
        ("maplens-wasm", "participants-200"),
        Some(("maplens-wasm", "participants-10")),
        PeakMib,
        1.05,
    ),
    goal("native, peak, 200 by 10", ("maplens-native", "participants-200"), Some(("maplens-native", "participants-10")), PeakMib, 1.05),
];

/// One line for each goal whose rows were measured.
pub fn text(rows: &[Row]) -> String {
    let lines = GOALS.iter().filter_map(|goal| {
        let reached = reached(goal, rows)?;
        let verdict = if reached <= goal.at_most { "reached" } else { "missed" };
        Some(format!("| {} | {reached:.3} | ≤ {} | {verdict} |\n", goal.what, goal.at_most))
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("| goal | measured | wanted | |\n|---|---|---|---|\n{lines}") }
}

fn reached(goal: &Goal, rows: &[Row]) -> Option<f64> {
    let ours = figure(goal.ours, goal.figure, rows)?;
    match goal.peer {
        None => Some(ours),
        Some(peer) => Some(ours / figure(peer, goal.figure, rows)?),
    }
}

fn figure((engine, work): (&str, &str), figure: Figure, rows: &[Row]) -> Option<f64> {
    let is_it = |row: &&Row| row.engine == engine && row.work == work && row.threads == 1 && row.verdict != Verdict::Wrong;
    let row = rows.iter().find(is_it)?;
    match figure {
        CpuSeconds => row.cpu_s,
        WallSeconds => row.wall_s,
        PerVoxel => Some(row.cpu_s? / row.voxels as f64),
        PeakMib => row.peak_mib,
        GpuMib => row.gpu_mib,
        BindingMib => row.binding_mib,
    }
}

#[cfg(test)]
mod tests {
    use super::super::engines::ENGINES;
    use super::super::works::WORKS;
    use super::{FULL, GOALS, Row, Verdict, text};

    fn row(engine: &str, cpu_s: f64) -> Row {
        let engine = ENGINES.iter().find(|known| known.is_meant_by(engine)).expect("an engine");
        let work = WORKS.iter().find(|work| work.name == FULL).expect("a work");
        Row { cpu_s: Some(cpu_s), ..Row::new(engine, work) }
    }

    #[test]
    fn a_ratio_needs_both_rows() {
        let rows = [row("maplens-wasm", 1.0), row("pytorch-inputs-only", 5.0), row("pytorch-inputs-only/2", 1.0)];
        assert!(text(&rows).contains("| 0.200 | ≤ 0.22 | reached |"), "{}", text(&rows));
        assert_eq!(text(&rows[..1]), "");
    }

    #[test]
    fn wrong_engines_do_not_count() {
        let wrong = Row { verdict: Verdict::Wrong, ..row("pytorch-inputs-only", 5.0) };
        assert_eq!(text(&[row("maplens-wasm", 1.0), wrong]), "");
    }

    #[test]
    fn goals_name_works_and_engines_that_exist() {
        let known = |(engine, work): (&str, &str)| {
            WORKS.iter().any(|known| known.name == work && known.engines.contains(&engine))
                && ENGINES.iter().any(|known| known.name == engine)
        };
        for goal in GOALS {
            assert!(known(goal.ours) && goal.peer.is_none_or(known), "{}", goal.what);
        }
    }
}

//! The rows, as a table and as JSON.

use super::engines::Engine;
use super::json::quoted;
use super::verify::Comparison;
use super::works::Work;

/// Whether the engine computes PyTorch's map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was not compared: it did not get so far, or there is no map.
    Unknown,
    /// It does.
    Right,
    /// It does not, and was not timed.
    Wrong,
}

/// One engine in one work. Times are medians of one map.
#[derive(Clone, Debug)]
pub struct Row {
    /// Name of the engine.
    pub engine: &'static str,
    /// Threads that it may use.
    pub threads: usize,
    /// Name of the work.
    pub work: &'static str,
    /// Voxels of the image.
    pub voxels: usize,
    /// Maps of one measurement.
    pub repeat: usize,
    /// What the engine says of itself.
    pub version: String,
    /// Wall seconds of loading weights and images.
    pub load_s: Option<f64>,
    /// Wall seconds of the first map, compilation included.
    pub first_s: Option<f64>,
    /// Measurements.
    pub runs: usize,
    /// Wall seconds.
    pub wall_s: Option<f64>,
    /// CPU-seconds of all threads and processes of the engine.
    pub cpu_s: Option<f64>,
    /// Largest memory in MiB: WebAssembly's for engines in WebAssembly, else the resident size of the process.
    pub peak_mib: Option<f64>,
    /// Largest resident size of a browser's page in MiB.
    pub rss_mib: Option<f64>,
    /// Largest sum of buffers on the graphics device in MiB.
    pub gpu_mib: Option<f64>,
    /// Largest single binding of a buffer in MiB.
    pub binding_mib: Option<f64>,
    /// Whether the map is right.
    pub verdict: Verdict,
    /// How it compares.
    pub comparison: Option<Comparison>,
    /// Why there are no figures.
    pub note: Option<String>,
}

impl Row {
    /// A row without figures.
    pub fn new(engine: &Engine, work: &Work) -> Self {
        Self {
            engine: engine.name,
            threads: engine.threads,
            work: work.name,
            voxels: work.case.shape.iter().product(),
            repeat: work.repeat,
            version: String::new(),
            load_s: None,
            first_s: None,
            runs: 0,
            wall_s: None,
            cpu_s: None,
            peak_mib: None,
            rss_mib: None,
            gpu_mib: None,
            binding_mib: None,
            verdict: Verdict::Unknown,
            comparison: None,
            note: None,
        }
    }
}

/// The table for a terminal and for README: it is Markdown.
pub fn text(rows: &[Row]) -> String {
    let head = "| work | engine | threads | CPU s | wall s | first s | load s | peak MiB | page MiB | GPU MiB | runs | verified |\n\
                |---|---|---|---|---|---|---|---|---|---|---|---|\n";
    rows.iter().fold(head.to_owned(), |text, row| text + &line(row) + "\n")
}

/// One row of the table.
pub fn line(row: &Row) -> String {
    let seconds =
        |value: Option<f64>| value.map_or("–".to_owned(), |value| if value < 1.0 { format!("{value:.4}") } else { format!("{value:.2}") });
    let mib = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.0}"));
    let gpu = match (row.gpu_mib, row.binding_mib) {
        (Some(sum), Some(binding)) => format!("{sum:.0}, largest {binding:.0}"),
        (sum, _) => mib(sum),
    };
    let Row { work, engine, threads, runs, .. } = row;
    let times = [row.cpu_s, row.wall_s, row.first_s, row.load_s].map(seconds).join(" | ");
    let sizes = [row.peak_mib, row.rss_mib].map(mib).join(" | ");
    format!("| {work} | {engine} | {threads} | {times} | {sizes} | {gpu} | {runs} | {} |", verdict(row))
}

fn verdict(row: &Row) -> String {
    if let Some(note) = &row.note {
        return format!("not run: {}", note.lines().next().unwrap_or_default().replace('|', "/"));
    }
    let how = row.comparison.map(|Comparison { off, worst, .. }| format!("max {worst:.1e}, {:.2} % off", 100.0 * off));
    match row.verdict {
        Verdict::Unknown => "–".to_owned(),
        Verdict::Right => format!("yes: {}", how.unwrap_or_default()),
        Verdict::Wrong => format!("WRONG: {}", how.unwrap_or_default()),
    }
}

/// The rows as a JSON list.
pub fn json(rows: &[Row]) -> String {
    format!("[\n{}\n]", rows.iter().map(|row| format!("  {}", object(row))).collect::<Vec<_>>().join(",\n"))
}

fn object(row: &Row) -> String {
    let number = |value: Option<f64>| value.filter(|value| value.is_finite()).map_or("null".to_owned(), |value| format!("{value:.6}"));
    let verified = match row.verdict {
        Verdict::Unknown => "null",
        Verdict::Right => "true",
        Verdict::Wrong => "false",
    };
    let fields = [
        ("engine", quoted(row.engine)),
        ("work", quoted(row.work)),
        ("threads", row.threads.to_string()),
        ("cpu_s", number(row.cpu_s)),
        ("wall_s", number(row.wall_s)),
        ("first_s", number(row.first_s)),
        ("load_s", number(row.load_s)),
        ("peak_mib", number(row.peak_mib)),
        ("page_mib", number(row.rss_mib)),
        ("gpu_mib", number(row.gpu_mib)),
        ("binding_mib", number(row.binding_mib)),
        ("runs", row.runs.to_string()),
        ("verified", verified.to_owned()),
        ("max_difference", number(row.comparison.map(|comparison| comparison.worst))),
        ("share_off", number(row.comparison.map(|comparison| comparison.off))),
        ("version", quoted(&row.version)),
        ("note", row.note.as_deref().map_or("null".to_owned(), quoted)),
    ];
    let fields = fields.map(|(name, value)| format!("{}: {value}", quoted(name)));
    format!("{{{}}}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::engines::ENGINES;
    use super::super::json::Fields;
    use super::super::works::WORKS;
    use super::{Row, Verdict, line, object};

    #[test]
    fn a_row_reads_back_from_json() {
        let row = Row { cpu_s: Some(1.25), verdict: Verdict::Right, ..Row::new(&ENGINES[0], &WORKS[0]) };
        let fields = Fields::read(&object(&row)).expect("a flat object");
        assert_eq!((fields.text("engine"), fields.number("cpu_s")), (Some("maplens-wasm"), Some(1.25)));
        assert_eq!(fields.number("wall_s"), None);
    }

    #[test]
    fn a_row_that_was_not_run_says_why() {
        let row = Row { note: Some("no | torch\nmore".to_owned()), ..Row::new(&ENGINES[0], &WORKS[0]) };
        assert!(line(&row).ends_with("| not run: no / torch |"));
    }
}

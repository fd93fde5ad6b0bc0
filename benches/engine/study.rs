//! A study opened in the engine, and maps of it: the same requests as the page's.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use maplens::engine::{Engine, Host, RequestFiles};
use maplens::files::{FileError, FileSource, FileTree};
use maplens::native::tree_of_folder;
use maplens::pace::LocalFuture;
use maplens::protocol::{Attachment, Convention, DeviceChoice, Event, Explanation, Method, ParticipantKey, Quantity, Request};
use pollster::block_on;

use super::protocol::{Load, Run, Values, Work};

/// An engine with a model and images.
pub struct Study {
    engine: Engine,
    host: BenchHost,
    work: Work,
    model: FileTree,
    participants: Vec<ParticipantKey>,
    n_runs: usize,
}

impl Study {
    /// Opens the files of a case on the CPU.
    pub fn open(load: &Load) -> Result<Self, String> {
        let folder = |path: &str| tree_of_folder(Path::new(path)).map_err(|error| error.to_string());
        let (model, images) = (folder(&load.case.maps)?, folder(&load.case.images)?);
        let (engine, host) = (Engine::default(), BenchHost::default());
        let mut study = Self { engine, host, work: load.work, model, participants: Vec::new(), n_runs: 0 };
        study.ask(Request::ChooseDevice { choice: DeviceChoice::Cpu, threads: None }, RequestFiles::Nothing)?;
        study.read()?;
        match study.ask(Request::OpenImages, given(&images))?.0 {
            Event::Participants(list) => study.participants = list.rows.into_iter().map(|row| row.participant).collect(),
            other => return Err(format!("opening images was answered by {other:?}")),
        }
        Ok(study)
    }

    /// Does the work; gives the seconds that it took without reading images.
    pub fn run(&mut self, run: &Run) -> Result<Option<f64>, String> {
        if self.work == Work::Read {
            return self.read().map(|()| None);
        }
        let mut seconds = 0.0;
        for index in 0..run.repeat {
            self.n_runs += 1;
            seconds += match self.work {
                Work::Target => self.explain(0, self.n_runs % 2)?.0,
                _ => self.explain((run.input + index) % self.participants.len(), 0)?.0,
            };
        }
        Ok(Some(seconds))
    }

    /// Writes the map of an image; for a change of the target, after a map of the other one.
    pub fn write_values(&mut self, values: &Values) -> Result<Option<f64>, String> {
        if self.work == Work::Target {
            self.explain(values.input, 1)?;
        }
        let (seconds, map) = self.explain(values.input, 0)?;
        let bytes: Vec<u8> = map.into_iter().flat_map(f32::to_le_bytes).collect();
        fs::write(&values.path, bytes).map_err(|error| format!("{}: {error}", values.path))?;
        Ok(Some(seconds))
    }

    fn read(&mut self) -> Result<(), String> {
        let given = given(&self.model);
        self.ask(Request::OpenModel, given).map(drop)
    }

    fn explain(&mut self, participant: usize, target: usize) -> Result<(f64, Vec<f32>), String> {
        let method = if matches!(self.work, Work::Gradcam | Work::Read) { Method::GradCam { level: None } } else { Method::Gradients };
        let participant = self.participants.get(participant).ok_or("there is no such image")?.clone();
        let convention = Convention::Clinicadl161;
        let explanation = Explanation { participant, element: 0, method, target, convention, quantity: Quantity::Map };
        match self.ask(Request::Explain(explanation), RequestFiles::Nothing)? {
            (Event::Map(ready), Some(Attachment::Floats(values))) => Ok((ready.milliseconds / 1e3, values.to_vec())),
            (other, _) => Err(format!("a map was answered by {other:?}")),
        }
    }

    fn ask(&mut self, request: Request, given: RequestFiles) -> Result<(Event, Option<Attachment>), String> {
        block_on(self.engine.handle(request, given, &self.host));
        match self.host.last.take() {
            Some((Event::Failed(failure), _)) => Err(format!("{}; {}", failure.what, failure.hint)),
            Some(answer) => Ok(answer),
            None => Err("the engine did not answer".to_owned()),
        }
    }
}

/// The files of a tree, as if they had been chosen one by one.
fn given(tree: &FileTree) -> RequestFiles {
    let shared = Rc::new(tree.clone());
    let source = |path: &str| {
        let file = TreeFile { tree: shared.clone(), path: path.to_owned() };
        (path.to_owned(), Rc::new(file) as Rc<dyn FileSource>)
    };
    RequestFiles::Files(tree.paths().map(source).collect())
}

struct TreeFile {
    tree: Rc<FileTree>,
    path: String,
}

impl FileSource for TreeFile {
    fn len(&self) -> u64 {
        self.tree.size_of(&self.path).unwrap_or(0)
    }

    fn read(&self, range: std::ops::Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        Box::pin(self.tree.read_range(&self.path, range))
    }
}

/// Keeps the last event of a job.
struct BenchHost {
    start: Instant,
    last: RefCell<Option<(Event, Option<Attachment>)>>,
}

impl Default for BenchHost {
    fn default() -> Self {
        Self { start: Instant::now(), last: RefCell::default() }
    }
}

impl Host for BenchHost {
    fn post(&self, event: Event, attachments: Vec<Attachment>) {
        if event.is_final() {
            *self.last.borrow_mut() = Some((event, attachments.into_iter().next()));
        }
    }

    fn pause(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn now_ms(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1e3
    }

    fn memory_bytes(&self) -> Option<u64> {
        None
    }
}

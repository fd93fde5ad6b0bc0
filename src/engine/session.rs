//! The engine: one device, one model, one set of images, one last map; jobs change them one after the other.

use std::rc::Rc;

use super::device::{self, OpenDevice};
use super::failure::{Ended, no_files, no_images, no_map, no_model};
use super::figures::{Backgrounds, FigureFiles};
use super::images::Images;
use super::interpret::kept;
use super::kept_maps::KeptMaps;
use super::model::Model;
use super::progress::Pacer;
use super::single_map::{SingleMap, Warmth, explain};
use super::subject::Subject;
use super::{Host, shelf};
use crate::export::{html::html, svg::svg};
use crate::files::{FileSource, FileTree, MemoryStore, Store, open_uploads};
use crate::protocol::{
    Attachment, ComparisonRequest, DeviceChoice, Event, Explanation, ExportKind, FigureForm, FigureOrder, FigureReady, ParticipantKey,
    Request,
};
use crate::render::figure::Scene;

/// Files that come with a request.
pub enum Given {
    /// None.
    Nothing,
    /// What the user chose: paths and sources.
    Files(Vec<(String, Rc<dyn FileSource>)>),
    /// What a figure is drawn of beside the map.
    Figure(FigureFiles),
    /// The demo study.
    Demo {
        /// Its MAPS.
        model: FileTree,
        /// Its CAPS.
        images: FileTree,
    },
}

/// Owns all state between requests. What a failed or cancelled job would have replaced stays as it was.
pub struct Engine {
    pub(super) device: Option<OpenDevice>,
    pub(super) model: Option<Model>,
    pub(super) images: Option<Images>,
    pub(super) explained: Option<SingleMap>,
    /// What figures of it were drawn on.
    backgrounds: Backgrounds,
    /// Maps before it that the user wants to see beside others.
    kept_maps: KeptMaps,
    /// What the last map left on the device.
    recent: Option<Recent>,
    /// Where results of group runs are kept.
    pub(super) store: Rc<dyn Store>,
    /// Whether the device has computed a map of the model in use.
    warm: bool,
    /// What the user wants to compute on.
    choice: DeviceChoice,
    /// Threads that may help on the CPU, with no memory in common.
    n_helpers: usize,
}

/// An element with what was asked for to get it. Model, images and device are those of the engine: whatever may change
/// them lets go of it first.
struct Recent {
    participant: ParticipantKey,
    element: usize,
    subject: Subject,
}

impl Recent {
    fn is_of(&self, explanation: &Explanation) -> bool {
        self.participant == explanation.participant && self.element == explanation.element
    }
}

impl Default for Engine {
    /// Keeps results in memory.
    fn default() -> Self {
        Self::with_store(Rc::new(MemoryStore::default()))
    }
}

impl Engine {
    /// Keeps results of group runs in a store.
    pub fn with_store(store: Rc<dyn Store>) -> Self {
        Self {
            device: None,
            model: None,
            images: None,
            explained: None,
            backgrounds: Backgrounds::default(),
            kept_maps: KeptMaps::default(),
            recent: None,
            store,
            warm: false,
            choice: DeviceChoice::Auto,
            n_helpers: 0,
        }
    }

    /// Works on one request and posts its events; the last one closes the job.
    pub async fn handle(&mut self, request: Request, given: Given, host: &dyn Host) {
        if let Err(ended) = self.work(request, given, host).await {
            host.post(ended.into_event(), Vec::new());
        }
    }

    async fn work(&mut self, request: Request, given: Given, host: &dyn Host) -> Result<(), Ended> {
        if !keeps_recent(&request) {
            self.recent = None;
            self.backgrounds.forget_all_but_template();
        }
        match request {
            Request::ChooseDevice { choice, threads } => self.choose_device((choice, threads), host).await,
            Request::OpenModel => {
                let tree = tree_of(given).await?;
                self.open_model(tree, host).await
            }
            Request::OpenImages => {
                let tree = tree_of(given).await?;
                self.open_images(tree, host).await
            }
            Request::OpenDemo { .. } => self.open_demo(given, host).await,
            Request::ChooseCheckpoint { split, selection } => self.choose_checkpoint(split, &selection, host).await,
            Request::ListParticipants => self.list_participants(host).await,
            Request::ShowParticipant { participant, element } => self.show(&participant, element, host).await,
            Request::OpenVolume { role, .. } => {
                let Given::Files(files) = given else { return Err(no_files()) };
                let (ready, voxels) = shelf::open_volume(role, files).await?;
                host.post(Event::Volume(Box::new(ready)), vec![Attachment::Floats(Rc::new(voxels))]);
                Ok(())
            }
            Request::Explain(explanation) => self.explain(explanation, host).await,
            Request::Export { kind } => self.export(kind, host).await,
            Request::DrawFigure(order) => self.draw_figure(&order, given, host).await,
            Request::HashMap => self.hash_map(host),
            Request::MeasureMap { explanation, channel } => self.measure_map(&explanation, channel, host).await,
            Request::KeepMap { number, explanation } => self.keep_map(number, &explanation, host),
            Request::ForgetMap { number } => {
                self.kept_maps.forget(number);
                host.post(Event::KeptMaps(self.kept_maps.numbers()), Vec::new());
                Ok(())
            }
            Request::CompareMaps(asked) => self.compare_maps(asked, host).await,
            Request::FindClusters(asked) => self.find_clusters(&asked, host).await,
            Request::Interpret(options) => self.interpret(&options, host).await,
            Request::ListRuns => self.list_runs(host).await,
            Request::ForgetRun { run } => {
                kept::forget(&*self.store, &run).await?;
                self.list_runs(host).await
            }
            Request::PackRun { run } => {
                let (path, name) = kept::pack(&*self.store, &run, &Pacer::new(host)).await?;
                host.post(Event::Packed { path, name }, Vec::new());
                Ok(())
            }
            // A cancel with no job to stop.
            Request::Cancel => Err(Ended::Cancelled),
        }
    }

    async fn choose_device(&mut self, (choice, threads): (DeviceChoice, Option<usize>), host: &dyn Host) -> Result<(), Ended> {
        self.n_helpers = host.helpers().map_or(0, |helpers| helpers.set_threads(threads));
        let device = device::open(choice).await.with_helpers(self.n_helpers);
        self.choice = choice;
        if let Some(model) = &self.model {
            let checkpoint = (model.split, model.selection.as_str());
            self.model = Some(model.reload(checkpoint, &device, &Pacer::new(host), &|| host.now_ms()).await?);
        }
        self.warm = false;
        host.post(Event::Device(device.info.clone()), Vec::new());
        self.device = Some(device);
        Ok(())
    }

    async fn open_model(&mut self, tree: FileTree, host: &dyn Host) -> Result<(), Ended> {
        let device = self.device().await;
        let (pacer, now_ms) = (Pacer::new(host), || host.now_ms());
        let model = match Model::open(tree.clone(), &device, &pacer, &now_ms).await {
            // Whoever left the choice to the program wants a map, wherever: what is too large for a GPU may do on the CPU.
            Err(Ended::Failed(failure)) if self.choice == DeviceChoice::Auto && device.info.kind != DeviceChoice::Cpu => {
                let device = device::cpu(Some(format!("{}: computing on the CPU", failure.what))).with_helpers(self.n_helpers);
                let model = Model::open(tree, &device, &pacer, &now_ms).await?;
                host.post(Event::Device(device.info.clone()), Vec::new());
                self.device = Some(device);
                model
            }
            opened => opened?,
        };
        self.replace_model(model, host);
        Ok(())
    }

    async fn open_images(&mut self, tree: FileTree, host: &dyn Host) -> Result<(), Ended> {
        let mut images = Images::open(tree, self.model.as_ref().map(|model| &model.maps.config)).await?;
        host.post(Event::Participants(images.list().await), Vec::new());
        self.images = Some(images);
        Ok(())
    }

    async fn open_demo(&mut self, given: Given, host: &dyn Host) -> Result<(), Ended> {
        let Given::Demo { model, images } = given else {
            return Err(Ended::because("the demo study was not found", "choose your own model and images"));
        };
        self.open_model(model, host).await?;
        self.open_images(images, host).await
    }

    async fn choose_checkpoint(&mut self, split: u32, selection: &str, host: &dyn Host) -> Result<(), Ended> {
        let device = self.device().await;
        let model = self.loaded_model()?;
        let model = model.reload((split, selection), &device, &Pacer::new(host), &|| host.now_ms()).await?;
        self.replace_model(model, host);
        Ok(())
    }

    /// The images as the model in use takes them, which may be others of a session than before.
    async fn list_participants(&mut self, host: &dyn Host) -> Result<(), Ended> {
        let model = self.model.as_ref().ok_or_else(no_model)?;
        let images = self.images.as_mut().ok_or_else(no_images)?;
        images.look_for(&model.maps.config).await?;
        host.post(Event::Participants(images.list().await), Vec::new());
        Ok(())
    }

    async fn show(&mut self, participant: &ParticipantKey, element: usize, host: &dyn Host) -> Result<(), Ended> {
        let images = self.images.as_mut().ok_or_else(no_images)?;
        let (ready, voxels) = images.show(participant, element).await?;
        host.post(Event::Image(ready), vec![Attachment::Floats(Rc::new(voxels))]);
        Ok(())
    }

    async fn explain(&mut self, explanation: Explanation, host: &dyn Host) -> Result<(), Ended> {
        let device = self.device().await;
        let model = self.model.as_ref().ok_or_else(no_model)?;
        let images = self.images.as_mut().ok_or_else(no_images)?;
        let pacer = Pacer::new(host);
        // Anything else on the device goes before this element comes.
        let mut recent = match self.recent.take().filter(|recent| recent.is_of(&explanation)) {
            Some(recent) => recent,
            None => {
                images.look_for(&model.maps.config).await?;
                let Explanation { participant, element, .. } = &explanation;
                let input = images.input(participant, *element, &model.maps.config, &|| host.now_ms()).await?;
                let subject = Subject::upload(input, &model.network, &pacer).await?;
                Recent { participant: participant.clone(), element: *element, subject }
            }
        };
        let warmth = if self.warm { Warmth::Warm } else { Warmth::Cold };
        let outcome = explain(explanation, &mut recent.subject, (model, &device), warmth, &pacer).await;
        // After a cancel it can be used again; what a device holds that has failed is not asked for.
        if !matches!(outcome, Err(Ended::Failed(_))) {
            self.recent = Some(recent);
        }
        let explained = outcome?;
        self.warm = true;
        host.post(Event::Map(Box::new(explained.ready.clone())), vec![Attachment::Floats(explained.map.values.clone())]);
        self.explained = Some(explained);
        Ok(())
    }

    async fn export(&self, kind: ExportKind, host: &dyn Host) -> Result<(), Ended> {
        let explained = self.explained.as_ref().ok_or_else(no_map)?;
        let (name, mime, mut bytes) = explained.file(kind);
        if kind == ExportKind::Record {
            bytes = self.record(explained, host).await?;
        }
        host.post(Event::File { name, mime: mime.to_owned() }, vec![Attachment::Bytes(bytes)]);
        Ok(())
    }

    async fn draw_figure(&mut self, order: &FigureOrder, given: Given, host: &dyn Host) -> Result<(), Ended> {
        let started = host.now_ms();
        let map = self.explained.as_ref().ok_or_else(no_map)?;
        let files = if let Given::Figure(files) = given { files } else { FigureFiles::default() };
        self.backgrounds.prepare(order, map, self.images.as_mut(), files).await?;
        let (scene, caption) = self.backgrounds.draw(map, order)?;
        let name = map.figure_name();
        let (event, text) = match order.form {
            FigureForm::Html => {
                let file = Event::File { name: name + ".html", mime: "text/html".to_owned() };
                (file, html(&scene, &caption))
            }
            FigureForm::Shown => {
                let text = svg(&scene, &caption);
                let (Scene { size, panels, notes, .. }, milliseconds) = (scene, host.now_ms() - started);
                (Event::Figure(Box::new(FigureReady { name, size, panels, notes, caption, milliseconds })), text)
            }
        };
        host.post(event, vec![Attachment::Bytes(text.into_bytes())]);
        Ok(())
    }

    fn hash_map(&self, host: &dyn Host) -> Result<(), Ended> {
        let hash = self.explained.as_ref().ok_or_else(no_map)?.values_sha256().to_owned();
        host.post(Event::MapHash(hash), Vec::new());
        Ok(())
    }

    /// Whether the file of the template need not be given any more.
    pub fn has_template(&self) -> bool {
        self.backgrounds.has_template()
    }

    /// The record of the last map with the hashes of all that it came from.
    async fn record(&self, explained: &SingleMap, host: &dyn Host) -> Result<Vec<u8>, Ended> {
        let mut record = explained.record.clone();
        record.model.sha256 = self.loaded_model()?.checkpoint_sha256().await?;
        record.input.sha256 = self.images.as_ref().ok_or_else(no_images)?.file_sha256(&record.input.file).await?;
        record.map.sha256 = explained.values_sha256().to_owned();
        record.peak_memory_bytes = host.memory_bytes();
        Ok(record.to_json())
    }

    fn keep_map(&mut self, number: u32, explanation: &Explanation, host: &dyn Host) -> Result<(), Ended> {
        let explained = last_map_of(self.explained.as_ref(), explanation)?;
        self.kept_maps.keep(number, &explained.map)?;
        host.post(Event::KeptMaps(self.kept_maps.numbers()), Vec::new());
        Ok(())
    }

    async fn compare_maps(&mut self, asked: ComparisonRequest, host: &dyn Host) -> Result<(), Ended> {
        let comparison = self.kept_maps.compare(asked, &Pacer::new(host)).await?;
        host.post(Event::Compared(Box::new(comparison)), Vec::new());
        Ok(())
    }

    async fn list_runs(&self, host: &dyn Host) -> Result<(), Ended> {
        host.post(Event::Kept(kept::list(&*self.store).await?), Vec::new());
        Ok(())
    }

    fn replace_model(&mut self, model: Model, host: &dyn Host) {
        host.post(Event::Model(Box::new(model.summary())), Vec::new());
        self.model = Some(model);
        self.warm = false;
        // The last map belongs to the model that made it.
        self.explained = None;
    }

    /// The device in use; the one that suits this machine if none was chosen yet.
    pub(super) async fn device(&mut self) -> OpenDevice {
        if let Some(device) = &self.device {
            return device.clone();
        }
        let device = device::open(DeviceChoice::Auto).await.with_helpers(self.n_helpers);
        self.device.insert(device).clone()
    }

    pub(super) fn loaded_model(&self) -> Result<&Model, Ended> {
        self.model.as_ref().ok_or_else(no_model)
    }
}

/// Whether what the last map left on the device is of use after this request, and not in its way.
fn keeps_recent(request: &Request) -> bool {
    match request {
        Request::Explain(_)
        | Request::Export { .. }
        | Request::DrawFigure(_)
        | Request::HashMap
        | Request::MeasureMap { .. }
        | Request::ShowParticipant { .. }
        | Request::ListParticipants => true,
        Request::ListRuns | Request::ForgetRun { .. } | Request::PackRun { .. } | Request::Cancel => true,
        Request::OpenVolume { .. } => true,
        // Comparing takes half as much memory again as the maps, and the next map is often of the same element.
        Request::KeepMap { .. } | Request::ForgetMap { .. } | Request::CompareMaps(_) => true,
        Request::FindClusters(_) => true,
        Request::ChooseDevice { .. } | Request::OpenModel | Request::OpenImages | Request::OpenDemo { .. } => false,
        // A group run needs the memory.
        Request::ChooseCheckpoint { .. } | Request::Interpret(_) => false,
    }
}

async fn tree_of(given: Given) -> Result<FileTree, Ended> {
    match given {
        Given::Files(files) => Ok(open_uploads(files).await?),
        Given::Nothing | Given::Figure(_) | Given::Demo { .. } => Err(no_files()),
    }
}

/// The last map, if it is what the page takes it for.
pub(super) fn last_map_of<'a>(last: Option<&'a SingleMap>, explanation: &Explanation) -> Result<&'a SingleMap, Ended> {
    let last = last.filter(|last| last.explanation == *explanation);
    last.ok_or_else(|| Ended::because("this map is not the last one any more", "compute it again"))
}

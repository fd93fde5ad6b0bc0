//! The engine: one device, one model, one set of images, one last map; jobs change them one after the other.
//!
//! Here a request finds the function that works on it; those functions stand with what they are about: `study`, `single`,
//! `group` and `views`.

use std::rc::Rc;

use super::Host;
use super::failure::{JobEnd, no_images, no_map, no_model};
use super::request_files::RequestFiles;
use super::single::single_map::SingleMap;
use super::single::subject::RecentSubject;
use super::study::device::{self, OpenDevice};
use super::study::images::Images;
use super::study::model::Model;
use super::views::figures::Backgrounds;
use super::views::kept_maps::KeptMaps;
use crate::files::{MemoryStore, Store};
use crate::protocol::{DeviceChoice, MapIdentity, Request};

/// Owns all state between requests. What a failed or cancelled job would have replaced stays as it was.
pub struct Engine {
    pub(super) device: Option<OpenDevice>,
    pub(super) model: Option<Model>,
    pub(super) images: Option<Images>,
    /// The last map.
    pub(super) explained: Option<SingleMap>,
    /// Backgrounds and masks of figures of the last map.
    pub(super) backgrounds: Backgrounds,
    /// Earlier maps that the user wants to see beside others.
    pub(super) kept_maps: KeptMaps,
    /// What the last map left on the device. Model, images and device are those of the engine: whatever may change them
    /// drops it first.
    pub(super) recent: Option<RecentSubject>,
    /// The store that keeps results of group runs.
    pub(super) store: Rc<dyn Store>,
    /// Whether the device has computed a map of the model in use.
    pub(super) warm: bool,
    /// The user's choice of a device.
    pub(super) choice: DeviceChoice,
    /// Number of threads that may help on the CPU, with no memory in common with this one.
    pub(super) n_helpers: usize,
}

impl Default for Engine {
    /// An engine that keeps results in memory.
    fn default() -> Self {
        Self::with_store(Rc::new(MemoryStore::default()))
    }
}

impl Engine {
    /// An engine that keeps results of group runs in `store`.
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
    pub async fn handle(&mut self, request: Request, files: RequestFiles, host: &dyn Host) {
        if let Err(end) = self.dispatch(request, files, host).await {
            host.post(end.into_event(), Vec::new());
        }
    }

    async fn dispatch(&mut self, request: Request, files: RequestFiles, host: &dyn Host) -> Result<(), JobEnd> {
        if !keeps_recent(&request) {
            self.recent = None;
            self.backgrounds.drop_all_but_template();
        }
        match request {
            Request::ChooseDevice { choice, threads } => self.choose_device(choice, threads, host).await,
            Request::OpenModel => self.open_model(files.into_tree().await?, host).await,
            Request::OpenImages => self.open_images(files.into_tree().await?, host).await,
            Request::OpenDemo { .. } => self.open_demo(files, host).await,
            Request::ChooseCheckpoint { split, selection } => self.choose_checkpoint(split, &selection, host).await,
            Request::ListParticipants => self.list_participants(host).await,
            Request::ShowParticipant { participant, element } => self.show(&participant, element, host).await,
            Request::OpenVolume { role, .. } => self.open_volume(role, files, host).await,
            Request::Explain(explanation) => self.explain(explanation, host).await,
            Request::Export { kind, map } => self.export(kind, &map, host).await,
            Request::DrawFigure(request) => self.draw_figure(&request, files, host).await,
            Request::HashMap { map } => self.hash_map(&map, host),
            Request::MeasureMap { map, channel } => self.measure_map(&map, channel, host).await,
            Request::KeepMap { number, map } => self.keep_map(number, &map, host),
            Request::ForgetMap { number } => self.forget_map(number, host),
            Request::CompareMaps(request) => self.compare_maps(request, host).await,
            Request::FindClusters(request) => self.find_clusters(&request, host).await,
            Request::Interpret(options) => self.interpret(&options, host).await,
            Request::ListRuns => self.list_runs(host).await,
            Request::ForgetRun { run } => self.forget_run(&run, host).await,
            Request::PackRun { run } => self.pack_run(&run, host).await,
            // A cancel with no job to stop.
            Request::Cancel { .. } => Err(JobEnd::Cancelled),
        }
    }

    /// The device in use; the one that suits this machine if none was chosen yet.
    pub(super) async fn device(&mut self) -> OpenDevice {
        if let Some(device) = &self.device {
            return device.clone();
        }
        let device = device::open(DeviceChoice::Auto).await.with_helpers(self.n_helpers);
        self.device.insert(device).clone()
    }

    pub(super) fn loaded_model(&self) -> Result<&Model, JobEnd> {
        self.model.as_ref().ok_or_else(no_model)
    }

    pub(super) fn opened_images(&self) -> Result<&Images, JobEnd> {
        self.images.as_ref().ok_or_else(no_images)
    }

    /// The last map, if it is the one that is asked for.
    pub(super) fn last_map_of(&self, wanted: &MapIdentity) -> Result<&SingleMap, JobEnd> {
        let last = self.explained.as_ref().ok_or_else(no_map)?;
        Some(last)
            .filter(|last| last.is_of(wanted))
            .ok_or_else(|| JobEnd::because("this map is not the last one any more", "compute it again"))
    }
}

/// Whether what the last map left on the device is of use after this request, and not in its way.
fn keeps_recent(request: &Request) -> bool {
    match request {
        Request::Explain(_)
        | Request::Export { .. }
        | Request::DrawFigure(_)
        | Request::HashMap { .. }
        | Request::MeasureMap { .. }
        | Request::ShowParticipant { .. }
        | Request::ListParticipants => true,
        Request::ListRuns | Request::ForgetRun { .. } | Request::PackRun { .. } | Request::Cancel { .. } => true,
        Request::OpenVolume { .. } => true,
        // Comparing takes half as much memory again as the maps, and the next map is often of the same element.
        Request::KeepMap { .. } | Request::ForgetMap { .. } | Request::CompareMaps(_) => true,
        Request::FindClusters(_) => true,
        Request::ChooseDevice { .. } | Request::OpenModel | Request::OpenImages | Request::OpenDemo { .. } => false,
        // A group run needs the memory.
        Request::ChooseCheckpoint { .. } | Request::Interpret(_) => false,
    }
}

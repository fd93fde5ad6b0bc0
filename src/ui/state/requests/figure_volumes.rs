//! The page's backgrounds and masks in a figure. The engine keeps none of them, so their voxels are sent with each request:
//! as files of the browser, of which the engine reads those that it does not have from the last figure.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Failure, FigureRequest, FigureVolume};
use crate::render::figure::{FigureGround, FigureView};
use crate::ui::state::extra_volumes::ExtraVolume;
use crate::ui::state::figure::{FigureVolumes, SentVolumes};
use crate::ui::state::study::Study;
use crate::ui::text::figure as text;
use crate::web::picked_files::{PickedFile, file_of_floats};
use crate::web::words_of;

impl Study {
    /// The background that the fields name, as far as it is open, and the regions that the planes show.
    pub fn figure_volumes(&self, view: &FigureView) -> FigureVolumes {
        let own = if view.ground == FigureGround::Own { self.extra_volumes.0.read().own.as_deref().map(FigureVolume::from) } else { None };
        let ground = if view.ground == FigureGround::Own && own.is_none() { FigureGround::Image } else { view.ground };
        let regions = if view.masks.style().is_some() { self.extra_volumes.shown_regions() } else { Vec::new() };
        FigureVolumes { ground, own, masks: regions.iter().map(|volume| FigureVolume::from(volume.as_ref())).collect() }
    }

    /// The files of a request's volumes, in the request's order, if all of them were sent with the last request.
    pub(super) fn figure_files(&self, request: &FigureRequest) -> Option<Vec<PickedFile>> {
        request.volumes().map(|volume| self.sent_file(volume.number)).collect()
    }

    /// Makes the files of a request's volumes that were not sent with the last request, and returns all of them in its order.
    pub(super) async fn make_figure_files(&self, request: &FigureRequest) -> Result<Vec<PickedFile>, Failure> {
        let mut files = Vec::new();
        for FigureVolume { number, .. } in request.volumes() {
            let file = match self.sent_file(*number) {
                Some(file) => file,
                None => self.file_of_volume(*number).await?,
            };
            files.push((*number, file));
        }
        let sent = files.iter().map(|(_, file)| file.clone()).collect();
        self.figure.sent.set_value(SentVolumes(files));
        Ok(sent)
    }

    fn sent_file(&self, number: u32) -> Option<PickedFile> {
        self.figure.sent.with_value(|sent| sent.0.iter().find(|(own, _)| *own == number).map(|(_, file)| file.clone()))
    }

    async fn file_of_volume(&self, number: u32) -> Result<PickedFile, Failure> {
        let failure = |what: String| Failure { what, hint: text::VOLUME_HINT.get().to_owned() };
        let volume = untrack(|| self.extra_volume(number)).ok_or_else(|| failure(text::VOLUME_GONE.get().to_owned()))?;
        let placed = &volume.placed.volume;
        file_of_floats(volume.ready.name.clone(), placed.data())
            .await
            .map_err(|error| failure(format!("{}: {}", volume.ready.name, words_of(&error))))
    }

    fn extra_volume(&self, number: u32) -> Option<Arc<ExtraVolume>> {
        let contents = self.extra_volumes.0.read();
        let mut all = contents.own.iter().chain(contents.overlays.iter().map(|overlay| &overlay.volume));
        all.find(|volume| volume.number == number).cloned()
    }
}

impl From<&ExtraVolume> for FigureVolume {
    fn from(volume: &ExtraVolume) -> Self {
        FigureVolume { number: volume.number, header: volume.ready.header.clone() }
    }
}

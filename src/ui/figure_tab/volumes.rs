//! The backgrounds and masks of the page's in a figure. The engine keeps none of them, so their voxels go along with each order;
//! they lie in the browser's files, and the engine reads what it does not have from the last figure.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Failure, FigureRequest, FigureVolume};
use crate::render::figure::{FigureGround, FigureView};
use crate::ui::layers::ShelfVolume;
use crate::ui::study::Study;
use crate::ui::text::figure as text;
use crate::web::picked_files::{PickedFile, file_of_floats};
use crate::web::words_of;

/// What lies below and over the map of a figure.
#[derive(Clone, PartialEq)]
pub struct Volumes {
    pub ground: FigureGround,
    pub own: Option<FigureVolume>,
    pub masks: Vec<FigureVolume>,
}

/// Files of the last order's volumes, by their numbers.
#[derive(Default)]
pub struct Sent(Vec<(u32, PickedFile)>);

impl Study {
    /// What the fields want, as far as it is open: the background, and the regions that the planes show.
    pub fn figure_volumes(&self, view: &FigureView) -> Volumes {
        let own = if view.ground == FigureGround::Own { self.shelf.0.read().own.as_deref().map(FigureVolume::from) } else { None };
        let ground = if view.ground == FigureGround::Own && own.is_none() { FigureGround::Image } else { view.ground };
        let regions = if view.masks.style().is_some() { self.shelf.shown_regions() } else { Vec::new() };
        Volumes { ground, own, masks: regions.iter().map(|volume| FigureVolume::from(volume.as_ref())).collect() }
    }

    /// The files of an order's volumes, in its order, if all of them went along with the last order.
    pub(super) fn figure_files(&self, order: &FigureRequest) -> Option<Vec<PickedFile>> {
        order.volumes().map(|volume| self.sent_file(volume.number)).collect()
    }

    /// Makes them.
    pub(super) async fn make_figure_files(&self, order: &FigureRequest) -> Result<Vec<PickedFile>, Failure> {
        let mut files = Vec::new();
        for FigureVolume { number, .. } in order.volumes() {
            let file = match self.sent_file(*number) {
                Some(file) => file,
                None => self.file_of_volume(*number).await?,
            };
            files.push((*number, file));
        }
        let sent = files.iter().map(|(_, file)| file.clone()).collect();
        self.figure.sent.set_value(Sent(files));
        Ok(sent)
    }

    fn sent_file(&self, number: u32) -> Option<PickedFile> {
        self.figure.sent.with_value(|sent| sent.0.iter().find(|(own, _)| *own == number).map(|(_, file)| file.clone()))
    }

    async fn file_of_volume(&self, number: u32) -> Result<PickedFile, Failure> {
        let failure = |what: String| Failure { what, hint: text::VOLUME_HINT.get().to_owned() };
        let volume = untrack(|| self.open_volume(number)).ok_or_else(|| failure(text::VOLUME_GONE.get().to_owned()))?;
        let placed = &volume.placed.volume;
        file_of_floats(volume.ready.name.clone(), placed.data())
            .await
            .map_err(|error| failure(format!("{}: {}", volume.ready.name, words_of(&error))))
    }

    fn open_volume(&self, number: u32) -> Option<Arc<ShelfVolume>> {
        let contents = self.shelf.0.read();
        let mut all = contents.own.iter().chain(contents.overlays.iter().map(|overlay| &overlay.volume));
        all.find(|volume| volume.number == number).cloned()
    }
}

impl From<&ShelfVolume> for FigureVolume {
    fn from(volume: &ShelfVolume) -> Self {
        FigureVolume { number: volume.number, header: volume.ready.header.clone() }
    }
}

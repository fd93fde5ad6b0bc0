//! Asking the engine for extra volumes.

use super::shelf::Slot;
use crate::engine::message::{Bundled, Request, VolumeRole};
use crate::ui::study::{Study, Task};
use crate::web::address::demo_url;
use crate::web::picked_files::PickedFile;
use leptos::prelude::*;

const TEMPLATE: &str = "template/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz";
const AD_MASK: &str = "masks/mask-1.nii.gz";
const CN_MASK: &str = "masks/mask-2.nii.gz";

impl Study {
    /// Opens a mask, a label image with its table, or another map over the picture.
    pub fn open_overlay(&self, files: Vec<PickedFile>) {
        let request = Request::OpenVolume { role: VolumeRole::Overlay, bundled: None };
        self.send(Task::OpenVolume(Slot::Overlay), request, &files);
    }

    /// Opens an image to lie below the map.
    pub fn open_background(&self, files: Vec<PickedFile>) {
        let request = Request::OpenVolume { role: VolumeRole::Background, bundled: None };
        self.send(Task::OpenVolume(Slot::OwnBackground), request, &files);
    }

    /// Adds one of the masks that come with the page.
    pub fn add_mask(&self, slot: Slot) {
        let path = if slot == Slot::AdMask { AD_MASK } else { CN_MASK };
        self.send(Task::OpenVolume(slot), bundled(VolumeRole::Overlay, path), &[]);
    }

    /// Fetches the template, unless it is there or on its way.
    pub fn fetch_template(&self) {
        let task = Task::OpenVolume(Slot::Template);
        if self.shelf.0.read_untracked().template.is_none() && !self.work.read_untracked().is_doing(task) {
            self.send_quietly(task, bundled(VolumeRole::Background, TEMPLATE));
        }
    }
}

fn bundled(role: VolumeRole, path: &str) -> Request {
    Request::OpenVolume { role, bundled: Some(Bundled { base_url: demo_url(), path: path.to_owned() }) }
}

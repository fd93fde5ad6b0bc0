//! Asking the engine to open backgrounds and overlays.

use leptos::prelude::*;

use crate::protocol::{Bundled, Request, VolumeRole};
use crate::render::Ground;
use crate::ui::state::extra_volumes::Slot;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::ui::state::view_state::ViewState;
use crate::volume::LabelTable;
use crate::web::address::demo_url;
use crate::web::picked_files::PickedFile;

const TEMPLATE: &str = "template/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz";
const AD_MASK: &str = "masks/mask-1.nii.gz";
const CN_MASK: &str = "masks/mask-2.nii.gz";

impl Study {
    /// Opens masks and maps over the picture, one or several, or a label image with its table.
    pub fn open_overlays(&self, files: Vec<PickedFile>) {
        let has_table = files.iter().any(|file| LabelTable::is_table_name(&file.path));
        let chosen: Vec<&[PickedFile]> = if has_table { vec![&files] } else { files.chunks(1).collect() };
        for files in chosen {
            let request = Request::OpenVolume { role: VolumeRole::Overlay, bundled: None };
            self.send(JobKind::OpenVolume(Slot::Overlay), request, files);
        }
    }

    /// Opens an image as the background, which is shown as soon as it has arrived; until then the participant's image is.
    pub fn open_background(&self, files: Vec<PickedFile>, view_state: ViewState) {
        let request = Request::OpenVolume { role: VolumeRole::Background, bundled: None };
        self.send(JobKind::OpenVolume(Slot::OwnBackground), request, &files);
        view_state.view.update(|view| view.layers.ground = Ground::Own);
    }

    /// Adds one of the masks that come with the page.
    pub fn add_mask(&self, slot: Slot) {
        let path = if slot == Slot::AdMask { AD_MASK } else { CN_MASK };
        self.send(JobKind::OpenVolume(slot), bundled(VolumeRole::Overlay, path), &[]);
    }

    /// Fetches the template, unless it is there or on its way.
    pub fn fetch_template(&self) {
        let kind = JobKind::OpenVolume(Slot::Template);
        if self.extra_volumes.0.read_untracked().template.is_none() && !self.work.read_untracked().is_doing(kind) {
            self.send_quietly(kind, bundled(VolumeRole::Background, TEMPLATE));
        }
    }
}

fn bundled(role: VolumeRole, path: &str) -> Request {
    Request::OpenVolume { role, bundled: Some(Bundled { base_url: demo_url(), path: path.to_owned() }) }
}

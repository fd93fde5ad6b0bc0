//! The requests that open a study: device, model, images, the demo of both.

use std::rc::Rc;

use super::device;
use super::images::Images;
use super::model::{CheckpointName, Model};
use crate::engine::failure::{JobEnd, no_images, no_model};
use crate::engine::progress::Pacer;
use crate::engine::request_files::RequestFiles;
use crate::engine::{Engine, Host};
use crate::files::FileTree;
use crate::protocol::{Attachment, DeviceChoice, Event, ParticipantKey};

impl Engine {
    /// Opens another device; a loaded model is read once more and put on it.
    pub(in crate::engine) async fn choose_device(
        &mut self,
        choice: DeviceChoice,
        threads: Option<usize>,
        host: &dyn Host,
    ) -> Result<(), JobEnd> {
        self.n_helpers = host.helpers().map_or(0, |helpers| helpers.set_threads(threads));
        let device = device::open(choice).await.with_helpers(self.n_helpers);
        if let Some(model) = &self.model {
            self.model = Some(model.reload(model.checkpoint_name(), &device, &Pacer::new(host)).await?);
        }
        self.warm = false;
        host.post(Event::Device(device.info.clone()), Vec::new());
        self.choice = choice;
        self.device = Some(device);
        Ok(())
    }

    /// Opens a MAPS, on the CPU where the GPU that the program chose cannot take it.
    pub(in crate::engine) async fn open_model(&mut self, tree: FileTree, host: &dyn Host) -> Result<(), JobEnd> {
        let device = self.device().await;
        let pacer = Pacer::new(host);
        let model = match Model::open(tree.clone(), &device, &pacer).await {
            // Whoever left the choice to the program wants a map, wherever: what is too large for a GPU may do on the CPU.
            Err(JobEnd::Failed(failure)) if self.choice == DeviceChoice::Auto && device.info.kind != DeviceChoice::Cpu => {
                let device = device::cpu(Some(format!("{}: computing on the CPU", failure.what))).with_helpers(self.n_helpers);
                let model = Model::open(tree, &device, &pacer).await?;
                host.post(Event::Device(device.info.clone()), Vec::new());
                self.device = Some(device);
                model
            }
            opened => opened?,
        };
        // The last map is of another MAPS.
        self.explained = None;
        self.replace_model(model, host);
        Ok(())
    }

    /// Opens participants' images as the loaded model takes them.
    pub(in crate::engine) async fn open_images(&mut self, tree: FileTree, host: &dyn Host) -> Result<(), JobEnd> {
        let mut images = Images::open(tree, self.model.as_ref().map(|model| &model.maps.config)).await?;
        host.post(Event::Participants(images.list().await), Vec::new());
        self.images = Some(images);
        // The last map is of an image that cannot be read any more.
        self.explained = None;
        Ok(())
    }

    /// Opens the demo's model, then its images.
    pub(in crate::engine) async fn open_demo(&mut self, files: RequestFiles, host: &dyn Host) -> Result<(), JobEnd> {
        let RequestFiles::Demo { model, images } = files else {
            return Err(JobEnd::because("the demo study was not found", "choose your own model and images"));
        };
        self.open_model(model, host).await?;
        self.open_images(images, host).await
    }

    /// Loads another checkpoint of the same MAPS.
    pub(in crate::engine) async fn choose_checkpoint(&mut self, split: u32, selection: &str, host: &dyn Host) -> Result<(), JobEnd> {
        let device = self.device().await;
        let model = self.loaded_model()?;
        let model = model.reload(CheckpointName { split, selection }, &device, &Pacer::new(host)).await?;
        self.replace_model(model, host);
        Ok(())
    }

    /// Lists the images as the model in use takes them, which may be others of a session than before.
    pub(in crate::engine) async fn list_participants(&mut self, host: &dyn Host) -> Result<(), JobEnd> {
        let model = self.model.as_ref().ok_or_else(no_model)?;
        let images = self.images.as_mut().ok_or_else(no_images)?;
        images.look_for(&model.maps.config).await?;
        host.post(Event::Participants(images.list().await), Vec::new());
        Ok(())
    }

    /// Reads a participant's image for display.
    pub(in crate::engine) async fn show(&mut self, participant: &ParticipantKey, element: usize, host: &dyn Host) -> Result<(), JobEnd> {
        let images = self.images.as_mut().ok_or_else(no_images)?;
        let (ready, voxels) = images.show(participant, element).await?;
        host.post(Event::Image(ready), vec![Attachment::Floats(Rc::new(voxels))]);
        Ok(())
    }

    fn replace_model(&mut self, model: Model, host: &dyn Host) {
        host.post(Event::Model(Box::new(model.summary())), Vec::new());
        self.model = Some(model);
        self.warm = false;
    }
}

//! Figures of the last map as nilearn draws them, and what stays from one figure to the next: backgrounds, masks.

use std::rc::Rc;

use crate::engine::failure::JobEnd;
use crate::engine::request_files::FigureFiles;
use crate::engine::single::single_map::SingleMap;
use crate::engine::study::images::Images;
use crate::export::record::Software;
use crate::files::{FileSource, FileTree, Slices};
use crate::protocol::{FigureRequest, FigureVolume, ParticipantKey, VolumeHeader};
use crate::render::figure::{Background, Caption, Figure, FigureGround, Scene, template_background};
use crate::volume::{Affine, Volume, nifti};

/// Backgrounds and masks that were read for the last figure.
#[derive(Default)]
pub struct Backgrounds {
    template: Option<Volume>,
    image: Option<(ParticipantKey, usize, Volume)>,
    /// Volumes of the page, by the numbers that it gave them.
    own: Vec<(u32, Volume)>,
}

impl Backgrounds {
    /// Whether the template was read already.
    pub fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// Drops the participant's image, since another image may have the same name by now, and the volumes that the page sends
    /// again: the memory may be needed.
    pub fn drop_all_but_template(&mut self) {
        self.image = None;
        self.own = Vec::new();
    }

    /// Reads the volumes that `request` needs and that are not here yet, and drops those of the page that it does not need.
    pub async fn prepare(
        &mut self,
        request: &FigureRequest,
        map: &SingleMap,
        images: Option<&mut Images>,
        files: FigureFiles,
    ) -> Result<(), JobEnd> {
        let mut last = std::mem::take(&mut self.own);
        for (index, wanted) in request.volumes().enumerate() {
            let own = match last.iter().position(|(number, _)| *number == wanted.number) {
                Some(place) => last.swap_remove(place),
                None => (wanted.number, read_voxels(wanted, files.volumes.get(index)).await?),
            };
            self.own.push(own);
        }
        match (request.ground, files.template, images) {
            (FigureGround::Template, Some(files), _) => self.template = Some(read_template(&files).await?),
            (FigureGround::Image, _, Some(images)) if !self.has_image_of(map) => {
                let (participant, element) = (&map.explanation.participant, map.explanation.element);
                self.image = None;
                let (ready, voxels) = images.show(participant, element).await?;
                let VolumeHeader { shape, world_from_voxel } = ready.header;
                let volume = Volume::new(shape, voxels, Affine(world_from_voxel)).map_err(|error| JobEnd::because(error, ANOTHER))?;
                self.image = Some((participant.clone(), element, volume));
            }
            _ => {}
        }
        Ok(())
    }

    fn has_image_of(&self, map: &SingleMap) -> bool {
        let wanted = &map.explanation;
        self.image.as_ref().is_some_and(|(participant, element, _)| *participant == wanted.participant && *element == wanted.element)
    }

    fn own(&self, wanted: &FigureVolume) -> Option<&Volume> {
        self.own.iter().find(|(number, _)| *number == wanted.number).map(|(_, volume)| volume)
    }

    fn background(&self, request: &FigureRequest) -> Result<Background<'_>, JobEnd> {
        match request.ground {
            FigureGround::None => Some(Background::None),
            FigureGround::Image => self.image.as_ref().map(|(.., volume)| Background::Image(volume)),
            FigureGround::Template => self.template.as_ref().map(Background::Template),
            FigureGround::Own => request.own.as_ref().and_then(|wanted| self.own(wanted)).map(Background::Image),
        }
        .ok_or_else(|| JobEnd::because("the figure's background is not there", ANOTHER))
    }

    /// Draws a channel of a map over a background and below masks that [`Self::prepare`] has made ready.
    pub fn draw(&self, map: &SingleMap, request: &FigureRequest) -> Result<(Scene, Caption), JobEnd> {
        let (volume, settings) = (channel_of(map, request.channel)?, &request.settings);
        let masks = request.masks.iter().filter_map(|wanted| self.own(wanted)).collect();
        let figure = Figure { masks, mask_style: request.mask_style, ..settings.figure(&volume, self.background(request)?) };
        let scene = figure.scene().map_err(|error| JobEnd::because(&error, error.hint()))?;
        let caption = Caption {
            title: settings.title.clone(),
            software: Software::this().words(),
            map_sha256: map.values_sha256().to_owned(),
            description: settings.description(),
        };
        Ok((scene, caption))
    }
}

const ANOTHER: &str = "choose another background";

async fn read_template(files: &FileTree) -> Result<Volume, JobEnd> {
    let path = files.paths().next().unwrap_or_default().to_owned();
    let bytes = files.read(&path).await.map_err(|error| JobEnd::because(error, ANOTHER))?;
    let template = nifti::read(&path, &bytes).map_err(|error| JobEnd::because(&error, ANOTHER))?;
    Ok(template_background(&template))
}

/// Reads the voxels of one of the page's volumes: little-endian float32, last axis fastest.
async fn read_voxels(wanted: &FigureVolume, file: Option<&Rc<dyn FileSource>>) -> Result<Volume, JobEnd> {
    let file = file.ok_or_else(|| JobEnd::because("the voxels of a mask or background are not there", ANOTHER))?;
    let mut voxels = Vec::new();
    let mut slices = Slices::of(file.as_ref());
    while let Some(bytes) = slices.next().await? {
        voxels.extend(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)));
    }
    let VolumeHeader { shape, world_from_voxel } = wanted.header;
    Volume::new(shape, voxels, Affine(world_from_voxel)).map_err(|error| JobEnd::because(error, ANOTHER))
}

/// One channel of a map as a volume.
fn channel_of(map: &SingleMap, channel: usize) -> Result<Volume, JobEnd> {
    let volume = map.map.channel(channel).and_then(|values| map.map.placement.volume(values.to_vec()));
    volume.ok_or_else(|| JobEnd::because(format!("the map has no channel {channel}"), "choose another channel"))
}

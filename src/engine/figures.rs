//! Figures of the last map as nilearn draws them, and what is kept from one figure to the next: backgrounds, masks.

use std::rc::Rc;

use super::failure::Ended;
use super::images::Images;
use super::single_map::SingleMap;
use crate::export::record::Software;
use crate::files::{FileSource, FileTree, Slices};
use crate::protocol::{FigureOrder, FigureVolume, ParticipantKey, VolumeHeader};
use crate::render::figure::{Background, Caption, Figure, Ground, Scene, template_background};
use crate::volume::{Affine, Volume, nifti};

/// Files that a figure needs.
#[derive(Default)]
pub struct FigureFiles {
    /// The template alone, where it is wanted for the first time.
    pub template: Option<FileTree>,
    /// Voxels of [`FigureOrder::volumes`], in that order; those of the last figure are not read again.
    pub volumes: Vec<Rc<dyn FileSource>>,
}

/// Backgrounds and masks that were read.
#[derive(Default)]
pub struct Backgrounds {
    template: Option<Volume>,
    image: Option<(ParticipantKey, usize, Volume)>,
    /// The page's, by its numbers.
    own: Vec<(u32, Volume)>,
}

impl Backgrounds {
    /// Whether the template's file need not be given any more.
    pub fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// Lets go of the participant's image, behind whose name another one may be, and of what the page gives again: the memory
    /// may be needed.
    pub fn forget_all_but_template(&mut self) {
        self.image = None;
        self.own = Vec::new();
    }

    /// Reads what is not there yet, and lets go of masks and backgrounds of the page's that are not in the order.
    pub async fn prepare(
        &mut self,
        order: &FigureOrder,
        map: &SingleMap,
        images: Option<&mut Images>,
        files: FigureFiles,
    ) -> Result<(), Ended> {
        let mut last = std::mem::take(&mut self.own);
        for (index, wanted) in order.volumes().enumerate() {
            let own = match last.iter().position(|(number, _)| *number == wanted.number) {
                Some(place) => last.swap_remove(place),
                None => (wanted.number, read_voxels(wanted, files.volumes.get(index)).await?),
            };
            self.own.push(own);
        }
        match (order.ground, files.template, images) {
            (Ground::Template, Some(files), _) => self.template = Some(read_template(&files).await?),
            (Ground::Image, _, Some(images)) if !self.has_image_of(map) => {
                let (participant, element) = (&map.explanation.participant, map.explanation.element);
                self.image = None;
                let (ready, voxels) = images.show(participant, element).await?;
                let VolumeHeader { shape, world_from_voxel } = ready.header;
                let volume = Volume::new(shape, voxels, Affine(world_from_voxel)).map_err(|error| Ended::because(error, ANOTHER))?;
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

    fn background(&self, order: &FigureOrder) -> Result<Background<'_>, Ended> {
        match order.ground {
            Ground::None => Some(Background::None),
            Ground::Image => self.image.as_ref().map(|(.., volume)| Background::Image(volume)),
            Ground::Template => self.template.as_ref().map(Background::Template),
            Ground::Own => order.own.as_ref().and_then(|wanted| self.own(wanted)).map(Background::Image),
        }
        .ok_or_else(|| Ended::because("the figure's background is not there", ANOTHER))
    }

    /// Draws a channel of a map over a background and below masks that [`Self::prepare`] has made ready.
    pub fn draw(&self, map: &SingleMap, order: &FigureOrder) -> Result<(Scene, Caption), Ended> {
        let (volume, settings) = (channel_of(map, order.channel)?, &order.settings);
        let masks = order.masks.iter().filter_map(|wanted| self.own(wanted)).collect();
        let figure = Figure { masks, mask_style: order.mask_style, ..settings.figure(&volume, self.background(order)?) };
        let scene = figure.scene().map_err(|error| Ended::because(&error, error.hint()))?;
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

async fn read_template(files: &FileTree) -> Result<Volume, Ended> {
    let path = files.paths().next().unwrap_or_default().to_owned();
    let bytes = files.read(&path).await.map_err(|error| Ended::because(error, ANOTHER))?;
    let template = nifti::read(&path, &bytes).map_err(|error| Ended::because(&error, ANOTHER))?;
    Ok(template_background(&template))
}

/// A volume of the page's.
async fn read_voxels(wanted: &FigureVolume, file: Option<&Rc<dyn FileSource>>) -> Result<Volume, Ended> {
    let file = file.ok_or_else(|| Ended::because("the voxels of a mask or background are not there", ANOTHER))?;
    let mut voxels = Vec::new();
    let mut slices = Slices::of(file.as_ref());
    while let Some(bytes) = slices.next().await? {
        voxels.extend(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)));
    }
    let VolumeHeader { shape, world_from_voxel } = wanted.header;
    Volume::new(shape, voxels, Affine(world_from_voxel)).map_err(|error| Ended::because(error, ANOTHER))
}

/// One channel as a volume of its own.
fn channel_of(map: &SingleMap, channel: usize) -> Result<Volume, Ended> {
    let n_voxels = map.map.values.len() / map.map.placement.n_channels.max(1);
    let values = map.map.values.chunks(n_voxels.max(1)).nth(channel).map(<[f32]>::to_vec);
    let volume = values.and_then(|values| map.map.placement.volume(values));
    volume.ok_or_else(|| Ended::because(format!("the map has no channel {channel}"), "choose another channel"))
}

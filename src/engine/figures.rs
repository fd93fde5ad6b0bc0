//! Figures of the last map as nilearn draws them, and the backgrounds that are kept from one figure to the next.

use super::failure::Ended;
use super::images::Images;
use super::message::{ParticipantKey, VolumeHeader};
use super::single_map::SingleMap;
use crate::export::{Caption, record::Software};
use crate::files::FileTree;
use crate::render::figure::{Background, Ground, Scene, Settings, template_background};
use crate::volume::nifti;
use crate::volume::{Affine, Volume};

/// Backgrounds that were read.
#[derive(Default)]
pub struct Backgrounds {
    template: Option<Volume>,
    image: Option<(ParticipantKey, usize, Volume)>,
}

impl Backgrounds {
    /// Whether the template's file need not be given any more.
    pub fn has_template(&self) -> bool {
        self.template.is_some()
    }

    /// Lets go of the participant's image: another one may be behind its name, or the memory is needed.
    pub fn forget_image(&mut self) {
        self.image = None;
    }

    /// Reads what is not there yet. `files` holds the template, if it is wanted for the first time.
    pub async fn prepare(
        &mut self,
        ground: Ground,
        map: &SingleMap,
        images: Option<&mut Images>,
        files: Option<FileTree>,
    ) -> Result<(), Ended> {
        match (ground, files, images) {
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

    fn background(&self, ground: Ground) -> Result<Background<'_>, Ended> {
        match ground {
            Ground::None => Some(Background::None),
            Ground::Image => self.image.as_ref().map(|(.., volume)| Background::Image(volume)),
            Ground::Template => self.template.as_ref().map(Background::Template),
        }
        .ok_or_else(|| Ended::because("the figure's background is not there", ANOTHER))
    }

    /// Draws a channel of a map over a background that [`Self::prepare`] has made ready.
    pub fn draw(&self, map: &SingleMap, channel: usize, ground: Ground, settings: &Settings) -> Result<(Scene, Caption), Ended> {
        let volume = channel_of(map, channel)?;
        let figure = settings.figure(&volume, self.background(ground)?);
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

/// One channel as a volume of its own.
fn channel_of(map: &SingleMap, channel: usize) -> Result<Volume, Ended> {
    let n_voxels = map.map.values.len() / map.map.placement.n_channels.max(1);
    let values = map.map.values.chunks(n_voxels.max(1)).nth(channel).map(<[f32]>::to_vec);
    let volume = values.and_then(|values| map.map.placement.volume(values));
    volume.ok_or_else(|| Ended::because(format!("the map has no channel {channel}"), "choose another channel"))
}

//! The participants' images that were opened. One image is held at a time.

use super::failure::Ended;
use super::message::{ImageReady, ParticipantKey, ParticipantList, ParticipantRow, VolumeHeader};
use crate::caps::{self, ImageCatalogue, ImageEntry};
use crate::export::sha256_hex;
use crate::files::FileTree;
use crate::volume::Volume;

/// What was opened, and the image that was looked at last.
pub struct Images {
    tree: FileTree,
    catalogue: ImageCatalogue,
    warnings: Vec<String>,
    current: Option<Image>,
}

/// One participant's image.
pub struct Image {
    /// Whose.
    pub participant: ParticipantKey,
    /// Path within what was opened.
    pub path: String,
    /// The voxels.
    pub volume: Volume,
    /// What was assumed about it.
    pub warnings: Vec<String>,
    /// Milliseconds it took to read.
    pub read_ms: f64,
}

impl Images {
    /// Lists the images of a tree; `pattern` is the loaded model's.
    pub async fn open(tree: FileTree, pattern: Option<&str>) -> Result<Self, Ended> {
        let (catalogue, warnings) = ImageCatalogue::open(&tree, pattern).await?;
        Ok(Self { tree, catalogue, warnings: warnings.iter().map(ToString::to_string).collect(), current: None })
    }

    /// What the page shows.
    pub fn list(&self) -> ParticipantList {
        let row = |entry: &ImageEntry| ParticipantRow {
            participant: ParticipantKey { participant_id: entry.participant_id.clone(), session_id: entry.session_id.clone() },
            diagnosis: entry.diagnosis.clone(),
            element_count: 1,
            file: entry.path.clone(),
        };
        ParticipantList {
            name: self.catalogue.name.clone(),
            rows: self.catalogue.entries.iter().map(row).collect(),
            warnings: self.warnings.clone(),
        }
    }

    /// A participant's image, read unless it was the last one.
    pub async fn image(&mut self, participant: &ParticipantKey, now_ms: &dyn Fn() -> f64) -> Result<&Image, Ended> {
        let current = self.current.take().filter(|image| image.participant == *participant);
        let image = match current {
            Some(image) => image,
            None => self.read(participant, now_ms).await?,
        };
        Ok(self.current.insert(image))
    }

    /// SHA-256 of a file that was opened.
    pub async fn file_sha256(&self, path: &str) -> Result<String, Ended> {
        Ok(sha256_hex(&self.tree.read(path).await?))
    }

    async fn read(&self, participant: &ParticipantKey, now_ms: &dyn Fn() -> f64) -> Result<Image, Ended> {
        let started = now_ms();
        let ParticipantKey { participant_id, session_id } = participant;
        let missing = || Ended::because(format!("there is no image of {participant_id} {session_id}"), "choose a listed participant");
        let entry = self.catalogue.find(participant_id, session_id).ok_or_else(missing)?;
        let loaded = caps::read_image(&self.tree, entry).await?;
        Ok(Image {
            participant: participant.clone(),
            path: entry.path.clone(),
            volume: loaded.volume,
            warnings: loaded.assumption.iter().map(ToString::to_string).collect(),
            read_ms: now_ms() - started,
        })
    }
}

impl Image {
    /// What the page is told of it.
    pub fn ready(&self) -> ImageReady {
        ImageReady { participant: self.participant.clone(), header: header_of(&self.volume), warnings: self.warnings.clone() }
    }
}

/// The grid of a volume.
pub fn header_of(volume: &Volume) -> VolumeHeader {
    VolumeHeader { shape: volume.shape(), world_from_voxel: volume.world_from_voxel().0 }
}

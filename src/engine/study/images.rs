//! The participants' images that were opened, as the model in use sees them. One image is held at a time.

use std::rc::Rc;

use super::placement::Placement;
use crate::caps::{
    self, CapsError, ElementSource, ExpectedInput, ImageCatalogue, ImageEntry, ImageFormat, InputSpec, LoadedImage, SessionElements,
    SessionProblem,
};
use crate::engine::failure::JobEnd;
use crate::export::sha256_of_file;
use crate::files::FileTree;
use crate::maps::MapsConfig;
use crate::protocol::{Failure, ImageReady, ParticipantKey, ParticipantList, ParticipantRow, VolumeHeader};
use crate::volume::{Extraction, Grid};

/// The hint for images of different sizes.
pub(super) const SAME_PREPROCESSING: &str = "preprocess all images alike";

/// The images that were opened of one cohort.
pub struct Images {
    tree: FileTree,
    catalogue: ImageCatalogue,
    warnings: Vec<String>,
    /// The name pattern of the images that were looked for in each session.
    pattern: Option<String>,
    source: ElementSource,
    /// The session whose elements were listed last.
    session: Option<SessionElements>,
}

/// An element of an image, ready for the network.
#[derive(Debug, Clone)]
pub struct ElementInput {
    /// Place, shape and file of the element.
    pub origin: Origin,
    /// Values of the element, channels slowest, last axis fastest.
    pub values: Vec<f32>,
}

/// The origin of an element: its place, its shape and the file it was read or cut from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Grid and place of the element's map.
    pub placement: Placement,
    /// Shape of the network's input: channels, then two axes for slices, three else.
    pub shape: Vec<usize>,
    /// The file it was read or cut from.
    pub path: String,
    /// Assumptions and repairs, one sentence each.
    pub warnings: Vec<String>,
    /// Milliseconds it took to read and transform.
    pub read_ms: f64,
}

impl Origin {
    /// The file and the size of what the network is given of it.
    pub fn in_words(&self) -> String {
        let [i, j, k] = self.placement.source.shape;
        let part = if self.placement.element.name.is_empty() { String::new() } else { format!(", {}", self.placement.element.name) };
        format!("{} ({i}×{j}×{k} voxels{part})", self.path)
    }
}

impl Images {
    /// Lists the images of a tree, as far as `config`, the loaded model's, can take them.
    pub async fn open(tree: FileTree, config: Option<&MapsConfig>) -> Result<Self, JobEnd> {
        let pattern = config.and_then(|config| config.preprocessing.file_pattern.clone());
        let (catalogue, warnings) = ImageCatalogue::open(&tree, pattern.as_deref()).await?;
        let source = ElementSource::new(config.map_or_else(whole_images, spec_of));
        Ok(Self { tree, catalogue, warnings: warnings.iter().map(ToString::to_string).collect(), pattern, source, session: None })
    }

    /// Looks for images and elements once more if they were looked for with another model in mind, which may take others.
    pub async fn look_for(&mut self, config: &MapsConfig) -> Result<(), JobEnd> {
        if self.pattern != config.preprocessing.file_pattern || *self.source.spec() != spec_of(config) {
            *self = Self::open(self.tree.clone(), Some(config)).await?;
        }
        Ok(())
    }

    /// The list of participants for the page. The number of elements is that of the first image that can be opened.
    pub async fn list(&mut self) -> ParticipantList {
        let count = self.element_count().await;
        let row = |entry: &ImageEntry| ParticipantRow {
            participant: ParticipantKey { participant_id: entry.participant_id.clone(), session_id: entry.session_id.clone() },
            diagnosis: entry.diagnosis.clone(),
            element_count: count,
            file: entry.path.clone(),
        };
        ParticipantList {
            name: self.catalogue.name.clone(),
            rows: self.catalogue.entries.iter().map(row).collect(),
            warnings: self.warnings.clone(),
        }
    }

    /// Sessions of the listed participants, with the diagnoses of their table.
    pub fn entries(&self) -> &[ImageEntry] {
        &self.catalogue.entries
    }

    /// The rows of the participants' table, in its order: images, each with the row's diagnosis. A session that stands in the
    /// table twice comes twice.
    pub fn listed_rows(&self) -> impl Iterator<Item = (&ImageEntry, Option<&str>)> {
        let rows = self.catalogue.rows.iter();
        rows.filter_map(|row| Some((self.catalogue.entries.get(row.entry)?, row.diagnosis.as_deref())))
    }

    /// Things the user should know of what was opened, one sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Name of what was opened.
    pub fn name(&self) -> &str {
        &self.catalogue.name
    }

    /// The whole image of a participant; where only elements are left of it, one of them.
    pub async fn show(&mut self, participant: &ParticipantKey, element: usize) -> Result<(ImageReady, Vec<f32>), JobEnd> {
        let session = match self.session(participant).await {
            Ok(session) => session.clone(),
            // An image that the model cannot take, for want of a mask, can be looked at all the same.
            Err(JobEnd::Failed(failure)) => return self.show_unfit(participant, failure).await,
            Err(ended) => return Err(ended),
        };
        let mut warnings: Vec<String> = session.warnings.iter().map(ToString::to_string).collect();
        let (grid, voxels) = match self.source.read_image(&self.tree, &session).await {
            Ok(image) => {
                warnings.extend(self.source.image_warning(&session).map(|warning| warning.to_string()));
                (image.grid(), image.data().to_vec())
            }
            Err(CapsError::OnlyElements { .. }) => {
                let loaded = self.source.read_element(&self.tree, &session, element).await?;
                warnings.extend(loaded.warnings.iter().map(ToString::to_string));
                (loaded.volume.grid(), Rc::unwrap_or_clone(loaded.volume).into_data())
            }
            Err(error) => return Err(error.into()),
        };
        Ok((image_ready(participant, grid, warnings), voxels))
    }

    /// The whole image of a session whose elements cannot be listed, with the reason.
    async fn show_unfit(&self, participant: &ParticipantKey, failure: Failure) -> Result<(ImageReady, Vec<f32>), JobEnd> {
        let entry = self.catalogue.find(&participant.participant_id, &participant.session_id);
        let Some(entry) = entry.filter(|entry| entry.format != ImageFormat::Elements) else { return Err(JobEnd::Failed(failure)) };
        let LoadedImage { volume, warnings } = caps::read_image(&self.tree, entry).await?;
        let reason = format!("the model cannot take this image: {}", failure.what);
        let warnings = std::iter::once(reason).chain(warnings.iter().map(ToString::to_string)).collect();
        Ok((image_ready(participant, volume.grid(), warnings), volume.into_data()))
    }

    /// An element of a participant as the network takes it.
    pub async fn input(
        &mut self,
        participant: &ParticipantKey,
        element: usize,
        config: &MapsConfig,
        now_ms: &dyn Fn() -> f64,
    ) -> Result<ElementInput, JobEnd> {
        let started = now_ms();
        let session = self.session(participant).await?.clone();
        let loaded = self.source.read_element(&self.tree, &session, element).await?;
        if self.source.spec().extraction == Extraction::Image {
            // No other element is cut from it, and at full size it takes as much as the map that is to come.
            self.forget_image();
        }
        let transformed = loaded.element.transform(Rc::unwrap_or_clone(loaded.volume), &config.transforms);
        let transformed = transformed.map_err(|error| JobEnd::because(&error, error.hint()).about(&loaded.path))?;
        let (shape, values) = loaded.element.network_input(transformed.volume);
        let mut warnings: Vec<String> = session.warnings.iter().map(ToString::to_string).collect();
        warnings.extend(loaded.warnings.iter().map(ToString::to_string));
        warnings.extend(transformed.warnings.iter().map(ToString::to_string));
        let placement = placement(&session, element, config, loaded.element.channels)?;
        let origin = Origin { placement, shape, path: loaded.path, warnings, read_ms: now_ms() - started };
        Ok(ElementInput { origin, values })
    }

    /// Drops the image that was read last, once none of its elements is needed any more.
    pub fn forget_image(&mut self) {
        self.source.forget_image();
    }

    /// The grid and place of an element's map, without reading voxels.
    pub async fn placement(
        &mut self,
        participant: &ParticipantKey,
        element: usize,
        config: &MapsConfig,
        n_channels: usize,
    ) -> Result<Placement, JobEnd> {
        placement(self.session(participant).await?, element, config, n_channels)
    }

    /// SHA-256 of a file that was opened.
    pub async fn file_sha256(&self, path: &str) -> Result<String, JobEnd> {
        Ok(sha256_of_file(self.tree.source(path)?.as_ref()).await?)
    }

    /// The number of elements of each of these sessions, or everything that is wrong with any of them.
    ///
    /// # Errors
    /// If a session's elements cannot be listed, although nothing was wrong with its files.
    pub(super) async fn check(
        &mut self,
        sessions: &[(String, String)],
        expected: &ExpectedInput,
    ) -> Result<Result<usize, Vec<Failure>>, JobEnd> {
        let problems = self.source.check(&self.tree, &self.catalogue, sessions, Some(expected)).await;
        if !problems.is_empty() {
            let in_words = |problem: &SessionProblem| Failure { what: problem.to_string(), hint: problem.error.hint() };
            return Ok(Err(problems.iter().map(in_words).collect()));
        }
        match &self.source.spec().extraction {
            Extraction::Image => return Ok(Ok(1)),
            Extraction::Roi { names, .. } => return Ok(Ok(names.len())),
            Extraction::Patch { .. } | Extraction::Slice { .. } => {}
        }
        let mut n_elements = None;
        let mut odd = Vec::new();
        for (participant_id, session_id) in sessions {
            let key = ParticipantKey { participant_id: participant_id.clone(), session_id: session_id.clone() };
            let n = self.session(&key).await?.elements.len();
            let first = *n_elements.get_or_insert(n);
            if n != first {
                let what = format!("{participant_id} {session_id} has {n} elements, the sessions before it {first}");
                odd.push(Failure { what, hint: SAME_PREPROCESSING.to_owned() });
            }
        }
        Ok(if odd.is_empty() { Ok(n_elements.unwrap_or(0)) } else { Err(odd) })
    }

    async fn element_count(&mut self) -> usize {
        if self.source.spec().extraction == Extraction::Image {
            return 1;
        }
        for entry in &self.catalogue.entries {
            if let Ok(session) = self.source.open_session(&self.tree, entry).await {
                return session.elements.len();
            }
        }
        0
    }

    /// A participant's elements, listed unless it was the last one.
    async fn session(&mut self, participant: &ParticipantKey) -> Result<&SessionElements, JobEnd> {
        let ParticipantKey { participant_id, session_id } = participant;
        let is_same = |session: &SessionElements| session.participant_id == *participant_id && session.session_id == *session_id;
        let session = match self.session.take().filter(is_same) {
            Some(session) => session,
            None => {
                let missing =
                    || JobEnd::because(format!("there is no image of {participant_id} {session_id}"), "choose a listed participant");
                let entry = self.catalogue.find(participant_id, session_id).ok_or_else(missing)?;
                self.source.open_session(&self.tree, entry).await?
            }
        };
        Ok(self.session.insert(session))
    }
}

/// The input that is looked for before there is a model.
fn whole_images() -> InputSpec {
    InputSpec { preprocessing: String::new(), use_uncropped_image: false, prepare_dl: false, extraction: Extraction::Image }
}

fn image_ready(participant: &ParticipantKey, grid: Grid, warnings: Vec<String>) -> ImageReady {
    let Grid { shape, world_from_voxel } = grid;
    let header = VolumeHeader { shape, world_from_voxel: world_from_voxel.0 };
    ImageReady { participant: participant.clone(), header, warnings }
}

/// The input that the network takes, by `maps.json`.
pub(super) fn expected_of(config: &MapsConfig) -> ExpectedInput {
    ExpectedInput { shape: config.input_size.clone(), size_reduction: config.transforms.size_reduction }
}

fn spec_of(config: &MapsConfig) -> InputSpec {
    InputSpec::of(&config.preprocessing, config.preprocessing.extraction.clone())
}

fn placement(session: &SessionElements, element: usize, config: &MapsConfig, n_channels: usize) -> Result<Placement, JobEnd> {
    let missing = || JobEnd::because(format!("{} has no element {element}", session.words()), "choose one that it has");
    let element = session.elements.get(element).cloned().ok_or_else(missing)?;
    Ok(Placement { element, n_channels, size_reduction: config.transforms.size_reduction, source: session.grid })
}

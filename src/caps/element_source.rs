//! Elements of sessions: listed from headers, read one by one. One whole image is held at a time.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::file_stem::file_stem;
use super::grids::PlacedGrid;
use super::masks::RegionMasks;
use super::{CapsError, ElementWarning, ImageEntry, ImageFormat, InputSpec, grids, image, layout, prepared};
use crate::files::FileTree;
use crate::volume::{Affine, Element, Grid, Volume, tensor};

/// Reads the elements that a model takes, from prepared tensors or by cutting them from images. A source is for one model
/// and one tree of files: masks are read once.
pub struct ElementSource {
    spec: InputSpec,
    /// The masks for images of the size that was opened last.
    masks: Option<RegionMasks>,
    /// The image that was read last, with its path.
    image: Option<(String, Rc<Volume>)>,
    /// What was found when tensors were compared with the NIfTI images beside them, by the tensors' paths. A tensor is compared
    /// once, when it is read first: this costs as much as reading the NIfTI image.
    compared: BTreeMap<String, Option<ElementWarning>>,
}

/// The elements of a session, listed without reading voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionElements {
    /// The participant's identifier, `sub-…`.
    pub participant_id: String,
    /// The session's identifier, `ses-…`.
    pub session_id: String,
    /// The image's grid, into which maps are pasted.
    pub grid: Grid,
    /// The elements in ClinicaDL's order; an element's position here is its index.
    pub elements: Vec<Element>,
    /// Warnings about all elements.
    pub warnings: Vec<ElementWarning>,
    entry: ImageEntry,
    /// For each element, the path of its prepared tensor, if there is one.
    prepared: Vec<Option<String>>,
}

/// The prepared tensors of a session's elements.
struct PreparedElements {
    /// Path of each element's tensor, if there is one.
    found: Vec<Option<String>>,
    /// The warning if some are missing.
    warning: Option<ElementWarning>,
}

/// An element with its voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedElement {
    /// The voxels before the transforms, on three axes; a slice has one voxel along its direction. A whole image is shared,
    /// not copied.
    pub volume: Rc<Volume>,
    /// The part of the image that the element is.
    pub element: Element,
    /// Number of voxels along the axes of the image.
    pub source_shape: [usize; 3],
    /// Affine map to world millimetres (RAS+) from voxel indices of the image.
    pub source_affine: Affine,
    /// Path of the file that the element was read or cut from.
    pub path: String,
    /// Warnings about the element.
    pub warnings: Vec<ElementWarning>,
}

impl SessionElements {
    /// Participant and session in words: `sub-01 ses-M000`.
    pub fn words(&self) -> String {
        self.entry.words()
    }

    /// Path of the file that an element is read or cut from.
    pub fn path_of(&self, index: usize) -> &str {
        self.prepared.get(index).and_then(Option::as_deref).unwrap_or(&self.entry.path)
    }
}

impl ElementSource {
    /// A source of the elements that `spec` describes; nothing is read yet.
    pub fn new(spec: InputSpec) -> Self {
        Self { spec, masks: None, image: None, compared: BTreeMap::new() }
    }

    /// The description of the model's inputs.
    pub fn spec(&self) -> &InputSpec {
        &self.spec
    }

    /// Lists the elements of a session from the header of its image; only masks are read as a whole, once. As in ClinicaDL,
    /// regions need their masks even where they were prepared.
    ///
    /// # Errors
    /// If several images match equally well, if a header, a mask or the image's size does not fit, or if neither the image nor all
    /// prepared elements exist.
    pub async fn open_session(&mut self, tree: &FileTree, entry: &ImageEntry) -> Result<SessionElements, CapsError> {
        if !entry.rivals.is_empty() {
            return Err(ambiguous(entry));
        }
        let entry = self.with_own_tensor(tree, entry).await;
        let (entry, PlacedGrid { grid, warning }) = self.grid_of(tree, &entry).await?;
        let entry = &entry;
        let mut warnings = Vec::from_iter(warning);
        let masks = self.masks(tree, grid.shape).await?;
        warnings.extend(masks.warnings.iter().cloned());
        warnings.extend(masks_elsewhere(masks, entry, &grid));
        let mask_of: Vec<Rc<_>> = masks.found.iter().map(|found| found.mask.clone()).collect();
        let elements = self.spec.extraction.elements(grid.shape, &mask_of);
        let elements = elements.map_err(|error| CapsError::Elements { path: entry.path.clone(), error })?;
        let prepared = self.prepared(tree, entry, &elements)?;
        warnings.extend(prepared.warning);
        let (participant_id, session_id) = (entry.participant_id.clone(), entry.session_id.clone());
        Ok(SessionElements { participant_id, session_id, grid, elements, warnings, entry: entry.clone(), prepared: prepared.found })
    }

    /// The entry with the tensor that was prepared for the model's preprocessing, or the NIfTI image where there is none: a tensor of
    /// the same name that was prepared for another one is used only where the NIfTI is no image.
    async fn with_own_tensor(&self, tree: &FileTree, entry: &ImageEntry) -> ImageEntry {
        let session = entry.nifti.as_deref().and_then(|nifti| Some((nifti, layout::session_folder(nifti)?)));
        let Some((nifti, session)) = session.filter(|_| !self.spec.preprocessing.is_empty()) else { return entry.clone() };
        let own = format!("{session}/{}/{}.pt", self.spec.images_folder(), file_stem(nifti));
        if tree.contains(&own) {
            return ImageEntry { path: own, ..entry.clone() };
        }
        match layout::format_of(nifti) {
            Some(format) if grids::has_readable_header(tree, nifti).await => {
                ImageEntry { path: nifti.to_owned(), format, nifti: None, ..entry.clone() }
            }
            _ => entry.clone(),
        }
    }

    /// The grid of an image, with the entry. Where the image cannot be read but its elements were prepared, as ClinicaDL needs no
    /// more, the entry is one of the elements.
    async fn grid_of(&self, tree: &FileTree, entry: &ImageEntry) -> Result<(ImageEntry, PlacedGrid), CapsError> {
        let error = match grids::of_image(tree, entry, &self.spec).await {
            Ok(grid) => return Ok((entry.clone(), grid)),
            Err(error) => error,
        };
        let folder = self.prepared_folder(entry)?.filter(|_| self.spec.known_grid().is_some());
        let stem = file_stem(&entry.path);
        let is_of_image = |path: &&str| {
            let below = folder.as_ref().and_then(|folder| path.strip_prefix(folder.as_str()));
            below.is_some() && prepared::image_stems(path).iter().any(|found| found == stem)
        };
        let Some(element) = tree.paths().find(is_of_image) else { return Err(error) };
        let elements = ImageEntry { path: element.to_owned(), format: ImageFormat::Elements, nifti: None, ..entry.clone() };
        let PlacedGrid { grid, .. } = grids::of_image(tree, &elements, &self.spec).await?;
        let warning = ElementWarning::ElementsOnly { session: entry.words(), reason: error.to_string() };
        Ok((elements, PlacedGrid { grid, warning: Some(warning) }))
    }

    /// Reads an element: its prepared tensor, or the session's image, from which it is cut. The image is kept for the
    /// session's next elements.
    ///
    /// # Errors
    /// If there is no such element, or the file cannot be read or contradicts its header.
    pub async fn read_element(&mut self, tree: &FileTree, session: &SessionElements, index: usize) -> Result<LoadedElement, CapsError> {
        let n_elements = session.elements.len();
        let element = session.elements.get(index).ok_or_else(|| CapsError::NoElement { session: session.words(), index, n_elements })?;
        let path = session.path_of(index);
        let volume = match session.prepared.get(index) {
            Some(Some(path)) => Rc::new(read_prepared(tree, path, element, &session.grid).await?),
            _ => self.cut(tree, session, element).await?,
        };
        let is_prepared = matches!(session.prepared.get(index), Some(Some(_)));
        let compared = self.image_warning(session).filter(|_| !is_prepared);
        let gaps = (!element.is_contiguous()).then(|| ElementWarning::Gaps { region: element.name.clone() });
        Ok(LoadedElement {
            volume,
            element: element.clone(),
            source_shape: session.grid.shape,
            source_affine: session.grid.world_from_voxel,
            path: path.to_owned(),
            warnings: compared.into_iter().chain(gaps).collect(),
        })
    }

    /// Reads the whole image of a session, for display. It is kept for the elements that are cut from it.
    ///
    /// # Errors
    /// If there are only elements of the image, or it cannot be read.
    pub async fn read_image(&mut self, tree: &FileTree, session: &SessionElements) -> Result<Rc<Volume>, CapsError> {
        let entry = &session.entry;
        if let Some((_, image)) = self.image.take_if(|(path, _)| *path == entry.path) {
            return Ok(self.keep(entry, image));
        }
        // The other image is dropped before this one is read, so that only one is in memory.
        self.image = None;
        let image = image::read_voxels(tree, entry, session.grid.world_from_voxel).await?;
        if entry.nifti.is_some() && !self.compared.contains_key(&entry.path) {
            let found = image::disagreement(tree, entry, &image).await;
            self.compared.insert(entry.path.clone(), found);
        }
        Ok(self.keep(entry, Rc::new(image)))
    }

    /// The warning if the tensor that is a session's image, which was read, is not what the NIfTI image beside it holds.
    pub fn image_warning(&self, session: &SessionElements) -> Option<ElementWarning> {
        self.compared.get(&session.entry.path).cloned().flatten()
    }

    /// Keeps the image for later calls, and gives it.
    fn keep(&mut self, entry: &ImageEntry, image: Rc<Volume>) -> Rc<Volume> {
        self.image = Some((entry.path.clone(), image.clone()));
        image
    }

    /// Drops the kept image, to free its memory.
    pub fn forget_image(&mut self) {
        self.image = None;
    }

    /// Cuts an element from the session's image.
    async fn cut(&mut self, tree: &FileTree, session: &SessionElements, element: &Element) -> Result<Rc<Volume>, CapsError> {
        let image = self.read_image(tree, session).await?;
        if element.is_whole() && image.shape() == element.source_shape() {
            return Ok(image);
        }
        let cut = element.extract(&image).map_err(|error| CapsError::Elements { path: session.entry.path.clone(), error })?;
        Ok(Rc::new(cut))
    }

    /// The masks for images of `shape` voxels, read again only if the last ones have another size.
    async fn masks(&mut self, tree: &FileTree, shape: [usize; 3]) -> Result<&RegionMasks, CapsError> {
        let masks = match self.masks.take().filter(|masks| masks.shape == shape) {
            Some(masks) => masks,
            None => RegionMasks::open(tree, &self.spec, shape).await?,
        };
        Ok(self.masks.insert(masks))
    }

    /// The prepared tensor of each element; none where prepared ones are not to be used.
    fn prepared(&self, tree: &FileTree, entry: &ImageEntry, elements: &[Element]) -> Result<PreparedElements, CapsError> {
        let mut prepared = PreparedElements { found: vec![None; elements.len()], warning: None };
        let Some(folder) = self.prepared_folder(entry)? else { return Ok(prepared) };
        let (mut n_missing, mut first_missing) = (0, None);
        for (found, element) in prepared.found.iter_mut().zip(elements) {
            let mut paths = self.prepared_paths(&folder, entry, element);
            *found = paths.iter().find(|path| tree.contains(path)).cloned();
            if found.is_none() {
                n_missing += 1;
                first_missing = first_missing.or(paths.drain(..).next());
            }
        }
        let Some(example) = first_missing else { return Ok(prepared) };
        let (session, n_elements) = (entry.words(), elements.len());
        if entry.format == ImageFormat::Elements {
            return Err(CapsError::MissingElements { session, n_missing, n_elements, example });
        }
        prepared.warning = Some(ElementWarning::CutFromImage { session, n_missing, n_elements, example, image: entry.path.clone() });
        Ok(prepared)
    }

    /// Path of the folder of the session's prepared tensors. They are used if the model was trained on prepared elements, or
    /// if there is no image; otherwise `None`.
    fn prepared_folder(&self, entry: &ImageEntry) -> Result<Option<String>, CapsError> {
        let is_only_choice = entry.format == ImageFormat::Elements;
        let Some(folder) = self.spec.elements_folder() else {
            let only_elements = || CapsError::OnlyElements { session: entry.words(), example: entry.path.clone() };
            return if is_only_choice { Err(only_elements()) } else { Ok(None) };
        };
        let session = layout::session_folder(&entry.path).filter(|_| is_only_choice || self.spec.prepare_dl);
        Ok(session.map(|session| format!("{session}/{folder}")))
    }

    /// Paths that an element's tensor may have.
    fn prepared_paths(&self, folder: &str, entry: &ImageEntry, element: &Element) -> Vec<String> {
        let stem = match entry.format {
            ImageFormat::Elements => prepared::image_stems(&entry.path).into_iter().next().unwrap_or_default(),
            _ => file_stem(&entry.path).to_owned(),
        };
        let mask = self.masks.as_ref().and_then(|masks| masks.found.get(element.number)).map(|found| found.path.as_str());
        let names = prepared::names(&self.spec.extraction, element, &stem, mask);
        names.iter().map(|name| format!("{folder}/{name}")).collect()
    }
}

/// Reads an element from its prepared tensor.
async fn read_prepared(tree: &FileTree, path: &str, element: &Element, grid: &Grid) -> Result<Volume, CapsError> {
    let values = tensor::read_element(path, tree.source(path)?, &element.input_shape(None)).await?;
    let placed = Volume::new(element.shape(), values, element.world_from_voxel(&grid.world_from_voxel));
    Ok(placed.expect("the tensor's shape is the element's"))
}

/// A warning for every mask whose affine is not the image's.
fn masks_elsewhere(masks: &RegionMasks, entry: &ImageEntry, grid: &Grid) -> Vec<ElementWarning> {
    let elsewhere = masks.found.iter().filter(|found| found.world_from_voxel.is_some_and(|affine| !grid.lies_as(&affine)));
    elsewhere.map(|found| ElementWarning::MaskElsewhere { mask: found.path.clone(), image: entry.path.clone() }).collect()
}

fn ambiguous(entry: &ImageEntry) -> CapsError {
    CapsError::AmbiguousImage { session: entry.words(), files: entry.rivals.clone() }
}

//! The description of a trained model's inputs.

use crate::maps::Preprocessing;
use crate::volume::{Extraction, Grid, known_space};

/// How a model's inputs are found and cut: the part of `preprocessing_dict` that describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// The preprocessing: `t1-linear`, `flair-linear`, `pet-linear`, `dwi-dti` or `custom`.
    pub preprocessing: String,
    /// Whether the images are on the larger grid (193×229×193).
    pub use_uncropped_image: bool,
    /// Whether elements were extracted to files before training. Such files are used where they exist.
    pub prepare_dl: bool,
    /// How elements are cut from an image.
    pub extraction: Extraction,
}

/// The template of the masks for Clinica's linear pipelines.
const CLINICA_TEMPLATE: &str = "MNI152NLin2009cSym";

/// A part of the names of the masks for Clinica's linear pipelines.
const CLINICA_MASKS: &str = "res-1x1x1";

impl InputSpec {
    /// The description in a model's configuration.
    pub fn of(preprocessing: &Preprocessing, extraction: Extraction) -> Self {
        let Preprocessing { name, use_uncropped_image, prepare_dl, .. } = preprocessing;
        Self { preprocessing: name.clone(), use_uncropped_image: *use_uncropped_image, prepare_dl: *prepare_dl, extraction }
    }

    /// Name of this preprocessing's folder below `deeplearning_prepare_data/image_based/` and its siblings: `t1_linear`.
    pub fn module(&self) -> String {
        self.preprocessing.replace('-', "_")
    }

    /// Path, within a session's folder, of the folder with its image's tensor.
    pub fn images_folder(&self) -> String {
        format!("deeplearning_prepare_data/image_based/{}", self.module())
    }

    /// Path, within a session's folder, of the folder with its prepared elements; `None` for whole images.
    pub fn elements_folder(&self) -> Option<String> {
        let kind = match self.extraction {
            Extraction::Image => return None,
            Extraction::Patch { .. } => "patch_based",
            Extraction::Roi { .. } => "roi_based",
            Extraction::Slice { .. } => "slice_based",
        };
        Some(format!("deeplearning_prepare_data/{kind}/{}", self.module()))
    }

    /// Name of the template in whose folder the masks lie; `None` if the model does not name one.
    pub fn template(&self) -> Option<&str> {
        match &self.extraction {
            _ if self.is_clinica_linear() => Some(CLINICA_TEMPLATE),
            Extraction::Roi { template, .. } => template.as_deref(),
            _ => None,
        }
    }

    /// The text that the names of the masks contain.
    pub fn mask_pattern(&self) -> &str {
        match &self.extraction {
            _ if self.is_clinica_linear() => CLINICA_MASKS,
            Extraction::Roi { mask_pattern, .. } => mask_pattern.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// The grid of all images of the preprocessing; `None` where images have different grids.
    pub fn known_grid(&self) -> Option<Grid> {
        self.is_clinica_linear().then(|| known_space::clinica_grid(self.use_uncropped_image))
    }

    fn is_clinica_linear(&self) -> bool {
        matches!(self.preprocessing.as_str(), "t1-linear" | "flair-linear" | "pet-linear")
    }
}

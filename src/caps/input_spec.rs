//! What a trained model takes of each session.

use crate::maps::Preprocessing;
use crate::volume::{Extraction, Grid, known_space};

/// The part of `preprocessing_dict` that says how inputs are found and cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// `t1-linear`, `flair-linear`, `pet-linear`, `dwi-dti` or `custom`.
    pub preprocessing: String,
    /// Whether the images are on the larger grid (193×229×193).
    pub use_uncropped_image: bool,
    /// Whether elements were cut out and saved beforehand. They are used where they are there.
    pub prepare_dl: bool,
    /// How elements are cut.
    pub extraction: Extraction,
}

/// The template of Clinica's linear pipelines.
const CLINICA_TEMPLATE: &str = "MNI152NLin2009cSym";

/// What the names of masks contain that belong to them.
const CLINICA_MASKS: &str = "res-1x1x1";

impl InputSpec {
    /// From a model's configuration.
    pub fn of(preprocessing: &Preprocessing, extraction: Extraction) -> Self {
        let Preprocessing { name, use_uncropped_image, prepare_dl, .. } = preprocessing;
        Self { preprocessing: name.clone(), use_uncropped_image: *use_uncropped_image, prepare_dl: *prepare_dl, extraction }
    }

    /// The folder of this preprocessing below `deeplearning_prepare_data/image_based/` and its like: `t1_linear`.
    pub fn module(&self) -> String {
        self.preprocessing.replace('-', "_")
    }

    /// The folder of the elements below `deeplearning_prepare_data/`; `None` for whole images.
    pub fn elements_folder(&self) -> Option<String> {
        let kind = match self.extraction {
            Extraction::Image => return None,
            Extraction::Patch { .. } => "patch_based",
            Extraction::Roi { .. } => "roi_based",
            Extraction::Slice { .. } => "slice_based",
        };
        Some(format!("deeplearning_prepare_data/{kind}/{}", self.module()))
    }

    /// The template in whose folder the masks lie, if the model says.
    pub fn template(&self) -> Option<&str> {
        match &self.extraction {
            _ if self.is_clinica_linear() => Some(CLINICA_TEMPLATE),
            Extraction::Roi { template, .. } => template.as_deref(),
            _ => None,
        }
    }

    /// What the names of the masks contain.
    pub fn mask_pattern(&self) -> &str {
        match &self.extraction {
            _ if self.is_clinica_linear() => CLINICA_MASKS,
            Extraction::Roi { mask_pattern, .. } => mask_pattern.as_deref().unwrap_or_default(),
            _ => "",
        }
    }

    /// The grid that all images of the preprocessing have, where it makes one.
    pub fn known_grid(&self) -> Option<Grid> {
        self.is_clinica_linear().then(|| known_space::clinica_grid(self.use_uncropped_image))
    }

    fn is_clinica_linear(&self) -> bool {
        matches!(self.preprocessing.as_str(), "t1-linear" | "flair-linear" | "pet-linear")
    }
}

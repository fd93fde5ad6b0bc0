//! A group run, in the words of `clinicadl interpret`'s command line.

use serde::{Deserialize, Serialize};

use super::{Convention, Method};

/// The options of a group run: what `clinicadl interpret [OPTIONS] INPUT_MAPS_DIRECTORY DATA_GROUP NAME METHOD` is asked for.
/// The folders are those that were opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InterpretOptions {
    /// `DATA_GROUP`: a group that the MAPS defines, or a new one made of the listed participants.
    pub data_group: String,
    /// `NAME`: results go to `interpret-<NAME>`.
    pub name: String,
    /// `METHOD`, with `--level_grad_cam`.
    pub method: Method,
    /// `--target_node`, from 0.
    pub target_node: usize,
    /// Exact or corrected arithmetic, of maps and of group means.
    pub convention: Convention,
    /// Splits to interpret; empty for all, as the command does.
    pub splits: Vec<u32>,
    /// `--selection_metrics`; empty for `loss`.
    pub selection_metrics: Vec<String>,
    /// `--diagnoses` of a new group; empty for those that the model was trained on.
    pub diagnoses: Vec<String>,
    /// `--save_individual`.
    pub save_individual: bool,
    /// `--save_nifti`, and in which form.
    pub nifti: NiftiForm,
    /// `--overwrite`: results of the data group are erased first, and a new definition replaces the old one.
    pub overwrite: bool,
    /// `--overwrite_name`: results of the same name are erased first.
    pub overwrite_name: bool,
}

/// The form in which maps are written as NIfTI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NiftiForm {
    /// No NIfTI file.
    #[default]
    None,
    /// 3D on the element's own grid, with its place in the head.
    Placed,
    /// 3D on the whole image's grid, zeros outside the element.
    WholeImage,
    /// As ClinicaDL writes it: a leading channel axis and an identity affine.
    Clinicadl,
}

/// The outcome of a group run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Interpretation {
    /// The run as it is kept.
    pub run: KeptRun,
    /// Sessions that were left out, one sentence each.
    pub left_out: Vec<String>,
    /// Things the user should know.
    pub warnings: Vec<String>,
    /// Milliseconds that the run took, without those before an interruption.
    pub milliseconds: f64,
}

/// A run whose results are kept until the user erases them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeptRun {
    /// Folder of the run in the storage.
    pub run: String,
    /// Folder name of the MAPS.
    pub maps: String,
    /// The options of the run.
    pub options: InterpretOptions,
    /// Maps computed, over all splits, selections, sessions and elements.
    pub done: u64,
    /// Maps asked for.
    pub total: u64,
    /// Files of results, paths as within the MAPS.
    pub files: Vec<String>,
    /// Bytes of these files.
    pub bytes: u64,
}

//! Means and individual maps → the files of a result folder.

use super::mean::GroupMeans;
use super::report::Report;
use super::result_folder::ResultFolder;
use crate::engine::failure::JobEnd;
use crate::engine::study::Cohorts;
use crate::engine::study::placement::Placement;
use crate::files::Store;
use crate::maps::MapsConfig;
use crate::protocol::{InterpretOptions, NiftiForm};

/// Writes maps of one checkpoint into its result folder.
pub struct ResultWriter<'a> {
    /// The store that holds the folder.
    pub store: &'a dyn Store,
    /// The result folder.
    pub folder: &'a ResultFolder,
    /// The configuration of the trained model.
    pub config: &'a MapsConfig,
    /// The options of the run.
    pub options: &'a InterpretOptions,
}

impl ResultWriter<'_> {
    /// Writes the mean of every element that has one, and warns of the others.
    ///
    /// # Errors
    /// If the store fails, or the place of an element cannot be read again.
    pub async fn write_means(&self, means: &GroupMeans, report: &mut Report, cohorts: &mut Cohorts) -> Result<(), JobEnd> {
        for element in 0..means.n_elements() {
            let first = report.first_with(element).map(|session| (session.cohort.clone(), session.key()));
            let n_channels = report.elements.get(element).and_then(|known| known.as_ref()?.shape.first().copied()).unwrap_or(1);
            match (means.mean(element, self.options.convention), first) {
                (Some(mean), Some((cohort, key))) => {
                    let placement = cohorts.of(&cohort)?.placement(&key, element, self.config, n_channels).await?;
                    self.write_map(&self.folder.mean_stem(element), &placement, &mean, self.options.nifti).await?;
                }
                _ => report.warn(format!("element {element} has no map in any session, so no mean was written")),
            }
        }
        Ok(())
    }

    /// Writes a map as a tensor, and as NIfTI where `form` says so; `stem` is its path without an ending.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn write_map(&self, stem: &str, placement: &Placement, values: &[f32], form: NiftiForm) -> Result<(), JobEnd> {
        self.store.write(&format!("{stem}.pt"), &placement.tensor_file(values)).await?;
        if let Some(nifti) = placement.nifti_file(values, form) {
            self.store.write(&format!("{stem}.nii.gz"), &nifti).await?;
        }
        Ok(())
    }
}

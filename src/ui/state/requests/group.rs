//! Requests about group runs, and copying results to a folder, which the page does itself.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::pace::Stage;
use crate::protocol::{InterpretOptions, KeptRun, Progress, Request};
use crate::ui::state::group_form::splits_of;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;
use crate::web::kept_files::{ChosenFolder, FolderChoice, HandOverError};

/// Number of the page's own job: the engine's numbers count up from 1 and never reach it.
const OWN_JOB: u32 = u32::MAX;

impl Study {
    /// The options of a group run, from the two forms of the Interpret panel.
    pub fn interpret_options(&self) -> InterpretOptions {
        let (form, model) = (self.group, self.model.get());
        let splits = form.splits.get();
        let has_all = model.is_some_and(|model| splits_of(&model).len() == splits.len());
        InterpretOptions {
            data_group: form.data_group.get().trim().to_owned(),
            name: form.name.get().trim().to_owned(),
            method: self.method(),
            target_node: self.form.target.get(),
            convention: self.form.convention.get(),
            splits: if has_all { Vec::new() } else { splits.iter().filter_map(|split| split.parse().ok()).collect() },
            selection_metrics: form.selections.get(),
            diagnoses: form.diagnoses.get(),
            save_individual: form.save_individual.get(),
            nifti: form.nifti.get(),
            overwrite: form.overwrite.get(),
            overwrite_name: form.overwrite_name.get(),
        }
    }

    /// Interprets the data group of the form.
    pub fn run_group(&self) {
        let options = untrack(|| self.interpret_options());
        self.send(JobKind::Interpret, Request::Interpret(Box::new(options)), &[]);
    }

    /// Requests the list of runs whose results are kept.
    pub(in crate::ui::state) fn list_runs(&self) {
        self.send_quietly(JobKind::ListRuns, Request::ListRuns);
    }

    /// Erases a run's results.
    pub fn forget_run(&self, run: String) {
        self.send(JobKind::ForgetRun, Request::ForgetRun { run }, &[]);
    }

    /// Packs a run's results for a download.
    pub fn pack_run(&self, run: String) {
        self.send(JobKind::PackRun, Request::PackRun { run }, &[]);
    }

    /// Copies a run's files into a folder that the user chooses. Call inside a click's handler.
    pub fn save_run(&self, run: KeptRun) {
        let study = *self;
        let choice = match FolderChoice::request() {
            Ok(choice) => choice,
            Err(error) => return self.fail(error.into()),
        };
        spawn_local(async move {
            let saved = match choice.answer().await {
                Ok(Some(folder)) => study.copy_all(&run, &folder).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            saved.unwrap_or_else(|error| study.fail(error.into()));
        });
    }

    async fn copy_all(&self, run: &KeptRun, folder: &ChosenFolder) -> Result<(), HandOverError> {
        self.error.set(None);
        self.work.update(|work| work.jobs.push((OWN_JOB, JobKind::SaveRun)));
        let copied = self.copy_until_cancelled(run, folder).await;
        self.finish(OWN_JOB);
        copied
    }

    async fn copy_until_cancelled(&self, run: &KeptRun, folder: &ChosenFolder) -> Result<(), HandOverError> {
        for (done, file) in run.files.iter().enumerate() {
            if !self.work.read_untracked().is_doing(JobKind::SaveRun) {
                return Ok(());
            }
            self.show_saving(done, run.files.len(), file);
            folder.copy(&format!("{}/{file}", run.run), &format!("{}/{file}", run.maps)).await?;
        }
        Ok(())
    }

    fn show_saving(&self, done: usize, total: usize, file: &str) {
        let (done, total, about) = (done as u64, total as u64, Some(file.to_owned()));
        self.work.update(|work| work.progress = Some(Progress { stage: Stage::Packing, done, total, about, remaining_ms: None }));
    }
}

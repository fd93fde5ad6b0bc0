//! Group runs: what a click asks of the engine, and copying results to a folder, which the page does itself.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::options;
use crate::pace::Stage;
use crate::protocol::{Failure, KeptRun, Progress, Request};
use crate::ui::study::{Study, Task};
use crate::web::kept_files::{ChosenFolder, FolderChoice, HandOverError};

/// Number of the page's own job: the engine counts up from 1 and never gets there.
const OWN_JOB: u32 = u32::MAX;

impl Study {
    /// Interprets the data group that the form says.
    pub fn run_group(&self) {
        let options = untrack(|| options(*self));
        self.send(Task::Interpret, Request::Interpret(Box::new(options)), &[]);
    }

    pub(in crate::ui) fn list_runs(&self) {
        self.send_quietly(Task::ListRuns, Request::ListRuns);
    }

    pub fn forget_run(&self, run: String) {
        self.send(Task::ForgetRun, Request::ForgetRun { run }, &[]);
    }

    pub fn pack_run(&self, run: String) {
        self.send(Task::PackRun, Request::PackRun { run }, &[]);
    }

    /// Copies a run's files into a folder that the user chooses. Call inside a click's handler.
    pub fn save_run(&self, run: KeptRun) {
        let study = *self;
        let choice = match FolderChoice::ask() {
            Ok(choice) => choice,
            Err(error) => return self.fail(failure_of(error)),
        };
        spawn_local(async move {
            let saved = match choice.answer().await {
                Ok(Some(folder)) => study.copy_all(&run, &folder).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            saved.map_err(failure_of).unwrap_or_else(|failure| study.fail(failure));
        });
    }

    async fn copy_all(&self, run: &KeptRun, folder: &ChosenFolder) -> Result<(), HandOverError> {
        self.error.set(None);
        self.work.update(|work| work.jobs.push((OWN_JOB, Task::SaveRun)));
        let copied = self.copy_until_cancelled(run, folder).await;
        self.finish(OWN_JOB);
        copied
    }

    async fn copy_until_cancelled(&self, run: &KeptRun, folder: &ChosenFolder) -> Result<(), HandOverError> {
        for (done, file) in run.files.iter().enumerate() {
            if !self.work.read_untracked().is_doing(Task::SaveRun) {
                return Ok(());
            }
            self.say_saving(done, run.files.len(), file);
            folder.copy(&format!("{}/{file}", run.run), &format!("{}/{file}", run.maps)).await?;
        }
        Ok(())
    }

    fn say_saving(&self, done: usize, total: usize, file: &str) {
        let (done, total, about) = (done as u64, total as u64, Some(file.to_owned()));
        self.work.update(|work| work.progress = Some(Progress { stage: Stage::Packing, done, total, about, remaining_ms: None }));
    }
}

/// A failure in words.
pub fn failure_of(error: HandOverError) -> Failure {
    Failure { hint: error.hint().to_owned(), what: error.to_string() }
}

//! The requests about group runs: the listed participants and the loaded MAPS, results kept in the engine's store.

use super::{GroupRun, Offered, Resolved, SideCar, kept_runs, resolve};
use crate::caps::ImageEntry;
use crate::engine::failure::{JobEnd, no_images};
use crate::engine::progress::Pacer;
use crate::engine::study::Cohorts;
use crate::engine::study::images::Images;
use crate::engine::{Engine, Host};
use crate::files::SubfolderStore;
use crate::maps::participants::SINGLE_COHORT;
use crate::maps::{GroupSession, Maps, MapsConfig};
use crate::protocol::{Event, InterpretOptions, Interpretation};

impl Engine {
    /// Interprets a data group, or continues the same run where it was left.
    ///
    /// # Errors
    /// The errors of [`resolve()`] and [`GroupRun::run`].
    pub(in crate::engine) async fn interpret(&mut self, options: &InterpretOptions, host: &dyn Host) -> Result<(), JobEnd> {
        let started = host.now_ms();
        let images = self.images.take().ok_or_else(no_images)?;
        let mut cohorts = Cohorts::single(images);
        let outcome = self.interpret_cohorts(options, &mut cohorts, host).await;
        self.images = cohorts.into_single();
        let (run, warnings, side_cars) = outcome?;
        let kept = kept_runs::list(&*self.store).await?.into_iter().find(|kept| kept.run == run);
        let gone = || JobEnd::because("the results of the run are not in the storage", "free some space and run again");
        let mut interpretation = Interpretation {
            run: kept.ok_or_else(gone)?,
            left_out: side_cars.iter().flat_map(|side_car| side_car.report.left_out()).collect(),
            warnings,
            milliseconds: host.now_ms() - started,
        };
        let all_warnings = side_cars.into_iter().flat_map(|side_car| side_car.report.warnings);
        interpretation.warnings.extend(all_warnings);
        interpretation.warnings.dedup();
        host.post(Event::Interpreted(Box::new(interpretation)), Vec::new());
        Ok(())
    }

    /// Lists the runs whose results are kept.
    pub(in crate::engine) async fn list_runs(&self, host: &dyn Host) -> Result<(), JobEnd> {
        host.post(Event::Kept(kept_runs::list(&*self.store).await?), Vec::new());
        Ok(())
    }

    /// Erases a run's results, and lists those that are left.
    pub(in crate::engine) async fn forget_run(&self, run: &str, host: &dyn Host) -> Result<(), JobEnd> {
        kept_runs::forget(&*self.store, run).await?;
        self.list_runs(host).await
    }

    /// Packs a run's results into a zip beside them.
    pub(in crate::engine) async fn pack_run(&self, run: &str, host: &dyn Host) -> Result<(), JobEnd> {
        let (path, name) = kept_runs::pack(&*self.store, run, &Pacer::new(host)).await?;
        host.post(Event::Packed { path, name }, Vec::new());
        Ok(())
    }

    async fn interpret_cohorts(
        &mut self,
        options: &InterpretOptions,
        cohorts: &mut Cohorts,
        host: &dyn Host,
    ) -> Result<(String, Vec<String>, Vec<SideCar>), JobEnd> {
        let device = self.device().await;
        let model = self.loaded_model()?;
        let (maps, tree) = (&model.maps, model.tree());
        let images = cohorts.of(SINGLE_COHORT)?;
        images.look_for(&maps.config).await?;
        let offered = offered(options, maps, tree, images)?;
        let resolved: Resolved = resolve(maps, tree, options, offered, None).await?;
        let run_folder = kept_runs::folder(&maps.name, options);
        let store = SubfolderStore::new(&*self.store, &run_folder);
        let run = GroupRun { maps, tree, resolved: &resolved, options, shard: None, device: &device, store: &store, host };
        let checked = run.check(cohorts).await?;
        kept_runs::begin(&*self.store, &maps.name, options, run.n_maps(&checked)).await?;
        let side_cars = run.run(checked, cohorts).await?;
        Ok((run_folder, resolved.warnings, side_cars))
    }
}

/// A stored group is used as it is, unless it is to be overwritten; any other is made of the listed participants.
fn offered(options: &InterpretOptions, maps: &Maps, tree: &crate::files::FileTree, images: &Images) -> Result<Offered, JobEnd> {
    let is_stored = maps.defined_groups(tree).contains(&options.data_group);
    if is_stored && !options.overwrite {
        return Ok(Offered::default());
    }
    let wanted = images.listed_rows().filter(|(_, diagnosis)| is_wanted(*diagnosis, options, &maps.config));
    let sessions: Vec<GroupSession> = wanted.map(|(entry, diagnosis)| session(entry, diagnosis, &maps.config)).collect();
    if sessions.is_empty() {
        let wanted = if options.diagnoses.is_empty() { &maps.config.diagnoses } else { &options.diagnoses };
        let what = format!("none of the {} listed participants has the diagnosis {}", images.entries().len(), wanted.join(" or "));
        return Err(JobEnd::because(what, "choose other diagnoses, or open a table with the column diagnosis beside the images"));
    }
    Ok(Offered { sessions: Some(sessions), caps_directory: Some(images.name().to_owned()), multi_cohort: false })
}

/// Filtered by diagnosis as the command line filters a table; images without a table have no diagnosis and all count,
/// unless diagnoses are asked for.
fn is_wanted(diagnosis: Option<&str>, options: &InterpretOptions, config: &MapsConfig) -> bool {
    let wanted = if options.diagnoses.is_empty() { &config.diagnoses } else { &options.diagnoses };
    match diagnosis {
        Some(diagnosis) => wanted.is_empty() || wanted.iter().any(|wanted| wanted == diagnosis),
        None => options.diagnoses.is_empty(),
    }
}

fn session(entry: &ImageEntry, diagnosis: Option<&str>, config: &MapsConfig) -> GroupSession {
    let label = diagnosis.map(str::to_owned).filter(|_| config.label.as_deref() == Some("diagnosis"));
    let (participant_id, session_id) = (entry.participant_id.clone(), entry.session_id.clone());
    GroupSession { participant_id, session_id, cohort: SINGLE_COHORT.to_owned(), label }
}

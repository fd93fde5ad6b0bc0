//! Putting together the parts that `--shard` computed on several machines.
//!
//! Every part leaves its individual maps, not a partial sum: float32 addition is not associative, and only the maps added
//! one after the other in the order of the table give bit for bit what one run over the whole group gives.

use super::mean::GroupMeans;
use super::report::{MapReport, Report, SessionReport};
use super::result_folder::{ResultFolder, SIDE_CAR, shard_side_car};
use super::result_writer::ResultWriter;
use super::side_car::SideCar;
use crate::engine::Host;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::study::Cohorts;
use crate::files::{Store, file_name, memory_file};
use crate::maps::Maps;
use crate::pace::{Pace, Stage};
use crate::torch_file;

/// The parts of one checkpoint's results.
struct Parts {
    folder: ResultFolder,
    side_cars: Vec<SideCar>,
}

/// Puts the parts of an interpretation together, for every split and selection that has any. `store` is the MAPS folder.
///
/// # Errors
/// If there are no parts, parts are missing, belong to different runs, or were put together before; or a map of theirs is gone.
pub async fn merge(
    maps: &Maps,
    group: &str,
    name: &str,
    cohorts: &mut Cohorts,
    store: &dyn Store,
    host: &dyn Host,
) -> Result<Vec<SideCar>, JobEnd> {
    let (mut all_parts, mut merged_before, mut merged) = (Vec::new(), Vec::new(), Vec::new());
    for split in &maps.splits {
        for selection in &split.selections {
            let folder = ResultFolder::new(&split.folder, selection, group, name, maps.config.mode);
            let complete = store.read(&folder.file(SIDE_CAR)).await?.and_then(|bytes| serde_json::from_slice::<SideCar>(&bytes).ok());
            match (parts(store, folder.clone()).await?, complete) {
                (None, None) => {}
                (None, Some(_)) => merged_before.push(folder),
                (Some(parts), None) => all_parts.push(parts),
                (Some(parts), Some(complete)) => {
                    // Interrupted while cleaning up.
                    parts.clean_up(store, &complete).await?;
                    merged.push(complete);
                }
            }
        }
    }
    let has_none = all_parts.is_empty() && merged.is_empty();
    if let (true, Some(folder)) = (has_none, merged_before.first()) {
        let what = format!("{}: this interpretation is complete, there are no parts to put together", folder.path());
        return Err(JobEnd::because(what, "nothing needs to be done"));
    }
    if has_none {
        let what = format!("there are no parts of the interpretation {name} of the data group {group} in {}", maps.name);
        return Err(JobEnd::because(what, "run `maplens interpret … --shard K/N` for every K first"));
    }
    all_parts.iter().try_for_each(Parts::check)?;
    for parts in all_parts {
        merged.push(parts.merge(maps, cohorts, store, host).await?);
    }
    Ok(merged)
}

async fn parts(store: &dyn Store, folder: ResultFolder) -> Result<Option<Parts>, JobEnd> {
    let mut side_cars = Vec::new();
    for (path, _) in store.list(folder.path()).await? {
        if !file_name(&path).starts_with("maplens.shard-") {
            continue;
        }
        let bytes = store.read(&path).await?.unwrap_or_default();
        let side_car: SideCar = serde_json::from_slice(&bytes).map_err(|error| {
            JobEnd::because(format!("{path}: not the record of a part ({error})"), "erase it and compute that part again")
        })?;
        side_cars.push(side_car);
    }
    side_cars.sort_by_key(|side_car| side_car.shard);
    Ok((!side_cars.is_empty()).then_some(Parts { folder, side_cars }))
}

impl Parts {
    fn check(&self) -> Result<(), JobEnd> {
        let folder = self.folder.path();
        let shards = || self.side_cars.iter().filter_map(|side_car| side_car.shard);
        let count = shards().map(|shard| shard.count).max().unwrap_or(0);
        if shards().any(|shard| shard.count != count) || self.side_cars.iter().any(|part| part.fingerprint != self.side_cars[0].fingerprint)
        {
            let what = format!("{folder}: its parts belong to different runs");
            return Err(JobEnd::because(what, "erase the folder and compute all parts with the same options, images and checkpoint"));
        }
        let missing: Vec<String> =
            (1..=count).filter(|index| shards().all(|shard| shard.index != *index)).map(|index| format!("{index}/{count}")).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(JobEnd::because(format!("{folder}: parts are missing: {}", missing.join(", ")), "compute them with --shard first"))
    }

    async fn merge(self, maps: &Maps, cohorts: &mut Cohorts, store: &dyn Store, host: &dyn Host) -> Result<SideCar, JobEnd> {
        let pacer = Pacer::new(host);
        let mut report = self.joined_report();
        let mut means = GroupMeans::new(report.elements.len());
        let paths = self.map_paths(&report);
        for (done, (element, path)) in paths.iter().enumerate() {
            pacer.step(Stage::Interpreting, done as u64, paths.len() as u64).await?;
            let values = read_map(store, path).await?;
            means.add(*element, &values).map_err(|error| JobEnd::because(format!("{path}: {error}"), "compute its part again"))?;
        }
        let Some(first) = self.side_cars.first() else { return Err(JobEnd::Cancelled) };
        let writer = ResultWriter { store, folder: &self.folder, config: &maps.config, options: &first.options };
        writer.write_means(&means, &mut report, cohorts).await?;
        let merged = SideCar { shard: None, report, ..first.clone() };
        store.write(&self.folder.file(SIDE_CAR), &merged.to_json()).await?;
        self.clean_up(store, &merged).await?;
        Ok(merged)
    }

    /// Individual maps stay only where they were asked for. The side-cars of the parts go last: as long as there are any,
    /// this can be done again.
    async fn clean_up(&self, store: &dyn Store, merged: &SideCar) -> Result<(), JobEnd> {
        if !merged.options.save_individual {
            for (_, path) in self.map_paths(&merged.report) {
                store.remove(&path).await?;
            }
        }
        for shard in self.side_cars.iter().filter_map(|side_car| side_car.shard) {
            store.remove(&self.folder.file(&shard_side_car(shard))).await?;
        }
        Ok(())
    }

    /// The reports of all parts in order, with the maps of each element counted over all of them.
    fn joined_report(&self) -> Report {
        let n_elements = self.side_cars.iter().map(|part| part.report.elements.len()).max().unwrap_or(0);
        let mut joined = Report::new(n_elements);
        for part in &self.side_cars {
            for (known, own) in joined.elements.iter_mut().zip(&part.report.elements) {
                match (known.as_mut(), own) {
                    (Some(known), Some(own)) => known.n_maps += own.n_maps,
                    (None, own) => known.clone_from(own),
                    (Some(_), None) => {}
                }
            }
            joined.sessions.extend(part.report.sessions.iter().cloned());
            part.report.warnings.iter().for_each(|warning| joined.warn(warning.clone()));
        }
        joined
    }

    /// Element and path of every map, in the order in which one run would have added them.
    fn map_paths(&self, report: &Report) -> Vec<(usize, String)> {
        let path = |session: &SessionReport, element: usize| {
            let number = report.elements.get(element).and_then(|known| Some(known.as_ref()?.number)).unwrap_or(element);
            format!("{}.pt", self.folder.individual_stem(&session.participant_id, &session.session_id, number))
        };
        let of_session = |session| move |map: &MapReport| (map.element, path(session, map.element));
        report.sessions.iter().flat_map(|session| session.maps.iter().map(of_session(session))).collect()
    }
}

async fn read_map(store: &dyn Store, path: &str) -> Result<Vec<f32>, JobEnd> {
    let gone = || JobEnd::because(format!("{path}: a part's map is gone"), "compute its part again");
    let bytes = store.read(path).await?.ok_or_else(gone)?;
    let tensor = torch_file::read_tensor(path, &memory_file(bytes)).await?;
    tensor.to_f32_vec().await.map_err(|flaw| flaw.in_file(path).into())
}

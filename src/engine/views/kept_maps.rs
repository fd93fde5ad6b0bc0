//! Maps that the user keeps beside the last one, whatever model and images are opened after them, and what they have in common.

use std::rc::Rc;

use crate::analysis::comparison::{ComparisonError, Correlating, Correlations, Pair, Voxels};
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::single::element_map::ElementMap;
use crate::pace::{Pace, Stage};
use crate::protocol::{Comparison, ComparisonOutcome, ComparisonRequest, MAX_KEPT_MAPS};
use crate::volume::Grid;

/// At most [`MAX_KEPT_MAPS`] maps.
#[derive(Default)]
pub struct KeptMaps {
    maps: Vec<StoredMap>,
    /// Correlations of pairs that are still kept: sorting takes long, and is the same for every share of the strongest voxels.
    known: Vec<([u32; 2], Voxels, Correlations)>,
}

/// A map with its grid.
struct StoredMap {
    number: u32,
    grid: Grid,
    n_channels: usize,
    /// Shared with the last map, while that is the same.
    values: Rc<Vec<f32>>,
}

impl StoredMap {
    fn lies_as(&self, other: &StoredMap) -> bool {
        let same_size = self.grid.shape == other.grid.shape && self.n_channels == other.n_channels;
        same_size && self.grid.lies_as(&other.grid.world_from_voxel)
    }
}

impl KeptMaps {
    /// Keeps a map under a number of the page's choice.
    ///
    /// # Errors
    /// As many as possible are kept already.
    pub fn keep(&mut self, number: u32, map: &ElementMap) -> Result<(), JobEnd> {
        if self.maps.len() >= MAX_KEPT_MAPS {
            return Err(JobEnd::because(format!("{MAX_KEPT_MAPS} maps are kept already, which is the most"), "remove one of them first"));
        }
        let (grid, n_channels, values) = (map.placement.grid(), map.placement.n_channels, map.values.clone());
        self.maps.push(StoredMap { number, grid, n_channels, values });
        Ok(())
    }

    /// Drops a map, and the correlations with it.
    pub fn forget(&mut self, number: u32) {
        self.maps.retain(|map| map.number != number);
        self.known.retain(|(pair, ..)| !pair.contains(&number));
    }

    /// The numbers of the kept maps.
    pub fn numbers(&self) -> Vec<u32> {
        self.maps.iter().map(|map| map.number).collect()
    }

    /// Compares two kept maps: correlations and the overlap of the strongest voxels.
    ///
    /// # Errors
    /// A cancel, or a share that is none.
    pub async fn compare(&mut self, asked: ComparisonRequest, pacer: &Pacer<'_>) -> Result<Comparison, JobEnd> {
        let found = |number: u32| self.maps.iter().find(|map| map.number == number).ok_or(ComparisonOutcome::Gone(number));
        let outcome = match (found(asked.maps[0]), found(asked.maps[1])) {
            (Err(gone), _) | (_, Err(gone)) => gone,
            (Ok(first), Ok(second)) if !first.lies_as(second) => ComparisonOutcome::OtherGrid,
            (Ok(first), Ok(second)) => {
                let pair = Pair::new(&first.values, &second.values, asked.voxels)?;
                // A share that is none ends the job before anything is sorted.
                let least_of_first = pair.least_of_top(0, asked.top_percent)?;
                pacer.step(Stage::Comparing, 0, 0).await?;
                let least_of_second = pair.least_of_top(1, asked.top_percent)?;
                pacer.step(Stage::Comparing, 0, 0).await?;
                let overlap = pair.overlap_above(asked.top_percent, [least_of_first, least_of_second]);
                let is_it = |(maps, voxels, _): &&([u32; 2], Voxels, Correlations)| (*maps, *voxels) == (asked.maps, asked.voxels);
                let correlations = match self.known.iter().find(is_it) {
                    Some((.., correlations)) => *correlations,
                    None => {
                        let correlations = correlate(pair, pacer).await?;
                        self.known.push((asked.maps, asked.voxels, correlations));
                        correlations
                    }
                };
                ComparisonOutcome::Numbers(correlations, overlap)
            }
        };
        Ok(Comparison { asked, outcome })
    }
}

async fn correlate(pair: Pair<'_>, pacer: &Pacer<'_>) -> Result<Correlations, JobEnd> {
    let mut correlating = Correlating::begin(pair);
    loop {
        pacer.step(Stage::Comparing, 0, 0).await?;
        if let Some(correlations) = correlating.step() {
            return Ok(correlations);
        }
    }
}

impl From<ComparisonError> for JobEnd {
    fn from(error: ComparisonError) -> Self {
        Self::because(error, "keep maps of one grid without values that are no numbers, and choose a share above 0 and at most 100 %")
    }
}

//! Reads numbers off a channel of the last map, in steps between which a cancel takes effect.

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::profiles;
use crate::analysis::rank_table::RankTable;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::single::element_map::ElementMap;
use crate::engine::{Engine, Host};
use crate::pace::{Pace, Stage};
use crate::protocol::{Event, Explanation, MapNumbers};

impl Engine {
    /// Measures a channel of the last map; a map that is not the last one any more counts as cancelled, since the page shows
    /// another.
    pub(in crate::engine) async fn measure_map(&self, explanation: &Explanation, channel: usize, host: &dyn Host) -> Result<(), JobEnd> {
        let last = self.explained.as_ref().filter(|last| last.explanation == *explanation).ok_or(JobEnd::Cancelled)?;
        let numbers = numbers_of(&last.map, channel, &Pacer::new(host)).await?;
        host.post(Event::Numbers(Box::new(numbers)), Vec::new());
        Ok(())
    }
}

/// Profiles, histogram and ranks of a channel, from 0; a few dozen milliseconds for a full-size map.
async fn numbers_of(map: &ElementMap, channel: usize, pacer: &Pacer<'_>) -> Result<MapNumbers, JobEnd> {
    let values =
        map.channel(channel).ok_or_else(|| JobEnd::because(format!("the map has no channel {channel}"), "choose another channel"))?;
    let profiles = profiles(values, &map.placement.grid());
    pacer.step(Stage::Measuring, 1, 3).await?;
    let histogram = Histogram::of(values);
    pacer.step(Stage::Measuring, 2, 3).await?;
    let ranks = RankTable::of(values);
    pacer.step(Stage::Measuring, 3, 3).await?;
    Ok(MapNumbers { channel, profiles, histogram, ranks })
}

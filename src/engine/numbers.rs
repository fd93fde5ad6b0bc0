//! Reads numbers off a channel of the last map, in steps between which a cancel is heard.

use super::element_map::ElementMap;
use super::failure::Ended;
use super::progress::Pacer;
use super::{Engine, Host};
use crate::analysis::histogram::Histogram;
use crate::analysis::profile::profiles;
use crate::analysis::rank_table::RankTable;
use crate::pace::{Pace, Stage};
use crate::protocol::{Event, Explanation, MapNumbers};

impl Engine {
    /// Of a map that is not the last one any more nobody wants to know: that counts as a cancel.
    pub(super) async fn measure_map(&self, explanation: &Explanation, channel: usize, host: &dyn Host) -> Result<(), Ended> {
        let last = self.explained.as_ref().filter(|last| last.explanation == *explanation).ok_or(Ended::Cancelled)?;
        let numbers = numbers_of(&last.map, channel, &Pacer::new(host)).await?;
        host.post(Event::Numbers(Box::new(numbers)), Vec::new());
        Ok(())
    }
}

/// Takes a few dozen milliseconds for a full-size map.
async fn numbers_of(map: &ElementMap, channel: usize, pacer: &Pacer<'_>) -> Result<MapNumbers, Ended> {
    let n_voxels = map.values.len() / map.placement.n_channels.max(1);
    let values = map.values.chunks(n_voxels.max(1)).nth(channel);
    let values = values.ok_or_else(|| Ended::because(format!("the map has no channel {channel}"), "choose another channel"))?;
    let profiles = profiles(values, &map.placement.grid());
    pacer.step(Stage::Measuring, 1, 3).await?;
    let histogram = Histogram::of(values);
    pacer.step(Stage::Measuring, 2, 3).await?;
    let ranks = RankTable::of(values);
    pacer.step(Stage::Measuring, 3, 3).await?;
    Ok(MapNumbers { channel, profiles, histogram, ranks })
}

//! Reads numbers off a channel of the last map, in steps between which a cancel takes effect.

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::profiles;
use crate::analysis::rank_table::RankTable;
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::single::element_map::ElementMap;
use crate::pace::{Pace, Stage};
use crate::protocol::MapNumbers;

/// Profiles, histogram and ranks of a channel, from 0; a few dozen milliseconds for a full-size map.
pub(super) async fn numbers_of(map: &ElementMap, channel: usize, pacer: &Pacer<'_>) -> Result<MapNumbers, JobEnd> {
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

//! Where results lie, as `clinicadl interpret` 1.6.1 names them.

use super::shard::Shard;
use crate::export::file_names;
use crate::maps::Mode;
use crate::maps::groups::interpretation_path;

/// The side-car that says how the results of a folder came about. ClinicaDL writes none.
pub const SIDE_CAR: &str = "maplens.json";

/// Name of the side-car of a part.
pub fn shard_side_car(shard: Shard) -> String {
    format!("maplens.shard-{}-of-{}.json", shard.index, shard.count)
}

/// The folder of one checkpoint's results within a MAPS: `split-0/best-loss/<group>/interpret-<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultFolder {
    path: String,
    mode: Mode,
}

impl ResultFolder {
    /// The folder of an interpretation; `split_folder` is `split-n`, or `fold-n` in a MAPS of ClinicaDL 1.0.0 to 1.0.3.
    pub fn new(split_folder: &str, selection: &str, group: &str, name: &str, mode: Mode) -> Self {
        Self { path: interpretation_path(split_folder, selection, group, name), mode }
    }

    /// Path of the folder within the MAPS.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Path of a file in the folder.
    pub fn file(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// `mean_<mode>-<e>_map` without its ending; elements are counted from 0 in every mode.
    pub fn mean_stem(&self, position: usize) -> String {
        self.file(&format!("mean_{}-{position}_map", self.mode))
    }

    /// `<participant>_<session>_<mode>-<number>_map` without its ending; slices have their number in the whole image.
    pub fn individual_stem(&self, participant_id: &str, session_id: &str, number: usize) -> String {
        self.file(&file_names::map_stem(participant_id, session_id, &self.mode.to_string(), number))
    }
}

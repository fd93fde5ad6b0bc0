//! The JSON file beside results that says how they came about.

use serde::{Deserialize, Serialize};

use super::report::Report;
use super::shard::Shard;
use crate::export::record::{DeviceRecord, ModelRecord, Software};
use crate::protocol::{Convention, InterpretOptions};

/// Everything needed to compute the same results again, and to know what they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SideCar {
    /// The program that wrote it.
    pub software: Software,
    /// Hash of all that decides over the numbers.
    pub fingerprint: String,
    /// The part that was computed; null for the whole group.
    pub shard: Option<Shard>,
    /// The network.
    pub model: ModelRecord,
    /// The options of the run.
    pub options: InterpretOptions,
    /// The divisor of the means, in words.
    pub divisor: String,
    /// The device that computed.
    pub device: DeviceRecord,
    /// What was done with every session.
    #[serde(flatten)]
    pub report: Report,
}

impl SideCar {
    /// Indented JSON, ending in a newline.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

/// The divisor of a convention's means, in words.
pub fn divisor(convention: Convention) -> String {
    match convention {
        Convention::Clinicadl161 => "maps of the element × elements, as ClinicaDL 1.6.1 does",
        Convention::Corrected => "maps of the element",
    }
    .to_owned()
}

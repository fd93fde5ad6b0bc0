//! What a run did with every session and element: for the side-car, and for the list of what was left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::single::element_map::ElementMap;
use crate::maps::GroupSession;
use crate::protocol::ParticipantKey;

/// What was done with the sessions, in the order of the table, and with the elements.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What is known of each element, by position; `None` before its first map.
    pub elements: Vec<Option<ElementReport>>,
    /// What was done with each session so far.
    pub sessions: Vec<SessionReport>,
    /// Things the user should know, one sentence each.
    pub warnings: Vec<String>,
}

/// An element, as its first map has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ElementReport {
    /// Number in names of files.
    pub number: usize,
    /// `patch 13`, the name of a region; empty for the whole image.
    pub name: String,
    /// Shape of its maps as tensors: channels, then axes.
    pub shape: Vec<usize>,
    /// Millimetres (RAS+) from voxel indices of its maps.
    pub world_from_voxel: [[f64; 4]; 3],
    /// Maps in its mean.
    pub n_maps: usize,
}

/// A session: its maps and the elements that have none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionReport {
    /// BIDS-like identifier, `sub-…`.
    pub participant_id: String,
    /// Identifier of the visit, `ses-…`.
    pub session_id: String,
    /// Name of its cohort.
    pub cohort: String,
    /// Path of its image within the CAPS; empty where it was not found.
    pub file: String,
    /// Maps of its elements.
    pub maps: Vec<MapReport>,
    /// Elements that were left out: position and reason.
    pub left_out: Vec<(usize, String)>,
}

/// A map that was computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MapReport {
    /// Position of the element, from 0.
    pub element: usize,
    /// Raw outputs of the network's last layer. JSON has no word for values that are not finite: they are written as null.
    #[serde(deserialize_with = "null_as_nan")]
    pub logits: Vec<f32>,
}

/// Numbers, of which those that are not finite were written as null.
fn null_as_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f32>, D::Error> {
    let values = Vec::<Option<f32>>::deserialize(deserializer)?;
    Ok(values.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect())
}

impl Report {
    /// An empty report about `n_elements` elements.
    pub fn new(n_elements: usize) -> Self {
        Self { elements: vec![None; n_elements], ..Self::default() }
    }

    /// Adds a map of the last session.
    pub fn add_map(&mut self, element: usize, map: &ElementMap) {
        if let Some(known) = self.elements.get_mut(element) {
            known.get_or_insert_with(|| ElementReport::of(map)).n_maps += 1;
        }
        for warning in &map.warnings {
            self.warn(warning.clone());
        }
        if let Some(session) = self.sessions.last_mut() {
            session.file.clone_from(&map.path);
            session.maps.push(MapReport { element, logits: map.logits.clone() });
        }
    }

    /// Adds an element of the last session that has no map.
    pub fn add_left_out(&mut self, element: usize, reason: String) {
        if let Some(session) = self.sessions.last_mut() {
            session.left_out.push((element, reason));
        }
    }

    /// Adds a warning unless it is there already.
    pub fn warn(&mut self, warning: String) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    /// What was left out, one sentence for each session and reason.
    pub fn left_out(&self) -> Vec<String> {
        self.sessions.iter().flat_map(|session| session.left_out_sentences(self.elements.len())).collect()
    }

    /// The first session that has a map of an element.
    pub fn first_with(&self, element: usize) -> Option<&SessionReport> {
        self.sessions.iter().find(|session| session.maps.iter().any(|map| map.element == element))
    }

    /// Number of maps of all sessions.
    pub fn n_maps(&self) -> usize {
        self.sessions.iter().map(|session| session.maps.len()).sum()
    }
}

impl ElementReport {
    fn of(map: &ElementMap) -> Self {
        let element = &map.placement.element;
        let world_from_voxel = map.placement.world_from_voxel().0;
        Self { number: element.number, name: element.name.clone(), shape: map.placement.shape(), world_from_voxel, n_maps: 0 }
    }
}

impl SessionReport {
    /// A report without maps of a session of the group.
    pub fn of(session: &GroupSession) -> Self {
        Self {
            participant_id: session.participant_id.clone(),
            session_id: session.session_id.clone(),
            cohort: session.cohort.clone(),
            ..Self::default()
        }
    }

    /// Participant and session.
    pub fn key(&self) -> ParticipantKey {
        ParticipantKey { participant_id: self.participant_id.clone(), session_id: self.session_id.clone() }
    }

    fn left_out_sentences(&self, n_elements: usize) -> Vec<String> {
        let mut by_reason: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (element, reason) in &self.left_out {
            by_reason.entry(reason).or_default().push(element.to_string());
        }
        let who = format!("{} {}", self.participant_id, self.session_id);
        let sentence = |(reason, elements): (&str, Vec<String>)| match elements.len() {
            n if n == n_elements => format!("{who}: {reason}"),
            1 => format!("{who}, element {}: {reason}", elements.join(", ")),
            _ => format!("{who}, elements {}: {reason}", elements.join(", ")),
        };
        by_reason.into_iter().map(sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_that_are_no_numbers_are_read_again() {
        let written = serde_json::to_string(&MapReport { element: 0, logits: vec![1.5, f32::NAN, f32::INFINITY] }).unwrap();
        let read: MapReport = serde_json::from_str(&written).unwrap();
        assert_eq!(read.logits[0].to_bits(), 1.5_f32.to_bits());
        assert!(read.logits[1].is_nan() && read.logits[2].is_nan());
    }
}

//! The maps that are kept for comparison, and the engine's numbers about them.

use std::sync::Arc;

use leptos::prelude::*;

use super::shown::{ShownImage, ShownMap};
use crate::analysis::comparison::Voxels;
use crate::protocol::{Comparison, ComparisonOutcome, ComparisonRequest, MAX_KEPT_MAPS};

/// A map that stays when others follow, with all that describes it: the model may be another one by then.
pub struct ComparedMap {
    /// Identifies the map in requests to the engine.
    pub number: u32,
    /// Identifies the map on the page.
    pub letter: char,
    pub map: Arc<ShownMap>,
    /// The image that the map lies on; maps of one participant share it.
    pub image: Option<Arc<ShownImage>>,
    /// Folder name of the MAPS.
    pub maps_name: String,
    pub split: u32,
    pub selection: String,
    /// Label of the output node.
    pub target_label: String,
}

/// The kept maps and how they are shown; part of [`Study`](super::study::Study).
#[derive(Clone, Copy)]
pub struct ComparisonState {
    /// At most [`MAX_KEPT_MAPS`], sorted by letter.
    pub kept: RwSignal<Vec<Arc<ComparedMap>>>,
    pub range: RwSignal<ColorRange>,
    /// Whether the first two maps' difference is drawn.
    pub shows_difference: RwSignal<bool>,
    pub voxels: RwSignal<Voxels>,
    /// Share of the voxels that are a map's strongest, in percent.
    pub top_percent: RwSignal<f64>,
    /// The engine's answers about maps that are still kept.
    pub numbers: RwSignal<Vec<Comparison>>,
    /// Whether the user asked to keep one more map than can be kept.
    pub is_full: RwSignal<bool>,
    pub(super) next_number: StoredValue<u32>,
    /// The map that the engine was asked to keep and has not confirmed.
    pub(super) requested: StoredValue<Option<Arc<ComparedMap>>>,
}

/// The magnitude at which a map's colours end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorRange {
    /// The largest magnitude of all kept maps.
    Common,
    /// The map's own largest magnitude.
    Own,
}

/// Letters of the columns, as many as maps are kept.
const LETTERS: [char; MAX_KEPT_MAPS] = ['A', 'B', 'C', 'D'];

impl ComparisonState {
    /// No map is kept.
    pub fn new() -> Self {
        ComparisonState {
            kept: RwSignal::new(Vec::new()),
            range: RwSignal::new(ColorRange::Common),
            shows_difference: RwSignal::new(false),
            voxels: RwSignal::new(Voxels::default()),
            top_percent: RwSignal::new(5.0),
            numbers: RwSignal::new(Vec::new()),
            is_full: RwSignal::new(false),
            next_number: StoredValue::new(1),
            requested: StoredValue::new(None),
        }
    }

    /// The two maps of the difference.
    pub fn first_two(&self) -> Option<[Arc<ComparedMap>; 2]> {
        match self.kept.get().as_slice() {
            [first, second, ..] => Some([first.clone(), second.clone()]),
            _ => None,
        }
    }

    /// All pairs, each in the order of the letters.
    pub fn pairs(&self) -> Vec<[Arc<ComparedMap>; 2]> {
        let kept = self.kept.get();
        let later = |index: usize| kept.iter().skip(index + 1);
        kept.iter().enumerate().flat_map(|(index, first)| later(index).map(|second| [first.clone(), second.clone()])).collect()
    }

    /// The engine's answer about a pair of map numbers, for the present settings.
    pub fn comparison(&self, maps: [u32; 2]) -> Option<ComparisonOutcome> {
        let wanted = self.request(maps);
        // A number may lose its last bit on the way to the engine and back.
        let is_close = |percent: f64| (percent - wanted.top_percent).abs() <= 1e-9 * wanted.top_percent;
        let is_answer = |asked: &ComparisonRequest| asked.maps == maps && asked.voxels == wanted.voxels && is_close(asked.top_percent);
        self.numbers.read().iter().find(|comparison| is_answer(&comparison.asked)).map(|comparison| comparison.outcome.clone())
    }

    /// The request for the numbers of a pair, with the present settings.
    pub(super) fn request(&self, maps: [u32; 2]) -> ComparisonRequest {
        ComparisonRequest { maps, voxels: self.voxels.get(), top_percent: self.top_percent.get() }
    }

    /// The first letter that no kept map has; `None` if there is none, which [`Self::is_full`] then shows.
    pub(super) fn free_letter(&self) -> Option<char> {
        let kept = self.kept.read();
        let letter = LETTERS.into_iter().find(|letter| kept.iter().all(|map| map.letter != *letter));
        self.is_full.set(letter.is_none());
        letter
    }

    /// Shows the requested map if its number is among those that the engine keeps.
    pub(super) fn take_kept(&self, numbers: &[u32]) {
        let requested = self.requested.try_update_value(Option::take).flatten();
        for map in requested.into_iter().filter(|map| numbers.contains(&map.number)) {
            self.kept.update(|kept| {
                let place = kept.partition_point(|other| other.letter < map.letter);
                kept.insert(place, map);
            });
        }
    }

    /// Stores the engine's answer about a pair.
    pub(super) fn take_comparison(&self, comparison: Comparison) {
        let kept: Vec<u32> = self.kept.read_untracked().iter().map(|map| map.number).collect();
        // One of them may have been removed meanwhile.
        if comparison.asked.maps.iter().all(|number| kept.contains(number)) {
            self.numbers.update(|numbers| {
                numbers.retain(|other| other.asked.maps != comparison.asked.maps);
                numbers.push(comparison);
            });
        }
    }

    /// Removes a kept map and all numbers about it.
    pub(super) fn remove(&self, number: u32) {
        self.kept.update(|kept| kept.retain(|map| map.number != number));
        self.numbers.update(|numbers| numbers.retain(|comparison| !comparison.asked.maps.contains(&number)));
        self.is_full.set(false);
    }
}

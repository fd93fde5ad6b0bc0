//! Which maps are kept, and what is asked of the engine about them.

use std::sync::Arc;

use leptos::prelude::*;

use crate::analysis::comparison::Voxels;
use crate::protocol::{Comparison, ComparisonOutcome, ComparisonRequest, MAX_KEPT_MAPS, Request};
use crate::ui::shown::{ShownImage, ShownMap};
use crate::ui::study::{Study, Task};

/// A map that stays when others follow, with all that says what it is: the model may be another one by then.
pub struct KeptMap {
    /// By which the engine knows it.
    pub number: u32,
    /// By which the user knows it.
    pub letter: char,
    pub map: Arc<ShownMap>,
    /// The image it lies on; maps of one participant share it.
    pub image: Option<Arc<ShownImage>>,
    /// Folder name of the MAPS.
    pub maps_name: String,
    pub split: u32,
    pub selection: String,
    /// Of the output node.
    pub target_label: String,
}

/// What is kept, and how it is shown; part of the study.
#[derive(Clone, Copy)]
pub struct Comparing {
    /// At most four, by letter.
    pub kept: RwSignal<Vec<Arc<KeptMap>>>,
    pub range: RwSignal<RangeOf>,
    /// Whether the first two maps' difference is drawn.
    pub shows_difference: RwSignal<bool>,
    pub voxels: RwSignal<Voxels>,
    /// Share of the voxels that are a map's strongest, in percent.
    pub top_percent: RwSignal<f64>,
    /// Answers of the engine about maps that are still kept.
    pub numbers: RwSignal<Vec<Comparison>>,
    /// Whether one more map was to be kept than can be.
    pub is_full: RwSignal<bool>,
    next_number: StoredValue<u32>,
    /// The map that the engine was asked to keep.
    asked: StoredValue<Option<Arc<KeptMap>>>,
}

/// What the colours of a map end at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOf {
    /// The largest magnitude of all kept maps.
    Common,
    /// The map's own.
    Own,
}

/// Letters of the columns, as many as maps are kept.
const LETTERS: [char; MAX_KEPT_MAPS] = ['A', 'B', 'C', 'D'];

impl Comparing {
    pub fn new() -> Self {
        Comparing {
            kept: RwSignal::new(Vec::new()),
            range: RwSignal::new(RangeOf::Common),
            shows_difference: RwSignal::new(false),
            voxels: RwSignal::new(Voxels::default()),
            top_percent: RwSignal::new(5.0),
            numbers: RwSignal::new(Vec::new()),
            is_full: RwSignal::new(false),
            next_number: StoredValue::new(1),
            asked: StoredValue::new(None),
        }
    }

    /// The two maps of the difference.
    pub fn first_two(&self) -> Option<[Arc<KeptMap>; 2]> {
        match self.kept.get().as_slice() {
            [first, second, ..] => Some([first.clone(), second.clone()]),
            _ => None,
        }
    }

    /// All pairs, each in the order of the letters.
    pub fn pairs(&self) -> Vec<[Arc<KeptMap>; 2]> {
        let kept = self.kept.get();
        let later = |index: usize| kept.iter().skip(index + 1);
        kept.iter().enumerate().flat_map(|(index, first)| later(index).map(|second| [first.clone(), second.clone()])).collect()
    }

    /// What the engine said of a pair for the settings of now.
    pub fn comparison(&self, maps: [u32; 2]) -> Option<ComparisonOutcome> {
        let wanted = self.question(maps);
        // A number may lose its last bit on the way to the engine and back.
        let is_close = |percent: f64| (percent - wanted.top_percent).abs() <= 1e-9 * wanted.top_percent;
        let is_answer = |asked: &ComparisonRequest| asked.maps == maps && asked.voxels == wanted.voxels && is_close(asked.top_percent);
        self.numbers.read().iter().find(|comparison| is_answer(&comparison.asked)).map(|comparison| comparison.outcome.clone())
    }

    fn question(&self, maps: [u32; 2]) -> ComparisonRequest {
        ComparisonRequest { maps, voxels: self.voxels.get(), top_percent: self.top_percent.get() }
    }
}

impl Study {
    /// Whether the present map can be kept: not while another is on its way, which the engine would keep in its place.
    pub fn can_keep_map(&self) -> bool {
        let work = self.work.read();
        self.map.read().is_some() && !work.is_doing(Task::Explain) && !work.is_doing(Task::KeepMap) && !work.is_doing(Task::Interpret)
    }

    /// Keeps the present map beside those that are kept, unless these are as many as there can be.
    pub fn keep_map(&self) {
        let Some(kept) = untrack(|| self.present_map()) else { return };
        let (number, explanation) = (kept.number, kept.map.ready.explanation.clone());
        self.compare.asked.set_value(Some(Arc::new(kept)));
        self.compare.next_number.set_value(number + 1);
        self.send(Task::KeepMap, Request::KeepMap { number, explanation }, &[]);
    }

    fn present_map(&self) -> Option<KeptMap> {
        let kept = self.compare.kept.read();
        let letter = LETTERS.into_iter().find(|letter| kept.iter().all(|map| map.letter != *letter));
        self.compare.is_full.set(letter.is_none());
        let (letter, map, model) = (letter?, self.map.get()?, self.model.get()?);
        let target = map.ready.explanation.target;
        Some(KeptMap {
            number: self.compare.next_number.get_value(),
            letter,
            image: self.image.get(),
            maps_name: model.name.clone(),
            split: model.split,
            selection: model.selection.clone(),
            target_label: model.nodes.get(target).map(|node| node.label.clone()).unwrap_or_default(),
            map,
        })
    }

    /// The engine keeps these maps: the one that it was asked for is shown from now on.
    pub(in crate::ui) fn take_kept(&self, numbers: &[u32]) {
        let asked = self.compare.asked.try_update_value(Option::take).flatten();
        for map in asked.into_iter().filter(|map| numbers.contains(&map.number)) {
            self.compare.kept.update(|kept| {
                let place = kept.partition_point(|other| other.letter < map.letter);
                kept.insert(place, map);
            });
        }
    }

    /// Lets go of a kept map.
    pub fn forget_map(&self, number: u32) {
        self.compare.kept.update(|kept| kept.retain(|map| map.number != number));
        self.compare.numbers.update(|numbers| numbers.retain(|comparison| !comparison.asked.maps.contains(&number)));
        self.compare.is_full.set(false);
        self.send_quietly(Task::ForgetMap, Request::ForgetMap { number });
    }

    /// Asks for the numbers of all pairs that have none yet.
    pub fn compare_maps(&self) {
        let questions: Vec<ComparisonRequest> = untrack(|| {
            let pairs = self.compare.pairs().into_iter().map(|pair| pair.map(|map| map.number));
            pairs.filter(|pair| self.compare.comparison(*pair).is_none()).map(|pair| self.compare.question(pair)).collect()
        });
        questions.into_iter().for_each(|asked| self.send(Task::CompareMaps, Request::CompareMaps(asked), &[]));
    }

    pub(in crate::ui) fn take_comparison(&self, comparison: Comparison) {
        let kept: Vec<u32> = self.compare.kept.read_untracked().iter().map(|map| map.number).collect();
        // One of them may have been removed meanwhile.
        if comparison.asked.maps.iter().all(|number| kept.contains(number)) {
            self.compare.numbers.update(|numbers| {
                numbers.retain(|other| other.asked.maps != comparison.asked.maps);
                numbers.push(comparison);
            });
        }
    }
}

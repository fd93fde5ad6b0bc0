//! How the planes and the panel below them share the window's height.

use leptos::prelude::*;

use super::tab::Tab;
use crate::web::address;

/// The planes' share of the height, apart for the Map panel and for all others, which need more room themselves.
#[derive(Clone, Copy)]
pub struct Room {
    chosen: RwSignal<ChosenShares>,
    tab: RwSignal<Tab>,
}

/// Shares that the user has chosen, in percent for the planes; `None` where none was.
#[derive(Clone, Copy, Default, PartialEq)]
pub struct ChosenShares {
    beside_map: Option<f64>,
    beside_others: Option<f64>,
}

/// The least and the most of the height that the planes take, in percent.
pub const SHARES: [f64; 2] = [10.0, 85.0];

/// Beside the Map panel: planes are as large as a usual window is wide.
const BESIDE_MAP: f64 = 58.0;

/// Beside panels with pictures or tables of their own the planes are a strip by which the crosshair is moved.
const BESIDE_OTHERS: f64 = 25.0;

impl Room {
    /// The shares that the address holds.
    pub fn new(tab: RwSignal<Tab>) -> Self {
        let read = |key| address::parameter(key).and_then(|value| value.parse().ok()).and_then(valid);
        Room { chosen: RwSignal::new(ChosenShares { beside_map: read("planes"), beside_others: read("strip") }), tab }
    }

    /// The planes' share beside the panel that is in front, in percent.
    pub fn share(&self) -> f64 {
        let chosen = self.chosen.get();
        match self.tab.get() {
            Tab::Map => chosen.beside_map.unwrap_or(BESIDE_MAP),
            Tab::Figure | Tab::Compare | Tab::Regions => chosen.beside_others.unwrap_or(BESIDE_OTHERS),
        }
    }

    /// Gives the planes a share, as far as the ends allow; with `None` the usual one.
    pub fn choose(&self, share: Option<f64>) {
        let share = share.filter(|share| share.is_finite()).map(|share| (share * 10.0).round() / 10.0).map(within);
        self.chosen.update(|chosen| match self.tab.get_untracked() {
            Tab::Map => chosen.beside_map = share,
            Tab::Figure | Tab::Compare | Tab::Regions => chosen.beside_others = share,
        });
    }

    /// What was chosen, to be noticed and written to the address.
    pub fn chosen(&self) -> ChosenShares {
        self.chosen.get()
    }
}

impl ChosenShares {
    /// The part of the address that holds it, with an `&` before each key; empty where nothing was chosen.
    pub fn to_fragment(self) -> String {
        let keys = [("planes", self.beside_map), ("strip", self.beside_others)];
        keys.into_iter().filter_map(|(key, share)| Some(format!("&{key}={}", share?))).collect()
    }
}

fn within(share: f64) -> f64 {
    share.clamp(SHARES[0], SHARES[1])
}

fn valid(share: f64) -> Option<f64> {
    (within(share) == share).then_some(share)
}

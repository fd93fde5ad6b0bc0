//! The wish for a map: who wants it, what it waits for, what became of it.

use leptos::prelude::*;

use crate::protocol::{Asker, Failure, MapTimes, WantedMap};
use crate::web::address;

const KEY: &str = "auto";
const OFF: &str = "off";

/// The wish for a map; part of [`Study`](super::study::Study).
#[derive(Clone, Copy)]
pub struct Automatic {
    /// Whether maps follow choices.
    pub is_on: RwSignal<bool>,
    /// Why the map that followed the last choice is not there.
    pub problem: RwSignal<Option<Failure>>,
    /// The map that is being computed.
    pub(super) running: RwSignal<Option<RunningMap>>,
    /// Whether the user has asked for the map of what is chosen, which waits for what loads.
    pub(super) is_asked: RwSignal<bool>,
    /// Whether a choice has been made that is followed in a moment.
    pub(super) is_waiting: RwSignal<bool>,
    pub(super) timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
    pub(super) given_up: StoredValue<Option<WantedMap>>,
    pub(super) times: StoredValue<MapTimes>,
}

/// A map that the engine was asked for.
#[derive(Clone, PartialEq)]
pub struct RunningMap {
    pub job: u32,
    pub wanted: WantedMap,
    pub asker: Asker,
}

impl Automatic {
    /// On, unless the address says otherwise.
    pub fn new() -> Self {
        Automatic {
            is_on: RwSignal::new(address::parameter(KEY).as_deref() != Some(OFF)),
            problem: RwSignal::new(None),
            running: RwSignal::new(None),
            is_asked: RwSignal::new(false),
            is_waiting: RwSignal::new(false),
            timer: StoredValue::new_local(None),
            given_up: StoredValue::new(None),
            times: StoredValue::new(MapTimes::default()),
        }
    }

    /// The switch as a part of the address's fragment; empty while it is on.
    pub fn fragment(&self) -> String {
        if self.is_on.get_untracked() { String::new() } else { format!("&{KEY}={OFF}") }
    }

    /// Whether a map is about to be requested.
    pub fn is_due(&self) -> bool {
        self.is_waiting.get() || self.is_asked.get()
    }

    /// Does not ask for the wanted map by itself until something else is chosen.
    pub(super) fn give_up(&self, wanted: Option<WantedMap>) {
        self.given_up.set_value(wanted);
    }

    /// Does not follow the choice that was made last.
    pub(super) fn stop_waiting(&self) {
        self.timer.update_value(|timer| timer.take().iter().for_each(TimeoutHandle::clear));
        if self.is_waiting.get_untracked() {
            self.is_waiting.set(false);
        }
    }

    /// Does not compute what the user has asked for and what waits for what loads.
    pub(super) fn forget_asking(&self) {
        if self.is_asked.get_untracked() {
            self.is_asked.set(false);
        }
    }
}

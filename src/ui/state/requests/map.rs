//! How maps follow choices: from the wish to the request. The rules are those of [`MapSituation`].

use std::time::Duration;

use leptos::prelude::*;

use crate::protocol::{Asker, DeviceChoice, Failure, MapSituation, MapTimes, NextStep, Request, WantedMap};
use crate::ui::state::automatic::RunningMap;
use crate::ui::state::jobs::JobKind;
use crate::ui::state::study::Study;

/// A choice is followed when it has stood for so long: whoever goes down a list does not want each of its maps.
const STANDS: Duration = Duration::from_millis(150);

/// Watches what is chosen as long as the page lives.
pub fn follow_choices(study: Study) {
    let wanted = Memo::new(move |_| study.wanted());
    let is_blocked = Memo::new(move |_| study.work.read().is_loading() || study.is_running_a_group());
    Effect::new(move |_| {
        // A memo that nobody reads is not computed, and wakes nobody.
        let wanted = wanted.get();
        is_blocked.get();
        study.map.track();
        study.held.track();
        study.automatic.is_on.track();
        study.automatic.is_asked.track();
        study.automatic.running.track();
        untrack(|| study.follow(wanted));
    });
}

impl Study {
    /// Computes the map of what is chosen, at once or when everything that it is of has arrived.
    pub fn compute(&self) {
        self.automatic.give_up(None);
        self.automatic.is_asked.set(true);
    }

    /// Whether a map is being computed.
    pub fn is_explaining(&self) -> bool {
        self.automatic.running.read().is_some()
    }

    /// Withdraws the wish for the map of what is chosen, until something else is chosen.
    pub(in crate::ui::state) fn withdraw_map(&self) {
        self.automatic.stop_waiting();
        self.automatic.forget_asking();
        self.automatic.give_up(untrack(|| self.wanted()));
    }

    /// Cancels the map that is being computed: what it is of is about to change.
    pub(in crate::ui::state) fn drop_running_map(&self) {
        let Some(RunningMap { job, .. }) = self.automatic.running.get_untracked() else { return };
        self.cancel_job(job);
        self.supersede(|id, _| id == job);
        self.automatic.running.set(None);
    }

    /// Forgets the wish and the map that is being computed: the engine is gone.
    pub(in crate::ui::state) fn forget_running_map(&self) {
        self.automatic.stop_waiting();
        self.automatic.forget_asking();
        self.automatic.running.set(None);
        self.automatic.problem.set(None);
    }

    /// The map that is being computed, if it is that job.
    pub(in crate::ui::state) fn running_map(&self, job: u32) -> Option<RunningMap> {
        self.automatic.running.get_untracked().filter(|running| running.job == job)
    }

    /// Takes note of a map that was computed.
    pub(in crate::ui::state) fn end_with_map(&self, milliseconds: f64) {
        self.automatic.running.set(None);
        self.automatic.problem.set(None);
        self.automatic.give_up(None);
        let model = self.model.read_untracked();
        let learn = |times: &mut MapTimes| model.iter().for_each(|model| times.learn(&model.name, model.n_feature_values, milliseconds));
        self.automatic.times.update_value(learn);
    }

    /// Forgets how long maps take: another device computes from now on.
    pub(in crate::ui::state) fn forget_times(&self) {
        self.automatic.times.update_value(MapTimes::forget);
    }

    /// Takes note of a map that was cancelled or could not be computed: it is not tried again by itself. What the user did not ask
    /// for is no error of the page's.
    pub(in crate::ui::state) fn end_without_map(&self, job: u32, failure: Option<Failure>) {
        let Some(RunningMap { wanted, asker, .. }) = self.running_map(job) else { return };
        self.automatic.running.set(None);
        self.automatic.give_up(Some(wanted));
        match (asker, failure) {
            (Asker::User, Some(failure)) => self.fail(failure),
            (Asker::Automatic, failure) => self.automatic.problem.set(failure),
            (Asker::User, None) => {}
        }
    }

    /// Does what the situation asks for.
    fn follow(&self, wanted: Option<WantedMap>) {
        let (step, keeps_running) = self.next_step(wanted.as_ref());
        if self.automatic.given_up.with_value(|given_up| *given_up != wanted) && self.automatic.problem.read_untracked().is_some() {
            self.automatic.problem.set(None);
        }
        if !keeps_running {
            self.drop_running_map();
        }
        self.automatic.stop_waiting();
        if step != NextStep::Wait {
            self.automatic.forget_asking();
        }
        match (step, wanted) {
            (NextStep::Compute, Some(wanted)) => self.explain(wanted, Asker::User),
            (NextStep::ComputeSoon, Some(_)) => self.follow_soon(),
            _ => {}
        }
    }

    fn follow_soon(&self) {
        let study = *self;
        let go = move || {
            study.automatic.stop_waiting();
            let wanted = untrack(|| study.wanted());
            let (step, _) = untrack(|| study.next_step(wanted.as_ref()));
            if let (NextStep::ComputeSoon, Some(wanted)) = (step, wanted) {
                study.explain(wanted, Asker::Automatic);
            }
        };
        let timer = set_timeout_with_handle(go, STANDS).ok();
        self.automatic.is_waiting.set(timer.is_some());
        self.automatic.timer.set_value(timer);
    }

    /// What is to be done, and whether the map that is being computed goes on.
    fn next_step(&self, wanted: Option<&WantedMap>) -> (NextStep, bool) {
        // A map that the engine does not have any more can neither be saved nor measured.
        let shown = self.map.get().filter(|map| self.held.read().as_ref() == Some(&map.of.map));
        let (running, given_up) = (self.automatic.running.get(), self.automatic.given_up.get_value());
        let situation = MapSituation {
            wanted,
            shown: shown.as_ref().map(|map| &map.of),
            running: running.as_ref().map(|running| (&running.wanted, running.asker)),
            is_loading: self.work.read().is_loading() || self.is_running_a_group(),
            is_asked: self.automatic.is_asked.get(),
            may_follow: self.automatic.is_on.get() && self.is_short() && !self.is_stopped(),
            given_up: given_up.as_ref(),
        };
        let step = situation.next_step();
        (step, situation.keeps_running(step))
    }

    /// Whether a map of the model in use takes little time.
    fn is_short(&self) -> bool {
        let (model, device) = (self.model.read(), self.device.read());
        let kind = device.as_ref().map_or(DeviceChoice::Webgpu, |info| info.kind);
        let is_short = |times: &MapTimes| model.as_ref().is_some_and(|model| times.is_short(&model.name, model.n_feature_values, kind));
        self.automatic.times.with_value(is_short)
    }

    fn explain(&self, wanted: WantedMap, asker: Asker) {
        self.drop_running_map();
        let request = Request::Explain(wanted.map.explanation.clone());
        let job = match asker {
            Asker::User => self.send(JobKind::Explain, request, &[]),
            Asker::Automatic => self.send_quietly(JobKind::Explain, request),
        };
        self.automatic.running.set(job.map(|job| RunningMap { job, wanted, asker }));
    }
}

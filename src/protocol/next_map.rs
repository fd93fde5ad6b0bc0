//! What is to be done about the map that is chosen: the rules by which maps follow choices, apart from timers and messages.

use super::WantedMap;

/// Who wanted a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The user, by a button.
    User,
    /// Nobody: it followed a choice.
    Automatic,
}

/// All that the decision hangs on.
#[derive(Debug, Clone, Copy)]
pub struct MapSituation<'a> {
    /// The map that is chosen; `None` without a model or an image.
    pub wanted: Option<&'a WantedMap>,
    /// The map that is shown, if the engine has it, too.
    pub shown: Option<&'a WantedMap>,
    /// The map that is being computed.
    pub running: Option<(&'a WantedMap, Asker)>,
    /// Whether something is on its way that the wanted map depends on.
    pub is_loading: bool,
    /// Whether the user has asked for the wanted map.
    pub is_asked: bool,
    /// Whether the wanted map may be computed by itself: maps follow choices, and it is short.
    pub may_follow: bool,
    /// The map that was cancelled or could not be computed last: it is not tried again by itself.
    pub given_up: Option<&'a WantedMap>,
}

/// What is to be done about the wanted map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing before what loads has arrived.
    Wait,
    /// The wanted map is being computed.
    GoOn,
    /// Compute it now, instead of what is being computed.
    Compute,
    /// Compute it when the choice has stood for a moment; what is being computed is not wanted any more.
    ComputeSoon,
    /// Nothing. A map that followed an earlier choice is not wanted any more.
    Rest,
}

impl MapSituation<'_> {
    /// What is to be done.
    pub fn next_step(&self) -> NextStep {
        match self.wanted {
            _ if self.is_loading => NextStep::Wait,
            None => NextStep::Rest,
            Some(wanted) if self.running.is_some_and(|(running, _)| running == wanted) => NextStep::GoOn,
            Some(_) if self.is_asked => NextStep::Compute,
            Some(wanted) if self.shown == Some(wanted) || self.given_up == Some(wanted) => NextStep::Rest,
            Some(_) if self.may_follow => NextStep::ComputeSoon,
            Some(_) => NextStep::Rest,
        }
    }

    /// Whether the map that is being computed goes on beside that step: what the user asked for does, unless another takes its place.
    pub fn keeps_running(&self, step: NextStep) -> bool {
        match step {
            NextStep::Wait | NextStep::GoOn => true,
            NextStep::Compute | NextStep::ComputeSoon => false,
            NextStep::Rest => self.running.is_some_and(|(_, asker)| asker == Asker::User),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{CheckpointKey, Convention, Explanation, MapIdentity, Method, ParticipantKey, Quantity};

    fn map_of(participant: &str, target: usize) -> WantedMap {
        let participant = ParticipantKey { participant_id: participant.to_owned(), session_id: "ses-M000".to_owned() };
        let explanation = Explanation {
            participant,
            element: 0,
            method: Method::Gradients,
            target,
            convention: Convention::default(),
            quantity: Quantity::Map,
        };
        let checkpoint = CheckpointKey { maps: "maps".to_owned(), split: 0, selection: "loss".to_owned() };
        WantedMap { map: MapIdentity { checkpoint, explanation }, device: None }
    }

    /// Nothing is shown or running, and maps follow choices.
    fn situation(wanted: &WantedMap) -> MapSituation<'_> {
        MapSituation {
            wanted: Some(wanted),
            shown: None,
            running: None,
            is_loading: false,
            is_asked: false,
            may_follow: true,
            given_up: None,
        }
    }

    #[test]
    fn a_choice_is_followed_unless_its_map_is_there_or_was_given_up() {
        let (wanted, other) = (map_of("sub-01", 0), map_of("sub-01", 1));
        assert_eq!(situation(&wanted).next_step(), NextStep::ComputeSoon);
        assert_eq!(MapSituation { shown: Some(&other), given_up: Some(&other), ..situation(&wanted) }.next_step(), NextStep::ComputeSoon);
        assert_eq!(MapSituation { shown: Some(&wanted), ..situation(&wanted) }.next_step(), NextStep::Rest);
        assert_eq!(MapSituation { given_up: Some(&wanted), ..situation(&wanted) }.next_step(), NextStep::Rest);
        assert_eq!(MapSituation { may_follow: false, ..situation(&wanted) }.next_step(), NextStep::Rest);
        assert_eq!(MapSituation { wanted: None, is_asked: true, ..situation(&wanted) }.next_step(), NextStep::Rest);
    }

    #[test]
    fn what_the_user_asks_for_is_computed_once_whatever_there_is() {
        let wanted = map_of("sub-01", 0);
        let asked = MapSituation { is_asked: true, may_follow: false, ..situation(&wanted) };
        assert_eq!(asked.next_step(), NextStep::Compute);
        assert_eq!(MapSituation { shown: Some(&wanted), given_up: Some(&wanted), ..asked }.next_step(), NextStep::Compute);
        for asker in [Asker::User, Asker::Automatic] {
            let step = MapSituation { running: Some((&wanted, asker)), ..asked }.next_step();
            assert_eq!(step, NextStep::GoOn, "it is being computed already");
        }
    }

    #[test]
    fn nothing_begins_while_something_loads() {
        let wanted = map_of("sub-01", 0);
        let loading = MapSituation { is_loading: true, is_asked: true, ..situation(&wanted) };
        assert_eq!(loading.next_step(), NextStep::Wait);
        assert_eq!(MapSituation { wanted: None, ..loading }.next_step(), NextStep::Wait);
    }

    #[test]
    fn the_newest_wish_wins_and_only_a_map_that_was_asked_for_outlives_its_choice() {
        let (wanted, other) = (map_of("sub-01", 0), map_of("sub-02", 0));
        let of = |asker, may_follow| MapSituation { running: Some((&other, asker)), may_follow, ..situation(&wanted) };
        for asker in [Asker::User, Asker::Automatic] {
            let following = of(asker, true);
            assert_eq!(following.next_step(), NextStep::ComputeSoon);
            assert!(!following.keeps_running(NextStep::ComputeSoon));
            let resting = of(asker, false);
            assert_eq!(resting.next_step(), NextStep::Rest);
            assert_eq!(resting.keeps_running(NextStep::Rest), asker == Asker::User);
        }
    }
}

//! Which units of a job are not assigned, which a helper has, and which are done. Knows ranges only: neither blocks nor a port.

use std::ops::Range;

/// The pieces of one job after the other.
///
/// Helpers take pieces from the end, so that the engine's own follow each other from the front. The sizes of pieces shrink towards the
/// end of a job, so that all threads finish at about the same time.
#[derive(Debug, Default)]
pub struct PieceLedger {
    limits: PieceLimits,
    /// Units that no piece has been cut from yet.
    uncut: Range<usize>,
    /// Pieces that helpers gave back.
    returned: Vec<Range<usize>>,
    /// Pieces that helpers have.
    assigned: Vec<AssignedPiece>,
    n_units: usize,
    n_done: usize,
    next_number: u32,
}

/// How many units a piece may have.
#[derive(Debug, Default, Clone, Copy)]
pub struct PieceLimits {
    /// Most units of a piece, except that helpers get at least `min_len`.
    pub max_len: usize,
    /// Least units of a helper's piece, where so many are left.
    pub min_len: usize,
}

#[derive(Debug)]
struct AssignedPiece {
    number: u32,
    helper: usize,
    /// None if the piece is of a former job, which was stopped: the helper is still busy with it.
    units: Option<Range<usize>>,
}

/// A piece that a helper is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Identifies the piece in the helper's response.
    pub number: u32,
    /// Number of the helper.
    pub helper: usize,
    /// Units of the piece.
    pub units: Range<usize>,
}

impl PieceLedger {
    /// Begins a job of `n_units`. Pieces of a former job stay assigned, but a response to them counts for nothing.
    pub fn begin(&mut self, n_units: usize, limits: PieceLimits) {
        self.assigned.iter_mut().for_each(|piece| piece.units = None);
        self.returned.clear();
        (self.limits, self.uncut, self.n_units, self.n_done) = (limits, 0..n_units, n_units, 0);
    }

    /// Units that are done.
    pub fn n_done(&self) -> usize {
        self.n_done
    }

    /// Whether all units are done.
    pub fn is_complete(&self) -> bool {
        self.n_done >= self.n_units
    }

    /// Assigns the next piece to the helper with the fewest, of those that `ready` says are there. A helper gets a second piece, so that
    /// it need not wait for the engine, only while there is plenty. The last piece is left to the engine.
    pub fn assign(&mut self, ready: &[bool]) -> Option<Assignment> {
        let n_ready = count_ready(ready);
        let n_left = self.n_pieces_left(n_ready);
        let max_load = usize::from(n_left > n_ready + 1);
        let helper = self.least_loaded(ready, max_load).filter(|_| n_left > 1)?;
        let units = self.cut_from_end(n_ready)?;
        self.next_number = self.next_number.wrapping_add(1);
        let number = self.next_number;
        self.assigned.push(AssignedPiece { number, helper, units: Some(units.clone()) });
        Some(Assignment { number, helper, units })
    }

    /// Takes the engine's next piece, which counts as done: a returned one, or the first units that are left.
    pub fn take_local(&mut self, ready: &[bool]) -> Option<Range<usize>> {
        let units = self.returned.pop().or_else(|| self.cut_from_front(count_ready(ready)))?;
        self.n_done += units.len();
        Some(units)
    }

    /// Units of an assigned piece; none if there is no such piece, or if it is of a former job.
    pub fn units_of(&self, number: u32) -> Option<Range<usize>> {
        self.assigned.iter().find(|piece| piece.number == number)?.units.clone()
    }

    /// Records that a helper has computed a piece. Units of the job at hand count as done; a number that is not assigned is ignored.
    pub fn complete(&mut self, number: u32) {
        if let Some(index) = self.assigned.iter().position(|piece| piece.number == number) {
            self.n_done += self.assigned.swap_remove(index).units.map_or(0, |units| units.len());
        }
    }

    /// Takes all pieces back from helpers; the engine computes them.
    pub fn give_up(&mut self) {
        self.returned.extend(self.assigned.drain(..).filter_map(|piece| piece.units));
    }

    /// Units of the next piece beside so many helpers: a few pieces are left for each thread.
    fn next_len(&self, n_helpers: usize) -> usize {
        let even = if n_helpers == 0 { self.limits.max_len } else { self.uncut.len() / (2 * (n_helpers + 1)) };
        even.clamp(1, self.limits.max_len)
    }

    /// About how many pieces are not assigned.
    fn n_pieces_left(&self, n_helpers: usize) -> usize {
        self.returned.len() + self.uncut.len().div_ceil(self.next_len(n_helpers).max(self.limits.min_len))
    }

    /// The helper with the fewest pieces, if it has at most `max_load`.
    fn least_loaded(&self, ready: &[bool], max_load: usize) -> Option<usize> {
        let load = |helper: usize| self.assigned.iter().filter(|piece| piece.helper == helper).count();
        let loads = (0..ready.len()).filter(|&helper| ready[helper]).map(|helper| (load(helper), helper));
        loads.min().filter(|(load, _)| *load <= max_load).map(|(_, helper)| helper)
    }

    fn cut_from_end(&mut self, n_helpers: usize) -> Option<Range<usize>> {
        let len = self.next_len(n_helpers).max(self.limits.min_len);
        let start = self.uncut.end.saturating_sub(len).max(self.uncut.start);
        let piece = start..self.uncut.end;
        self.uncut.end = start;
        (!piece.is_empty()).then_some(piece)
    }

    fn cut_from_front(&mut self, n_helpers: usize) -> Option<Range<usize>> {
        let end = self.uncut.end.min(self.uncut.start + self.next_len(n_helpers));
        let piece = self.uncut.start..end;
        self.uncut.start = end;
        (!piece.is_empty()).then_some(piece)
    }
}

fn count_ready(ready: &[bool]) -> usize {
    ready.iter().filter(|ready| **ready).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PieceLimits = PieceLimits { max_len: 6, min_len: 1 };

    fn ledger(n_units: usize, limits: PieceLimits) -> PieceLedger {
        let mut ledger = PieceLedger::default();
        ledger.begin(n_units, limits);
        ledger
    }

    /// Assigns all that can be assigned now.
    fn assign_all(ledger: &mut PieceLedger, ready: &[bool]) -> Vec<Assignment> {
        std::iter::from_fn(|| ledger.assign(ready)).collect()
    }

    /// Units, sorted, of pieces.
    fn sorted(pieces: impl IntoIterator<Item = Range<usize>>) -> Vec<usize> {
        let mut units: Vec<usize> = pieces.into_iter().flatten().collect();
        units.sort_unstable();
        units
    }

    #[test]
    fn every_unit_is_assigned_exactly_once() {
        for (n_units, n_helpers, max_len, min_len) in
            [(1, 1, 6, 1), (2, 3, 6, 1), (40, 1, 6, 1), (41, 3, 2, 4), (97, 7, 5, 8), (30, 0, 7, 4), (0, 2, 6, 1)]
        {
            let (mut ledger, ready) = (ledger(n_units, PieceLimits { max_len, min_len }), vec![true; n_helpers]);
            let mut pieces = Vec::new();
            while !ledger.is_complete() {
                let assigned = assign_all(&mut ledger, &ready);
                let local = ledger.take_local(&ready);
                assert!(local.is_some() || !assigned.is_empty() || !ledger.assigned.is_empty(), "something is left to wait for");
                pieces.extend(local);
                if let Some(AssignedPiece { number, units, .. }) = ledger.assigned.first() {
                    pieces.extend(units.clone());
                    ledger.complete(*number);
                }
            }
            assert_eq!(sorted(pieces), (0..n_units).collect::<Vec<_>>(), "{n_units} units, {n_helpers} helpers");
            assert_eq!((ledger.n_done(), ledger.take_local(&ready), ledger.assign(&ready)), (n_units, None, None));
        }
    }

    #[test]
    fn the_engine_takes_from_the_front_and_helpers_from_the_end() {
        let mut ledger = ledger(60, LIMITS);
        let helpers: Vec<Range<usize>> = assign_all(&mut ledger, &[true, true]).into_iter().map(|piece| piece.units).collect();
        assert_eq!(helpers.first().map(|units| units.end), Some(60));
        assert!(helpers.is_sorted_by(|later, earlier| earlier.end == later.start), "{helpers:?}");
        let local = [(); 3].map(|()| ledger.take_local(&[true, true]).unwrap());
        assert_eq!(local[0].start, 0);
        assert!(local.is_sorted_by(|earlier, later| earlier.end == later.start), "{local:?}");
    }

    #[test]
    fn pieces_shrink_towards_the_end_but_helpers_get_a_least_number() {
        let lens_of = |limits| {
            let mut ledger = ledger(60, limits);
            std::iter::from_fn(move || ledger.take_local(&[true, true])).map(|units| units.len()).collect::<Vec<_>>()
        };
        let lens = lens_of(LIMITS);
        assert_eq!(lens.first(), Some(&6));
        assert_eq!(lens.last(), Some(&1));
        assert!(lens.is_sorted_by(|earlier, later| earlier >= later), "{lens:?}");
        let mut ledger = ledger(20, PieceLimits { max_len: 6, min_len: 4 });
        assert_eq!(ledger.take_local(&[true]).unwrap().len(), 5);
        assert_eq!(ledger.take_local(&[true]).unwrap().len(), 3);
        assert_eq!(ledger.assign(&[true]).unwrap().units, 16..20);
    }

    #[test]
    fn pieces_go_to_the_least_busy_helper_that_is_ready() {
        let mut ledger = ledger(60, LIMITS);
        assert_eq!(ledger.assign(&[false, false]), None);
        let helpers: Vec<usize> = assign_all(&mut ledger, &[true, false, true]).into_iter().map(|piece| piece.helper).collect();
        assert_eq!(helpers, [0, 2, 0, 2], "two pieces each while there is plenty");
        ledger.begin(3, LIMITS);
        assert_eq!(ledger.assign(&[true, false, true]), None, "both are busy with the former job");
        ledger.begin(1, LIMITS);
        assert_eq!(ledger.assign(&[false, true, false]), None, "the last piece is the engine's");
    }

    #[test]
    fn a_response_of_a_former_job_counts_for_nothing() {
        let mut ledger = ledger(60, LIMITS);
        let [first, second] = [(); 2].map(|()| ledger.assign(&[true]).unwrap());
        ledger.begin(30, LIMITS);
        assert_eq!(ledger.units_of(first.number), None);
        assert_eq!(ledger.assign(&[true]), None, "the helper has two pieces to finish");
        ledger.complete(first.number);
        assert_eq!(ledger.n_done(), 0);
        let third = ledger.assign(&[true]).unwrap();
        assert!(third.number != first.number && third.number != second.number);
        assert_eq!(ledger.units_of(third.number), Some(third.units.clone()));
        ledger.complete(third.number);
        ledger.complete(third.number);
        ledger.complete(u32::MAX);
        assert_eq!(ledger.n_done(), third.units.len());
    }

    #[test]
    fn giving_up_returns_every_piece_to_the_engine() {
        let mut ledger = ledger(60, LIMITS);
        let ready = [true, true];
        let first = ledger.take_local(&ready).unwrap();
        let assigned = assign_all(&mut ledger, &ready);
        ledger.complete(assigned[0].number);
        ledger.give_up();
        assert!(assigned.iter().all(|piece| ledger.units_of(piece.number).is_none()));
        let local: Vec<Range<usize>> = std::iter::from_fn(|| ledger.take_local(&[])).collect();
        assert_eq!(sorted(local.into_iter().chain([first, assigned[0].units.clone()])), (0..60).collect::<Vec<_>>());
        assert!(ledger.is_complete());
    }
}

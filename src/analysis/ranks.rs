//! Ranks of many values, in steps short enough to receive messages between them.

use std::ops::Range;

/// Values that are sorted at once: some milliseconds in WebAssembly.
const PIECE: usize = 1 << 16;

/// Values whose ranks are handed out at once: they lie all over the map, so that each is a miss of the cache.
const RANKS_AT_ONCE: usize = 1 << 18;

/// Positions in ascending order of their values, as far as they are sorted.
///
/// Eight bytes for each value: the value's place among all float32 above its position, so that sorting moves whole numbers.
pub struct Sorting {
    order: Vec<u64>,
    unsorted: Vec<Range<usize>>,
}

impl Sorting {
    /// Begins to sort finite values with their positions, fewer than 2³² and at most `limit` of them: memory that grows is copied.
    pub fn begin(values: impl Iterator<Item = (usize, f32)>, limit: usize) -> Self {
        let mut order = Vec::with_capacity(limit);
        order.extend(values.map(|(position, value)| u64::from(ordered(value)) << 32 | position as u64));
        Sorting { unsorted: Vec::from([Range { start: 0, end: order.len() }]), order }
    }

    /// Sorts a piece, or splits a part that is too large for one; `false` when all is sorted.
    pub fn step(&mut self) -> bool {
        let Some(part) = self.unsorted.pop() else { return false };
        let values = &mut self.order[part.clone()];
        if values.len() <= PIECE {
            values.sort_unstable();
        } else {
            let middle = values.len() / 2;
            values.select_nth_unstable(middle);
            self.unsorted.extend([part.start..part.start + middle, part.start + middle + 1..part.end]);
        }
        true
    }

    /// Calls `take` with positions and twice their ranks, from the `start`-th smallest value on, after the last
    /// [`step`](Self::step). Returns where to go on, until that is `None`.
    ///
    /// Ranks count from 1; equal values share the mean of their ranks (scipy's `rankdata(method="average")`), which twice is
    /// a whole number. They are handed out together, however many they are.
    pub fn doubled_ranks(&self, start: usize, mut take: impl FnMut(usize, u32)) -> Option<usize> {
        let mut at = start;
        for equal in self.order[start..].chunk_by(|one, next| one >> 32 == next >> 32) {
            if at >= start + RANKS_AT_ONCE {
                return Some(at);
            }
            let end = at + equal.len();
            equal.iter().for_each(|entry| take((entry & u64::from(u32::MAX)) as usize, (at + 1 + end) as u32));
            at = end;
        }
        None
    }
}

/// A whole number that is in the order of the values; both zeros have the same.
fn ordered(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_mean_rank_and_zeros_have_one_sign() {
        let values = [0.5, -2.0, 0.0, 0.5, -0.0, f32::MIN_POSITIVE];
        let mut sorting = Sorting::begin(values.into_iter().enumerate(), 6);
        while sorting.step() {}
        let mut doubled = [0; 6];
        assert_eq!(sorting.doubled_ranks(0, |position, rank| doubled[position] = rank), None);
        assert_eq!(doubled, [11, 2, 5, 11, 5, 8]);
    }

    #[test]
    fn parts_beyond_a_piece_are_split_until_all_is_sorted() {
        let n_values = RANKS_AT_ONCE + 3 * PIECE + 7;
        let value = |index: usize| (index * 7919 % 10007) as f32 - 5000.0;
        let mut sorting = Sorting::begin((0..n_values).map(|index| (index, value(index))), n_values);
        let n_steps = std::iter::from_fn(|| sorting.step().then_some(())).count();
        assert!(n_steps >= 4, "{n_steps} steps");
        let mut last = (f32::MIN, 0);
        let (mut n_seen, mut n_turns, mut next) = (0, 0, Some(0));
        while let Some(start) = next {
            next = sorting.doubled_ranks(start, |position, rank| {
                let here = (value(position), rank);
                assert!(here.0 > last.0 && here.1 > last.1 || here == last, "{last:?} before {here:?}");
                (last, n_seen) = (here, n_seen + 1);
            });
            n_turns += 1;
        }
        assert_eq!((n_seen, n_turns), (n_values, 2));
    }
}

//! From the sums of a pooling block to its output value: the largest sum, normalised and rectified, and its winner code.

use cubecl::prelude::*;

use super::spec::KernelSpec;
use crate::kernels::parameters::{LEAK, Rectifier};
use crate::kernels::winner;

/// Values of four channels.
pub type Four = Vector<f32, Const<4>>;

/// Winner codes of four channels.
pub type Codes = Vector<u32, Const<4>>;

/// The largest sum of the block and its offset, the first one in scan order if there are several, and by how much it is larger than the
/// next. The first voxel of a padded axis does not take part.
#[cube]
pub fn largest_of(
    sums: &Array<Four>,
    padded_0: bool,
    padded_1: bool,
    padded_2: bool,
    #[comptime] vector: usize,
    #[comptime] vectors: usize,
    #[comptime] spec: KernelSpec,
) -> (Four, Codes, Four) {
    let last = comptime!(spec.block_volume() - 1);
    let mut largest = Four::new(f32::MIN);
    let mut second = Four::new(f32::MIN);
    let mut offset = Vector::<u32, Const<4>>::new(comptime!(last as u32));
    #[unroll]
    for position in 0..comptime!(last + 1) {
        let a_0 = comptime!(position / (spec.block(1) * spec.block(2)));
        let a_1 = comptime!(position / spec.block(2) % spec.block(1));
        let a_2 = comptime!(position % spec.block(2));
        let mut is_padded = false;
        if comptime!(a_0 == 0) {
            is_padded |= padded_0;
        }
        if comptime!(a_1 == 0) {
            is_padded |= padded_1;
        }
        if comptime!(a_2 == 0) {
            is_padded |= padded_2;
        }
        let value = select(is_padded, Four::new(f32::MIN), sums[comptime!(position * vectors + vector)]);
        let wins = value.greater_than(&largest);
        let loser = select_many(wins, largest, value);
        second = select_many(loser.greater_than(&second), loser, second);
        largest = select_many(wins, value, largest);
        offset = select_many(wins, Vector::new(comptime!(position as u32)), offset);
    }
    (largest, offset, largest - second)
}

/// The bits that mark what is undecided: sums that lie apart by no more than `gap` allows, unless they are one sum because the input
/// does not change, and values so close to zero that the rectifier may be open or closed. `margins` are those of sums and of values.
#[cube]
pub fn undecided(value: Four, gap: Four, changes: bool, is_padded: bool, margins: (Four, Four), #[comptime] spec: KernelSpec) -> Codes {
    let (of_sums, of_values) = margins;
    let (zero, none, mark) = (Four::new(0.0), Codes::new(0), Codes::new(comptime!(u32::from(winner::UNDECIDED))));
    let is_one_sum = select(changes, none, select_many(gap.greater_than(&zero), none, mark));
    let is_close = select_many(of_sums.greater_than(&gap), mark, none);
    let mut marks = select_many(of_sums.greater_than(&zero), is_close - (is_close & is_one_sum), none);
    // What a closed rectifier hides need not be ordered.
    if comptime!(spec.rectifier == Rectifier::Relu) {
        marks = select_many((zero - of_values).greater_than(&value), none, marks);
    }
    let is_below = select_many(of_values.greater_than(&value), mark, none);
    let is_above = select_many(value.greater_than(&(zero - of_values)), mark, none);
    let is_zero = select_many(value.greater_than(&zero), none, select_many(zero.greater_than(&value), none, mark));
    let near_zero = is_below & is_above;
    let near_zero = near_zero - (near_zero & is_zero);
    let has_kink = comptime!(spec.rectifier != Rectifier::None) | is_padded;
    marks | select(has_kink, near_zero, none)
}

/// The values that leave the block, and their winner codes.
#[cube]
pub fn rectified(value: Four, offset: Codes, is_padded: bool, #[comptime] spec: KernelSpec) -> (Four, Codes) {
    let zero = Four::new(0.0);
    let is_open = value.greater_than(&zero);
    let closed = offset + Vector::new(comptime!(u32::from(winner::CLOSED)));
    let (low, low_code) = match comptime!(spec.rectifier) {
        Rectifier::Relu => (zero, closed),
        Rectifier::Leaky => {
            let leaking = offset + Vector::new(comptime!(u32::from(winner::LEAKS)));
            (select(is_padded, zero, value * Four::new(LEAK)), select(is_padded, closed, leaking))
        }
        Rectifier::None => (select(is_padded, zero, value), select(is_padded, closed, offset)),
    };
    (select_many(is_open, value, low), select_many(is_open, offset, low_code))
}

/// The codes of four channels, a byte each, in one word, the first channel lowest.
#[cube]
pub fn packed(code: Codes) -> u32 {
    code.extract(0usize) | (code.extract(1usize) << 8) | (code.extract(2usize) << 16) | (code.extract(3usize) << 24)
}

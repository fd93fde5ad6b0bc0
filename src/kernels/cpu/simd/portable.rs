//! Plain arrays: what any machine can do.

use super::vector::{EXPONENT_OF_ONE, EXPONENT_SHIFT, Simd, Vector};

/// Plain arrays: what any machine can do, four lanes wide.
#[derive(Clone, Copy)]
pub struct Portable([f32; 4]);

// SAFETY: no particular instructions are used, and pointers as the methods say.
unsafe impl Vector for Portable {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: `from` is readable for N values (the contract of `load`).
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: `to` is writable for N values (the contract of `store`).
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| self.0[lane] + a.0[lane]))
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| self.0[lane] - a.0[lane]))
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| self.0[lane] * a.0[lane]))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| self.0[lane] + a.0[lane] * b.0[lane]))
    }
}

// SAFETY: no particular instructions are used, and pointers as the methods say.
unsafe impl Simd for Portable {
    type Quad = Self;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // SAFETY: `from` is readable for 2·N values (the contract of `load_pairs`).
        let values = unsafe { from.cast::<[f32; 8]>().read_unaligned() };
        (Self([0, 2, 4, 6].map(|lane| values[lane])), Self([1, 3, 5, 7].map(|lane| values[lane])))
    }

    #[inline(always)]
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self) {
        let wins = [0, 1, 2, 3].map(|lane| candidate.0[lane] > self.0[lane]);
        let choose = |old: Self, new: Self| Self([0, 1, 2, 3].map(|lane| if wins[lane] { new.0[lane] } else { old.0[lane] }));
        (choose(self, candidate), choose(code, code_of_candidate))
    }

    #[inline(always)]
    unsafe fn max(self, candidate: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| if candidate.0[lane] > self.0[lane] { candidate.0[lane] } else { self.0[lane] }))
    }

    #[inline(always)]
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self {
        let lower = |lane: usize| index.0[lane].to_bits() < self.0[lane].to_bits() && value.0[lane] == largest.0[lane];
        Self([0, 1, 2, 3].map(|lane| if lower(lane) { index.0[lane] } else { self.0[lane] }))
    }

    #[inline(always)]
    unsafe fn count_from(self, value: Self, bound: Self) -> Self {
        let count = |lane: usize| self.0[lane].to_bits() + u32::from(value.0[lane] >= bound.0[lane]);
        Self([0, 1, 2, 3].map(|lane| f32::from_bits(count(lane))))
    }

    #[inline(always)]
    unsafe fn mark_several(self, mark: u32) -> Self {
        Self([0, 1, 2, 3].map(|lane| f32::from_bits(if self.0[lane].to_bits() > 1 { mark } else { 0 })))
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| f32::from_bits(self.0[lane].to_bits() | other.0[lane].to_bits())))
    }

    #[inline(always)]
    unsafe fn any_bit(self) -> bool {
        self.0.iter().any(|value| value.to_bits() != 0)
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        Self([0, 1, 2, 3].map(|lane| f32::from_bits((self.0[lane].to_bits() << EXPONENT_SHIFT).wrapping_add(EXPONENT_OF_ONE))))
    }
}

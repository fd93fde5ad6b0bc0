//! WebAssembly's 128-bit vectors.

use core::arch::wasm32::{
    f32x4_add, f32x4_ge, f32x4_gt, f32x4_mul, f32x4_ne, f32x4_pmax, f32x4_splat, f32x4_sub, i32x4_add, i32x4_gt, i32x4_shl, i32x4_shuffle,
    i32x4_splat, i32x4_sub, u32x4_min, u32x4_splat, v128, v128_and, v128_any_true, v128_bitselect, v128_load, v128_or, v128_store,
};

use super::vector::{EXPONENT_OF_ONE, EXPONENT_SHIFT, Simd, Vector};

/// WebAssembly simd128: four lanes.
#[derive(Clone, Copy)]
pub struct Wasm(v128);

// SAFETY: only simd128 is used, with which the whole program is compiled, and pointers as the methods say.
unsafe impl Vector for Wasm {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: `from` is readable for N values (the contract of `load`).
        Self(unsafe { v128_load(from.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: `to` is writable for N values (the contract of `store`).
        unsafe { v128_store(to.cast(), self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        Self(f32x4_add(self.0, a.0))
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        Self(f32x4_sub(self.0, a.0))
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        Self(f32x4_mul(self.0, a.0))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(f32x4_add(self.0, f32x4_mul(a.0, b.0)))
    }
}

// SAFETY: only simd128 is used, with which the whole program is compiled, and pointers as the methods say.
unsafe impl Simd for Wasm {
    type Quad = Self;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // SAFETY: `from` is readable for 2·N values (the contract of `load_pairs`).
        let (low, high) = unsafe { (v128_load(from.cast()), v128_load(from.add(4).cast())) };
        (Self(i32x4_shuffle::<0, 2, 4, 6>(low, high)), Self(i32x4_shuffle::<1, 3, 5, 7>(low, high)))
    }

    #[inline(always)]
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self) {
        let wins = f32x4_gt(candidate.0, self.0);
        let choose = |old: Self, new: Self| Self(v128_bitselect(new.0, old.0, wins));
        (choose(self, candidate), choose(code, code_of_candidate))
    }

    #[inline(always)]
    unsafe fn max(self, candidate: Self) -> Self {
        Self(f32x4_pmax(self.0, candidate.0))
    }

    #[inline(always)]
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self {
        Self(u32x4_min(self.0, v128_or(index.0, f32x4_ne(value.0, largest.0))))
    }

    #[inline(always)]
    unsafe fn count_from(self, value: Self, bound: Self) -> Self {
        // A comparison that holds sets all bits, which is −1.
        Self(i32x4_sub(self.0, f32x4_ge(value.0, bound.0)))
    }

    #[inline(always)]
    unsafe fn mark_several(self, mark: u32) -> Self {
        Self(v128_and(i32x4_gt(self.0, i32x4_splat(1)), u32x4_splat(mark)))
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    #[inline(always)]
    unsafe fn any_bit(self) -> bool {
        v128_any_true(self.0)
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        Self(i32x4_add(i32x4_shl(self.0, EXPONENT_SHIFT), i32x4_splat(EXPONENT_OF_ONE as i32)))
    }
}

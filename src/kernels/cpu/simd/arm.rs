//! NEON, which every 64-bit ARM has.

use core::arch::aarch64::{
    float32x4_t, vaddq_f32, vaddq_u32, vandq_u32, vbslq_f32, vceqq_f32, vcgeq_f32, vcgtq_f32, vcgtq_u32, vdupq_n_f32, vdupq_n_u32,
    vfmaq_f32, vld1q_f32, vmaxvq_u32, vminq_u32, vmulq_f32, vornq_u32, vorrq_u32, vreinterpretq_f32_u32, vreinterpretq_u32_f32,
    vshlq_n_u32, vst1q_f32, vsubq_f32, vsubq_u32, vuzp1q_f32, vuzp2q_f32,
};

use super::vector::{EXPONENT_OF_ONE, EXPONENT_SHIFT, Simd, Vector};

/// NEON: four lanes.
#[derive(Clone, Copy)]
pub struct Neon(float32x4_t);

// SAFETY: only NEON is used, which every 64-bit ARM has, and pointers as the methods say.
unsafe impl Vector for Neon {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        Self(unsafe { vdupq_n_f32(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: every 64-bit ARM has NEON; `from` is readable for N values (the contract of `load`).
        Self(unsafe { vld1q_f32(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: every 64-bit ARM has NEON; `to` is writable for N values (the contract of `store`).
        unsafe { vst1q_f32(to, self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        Self(unsafe { vaddq_f32(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        Self(unsafe { vsubq_f32(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        Self(unsafe { vmulq_f32(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        Self(unsafe { vfmaq_f32(self.0, a.0, b.0) })
    }
}

// SAFETY: only NEON is used, which every 64-bit ARM has, and pointers as the methods say.
unsafe impl Simd for Neon {
    type Quad = Self;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // SAFETY: every 64-bit ARM has NEON; `from` is readable for 2·N values (the contract of `load_pairs`).
        unsafe {
            let (low, high) = (vld1q_f32(from), vld1q_f32(from.add(4)));
            (Self(vuzp1q_f32(low, high)), Self(vuzp2q_f32(low, high)))
        }
    }

    #[inline(always)]
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self) {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe {
            let wins = vcgtq_f32(candidate.0, self.0);
            let choose = |old: Self, new: Self| Self(vbslq_f32(wins, new.0, old.0));
            (choose(self, candidate), choose(code, code_of_candidate))
        }
    }

    #[inline(always)]
    unsafe fn max(self, candidate: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe { Self(vbslq_f32(vcgtq_f32(candidate.0, self.0), candidate.0, self.0)) }
    }

    #[inline(always)]
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe {
            let other = vornq_u32(vreinterpretq_u32_f32(index.0), vceqq_f32(value.0, largest.0));
            Self(vreinterpretq_f32_u32(vminq_u32(vreinterpretq_u32_f32(self.0), other)))
        }
    }

    #[inline(always)]
    unsafe fn count_from(self, value: Self, bound: Self) -> Self {
        // A comparison that holds sets all bits, which is −1.
        // SAFETY: every 64-bit ARM has NEON.
        unsafe { Self(vreinterpretq_f32_u32(vsubq_u32(vreinterpretq_u32_f32(self.0), vcgeq_f32(value.0, bound.0)))) }
    }

    #[inline(always)]
    unsafe fn mark_several(self, mark: u32) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe {
            let several = vcgtq_u32(vreinterpretq_u32_f32(self.0), vdupq_n_u32(1));
            Self(vreinterpretq_f32_u32(vandq_u32(several, vdupq_n_u32(mark))))
        }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe { Self(vreinterpretq_f32_u32(vorrq_u32(vreinterpretq_u32_f32(self.0), vreinterpretq_u32_f32(other.0)))) }
    }

    #[inline(always)]
    unsafe fn any_bit(self) -> bool {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe { vmaxvq_u32(vreinterpretq_u32_f32(self.0)) != 0 }
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        // SAFETY: every 64-bit ARM has NEON.
        unsafe {
            let exponent = vshlq_n_u32::<{ EXPONENT_SHIFT as i32 }>(vreinterpretq_u32_f32(self.0));
            Self(vreinterpretq_f32_u32(vaddq_u32(exponent, vdupq_n_u32(EXPONENT_OF_ONE))))
        }
    }
}

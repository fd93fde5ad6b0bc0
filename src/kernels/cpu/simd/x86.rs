//! AVX2 with fused multiply-add.

use core::arch::x86_64::{
    __m128, __m256, _CMP_GE_OQ, _CMP_GT_OQ, _CMP_NEQ_UQ, _mm_add_ps, _mm_fmadd_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_ps, _mm_storeu_ps,
    _mm_sub_ps, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_blendv_ps, _mm256_castpd_ps, _mm256_castps_pd,
    _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cmp_ps, _mm256_cmpgt_epi32, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps,
    _mm256_min_epu32, _mm256_mul_ps, _mm256_or_ps, _mm256_permute4x64_pd, _mm256_set1_epi32, _mm256_set1_ps, _mm256_shuffle_ps,
    _mm256_slli_epi32, _mm256_storeu_ps, _mm256_sub_epi32, _mm256_sub_ps, _mm256_testz_si256,
};

use super::vector::{EXPONENT_OF_ONE, EXPONENT_SHIFT, Simd, Vector};

/// AVX2: eight lanes.
#[derive(Clone, Copy)]
pub struct Avx2(__m256);

// SAFETY: only AVX2 and FMA are used, for which callers vouch, and pointers as the methods say.
unsafe impl Vector for Avx2 {
    const N: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA; `from` is readable for N values (the contract of `load`).
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for AVX2 and FMA; `to` is writable for N values (the contract of `store`).
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_add_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_sub_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_mul_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_fmadd_ps(a.0, b.0, self.0) })
    }
}

/// The lower half of AVX2: four lanes, with fused multiply-add.
#[derive(Clone, Copy)]
pub struct Fma4(__m128);

// SAFETY: only AVX2 and FMA are used, for which callers vouch, and pointers as the methods say.
unsafe impl Vector for Fma4 {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA; `from` is readable for N values (the contract of `load`).
        Self(unsafe { _mm_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for AVX2 and FMA; `to` is writable for N values (the contract of `store`).
        unsafe { _mm_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm_add_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm_sub_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm_mul_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm_fmadd_ps(a.0, b.0, self.0) })
    }
}

// SAFETY: only AVX2 and FMA are used, for which callers vouch, and pointers as the methods say.
unsafe impl Simd for Avx2 {
    type Quad = Fma4;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // Shuffles work within halves of 128 bits; the permutation puts the quarters in order.
        // SAFETY: the caller vouches for AVX2 and FMA; `from` is readable for 2·N values (the contract of `load_pairs`).
        unsafe {
            let (low, high) = (_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8)));
            let in_order = |x: __m256| _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(_mm256_castps_pd(x)));
            let even = in_order(_mm256_shuffle_ps::<0b10_00_10_00>(low, high));
            let odd = in_order(_mm256_shuffle_ps::<0b11_01_11_01>(low, high));
            (Self(even), Self(odd))
        }
    }

    #[inline(always)]
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self) {
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let wins = _mm256_cmp_ps::<_CMP_GT_OQ>(candidate.0, self.0);
            let choose = |old: Self, new: Self| Self(_mm256_blendv_ps(old.0, new.0, wins));
            (choose(self, candidate), choose(code, code_of_candidate))
        }
    }

    #[inline(always)]
    unsafe fn max(self, candidate: Self) -> Self {
        // Of equal values the instruction takes the second.
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_max_ps(candidate.0, self.0) })
    }

    #[inline(always)]
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let other = _mm256_or_ps(index.0, _mm256_cmp_ps::<_CMP_NEQ_UQ>(value.0, largest.0));
            Self(_mm256_castsi256_ps(_mm256_min_epu32(_mm256_castps_si256(self.0), _mm256_castps_si256(other))))
        }
    }

    #[inline(always)]
    unsafe fn count_from(self, value: Self, bound: Self) -> Self {
        // A comparison that holds sets all bits, which is −1.
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let holds = _mm256_castps_si256(_mm256_cmp_ps::<_CMP_GE_OQ>(value.0, bound.0));
            Self(_mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(self.0), holds)))
        }
    }

    #[inline(always)]
    unsafe fn mark_several(self, mark: u32) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let several = _mm256_cmpgt_epi32(_mm256_castps_si256(self.0), _mm256_set1_epi32(1));
            Self(_mm256_castsi256_ps(_mm256_and_si256(several, _mm256_set1_epi32(mark as i32))))
        }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        Self(unsafe { _mm256_or_ps(self.0, other.0) })
    }

    #[inline(always)]
    unsafe fn any_bit(self) -> bool {
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let bits = _mm256_castps_si256(self.0);
            _mm256_testz_si256(bits, bits) == 0
        }
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        // SAFETY: the caller vouches for AVX2 and FMA.
        unsafe {
            let exponent = _mm256_slli_epi32::<{ EXPONENT_SHIFT as i32 }>(_mm256_castps_si256(self.0));
            Self(_mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(EXPONENT_OF_ONE as i32))))
        }
    }
}

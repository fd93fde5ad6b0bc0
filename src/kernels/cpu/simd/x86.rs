//! AVX2 with fused multiply-add.

use core::arch::x86_64::{
    __m128, __m256, _CMP_GT_OQ, _CMP_NEQ_UQ, _mm_add_ps, _mm_fmadd_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_ps, _mm_storeu_ps, _mm_sub_ps,
    _mm256_add_epi32, _mm256_add_ps, _mm256_blendv_ps, _mm256_castpd_ps, _mm256_castps_pd, _mm256_castps_si256, _mm256_castsi256_ps,
    _mm256_cmp_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_epu32, _mm256_mul_ps, _mm256_or_ps, _mm256_permute4x64_pd,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_shuffle_ps, _mm256_slli_epi32, _mm256_storeu_ps, _mm256_sub_ps,
};

/// Eight lanes.
#[derive(Clone, Copy)]
pub struct Avx2(__m256);

// SAFETY: only used where AVX2 and FMA were detected.
unsafe impl super::Vector for Avx2 {
    const N: usize = 8;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: AVX was detected; so for all below.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        Self(unsafe { _mm256_add_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        Self(unsafe { _mm256_sub_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        Self(unsafe { _mm256_mul_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(unsafe { _mm256_fmadd_ps(a.0, b.0, self.0) })
    }
}

/// Four lanes.
#[derive(Clone, Copy)]
pub struct Fma4(__m128);

// SAFETY: only used where AVX2 and FMA were detected.
unsafe impl super::Vector for Fma4 {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: as above.
        Self(unsafe { _mm_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        Self(unsafe { _mm_add_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn sub(self, a: Self) -> Self {
        Self(unsafe { _mm_sub_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn mul(self, a: Self) -> Self {
        Self(unsafe { _mm_mul_ps(self.0, a.0) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(unsafe { _mm_fmadd_ps(a.0, b.0, self.0) })
    }
}

// SAFETY: as above.
unsafe impl super::Simd for Avx2 {
    type Quad = Fma4;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // Shuffles work within halves of 128 bits; the permutation puts the quarters in order.
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
        unsafe {
            let wins = _mm256_cmp_ps::<_CMP_GT_OQ>(candidate.0, self.0);
            let choose = |old: Self, new: Self| Self(_mm256_blendv_ps(old.0, new.0, wins));
            (choose(self, candidate), choose(code, code_of_candidate))
        }
    }

    #[inline(always)]
    unsafe fn max(self, candidate: Self) -> Self {
        // Of equal values the instruction takes the second.
        Self(unsafe { _mm256_max_ps(candidate.0, self.0) })
    }

    #[inline(always)]
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self {
        unsafe {
            let other = _mm256_or_ps(index.0, _mm256_cmp_ps::<_CMP_NEQ_UQ>(value.0, largest.0));
            Self(_mm256_castsi256_ps(_mm256_min_epu32(_mm256_castps_si256(self.0), _mm256_castps_si256(other))))
        }
    }

    #[inline(always)]
    unsafe fn power_of_two(self) -> Self {
        unsafe {
            let exponent = _mm256_slli_epi32::<{ super::EXPONENT_SHIFT as i32 }>(_mm256_castps_si256(self.0));
            Self(_mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(super::EXPONENT_OF_ONE as i32))))
        }
    }
}

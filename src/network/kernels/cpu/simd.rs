//! Vectors of float32, as wide as the machine has them.
//!
//! LLVM leaves small arrays of accumulators scalar on wasm32, so the kernels name their vectors. Which implementation
//! runs is decided at compile time in WebAssembly and on ARM, and once at run time on x86-64 ([`dispatch!`](super::dispatch)).

/// A vector of [`Vector::N`] float32: arithmetic.
///
/// # Safety
/// All functions need the machine to have the instructions of the implementation; pointers must be valid for
/// [`Vector::N`] values (they need not be aligned).
pub unsafe trait Vector: Copy {
    /// Lanes, at most 8.
    const N: usize;

    /// All lanes the same.
    unsafe fn splat(value: f32) -> Self;
    /// Reads N values.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes N values.
    unsafe fn store(self, to: *mut f32);
    /// `self + a`.
    unsafe fn add(self, a: Self) -> Self;
    /// `self · a`.
    unsafe fn mul(self, a: Self) -> Self;
    /// `self + a · b`, rounded once where the machine can and twice elsewhere.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
}

/// The widest vector of a machine: choosing between values, too.
///
/// # Safety
/// As [`Vector`].
pub unsafe trait Simd: Vector {
    /// A vector of four lanes.
    type Quad: Vector;

    /// Reads 2·N values: those at even places and those at odd places.
    unsafe fn load_pairs(from: *const f32) -> (Self, Self);
    /// Where `candidate` is larger than `self`, it and `code_of_candidate`, elsewhere `self` and `code`.
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self);
    /// `2^n` from `n + 1.5·2²³`, the sum by which n was rounded: its lowest bits are n.
    unsafe fn power_of_two(self) -> Self;
}

/// Bits of the exponent of `2^0`.
const EXPONENT_OF_ONE: u32 = 127 << EXPONENT_SHIFT;

/// Where the bits of an exponent begin.
const EXPONENT_SHIFT: u32 = 23;

/// Plain arrays: what any machine can do, four lanes wide.
#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
#[derive(Clone, Copy)]
pub struct Portable([f32; 4]);

// SAFETY: needs no particular instructions.
#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
unsafe impl Vector for Portable {
    const N: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's pointer is valid for four values.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as above.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    unsafe fn add(self, a: Self) -> Self {
        Self([0, 1, 2, 3].map(|lane| self.0[lane] + a.0[lane]))
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

// SAFETY: as above.
#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
unsafe impl Simd for Portable {
    type Quad = Self;

    #[inline(always)]
    unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
        // SAFETY: the caller's pointer is valid for eight values.
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
    unsafe fn power_of_two(self) -> Self {
        Self([0, 1, 2, 3].map(|lane| f32::from_bits((self.0[lane].to_bits() << EXPONENT_SHIFT).wrapping_add(EXPONENT_OF_ONE))))
    }
}

/// WebAssembly's 128-bit vectors.
#[cfg(target_arch = "wasm32")]
pub use wasm::Wasm;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use core::arch::wasm32::{
        f32x4_add, f32x4_gt, f32x4_mul, f32x4_splat, i32x4_add, i32x4_shl, i32x4_shuffle, i32x4_splat, v128, v128_bitselect, v128_load,
        v128_store,
    };

    /// Four lanes.
    #[derive(Clone, Copy)]
    pub struct Wasm(v128);

    // SAFETY: the whole program is compiled for simd128.
    unsafe impl super::Vector for Wasm {
        const N: usize = 4;

        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            Self(f32x4_splat(value))
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            // SAFETY: the caller's pointer is valid for four values; v128 loads need no alignment.
            Self(unsafe { v128_load(from.cast()) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            // SAFETY: as above.
            unsafe { v128_store(to.cast(), self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, a: Self) -> Self {
            Self(f32x4_add(self.0, a.0))
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

    // SAFETY: as above.
    unsafe impl super::Simd for Wasm {
        type Quad = Self;

        #[inline(always)]
        unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
            // SAFETY: the caller's pointer is valid for eight values.
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
        unsafe fn power_of_two(self) -> Self {
            Self(i32x4_add(i32x4_shl(self.0, super::EXPONENT_SHIFT), i32x4_splat(super::EXPONENT_OF_ONE as i32)))
        }
    }
}

/// AVX2 with fused multiply-add.
#[cfg(target_arch = "x86_64")]
pub use x86::Avx2;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::{
        __m128, __m256, _CMP_GT_OQ, _mm_add_ps, _mm_fmadd_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_ps, _mm_storeu_ps, _mm256_add_epi32,
        _mm256_add_ps, _mm256_blendv_ps, _mm256_castpd_ps, _mm256_castps_pd, _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cmp_ps,
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_mul_ps, _mm256_permute4x64_pd, _mm256_set1_epi32, _mm256_set1_ps, _mm256_shuffle_ps,
        _mm256_slli_epi32, _mm256_storeu_ps,
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
        unsafe fn power_of_two(self) -> Self {
            unsafe {
                let exponent = _mm256_slli_epi32::<{ super::EXPONENT_SHIFT as i32 }>(_mm256_castps_si256(self.0));
                Self(_mm256_castsi256_ps(_mm256_add_epi32(exponent, _mm256_set1_epi32(super::EXPONENT_OF_ONE as i32))))
            }
        }
    }
}

/// NEON, which every 64-bit ARM has.
#[cfg(target_arch = "aarch64")]
pub use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    use core::arch::aarch64::{
        float32x4_t, vaddq_f32, vaddq_u32, vbslq_f32, vcgtq_f32, vdupq_n_f32, vdupq_n_u32, vfmaq_f32, vld1q_f32, vmulq_f32,
        vreinterpretq_f32_u32, vreinterpretq_u32_f32, vshlq_n_u32, vst1q_f32, vuzp1q_f32, vuzp2q_f32,
    };

    /// Four lanes.
    #[derive(Clone, Copy)]
    pub struct Neon(float32x4_t);

    // SAFETY: NEON belongs to the architecture.
    unsafe impl super::Vector for Neon {
        const N: usize = 4;

        #[inline(always)]
        unsafe fn splat(value: f32) -> Self {
            // SAFETY: as above; so for all below.
            Self(unsafe { vdupq_n_f32(value) })
        }

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { vld1q_f32(from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { vst1q_f32(to, self.0) }
        }

        #[inline(always)]
        unsafe fn add(self, a: Self) -> Self {
            Self(unsafe { vaddq_f32(self.0, a.0) })
        }

        #[inline(always)]
        unsafe fn mul(self, a: Self) -> Self {
            Self(unsafe { vmulq_f32(self.0, a.0) })
        }

        #[inline(always)]
        unsafe fn add_product(self, a: Self, b: Self) -> Self {
            Self(unsafe { vfmaq_f32(self.0, a.0, b.0) })
        }
    }

    // SAFETY: as above.
    unsafe impl super::Simd for Neon {
        type Quad = Self;

        #[inline(always)]
        unsafe fn load_pairs(from: *const f32) -> (Self, Self) {
            unsafe {
                let (low, high) = (vld1q_f32(from), vld1q_f32(from.add(4)));
                (Self(vuzp1q_f32(low, high)), Self(vuzp2q_f32(low, high)))
            }
        }

        #[inline(always)]
        unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self) {
            unsafe {
                let wins = vcgtq_f32(candidate.0, self.0);
                let choose = |old: Self, new: Self| Self(vbslq_f32(wins, new.0, old.0));
                (choose(self, candidate), choose(code, code_of_candidate))
            }
        }

        #[inline(always)]
        unsafe fn power_of_two(self) -> Self {
            unsafe {
                let exponent = vshlq_n_u32::<{ super::EXPONENT_SHIFT as i32 }>(vreinterpretq_u32_f32(self.0));
                Self(vreinterpretq_f32_u32(vaddq_u32(exponent, vdupq_n_u32(super::EXPONENT_OF_ONE))))
            }
        }
    }
}

/// Work that can be done with any vectors.
pub trait Job {
    /// Does it.
    ///
    /// # Safety
    /// The machine has the instructions of `S`. Implementations are `#[inline(always)]`, so that they are compiled for them.
    unsafe fn run<S: Simd>(self);
}

/// Does a job with the widest vectors that this machine has.
pub fn run(job: impl Job) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2,fma")]
        unsafe fn with_avx2(job: impl Job) {
            // SAFETY: the caller detected the instructions.
            unsafe { job.run::<Avx2>() }
        }
        if has_multiply_add() {
            // SAFETY: detected.
            unsafe { with_avx2(job) }
        } else {
            // SAFETY: needs no particular instructions.
            unsafe { job.run::<Portable>() }
        }
    }
    // SAFETY: these belong to the architecture that the program was compiled for.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        job.run::<Neon>();
    }
    #[cfg(target_arch = "wasm32")]
    unsafe {
        job.run::<Wasm>();
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
    unsafe {
        job.run::<Portable>();
    }
}

/// Whether products are added with one rounding here, which changes the last bits of results.
pub fn has_multiply_add() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

//! Vectors of float32, as wide as the machine has them.
//!
//! LLVM leaves small arrays of accumulators scalar on wasm32, so the kernels name their vectors. Which implementation
//! runs is decided at compile time in WebAssembly and on ARM, and once at run time on x86-64 ([`run`]).

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
    /// `self - a`.
    unsafe fn sub(self, a: Self) -> Self;
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
    /// The larger of two values; `self` where they are equal.
    unsafe fn max(self, candidate: Self) -> Self;
    /// `index` where `value` equals `largest` and index is lower than `self`, as the bits of whole numbers; elsewhere `self`.
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self;
    /// `2^n` from `n + 1.5·2²³`, the sum by which n was rounded: its lowest bits are n.
    unsafe fn power_of_two(self) -> Self;
}

/// Bits of the exponent of `2^0`.
const EXPONENT_OF_ONE: u32 = 127 << EXPONENT_SHIFT;

/// Where the bits of an exponent begin.
const EXPONENT_SHIFT: u32 = 23;

#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
mod portable;
#[cfg(not(any(target_arch = "wasm32", target_arch = "aarch64")))]
pub use portable::Portable;

/// WebAssembly's 128-bit vectors.
#[cfg(target_arch = "wasm32")]
pub use wasm::Wasm;

#[cfg(target_arch = "wasm32")]
mod wasm;

/// AVX2 with fused multiply-add.
#[cfg(target_arch = "x86_64")]
pub use x86::Avx2;

#[cfg(target_arch = "x86_64")]
mod x86;

/// NEON, which every 64-bit ARM has.
#[cfg(target_arch = "aarch64")]
pub use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm;

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

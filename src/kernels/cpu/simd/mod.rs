//! Vectors of float32, as wide as the machine has them.
//!
//! LLVM leaves small arrays of accumulators scalar on wasm32, so the kernels name their vectors. Which implementation
//! runs is decided at compile time in WebAssembly and on ARM, and once at run time on x86-64 ([`run`]).

mod vector;

pub use vector::{Simd, Vector};

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

/// A loop that can be compiled for any vectors.
pub trait VectorKernel {
    /// Runs the loop with vectors `S`. Implementations are `#[inline(always)]`, as is all that they call with `S`, so that they are
    /// compiled with its instructions.
    ///
    /// # Safety
    /// The machine has the instructions of `S`.
    unsafe fn run<S: Simd>(self);
}

/// Runs a kernel with the widest vectors that this machine has.
pub fn run(kernel: impl VectorKernel) {
    #[cfg(target_arch = "x86_64")]
    {
        /// # Safety
        /// The machine has AVX2 and FMA.
        #[target_feature(enable = "avx2,fma")]
        unsafe fn with_avx2(kernel: impl VectorKernel) {
            // SAFETY: the caller vouches for AVX2 and FMA, the instructions of `Avx2`.
            unsafe { kernel.run::<Avx2>() }
        }
        if has_multiply_add() {
            // SAFETY: AVX2 and FMA were detected.
            unsafe { with_avx2(kernel) }
        } else {
            // SAFETY: `Portable` needs no particular instructions.
            unsafe { kernel.run::<Portable>() }
        }
    }
    // SAFETY: every 64-bit ARM has NEON.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        kernel.run::<Neon>();
    }
    // SAFETY: the whole program is compiled with simd128; a machine without it could not have loaded it.
    #[cfg(target_arch = "wasm32")]
    unsafe {
        kernel.run::<Wasm>();
    }
    // SAFETY: `Portable` needs no particular instructions.
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")))]
    unsafe {
        kernel.run::<Portable>();
    }
}

/// Whether this machine adds products with one rounding, which changes the last bits of results.
pub fn has_multiply_add() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

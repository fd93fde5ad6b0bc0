//! The functions between layers, and their derivatives, on vectors and rows of values.

use crate::kernels::activation::Activation;
use crate::kernels::cpu::simd::{self, Simd, VectorKernel};
use crate::kernels::parameters::LEAK;

/// Values of the widest vectors.
const WIDEST: usize = 8;

/// Applies a function to values in place.
pub fn apply(activation: Activation, values: &mut [f32]) {
    simd::run(ApplyInPlace { activation, values });
}

/// Multiplies gradients by `scale` and by the derivative of a function, which follows from what the function gave (`results`).
pub fn multiply_by_derivative(activation: Activation, scale: f32, results: &[f32], gradients: &mut [f32]) {
    simd::run(MultiplyByDerivative { activation, scale, results, gradients });
}

/// The derivative of a function where it gave `result`.
#[inline(always)]
pub fn derivative(activation: Activation, result: f32) -> f32 {
    match activation {
        _ if result > 0.0 => 1.0,
        Activation::Relu => 0.0,
        Activation::LeakyRelu => LEAK,
        Activation::Elu => result + 1.0,
    }
}

/// Applies a function to values in place.
struct ApplyInPlace<'a> {
    activation: Activation,
    values: &'a mut [f32],
}

impl VectorKernel for ApplyInPlace<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (whole, rest) = self.values.as_chunks_mut::<WIDEST>();
        // SAFETY: the caller's machine has the instructions of `S`.
        unsafe {
            for chunk in whole {
                in_place::<S>(self.activation, chunk);
            }
            let mut last = [0.0; WIDEST];
            last[..rest.len()].copy_from_slice(rest);
            in_place::<S>(self.activation, &mut last);
            rest.copy_from_slice(&last[..rest.len()]);
        }
    }
}

/// Applies a function to a chunk in place.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
unsafe fn in_place<S: Simd>(activation: Activation, chunk: &mut [f32; WIDEST]) {
    for start in (0..WIDEST).step_by(S::N) {
        // SAFETY: the caller's machine has the instructions of `S`; a chunk is whole vectors, one of which begins at `start`.
        unsafe {
            let at = chunk.as_mut_ptr().add(start);
            of_vector(activation, S::load(at)).store(at);
        }
    }
}

/// Multiplies gradients by `scale` and by the derivative of a function that gave `results`.
struct MultiplyByDerivative<'a> {
    activation: Activation,
    scale: f32,
    results: &'a [f32],
    gradients: &'a mut [f32],
}

impl VectorKernel for MultiplyByDerivative<'_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let (whole, rest) = self.gradients.as_chunks_mut::<WIDEST>();
        let (results, last_results) = self.results.as_chunks::<WIDEST>();
        // SAFETY: the caller's machine has the instructions of `S`; chunks are whole vectors, one of which begins at `start`.
        unsafe {
            let (zero, one, scale) = (S::splat(0.0), S::splat(1.0), S::splat(self.scale));
            for (chunk, results) in whole.iter_mut().zip(results) {
                for start in (0..WIDEST).step_by(S::N) {
                    let at = chunk.as_mut_ptr().add(start);
                    let result = S::load(results.as_ptr().add(start));
                    let below = match self.activation {
                        Activation::Relu => zero,
                        Activation::LeakyRelu => S::splat(LEAK),
                        Activation::Elu => result.add(one),
                    };
                    let (_, derivative) = zero.larger(below, result, one);
                    S::load(at).mul(derivative).mul(scale).store(at);
                }
            }
        }
        for (gradient, &result) in rest.iter_mut().zip(last_results) {
            *gradient = *gradient * derivative(self.activation, result) * self.scale;
        }
    }
}

/// Applies a function to each lane of a vector.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
pub unsafe fn of_vector<S: Simd>(activation: Activation, x: S) -> S {
    // SAFETY: the caller's machine has the instructions of `S`; no pointers are involved.
    unsafe {
        let below = match activation {
            Activation::Relu => S::splat(0.0),
            Activation::LeakyRelu => x.mul(S::splat(LEAK)),
            Activation::Elu => exponential_minus_one(x),
        };
        S::splat(0.0).larger(below, x, x).1
    }
}

/// `eˣ − 1` for x ≤ 0, to about one unit in the last place: the difference itself would lose the last digits of small
/// values, and pooling could not order them.
///
/// With x = n·ln 2 + r it is `2ⁿ·(eʳ − 1) + (2ⁿ − 1)`, and of `eʳ − 1` the Taylor polynomial of degree 7 is enough.
///
/// # Safety
/// The machine has the instructions of `S`.
#[inline(always)]
unsafe fn exponential_minus_one<S: Simd>(x: S) -> S {
    /// Below this x the result is −1 in float32.
    const LOWEST: f32 = -25.0;
    /// 1.5·2²³: adding it to a float32 rounds to whole numbers.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts, of which the first has few bits: its product with n is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    /// Coefficients of the Taylor polynomial, that of degree 7 apart: 1/k! from k = 6 down to 2.
    const COEFFICIENTS: [f32; 5] = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5];
    // SAFETY: the caller's machine has the instructions of `S`; no pointers are involved.
    unsafe {
        let lowest = S::splat(LOWEST);
        let x = x.larger(x, lowest, lowest).0;
        let rounded = S::splat(ROUND).add_product(x, S::splat(std::f32::consts::LOG2_E));
        let n = rounded.add(S::splat(-ROUND));
        let r = x.add_product(n, S::splat(-LN_2[0])).add_product(n, S::splat(-LN_2[1]));
        let mut q = S::splat(1.0 / 5040.0);
        for coefficient in COEFFICIENTS {
            q = S::splat(coefficient).add_product(q, r);
        }
        let of_r = r.add_product(r.mul(r), q);
        let power = rounded.power_of_two();
        power.add(S::splat(-1.0)).add_product(power, of_r)
    }
}

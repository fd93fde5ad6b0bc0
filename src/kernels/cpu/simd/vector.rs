//! What a machine's vectors of float32 can do.

/// A vector of [`Vector::N`] float32, and arithmetic on it.
///
/// # Safety
/// Implementations use no instructions but those whose presence their callers vouch for, reach memory only through the pointers
/// that they are given, and there no more than the methods say.
pub unsafe trait Vector: Copy {
    /// Lanes, at most 8.
    const N: usize;

    /// A vector of which all lanes are `value`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn splat(value: f32) -> Self;
    /// Reads N values.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation, and `from` is readable for N values; it need not be aligned.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes N values.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation, and `to` is writable for N values; it need not be aligned.
    unsafe fn store(self, to: *mut f32);
    /// `self + a`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn add(self, a: Self) -> Self;
    /// `self - a`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn sub(self, a: Self) -> Self;
    /// `self · a`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn mul(self, a: Self) -> Self;
    /// `self + a · b`, rounded once where the machine can and twice elsewhere.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
}

/// The widest vector of a machine, which can also choose between values.
///
/// # Safety
/// Implementations keep what [`Vector`] asks for.
pub unsafe trait Simd: Vector {
    /// A vector of four lanes with the same instructions.
    type Quad: Vector;

    /// Reads 2·N values: those at even places and those at odd places.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation, and `from` is readable for 2·N values; it need not be aligned.
    unsafe fn load_pairs(from: *const f32) -> (Self, Self);
    /// Where `candidate` is larger than `self`, it and `code_of_candidate`, elsewhere `self` and `code`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn larger(self, code: Self, candidate: Self, code_of_candidate: Self) -> (Self, Self);
    /// The larger of two values; `self` where they are equal.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn max(self, candidate: Self) -> Self;
    /// `index` where `value` equals `largest` and index is lower than `self`, as the bits of whole numbers; elsewhere `self`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn lower_of(self, index: Self, value: Self, largest: Self) -> Self;
    /// One more than `self`, as the bits of a whole number, where `value` is not below `bound`; elsewhere `self`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn count_from(self, value: Self, bound: Self) -> Self;
    /// The bits of `mark` where `self`, as the bits of a whole number, is more than 1; elsewhere no bits.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn mark_several(self, mark: u32) -> Self;
    /// The bits that are set in `self` or in `other`.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn or(self, other: Self) -> Self;
    /// Whether any bit is set.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn any_bit(self) -> bool;
    /// `2^n` from `n + 1.5·2²³`, the sum by which n was rounded: its lowest bits are n.
    ///
    /// # Safety
    /// The machine has the instructions of the implementation.
    unsafe fn power_of_two(self) -> Self;
}

/// Bits of the exponent of `2^0`.
pub const EXPONENT_OF_ONE: u32 = 127 << EXPONENT_SHIFT;

/// Where the bits of an exponent begin.
pub const EXPONENT_SHIFT: u32 = 23;

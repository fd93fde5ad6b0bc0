//! Noise that the Python scripts of the fixtures make, too (reference/murmur.py).

/// murmur3's finaliser of the index, as a multiple of 2⁻²⁴ in −0.5..0.5.
pub fn noise(n: usize, seed: u32) -> Vec<f32> {
    let mixed = |index: usize| {
        let mut x = (index as u32).wrapping_add(seed.wrapping_mul(0x9E37_79B9));
        x = (x ^ x >> 16).wrapping_mul(0x85EB_CA6B);
        x = (x ^ x >> 13).wrapping_mul(0xC2B2_AE35);
        x ^ x >> 16
    };
    (0..n).map(|index| (mixed(index) >> 8) as f32 / (1 << 24) as f32 - 0.5).collect()
}

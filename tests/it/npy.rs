//! Arrays that numpy saved, by their path in the repository.

use crate::npy_bytes;

/// A float32 array, last axis fastest.
pub struct Npy {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Reads a `.npy` fixture; the path is relative to the repository.
pub fn read(path: &str) -> Npy {
    let (shape, data) = npy_bytes::read(&crate::fixtures::bytes(path));
    assert_eq!(data.len(), shape.iter().product::<usize>(), "{path}");
    Npy { shape, data }
}

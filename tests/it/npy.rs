//! Arrays that numpy saved: little-endian float32 in C order, which is all the fixtures hold.

/// A float32 array, last axis fastest.
pub struct Npy {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Reads a `.npy` fixture; the path is relative to the repository.
pub fn read(path: &str) -> Npy {
    let bytes = crate::fixtures::bytes(path);
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00", "{path}");
    let header_len = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (header, data) = bytes[10..].split_at(header_len);
    let header = std::str::from_utf8(header).unwrap();
    assert!(header.contains("'<f4'") && header.contains("'fortran_order': False"), "{path}: {header}");
    let shape = header.split(['(', ')']).nth(1).unwrap();
    let shape: Vec<usize> = shape.split(',').map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
    let data: Vec<f32> = data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
    assert_eq!(data.len(), shape.iter().product::<usize>(), "{path}");
    Npy { shape, data }
}

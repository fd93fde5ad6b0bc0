//! The little of numpy's `.npy` format that the fixtures use: little-endian float32, in C or Fortran order.

/// Shape and values, last axis fastest.
pub fn read(bytes: &[u8]) -> (Vec<usize>, Vec<f32>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00", "an .npy file of version 1.0");
    let header_end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..header_end]).expect("the header is ASCII");
    assert!(header.contains("'<f4'"), "{header}");
    let open = header.find('(').expect("a shape") + 1;
    let close = header.find(')').expect("a shape");
    let shape: Vec<usize> = header[open..close].split(',').filter_map(|n| n.trim().parse().ok()).collect();
    let values = bytes[header_end..].chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let values: Vec<f32> = values.collect();
    let values = if header.contains("'fortran_order': True") { in_c_order(&shape, &values) } else { values };
    (shape, values)
}

/// From first axis fastest to last axis fastest.
fn in_c_order(shape: &[usize], values: &[f32]) -> Vec<f32> {
    let from = |at: usize| {
        let (mut rest, mut from, mut stride) = (at, 0, values.len());
        for length in shape.iter().rev() {
            stride /= length;
            from += rest % length * stride;
            rest /= length;
        }
        from
    };
    (0..values.len()).map(|at| values[from(at)]).collect()
}

//! The values of a tensor in C order, whatever its element type, strides and byte order.

use std::ops::Range;

use half::{bf16, f16};

use super::{DType, Flaw, Tensor, TensorReader};

impl Tensor {
    /// All values in C order (last axis fastest), rounded to float32 where the element type is wider.
    ///
    /// # Errors
    /// If there is no memory for them, or the file cannot be read.
    pub async fn to_f32_vec(&self) -> Result<Vec<f32>, Flaw> {
        self.reader()?.finish().await
    }

    /// A reader of the values that [`Self::to_f32_vec`] gives, one slice at a time.
    ///
    /// # Errors
    /// If there is no memory for the values.
    pub fn reader(&self) -> Result<TensorReader<'_, f32>, Flaw> {
        TensorReader::new(self, Self::place_f32)
    }

    /// All values in C order of an integer or boolean tensor.
    ///
    /// # Errors
    /// If it holds floating-point values, if there is no memory, or the file cannot be read.
    pub async fn to_i64_vec(&self) -> Result<Vec<i64>, Flaw> {
        match self.dtype() {
            found @ (DType::F64 | DType::F32 | DType::F16 | DType::BF16) => Err(Flaw::NotIntegers { found }),
            _ => TensorReader::new(self, Self::place_i64)?.finish().await,
        }
    }

    /// [`PlaceValues`](super::tensor_reader::PlaceValues) for every element type.
    fn place_f32(&self, bytes: &[u8], first: usize, values: &mut [f32]) {
        match self.dtype() {
            DType::F64 => self.place(bytes, first, values, |bytes| f64::from_le_bytes(bytes) as f32),
            DType::F32 => self.place(bytes, first, values, f32::from_le_bytes),
            DType::F16 => self.place(bytes, first, values, |bytes| f16::from_le_bytes(bytes).to_f32()),
            DType::BF16 => self.place(bytes, first, values, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            DType::I64 => self.place(bytes, first, values, |bytes| i64::from_le_bytes(bytes) as f32),
            DType::I32 => self.place(bytes, first, values, |bytes| i32::from_le_bytes(bytes) as f32),
            DType::I16 => self.place(bytes, first, values, |bytes| f32::from(i16::from_le_bytes(bytes))),
            DType::I8 => self.place(bytes, first, values, |bytes| f32::from(i8::from_le_bytes(bytes))),
            DType::U8 => self.place(bytes, first, values, |[byte]| f32::from(byte)),
            DType::Bool => self.place(bytes, first, values, |[byte]| f32::from(u8::from(byte != 0))),
        }
    }

    /// [`PlaceValues`](super::tensor_reader::PlaceValues) for integer and boolean types; of other types no value is placed.
    fn place_i64(&self, bytes: &[u8], first: usize, values: &mut [i64]) {
        match self.dtype() {
            DType::I64 => self.place(bytes, first, values, i64::from_le_bytes),
            DType::I32 => self.place(bytes, first, values, |bytes| i64::from(i32::from_le_bytes(bytes))),
            DType::I16 => self.place(bytes, first, values, |bytes| i64::from(i16::from_le_bytes(bytes))),
            DType::I8 => self.place(bytes, first, values, |bytes| i64::from(i8::from_le_bytes(bytes))),
            DType::U8 => self.place(bytes, first, values, |[byte]| i64::from(byte)),
            DType::Bool => self.place(bytes, first, values, |[byte]| i64::from(byte != 0)),
            DType::F64 | DType::F32 | DType::F16 | DType::BF16 => {}
        }
    }

    /// [`PlaceValues`](super::tensor_reader::PlaceValues) for elements of `N` bytes, which `decode` takes in little-endian
    /// order.
    fn place<const N: usize, T>(&self, bytes: &[u8], first: usize, values: &mut [T], decode: impl Fn([u8; N]) -> T) {
        let (elements, _) = bytes.as_chunks::<N>();
        if self.storage.little_endian {
            self.visit(elements, first, values, |value, &element| *value = decode(element));
        } else {
            self.visit(elements, first, values, |value, &element| *value = decode(reversed(element)));
        }
    }

    /// Calls `take` with every value whose element is among `elements`, and that element; `first` is the number of the first
    /// of them in the storage.
    fn visit<E, T>(&self, elements: &[E], first: usize, values: &mut [T], mut take: impl FnMut(&mut T, &E)) {
        let (row_length, stride) = if self.is_contiguous() {
            (values.len(), 1)
        } else {
            (self.shape.last().copied().unwrap_or(1), self.strides.last().copied().unwrap_or(0))
        };
        for (row, values) in values.chunks_mut(row_length.max(1)).enumerate() {
            let start = self.row_start(row, row_length);
            let columns = columns_within(start, stride, values.len(), first..first + elements.len());
            let Some(from) = columns.clone().next().map(|column| start + column * stride - first) else { continue };
            let (values, elements) = (&mut values[columns], &elements[from..]);
            match stride {
                0 => values.iter_mut().for_each(|value| take(value, &elements[0])),
                1 => values.iter_mut().zip(elements).for_each(|(value, element)| take(value, element)),
                _ => values.iter_mut().zip(elements.iter().step_by(stride)).for_each(|(value, element)| take(value, element)),
            }
        }
    }

    /// Number of the storage's element with which the `row`-th row along the last axis begins.
    fn row_start(&self, row: usize, row_length: usize) -> usize {
        if row_length == self.n_elements() {
            return self.offset;
        }
        let outer_axes = self.shape.iter().zip(&self.strides).rev().skip(1);
        let (start, _) = outer_axes.fold((self.offset, row), |(start, rest), (&size, &stride)| (start + rest % size * stride, rest / size));
        start
    }
}

/// The columns of a row whose elements lie in `available`. The row begins with element `start`, and its elements are `stride`
/// apart; both are counted in the storage.
fn columns_within(start: usize, stride: usize, row_length: usize, available: Range<usize>) -> Range<usize> {
    if stride == 0 {
        return if available.contains(&start) { 0..row_length } else { 0..0 };
    }
    let before = |end: usize| end.saturating_sub(start).div_ceil(stride).min(row_length);
    before(available.start)..before(available.end)
}

fn reversed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::files::memory_file;
    use crate::torch_file::Storage;

    fn tensor(dtype: DType, bytes: &[u8], offset: usize, shape: &[usize], strides: &[usize]) -> Result<Tensor, Flaw> {
        let storage = Storage { file: memory_file(bytes.to_vec()), range: 0..bytes.len() as u64, dtype, little_endian: true };
        Tensor::new(storage, offset, shape.to_vec(), strides.to_vec())
    }

    #[test]
    fn strides_are_honoured() {
        let bytes: Vec<u8> = (0..6).collect();
        let check = |offset, shape: &[usize], strides: &[usize], expected: &[i64]| {
            assert_eq!(block_on(tensor(DType::U8, &bytes, offset, shape, strides).unwrap().to_i64_vec()).unwrap(), expected);
        };
        check(0, &[2, 3], &[3, 1], &[0, 1, 2, 3, 4, 5]);
        check(0, &[3, 2], &[1, 3], &[0, 3, 1, 4, 2, 5]);
        check(1, &[2, 2], &[3, 1], &[1, 2, 4, 5]);
        check(4, &[3], &[0], &[4, 4, 4]);
        check(5, &[], &[], &[5]);
        check(0, &[2, 1, 3], &[3, 77, 1], &[0, 1, 2, 3, 4, 5]);
        check(99, &[0, 3], &[3, 1], &[]);
    }

    #[test]
    fn big_endian_elements_are_turned() {
        let storage = Storage { file: memory_file(vec![0x3f, 0xc0, 0, 0]), range: 0..4, dtype: DType::F32, little_endian: false };
        assert_eq!(block_on(Tensor::new(storage, 0, vec![1], vec![1]).unwrap().to_f32_vec()).unwrap(), [1.5]);
    }

    #[test]
    fn a_view_cannot_leave_its_storage() {
        let outside = |offset, shape: &[usize], strides: &[usize]| tensor(DType::U8, &[0; 6], offset, shape, strides).unwrap_err();
        assert!(matches!(outside(0, &[7], &[1]), Flaw::OutsideStorage { n_storage: 6, .. }));
        assert!(matches!(outside(4, &[2, 2], &[2, 1]), Flaw::OutsideStorage { .. }));
        assert!(matches!(outside(0, &[2], &[usize::MAX]), Flaw::OutsideStorage { .. }));
        assert!(matches!(outside(usize::MAX, &[2], &[1]), Flaw::OutsideStorage { .. }));
        assert!(matches!(outside(6, &[], &[]), Flaw::OutsideStorage { .. }));
        assert!(matches!(outside(0, &[usize::MAX, 2], &[0, 0]), Flaw::TooLarge { .. }));
        assert!(matches!(outside(0, &[1 << 40], &[0]), Flaw::TooLarge { .. }));
        assert!(matches!(outside(0, &[1], &[]), Flaw::BadRank { .. }));
        assert!(tensor(DType::U8, &[], 0, &[0, usize::MAX, 2], &[1, 1, 1]).is_ok());
    }

    #[test]
    fn floats_are_not_integers() {
        let tensor = tensor(DType::F32, &[0; 4], 0, &[], &[]).unwrap();
        assert_eq!(block_on(tensor.to_i64_vec()), Err(Flaw::NotIntegers { found: DType::F32 }));
    }

    #[test]
    fn values_come_in_any_slices() {
        let bytes: Vec<u8> = (0..24).collect();
        for (offset, shape, strides) in
            [(1, [2, 3, 3], [9, 3, 1]), (2, [3, 2, 3], [1, 9, 3]), (3, [2, 2, 2], [0, 7, 2]), (5, [2, 1, 3], [4, 1, 0])]
        {
            let tensor = tensor(DType::U8, &bytes, offset, &shape, &strides).unwrap();
            let whole = block_on(tensor.to_i64_vec()).unwrap();
            for length in 1..5 {
                let mut values = vec![-1; tensor.n_elements()];
                bytes.chunks(length).enumerate().for_each(|(slice, part)| tensor.place_i64(part, slice * length, &mut values));
                assert_eq!(values, whole, "{shape:?} {strides:?} in slices of {length}");
            }
        }
    }

    #[test]
    fn rows_are_a_part_of_it() {
        let tensor = Tensor::from_f32(&[3, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let rows = |rows| block_on(tensor.rows(rows).to_f32_vec()).unwrap();
        assert_eq!((rows(0..1), rows(1..3), rows(2..9), rows(7..9)), (vec![0.0, 1.0], vec![2.0, 3.0, 4.0, 5.0], vec![4.0, 5.0], vec![]));
    }
}

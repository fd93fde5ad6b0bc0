//! The values of a tensor in C order, whatever its element type, strides and byte order.

use half::{bf16, f16};

use super::{DType, Flaw, Tensor};

impl Tensor {
    /// All values in C order (last axis fastest), rounded to float32 where the element type is wider.
    ///
    /// # Errors
    /// If there is no memory for them.
    pub fn to_f32_vec(&self) -> Result<Vec<f32>, Flaw> {
        match self.dtype() {
            DType::F64 => self.gather(|bytes| f64::from_le_bytes(bytes) as f32),
            DType::F32 => self.gather(f32::from_le_bytes),
            DType::F16 => self.gather(|bytes| f16::from_le_bytes(bytes).to_f32()),
            DType::BF16 => self.gather(|bytes| bf16::from_le_bytes(bytes).to_f32()),
            DType::I64 => self.gather(|bytes| i64::from_le_bytes(bytes) as f32),
            DType::I32 => self.gather(|bytes| i32::from_le_bytes(bytes) as f32),
            DType::I16 => self.gather(|bytes| f32::from(i16::from_le_bytes(bytes))),
            DType::I8 => self.gather(|bytes| f32::from(i8::from_le_bytes(bytes))),
            DType::U8 => self.gather(|[byte]| f32::from(byte)),
            DType::Bool => self.gather(|[byte]| f32::from(u8::from(byte != 0))),
        }
    }

    /// All values in C order of an integer or boolean tensor.
    ///
    /// # Errors
    /// If it holds floating-point values, or if there is no memory.
    pub fn to_i64_vec(&self) -> Result<Vec<i64>, Flaw> {
        match self.dtype() {
            DType::I64 => self.gather(i64::from_le_bytes),
            DType::I32 => self.gather(|bytes| i64::from(i32::from_le_bytes(bytes))),
            DType::I16 => self.gather(|bytes| i64::from(i16::from_le_bytes(bytes))),
            DType::I8 => self.gather(|bytes| i64::from(i8::from_le_bytes(bytes))),
            DType::U8 => self.gather(|[byte]| i64::from(byte)),
            DType::Bool => self.gather(|[byte]| i64::from(byte != 0)),
            found => Err(Flaw::NotIntegers { found }),
        }
    }

    /// Every element through `decode`, which takes little-endian bytes; `N` is the element size.
    fn gather<const N: usize, T: Copy>(&self, decode: impl Fn([u8; N]) -> T) -> Result<Vec<T>, Flaw> {
        let n_elements = self.n_elements();
        let mut values = Vec::new();
        let bytes = n_elements.saturating_mul(size_of::<T>()) as u64;
        values.try_reserve_exact(n_elements).map_err(|_| Flaw::OutOfMemory { bytes })?;

        let (elements, _) = self.storage.bytes().as_chunks::<N>();
        if self.storage.little_endian {
            self.visit(elements, |&element| values.push(decode(element)));
        } else {
            self.visit(elements, |&element| values.push(decode(reversed(element))));
        }
        Ok(values)
    }

    /// Calls `take` with the elements of the storage that make up this tensor, in C order.
    fn visit<E>(&self, elements: &[E], take: impl FnMut(&E)) {
        let n_elements = self.n_elements();
        if self.is_contiguous() {
            let all = elements.get(self.offset..).and_then(|rest| rest.get(..n_elements));
            return all.unwrap_or_default().iter().for_each(take);
        }
        let row_length = self.shape.last().copied().unwrap_or(1);
        let stride = self.strides.last().copied().unwrap_or(0);
        let n_rows = n_elements.checked_div(row_length).unwrap_or(0);
        let rows = (0..n_rows).map(|row| self.row_start(row));
        let positions = rows.flat_map(|start| (0..row_length).map(move |column| start + column * stride));
        // Every position was checked when the tensor was built, so that none is passed over here.
        positions.filter_map(|position| elements.get(position)).for_each(take);
    }

    /// Where the `row`-th run along the last axis begins, in elements of the storage.
    fn row_start(&self, row: usize) -> usize {
        let outer_axes = self.shape.iter().zip(&self.strides).rev().skip(1);
        let (start, _) = outer_axes.fold((self.offset, row), |(start, rest), (&size, &stride)| (start + rest % size * stride, rest / size));
        start
    }
}

fn reversed<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    bytes.reverse();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torch_file::Storage;

    fn tensor(dtype: DType, bytes: &[u8], offset: usize, shape: &[usize], strides: &[usize]) -> Result<Tensor, Flaw> {
        let storage = Storage { file: bytes.into(), range: 0..bytes.len(), dtype, little_endian: true };
        Tensor::new(storage, offset, shape.to_vec(), strides.to_vec())
    }

    #[test]
    fn strides_are_honoured() {
        let bytes: Vec<u8> = (0..6).collect();
        let check = |offset, shape: &[usize], strides: &[usize], expected: &[i64]| {
            assert_eq!(tensor(DType::U8, &bytes, offset, shape, strides).unwrap().to_i64_vec().unwrap(), expected);
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
        let storage = Storage { file: [0x3f, 0xc0, 0, 0].as_slice().into(), range: 0..4, dtype: DType::F32, little_endian: false };
        assert_eq!(Tensor::new(storage, 0, vec![1], vec![1]).unwrap().to_f32_vec().unwrap(), [1.5]);
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
        assert_eq!(tensor(DType::F32, &[0; 4], 0, &[], &[]).unwrap().to_i64_vec(), Err(Flaw::NotIntegers { found: DType::F32 }));
    }
}

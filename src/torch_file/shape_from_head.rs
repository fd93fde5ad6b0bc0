//! The shape of a saved tensor from the first bytes of its file: elements are counted without reading images.

use super::pickle::{self, StorageRef};
use super::{Flaw, Storage, Value};
use crate::files::memory_file;

/// Bytes of a ZIP entry's header before its name.
const ENTRY_HEADER: usize = 30;

/// The shape of the one tensor in a ZIP container from `head`, the first bytes of the file, if they hold its pickle, which
/// torch writes first. `None` means that the file must be read as a whole, which also finds errors.
pub fn shape_from_head(head: &[u8]) -> Option<Vec<usize>> {
    let pickle = head.get(first_entry(head, "data.pkl")?..)?;
    match pickle::load(pickle, &mut declared_storage).ok()?.value {
        Value::Tensor(tensor) => Some(tensor.shape().to_vec()),
        _ => None,
    }
}

/// Position of the first entry's data, if its name ends in `name` and it is not compressed.
fn first_entry(file: &[u8], name: &str) -> Option<usize> {
    let header = file.get(..ENTRY_HEADER).filter(|header| header.starts_with(b"PK\x03\x04"))?;
    let u16_at = |at: usize| Some(usize::from(u16::from_le_bytes([*header.get(at)?, *header.get(at + 1)?])));
    let (method, name_length, extra_length) = (u16_at(8)?, u16_at(26)?, u16_at(28)?);
    let found = file.get(ENTRY_HEADER..ENTRY_HEADER + name_length)?;
    (method == 0 && found.ends_with(name.as_bytes())).then_some(ENTRY_HEADER + name_length + extra_length)
}

/// A storage of the size that the pickle declares, without its bytes.
fn declared_storage(wanted: StorageRef<'_>) -> Result<Storage, Flaw> {
    Ok(Storage { file: memory_file(Vec::new()), range: 0..wanted.n_bytes()? as u64, dtype: wanted.dtype, little_endian: true })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torch_file::write_tensor;

    #[test]
    fn the_shape_needs_the_first_bytes_only() {
        let file = write_tensor(&[1, 30, 20, 10], &[0.0; 6000]);
        assert_eq!(shape_from_head(&file[..1024]), Some(vec![1, 30, 20, 10]));
        assert_eq!(shape_from_head(&file[..100]), None);
        assert_eq!(shape_from_head(b"not torch"), None);
    }
}

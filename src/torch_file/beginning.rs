//! The shape of a saved tensor from the first bytes of its file: elements are counted without reading images.

use super::pickle::{self, StorageRef};
use super::{Flaw, Storage, Value};
use crate::files::held;

/// Bytes of a ZIP entry's header before its name.
const ENTRY_HEADER: usize = 30;

/// The shape of the one tensor in a ZIP container, if the first bytes of the file hold its pickle; torch puts that in
/// front. `None` says that the file must be read as a whole, which also tells what is wrong with it.
pub fn shape_at_beginning(beginning: &[u8]) -> Option<Vec<usize>> {
    let pickle = beginning.get(first_entry(beginning, "data.pkl")?..)?;
    match pickle::load(pickle, &mut announced).ok()?.value {
        Value::Tensor(tensor) => Some(tensor.shape().to_vec()),
        _ => None,
    }
}

/// Where the data of the first entry begin, if its name ends in `name` and it is not compressed.
fn first_entry(file: &[u8], name: &str) -> Option<usize> {
    let header = file.get(..ENTRY_HEADER).filter(|header| header.starts_with(b"PK\x03\x04"))?;
    let u16_at = |at: usize| Some(usize::from(u16::from_le_bytes([*header.get(at)?, *header.get(at + 1)?])));
    let (method, name_length, extra_length) = (u16_at(8)?, u16_at(26)?, u16_at(28)?);
    let found = file.get(ENTRY_HEADER..ENTRY_HEADER + name_length)?;
    (method == 0 && found.ends_with(name.as_bytes())).then_some(ENTRY_HEADER + name_length + extra_length)
}

/// A storage of the announced size whose bytes are not there.
fn announced(wanted: StorageRef<'_>) -> Result<Storage, Flaw> {
    Ok(Storage { file: held(Vec::new()), range: 0..wanted.n_bytes()? as u64, dtype: wanted.dtype, little_endian: true })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torch_file::write_tensor;

    #[test]
    fn the_shape_needs_the_first_bytes_only() {
        let file = write_tensor(&[1, 30, 20, 10], &[0.0; 6000]);
        assert_eq!(shape_at_beginning(&file[..1024]), Some(vec![1, 30, 20, 10]));
        assert_eq!(shape_at_beginning(&file[..100]), None);
        assert_eq!(shape_at_beginning(b"not torch"), None);
    }
}

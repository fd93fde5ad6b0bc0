//! One float32 tensor → the bytes of a file that `torch.load(weights_only=True)` reads.

use flate2::Crc;

/// The bytes of `torch.save(tensor)` for a float32 tensor in C order (last axis fastest).
///
/// The file is a ZIP of stored entries whose data begin at multiples of 64 bytes, as torch's own, and depends on nothing but
/// the arguments.
///
/// # Panics
/// If `data` does not have one value per element of `shape`, or exceeds the 4 GiB of a plain ZIP: errors of the program.
pub fn write_tensor(shape: &[usize], data: &[f32]) -> Vec<u8> {
    assert_eq!(shape.iter().product::<usize>(), data.len(), "one value per element of {shape:?}");
    assert!(data.len() < 1 << 29, "the values fit a ZIP without 64-bit extensions");
    let mut archive = ZipWriter { bytes: Vec::with_capacity(data.len() * 4 + 2048), directory: Vec::new(), n_entries: 0 };
    archive.add("data.pkl", &pickle(shape, data.len()));
    archive.add("byteorder", b"little");
    archive.add("data/0", &little_endian(data));
    archive.add("version", b"3\n");
    archive.finish()
}

fn little_endian(data: &[f32]) -> Vec<u8> {
    data.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// `torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())` in pickle protocol 2.
fn pickle(shape: &[usize], n_elements: usize) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((");
    text(&mut out, "storage");
    out.extend(b"ctorch\nFloatStorage\n");
    text(&mut out, "0");
    text(&mut out, "cpu");
    integer(&mut out, n_elements);
    out.extend(b"tQ");
    integer(&mut out, 0);
    tuple(&mut out, shape);
    tuple(&mut out, &super::tensor::c_strides(shape));
    out.extend(b"\x89ccollections\nOrderedDict\n)RtR.");
    out
}

/// Appends the instruction BINUNICODE.
fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

/// Appends the instruction LONG1 with eight bytes, which hold every size.
fn integer(out: &mut Vec<u8>, number: usize) {
    out.extend([0x8a, 8]);
    out.extend((number as i64).to_le_bytes());
}

/// Appends the instructions of a tuple of integers.
fn tuple(out: &mut Vec<u8>, numbers: &[usize]) {
    out.push(b'(');
    numbers.iter().for_each(|&number| integer(out, number));
    out.push(b't');
}

/// A ZIP file that is being written.
struct ZipWriter {
    /// Entries with their own headers.
    bytes: Vec<u8>,
    /// The directory that goes behind them.
    directory: Vec<u8>,
    n_entries: u16,
}

/// Alignment of storages in bytes: torch maps files into memory and expects it.
const ALIGNMENT: usize = 64;
/// 1 January 1980, midnight: the file must not depend on the clock.
const DOS_TIME_AND_DATE: [u8; 4] = [0, 0, 0x21, 0];

impl ZipWriter {
    fn add(&mut self, name: &str, data: &[u8]) {
        let name = format!("archive/{name}");
        let offset = self.bytes.len() as u32;
        let fields = entry_fields(&name, data);
        let padding = padding(self.bytes.len() + 30 + name.len());

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&fields);
        self.bytes.extend((padding.len() as u16).to_le_bytes());
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(&padding);
        self.bytes.extend(data);

        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&fields);
        // No extra field, comment, disk number or attributes.
        self.directory.extend([0; 12]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        self.n_entries += 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len() as u32;
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
        self.bytes.extend(self.n_entries.to_le_bytes());
        self.bytes.extend(self.n_entries.to_le_bytes());
        self.bytes.extend((self.directory.len() as u32).to_le_bytes());
        self.bytes.extend(start.to_le_bytes());
        self.bytes.extend([0; 2]);
        self.bytes
    }
}

/// The fields that an entry's own header and the directory have in common: version, flags, method (stored), time, checksum,
/// sizes, length of the name.
fn entry_fields(name: &str, data: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(data);
    let n_bytes = (data.len() as u32).to_le_bytes();
    let mut fields = vec![0x14, 0, 0, 0, 0, 0];
    fields.extend(DOS_TIME_AND_DATE);
    fields.extend(crc.sum().to_le_bytes());
    fields.extend(n_bytes);
    fields.extend(n_bytes);
    fields.extend((name.len() as u16).to_le_bytes());
    fields
}

/// An extra field that moves the data to the next multiple of [`ALIGNMENT`]; `FB` is torch's mark for it.
fn padding(data_at: usize) -> Vec<u8> {
    const HEADER: usize = 4;
    let n_filler = (ALIGNMENT - (data_at + HEADER) % ALIGNMENT) % ALIGNMENT;
    let mut field = b"FB".to_vec();
    field.extend((n_filler as u16).to_le_bytes());
    field.resize(HEADER + n_filler, b'Z');
    field
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::files::memory_file;
    use crate::torch_file::read_tensor;

    #[test]
    fn what_is_written_is_read() {
        let check = |shape: &[usize], data: &[f32]| {
            let tensor = block_on(read_tensor("map.pt", &memory_file(write_tensor(shape, data)))).unwrap();
            assert_eq!(tensor.shape(), shape);
            assert!(tensor.is_contiguous());
            assert_eq!(block_on(tensor.to_f32_vec()).unwrap(), data);
        };
        check(&[1, 2, 3], &[1.0, -2.5, 0.0, 1e-30, f32::MAX, 7.0]);
        check(&[], &[4.0]);
        check(&[3, 0], &[]);
    }

    #[test]
    fn data_are_aligned_and_the_file_is_reproducible() {
        let file = write_tensor(&[3], &[1.25, 2.5, 3.75]);
        let at = file.windows(4).position(|bytes| bytes == 1.25_f32.to_le_bytes()).unwrap();
        assert_eq!(at % ALIGNMENT, 0);
        assert_eq!(file, write_tensor(&[3], &[1.25, 2.5, 3.75]));
    }
}

//! Checkpoints in torch's ZIP container, written storage by storage, so that one larger than memory should be can be made,
//! and one of any strides, element type and sharing.

use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A tensor of a state_dict: a view of a storage. Offset and strides are in elements.
pub struct Entry {
    /// The name.
    pub name: String,
    /// Number of the storage.
    pub storage: usize,
    /// First element.
    pub offset: usize,
    /// Elements per axis.
    pub shape: Vec<usize>,
    /// Distance of neighbours along each axis.
    pub strides: Vec<usize>,
}

impl Entry {
    /// A whole storage in C order.
    pub fn whole(name: &str, storage: usize, shape: &[usize]) -> Self {
        let stride = |axis: usize| shape[axis + 1..].iter().product();
        let strides = (0..shape.len()).map(stride).collect();
        Self { name: name.to_owned(), storage, offset: 0, shape: shape.to_vec(), strides }
    }
}

/// Elements that follow each other in the file.
pub struct Storage<'a> {
    /// torch's class of them: `FloatStorage` …
    pub class: &'static str,
    /// How many there are.
    pub n_elements: usize,
    /// Writes them.
    pub write: Box<dyn Fn(&mut dyn Write) + 'a>,
}

impl<'a> Storage<'a> {
    /// Of bytes at hand.
    #[allow(dead_code, reason = "only the tests have their elements at hand")]
    #[allow(dead_code, reason = "some write their elements one after the other")]
    pub fn of(class: &'static str, n_elements: usize, bytes: &'a [u8]) -> Self {
        Self { class, n_elements, write: Box::new(|out| out.write_all(bytes).expect("there is room")) }
    }
}

/// Writes what ClinicaDL saves: the state_dict under `model`, with an epoch and the architecture's name.
pub fn write<W: Write + Seek>(out: W, architecture: &str, entries: &[Entry], storages: &[Storage<'_>]) -> W {
    let mut zip = ZipWriter::new(out);
    let mut add = |name: &str, write: &dyn Fn(&mut dyn Write)| {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).with_alignment(64);
        zip.start_file(format!("model.pth/{name}"), stored).expect("there is room");
        write(&mut zip);
    };
    let bytes = |bytes: Vec<u8>| move |out: &mut dyn Write| out.write_all(&bytes).expect("there is room");
    add("data.pkl", &bytes(pickle(architecture, entries, storages)));
    add("byteorder", &bytes(b"little".to_vec()));
    // As torch: sorted by name, not by number.
    let mut order: Vec<usize> = (0..storages.len()).collect();
    order.sort_by_key(usize::to_string);
    order.iter().for_each(|&number| add(&format!("data/{number}"), &*storages[number].write));
    add("version", &bytes(b"3\n".to_vec()));
    zip.finish().expect("there is room")
}

/// The object in pickle protocol 2, without memo.
fn pickle(architecture: &str, entries: &[Entry], storages: &[Storage<'_>]) -> Vec<u8> {
    let mut out = b"\x80\x02}(".to_vec();
    text(&mut out, "model");
    out.extend(b"ccollections\nOrderedDict\n)R(");
    for entry in entries {
        text(&mut out, &entry.name);
        tensor(&mut out, entry, &storages[entry.storage]);
    }
    out.push(b'u');
    text(&mut out, "epoch");
    integer(&mut out, 3);
    text(&mut out, "name");
    text(&mut out, architecture);
    out.extend(b"u.");
    out
}

/// `torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, False, OrderedDict())`
fn tensor(out: &mut Vec<u8>, entry: &Entry, storage: &Storage<'_>) {
    out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
    text(out, "storage");
    out.extend(format!("ctorch\n{}\n", storage.class).bytes());
    text(out, &entry.storage.to_string());
    text(out, "cpu");
    integer(out, storage.n_elements);
    out.extend(b"tQ");
    integer(out, entry.offset);
    tuple(out, &entry.shape);
    tuple(out, &entry.strides);
    out.extend(b"\x89ccollections\nOrderedDict\n)RtR");
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.bytes());
}

/// LONG1 of eight bytes: holds every size.
fn integer(out: &mut Vec<u8>, number: usize) {
    out.extend([0x8a, 8]);
    out.extend((number as i64).to_le_bytes());
}

fn tuple(out: &mut Vec<u8>, numbers: &[usize]) {
    out.push(b'(');
    numbers.iter().for_each(|&number| integer(out, number));
    out.push(b't');
}

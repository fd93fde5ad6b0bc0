//! Large files are read part by part: what is read of them, that it is read once, and what happens where they end too early.

use std::io::{Cursor, Write};
use std::rc::Rc;

use maplens::caps::CapsError;
use maplens::export::{sha256_hex, sha256_of_file};
use maplens::files::{FileError, FileSource, SLICE, memory_file};
use maplens::maps::MapsError;
use maplens::torch_file::{Flaw, StateDict, TorchFileError, read_checkpoint};
use maplens::volume::nifti::{self, NiftiError};
use maplens::volume::{Affine, Volume};
use pollster::block_on;

use crate::checkpoints::{self, Entry, Storage};
use crate::recorded_file::{RecordedFile, refusal};

fn open(file: &Rc<RecordedFile>) -> Result<StateDict, TorchFileError> {
    let file: Rc<dyn FileSource> = file.clone();
    block_on(read_checkpoint("maps/model.pth.tar", &file)).map(|checkpoint| checkpoint.state_dict)
}

fn values(weights: &StateDict, name: &str) -> Result<Vec<f32>, Flaw> {
    block_on(weights.get(name).expect("a tensor of that name").to_f32_vec())
}

fn checkpoint(entries: &[Entry], storages: &[Storage<'_>]) -> Vec<u8> {
    checkpoints::write(Cursor::new(Vec::new()), "Conv5_FC3", entries, storages).into_inner()
}

/// Values that differ from their neighbours, as little-endian float32.
fn numbers(n: usize) -> Vec<u8> {
    (0..n).flat_map(|number| (number as f32 * 0.5 - 3.0).to_le_bytes()).collect()
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

#[test]
fn a_checkpoint_is_read_once_in_slices() {
    let (large, small) = (numbers(5 << 20), numbers(77));
    let entries = [Entry::whole("fc.weight", 0, &[1 << 10, 5 << 10]), Entry::whole("fc.bias", 1, &[7, 11])];
    let storages = [Storage::of("FloatStorage", 5 << 20, &large), Storage::of("FloatStorage", 77, &small)];
    let file = RecordedFile::new(checkpoint(&entries, &storages));
    let weights = open(&file).unwrap();
    let (_, n_bytes, _) = file.take_reads();
    assert!(n_bytes < 200_000, "{n_bytes} bytes were read before a value was asked for");

    assert!(values(&weights, "fc.weight").unwrap() == floats(&large), "other values");
    assert_eq!(file.take_reads(), (5, large.len() as u64, SLICE));
    assert_eq!(values(&weights, "fc.bias").unwrap(), floats(&small));
    assert_eq!(file.take_reads(), (1, 4 * 77, 4 * 77));

    let rows = block_on(weights.get("fc.weight").unwrap().rows(1000..1003).to_f32_vec()).unwrap();
    assert!(rows == floats(&large)[1000 * (5 << 10)..1003 * (5 << 10)], "other rows");
    assert_eq!(file.take_reads(), (1, 3 * 4 * (5 << 10), 3 * 4 * (5 << 10)));
}

#[test]
fn views_of_one_storage_are_read_for_themselves() {
    // More than two slices, so that rows of the transposed tensor are spread over all of them.
    let (n_rows, n_columns) = (1500, 1700);
    let large = numbers(n_rows * n_columns);
    let transposed = Entry { shape: vec![n_columns, n_rows], strides: vec![1, n_columns], ..Entry::whole("transposed", 0, &[]) };
    let part = Entry { offset: n_columns + 5, ..Entry::whole("part", 0, &[3, 4]) };
    let repeated = Entry { shape: vec![2, 3], strides: vec![n_columns, 0], offset: 2, ..Entry::whole("repeated", 0, &[]) };
    let entries = [Entry::whole("whole", 0, &[n_rows, n_columns]), transposed, part, repeated];
    let file = RecordedFile::new(checkpoint(&entries, &[Storage::of("FloatStorage", n_rows * n_columns, &large)]));
    let weights = open(&file).unwrap();
    let large = floats(&large);
    assert!(values(&weights, "whole").unwrap() == large);
    let by_column = (0..n_columns).flat_map(|column| (0..n_rows).map(move |row| row * n_columns + column));
    assert!(values(&weights, "transposed").unwrap().into_iter().eq(by_column.map(|at| large[at])));
    file.take_reads();
    assert_eq!(values(&weights, "part").unwrap(), large[n_columns + 5..n_columns + 17]);
    assert_eq!(file.take_reads(), (1, 48, 48));
    let [first, second] = [large[2], large[2 + n_columns]];
    assert_eq!(values(&weights, "repeated").unwrap(), [first, first, first, second, second, second]);
}

#[test]
fn every_element_type_is_read_from_slices() {
    // 1, −2 and 0.5, again and again, so that each type has more than one slice.
    let cases: [(&str, [&[u8]; 3]); 3] = [
        ("HalfStorage", [&[0x00, 0x3c], &[0x00, 0xc0], &[0x00, 0x38]]),
        ("BFloat16Storage", [&[0x80, 0x3f], &[0x00, 0xc0], &[0x00, 0x3f]]),
        ("DoubleStorage", [&1_f64.to_le_bytes(), &(-2_f64).to_le_bytes(), &0.5_f64.to_le_bytes()]),
    ];
    for (class, elements) in cases {
        let bytes = elements.concat().repeat(SLICE as usize / elements[0].len() / 2);
        let n = bytes.len() / elements[0].len();
        let file = RecordedFile::new(checkpoint(&[Entry::whole("x", 0, &[n])], &[Storage::of(class, n, &bytes)]));
        let found = values(&open(&file).unwrap(), "x").unwrap();
        assert!(found.len() == n && found.chunks(3).all(|found| found == [1.0, -2.0, 0.5]), "{class}");
        assert_eq!(file.take_reads().2, SLICE);
    }
}

#[test]
fn a_directory_of_many_tensors_is_found() {
    let bytes = numbers(1);
    let entries: Vec<Entry> = (0..3000).map(|number| Entry::whole(&format!("weight.{number}"), number, &[1])).collect();
    let storages: Vec<Storage<'_>> = entries.iter().map(|_| Storage::of("FloatStorage", 1, &bytes)).collect();
    let file = RecordedFile::new(checkpoint(&entries, &storages));
    let weights = open(&file).unwrap();
    assert_eq!((weights.len(), values(&weights, "weight.2999").unwrap()), (3000, floats(&bytes)));
    assert!(file.take_reads().2 <= SLICE);
}

/// The ZIP with a directory end of 64 bits, which alone has the fields that the short one leaves out.
fn with_zip64_end(mut zip: Vec<u8>) -> Vec<u8> {
    let end = zip.len() - 22;
    let short = zip.split_off(end);
    let number = |at: usize| u32::from_le_bytes([short[at], short[at + 1], short[at + 2], short[at + 3]]);
    let (n_entries, n_bytes, start) = (u64::from(number(8) & 0xffff), u64::from(number(12)), u64::from(number(16)));
    zip.extend(b"PK\x06\x06");
    zip.extend(44_u64.to_le_bytes());
    zip.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    [n_entries, n_entries, n_bytes, start].into_iter().for_each(|number| zip.extend(number.to_le_bytes()));
    zip.extend(b"PK\x06\x07\0\0\0\0");
    zip.extend((end as u64).to_le_bytes());
    zip.extend(1_u32.to_le_bytes());
    zip.extend(b"PK\x05\x06\0\0\0\0");
    zip.extend([0xff; 12]);
    zip.extend([0; 2]);
    zip
}

#[test]
fn a_container_of_64_bits_is_read() {
    let bytes = numbers(100_000);
    let plain = checkpoint(&[Entry::whole("x", 0, &[100_000])], &[Storage::of("FloatStorage", 100_000, &bytes)]);
    let file = RecordedFile::new(with_zip64_end(plain));
    assert!(values(&open(&file).unwrap(), "x").unwrap() == floats(&bytes));
}

/// A checkpoint of one tensor that takes two slices.
fn of_two_slices() -> Rc<RecordedFile> {
    let bytes = numbers(3 << 19);
    RecordedFile::new(checkpoint(&[Entry::whole("x", 0, &[3 << 19])], &[Storage::of("FloatStorage", 3 << 19, &bytes)]))
}

#[test]
fn a_disk_that_refuses_is_reported_wherever_it_does() {
    let file = of_two_slices();
    let all =
        |file: &Rc<RecordedFile>| open(file).and_then(|weights| values(&weights, "x").map_err(|flaw| flaw.in_file("maps/model.pth.tar")));
    all(&file).unwrap();
    let (n_reads, ..) = file.take_reads();
    for n_succeed in 0..n_reads {
        file.n_reads_left.set(Some(n_succeed));
        let error = all(&file).unwrap_err();
        assert_eq!(error.flaw, Flaw::Unreadable(refusal()), "after {n_succeed} reads");
        assert_eq!(error.to_string(), "maps/model.pth.tar: could not be read (the disk was taken out)");
    }
}

/// Files of the page's own server are read by the same readers as the user's.
#[test]
fn a_network_that_is_gone_is_told_from_a_file_that_is_gone() {
    let gone = || FileError::Unreachable { path: "sub-1_T1w.nii.gz".to_owned(), reason: "Failed to fetch".to_owned() };
    let refused = || FileError::Unreadable { path: "sub-1_T1w.nii.gz".to_owned(), reason: "not allowed".to_owned() };
    let in_torch = |error: FileError| Flaw::Unreadable(error).in_file("model.pth.tar");
    let hints = |error: &dyn Fn() -> FileError| {
        let image = [CapsError::File(error()).hint(), CapsError::from(NiftiError::Unreadable(error())).hint()];
        image.into_iter().chain([MapsError::File(error()).hint(), MapsError::from(in_torch(error())).hint()])
    };
    assert!(gone().to_string().contains("the network or the page's server cannot be reached"));
    assert!(hints(&gone).all(|hint| hint.contains("network") && !hint.contains("give")));
    assert!(hints(&refused).all(|hint| !hint.contains("network") && hint.contains("give")));
}

#[test]
fn a_file_that_ends_early_is_reported_wherever_it_does() {
    let file = of_two_slices();
    let whole = file.bytes.len();
    // Cut before it was opened: the directory is gone.
    for length in [0, 1, 29, 63, 64, 512, 4096, whole / 2, whole - 64, whole - 23, whole - 22, whole - 1] {
        let cut = RecordedFile::new(file.bytes[..length].to_vec());
        let flaw = open(&cut).unwrap_err().flaw;
        assert!(matches!(flaw, Flaw::BadZip { .. } | Flaw::NotTorch { .. }), "{length}: {flaw}");
    }
    // Cut afterwards.
    let weights = open(&file).unwrap();
    for length in [1000, SLICE as usize, whole / 2, whole - (1 << 17)] {
        file.shrunk_to.set(Some(length));
        let flaw = values(&weights, "x").unwrap_err();
        assert!(matches!(flaw, Flaw::Truncated { needed: 6_291_456, .. }), "{length}: {flaw}");
    }
}

/// An image of noise, which no packer makes smaller, so that its file has several slices.
fn noise() -> Volume {
    let mut state = 1_u32;
    let mut voxel = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 + 0.1
    };
    let shape = [150, 140, 130];
    Volume::new(shape, (0..shape.iter().product()).map(|_| voxel()).collect(), Affine::IDENTITY).unwrap()
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::copy(&mut flate2::read::MultiGzDecoder::new(packed), &mut bytes).unwrap();
    bytes
}

/// In gzip members that begin anywhere.
fn in_members(bytes: &[u8]) -> Vec<u8> {
    let pack = |part: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap()
    };
    [0..100, 100..351, 351..5_000_001, 5_000_001..bytes.len()].into_iter().flat_map(|range| pack(&bytes[range])).collect()
}

#[test]
fn an_image_is_unpacked_while_it_is_read() {
    let volume = noise();
    let packed = nifti::write(&volume);
    let plain = unpacked(&packed);
    let padded = [packed.as_slice(), &[0; 5000]].concat();
    for (name, bytes) in
        [("plain.nii", plain.clone()), ("packed.nii.gz", packed), ("members.nii.gz", in_members(&plain)), ("padded", padded)]
    {
        assert!(bytes.len() as u64 > 2 * SLICE, "{name} has several slices");
        let file = RecordedFile::new(bytes);
        assert!(block_on(nifti::read_file(name, file.as_ref())).unwrap() == volume, "{name}: other voxels");
        let (n_reads, n_bytes, largest) = file.take_reads();
        assert_eq!((n_reads as u64, n_bytes, largest), (file.len().div_ceil(SLICE), file.len(), SLICE), "{name}");
    }
}

#[test]
fn an_image_that_ends_early_is_reported_wherever_it_does() {
    let packed = nifti::write(&noise());
    let plain = unpacked(&packed);
    let all = plain.len() as u64;
    let read = |bytes: &[u8]| block_on(nifti::read_file("scan", RecordedFile::new(bytes.to_vec()).as_ref())).unwrap_err();
    let slice = SLICE as usize;
    for length in [2, 347, 351, slice - 1, slice, slice + 1, 2 * slice, plain.len() - 1] {
        let needed = if length < 348 { 348 } else { all };
        assert_eq!(read(&plain[..length]), NiftiError::Truncated { file: "scan".to_owned(), needed, found: length as u64 });
    }
    for length in [2, 9, 200, slice - 1, slice, slice + 1, 2 * slice, packed.len() - 1000] {
        let error = read(&packed[..length]);
        let NiftiError::Truncated { needed, found, .. } = error else { panic!("{length}: {error}") };
        assert!(found < needed && [348, all].contains(&needed), "{length}: {needed} {found}");
    }
    // The checksum behind the voxels.
    let mut spoilt = packed.clone();
    let at = packed.len() - 6;
    spoilt[at] ^= 1;
    assert!(matches!(read(&spoilt), NiftiError::DamagedGzip { .. }));
    let file = RecordedFile::new(packed);
    for n_succeed in 0..file.len().div_ceil(SLICE) as usize {
        file.n_reads_left.set(Some(n_succeed));
        let error = block_on(nifti::read_file("scan", file.as_ref())).unwrap_err();
        assert_eq!(error, NiftiError::Unreadable(refusal()), "after {n_succeed} reads");
    }
}

#[test]
fn a_file_is_hashed_in_slices() {
    for length in [0, 1, SLICE as usize - 1, SLICE as usize, 2 * SLICE as usize + 1] {
        let bytes: Vec<u8> = (0..length).map(|at| ((at * 31) >> 3) as u8).collect();
        let file = RecordedFile::new(bytes.clone());
        assert_eq!(block_on(sha256_of_file(file.as_ref())).unwrap(), sha256_hex(&bytes));
        assert_eq!(file.take_reads().1, length as u64);
        assert_eq!(block_on(sha256_of_file(memory_file(bytes.clone()).as_ref())).unwrap(), sha256_hex(&bytes));
    }
}

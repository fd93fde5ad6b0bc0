//! Archives that are not read into memory: a member is a range of its archive, and is read from there.

use std::io::{Cursor, Write};
use std::rc::Rc;

use maplens::files::{FileError, FileSource, FileTree, SLICE, open_uploads};
use maplens::torch_file::read_checkpoint;
use pollster::block_on;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::checkpoints::{self, Entry, Storage};
use crate::recorded_file::{RecordedFile, refusal};

/// Values of the checkpoint's tensor: three slices.
const N_VALUES: usize = 5 << 19;

const CHECKPOINT: &str = "maps/split-0/best-loss/model.pth.tar";

fn values() -> Vec<f32> {
    (0..N_VALUES).map(|number| (number % 1013) as f32).collect()
}

/// Members of a study: small files around a checkpoint of several slices.
fn members() -> Vec<(String, Vec<u8>)> {
    let bytes: Vec<u8> = values().iter().flat_map(|value| value.to_le_bytes()).collect();
    let storage = Storage::of("FloatStorage", N_VALUES, &bytes);
    let checkpoint = checkpoints::write(Cursor::new(Vec::new()), "Conv5_FC3", &[Entry::whole("x", 0, &[N_VALUES])], &[storage]);
    let long = format!("maps/{}/of/{}.tsv", "a long name of a folder".repeat(5), "and of a file".repeat(9));
    let mut members = vec![("maps/maps.json".to_owned(), b"{}".to_vec()), (CHECKPOINT.to_owned(), checkpoint.into_inner())];
    members.extend((0..500).map(|number| (format!("maps/groups/{number}/data.tsv"), vec![b'x'; number])));
    members.push((long, b"a\tb\n".to_vec()));
    members
}

fn zip(members: &[(String, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in members {
        zip.start_file(path, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tar(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, path, content.as_slice()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn open(name: &str, archive: &Rc<RecordedFile>) -> Result<FileTree, FileError> {
    block_on(open_uploads(vec![(name.to_owned(), archive.clone() as Rc<dyn FileSource>)]))
}

fn weights(tree: &FileTree) -> Vec<f32> {
    let checkpoint = block_on(read_checkpoint(CHECKPOINT, tree.source(CHECKPOINT).unwrap())).unwrap();
    block_on(checkpoint.state_dict.get("x").unwrap().to_f32_vec()).unwrap()
}

#[test]
fn members_are_read_from_the_archive() {
    let members = members();
    let stored = zip(&members, CompressionMethod::Stored);
    for (name, bytes, n_listed) in [("study.zip", stored, 300_000), ("study.tar", tar(&members), 700_000)] {
        let archive = RecordedFile::new(bytes);
        let tree = open(name, &archive).unwrap();
        let (_, n_bytes, _) = archive.take_reads();
        assert!(n_bytes < n_listed, "{name}: {n_bytes} bytes were read to list the members");
        assert!(weights(&tree) == values(), "{name}: other weights");
        let (_, n_bytes, largest) = archive.take_reads();
        assert!(n_bytes < 4 * N_VALUES as u64 + 200_000 && largest <= SLICE, "{name}: {n_bytes} bytes, {largest} at once");
        for (path, content) in &members {
            assert!(block_on(tree.read(path)).unwrap() == *content, "{name}: {path}");
        }
        assert_eq!(tree.len(), members.len());
    }
}

#[test]
fn compressed_members_are_unpacked_while_the_archive_is_read() {
    let members = members();
    let archive = RecordedFile::new(zip(&members, CompressionMethod::Deflated));
    let tree = open("study.zip", &archive).unwrap();
    archive.take_reads();
    assert!(weights(&tree) == values(), "other weights");
    let (_, n_bytes, largest) = archive.take_reads();
    assert!(n_bytes <= archive.len() && largest <= SLICE, "{n_bytes} bytes, {largest} at once");
    for (path, content) in &members {
        assert!(block_on(tree.read(path)).unwrap() == *content, "{path}");
    }
}

#[test]
fn a_checksum_is_looked_at_by_who_reads_everything() {
    let members = members();
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let mut bytes = zip(&members, method);
        // That of the second member in the directory, the checkpoint.
        let directory = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        let second = directory + 4 + bytes[directory + 4..].windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        bytes[second + 16] ^= 1;
        let tree = open("study.zip", &RecordedFile::new(bytes)).unwrap();
        let reason = "Invalid checksum".to_owned();
        let expected = FileError::BadArchive { path: format!("study.zip/{CHECKPOINT}"), format: "zip", reason };
        assert_eq!(block_on(tree.read(CHECKPOINT)).unwrap_err(), expected, "{method}");
        assert_eq!(block_on(tree.read("maps/maps.json")).unwrap(), b"{}");
    }
}

#[test]
fn an_archive_that_cannot_be_read_is_reported_wherever_that_is() {
    let members = members();
    for (name, bytes) in [("study.zip", zip(&members, CompressionMethod::Deflated)), ("study.tar", tar(&members))] {
        let archive = RecordedFile::new(bytes);
        let all = || open(name, &archive).map(|tree| block_on(tree.read(CHECKPOINT)).map(drop));
        all().unwrap().unwrap();
        let (n_reads, ..) = archive.take_reads();
        for n_succeed in 0..n_reads {
            archive.n_reads_left.set(Some(n_succeed));
            assert_eq!(all().and_then(|read| read).unwrap_err(), refusal(), "{name} after {n_succeed} reads");
        }
    }
}

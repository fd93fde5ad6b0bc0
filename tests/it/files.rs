//! Uploads: plain files, .zip, .tar and .tar.gz become one tree; broken archives give typed errors.

use std::io::{Cursor, Write};
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;
use maplens::files::{FileError, FileSource, FileTree, MEMORY_LIMIT, MemoryFile, open_uploads};
use maplens::pace::LocalFuture;
use pollster::block_on;

type Files<'a> = &'a [(&'a str, &'a [u8])];

fn zip(files: Files<'_>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tar(files: Files<'_>) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn open(uploads: Files<'_>) -> Result<FileTree, FileError> {
    let source = |bytes: &[u8]| Rc::new(MemoryFile(bytes.into())) as Rc<dyn FileSource>;
    block_on(open_uploads(uploads.iter().map(|(path, bytes)| ((*path).to_owned(), source(bytes))).collect()))
}

/// Opens uploads and compares paths and contents.
fn check(uploads: Files<'_>, expected: Files<'_>) {
    let tree = open(uploads).unwrap();
    assert_eq!(tree.paths().collect::<Vec<_>>(), expected.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    for (path, content) in expected {
        assert_eq!(block_on(tree.read(path)).unwrap(), *content, "{path}");
        assert_eq!(tree.size_of(path), Some(content.len() as u64));
    }
}

const MAPS: Files<'static> = &[("maps/maps.json", b"{}"), ("maps/split-0/x", b"weights weights weights weights")];

#[test]
fn plain_files_keep_their_paths() {
    check(&[("/maps/maps.json", b"{}"), ("maps/.DS_Store", b"junk"), (r"caps\data.tsv", b"t")], &[("caps/data.tsv", b"t"), MAPS[0]]);
}

#[test]
fn archives_are_opened() {
    for (name, bytes) in [("m.zip", zip(MAPS)), ("m.tar", tar(MAPS)), ("m.tar.gz", gz(&tar(MAPS))), ("m.TGZ", gz(&tar(MAPS)))] {
        check(&[(name, &bytes)], MAPS);
        check(&[(&format!("top/{name}"), &bytes)], &[("top/maps/maps.json", b"{}"), ("top/maps/split-0/x", MAPS[1].1)]);
    }
}

#[test]
fn loose_members_get_a_folder_named_after_the_archive() {
    let files: Files<'_> = &[("maps.json", b"{}"), ("__MACOSX/._maps.json", b"junk"), ("split-0/x", b"w"), ("folder/", b"")];
    let expected: Files<'_> = &[("study/maps.json", b"{}"), ("study/split-0/x", b"w")];
    check(&[("study.zip", &zip(files))], expected);
    check(&[("study.tar.gz", &gz(&tar(&files[..3])))], expected);
}

#[test]
fn archives_with_one_folder_merge_unless_files_collide() {
    let (one, two) = (zip(&[("caps/a", b"1")]), zip(&[("caps/b", b"2")]));
    check(&[("1.zip", &one), ("2.zip", &two)], &[("caps/a", b"1"), ("caps/b", b"2")]);
    check(&[("1.zip", &one), ("2.zip", &one)], &[("caps (2)/a", b"1"), ("caps/a", b"1")]);
    check(&[("x/1.zip", &one), ("x/caps/a", b"0")], &[("x/caps/a", b"0")]);
}

#[test]
fn torch_files_are_left_alone() {
    let torch = zip(&[("checkpoint/data.pkl", b"")]);
    check(
        &[("model.pth.tar", &torch), ("best.tar", &torch), ("image.pt", b"x")],
        &[("best.tar", &torch), ("image.pt", b"x"), ("model.pth.tar", &torch)],
    );
}

#[test]
fn parts_of_members_are_read() {
    for (name, bytes) in [("m.zip", zip(MAPS)), ("m.tar", tar(MAPS)), ("m.tgz", gz(&tar(MAPS)))] {
        let tree = open(&[(name, &bytes)]).unwrap();
        let part = |range| block_on(tree.read_range("maps/split-0/x", range));
        assert_eq!(part(8..15).unwrap(), b"weights");
        assert_eq!(part(31..31).unwrap(), b"");
        assert_eq!(part(30..32), Err(FileError::OutsideFile { start: 30, end: 32, size: 31 }));
    }
}

#[test]
fn paths_that_lead_out_are_refused() {
    let evil: Files<'_> = &[("a/../../x", b"x")];
    for (name, bytes) in [("m.zip", zip(evil)), ("m.tar", tar(evil)), ("m.tgz", gz(&tar(evil)))] {
        assert_eq!(open(&[(name, &bytes)]).err(), Some(FileError::UnsafePath { path: "a/../../x".to_owned() }), "{name}");
    }
    assert!(matches!(open(&[("../x", b"")]), Err(FileError::UnsafePath { .. })));
    assert!(matches!(open(&[("m.tar", &tar(&[("/etc/x", b"x")]))]), Err(FileError::UnsafePath { .. })));
}

fn bad_archive(name: &str, bytes: &[u8]) -> String {
    match open(&[(name, bytes)]).map(|tree| tree.paths().map(str::to_owned).collect::<Vec<_>>()) {
        Err(FileError::BadArchive { reason, .. }) => reason,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn what_is_no_archive_is_refused() {
    assert_eq!(bad_archive("m.zip", b"hello"), "it does not begin like one");
    assert_eq!(bad_archive("m.tar.gz", b"hello"), "it does not begin like one");
    bad_archive("m.tar", &[b'x'; 2000]);
    bad_archive("m.tar.gz", &gz(b"hello"));
    bad_archive("m.zip", &zip(MAPS)[..60]);
    for length in [512, 520, 1023, 1300, 1536, 1560, 2047] {
        assert_eq!(bad_archive("m.tar", &tar(MAPS)[..length]), "it is cut off", "{length}");
    }
    let packed = gz(&tar(MAPS));
    assert_eq!(bad_archive("m.tgz", &packed[..packed.len() - 4]), "it is cut off");
    assert_eq!(bad_archive("m.tgz", &packed[..packed.len() / 2]), "it is cut off");
    assert!(bad_archive("m.tgz", b"version https://git-lfs.github.com/spec/v1\n").contains("git lfs pull"));
    assert!(bad_archive("m.zip", b"/annex/objects/MD5E-s11--0f34.zip\n").contains("datalad get"));
    assert!(bad_archive("m.tar", b"").contains("an empty file"));
}

/// As GNU tar reads it.
#[test]
fn a_tar_without_end_blocks_is_read() {
    for length in [2048, 2560, 3072] {
        check(&[("m.tar", &tar(MAPS)[..length])], MAPS);
        check(&[("m.tgz", &gz(&tar(MAPS)[..length]))], MAPS);
    }
}

#[test]
fn the_content_decides_between_archives_that_are_read() {
    for (name, bytes) in [("m.zip", gz(&tar(MAPS))), ("m.tar", gz(&tar(MAPS))), ("m.tar.gz", tar(MAPS)), ("m.tgz", zip(MAPS))] {
        check(&[(name, &bytes)], MAPS);
    }
}

#[test]
fn archives_of_other_packings_are_named() {
    let says = |name: &str, bytes: &[u8], message: &str| {
        let error = open(&[(name, bytes)]).map(|tree| tree.len()).unwrap_err();
        assert!(error.to_string().starts_with(name) && error.to_string().contains(message), "{error}");
        assert!(error.hint().contains("unpack"), "{}", error.hint());
    };
    says("m.tar.xz", b"\xfd7zXZ\0", "packed with xz, which is not read");
    says("m.tar.bz2", b"BZh9", "packed with bzip2");
    says("m.tar.zst", b"\x28\xb5\x2f\xfd", "packed with Zstandard");
    says("m.7z", b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip");
    says("m.rar", b"Rar!\x1a\x07\x01", "packed with RAR");
    says("m.zip", b"Rar!\x1a\x07\x01", "packed with RAR");
    says("scan.nii.bz2", b"BZh9", "packed with bzip2");
    says("outer.zip", &zip(&[("study/inner.zip", &zip(MAPS)), ("study/readme.txt", b"x")]), "another one (study/inner.zip)");
    says("outer.tar.gz", &gz(&tar(&[("inner.tar.xz", b"x")])), "another one (inner.tar.xz)");
    // Beside files of a study they are only files.
    let mixed: Files<'_> = &[("maps/maps.json", b"{}"), ("maps/old.zip", b"x")];
    check(&[("m.zip", &zip(mixed))], mixed);
    check(
        &[("maps/maps.json", b"{}"), ("maps/old.7z", b"x"), ("maps/old.zip", b"x")],
        &[MAPS[0], ("maps/old.7z", b"x"), ("maps/old.zip", b"x")],
    );
}

#[test]
fn a_member_that_cannot_be_read_leaves_the_others() {
    let packed = zip(MAPS);
    let entries: Vec<usize> = (0..packed.len()).filter(|&at| packed[at..].starts_with(b"PK\x01\x02")).collect();
    let changed = |entries: &[usize], offset: usize, value: u8| {
        let mut bytes = packed.clone();
        entries.iter().for_each(|at| bytes[at + offset] = value);
        bytes
    };
    // The flag of encryption, and a method (LZMA) that is not read.
    for (offset, value, reason) in [(8, 1, "it is encrypted"), (10, 14, "it is packed by the method")] {
        let tree = open(&[("m.zip", &changed(&entries[1..], offset, value))]).unwrap();
        assert_eq!(block_on(tree.read("maps/maps.json")).unwrap(), b"{}");
        let error = block_on(tree.read("maps/split-0/x")).unwrap_err();
        assert!(error.to_string().starts_with("m.zip/maps/split-0/x: ") && error.to_string().contains(reason), "{error}");
        let error = open(&[("m.zip", &changed(&entries, offset, value))]).map(|tree| tree.len()).unwrap_err();
        assert!(error.to_string().contains(reason) && error.hint().contains("unpack"), "{error}");
    }
}

/// A clone of a DataLad dataset without its contents, packed: its images are links to where the contents would be.
#[test]
fn links_into_git_annex_are_kept_as_what_they_are() {
    let target = "../.git/annex/objects/9K/xF/MD5E-s11--0f34.nii.gz/MD5E-s11--0f34.nii.gz";
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    packed.add_symlink("caps/scan.nii.gz", target, zip::write::SimpleFileOptions::default()).unwrap();
    packed.add_symlink("caps/other.nii.gz", "scan.nii.gz", zip::write::SimpleFileOptions::default()).unwrap();
    check(&[("m.zip", &packed.finish().unwrap().into_inner())], &[("caps/scan.nii.gz", target.as_bytes())]);
    let mut packed = tar::Builder::new(Vec::new());
    for (path, target) in [("caps/scan.nii.gz", target), ("caps/other.nii.gz", "scan.nii.gz")] {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        packed.append_link(&mut header, path, target).unwrap();
    }
    check(&[("m.tar", &packed.into_inner().unwrap())], &[("caps/scan.nii.gz", target.as_bytes())]);
}

#[test]
fn a_wrong_checksum_is_noticed() {
    let mut packed = gz(&tar(MAPS));
    let at = packed.len() - 8;
    packed[at] ^= 1;
    bad_archive("m.tgz", &packed);
    let mut bytes = zip(&[("x", b"content")]);
    // The checksum in the directory.
    let at = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap() + 16;
    bytes[at] ^= 1;
    let tree = open(&[("m.zip", &bytes)]).unwrap();
    assert!(matches!(block_on(tree.read("m/x")), Err(FileError::BadArchive { path, .. }) if path == "m.zip/x"));
}

/// The sizes in the directory entry of the only member of a ZIP.
fn with_declared_size(mut bytes: Vec<u8>, size: u32) -> Vec<u8> {
    let at = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap() + 24;
    bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
    bytes
}

#[test]
fn lying_sizes_take_no_memory() {
    let packed = zip(&[("x", &[7; 5000])]);
    for size in [4, 4999, 5001, 0xffff_fff0] {
        let tree = open(&[("m.zip", &with_declared_size(packed.clone(), size))]).unwrap();
        let error = block_on(tree.read("m/x")).unwrap_err();
        assert!(matches!(error, FileError::BadArchive { .. } | FileError::TooLarge { .. }), "{size}: {error}");
    }
    let mut header = tar::Header::new_gnu();
    header.set_path("x").unwrap();
    for size in [u64::MAX >> 1, 1 << 40, 1 << 31] {
        header.set_size(size);
        header.set_cksum();
        let bytes = header.as_bytes().to_vec();
        assert!(open(&[("m.tar", &bytes)]).is_err());
        assert!(open(&[("m.tgz", &gz(&bytes))]).is_err());
    }
}

/// Claims to be larger than what may be held, and must not be read.
struct Huge;

impl FileSource for Huge {
    fn len(&self) -> u64 {
        MEMORY_LIMIT + 1
    }

    fn read(&self, range: std::ops::Range<u64>) -> LocalFuture<'_, Result<Vec<u8>, FileError>> {
        assert_eq!(range, 0..512);
        Box::pin(std::future::ready(Ok(b"PK\x03\x04".to_vec())))
    }
}

#[test]
fn too_large_archives_are_not_read() {
    let error = block_on(open_uploads(vec![("big.zip".to_owned(), Rc::new(Huge) as Rc<dyn FileSource>)])).err();
    assert_eq!(error, Some(FileError::TooLarge { path: "big.zip".to_owned(), size: MEMORY_LIMIT + 1, limit: MEMORY_LIMIT }));
}

#[test]
fn damaged_archives_never_panic() {
    for (name, bytes) in [("m.zip", zip(MAPS)), ("m.tar", tar(MAPS)[..2560].to_vec()), ("m.tgz", gz(&tar(MAPS)))] {
        (0..bytes.len()).for_each(|length| use_all(name, &bytes[..length]));
        for (at, mask) in (0..bytes.len()).zip([0x01, 0x80, 0xff, 0x10].into_iter().cycle()) {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            use_all(name, &damaged);
        }
    }
}

fn use_all(name: &str, bytes: &[u8]) {
    let Ok(tree) = open(&[(name, bytes)]) else { return };
    tree.paths().for_each(|path| drop(block_on(tree.read(path))));
}

#[test]
fn the_tree_finds_files_and_its_root() {
    let tree = open(&[("a/b/maps.json", b""), ("a/b/c/maps.json", b""), ("a/bc", b"")]).unwrap();
    assert_eq!(tree.find_file("maps.json").collect::<Vec<_>>(), ["a/b/c/maps.json", "a/b/maps.json"]);
    assert_eq!(tree.common_root(), "a");
    assert_eq!(tree.subtree("a/b").common_root(), "");
    assert_eq!(open(&[("x/y", b"")]).unwrap().common_root(), "x");
    assert_eq!(FileTree::default().common_root(), "");
}

//! Extra volumes through the engine's messages: what is sent of them, and what is refused in which words.

use std::io::Read;
use std::rc::Rc;

use maplens::engine::RequestFiles;
use maplens::files::{FileSource, MemoryFile};
use maplens::protocol::{Attachment, Event, OverlayKind, Request, VolumeReady, VolumeRole};
use maplens::volume::{Affine, Volume, nifti};

use crate::engine::Client;

const PLACE: Affine = Affine([[0.9, -0.3, 0.1, 5.0], [0.3, 0.9, -0.2, -4.0], [0.0, 0.25, 1.1, 2.0]]);
/// All voxels in one plane.
const FLAT: Affine = Affine([[1.0, 0.0, 0.0, 5.0], [0.0, 1.0, 0.0, 5.0], [0.0, 0.0, 0.0, 5.0]]);

fn image(values: &[(usize, f32)], world_from_voxel: Affine) -> Vec<u8> {
    let mut data = vec![0.0; 60];
    values.iter().for_each(|&(index, value)| data[index] = value);
    nifti::write(&Volume::new([3, 4, 5], data, world_from_voxel).unwrap())
}

fn send(role: VolumeRole, files: &[(&str, &[u8])]) -> (Event, Vec<Attachment>) {
    let source = |(path, bytes): &(&str, &[u8])| ((*path).to_owned(), Rc::new(MemoryFile((*bytes).into())) as Rc<dyn FileSource>);
    Client::default().send(Request::OpenVolume { role, bundled: None }, RequestFiles::Files(files.iter().map(source).collect()))
}

fn opened(role: VolumeRole, files: &[(&str, &[u8])]) -> (VolumeReady, Vec<f32>) {
    match send(role, files) {
        (Event::Volume(ready), mut attachments) => match attachments.remove(0) {
            Attachment::Floats(values) => (*ready, values.to_vec()),
            Attachment::Bytes(_) => panic!("voxels are floats"),
        },
        (event, _) => panic!("{event:?}"),
    }
}

fn refusal(files: &[(&str, &[u8])]) -> String {
    match send(VolumeRole::Overlay, files).0 {
        Event::Failed(failure) => format!("{} | {}", failure.what, failure.hint),
        event => panic!("{event:?}"),
    }
}

#[test]
fn a_label_image_comes_with_the_names_of_its_regions() {
    let labels = image(&[(21, 3.0), (22, 7.0), (27, 7.0)], PLACE);
    let table = b"index\tname\n3\tCuneus\n9\tInsula\n";
    let (ready, values) = opened(VolumeRole::Overlay, &[("folder/atlas.tsv", table), ("folder/atlas.nii.gz", &labels)]);
    assert_eq!((ready.name.as_str(), ready.kind, ready.range), ("atlas.nii.gz", OverlayKind::Labels, 7.0));
    assert_eq!((ready.numbers.as_slice(), ready.names.as_slice()), (&[3][..], &["Cuneus".to_owned()][..]));
    assert_eq!(ready.warnings, ["1 of 2 regions have no name in the table"]);
    // Voxels (1, 0, 1), (1, 0, 2) and (1, 1, 2): the box around them, where it was.
    assert_eq!((ready.header.shape, values), ([1, 2, 2], vec![3.0, 7.0, 0.0, 7.0]));
    let corner = PLACE.apply([1.0, 0.0, 1.0]);
    for (row, wanted) in ready.header.world_from_voxel.iter().zip(corner) {
        // The header holds float32.
        assert!((row[3] - wanted).abs() < 1e-5, "{row:?} {wanted}");
    }
}

#[test]
fn a_mask_is_one_where_it_is_and_oddities_are_told() {
    let (ready, values) = opened(VolumeRole::Overlay, &[("m.nii.gz", &image(&[(0, f32::NAN), (30, 255.0)], Affine::IDENTITY))]);
    assert_eq!((ready.kind, values), (OverlayKind::Mask, vec![1.0]));
    assert_eq!(ready.warnings.len(), 2, "{:?}", ready.warnings);
    assert!(ready.warnings[0].contains("identity") && ready.warnings[1].starts_with("1 voxels are not numbers"), "{:?}", ready.warnings);
}

#[test]
fn a_place_that_may_be_wrong_is_told_and_the_volume_shown() {
    let corner = Affine::from_diagonal([2.0; 3], [0.0; 3]);
    let mut unplaced = image(&[(30, 1.0)], PLACE);
    // The whole file again, unpacked, with sform and qform codes of 0.
    unplaced = unpacked(&unplaced);
    unplaced[252..256].fill(0);
    let voxel_space = image(&[(30, 1.0)], Affine::IDENTITY);
    let no_shift = image(&[(30, 1.0)], corner);
    let flat = image(&[(30, 1.0)], FLAT);
    for role in [VolumeRole::Overlay, VolumeRole::Background] {
        for (file, words) in [
            (&voxel_space, "its affine is the identity: millimetres are voxel numbers"),
            (&no_shift, "its first voxel lies at 0, 0, 0 mm, as in voxel space"),
            (&unplaced, "its header does not say where it lies (sform and qform codes are 0): its middle was put at 0, 0, 0 mm"),
            (&flat, "its header's sform and qform do not place it in space (zeros, or no numbers): its middle was put at 0, 0, 0 mm"),
        ] {
            let (ready, _) = opened(role, &[("o.nii.gz", file)]);
            let [warning] = ready.warnings.as_slice() else { panic!("{:?}", ready.warnings) };
            assert!(warning.starts_with(words) && warning.ends_with("so it may not lie where it belongs"), "{warning}");
        }
    }
}

#[test]
fn a_pair_of_files_is_one_volume() {
    let [header, voxels] = ["hdr", "img"].map(|ending| std::fs::read(format!("tests/data/nifti/pair.{ending}")).unwrap());
    let single = std::fs::read("tests/data/nifti/little_i2.nii").unwrap();
    let (_, expected) = opened(VolumeRole::Background, &[("p.nii", &single)]);
    for files in [[("p.hdr", &header[..]), ("p.img", &voxels[..])], [("p.img", &voxels[..]), ("p.hdr", &header[..])]] {
        let (ready, values) = opened(VolumeRole::Background, &files);
        assert_eq!((ready.header.shape, values), ([3, 4, 5], expected.clone()));
    }
}

#[test]
fn labels_without_names_are_told_by_number() {
    let labels = image(&[(21, 3.0), (22, 7.0)], PLACE);
    let (ready, _) = opened(VolumeRole::Overlay, &[("atlas.nii.gz", &labels)]);
    assert_eq!((ready.kind, ready.numbers.len(), ready.names.len()), (OverlayKind::Labels, 0, 0));
    assert!(ready.warnings[0].starts_with("no table of names came with it: its regions are told by number"), "{:?}", ready.warnings);
    let (ready, _) = opened(VolumeRole::Overlay, &[("atlas.nii.gz", &labels), ("t.tsv", b"index\tname\n5\tInsula\n")]);
    assert_eq!((ready.names.len(), ready.warnings), (0, vec!["2 of 2 regions have no name in the table".to_owned()]));
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut all).unwrap();
    all
}

#[test]
fn a_background_is_sent_whole() {
    let (ready, values) = opened(VolumeRole::Background, &[("t.nii.gz", &image(&[(30, -2.5)], PLACE))]);
    assert_eq!((ready.header.shape, values.len(), values[30], ready.range), ([3, 4, 5], 60, -2.5, 2.5));
    assert!(ready.warnings.is_empty(), "{:?}", ready.warnings);
}

#[test]
fn what_cannot_be_drawn_is_refused_in_words() {
    let mask = image(&[(30, 1.0)], PLACE);
    let four = std::fs::read("tests/data/nifti/refused_4d.nii.gz").unwrap();
    let clinicadl = std::fs::read("tests/data/nifti/refused_clinicadl_map.nii.gz").unwrap();
    let nan: Vec<(usize, f32)> = (0..60).map(|index| (index, f32::NAN)).collect();
    for (files, words) in [
        (vec![("j.nii.gz", &b"holiday picture"[..])], "j.nii.gz: "),
        (vec![("f.nii.gz", &four[..])], "one 3D volume is needed | choose a single 3D image"),
        (vec![("c.nii.gz", &clinicadl[..])], "one 3D volume is needed | this is ClinicaDL's own form of a map"),
        (vec![("e.nii.gz", &image(&[], PLACE)[..])], "e.nii.gz: all voxels are 0"),
        (vec![("n.nii.gz", &image(&nan, PLACE)[..])], "n.nii.gz: no voxel is a number, there is nothing to draw"),
        (vec![("n.nii.gz", &image(&nan[..2], PLACE)[..])], "n.nii.gz: 2 voxels are not numbers and all others are 0"),
        (vec![("0.nii", &b""[..])], "0.nii: not a NIfTI image (an empty file)"),
        (vec![("p.hdr", &std::fs::read("tests/data/nifti/pair.hdr").unwrap()[..])], "p.hdr: one of the two files of a .hdr/.img pair"),
        (vec![("cut.nii.gz", &mask[..mask.len() / 2])], "cut.nii.gz: "),
        (vec![("t.tsv", &b"index\tname\n1\tA\n"[..])], "without its label image"),
        (vec![("a.nii", &mask[..]), ("b.nii", &mask[..])], "2 images and 0 tables"),
        (vec![("a.nii.gz", &mask[..]), ("t.csv", &b"one,two\n1,2\n"[..])], "t.csv: no column of the regions' numbers"),
    ] {
        let refused = refusal(&files);
        assert!(refused.contains(words), "{refused}");
    }
}

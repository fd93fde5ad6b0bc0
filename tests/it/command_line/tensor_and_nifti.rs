//! A tensor whose NIfTI image is another one, and a checkpoint that was packed again: the maps are those of the real files.

use std::io::{Cursor, Read, Write};

use maplens::torch_file::write_tensor;
use maplens::volume::nifti;

use super::{CAPS, SMALL, Sandbox, repository};

const WHO: &str = "sub-TRIV24";

const TABLE: &str = "participant_id\tsession_id\tdiagnosis\nsub-TRIV24\tses-M000\tAD\n";

#[test]
fn the_tensor_is_interpreted_and_a_nifti_that_differs_is_told() {
    let sandbox = Sandbox::with_small("tensor_and_nifti");
    sandbox.write("one.tsv", TABLE);
    // The other participant's image under this one's name, beside a tensor of this one's.
    sandbox.link_image("caps_tensor", WHO, "sub-TRIV25");
    let image = nifti::read("scan", &repository(&Sandbox::image_path("www/demo/caps", WHO))).unwrap();
    let path = Sandbox::image_path("caps_tensor", WHO);
    let tensor = path.replace("/t1_linear/", "/deeplearning_prepare_data/image_based/t1_linear/").replace(".nii.gz", ".pt");
    sandbox.write(&tensor, write_tensor(&[1, 169, 208, 179], image.data()));
    let options = "gradients --participants_tsv one.tsv --save_individual --save_nifti --split 0";
    sandbox.succeed(&format!("interpret {SMALL} plain run {options} --caps_directory {CAPS}"));
    let told = sandbox.succeed(&format!("interpret {SMALL} tensor run {options} --caps_directory caps_tensor"));
    let sentence = "which gives its place only, is another image (";
    assert!(told.contains(sentence) && told.contains("of the largest intensity"), "{told}");
    for name in ["mean_image-0_map.pt", "sub-TRIV24_ses-M000_image-0_map.pt", "sub-TRIV24_ses-M000_image-0_map.nii.gz"] {
        let of = |group: &str| sandbox.read(&Sandbox::result(&format!("{group}/interpret-run/{name}")));
        assert_eq!(of("plain"), of("tensor"), "{name}");
    }
    let record = sandbox.json(&Sandbox::result("tensor/interpret-run/maplens.json"));
    assert!(record["warnings"][0].as_str().unwrap().contains(sentence), "{record}");
    assert!(record["sessions"][0]["file"].as_str().unwrap().ends_with(".pt"));
}

#[test]
fn a_checkpoint_that_was_packed_again_gives_the_same_maps() {
    let sandbox = Sandbox::with_small("packed_again");
    sandbox.write("one.tsv", TABLE);
    let options = "gradients --participants_tsv one.tsv --split 0";
    sandbox.succeed(&format!("interpret {SMALL} plain run {options} --caps_directory {CAPS}"));
    let checkpoint = Sandbox::result("model.pth.tar");
    let packed = deflated(&sandbox.read(&checkpoint));
    assert!(packed.len() < sandbox.read(&checkpoint).len());
    sandbox.write(&checkpoint, packed);
    sandbox.succeed(&format!("interpret {SMALL} packed run {options} --caps_directory {CAPS}"));
    let of = |group: &str| sandbox.read(&Sandbox::result(&format!("{group}/interpret-run/mean_image-0_map.pt")));
    assert_eq!(of("plain"), of("packed"));
}

/// A ZIP container with its entries compressed.
fn deflated(container: &[u8]) -> Vec<u8> {
    let mut source = zip::ZipArchive::new(Cursor::new(container)).unwrap();
    let mut target = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..source.len() {
        let mut entry = source.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let name = entry.name().unwrap().into_owned();
        target.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        target.write_all(&content).unwrap();
    }
    target.finish().unwrap().into_inner()
}

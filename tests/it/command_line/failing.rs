//! Participants whose images fail: they are named and left out, and the others' mean is right.

use maplens::volume::{Affine, Volume, nifti};

use super::{SMALL, Sandbox, repository, sentence};

/// Four participants: the second's voxels are cut off, the third's image is constant.
fn with_failing_participants(sandbox: &Sandbox) -> String {
    sandbox.cohort("caps", 4);
    for participant in ["sub-N2", "sub-N3"] {
        sandbox.remove(&Sandbox::image_path("caps", participant));
    }
    let whole = repository(&Sandbox::image_path("www/demo/caps", "sub-TRIV26"));
    sandbox.write(&Sandbox::image_path("caps", "sub-N2"), &whole[..whole.len() / 2]);
    let shape = [169, 208, 179];
    let constant = Volume::new(shape, vec![5.0; shape.iter().product()], Affine::from_diagonal([1.0; 3], [-84.0, -119.0, -78.0])).unwrap();
    sandbox.write(&Sandbox::image_path("caps", "sub-N3"), nifti::write(&constant));
    super::link("tests/fixtures/caps_masks", &sandbox.root.join("caps/masks"));
    "--caps_directory caps --participants_tsv caps.tsv --save_individual".to_owned()
}

/// The mean of an element is the sum of the maps that are there, divided by `divisor`.
fn assert_mean(sandbox: &Sandbox, folder: &str, element: &str, divisor: f32) {
    let [first, last] = ["sub-N1", "sub-N4"].map(|who| sandbox.map(&format!("{folder}/{who}_ses-M000_{element}_map.pt")).1);
    let expected: Vec<u32> = first.iter().zip(&last).map(|(a, b)| ((0.0 + a + b) / divisor).to_bits()).collect();
    let found: Vec<u32> = sandbox.map(&format!("{folder}/mean_{element}_map.pt")).1.iter().map(|value| value.to_bits()).collect();
    assert!(found == expected, "{element}");
    assert!(first.iter().any(|value| *value != 0.0) && first != last);
}

#[test]
fn participants_that_fail_are_left_out() {
    let sandbox = Sandbox::with_small("failing_image");
    let given = with_failing_participants(&sandbox);
    let stderr = sandbox.succeed(&format!("interpret {SMALL} new run gradients {given}"));
    let folder = Sandbox::result("new/interpret-run");
    let [cut, constant] = ["sub-N2", "sub-N3"].map(|who| format!("left out: {who} ses-M000: {}: ", Sandbox::image_path("caps", who)));
    let expected = format!(
        "{cut}truncated, 6292560 bytes are needed but only 3109970 are there (the file is incomplete or damaged: copy or download it again)\n\
         {constant}the image: every voxel is 5, and a constant image cannot be normalised \
         (check the image in a viewer: preprocessing may have failed for this participant)\n"
    );
    assert_eq!(stderr, expected);
    assert_mean(&sandbox, &folder, "image-0", 2.0);
    let side_car = sandbox.json(&format!("{folder}/maplens.json"));
    assert_eq!(side_car["elements"][0]["n_maps"], 2);
    let left_out: Vec<usize> = (0..4).filter(|index| !side_car["sessions"][*index]["left_out"].as_array().unwrap().is_empty()).collect();
    assert_eq!(left_out, [1, 2]);
    assert_eq!(sandbox.names(&folder).len(), 4, "two maps, their mean, the side-car");
}

#[test]
fn the_divisor_counts_the_maps_that_are_there() {
    let sandbox = Sandbox::new("failing_regions");
    sandbox.copy_maps("maps/roi_conv4");
    let given = with_failing_participants(&sandbox);
    for (name, convention, divisor) in [("exact", "clinicadl-1.6.1", 4.0), ("new", "corrected", 2.0)] {
        let given = if name == "exact" { given.as_str() } else { "--save_individual" };
        sandbox.succeed(&format!("interpret maps_roi_conv4 new {name} gradients --split 0 --convention {convention} {given}"));
        let folder = format!("maps_roi_conv4/split-0/best-loss/new/interpret-{name}");
        for element in ["roi-0", "roi-1"] {
            assert_mean(&sandbox, &folder, element, divisor);
        }
    }
}

#[test]
fn a_run_without_any_map_fails() {
    let sandbox = Sandbox::with_small("failing_all");
    with_failing_participants(&sandbox);
    sandbox.write("caps.tsv", "participant_id\tsession_id\tdiagnosis\nsub-N3\tses-M000\tAD\n");
    let output = sandbox.run(&format!("interpret {SMALL} new run gradients --caps_directory caps --participants_tsv caps.tsv"));
    let expected = "split 0 best loss: no map could be computed, every session was left out; \
                    mend what is said above and run again with --overwrite_name";
    assert_eq!((output.status.code(), sentence(&output).as_str()), (Some(1), expected));
    assert_eq!(sandbox.names(&Sandbox::result("new/interpret-run")), ["maplens.json"]);
}

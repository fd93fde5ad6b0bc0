//! `maplens plot` as a user calls it: each form of a figure with the map's hash in it, and everything that it refuses.

use maplens::export::sha256_hex;
use maplens::volume::{Affine, Volume, nifti};

use super::refusals::{FAILURE, Refusals, USAGE};
use super::{Sandbox, repository};

/// A sandbox with a map, a background and a mask of the figures' fixtures.
fn sandbox(name: &str) -> Sandbox {
    let sandbox = Sandbox::new(name);
    for file in ["map", "bg", "mask_oblique"] {
        sandbox.write(&format!("{file}.nii.gz"), repository(&format!("tests/data/figures/{file}.nii.gz")));
    }
    sandbox
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Width and height of a PNG.
fn size_of(png: &[u8]) -> [u32; 2] {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
}

#[test]
fn a_figure_in_every_form_carries_the_hash_of_its_map() {
    let sandbox = sandbox("plot_forms");
    let hash = sha256_hex(&sandbox.read("map.nii.gz"));
    for form in ["png", "svg", "html"] {
        let stderr = sandbox.succeed(&format!("plot map.nii.gz --bg bg.nii.gz --title A&B --threshold 97% --output figure.{form}"));
        assert_eq!(stderr, "", "{form}");
        let bytes = sandbox.read(&format!("figure.{form}"));
        assert!(contains(&bytes, &hash), "{form}: the map's hash is missing");
        assert!(contains(&bytes, "threshold 97%"), "{form}: the description is missing");
    }
    // An ortho figure of nilearn: three panels of 2.2 inches and 0.7 for the bar, 2.6 high, at 100 dots per inch.
    assert_eq!(size_of(&sandbox.read("figure.png")), [730, 260]);
    let svg = String::from_utf8(sandbox.read("figure.svg")).unwrap();
    assert!(svg.contains(">A&amp;B</text>") && svg.contains("<metadata>"), "text stays text in SVG");
    let html = String::from_utf8(sandbox.read("figure.html")).unwrap();
    assert_eq!(html.matches("<tr><td>").count(), 3, "one row for each slice");
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href=\"http"), "nothing runs, nothing is fetched");
}

#[test]
fn the_handbooks_figure_and_its_options() {
    let sandbox = sandbox("plot_options");
    sandbox.succeed("plot map.nii.gz --display-mode yz --cut-coords=-50,14 --threshold 1e-3 --dpi 200 -o handbook.png");
    assert_eq!(size_of(&sandbox.read("handbook.png")), [1020, 520]);
    let svg = |options: &str| {
        sandbox.succeed(&format!("plot map.nii.gz --bg none --display-mode y --cut-coords 10, {options} --output one.svg"));
        String::from_utf8(sandbox.read("one.svg")).unwrap()
    };
    let lines = svg("--mask mask_oblique.nii.gz").matches("<polyline").count();
    let filled = svg("--mask mask_oblique.nii.gz --mask-style filled");
    assert!(lines > 1 && filled.matches("<polyline").count() == 1, "only the colour bar's frame is a line: {lines}");
    assert_eq!(filled.matches("<image").count(), 3, "map, mask and colour bar");
    let letters = |svg: &str| (svg.find(">L</text>").unwrap(), svg.find(">R</text>").unwrap());
    let (left, right) = letters(&svg(""));
    assert!(left < right);
    let (left, right) = letters(&svg("--radiological"));
    assert!(right < left, "the right side of the head is on the left");
}

#[test]
fn clinicadls_own_form_is_taken_with_a_note() {
    let sandbox = sandbox("plot_clinicadl");
    let map = nifti::read("map.nii.gz", &sandbox.read("map.nii.gz")).unwrap();
    let [i, j, k] = map.shape();
    sandbox.write("clinicadl.nii.gz", nifti::write_as_clinicadl(&[1, i, j, k], map.data()));
    let stderr = sandbox.succeed("plot clinicadl.nii.gz --bg none --output figure.png");
    assert!(stderr.contains("note: clinicadl.nii.gz: a map in ClinicaDL's form, with a leading channel axis"), "{stderr}");
    assert!(stderr.contains("its coordinates are voxels, not the head's millimetres"), "{stderr}");
}

#[test]
fn a_map_of_zeros_is_a_figure_with_a_note() {
    let sandbox = sandbox("plot_zeros");
    let zeros = Volume::new([4, 5, 6], vec![0.0; 120], Affine::from_diagonal([2.0; 3], [-4.0; 3])).unwrap();
    sandbox.write("zeros.nii.gz", nifti::write(&zeros));
    let stderr = sandbox.succeed("plot zeros.nii.gz --bg none --output zeros.svg");
    assert!(stderr.contains("the map is 0 everywhere: there is nothing to show"), "{stderr}");
}

#[test]
fn a_mask_that_cannot_be_seen_or_lies_nowhere_is_noted() {
    let sandbox = sandbox("plot_masks");
    let mask = |value: f32, affine: Affine| nifti::write(&Volume::new([4, 5, 6], vec![value; 120], affine).unwrap());
    sandbox.write("empty.nii.gz", mask(0.0, Affine::from_diagonal([2.0; 3], [-4.0; 3])));
    sandbox.write("voxels.nii.gz", mask(1.0, Affine::IDENTITY));
    sandbox.write("far.nii.gz", mask(1.0, Affine::from_diagonal([2.0; 3], [900.0; 3])));
    for (name, words) in [
        ("empty", "mask 1 is empty: nothing of it is drawn"),
        ("voxels", "mask 1 lies in voxel space (its affine is the identity)"),
        ("far", "mask 1 lies beside the map: their grids do not meet"),
    ] {
        let stderr = sandbox.succeed(&format!("plot map.nii.gz --bg none --mask {name}.nii.gz --output figure.svg"));
        assert!(stderr.contains(words), "{name}: {stderr}");
    }
}

#[test]
fn a_file_that_does_not_say_where_it_lies_is_noted() {
    let sandbox = sandbox("plot_unplaced");
    sandbox.write("unplaced.nii", repository("tests/data/nifti/neither_form.nii"));
    let words = "note: unplaced.nii: its header does not say where it lies (sform and qform codes are 0)";
    for options in ["unplaced.nii --bg none", "map.nii.gz --bg unplaced.nii", "map.nii.gz --bg none --mask unplaced.nii"] {
        let stderr = sandbox.succeed(&format!("plot {options} --output figure.svg"));
        assert_eq!(stderr.matches(words).count(), 1, "{options}: {stderr}");
    }
}

#[test]
fn an_image_of_two_files_is_taken_by_either_name() {
    let sandbox = sandbox("plot_pair");
    for file in ["pair.hdr", "pair.img"] {
        sandbox.write(file, repository(&format!("tests/data/nifti/{file}")));
    }
    let figure = |map: &str, name: &str| {
        sandbox.succeed(&format!("plot {map} --bg none --display-mode z --cut-coords 1 --output {name}.png"));
        crate::picture_files::decoded(&sandbox.read(&format!("{name}.png"))).rgba
    };
    sandbox.write("single.nii", repository("tests/data/nifti/little_i2.nii"));
    let single = figure("single.nii", "single");
    assert_eq!((figure("pair.hdr", "header"), figure("pair.img", "voxels")), (single.clone(), single));
    sandbox.remove("pair.img");
    let refused = super::sentence(&sandbox.run("plot pair.hdr --output x.png"));
    assert!(refused.contains("one of the two files of a .hdr/.img pair, and the other is not there"), "{refused}");
}

#[test]
fn what_is_refused() {
    let sandbox = sandbox("plot_refused");
    sandbox.write("notes.nii.gz", "nothing");
    sandbox.write("taken.png/file", "a folder");
    let mut refused = Refusals::of(&sandbox);
    let mut usage = |options: &str, expected: &str| refused.expect(&format!("plot map.nii.gz -o a.png {options}"), USAGE, expected);
    usage(
        "--threshold=-1",
        "invalid value '-1' for '--threshold <THRESHOLD>': a threshold is a number from 0 on, a percentile such as 97%, or none",
    );
    usage(
        "--threshold 101%",
        "invalid value '101%' for '--threshold <THRESHOLD>': a threshold is a number from 0 on, a percentile such as 97%, or none",
    );
    usage(
        "--cut-coords=a,b",
        "invalid value 'a,b' for '--cut-coords <CUT_COORDS>': coordinates are numbers with commas between them, such as -50,14",
    );
    usage(
        "--display-mode xy",
        "invalid value 'xy' for '--display-mode <DISPLAY_MODE>': the modes are ortho, x, y, z, xz, yx, yz, tiled, mosaic",
    );
    usage("--mask-style dotted", "invalid value 'dotted' for '--mask-style <MASK_STYLE>': the styles are contour, filled");
    usage("--vmax 0", "invalid value '0' for '--vmax <VMAX>': the end of the colours is above 0");
    let mut failure = |command: &str, expected: &str| refused.expect(command, FAILURE, expected);
    failure(
        "plot map.nii.gz -o figure.pdf",
        "figure.pdf: figures are written as PNG, SVG or HTML; let --output end in .png, .svg or .html",
    );
    failure(
        "plot map.nii.gz -o a.png --display-mode yz --cut-coords=1,2,3",
        "map.nii.gz: display mode yz needs two coordinates in millimetres, and 3 were given; give one coordinate for each \
         direction shown, in the order x, y, z, or leave the cuts out",
    );
    failure(
        "plot map.nii.gz -o a.png --dpi 1e9",
        "at 1000000000 dots per inch the figure would have 7300000000×2600000000 pixels; give another --dpi",
    );
    refused.check();
}

/// Sentences that end in the operating system's own words.
#[test]
fn files_that_are_not_there_are_named() {
    let sandbox = sandbox("plot_files");
    sandbox.write("taken.png/file", "a folder");
    for (command, beginning) in [
        ("plot nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz --bg nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz --mask nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz -o no/folder/a.png", "no/folder/a.png: cannot be written ("),
        ("plot map.nii.gz -o taken.png", "taken.png: cannot be written ("),
        ("plot participants.tsv -o a.png", "participants.tsv: "),
    ] {
        let output = sandbox.run(command);
        let stderr = super::sentence(&output);
        assert_eq!(output.status.code(), Some(FAILURE), "{command}: {stderr}");
        assert!(stderr.starts_with(beginning), "{command}: {stderr}");
        assert!(!sandbox.root.join("a.png").exists(), "{command} wrote");
    }
}

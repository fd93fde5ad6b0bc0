//! `maplens plot` as a user calls it: each form of a figure with the map's hash in it, and everything that it refuses.

use maplens::export::sha256_hex;
use maplens::volume::{Affine, Volume, nifti};

use super::refusals::{FAILURE, Refusals, USAGE};
use super::{Workplace, repository};

/// A workplace with a map, a background and a mask of the figures' fixtures.
fn workplace(name: &str) -> Workplace {
    let workplace = Workplace::new(name);
    for file in ["map", "bg", "mask_oblique"] {
        workplace.write(&format!("{file}.nii.gz"), repository(&format!("tests/data/figures/{file}.nii.gz")));
    }
    workplace
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
    let workplace = workplace("plot_forms");
    let hash = sha256_hex(&workplace.read("map.nii.gz"));
    for form in ["png", "svg", "html"] {
        let said = workplace.succeed(&format!("plot map.nii.gz --bg bg.nii.gz --title A&B --threshold 97% --output figure.{form}"));
        assert_eq!(said, "", "{form}");
        let bytes = workplace.read(&format!("figure.{form}"));
        assert!(contains(&bytes, &hash), "{form}: the map's hash is missing");
        assert!(contains(&bytes, "threshold 97%"), "{form}: the description is missing");
    }
    // An ortho figure of nilearn: three panels of 2.2 inches and 0.7 for the bar, 2.6 high, at 100 dots per inch.
    assert_eq!(size_of(&workplace.read("figure.png")), [730, 260]);
    let svg = String::from_utf8(workplace.read("figure.svg")).unwrap();
    assert!(svg.contains(">A&amp;B</text>") && svg.contains("<metadata>"), "text stays text in SVG");
    let html = String::from_utf8(workplace.read("figure.html")).unwrap();
    assert_eq!(html.matches("<tr><td>").count(), 3, "one row for each slice");
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("href=\"http"), "nothing runs, nothing is fetched");
}

#[test]
fn the_handbooks_figure_and_its_options() {
    let workplace = workplace("plot_options");
    workplace.succeed("plot map.nii.gz --display-mode yz --cut-coords=-50,14 --threshold 1e-3 --dpi 200 -o handbook.png");
    assert_eq!(size_of(&workplace.read("handbook.png")), [1020, 520]);
    let svg = |options: &str| {
        workplace.succeed(&format!("plot map.nii.gz --bg none --display-mode y --cut-coords 10, {options} --output one.svg"));
        String::from_utf8(workplace.read("one.svg")).unwrap()
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
    let workplace = workplace("plot_clinicadl");
    let map = nifti::read("map.nii.gz", &workplace.read("map.nii.gz")).unwrap();
    let [i, j, k] = map.shape();
    workplace.write("clinicadl.nii.gz", nifti::write_as_clinicadl(&[1, i, j, k], map.data()));
    let said = workplace.succeed("plot clinicadl.nii.gz --bg none --output figure.png");
    assert!(said.contains("note: clinicadl.nii.gz: a map in ClinicaDL's form, with a leading channel axis"), "{said}");
    assert!(said.contains("its coordinates are voxels, not the head's millimetres"), "{said}");
}

#[test]
fn a_map_of_zeros_is_a_figure_with_a_note() {
    let workplace = workplace("plot_zeros");
    let zeros = Volume::new([4, 5, 6], vec![0.0; 120], Affine::from_diagonal([2.0; 3], [-4.0; 3])).unwrap();
    workplace.write("zeros.nii.gz", nifti::write(&zeros));
    let said = workplace.succeed("plot zeros.nii.gz --bg none --output zeros.svg");
    assert!(said.contains("the map is 0 everywhere: there is nothing to show"), "{said}");
}

#[test]
fn a_mask_that_cannot_be_seen_or_lies_nowhere_is_noted() {
    let workplace = workplace("plot_masks");
    let mask = |value: f32, affine: Affine| nifti::write(&Volume::new([4, 5, 6], vec![value; 120], affine).unwrap());
    workplace.write("empty.nii.gz", mask(0.0, Affine::from_diagonal([2.0; 3], [-4.0; 3])));
    workplace.write("voxels.nii.gz", mask(1.0, Affine::IDENTITY));
    workplace.write("far.nii.gz", mask(1.0, Affine::from_diagonal([2.0; 3], [900.0; 3])));
    for (name, words) in [
        ("empty", "mask 1 is empty: nothing of it is drawn"),
        ("voxels", "mask 1 lies in voxel space (its affine is the identity)"),
        ("far", "mask 1 lies beside the map: their grids do not meet"),
    ] {
        let said = workplace.succeed(&format!("plot map.nii.gz --bg none --mask {name}.nii.gz --output figure.svg"));
        assert!(said.contains(words), "{name}: {said}");
    }
}

#[test]
fn a_file_that_does_not_say_where_it_lies_is_noted() {
    let workplace = workplace("plot_unplaced");
    workplace.write("unplaced.nii", repository("tests/data/nifti/neither_form.nii"));
    let words = "note: unplaced.nii: its header does not say where it lies (sform and qform codes are 0)";
    for options in ["unplaced.nii --bg none", "map.nii.gz --bg unplaced.nii", "map.nii.gz --bg none --mask unplaced.nii"] {
        let said = workplace.succeed(&format!("plot {options} --output figure.svg"));
        assert_eq!(said.matches(words).count(), 1, "{options}: {said}");
    }
}

#[test]
fn what_is_refused() {
    let workplace = workplace("plot_refused");
    workplace.write("notes.nii.gz", "nothing");
    workplace.write("taken.png/file", "a folder");
    let mut refused = Refusals::of(&workplace);
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
    let workplace = workplace("plot_files");
    workplace.write("taken.png/file", "a folder");
    for (command, beginning) in [
        ("plot nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz --bg nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz --mask nowhere.nii.gz -o a.png", "nowhere.nii.gz: "),
        ("plot map.nii.gz -o no/folder/a.png", "no/folder/a.png: cannot be written ("),
        ("plot map.nii.gz -o taken.png", "taken.png: cannot be written ("),
        ("plot participants.tsv -o a.png", "participants.tsv: "),
    ] {
        let output = workplace.run(command);
        let said = super::sentence(&output);
        assert_eq!(output.status.code(), Some(FAILURE), "{command}: {said}");
        assert!(said.starts_with(beginning), "{command}: {said}");
        assert!(!workplace.root.join("a.png").exists(), "{command} wrote");
    }
}

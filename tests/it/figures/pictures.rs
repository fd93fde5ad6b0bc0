//! Whole figures as pixels beside nilearn's PNG of the same case.

use maplens::export::raster;
use maplens::render::figure::{Figure, Mark, Pixels, whole_pixels};
use maplens::render::{CutCoords, DisplayMode, Threshold};
use maplens::volume::{Affine, Volume};

use super::cases::Cases;
use super::similarity::{Greys, ssim};
use super::{n_layers, near, shares, ticks};
use crate::picture_files::{decoded, write_triptych};

/// Of each panel, with letters and lines.
const SIMILAR: f64 = 0.98;

#[test]
fn panels_look_like_nilearns() {
    let cases = Cases::read();
    let (mut misses, mut all) = (Vec::new(), Vec::new());
    for case in &cases.list {
        let scene = cases.scene(case);
        let got = raster::pixels(&scene, 100.0).unwrap();
        let wanted = decoded(&crate::fixtures::bytes(&format!("tests/data/figures/{}.png", case.name)));
        assert_eq!((got.width, got.height), (wanted.width, wanted.height), "{}", case.name);
        for (number, panel) in scene.panels.iter().enumerate() {
            let [left, bottom, right, top] = shares(panel.rect, &scene);
            let columns = (left * got.width as f64).round() as usize..((right * got.width as f64).round() as usize).min(got.width);
            let rows =
                ((1.0 - top) * got.height as f64).round() as usize..(((1.0 - bottom) * got.height as f64).round() as usize).min(got.height);
            let similarity = ssim(&part(&got, columns.clone(), rows.clone()), &part(&wanted, columns, rows));
            all.push(similarity);
            if similarity < SIMILAR {
                let files = write_triptych(&format!("figure-{}", case.name), &wanted, &got);
                misses.push(format!(
                    "{} panel {number}: {similarity:.4} (expected, difference and actual: {})",
                    case.name,
                    files.display()
                ));
            }
        }
    }
    println!("structural similarity of {} panels: {all:.4?}", all.len());
    assert!(misses.is_empty(), "structural similarity below {SIMILAR}:\n{}", misses.join("\n"));
}

#[test]
fn figures_hold_their_marks() {
    let cases = Cases::read();
    for case in &cases.list {
        let scene = cases.scene(case);
        let texts: Vec<&String> =
            scene.marks.iter().filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text) } else { None }).collect();
        let images: Vec<_> =
            scene.marks.iter().filter_map(|mark| if let Mark::Image { rect, .. } = mark { Some(*rect) } else { None }).collect();
        for tick in ticks(case) {
            assert!(texts.contains(&&tick), "{}: tick {tick} is not in {texts:?}", case.name);
        }
        let bar = case.bar.as_ref().unwrap();
        assert_eq!(images.len(), case.panels.iter().map(n_layers).sum::<usize>() + 1, "{}", case.name);
        near(&case.name, "colour bar", &shares(*images.last().unwrap(), &scene), &bar.rect, 1e-9);
    }
}

/// matplotlib 3.6.3 with nilearn 0.9.2, for figures of so many cuts with a colour bar, at 72, 100 and 150 dots per inch.
#[test]
fn pages_have_as_many_pixels_as_matplotlibs() {
    let values = (0..1000).map(|index| (index as f32).sin()).collect();
    let map = Volume::new([10, 10, 10], values, Affine::from_diagonal([4.0; 3], [-20.0; 3])).unwrap();
    let sizes = [
        (DisplayMode::X, CutCoords::Count(1), [[237, 165], [330, 229], [495, 345]]),
        (DisplayMode::X, CutCoords::Count(3), [[612, 165], [850, 229], [1275, 345]]),
        (DisplayMode::X, CutCoords::Count(7), [[1360, 165], [1889, 229], [2835, 345]]),
        (DisplayMode::Y, CutCoords::Count(5), [[842, 165], [1170, 229], [1755, 345]]),
        (DisplayMode::Z, CutCoords::Count(7), [[1159, 165], [1610, 229], [2415, 345]]),
        (DisplayMode::Ortho, CutCoords::Automatic, [[525, 187], [730, 260], [1095, 390]]),
        (DisplayMode::Yz, CutCoords::Automatic, [[367, 187], [510, 260], [765, 390]]),
        (DisplayMode::Tiled, CutCoords::Automatic, [[482, 432], [670, 600], [1005, 900]]),
        (DisplayMode::Mosaic, CutCoords::Automatic, [[2448, 518], [3400, 720], [5100, 1080]]),
    ];
    for (mode, cuts, expected) in sizes {
        let figure = Figure { mode, cuts: cuts.clone(), ..Figure::new(&map) };
        let inches = figure.scene().unwrap().inches;
        let got = [72.0, 100.0, 150.0].map(|dpi| whole_pixels(inches, dpi).map(|pixels| pixels as u32));
        assert_eq!(got, expected, "{mode:?} {cuts:?}");
    }
}

/// As in nilearn 0.9.2, whose bar belongs to what is drawn.
#[test]
fn a_threshold_that_hides_everything_leaves_no_bar() {
    let values = (0..1000).map(|index| (index as f32).sin()).collect();
    let map = Volume::new([10, 10, 10], values, Affine::from_diagonal([4.0; 3], [-20.0; 3])).unwrap();
    let marks = |threshold| {
        let figure = Figure { threshold: Some(Threshold::Absolute(threshold)), annotate: false, draw_cross: false, ..Figure::new(&map) };
        figure.scene().unwrap().marks
    };
    assert!(marks(0.5).len() > 1);
    assert_eq!(marks(10.0).len(), 1, "the paper alone");
}

fn part(pixels: &Pixels, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Greys {
    let grey = |row: usize, column: usize| {
        let at = 4 * (row * pixels.width + column);
        // ITU-R BT.709, as scikit-image's rgb2gray.
        0.2125 * f64::from(pixels.rgba[at]) + 0.7154 * f64::from(pixels.rgba[at + 1]) + 0.0721 * f64::from(pixels.rgba[at + 2])
    };
    let values =
        rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column))).map(|(row, column)| grey(row, column)).collect();
    Greys { width: columns.len(), height: rows.len(), values }
}

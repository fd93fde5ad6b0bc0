//! Whole figures as pixels beside nilearn's PNG of the same case.

use maplens::export::raster;
use maplens::render::figure::{Mark, Pixels};

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
        let got = without_top_rows(got, wanted.height);
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

/// 2.3 inches at 100 dots each are 229.99… pixels in Python, which matplotlib cuts off to 229 rows, counted from the bottom.
fn without_top_rows(mut pixels: Pixels, height: usize) -> Pixels {
    assert!((height..=height + 1).contains(&pixels.height));
    pixels.rgba.drain(..(pixels.height - height) * pixels.width * 4);
    Pixels { height, ..pixels }
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

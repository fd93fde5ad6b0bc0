//! Options that nilearn 0.9.2 has not, or that no fixture covers: sides, masks, numbers of slices, HTML, texts of a browser's PNG.

use maplens::export::html::html;
use maplens::export::png;
use maplens::export::svg::svg;
use maplens::render::figure::{Background, Caption, Figure, Mark, MaskStyle, Pixels, Scene};
use maplens::render::{CutCoords, DisplayMode, Orientation, Threshold};
use maplens::volume::{Affine, Volume};

const SHAPE: [usize; 3] = [5, 4, 3];

/// Values 1, 2 … on 2 mm voxels around the origin: every voxel has its own.
fn ramp() -> Volume {
    let data = (1..=SHAPE.iter().product::<usize>()).map(|value| value as f32).collect();
    Volume::new(SHAPE, data, Affine::from_diagonal([2.0; 3], [-4.0, -3.0, -2.0])).unwrap()
}

/// One voxel, at i = 1, j = 2, k = 1.
fn spot() -> Volume {
    let mut data = vec![0.0; SHAPE.iter().product()];
    data[(SHAPE[1] + 2) * SHAPE[2] + 1] = 1.0;
    Volume::new(SHAPE, data, *ramp().world_from_voxel()).unwrap()
}

/// One axial panel at z = 0 without letters, lines and bar.
fn plain(map: &Volume) -> Figure<'_> {
    let (mode, cuts) = (DisplayMode::Z, CutCoords::Positions(vec![0.0]));
    Figure { mode, cuts, threshold: None, annotate: false, draw_cross: false, color_bar: false, ..Figure::new(map) }
}

fn images(scene: &Scene) -> Vec<&Pixels> {
    scene.marks.iter().filter_map(|mark| if let Mark::Image { pixels, .. } = mark { Some(pixels) } else { None }).collect()
}

#[test]
fn radiological_is_the_mirror_image() {
    let map = ramp();
    let neurological = plain(&map).scene().unwrap();
    let radiological = Figure { orientation: Orientation::Radiological, ..plain(&map) }.scene().unwrap();
    let (one, other) = (images(&neurological)[0], images(&radiological)[0]);
    assert_eq!((one.width, one.height), (SHAPE[0], SHAPE[1]));
    for row in 0..one.height {
        for column in 0..one.width {
            let at = |column: usize| 4 * (row * one.width + column)..4 * (row * one.width + column) + 4;
            assert_eq!(one.rgba[at(column)], other.rgba[at(one.width - 1 - column)]);
        }
    }
    // The same millimetres lie on the other side of the panel.
    let [left, right] = [&neurological, &radiological].map(|scene| scene.panels[0].page_from_mm([-4.0, 0.0])[0]);
    assert!(left < right, "{left} {right}");
    let back = radiological.panels[0].world_from_page([right - 1e-6, radiological.panels[0].rect.y + 1.0]).unwrap();
    assert!((back[0] + 4.0).abs() < 1e-3, "{back:?}");
}

#[test]
fn sagittal_panels_are_not_mirrored() {
    let map = ramp();
    let figure = Figure { mode: DisplayMode::X, ..plain(&map) };
    let mirrored = Figure { orientation: Orientation::Radiological, ..figure.clone() };
    assert_eq!(figure.scene().unwrap().marks, mirrored.scene().unwrap().marks);
}

#[test]
fn a_masks_contour_runs_around_its_voxel() {
    let (map, mask) = (ramp(), spot());
    let scene = Figure { masks: vec![&mask], ..plain(&map) }.scene().unwrap();
    let panel = scene.panels[0];
    // Images are stretched from the first voxel's centre to the last one's: voxel 1 of 5 goes from 1/5 to 2/5 of 8 mm.
    let corner = |across: f64, down: f64| panel.page_from_mm([-4.0 + 8.0 * across / 5.0, 3.0 - 6.0 * down / 4.0]);
    let mut corners: Vec<[f64; 2]> = Vec::new();
    for mark in &scene.marks {
        if let Mark::Line { points, .. } = mark {
            corners.extend(points);
        }
    }
    assert_eq!(corners.len(), 8, "four sides: {corners:?}");
    for [x, y] in corners {
        let found = [1.0, 2.0].iter().flat_map(|across| [1.0, 2.0].map(|down| corner(*across, down)));
        assert!(found.into_iter().any(|wanted| (wanted[0] - x).abs() < 1e-9 && (wanted[1] - y).abs() < 1e-9), "{x} {y}");
    }
}

#[test]
fn a_filled_mask_covers_its_voxel_and_nothing_else() {
    let (map, mask) = (ramp(), spot());
    let figure = Figure { masks: vec![&mask], mask_style: MaskStyle::Filled, ..plain(&map) };
    for (orientation, column) in [(Orientation::Neurological, 1), (Orientation::Radiological, 3)] {
        let scene = Figure { orientation, ..figure.clone() }.scene().unwrap();
        let pixels = images(&scene)[1];
        let opaque: Vec<usize> = pixels.rgba.chunks_exact(4).enumerate().filter(|(_, p)| p[3] > 0).map(|(index, _)| index).collect();
        // j = 2 of 4 is the second row from the top.
        assert_eq!(opaque, [SHAPE[0] + column]);
        assert_eq!(&pixels.rgba[4 * opaque[0]..][..4], [0, 158, 115, 179]);
    }
}

#[test]
fn slices_are_told_in_numbers() {
    let map = ramp();
    let figure = Figure { threshold: Some(Threshold::Absolute(20.0)), cuts: CutCoords::Positions(vec![0.0, 50.0]), ..plain(&map) };
    let scene = figure.scene().unwrap();
    // k = 1: 2, 5, 8 … 59, of which 23 … 59 are shown.
    let numbers = scene.numbers[0];
    assert_eq!((numbers.n_voxels, numbers.n_shown, numbers.range), (20, 13, Some([23.0, 59.0])));
    assert_eq!((scene.numbers[1].n_voxels, scene.numbers[1].range), (0, None), "50 mm lie outside");
    assert_eq!(scene.notes, ["the map has no slice at z = 50 mm"]);
}

#[test]
fn a_threshold_above_the_map_is_said() {
    let map = ramp();
    let scene = Figure { threshold: Some(Threshold::Absolute(60.0)), ..plain(&map) }.scene().unwrap();
    assert_eq!(scene.notes, ["the threshold 60 hides the whole map, whose largest magnitude is 60"]);
    assert!(images(&scene).is_empty());
    assert!(Figure { threshold: Some(Threshold::Absolute(59.0)), ..plain(&map) }.scene().unwrap().notes.is_empty());
}

#[test]
fn layers_in_the_wrong_place_are_told() {
    let (map, mask) = (ramp(), spot());
    let moved = |shift: f64| {
        let shape = mask.shape();
        Volume::new(shape, mask.data().to_vec(), Affine::from_diagonal([2.0; 3], [shift; 3])).unwrap()
    };
    let (far, corner) = (moved(100.0), moved(0.0));
    let nothing = Volume::new(SHAPE, vec![0.5; 60], *map.world_from_voxel()).unwrap();
    let voxels = Volume::new(SHAPE, map.data().to_vec(), Affine::IDENTITY).unwrap();
    let notes = |figure: Figure| figure.scene().unwrap().notes;
    assert_eq!(notes(Figure { masks: vec![&mask], ..plain(&map) }), Vec::<String>::new());
    assert_eq!(
        notes(Figure { masks: vec![&mask, &far, &nothing], ..plain(&map) }),
        ["mask 2 lies beside the map: their grids do not meet", "mask 3 is empty: nothing of it is drawn"]
    );
    let words = "may lie in voxel space (its first voxel is at 0, 0, 0 mm): its coordinates may not be the head's millimetres";
    assert_eq!(notes(Figure { masks: vec![&corner], ..plain(&map) }), [format!("mask 1 {words}")]);
    let words = "the background lies in voxel space (its affine is the identity): its coordinates are voxels, not the head's millimetres";
    assert_eq!(notes(Figure { background: Background::Image(&voxels), ..plain(&map) }), [words]);
    assert_eq!(
        notes(Figure { background: Background::Image(&far), ..plain(&map) }),
        ["the background lies beside the map: their grids do not meet"]
    );
}

#[test]
fn html_holds_the_figure_its_numbers_and_the_hash() {
    let map = ramp();
    let scene = Figure { title: "<AD>".to_owned(), ..plain(&map) }.scene().unwrap();
    let caption = caption("<AD>");
    let html = html(&scene, &caption);
    assert!(html.contains(&svg(&scene, &caption)), "the same figure as in the SVG");
    assert!(html.contains("<meta name=\"map-sha256\" content=\"5ha\">") && html.contains("<h1>&lt;AD&gt;</h1>"), "{html}");
    assert!(html.contains("<tr><td>axial</td><td>z = 0.0</td><td>20</td><td>20</td><td>2</td><td>59</td></tr>"), "{html}");
    assert!(html.contains("default-src 'none'") && !html.contains("<script"));
}

/// A browser's PNG has no texts; ours are put in behind its header, and the picture stays what it was.
#[test]
fn texts_go_into_a_png_that_others_made() {
    let pixels = Pixels { width: 2, height: 1, rgba: vec![1, 2, 3, 255, 4, 5, 6, 255] };
    let texts = [("Map SHA-256", "5ha")];
    let plain = png::png(&pixels, None, &[]);
    assert_eq!(png::with_texts(&plain, Some(200.0), &texts).unwrap(), png::png(&pixels, Some(200.0), &texts));
    assert_eq!(png::with_texts(b"GIF89a and more bytes that are no PNG's header", None, &texts), None);
    assert_eq!(png::with_texts(&plain[..20], None, &texts), None);
}

fn caption(title: &str) -> Caption {
    let (software, description) = ("MapLens".to_owned(), "ortho".to_owned());
    Caption { title: title.to_owned(), software, map_sha256: "5ha".to_owned(), description }
}

//! Figures against nilearn 0.9.2: which voxels, which colours, where on the page, and where the automatic cuts lie.

mod cases;
mod options;
mod pictures;
mod similarity;

use maplens::render::figure::{FigureScale, PlaneSlice, Rect, Scene, cut};
use maplens::render::{Colormap, Interpolation, Lut, Plane, Upright, find_cut_slices, find_xyz_cut_coords};
use maplens::volume::Volume;

use cases::{Case, Cases, ImageCase, PanelCase};

/// Rectangles in shares of the page: rounding of float64 in another order.
const SAME_PLACE: f64 = 1e-9;

/// Centres of mass in millimetres, which scipy sums in float32.
const SAME_POSITION: f64 = 1e-4;

/// Resampled values are float32 in both: rounding of sums of 64 products in another order, of values up to 200.
const SAME_VALUE: f32 = 2e-4;

#[test]
fn every_panel_lies_where_nilearn_puts_it() {
    let cases = Cases::read();
    for case in &cases.list {
        let scene = cases.scene(case);
        for (got, inches) in scene.size.into_iter().zip(case.inches) {
            assert!((got - inches * 72.0).abs() < 1e-9, "{}: {:?} points, {:?} inches", case.name, scene.size, case.inches);
        }
        assert_eq!(scene.panels.len(), case.panels.len(), "{}", case.name);
        for (panel, wanted) in scene.panels.iter().zip(&case.panels) {
            assert_eq!(panel.plane, plane_of(&wanted.plane), "{}", case.name);
            near(&case.name, "position", &[panel.position_mm], &[wanted.position], SAME_POSITION);
            near(&case.name, "rectangle", &shares(panel.rect, &scene), &wanted.rect, SAME_PLACE);
            let limits = [panel.right_mm, panel.up_mm].concat();
            near(&case.name, "limits in millimetres", &limits, &wanted.limits, 1e-4);
        }
    }
}

#[test]
fn every_slice_is_nilearns_slice() {
    let cases = Cases::read();
    for case in &cases.list {
        let (mut n_slices, scales) = (0, cases.scales(case));
        let background = cases.background(case);
        let background = background.as_ref().map(|volume| upright(volume));
        let map = upright(cases.volume(&case.map));
        for panel in &case.panels {
            let layers = [(background.as_ref(), &panel.background, &scales[0]), (Some(&map), &panel.map, &scales[1])];
            for (number, (volume, wanted, scale)) in layers.into_iter().enumerate() {
                let what = format!("{} {} layer {number}", case.name, panel.plane);
                let slice = volume.and_then(|volume| cut(volume, plane_of(&panel.plane), panel.position));
                let slice = slice.filter(|slice| slice.values.iter().any(|&value| scale.shows(value)));
                assert_eq!(slice.is_some(), wanted.is_some(), "{what}: is anything shown");
                if let (Some(slice), Some(wanted)) = (slice, wanted) {
                    check_slice(&what, &slice, scale, &cases, wanted);
                    n_slices += 1;
                }
            }
        }
        assert!(n_slices >= case.panels.len(), "{}: {n_slices} slices were compared", case.name);
    }
}

/// The same voxels, opaque in the same places, in the same colours.
fn check_slice(what: &str, slice: &PlaneSlice, scale: &FigureScale, cases: &Cases, wanted: &ImageCase) {
    let values = cases.floats(&wanted.values);
    assert_eq!(vec![slice.height, slice.width], wanted.values.shape, "{what}");
    let (rgba, got) = (cases.bytes(&wanted.rgba), slice.pixels(scale).rgba);
    for (index, (&value, &expected)) in slice.values.iter().zip(&values).enumerate() {
        let (pixel, wanted) = (&got[4 * index..4 * index + 4], &rgba[4 * index..4 * index + 4]);
        assert_eq!(pixel[3], wanted[3], "{what}: opacity of voxel {index}, {value} here and {expected} there");
        if wanted[3] == 255 {
            let tolerance = SAME_VALUE * expected.abs().max(1e-3);
            assert!((value - expected).abs() <= tolerance, "{what}: voxel {index} is {value}, not {expected}");
            let far = pixel.iter().zip(wanted).map(|(one, other)| one.abs_diff(*other)).max().unwrap();
            assert!(far <= 1, "{what}: voxel {index} of {value} is {pixel:?}, not {wanted:?}");
        }
    }
}

#[test]
fn automatic_cuts_are_nilearns() {
    let cases = Cases::read();
    for wanted in &cases.cuts {
        let map = cases.volume(&wanted.map);
        let step = Upright::of(map, Interpolation::Nearest).unwrap().steps();
        if let Some(point) = &wanted.point {
            let got = find_xyz_cut_coords(map, wanted.threshold);
            let far = got.iter().zip(point).zip(step).map(|((got, wanted), step)| (got - wanted).abs() / step).fold(0.0, f64::max);
            assert!(far < 0.01, "{} {:?}: {got:?}, not {point:?}", wanted.map, wanted.threshold);
        } else {
            let plane = plane_of(wanted.direction.as_deref().unwrap());
            let got = find_cut_slices(map, plane, wanted.n_cuts.unwrap()).unwrap();
            near(&wanted.map, &format!("{:?} cuts along {plane:?}", wanted.n_cuts), &got, wanted.cuts.as_deref().unwrap(), 1e-4);
        }
    }
}

#[test]
fn colormaps_are_matplotlibs() {
    let cases = Cases::read();
    assert_eq!(cases.colormaps.len(), Colormap::ALL.len());
    for colormap in Colormap::ALL {
        let (lut, wanted) = (Lut::new(colormap), cases.bytes(&cases.colormaps[colormap.name()]));
        for (entry, wanted) in wanted.chunks_exact(3).enumerate() {
            let got = lut.at(entry as f32 / 256.0);
            let far = got.iter().zip(wanted).map(|(one, other)| one.abs_diff(*other)).max().unwrap();
            assert!(far <= 1, "{} entry {entry}: {got:?}, not {wanted:?}", colormap.name());
        }
    }
}

#[test]
fn a_click_comes_back_where_it_was_drawn() {
    let cases = Cases::read();
    for case in &cases.list {
        for panel in cases.scene(case).panels {
            let middle = [panel.right_mm, panel.up_mm].map(|[low, high]| low + 0.3 * (high - low));
            let world = panel.world_from_page(panel.page_from_mm(middle)).unwrap();
            let back = [world[panel.plane.right_axis()], world[panel.plane.up_axis()], world[panel.plane.normal_axis()]];
            near(&case.name, "click", &back, &[middle[0], middle[1], panel.position_mm], 1e-9);
            assert_eq!(panel.world_from_page([panel.rect.x - 1.0, panel.rect.y]), None);
        }
    }
}

fn upright(volume: &Volume) -> Upright<'_> {
    Upright::of(volume, Interpolation::Continuous).unwrap()
}

fn plane_of(letter: &str) -> Plane {
    Plane::ALL.into_iter().find(|plane| "xyz"[plane.normal_axis()..].starts_with(letter)).unwrap()
}

/// Left, bottom, right, top as matplotlib counts them.
fn shares(rect: Rect, scene: &Scene) -> [f64; 4] {
    let [width, height] = scene.size;
    [rect.x / width, 1.0 - (rect.y + rect.height) / height, (rect.x + rect.width) / width, 1.0 - rect.y / height]
}

fn near(name: &str, what: &str, got: &[f64], wanted: &[f64], tolerance: f64) {
    let is_near = got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() <= tolerance);
    assert!(is_near, "{name}: {what} {got:?}, not {wanted:?}");
}

/// What the bar of a case should say.
fn ticks(case: &Case) -> Vec<String> {
    case.bar.as_ref().map(|bar| bar.ticks.clone()).unwrap_or_default()
}

/// Slices that a panel of a case shows.
fn n_layers(panel: &PanelCase) -> usize {
    usize::from(panel.background.is_some()) + usize::from(panel.map.is_some())
}

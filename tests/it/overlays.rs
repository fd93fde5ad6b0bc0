//! What lies over and under a map: regions and their outlines, fading thresholds, paper, the glass brain.

use maplens::render::{
    ColorScale, Colormap, Extent, Ground, Layer, LayerSettings, Lut, Orientation, Paint, Paper, Plane, PlaneGrid, Projection, Regions,
    View, Window, WorldBounds, nearest_value, render_on_paper, render_slice,
};
use maplens::volume::{Affine, Volume};

const COLORS: [[u8; 3]; 2] = [[0, 158, 115], [230, 159, 0]];
const OBLIQUE: Affine = Affine([[0.9, -0.3, 0.1, 5.0], [0.3, 0.9, -0.2, -4.0], [0.0, 0.25, 1.1, 2.0]]);
const PERMUTED: Affine = Affine([[0.0, 0.0, -1.0, 4.0], [2.0, 0.0, 0.0, 0.0], [0.0, 1.5, 0.0, 0.0]]);

/// Two regions that touch, in a grid that they do not fill.
fn labels(world_from_voxel: Affine) -> Volume {
    let value = |[i, j, k]: [usize; 3]| match (i, j, k) {
        (1..=3, 1..=4, 1..=4) if i + j < 6 => 1.0,
        (2..=5, 2..=5, 1..=3) => 2.0,
        _ => 0.0,
    };
    filled([7, 7, 6], world_from_voxel, value)
}

fn filled(shape: [usize; 3], world_from_voxel: Affine, value: impl Fn([usize; 3]) -> f32) -> Volume {
    let voxels = (0..shape[0]).flat_map(|i| (0..shape[1]).flat_map(move |j| (0..shape[2]).map(move |k| [i, j, k])));
    Volume::new(shape, voxels.map(value).collect(), world_from_voxel).unwrap()
}

fn layer<'a>(volume: &'a Volume, paint: Paint<'a>) -> Layer<'a> {
    Layer { volume, voxel_from_world: volume.world_from_voxel().inverse().unwrap(), paint }
}

fn render(grid: &PlaneGrid, position_mm: f64, layers: &[Layer]) -> Vec<[u8; 4]> {
    let mut pixels = Vec::new();
    render_slice(grid, position_mm, layers, &mut pixels);
    pixels.as_chunks::<4>().0.to_vec()
}

fn grid_of(volume: &Volume, plane: Plane, pixel_mm: f64) -> PlaneGrid {
    PlaneGrid::covering(WorldBounds::of(volume), plane, pixel_mm, Orientation::Neurological)
}

/// Every pixel of every plane has the colour of its region where the region ends beside it, found the slow way.
fn check_outlines(world_from_voxel: Affine, pixel_mm: f64, regions: Regions) {
    let volume = labels(world_from_voxel);
    let voxel_from_world = world_from_voxel.inverse().unwrap();
    let (mut n_edge, mut n_inner) = (0, 0);
    for plane in Plane::ALL {
        let grid = grid_of(&volume, plane, pixel_mm);
        let position_mm = WorldBounds::of(&volume).center()[plane.normal_axis()] + 0.1;
        let region_at = |column: f64, row: f64| {
            let point = grid.world_from_pixel([column + 0.5, row + 0.5], position_mm);
            let value = nearest_value(&volume, &voxel_from_world, point).unwrap_or(0.0);
            if regions == Regions::Mask { f32::from(value > 0.0) } else { value }
        };
        let paint = Paint::Regions { regions, colors: &COLORS, extent: Extent::Outline, opacity: 1.0 };
        let picture = render(&grid, position_mm, &[layer(&volume, paint)]);
        for row in 0..grid.height {
            for column in 0..grid.width {
                let (x, y) = (column as f64, row as f64);
                let own = region_at(x, y);
                let around = [region_at(x - 1.0, y), region_at(x + 1.0, y), region_at(x, y - 1.0), region_at(x, y + 1.0)];
                let is_edge = own > 0.0 && around.iter().any(|&other| other != own);
                let [red, green, blue, alpha] = picture[row * grid.width + column];
                let wanted = is_edge.then(|| COLORS[own as usize - 1]);
                assert_eq!((alpha == 255).then_some([red, green, blue]), wanted, "{plane:?} column {column} row {row}");
                n_edge += usize::from(is_edge);
                n_inner += usize::from(own > 0.0 && !is_edge);
            }
        }
    }
    assert!(n_edge > 10 && n_inner > 3, "{n_edge} pixels at an edge, {n_inner} within one");
}

#[test]
fn outlines_are_where_regions_end_on_pixels_of_voxels() {
    check_outlines(Affine::IDENTITY, 1.0, Regions::Labels);
    check_outlines(Affine::IDENTITY, 1.0, Regions::Mask);
}

#[test]
fn outlines_are_where_regions_end_on_another_grid() {
    check_outlines(PERMUTED, 1.0, Regions::Labels);
    check_outlines(OBLIQUE, 0.7, Regions::Labels);
    check_outlines(OBLIQUE, 0.7, Regions::Mask);
}

#[test]
fn an_outline_does_not_follow_the_edge_of_the_picture() {
    let everywhere = filled([9, 9, 9], Affine::IDENTITY, |_| 1.0);
    let bounds = WorldBounds { min: [2.5; 3], max: [5.5; 3] };
    let grid = PlaneGrid::covering(bounds, Plane::Axial, 1.0, Orientation::Neurological);
    let paint = Paint::Regions { regions: Regions::Mask, colors: &COLORS, extent: Extent::Outline, opacity: 1.0 };
    assert_eq!(render(&grid, 4.0, &[layer(&everywhere, paint)]), [[0; 4]; 9]);
}

#[test]
fn a_filled_region_covers_its_voxels_and_what_is_no_number_covers_nothing() {
    let volume = Volume::new([4, 1, 1], vec![0.0, 1.0, f32::NAN, 2.0], Affine::IDENTITY).unwrap();
    let paint = Paint::Regions { regions: Regions::Labels, colors: &COLORS, extent: Extent::Filled, opacity: 1.0 };
    let picture = render(&grid_of(&volume, Plane::Axial, 1.0), 0.0, &[layer(&volume, paint)]);
    assert_eq!(picture, [[0; 4], [0, 158, 115, 255], [0; 4], [230, 159, 0, 255]]);
}

#[test]
fn colours_of_regions_come_again() {
    let volume = Volume::new([1, 1, 1], vec![3.0], Affine::IDENTITY).unwrap();
    let paint = |colors| Paint::Regions { regions: Regions::Labels, colors, extent: Extent::Filled, opacity: 1.0 };
    let grid = grid_of(&volume, Plane::Axial, 1.0);
    assert_eq!(render(&grid, 0.0, &[layer(&volume, paint(&COLORS))]), [[0, 158, 115, 255]]);
    assert_eq!(render(&grid, 0.0, &[layer(&volume, paint(&[]))]), [[0; 4]]);
}

#[test]
fn below_the_threshold_opacity_follows_magnitude() {
    let scale = ColorScale::new(Colormap::ColdHot, 8.0, 4.0).fading();
    let lut = Lut::new(Colormap::ColdHot);
    for (value, strength) in [(-8.0, 1.0), (5.0, 1.0), (4.0, 1.0), (-2.0, 0.5), (1.0, 0.25)] {
        assert_eq!(scale.fading_color(value), Some((lut.at((value + 8.0) / 16.0), strength)), "{value}");
    }
    assert_eq!(scale.fading_color(0.0), None);
    assert_eq!(scale.fading_color(f32::NAN), None);
    // The hard threshold of the same scale stays what it is, for the colour bar.
    assert_eq!(scale.color(2.0), None);
}

#[test]
fn a_faded_pixel_is_mixed_by_its_magnitude() {
    let map = Volume::new([1, 1, 1], vec![2.0], Affine::IDENTITY).unwrap();
    let black = Volume::new([1, 1, 1], vec![0.0], Affine::IDENTITY).unwrap();
    let scale = ColorScale::new(Colormap::RdBuR, 8.0, 4.0).fading();
    let ground = layer(&black, Paint::Grey(Window { low: 0.0, high: 1.0 }));
    let over = layer(&map, Paint::Color { scale: &scale, opacity: 0.8 });
    let picture = render(&grid_of(&map, Plane::Axial, 1.0), 0.0, &[ground, over]);
    // Half the threshold at opacity 0.8: 0.4 of the colour over black, rounded.
    let [red, green, blue] = Lut::new(Colormap::RdBuR).at(10.0 / 16.0).map(|channel| (f32::from(channel) * 0.4).round() as u8);
    assert_eq!(picture, [[red, green, blue, 255]]);
}

#[test]
fn a_background_stands_back_as_nilearns_does() {
    // nilearn 0.9.2 on an image from 0 to 1: (−0.45, 1) on white paper, (0, 1.4) on black.
    let full = Window { low: 0.0, high: 1.0 };
    let (white, black) = (full.dimmed(Paper::White), full.dimmed(Paper::Black));
    // float32's rounding of numbers near 1.
    let is_near = |a: f32, b: f32| (a - b).abs() <= 4.0 * f32::EPSILON;
    assert!(is_near(white.low, -0.45) && is_near(white.high, 1.0), "{white:?}");
    assert!(is_near(black.low, 0.0) && is_near(black.high, 1.4), "{black:?}");
}

#[test]
fn paper_shows_where_a_background_is_nothing() {
    let image = Volume::new([3, 1, 1], vec![0.0, 1e-7, 1.0], Affine::IDENTITY).unwrap();
    let grid = grid_of(&image, Plane::Axial, 1.0);
    let mut pixels = Vec::new();
    let layers = [layer(&image, Paint::GreyOnPaper(Window { low: 0.0, high: 2.0 }))];
    render_on_paper(&grid, 0.0, [255; 4], &layers, &mut pixels);
    assert_eq!(pixels, [[255; 4], [255; 4], [128, 128, 128, 255]].concat());
}

#[test]
fn boxes_that_meet_are_told_from_boxes_that_do_not() {
    let bounds = |shift: f64| WorldBounds::of(&labels(Affine::from_diagonal([1.0; 3], [shift, 0.0, 0.0])));
    // Seven voxels wide.
    assert!(bounds(0.0).meets(&bounds(6.0)) && bounds(6.0).meets(&bounds(0.0)));
    assert!(!bounds(0.0).meets(&bounds(7.0)) && !bounds(0.0).meets(&bounds(-7.0)), "touching is not meeting");
}

#[test]
fn the_box_of_what_counts_is_where_it_lies() {
    let volume = labels(PERMUTED);
    let second = WorldBounds::of_voxels(&volume, |value| value == 2.0).unwrap();
    // i 2..=5, j 2..=5, k 1..=3, and x = 4 − k, y = 2 i, z = 1.5 j.
    assert_eq!((second.min, second.max), ([0.5, 3.0, 2.25], [3.5, 11.0, 8.25]));
    assert_eq!(WorldBounds::of_voxels(&volume, |value| value > 2.0), None);
    assert_eq!(WorldBounds::of_voxels(&volume, |_| true), Some(WorldBounds::of(&volume)));
}

fn projection(volume: &Volume, plane: Plane, n_samples: usize) -> Volume {
    let mut projection = Projection::begin(volume, plane).unwrap();
    while projection.goes_on(volume, n_samples) {}
    projection.finish().unwrap()
}

/// Values whose magnitudes all differ, of both signs.
fn scattered(world_from_voxel: Affine) -> Volume {
    let value = |[i, j, k]: [usize; 3]| ((i * 31 + j * 17 + k * 7) * 29 % 211) as f32 - 105.0;
    filled([5, 6, 4], world_from_voxel, value)
}

/// For each voxel in a line of sight the largest magnitude of that line, from the voxels' own middles.
fn check_projections(world_from_voxel: Affine) {
    let volume = scattered(world_from_voxel);
    for plane in Plane::ALL {
        let flat = projection(&volume, plane, usize::MAX);
        let voxel_from_world = flat.world_from_voxel().inverse().unwrap();
        let mut checked = 0;
        let middles = |[i, j, k]: [usize; 3]| world_from_voxel.apply([i as f64, j as f64, k as f64]);
        let all: Vec<([f64; 3], f32)> = {
            let [n_i, n_j, n_k] = volume.shape();
            let voxels = (0..n_i).flat_map(|i| (0..n_j).flat_map(move |j| (0..n_k).map(move |k| [i, j, k])));
            voxels.map(|voxel| (middles(voxel), volume.get(voxel).unwrap())).collect()
        };
        for (point, _) in &all {
            let is_in_line =
                |other: &[f64; 3]| [plane.right_axis(), plane.up_axis()].into_iter().all(|axis| (other[axis] - point[axis]).abs() < 1e-9);
            let line = all.iter().filter(|(other, _)| is_in_line(other)).map(|(_, value)| *value);
            let wanted = line.fold(0.0_f32, |best, value| if value.abs() > best.abs() { value } else { best });
            let got = nearest_value(&flat, &voxel_from_world, *point).unwrap();
            // Two values of one line may be as far from 0.
            assert_eq!(got.abs(), wanted.abs(), "{plane:?} at {point:?}");
            checked += 1;
        }
        assert_eq!(checked, 5 * 6 * 4);
    }
}

#[test]
fn a_glass_brain_shows_the_largest_magnitude_of_each_line() {
    check_projections(Affine::IDENTITY);
    check_projections(PERMUTED);
    check_projections(Affine([[-1.0, 0.0, 0.0, 40.0], [0.0, -2.0, 0.0, -7.0], [0.0, 0.0, 3.0, 3.0]]));
}

#[test]
fn an_oblique_volume_is_projected_to_its_place() {
    let mut volume = scattered(OBLIQUE).into_data();
    let strongest = [3, 2, 1];
    volume[(3 * 6 + 2) * 4 + 1] = -1000.0;
    let volume = Volume::new([5, 6, 4], volume, OBLIQUE).unwrap();
    let point = OBLIQUE.apply(strongest.map(|index| index as f64));
    for plane in Plane::ALL {
        let flat = projection(&volume, plane, usize::MAX);
        let voxel_from_world = flat.world_from_voxel().inverse().unwrap();
        assert_eq!(nearest_value(&flat, &voxel_from_world, point), Some(-1000.0), "{plane:?}");
    }
}

#[test]
fn a_projection_in_pieces_is_the_same() {
    let volume = scattered(OBLIQUE);
    for plane in Plane::ALL {
        assert_eq!(projection(&volume, plane, 7), projection(&volume, plane, usize::MAX));
    }
}

#[test]
fn what_is_no_number_is_never_the_largest() {
    let volume = Volume::new([3, 1, 1], vec![f32::NAN, -2.0, 1.0], Affine::IDENTITY).unwrap();
    assert_eq!(projection(&volume, Plane::Sagittal, usize::MAX).data(), [-2.0]);
}

#[test]
fn settings_of_layers_survive_the_fragment_and_files_are_not_in_it() {
    let layers = LayerSettings { ground: Ground::Template, dim: true, paper: Paper::White, fading: true, glass: true };
    let view = View { layers, ..View::default() };
    assert!(view.to_fragment().ends_with("&ground=template&layers=dim,white,fading,glass"), "{}", view.to_fragment());
    assert_eq!(View::from_fragment(&view.to_fragment()), view);
    let own = View { layers: LayerSettings { ground: Ground::Own, ..LayerSettings::default() }, ..View::default() };
    assert_eq!(own.to_fragment(), View::default().to_fragment());
    assert_eq!(View::from_fragment("ground=own&layers=nonsense,,"), View::default());
}

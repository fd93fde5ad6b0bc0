//! Slices as pixels: the right voxel in the right place, the right colour for a value.

use maplens::render::{
    ColorScale, Colormap, Layer, Lut, MagnitudeSample, Orientation, Paint, Plane, PlaneGrid, Threshold, View, Window, WorldBounds,
    nearest_value, render_slice, strongest_voxel,
};
use maplens::volume::{Affine, Volume};

const SHAPE: [usize; 3] = [3, 4, 5];
const GREYS: Window = Window { low: 0.0, high: 255.0 };

/// A volume whose values are their own indices, 1 to 60, so that a pixel tells which voxel it shows.
fn numbered(world_from_voxel: Affine) -> Volume {
    Volume::new(SHAPE, (1..=60).map(|n| n as f32).collect(), world_from_voxel).unwrap()
}

fn grid_of(volume: &Volume, plane: Plane) -> PlaneGrid {
    PlaneGrid::covering(WorldBounds::of(volume), plane, 1.0, Orientation::Neurological)
}

fn radiological_grid_of(volume: &Volume, plane: Plane) -> PlaneGrid {
    PlaneGrid::covering(WorldBounds::of(volume), plane, 1.0, Orientation::Radiological)
}

fn layer<'a>(volume: &'a Volume, paint: Paint<'a>) -> Layer<'a> {
    Layer { volume, voxel_from_world: volume.world_from_voxel().inverse().unwrap(), paint }
}

fn render(grid: &PlaneGrid, position_mm: f64, layers: &[Layer]) -> Vec<[u8; 4]> {
    let mut pixels = Vec::new();
    render_slice(grid, position_mm, layers, &mut pixels);
    pixels.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]).collect()
}

/// Every pixel of every plane shows the voxel that the affine puts there, found the slow way.
fn check_every_pixel(world_from_voxel: Affine) {
    let volume = numbered(world_from_voxel);
    let voxel_from_world = world_from_voxel.inverse().unwrap();
    let mut n_seen = 0;
    for plane in Plane::ALL {
        let grid = grid_of(&volume, plane);
        let position_mm = WorldBounds::of(&volume).center()[plane.normal_axis()] + 0.1;
        let picture = render(&grid, position_mm, &[layer(&volume, Paint::Grey(GREYS))]);
        for row in 0..grid.height {
            for column in 0..grid.width {
                let point = grid.world_from_pixel([column as f64 + 0.5, row as f64 + 0.5], position_mm);
                let wanted = nearest_value(&volume, &voxel_from_world, point);
                let [grey, _, _, alpha] = picture[row * grid.width + column];
                assert_eq!((alpha > 0).then_some(f32::from(grey)), wanted, "{plane:?} column {column} row {row}");
                n_seen += usize::from(alpha > 0);
            }
        }
    }
    assert!(n_seen > 10, "only {n_seen} pixels show a voxel");
}

#[test]
fn every_pixel_shows_its_voxel_through_an_identity_affine() {
    check_every_pixel(Affine::IDENTITY);
}

#[test]
fn every_pixel_shows_its_voxel_through_flipped_axes() {
    check_every_pixel(Affine([[-1.0, 0.0, 0.0, 40.0], [0.0, -1.0, 0.0, -7.0], [0.0, 0.0, 1.0, 3.0]]));
}

#[test]
fn every_pixel_shows_its_voxel_through_permuted_axes() {
    check_every_pixel(Affine([[0.0, 0.0, -1.0, 4.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]));
}

#[test]
fn every_pixel_shows_its_voxel_through_an_oblique_affine() {
    check_every_pixel(Affine([[0.9, -0.3, 0.1, 5.0], [0.3, 0.9, -0.2, -4.0], [0.0, 0.25, 1.1, 2.0]]));
}

#[test]
fn an_axial_slice_has_anterior_up_and_left_on_the_left() {
    // Voxel (i, j, k) has the value 20 i + 5 j + k + 1; on slice k = 2 the top left pixel is x = 0, y = 3.
    let volume = numbered(Affine::IDENTITY);
    let grid = grid_of(&volume, Plane::Axial);
    let picture = render(&grid, 2.0, &[layer(&volume, Paint::Grey(GREYS))]);
    let greys: Vec<u8> = picture.iter().map(|pixel| pixel[0]).collect();
    assert_eq!((grid.width, grid.height), (3, 4));
    assert_eq!(greys, [18, 38, 58, 13, 33, 53, 8, 28, 48, 3, 23, 43]);
}

#[test]
fn a_radiological_picture_is_the_mirror_image() {
    let volume = numbered(Affine::IDENTITY);
    let grid = radiological_grid_of(&volume, Plane::Axial);
    let picture = render(&grid, 2.0, &[layer(&volume, Paint::Grey(GREYS))]);
    assert_eq!(picture[..3].iter().map(|pixel| pixel[0]).collect::<Vec<_>>(), [58, 38, 18]);
    assert_eq!(grid.letters(), ["R", "L", "A", "P"]);
}

#[test]
fn a_sagittal_picture_is_never_mirrored() {
    let volume = numbered(Affine::IDENTITY);
    let grid = radiological_grid_of(&volume, Plane::Sagittal);
    assert_eq!(grid.letters(), ["P", "A", "S", "I"]);
    assert_eq!(grid.pixel_from_world([0.0, -0.5, 4.5]), [0.0, 0.0]);
}

#[test]
fn a_coarse_map_lands_on_its_part_of_the_background() {
    // One voxel of 2 mm over the background's voxels x, y, z in 1..=2.
    let background = numbered(Affine::IDENTITY);
    let map = Volume::new([1, 1, 1], vec![1.0], Affine::from_diagonal([2.0; 3], [1.5; 3])).unwrap();
    let scale = ColorScale::new(Colormap::ColdHot, 1.0, 0.5);
    let layers = [layer(&background, Paint::Grey(GREYS)), layer(&map, Paint::Color { scale: &scale, opacity: 1.0 })];
    let picture = render(&grid_of(&background, Plane::Axial), 2.0, &layers);
    let white: Vec<usize> = picture.iter().enumerate().filter(|(_, pixel)| **pixel == [255; 4]).map(|(index, _)| index).collect();
    // Rows from the top are y = 3, 2, 1, 0.
    assert_eq!(white, [4, 5, 7, 8]);
}

#[test]
fn a_slice_outside_every_grid_is_transparent() {
    let volume = numbered(Affine::IDENTITY);
    let picture = render(&grid_of(&volume, Plane::Axial), 40.0, &[layer(&volume, Paint::Grey(GREYS))]);
    assert!(picture.iter().all(|pixel| *pixel == [0; 4]));
}

#[test]
fn the_threshold_hides_both_its_ends() {
    let scale = ColorScale::new(Colormap::ColdHot, 1.0, 0.25);
    assert_eq!([scale.color(0.25), scale.color(-0.25), scale.color(0.0), scale.color(f32::NAN)], [None; 4]);
    assert!(scale.color(0.250_001).is_some() && scale.color(-0.250_001).is_some());
}

#[test]
fn a_zero_threshold_hides_exact_zeros_only() {
    let scale = ColorScale::new(Colormap::RdBuR, 1.0, 0.0);
    assert_eq!((scale.color(0.0), scale.color(-0.0)), (None, None));
    assert!(scale.color(1e-30).is_some());
}

#[test]
fn cold_hot_follows_its_formula() {
    let lut = Lut::new(Colormap::ColdHot);
    for entry in 0..256 {
        let u = entry as f64 / 255.0;
        let [r, g, b] = hot((2.0 * u - 1.0).abs());
        let wanted = if u < 0.5 { [b, g, r] } else { [r, g, b] };
        assert_eq!(lut.at((entry as f32 + 0.5) / 256.0), wanted, "entry {entry}");
    }
}

/// matplotlib's "hot", rounded to bytes.
fn hot(a: f64) -> [u8; 3] {
    let ramp = |from: f64, to: f64| ((a - from) / (to - from)).clamp(0.0, 1.0);
    let red = 0.0416 + (1.0 - 0.0416) * ramp(0.0, 0.365079);
    [red, ramp(0.365079, 0.746032), ramp(0.746032, 1.0)].map(|channel| (channel * 255.0).round() as u8)
}

#[test]
fn rdbu_r_goes_through_its_anchors() {
    let lut = Lut::new(Colormap::RdBuR);
    assert_eq!((lut.at(0.0), lut.at(1.0)), ([5, 48, 97], [103, 0, 31]));
    // Entry 51 of 255 lies exactly on the third of eleven anchors.
    assert_eq!(lut.at(51.5 / 256.0), [67, 147, 195]);
}

#[test]
fn colours_beyond_the_range_are_the_end_colours() {
    let scale = ColorScale::new(Colormap::RdBuR, 1.0, 0.0);
    assert_eq!((scale.color(-7.0), scale.color(7.0)), (Some([5, 48, 97]), Some([103, 0, 31])));
}

#[test]
fn a_sequential_map_takes_the_magnitude() {
    let scale = ColorScale::new(Colormap::Inferno, 2.0, 0.0);
    assert_eq!((scale.color(-2.0), scale.low()), (scale.color(2.0), 0.0));
}

#[test]
fn half_opacity_is_the_mean_of_map_and_background() {
    let background = Volume::new([1, 1, 1], vec![100.0], Affine::IDENTITY).unwrap();
    let map = Volume::new([1, 1, 1], vec![1.0], Affine::IDENTITY).unwrap();
    let scale = ColorScale::new(Colormap::RdBuR, 1.0, 0.0);
    let color = || Paint::Color { scale: &scale, opacity: 0.5 };
    let grid = grid_of(&background, Plane::Axial);
    let over = render(&grid, 0.0, &[layer(&background, Paint::Grey(GREYS)), layer(&map, color())]);
    assert_eq!(over, [[102, 50, 66, 255]]);
    // Without a background the colour itself stays and only alpha is halved: straight alpha.
    assert_eq!(render(&grid, 0.0, &[layer(&map, color())]), [[103, 0, 31, 128]]);
}

#[test]
fn a_hit_is_the_centre_of_its_pixel() {
    let volume = numbered(Affine([[-1.0, 0.0, 0.0, 40.0], [0.0, -1.0, 0.0, -7.0], [0.0, 0.0, 1.0, 3.0]]));
    for plane in Plane::ALL {
        for orientation in [Orientation::Neurological, Orientation::Radiological] {
            let grid = PlaneGrid::covering(WorldBounds::of(&volume), plane, 1.0, orientation);
            let point = grid.hit([1.2, 2.9], 11.0);
            assert_eq!(grid.pixel_from_world(point), [1.5, 2.5], "{plane:?} {orientation:?}");
            assert_eq!(point[plane.normal_axis()], 11.0);
        }
    }
}

#[test]
fn a_hit_beside_the_picture_is_moved_into_it() {
    let grid = grid_of(&numbered(Affine::IDENTITY), Plane::Axial);
    assert_eq!(grid.hit([-10.0, 1e9], 0.0), [0.0, 0.0, 0.0]);
}

#[test]
fn a_huge_grid_is_kept_drawable() {
    let volume = Volume::new([1, 1, 1], vec![1.0], Affine::from_diagonal([1e9, 1.0, 1.0], [0.0; 3])).unwrap();
    let grid = PlaneGrid::covering(WorldBounds::of(&volume), Plane::Axial, 1.0, Orientation::Neurological);
    assert_eq!((grid.width, grid.height), (2048, 1));
}

#[test]
fn percentiles_of_the_magnitude_are_those_of_numpy() {
    let sample = MagnitudeSample::new(&[-4.0, 1.0, f32::NAN, 3.0, -2.0, 0.0]);
    assert_eq!([0.0, 50.0, 90.0, 100.0].map(|percent| sample.percentile(percent)), [0.0, 2.0, 3.6, 4.0]);
    assert_eq!(sample.percent_of(2.5), 62.5);
    assert_eq!(MagnitudeSample::new(&[]).percentile(90.0), 0.0);
}

#[test]
fn a_subsampled_percentile_is_close() {
    let values: Vec<f32> = (0..1_000_000).map(|n| n as f32 / 1e6).collect();
    assert!((MagnitudeSample::new(&values).percentile(90.0) - 0.9).abs() < 1e-4);
}

#[test]
fn a_robust_window_ignores_a_few_bright_voxels() {
    let mut values: Vec<f32> = (0..10_000).map(|n| n as f32 / 10_000.0).collect();
    values[3] = 1e6;
    let window = Window::robust(&values);
    assert!(window.low == 0.0 && window.high > 0.99 && window.high <= 1.0, "{window:?}");
    assert_eq!((window.grey(f32::NAN), window.grey(-1.0), window.grey(9.0)), (0, 0, 255));
}

#[test]
fn the_strongest_voxel_is_found_by_magnitude() {
    let map = Volume::new([1, 2, 2], vec![1.0, f32::NAN, -3.0, 2.0], Affine::from_diagonal([2.0; 3], [10.0; 3])).unwrap();
    assert_eq!(strongest_voxel(&map), Some([10.0, 12.0, 10.0]));
    assert_eq!(strongest_voxel(&Volume::new([1, 1, 1], vec![0.0], Affine::IDENTITY).unwrap()), None);
}

#[test]
fn a_view_survives_its_fragment() {
    let view = View {
        crosshair: Some([-24.0, 12.5, 0.0]),
        threshold: Threshold::Absolute(0.00125),
        min_cluster: 12,
        colormap: Colormap::Inferno,
        range: 0.5,
        opacity: 0.25,
        orientation: Orientation::Radiological,
        ..View::default()
    };
    assert_eq!(View::from_fragment(&view.to_fragment()), view);
    assert_eq!(View::default().to_fragment(), "pct=95&map=cold_hot&range=1&opacity=0.8&side=neurological");
}

#[test]
fn a_broken_fragment_gives_the_default_view() {
    assert_eq!(View::from_fragment("#at=1,2&pct=NaN&cluster=0&map=jet&opacity=7&side=&=&x"), View::default());
}

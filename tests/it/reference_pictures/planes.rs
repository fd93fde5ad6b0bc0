//! The three planes of the page: backgrounds, the map over them, overlays, thresholds, grids, zoom, glass.

use maplens::render::figure::Pixels;
use maplens::render::{
    ColorScale, Colormap, Extent, Layer, Lut, Orientation, Paint, Paper, Plane, PlaneGrid, Projection, Regions, Window, WorldBounds,
    framed, render_on_paper,
};
use maplens::volume::Volume;

use super::Feature;
use super::head::{COARSE, FLIPPED, OBLIQUE, PERMUTED, Place, RIGHT_HALF, STRAIGHT, grey, labels, mask, saliency, sampled};

const BLACK: [u8; 4] = [0, 0, 0, 255];
const WHITE: [u8; 4] = [255; 4];
/// Between and around the planes, so that black and white paper have edges.
const DESK: [u8; 4] = [72, 84, 110, 255];
const GAP: usize = 3;
const PIXEL_MM: f64 = 1.0;
/// Where the planes meet: both signs of the map are in sight, and the larger ventricle.
const CROSSHAIR: [f64; 3] = [-6.0, 3.0, 1.0];
/// The page's first two colours of regions, and one more.
const COLORS: [[u8; 3]; 3] = [[0, 158, 115], [230, 159, 0], [86, 180, 233]];
const SILHOUETTE: [[u8; 3]; 1] = [[128, 136, 144]];

/// What is in sight, and how.
#[derive(Clone, Copy)]
struct Sight {
    paper: [u8; 4],
    orientation: Orientation,
    zoom: f64,
}

const PLAIN: Sight = Sight { paper: BLACK, orientation: Orientation::Neurological, zoom: 1.0 };
const ON_WHITE: Sight = Sight { paper: WHITE, ..PLAIN };

pub fn features() -> Vec<Feature> {
    [backgrounds(), maps(), overlays(), grids(), glass()].into_iter().flatten().collect()
}

fn backgrounds() -> Vec<Feature> {
    let image = sampled(STRAIGHT, grey);
    let window = Window::robust(image.data());
    let picture = |sight: Sight, paint: fn(Window) -> Paint<'static>, window: Window| planes(sight, &[layer(&image, paint(window))]);
    vec![
        ("image", picture(PLAIN, Paint::Grey, window)),
        ("window", picture(PLAIN, Paint::Grey, window.part([0.5, 0.9]))),
        ("white_paper", picture(ON_WHITE, Paint::GreyOnPaper, window)),
        ("dimmed_on_black", picture(PLAIN, Paint::Grey, window.dimmed(Paper::Black))),
        ("dimmed_on_white", picture(ON_WHITE, Paint::GreyOnPaper, window.dimmed(Paper::White))),
        ("radiological", picture(Sight { orientation: Orientation::Radiological, ..PLAIN }, Paint::Grey, window)),
        ("zoom", picture(Sight { zoom: 2.5, ..PLAIN }, Paint::Grey, window)),
    ]
}

fn maps() -> Vec<Feature> {
    let (image, map) = (sampled(STRAIGHT, grey), sampled(STRAIGHT, saliency));
    let over = |scale: &ColorScale, opacity: f32| {
        planes(PLAIN, &[layer(&image, Paint::Grey(Window::robust(image.data()))), layer(&map, Paint::Color { scale, opacity })])
    };
    let cold_hot = ColorScale::new(Colormap::ColdHot, 1.0, 0.3);
    let silent: Volume = sampled(STRAIGHT, |point| if point[2] > 0.0 { f32::NAN } else { saliency(point) });
    let blind: Volume = sampled(STRAIGHT, |point| if point[1] > 8.0 { f32::NAN } else { grey(point) });
    let all = ColorScale::new(Colormap::RdBuR, 1.0, 0.0);
    let grey_layer = layer(&blind, Paint::Grey(Window::robust(image.data())));
    let map_layer = layer(&silent, Paint::Color { scale: &all, opacity: 0.8 });
    vec![
        ("threshold", over(&cold_hot, 1.0)),
        ("opacity", over(&cold_hot, 0.5)),
        ("transparent_threshold", over(&ColorScale::new(Colormap::ColdHot, 1.0, 0.6).fading(), 1.0)),
        ("colours_end_at_the_range", over(&ColorScale::new(Colormap::ColdHot, 0.4, 0.1), 1.0)),
        ("magnitude", over(&ColorScale::new(Colormap::Inferno, 1.0, 0.3), 1.0)),
        ("not_a_number", planes(PLAIN, &[grey_layer, map_layer])),
        ("colormaps", colormaps()),
    ]
}

fn overlays() -> Vec<Feature> {
    let (image, map) = (sampled(STRAIGHT, grey), sampled(COARSE, saliency));
    let (mask, atlas) = (sampled(STRAIGHT, mask), sampled(STRAIGHT, labels));
    let ground = || layer(&image, Paint::Grey(Window::robust(image.data())));
    let region = |volume, regions, extent, opacity| {
        planes(PLAIN, &[ground(), layer(volume, Paint::Regions { regions, colors: &COLORS, extent, opacity })])
    };
    let (first, second) = (ColorScale::new(Colormap::ColdHot, 1.0, 0.3), ColorScale::new(Colormap::Viridis, 1.0, 0.0));
    let first = layer(&map, Paint::Color { scale: &first, opacity: 0.8 });
    let second = layer(&mask, Paint::Color { scale: &second, opacity: 0.8 });
    vec![
        ("mask_outlined", region(&mask, Regions::Mask, Extent::Outline, 1.0)),
        ("mask_filled", region(&mask, Regions::Mask, Extent::Filled, 0.6)),
        ("atlas_outlined", region(&atlas, Regions::Labels, Extent::Outline, 1.0)),
        ("atlas_filled", region(&atlas, Regions::Labels, Extent::Filled, 0.6)),
        ("second_map", planes(PLAIN, &[ground(), first, second])),
    ]
}

/// The same image and map on grids of all kinds: each picture shows the same head in the same place.
fn grids() -> Vec<Feature> {
    let pictures = [("grid_flipped", FLIPPED), ("grid_permuted", PERMUTED), ("grid_oblique", OBLIQUE)].map(|(name, place)| {
        let (image, map) = (sampled(place, grey), sampled(place, saliency));
        (name, image_and_map(&image, &map))
    });
    let image = sampled(STRAIGHT, grey);
    let maps = [("map_oblique", OBLIQUE), ("map_coarse", COARSE), ("map_beside", RIGHT_HALF)];
    let maps = maps.map(|(name, place): (_, Place)| (name, image_and_map(&image, &sampled(place, |point| saliency(point) + 0.05))));
    pictures.into_iter().chain(maps).collect()
}

/// All of the map is shown, so that its grid's edges are seen.
fn image_and_map(image: &Volume, map: &Volume) -> Pixels {
    let scale = ColorScale::new(Colormap::RdBuR, 1.0, 0.0);
    planes(PLAIN, &[layer(image, Paint::Grey(Window { low: 0.0, high: 230.0 })), layer(map, Paint::Color { scale: &scale, opacity: 0.5 })])
}

fn glass() -> Vec<Feature> {
    let (image, map) = (sampled(STRAIGHT, grey), sampled(OBLIQUE, saliency));
    let [heads, maps] = [&image, &map].map(|volume| Plane::ALL.map(|plane| projection(volume, plane)));
    // As the page does it: what exceeds a fifth of the window is the head.
    let heads = heads.map(|head| {
        let silhouette = head.data().iter().map(|&value| f32::from(value > 46.0)).collect();
        Volume::new(head.shape(), silhouette, *head.world_from_voxel()).unwrap()
    });
    let scale = ColorScale::new(Colormap::ColdWhiteHot, 1.0, 0.2);
    let outline = || Paint::Regions { regions: Regions::Mask, colors: &SILHOUETTE, extent: Extent::Outline, opacity: 1.0 };
    let picture = |sight| {
        side_by_side(Plane::ALL.map(|plane| {
            let at = Plane::ALL.iter().position(|other| *other == plane).unwrap();
            one_plane(sight, plane, &[layer(&heads[at], outline()), layer(&maps[at], Paint::Color { scale: &scale, opacity: 1.0 })])
        }))
    };
    vec![("glass_on_black", picture(PLAIN)), ("glass_on_white", picture(ON_WHITE))]
}

fn projection(volume: &Volume, plane: Plane) -> Volume {
    let mut projection = Projection::begin(volume, plane).unwrap();
    while projection.goes_on(volume, usize::MAX) {}
    projection.finish().unwrap()
}

/// One row for each colormap in menu order, from its low end to its high one.
fn colormaps() -> Pixels {
    let (width, row_height) = (256, 6);
    let row = |colormap: &Colormap| -> Vec<u8> {
        let lut = Lut::new(*colormap);
        let line: Vec<u8> = (0..width).flat_map(|entry| [lut.at(entry as f32 / 256.0).as_slice(), &[255]].concat()).collect();
        line.repeat(row_height)
    };
    Pixels { width, height: row_height * Colormap::ALL.len(), rgba: Colormap::ALL.iter().flat_map(row).collect() }
}

fn layer<'a>(volume: &'a Volume, paint: Paint<'a>) -> Layer<'a> {
    Layer { volume, voxel_from_world: volume.world_from_voxel().inverse().unwrap(), paint }
}

fn planes(sight: Sight, layers: &[Layer]) -> Pixels {
    side_by_side(Plane::ALL.map(|plane| one_plane(sight, plane, layers)))
}

/// One plane through the crosshair; its box is that of the straight grid, whatever is drawn.
fn one_plane(sight: Sight, plane: Plane, layers: &[Layer]) -> Pixels {
    let bounds = WorldBounds { min: [-22.0, -26.0, -20.0], max: [22.0, 26.0, 20.0] };
    let frame = framed(bounds, sight.zoom, bounds.center(), CROSSHAIR, PIXEL_MM);
    let grid = PlaneGrid::covering(frame, plane, PIXEL_MM, sight.orientation);
    let mut rgba = Vec::new();
    render_on_paper(&grid, CROSSHAIR[plane.normal_axis()], sight.paper, layers, &mut rgba);
    Pixels { width: grid.width, height: grid.height, rgba }
}

fn side_by_side(planes: [Pixels; 3]) -> Pixels {
    let width = planes.iter().map(|plane| plane.width + GAP).sum::<usize>() + GAP;
    let height = planes.iter().map(|plane| plane.height).max().unwrap_or(0) + 2 * GAP;
    let mut rgba = DESK.repeat(width * height);
    let mut left = GAP;
    for plane in &planes {
        for (row, line) in plane.rgba.chunks_exact(4 * plane.width).enumerate() {
            let start = 4 * ((row + GAP) * width + left);
            rgba[start..start + line.len()].copy_from_slice(line);
        }
        left += plane.width + GAP;
    }
    Pixels { width, height, rgba }
}

//! The figures of `plot_stat_map`: display modes, papers, masks, bars, letters, and what only ours have.

use maplens::export::raster;
use maplens::render::figure::{Background, Dim, Figure, MaskStyle, Pixels};
use maplens::render::{Colormap, CutCoords, DisplayMode, Orientation, Threshold};
use maplens::volume::Volume;

use super::Feature;
use super::head::{COARSE, OBLIQUE, RIGHT_HALF, STRAIGHT, grey, mask, positive, saliency, sampled};

/// Letters are just readable, and files small.
const DPI: f64 = 50.0;

/// Where all modes but the lists cut.
const CUTS: [f64; 3] = [-6.0, 3.0, 1.0];

/// The volumes of the figures.
struct Volumes {
    image: Volume,
    map: Volume,
    mask: Volume,
}

pub fn features() -> Vec<Feature> {
    let volumes = Volumes { image: sampled(STRAIGHT, grey), map: sampled(STRAIGHT, saliency), mask: sampled(STRAIGHT, mask) };
    [modes(&volumes), papers(&volumes), masks(&volumes), words(&volumes), values(&volumes)].into_iter().flatten().collect()
}

fn modes(volumes: &Volumes) -> Vec<Feature> {
    let [x, y, z] = CUTS;
    let at = |mode, cuts: &[f64]| draw(&Figure { mode, cuts: CutCoords::Positions(cuts.to_vec()), ..base(volumes) });
    let automatic = |mode, cuts| draw(&Figure { mode, cuts, ..base(volumes) });
    vec![
        ("ortho", at(DisplayMode::Ortho, &[x, y, z])),
        ("x", at(DisplayMode::X, &[-9.0, 9.0])),
        ("y", at(DisplayMode::Y, &[-9.0, 8.0])),
        ("z", at(DisplayMode::Z, &[-4.0, 5.0])),
        ("xz", at(DisplayMode::Xz, &[x, z])),
        ("yx", at(DisplayMode::Yx, &[x, y])),
        ("yz", at(DisplayMode::Yz, &[y, z])),
        ("tiled", at(DisplayMode::Tiled, &[x, y, z])),
        ("mosaic", at(DisplayMode::Mosaic, &[3.0, 3.0, 3.0])),
        ("automatic_cuts", automatic(DisplayMode::Ortho, CutCoords::Automatic)),
        ("number_of_cuts", automatic(DisplayMode::Z, CutCoords::Count(4))),
    ]
}

fn papers(volumes: &Volumes) -> Vec<Feature> {
    let on = |background, black, dim| draw(&Figure { background, black, dim, ..base(volumes) });
    let image = Background::Image(&volumes.image);
    vec![
        ("white_paper", on(image, Some(false), Dim::Automatic)),
        ("not_dimmed", on(image, None, Dim::Off)),
        ("brightened", on(image, None, Dim::By(-0.5))),
        ("no_background", on(Background::None, None, Dim::Automatic)),
    ]
}

fn masks(volumes: &Volumes) -> Vec<Feature> {
    let oblique = sampled(OBLIQUE, mask);
    let over = |mask, mask_style| draw(&Figure { masks: vec![mask], mask_style, ..base(volumes) });
    vec![
        ("mask_contour", over(&volumes.mask, MaskStyle::Contour)),
        ("mask_filled", over(&volumes.mask, MaskStyle::Filled)),
        ("mask_oblique", over(&oblique, MaskStyle::Contour)),
    ]
}

fn words(volumes: &Volumes) -> Vec<Feature> {
    let title = "gradients, AD".to_owned();
    vec![
        ("radiological", draw(&Figure { orientation: Orientation::Radiological, ..base(volumes) })),
        ("title", draw(&Figure { title, ..base(volumes) })),
        ("no_letters", draw(&Figure { annotate: false, ..base(volumes) })),
        ("no_cross", draw(&Figure { draw_cross: false, ..base(volumes) })),
        ("no_bar", draw(&Figure { color_bar: false, ..base(volumes) })),
    ]
}

fn values(volumes: &Volumes) -> Vec<Feature> {
    let positive = sampled(STRAIGHT, positive);
    let [oblique, coarse, beside] = [OBLIQUE, COARSE, RIGHT_HALF].map(|place| sampled(place, saliency));
    let broken = sampled(STRAIGHT, |point| if point[0] < -10.0 { f32::NAN } else { saliency(point) });
    let threshold = |threshold| draw(&Figure { threshold, ..base(volumes) });
    let of = |map| draw(&Figure { map, ..base(volumes) });
    vec![
        ("bar_of_one_sign", of(&positive)),
        ("vmax", draw(&Figure { vmax: Some(0.5), ..base(volumes) })),
        ("colormap", draw(&Figure { colormap: Colormap::RdBuR, ..base(volumes) })),
        ("percentile", threshold(Some(Threshold::Percentile(97.0)))),
        ("nothing_hidden", threshold(None)),
        ("map_oblique", of(&oblique)),
        ("map_coarse", of(&coarse)),
        ("map_beside", of(&beside)),
        ("not_a_number", of(&broken)),
    ]
}

/// The handbook's mode over the head's own image.
fn base(volumes: &Volumes) -> Figure<'_> {
    Figure {
        background: Background::Image(&volumes.image),
        mode: DisplayMode::Yz,
        cuts: CutCoords::Positions(CUTS[1..].to_vec()),
        threshold: Some(Threshold::Absolute(0.2)),
        ..Figure::new(&volumes.map)
    }
}

fn draw(figure: &Figure) -> Pixels {
    raster::pixels(&figure.scene().unwrap(), DPI).unwrap()
}

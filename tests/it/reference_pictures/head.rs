//! A small head that tells its sides: what it holds is a function of millimetres, so that every grid of it must look alike.
//!
//! It has a nose in front, the larger ventricle on its left and a cerebellum below and behind. The map is positive on the left,
//! in front and above, negative on the right, behind and below.

use maplens::volume::{Affine, Volume};

/// Size and place of a volume.
#[derive(Clone, Copy)]
pub struct Place {
    pub shape: [usize; 3],
    pub world_from_voxel: Affine,
}

type Point = [f64; 3];

/// Voxels of 2 mm along the world's axes.
pub const STRAIGHT: Place = Place { shape: [22, 26, 20], world_from_voxel: diagonal([2.0; 3], [-21.0, -25.0, -19.0]) };

/// The same voxels, stored from right to left and from front to back.
pub const FLIPPED: Place = Place { shape: [22, 26, 20], world_from_voxel: diagonal([-2.0, -2.0, 2.0], [21.0, 25.0, -19.0]) };

/// The same voxels with the axes in the order z, x, y, the last one stored from front to back.
pub const PERMUTED: Place =
    Place { shape: [20, 22, 26], world_from_voxel: Affine([[0.0, 2.0, 0.0, -21.0], [0.0, 0.0, -2.0, 25.0], [2.0, 0.0, 0.0, -19.0]]) };

/// Voxels of 2 mm along axes that are turned by 16° about z and about x.
pub const OBLIQUE: Place = Place {
    shape: [28, 32, 28],
    world_from_voxel: Affine([[1.92, -0.5376, 0.1568, -19.704], [0.56, 1.8432, -0.5376, -28.872], [0.0, 0.56, 1.92, -34.6]]),
};

/// Voxels of 5 mm.
pub const COARSE: Place = Place { shape: [9, 11, 9], world_from_voxel: diagonal([5.0; 3], [-20.0, -25.0, -20.0]) };

/// Voxels of 2 mm of the right half only.
pub const RIGHT_HALF: Place = Place { shape: [11, 26, 20], world_from_voxel: diagonal([2.0; 3], [1.0, -25.0, -19.0]) };

const fn diagonal([x, y, z]: [f64; 3], [left, behind, below]: [f64; 3]) -> Affine {
    Affine([[x, 0.0, 0.0, left], [0.0, y, 0.0, behind], [0.0, 0.0, z, below]])
}

/// A volume whose voxels hold what is at their middles.
pub fn sampled(Place { shape, world_from_voxel }: Place, value: impl Fn(Point) -> f32) -> Volume {
    let [n_i, n_j, n_k] = shape;
    let voxels = (0..n_i).flat_map(|i| (0..n_j).flat_map(move |j| (0..n_k).map(move |k| [i, j, k])));
    let at = |voxel: [usize; 3]| world_from_voxel.apply(voxel.map(|index| index as f64));
    Volume::new(shape, voxels.map(|voxel| value(at(voxel))).collect(), world_from_voxel).unwrap()
}

/// The image: 0 around the head, up to 230 in it.
pub fn grey(point: Point) -> f32 {
    let [x, y, z] = point;
    let depth = depth(point);
    if depth > 1.0 {
        return if distance(point, [0.0, 23.0, -4.0]) < 4.0 { 90.0 } else { 0.0 };
    }
    let is_within = |half: [f64; 3], middle: Point| (0..3).all(|axis| (point[axis] - middle[axis]).abs() < half[axis]);
    if depth > 0.8 {
        120.0
    } else if depth > 0.66 {
        40.0
    } else if is_within([3.0, 8.0, 4.5], [-6.0, 1.0, 2.0]) || is_within([1.6, 4.5, 2.5], [4.5, 1.0, 2.0]) {
        25.0
    } else if y < -10.0 && z < -5.0 {
        150.0 + 30.0 * f32::from((z as i32 / 2) % 2 == 0)
    } else if x.abs() < 1.2 {
        70.0
    } else {
        195.0 + 2.0 * z as f32
    }
}

/// The map: 1 at most, −0.7 at least, and between them everywhere in the head a little.
pub fn saliency(point: Point) -> f32 {
    let bump = |middle: Point, radius: f64| (1.0 - (distance(point, middle) / radius).powi(2)).max(0.0) as f32;
    let weak = if depth(point) < 0.66 { 0.15 * (point[1] / 22.0) as f32 } else { 0.0 };
    bump([-10.0, 8.0, 5.0], 9.0) - 0.7 * bump([9.0, -9.0, -3.0], 8.0) + weak
}

/// The positive part of the map alone.
pub fn positive(point: Point) -> f32 {
    saliency(point).max(0.0)
}

/// A ball on the right.
pub fn mask(point: Point) -> f32 {
    f32::from(distance(point, [7.0, 3.0, 3.0]) < 7.0)
}

/// Three regions: 1 left behind, 2 right behind, which touches it, 3 in front.
pub fn labels(point: Point) -> f32 {
    let [x, y, z] = point;
    match () {
        () if depth(point) > 0.6 || z < -6.0 => 0.0,
        () if y > 9.0 => 3.0,
        () if y > -3.0 => 0.0,
        () if x < 0.0 => 1.0,
        () => 2.0,
    }
}

/// 1 on the surface of the head, 0 in its middle.
fn depth([x, y, z]: Point) -> f64 {
    (x / 18.0).powi(2) + (y / 22.0).powi(2) + (z / 16.0).powi(2)
}

fn distance(point: Point, other: Point) -> f64 {
    (0..3).map(|axis| (point[axis] - other[axis]).powi(2)).sum::<f64>().sqrt()
}

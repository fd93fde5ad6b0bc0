//! Where to cut: nilearn's automatic choices, and positions that users gave.

mod centre;
mod spread;

pub use centre::find_xyz_cut_coords;
pub use spread::find_cut_slices;

use super::figure::error::FigureError;
use super::{CutCoords, DisplayMode, Plane};
use crate::volume::Volume;

/// Number of cuts of a direction where none was asked for.
const DEFAULT_COUNT: usize = 7;

/// The panels of a figure, plane and millimetres, in nilearn's order of drawing.
///
/// # Errors
/// If cuts of this kind or number make no sense in this mode.
pub(super) fn panels(map: &Volume, mode: DisplayMode, cuts: &CutCoords, threshold: Option<f32>) -> Result<Vec<(Plane, f64)>, FigureError> {
    if mode == DisplayMode::Mosaic {
        return mosaic(map, cuts);
    }
    let Some(&plane) = mode.planes().first().filter(|_| !mode.meets_in_a_point()) else {
        return meeting(map, mode, cuts, threshold);
    };
    let positions = match cuts {
        CutCoords::Automatic => find_cut_slices(map, plane, DEFAULT_COUNT)?,
        CutCoords::Count(n_cuts) => find_cut_slices(map, plane, *n_cuts)?,
        CutCoords::Positions(positions) => without_repetition(positions),
    };
    if positions.is_empty() {
        return Err(FigureError::WrongCuts { mode: mode.name(), needed: "at least one coordinate in millimetres", found: 0 });
    }
    Ok(positions.into_iter().map(|position| (plane, position)).collect())
}

/// Panels that meet in a point. Coordinates are given in alphabetical order, whatever the order on the page.
fn meeting(map: &Volume, mode: DisplayMode, cuts: &CutCoords, threshold: Option<f32>) -> Result<Vec<(Plane, f64)>, FigureError> {
    let mut axes: Vec<usize> = mode.planes().iter().map(|plane| plane.normal_axis()).collect();
    axes.sort_unstable();
    let wrong = |found| {
        let needed = if axes.len() == 3 { "three coordinates in millimetres" } else { "two coordinates in millimetres" };
        Err(FigureError::WrongCuts { mode: mode.name(), needed, found })
    };
    let positions = match cuts {
        CutCoords::Automatic => {
            let point = find_xyz_cut_coords(map, threshold);
            axes.iter().map(|&axis| point[axis]).collect()
        }
        CutCoords::Count(_) => return wrong(1),
        CutCoords::Positions(positions) if positions.len() != axes.len() => return wrong(positions.len()),
        CutCoords::Positions(positions) => positions.clone(),
    };
    let position_of = |plane: Plane| axes.iter().zip(&positions).find(|(axis, _)| **axis == plane.normal_axis()).map_or(0.0, |(_, at)| *at);
    Ok(mode.planes().iter().map(|&plane| (plane, position_of(plane))).collect())
}

/// Panels of a mosaic: several cuts of each plane.
fn mosaic(map: &Volume, cuts: &CutCoords) -> Result<Vec<(Plane, f64)>, FigureError> {
    let mode = DisplayMode::Mosaic;
    let counts = match cuts {
        CutCoords::Automatic => [DEFAULT_COUNT; 3],
        CutCoords::Count(n_cuts) => [*n_cuts; 3],
        CutCoords::Positions(counts) => {
            let wrong = FigureError::WrongCuts { mode: mode.name(), needed: "three numbers of cuts, in x, y and z", found: counts.len() };
            let [x, y, z] = counts.as_slice() else { return Err(wrong) };
            if [x, y, z].iter().any(|count| count.fract() != 0.0 || **count < 1.0) {
                return Err(wrong);
            }
            [*x, *y, *z].map(|count| count as usize)
        }
    };
    let mut panels = Vec::new();
    for &plane in mode.planes() {
        let positions = find_cut_slices(map, plane, counts[plane.normal_axis()])?;
        panels.extend(positions.into_iter().map(|position| (plane, position)));
    }
    Ok(panels)
}

/// A cut that is named twice is one panel in nilearn, whose panels are keyed by their coordinate.
fn without_repetition(positions: &[f64]) -> Vec<f64> {
    let mut kept: Vec<f64> = Vec::new();
    for &position in positions {
        if !kept.contains(&position) {
            kept.push(position);
        }
    }
    kept
}

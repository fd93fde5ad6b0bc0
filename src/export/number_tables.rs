//! Numbers that were read off a map, as tab-separated tables: values in full, for scripts.

use crate::analysis::histogram::Histogram;
use crate::analysis::profile::Profile;
use crate::render::Plane;
use crate::tsv::bytes_of_rows;

/// The table of profiles, one row for each slice: the plane, where it lies in millimetres and in the map's grid, and the magnitudes of its voxels. `profiles`
/// are along x, y and z; planes come in the order of the page, slices in ascending millimetres.
pub fn profiles_tsv(profiles: &[Profile; 3]) -> Vec<u8> {
    let header = ["plane", "axis", "position_mm", "voxel_axis", "voxel_index", "n_voxels", "sum_abs", "mean_abs", "max_abs"];
    let of_plane = |plane: Plane| {
        let profile = &profiles[plane.normal_axis()];
        (0..profile.n_slices()).map(move |place| slice_row(plane, profile, place))
    };
    table(&header, Plane::ALL.into_iter().flat_map(of_plane))
}

/// The table of a histogram, one row for each bin: its ends (the lower one is in it, of the last bin both are) and how many voxels have such a value.
pub fn histogram_tsv(histogram: &Histogram) -> Vec<u8> {
    let row = |(bin, count): (usize, &u32)| {
        let [low, high] = histogram.ends(bin);
        vec![low.to_string(), high.to_string(), count.to_string()]
    };
    table(&["from", "to", "n_voxels"], histogram.counts.iter().enumerate().map(row))
}

fn slice_row(plane: Plane, profile: &Profile, place: usize) -> Vec<String> {
    vec![
        plane.name().to_owned(),
        ["x", "y", "z"][plane.normal_axis()].to_owned(),
        profile.position_mm(place).to_string(),
        ["i", "j", "k"].get(profile.voxel_axis).copied().unwrap_or_default().to_owned(),
        profile.turned(place).to_string(),
        profile.n_voxels.to_string(),
        profile.sums.get(place).copied().unwrap_or_default().to_string(),
        profile.mean(place).to_string(),
        profile.largest.get(place).copied().unwrap_or_default().to_string(),
    ]
}

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let header = header.iter().map(|name| (*name).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(rows).collect();
    bytes_of_rows(rows.iter())
}

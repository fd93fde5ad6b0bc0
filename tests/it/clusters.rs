//! Clusters of maps against nilearn (reference/make_cluster_fixtures.py), and by hand.

use maplens::analysis::clusters::{Cluster, ClusterError, ClusterRule, Clusters, Finding, VoxelBits, blank_voxels};
use maplens::export::sha256_hex;
use maplens::volume::{Affine, Grid, nifti};
use serde::Deserialize;

use crate::fixtures;

/// Both multiply the same float64 numbers; nilearn in another order.
const SAME_MM: f64 = 1e-9;

/// nilearn takes the voxel's volume from the header's float32 steps, and cuts what it gives to whole numbers.
const SAME_VOLUME: f64 = 1e-5;

#[derive(Deserialize)]
struct Case {
    map: String,
    threshold: f32,
    min_voxels: usize,
    rows: Vec<Row>,
    n_voxels: usize,
    n_hidden: usize,
    hidden: String,
}

#[derive(Deserialize)]
struct Row {
    mm: [f64; 3],
    peak_value: f32,
    mm3: f64,
}

#[test]
fn clusters_are_those_of_nilearn() {
    let cases: Vec<Case> = fixtures::cases("tests/data/clusters/cases.json");
    assert_eq!(cases.len(), 40);
    for case in cases {
        let about = format!("{} above {}, {} voxels or more", case.map, case.threshold, case.min_voxels);
        let map = nifti::read(&case.map, &fixtures::bytes(&format!("tests/data/figures/{}.nii.gz", case.map))).unwrap();
        let rule = ClusterRule { threshold: case.threshold, min_voxels: case.min_voxels };
        let found = Clusters::of(map.data(), map.grid(), rule).unwrap();
        check_rows(&found.large, case.rows, &about);
        assert_eq!((found.n_voxels, found.small_voxels.count), (case.n_voxels, case.n_hidden), "{about}");
        let mut bits = found.small_voxels.bytes;
        bits.resize(map.data().len().div_ceil(8), 0);
        assert_eq!(sha256_hex(&bits), case.hidden, "{about}: other voxels are hidden");
    }
}

/// nilearn lists one sign after the other.
fn check_rows(found: &[Cluster], mut rows: Vec<Row>, about: &str) {
    rows.sort_by(|a, b| b.peak_value.abs().total_cmp(&a.peak_value.abs()));
    assert_eq!(found.len(), rows.len(), "{about}");
    for (found, row) in found.iter().zip(rows) {
        assert_eq!(found.peak_value, row.peak_value, "{about}");
        for (own, expected) in found.peak_mm.iter().zip(row.mm) {
            assert!((own - expected).abs() < SAME_MM, "{about}: {found:?}, not {:?}", row.mm);
        }
        let whole = |mm3: f64| (mm3 * (1.0 + SAME_VOLUME)).floor();
        assert!([whole(found.mm3), found.mm3.floor(), (found.mm3 * (1.0 - SAME_VOLUME)).floor()].contains(&row.mm3), "{about}: {found:?}");
    }
}

/// 2 mm voxels, x turned round.
fn row_of(n: usize) -> Grid {
    Grid { shape: [1, 1, n], world_from_voxel: Affine([[0.0, 0.0, -2.0, 10.0], [2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 5.0]]) }
}

fn find(values: &[f32], threshold: f32, min_voxels: usize) -> Clusters {
    Clusters::of(values, row_of(values.len()), ClusterRule { threshold, min_voxels }).unwrap()
}

#[test]
fn neighbours_of_other_sign_are_apart_and_what_equals_the_threshold_is_in_none() {
    let found = find(&[2.0, 3.0, -4.0, 1.0, 1.5, -1.0, -2.0], 1.0, 0);
    let told: Vec<_> = found.large.iter().map(|cluster| (cluster.peak_value, cluster.n_voxels, cluster.peak_voxel[2])).collect();
    assert_eq!(told, [(-4.0, 1, 2), (3.0, 2, 1), (-2.0, 1, 6), (1.5, 1, 4)]);
    assert_eq!((found.large[1].peak_mm, found.large[1].mm3), ([8.0, 0.0, 5.0], 16.0));
    assert_eq!((found.n_voxels, found.n_small, found.small_voxels), (5, 0, VoxelBits::default()));
}

#[test]
fn of_equal_peaks_the_first_voxel_counts() {
    let found = find(&[2.0, 2.0, 0.0, -2.0, 2.0], 0.5, 1);
    assert_eq!(found.large.iter().map(|cluster| cluster.peak_voxel[2]).collect::<Vec<_>>(), [0, 3, 4]);
}

#[test]
fn small_clusters_are_counted_and_their_voxels_kept() {
    let found = find(&[2.0, 3.0, 0.0, -4.0, 0.0, 9.0, 0.0, 0.0, 0.0, 1.0], 0.5, 2);
    assert_eq!(found.large.iter().map(|cluster| cluster.peak_value).collect::<Vec<_>>(), [3.0]);
    assert_eq!((found.n_voxels, found.n_small, found.small_voxels.count), (2, 3, 3));
    let small: Vec<usize> = (0..10).filter(|&voxel| found.small_voxels.contains(voxel)).collect();
    assert_eq!((small, found.small_voxels.bytes), (vec![3, 5, 9], vec![0b0010_1000, 0b10]));
}

#[test]
fn blanked_voxels_are_those_of_the_bits() {
    let found = find(&[2.0, 3.0, 0.0, -4.0, 0.0, 9.0, 0.0, 0.0, 0.0, 1.0], 0.5, 2);
    let mut values = [1.0; 10];
    blank_voxels(&mut values, &found.small_voxels.bytes);
    assert_eq!(values.map(f32::is_nan).map(usize::from), [0, 0, 0, 1, 0, 1, 0, 0, 0, 1]);
}

#[test]
fn what_is_not_finite_is_in_no_cluster() {
    let found = find(&[2.0, f32::NAN, 3.0, f32::INFINITY, f32::NEG_INFINITY], 0.0, 2);
    assert_eq!((found.large.len(), found.n_small, found.small_voxels.count), (0, 2, 2));
}

#[test]
fn an_empty_map_has_no_clusters_and_a_threshold_above_all_finds_none() {
    assert_eq!(find(&[], 0.0, 1), Clusters::default());
    assert_eq!(find(&[0.0; 4], 0.0, 1), Clusters::default());
    assert_eq!(find(&[1.0, -2.0], 2.0, 5), Clusters::default());
}

#[test]
fn what_cannot_be_looked_through_is_said() {
    let error = |values: &[f32], threshold: f32| {
        Finding::begin(values, row_of(2), ClusterRule { threshold, min_voxels: 1 }).err().unwrap().to_string()
    };
    assert_eq!(error(&[1.0; 3], 0.0), ClusterError::Size { expected: 2, found: 3 }.to_string());
    assert_eq!(error(&[1.0; 2], -0.5), "a threshold of -0.5 has no clusters above it: choose 0 or more");
    assert!(error(&[1.0; 2], f32::NAN).contains("NaN"));
}

#[test]
fn a_large_map_is_looked_through_in_many_steps() {
    let shape = [128, 128, 128];
    let values: Vec<f32> = (0..shape.iter().product()).map(|index: usize| if index.is_multiple_of(3) { -1.0 } else { 1.0 }).collect();
    let rule = ClusterRule { threshold: 0.5, min_voxels: 2 };
    let mut finding = Finding::begin(&values, Grid { shape, world_from_voxel: Affine::IDENTITY }, rule).unwrap();
    let mut n_steps = 1;
    let found = loop {
        if let Some(found) = finding.step() {
            break found;
        }
        n_steps += 1;
    };
    assert!(n_steps >= 7, "{n_steps} steps");
    assert_eq!(found.n_voxels + found.small_voxels.count, values.len());
}

//! Numbers that are read off single maps, against numpy and nibabel (reference/make_number_fixtures.py).

use maplens::analysis::histogram::{Histogram, N_BINS};
use maplens::analysis::profile::{Profile, profiles};
use maplens::analysis::rank_table::RankTable;
use maplens::export::number_tables::{histogram_tsv, profiles_tsv};
use maplens::render::{MagnitudeSample, Threshold, View};
use maplens::tsv::Table;
use maplens::volume::{Affine, Grid};
use serde::Deserialize;

use crate::fixtures;
use crate::murmur::noise;

/// Float64 sums of a slice's magnitudes in two orders, and a number of the fixtures that is read to within its last bit.
const ROUNDING: f64 = 1e-13;

/// Positions are products and sums of a few float64.
const PLACE_MM: f64 = 1e-12;

#[derive(Deserialize)]
struct Case {
    name: String,
    shape: [usize; 3],
    world_from_voxel: [[f64; 4]; 3],
    sample: std::collections::BTreeMap<usize, f32>,
    extremes: [f32; 2],
    profiles: [Slices; 3],
    histogram: Bins,
    percents: Vec<(f32, f64)>,
}

#[derive(Deserialize)]
struct Slices {
    voxel_axis: usize,
    position_mm: Vec<f64>,
    sum: Vec<f64>,
    mean: Vec<f64>,
    largest: Vec<f32>,
}

#[derive(Deserialize)]
struct Bins {
    low: f32,
    high: f32,
    counts: Vec<u32>,
}

fn map(name: &str, n: usize) -> Vec<f32> {
    let make: fn(f32, f32) -> f32 = match name {
        "noise" => |a, _| a,
        "peaked" => |a, b| a * a * a * (b * b),
        "rectified" => |a, _| if a > 0.25 { a - 0.25 } else { 0.0 },
        "negative" => |a, _| if a > 0.0 { -a * 2.0_f32.powi(-40) } else { 0.0 },
        "offset" => |a, _| a + 1000.0,
        "levels" => |a, _| (a * 8.0).round_ties_even() / 4.0,
        "zeros" => |_, _| 0.0,
        "constant" => |_, _| -0.1,
        other => panic!("no map {other}"),
    };
    noise(n, 5).into_iter().zip(noise(n, 6)).map(|(a, b)| make(a, b)).collect()
}

fn each_case(check: fn(&str, &Case, &[f32])) {
    let cases: Vec<Case> = fixtures::cases("tests/data/numbers/cases.json");
    assert_eq!(cases.len(), 12);
    for case in &cases {
        let about = format!("{} of {:?}", case.name, case.shape);
        let values = map(&case.name, case.shape.iter().product());
        for (&index, value) in &case.sample {
            assert_eq!(values[index], *value, "{about}: the formulas differ at {index}");
        }
        check(&about, case, &values);
    }
}

fn is_close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= ROUNDING * expected.abs()
}

fn check_profile(about: &str, found: &Profile, expected: &Slices) {
    assert_eq!(found.voxel_axis, expected.voxel_axis, "{about}");
    assert_eq!(found.largest, expected.largest, "{about}");
    assert_eq!(found.n_slices(), expected.sum.len(), "{about}");
    for place in 0..found.n_slices() {
        assert!(is_close(found.sums[place], expected.sum[place]), "{about}: sum {} at {place}", found.sums[place]);
        assert!(is_close(found.mean(place), expected.mean[place]), "{about}: mean {} at {place}", found.mean(place));
        let position = found.position_mm(place);
        assert!((position - expected.position_mm[place]).abs() < PLACE_MM, "{about}: {position} mm at {place}");
    }
}

#[test]
fn profiles_are_those_of_numpy_in_the_order_of_the_head() {
    each_case(|about, case, values| {
        let grid = Grid { shape: case.shape, world_from_voxel: Affine(case.world_from_voxel) };
        let found = profiles(values, &grid);
        for (axis, (found, expected)) in found.iter().zip(&case.profiles).enumerate() {
            check_profile(&format!("{about}, axis {axis}"), found, expected);
        }
    });
}

#[test]
fn histograms_are_those_of_numpy() {
    each_case(|about, case, values| {
        let found = Histogram::of(values);
        assert_eq!(found.extremes, case.extremes, "{about}");
        assert_eq!((found.low, found.high), (case.histogram.low, case.histogram.high), "{about}");
        assert_eq!(found.counts, case.histogram.counts, "{about}");
        assert_eq!(found.n_values(), values.len() as u64, "{about}");
        assert_eq!(found.constant(), (case.extremes[0] == case.extremes[1]).then_some(case.extremes[0]), "{about}");
    });
}

#[test]
fn percentages_are_those_of_numpy_to_the_stated_resolution() {
    each_case(|about, case, values| {
        let table = RankTable::of(values);
        assert!(table.magnitudes.len() <= 2200, "{about}: {} magnitudes", table.magnitudes.len());
        for (magnitude, percent) in &case.percents {
            let found = table.percent_below(*magnitude);
            assert!((found - percent).abs() < RankTable::RESOLUTION, "{about}: {found} % below {magnitude}, not {percent}");
        }
    });
}

#[test]
fn what_ties_and_what_few_voxels_have_is_exact() {
    for name in ["rectified", "levels", "zeros", "constant"] {
        let values = map(name, 30_000);
        let table = RankTable::of(&values);
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        assert_eq!(table.percent_below(0.0), 0.0, "{name}");
        let after_zeros = table.percent_below(f32::from_bits(1));
        assert!((after_zeros - 100.0 * zeros as f64 / 30_000.0).abs() < 1e-12, "{name}: {after_zeros} % are 0");
    }
    let few = map("peaked", 900);
    let table = RankTable::of(&few);
    for value in &few {
        let below = few.iter().filter(|other| other.abs() < value.abs()).count();
        assert!((table.percent_below(value.abs()) - 100.0 * below as f64 / 900.0).abs() < 1e-12, "{value}");
    }
}

#[test]
fn no_values_and_the_largest_ones_are_counted_without_a_panic() {
    assert_eq!(RankTable::of(&[]).percent_below(1.0), 0.0);
    assert_eq!(Histogram::of(&[]).counts, vec![0; N_BINS]);
    let largest = RankTable::of(&[0.0, f32::MAX]);
    assert!(largest.magnitudes.iter().all(|magnitude| magnitude.is_finite()), "infinity is none of the numbers that JSON has");
    assert_eq!(largest.percent_below(f32::MAX), 50.0);
    assert_eq!(Histogram::of(&[f32::MAX, -1.0]).counts[N_BINS - 1], 1);
    let grid = Grid { shape: [0, 3, 2], world_from_voxel: Affine::from_diagonal([1.0; 3], [0.0; 3]) };
    assert_eq!(profiles(&[], &grid).map(|profile| profile.n_slices()), [0, 3, 2]);
}

#[test]
fn a_point_is_in_the_slice_whose_middle_is_nearest() {
    let grid = Grid { shape: [4, 5, 6], world_from_voxel: Affine::from_diagonal([-2.0, 1.0, 1.0], [10.0, 0.0, 0.0]) };
    let [x, y, _] = profiles(&map("noise", 120), &grid);
    assert_eq!((x.is_reversed, x.first_mm, x.step_mm), (true, 4.0, 2.0));
    assert_eq!(x.place_of([0.0; 3]), Some(3), "the first index is the rightmost slice");
    assert_eq!([-0.6, -0.5, 3.49, 3.5].map(|i| x.place_of([i, 0.0, 0.0])), [None, Some(3), Some(0), None]);
    assert_eq!((y.turned(1), x.turned(1), x.turned(x.turned(1))), (1, 2, 1));
}

#[test]
fn tables_hold_the_numbers_in_full() {
    let values = map("peaked", 120);
    let grid = Grid { shape: [4, 5, 6], world_from_voxel: Affine::from_diagonal([-2.0, 1.0, 1.0], [10.0, 0.0, 0.0]) };
    let profiles = profiles(&values, &grid);
    let table = Table::read("profiles.tsv", &profiles_tsv(&profiles)).unwrap();
    assert_eq!(table.len(), 4 + 5 + 6);
    // Coronal slices come first, then sagittal ones, whose first is the last index.
    let first_sagittal =
        ["plane", "axis", "position_mm", "voxel_axis", "voxel_index", "n_voxels"].map(|column| table.get(5, column).unwrap());
    assert_eq!(first_sagittal, ["sagittal", "x", "4", "i", "3", "30"]);
    let number = |column: &str| table.get(5, column).unwrap().parse::<f64>().unwrap();
    let expected = (profiles[0].sums[0], profiles[0].mean(0), f64::from(profiles[0].largest[0]));
    assert_eq!((number("sum_abs"), number("mean_abs"), number("max_abs") as f32 as f64), expected);
    let histogram = Histogram::of(&values);
    let table = Table::read("histogram.tsv", &histogram_tsv(&histogram)).unwrap();
    assert_eq!((table.len(), table.get(N_BINS / 2, "from"), table.get(N_BINS / 2 - 1, "to")), (N_BINS, Some("0"), Some("0")));
    let counts: u32 = table.column("n_voxels").unwrap().map(|count| count.parse::<u32>().unwrap()).sum();
    assert_eq!(counts, 120);
}

#[test]
fn a_dragged_threshold_stays_where_it_was_put() {
    let sample = MagnitudeSample::new(&map("peaked", 5000));
    let largest = sample.percentile(100.0);
    for share in [0.003, 0.1, 0.5, 0.9, 0.999] {
        let magnitude = share * largest;
        let found = sample.percentile(sample.percent_of(magnitude));
        assert!((found - magnitude).abs() <= 1e-6 * largest, "{found}, not {magnitude}");
    }
    let levels = MagnitudeSample::new(&[0.0, 0.0, 0.0, 1.0, -1.0]);
    assert_eq!([-1.0, 0.0, 0.5, 1.0, 2.0].map(|magnitude| levels.percent_of(magnitude)), [0.0, 50.0, 62.5, 100.0, 100.0]);
    let threshold = Threshold::percentile(99.937_218_4);
    let view = View { threshold, ..View::default() };
    assert_eq!(View::from_fragment(&view.to_fragment()), view);
}

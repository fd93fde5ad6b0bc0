//! Two maps in numbers, against scipy and numpy (reference/make_comparison_fixtures.py).

use maplens::analysis::comparison::{ComparisonError, Correlating, Pair, Voxels, difference};
use serde::Deserialize;

use crate::fixtures;
use crate::murmur::noise;

/// Sums of 125,000 float64 products in two orders: √n · 2⁻⁵³ ≈ 4e-14. (scipy's own result for `levels` is 2e-15 from that in
/// exact fractions.)
const ROUNDING: f64 = 1e-13;

/// A number of the fixtures is read to within its last bit.
const READING: f64 = f64::EPSILON;

#[derive(Deserialize)]
struct Case {
    name: String,
    n: usize,
    voxels: Voxels,
    sample: std::collections::BTreeMap<usize, [f32; 2]>,
    n_voxels: usize,
    pearson: f64,
    spearman: f64,
    largest_difference: f32,
    overlap: Vec<Top>,
}

#[derive(Deserialize)]
struct Top {
    percent: f64,
    n_top: [usize; 2],
    n_both: usize,
    dice: f64,
}

fn maps(name: &str, n: usize) -> [Vec<f32>; 2] {
    let (a, b) = (noise(n, 1), noise(n, 2));
    let both = |make: fn(f32, f32) -> [f32; 2]| {
        let pairs: Vec<[f32; 2]> = a.iter().zip(&b).map(|(&a, &b)| make(a, b)).collect();
        [0, 1].map(|map| pairs.iter().map(|pair| pair[map]).collect())
    };
    match name {
        "tiny" => [vec![3.0, -1.0, 0.0, 3.0, -0.0, 0.5, -1.0, 7.0], vec![1.0, -2.0, -0.0, 4.0, 0.0, 4.0, -2.0, 4.0]],
        "noise" => both(|a, b| [a, a * 0.5 + b]),
        "levels" => both(|a, b| [(a * 16.0).floor(), ((a + b) * 4.0).floor()]),
        "zeros" => both(|a, b| [if a > 0.25 { a } else { 0.0 }, if a + b * 0.5 > 0.25 { b } else { 0.0 }]),
        "cubes" => both(|a, _| [a, -(a * a * a)]),
        "offset" => both(|a, b| [a + 1000.0, b + a - 2000.0]),
        "faint" => both(|a, b| [a * 2.0_f32.powi(-80), b * 2.0_f32.powi(-90) - a * 2.0_f32.powi(-90)]),
        other => panic!("no maps {other}"),
    }
}

#[test]
fn correlations_and_overlaps_are_those_of_scipy_and_numpy() {
    let cases: Vec<Case> = fixtures::cases("tests/data/comparison/cases.json");
    assert_eq!(cases.len(), 9);
    for case in cases {
        let about = format!("{} of {}, {:?}", case.name, case.n, case.voxels);
        let [first, second] = maps(&case.name, case.n);
        for (&index, values) in &case.sample {
            assert_eq!([first[index], second[index]], *values, "{about}: the formulas differ at {index}");
        }
        let pair = Pair::new(&first, &second, case.voxels).unwrap();
        let found = pair.correlations();
        assert_eq!((found.n_voxels, found.largest_difference), (case.n_voxels, case.largest_difference), "{about}");
        for (found, expected) in [(found.pearson, case.pearson), (found.spearman, case.spearman)] {
            let found = found.unwrap();
            assert!((found - expected).abs() <= ROUNDING, "{about}: {found}, not {expected}");
        }
        for top in case.overlap {
            let found = pair.overlap(top.percent).unwrap();
            assert_eq!((found.n_top, found.n_both), (top.n_top, top.n_both), "{about}: {} %", top.percent);
            assert!((found.dice.unwrap() - top.dice).abs() <= READING, "{about}: {found:?}, not {}", top.dice);
        }
    }
}

#[test]
fn a_map_goes_together_with_itself_and_against_its_negative() {
    let map = noise(1000, 3);
    let negative: Vec<f32> = map.iter().map(|value| -value).collect();
    let same = Pair::new(&map, &map, Voxels::All).unwrap();
    let turned = Pair::new(&map, &negative, Voxels::All).unwrap();
    for (pair, sign) in [(same, 1.0), (turned, -1.0)] {
        let found = pair.correlations();
        assert!((found.pearson.unwrap() - sign).abs() <= ROUNDING && (found.spearman.unwrap() - sign).abs() <= ROUNDING, "{found:?}");
        // By magnitude a map and its negative have the same strongest voxels.
        assert_eq!(pair.overlap(5.0).unwrap().dice, Some(1.0));
    }
    assert!(difference(&map, &map).iter().all(|value| *value == 0.0));
    assert_eq!(difference(&[1.0, 2.0], &[0.25, 4.0]), [0.75, -2.0]);
}

#[test]
fn a_constant_map_correlates_with_nothing() {
    let (map, flat, zeros) = (noise(100, 4), vec![0.1; 100], vec![0.0; 100]);
    let found = Pair::new(&map, &flat, Voxels::All).unwrap().correlations();
    assert_eq!((found.pearson, found.spearman, found.is_constant), (None, None, [false, true]));
    let empty = Pair::new(&zeros, &zeros, Voxels::EitherNonZero).unwrap();
    let found = empty.correlations();
    assert_eq!((found.n_voxels, found.pearson, found.is_constant), (0, None, [true; 2]));
    assert_eq!(empty.overlap(5.0).unwrap().dice, None);
    // Nothing of a map of zeros is strong, however large the share.
    let found = Pair::new(&zeros, &flat, Voxels::All).unwrap().overlap(100.0).unwrap();
    assert_eq!((found.n_top, found.n_both, found.dice), ([0, 100], 0, Some(0.0)));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let error = |first: &[f32], second: &[f32]| Pair::new(first, second, Voxels::All).err().unwrap().to_string();
    assert_eq!(error(&[1.0; 2], &[1.0; 3]), "maps of 2 and 3 values cannot be compared voxel by voxel");
    assert_eq!(error(&[1.0; 2], &[f32::NAN, f32::INFINITY]), "2 values of the second map are not finite numbers");
    assert_eq!(error(&[f32::NAN, 0.0], &[0.0; 2]), "1 values of the first map are not finite numbers");
    let pair = Pair::new(&[1.0, 2.0], &[2.0, 1.0], Voxels::All).unwrap();
    for percent in [0.0, -1.0, 100.1, f64::NAN] {
        assert!(matches!(pair.overlap(percent), Err(ComparisonError::Percent { .. })), "{percent}");
    }
}

#[test]
fn large_maps_are_compared_in_many_steps() {
    let [first, second] = maps("noise", 50 * 50 * 50);
    let mut correlating = Correlating::begin(Pair::new(&first, &second, Voxels::All).unwrap());
    let n_steps = std::iter::from_fn(|| correlating.step().is_none().then_some(())).count();
    assert!(n_steps >= 8, "{n_steps} steps");
}

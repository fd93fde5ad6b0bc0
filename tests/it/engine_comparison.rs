//! Maps that are kept beside each other: what the engine says they have in common, whatever is opened meanwhile.

use maplens::analysis::comparison::{Correlations, Overlap, Voxels};
use maplens::engine::RequestFiles;
use maplens::pace::Stage;
use maplens::protocol::{Comparison, ComparisonOutcome, ComparisonRequest, Event, Explanation, MapIdentity, Method, Request};

use crate::engine::{Client, explain};
use crate::fixtures;

/// Sums of some hundred thousand float64 products in two orders.
const ROUNDING: f64 = 1e-12;

/// Another model on the demo's images.
fn open_fixture(client: &mut Client, maps: &str) {
    let given = RequestFiles::Demo { model: fixtures::tree_of(maps), images: fixtures::tree_of("www/demo/caps") };
    let (event, _) = client.send(Request::OpenDemo { base_url: String::new() }, given);
    assert!(matches!(event, Event::Participants(_)), "{event:?}");
}

fn of_node(participant: &str, target: usize) -> Explanation {
    let Request::Explain(explanation) = explain(participant, Method::Gradients) else { panic!("it asks for a map") };
    Explanation { target, ..explanation }
}

/// Computes a map and keeps it.
fn keep(client: &mut Client, number: u32, explanation: Explanation) -> Vec<f32> {
    let (ready, values) = client.map_for(Request::Explain(explanation));
    let (event, _) = client.send(Request::KeepMap { number, map: ready.identity() }, RequestFiles::Nothing);
    assert!(matches!(&event, Event::KeptMaps(numbers) if numbers.last() == Some(&number)), "{event:?}");
    values
}

fn compare(client: &mut Client, maps: [u32; 2], top_percent: f64) -> Event {
    client.send(Request::CompareMaps(ComparisonRequest { maps, voxels: Voxels::All, top_percent }), RequestFiles::Nothing).0
}

fn outcome(client: &mut Client, maps: [u32; 2], top_percent: f64) -> ComparisonOutcome {
    match compare(client, maps, top_percent) {
        Event::Compared(comparison) => {
            let Comparison { asked, outcome } = *comparison;
            assert_eq!(asked, ComparisonRequest { maps, voxels: Voxels::All, top_percent });
            outcome
        }
        event => panic!("{event:?}"),
    }
}

fn numbers(client: &mut Client, maps: [u32; 2], top_percent: f64) -> (Correlations, Overlap) {
    match outcome(client, maps, top_percent) {
        ComparisonOutcome::Numbers(correlations, overlap) => (correlations, overlap),
        other => panic!("{other:?}"),
    }
}

/// Pearson's coefficient as the textbook has it.
fn pearson(first: &[f64], second: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (a, b) = (mean(first), mean(second));
    let sum = |term: fn(f64, f64) -> f64| first.iter().zip(second).map(|(x, y)| term(x - a, y - b)).sum::<f64>();
    sum(|x, y| x * y) / (sum(|x, _| x * x) * sum(|_, y| y * y)).sqrt()
}

/// Spearman's coefficient by counting on sorted values. Ranks are doubled, so that all sums are whole numbers and exact: one long
/// float64 sum of squared ranks is off by more than what is compared.
fn spearman(first: &[f32], second: &[f32]) -> f64 {
    let centred = |values: &[f32]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f32::total_cmp);
        let doubled = |value: &f32| sorted.partition_point(|x| x < value) + sorted.partition_point(|x| x <= value) + 1;
        values.iter().map(|value| doubled(value) as i128 - (values.len() as i128 + 1)).collect::<Vec<_>>()
    };
    let (a, b) = (centred(first), centred(second));
    let sum = |a: &[i128], b: &[i128]| a.iter().zip(b).map(|(x, y)| x * y).sum::<i128>() as f64;
    sum(&a, &b) / (sum(&a, &a).sqrt() * sum(&b, &b).sqrt())
}

#[test]
fn two_nodes_and_two_participants_are_compared() {
    let mut client = Client::with_demo();
    let first = keep(&mut client, 7, of_node("sub-TRIV24", 0));
    let second = keep(&mut client, 8, of_node("sub-TRIV24", 1));
    let other = keep(&mut client, 9, of_node("sub-TRIV25", 0));
    for (pair, values) in [([7, 8], &second), ([7, 9], &other)] {
        let (found, overlap) = numbers(&mut client, pair, 5.0);
        let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
        assert_eq!(found.n_voxels, first.len());
        assert!((found.pearson.unwrap() - pearson(&wide(&first), &wide(values))).abs() < ROUNDING, "{found:?}");
        assert!((found.spearman.unwrap() - spearman(&first, values)).abs() < ROUNDING, "{found:?}");
        let (n_wanted, n_top) = (first.len().div_ceil(20), overlap.n_top);
        // Few magnitudes of gradients tie.
        assert!(n_top.iter().all(|n| (n_wanted..n_wanted + 10).contains(n)), "{overlap:?}");
    }
    assert!(!client.stages().is_empty() && client.stages().iter().all(|stage| *stage == Stage::Comparing), "its progress is reported");
    let (known, _) = numbers(&mut client, [7, 9], 5.0);
    let (again, overlap) = numbers(&mut client, [7, 9], 100.0);
    assert_eq!(known, again);
    assert_eq!(overlap.n_both, first.iter().zip(&other).filter(|(a, b)| **a != 0.0 && **b != 0.0).count());
}

#[test]
fn kept_maps_outlive_their_model_and_are_four_at_most() {
    let mut client = Client::with_demo();
    keep(&mut client, 1, of_node("sub-TRIV24", 0));
    keep(&mut client, 2, of_node("sub-TRIV24", 1));
    let before = numbers(&mut client, [1, 2], 5.0);
    open_fixture(&mut client, "tests/fixtures/maps/image_sr5_conv5");
    keep(&mut client, 3, of_node("sub-TRIV24", 0));
    assert_eq!(outcome(&mut client, [1, 3], 5.0), ComparisonOutcome::OtherGrid, "the scan's fifth voxels against its own");
    assert_eq!(numbers(&mut client, [1, 2], 5.0), before);
    assert_eq!(outcome(&mut client, [1, 12], 5.0), ComparisonOutcome::Gone(12));
    keep(&mut client, 4, of_node("sub-TRIV24", 1));
    let map = client.last_map();
    let fifth = client.failure(Request::KeepMap { number: 5, map: map.clone() }, RequestFiles::Nothing);
    assert_eq!(fifth.what, "4 maps are kept already, which is the most");
    client.send(Request::ForgetMap { number: 1 }, RequestFiles::Nothing);
    let (event, _) = client.send(Request::KeepMap { number: 5, map }, RequestFiles::Nothing);
    assert_eq!(event, Event::KeptMaps(vec![2, 3, 4, 5]));
    assert_eq!(outcome(&mut client, [1, 2], 5.0), ComparisonOutcome::Gone(1), "what is forgotten is gone, with its numbers");
    let (same, overlap) = numbers(&mut client, [4, 5], 1.0);
    assert!((same.pearson.unwrap() - 1.0).abs() < ROUNDING && overlap.dice == Some(1.0));
}

#[test]
fn what_is_not_the_last_map_is_not_kept_for_it() {
    let mut client = Client::with_demo();
    client.map_for(Request::Explain(of_node("sub-TRIV24", 0)));
    let other = MapIdentity { explanation: of_node("sub-TRIV24", 1), ..client.last_map() };
    let failure = client.failure(Request::KeepMap { number: 1, map: other }, RequestFiles::Nothing);
    assert_eq!(failure.what, "this map is not the last one any more");
}

#[test]
fn comparing_is_cancelled_and_a_bad_share_is_refused() {
    let mut client = Client::with_demo();
    keep(&mut client, 1, of_node("sub-TRIV24", 0));
    keep(&mut client, 2, of_node("sub-TRIV24", 1));
    for n_steps in [0, 1, 2, 4] {
        client.cancel_after(n_steps);
        assert_eq!(compare(&mut client, [1, 2], 5.0), Event::Cancelled, "after {n_steps} steps");
    }
    client.cancel_after(usize::MAX);
    let refused = compare(&mut client, [1, 2], 0.0);
    assert!(matches!(&refused, Event::Failed(failure) if failure.what.contains("strongest 0 %")), "{refused:?}");
    numbers(&mut client, [1, 2], 5.0);
}

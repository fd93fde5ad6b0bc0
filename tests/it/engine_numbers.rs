//! Numbers that the engine reads off the last map: of which channel, of which map, and what stops it.

use std::rc::Rc;

use maplens::analysis::histogram::Histogram;
use maplens::analysis::profile::profiles;
use maplens::analysis::rank_table::RankTable;
use maplens::engine::RequestFiles;
use maplens::files::{FileSource, MemoryFile};
use maplens::protocol::{Event, Explanation, MapIdentity, MapNumbers, MapReady, Method, Request};
use maplens::volume::{Affine, Grid};

use crate::engine::{Client, explain, identity_of_demo};
use crate::fixtures;

fn gradients_of(participant: &str) -> Explanation {
    let Request::Explain(explanation) = explain(participant, Method::Gradients) else { panic!("it asks for a map") };
    explanation
}

fn measure(client: &mut Client, map: &MapIdentity, channel: usize) -> Event {
    client.send(Request::MeasureMap { map: map.clone(), channel }, RequestFiles::Nothing).0
}

fn numbers(client: &mut Client, channel: usize) -> MapNumbers {
    let map = client.last_map();
    match measure(client, &map, channel) {
        Event::Numbers(numbers) => *numbers,
        event => panic!("{event:?}"),
    }
}

/// What is to be read off the voxels that the page got.
fn expected(ready: &MapReady, values: &[f32], channel: usize) -> MapNumbers {
    let grid = Grid { shape: ready.header.shape, world_from_voxel: Affine(ready.header.world_from_voxel) };
    let values = values.chunks(values.len() / ready.channels).nth(channel).unwrap();
    MapNumbers { channel, profiles: profiles(values, &grid), histogram: Histogram::of(values), ranks: RankTable::of(values) }
}

#[test]
fn numbers_are_of_the_last_map_and_in_its_place() {
    let mut client = Client::with_demo();
    let (ready, values) = client.map_for(Request::Explain(gradients_of("sub-TRIV24")));
    let found = numbers(&mut client, 0);
    assert_eq!(found, expected(&ready, &values, 0));
    let sums = found.profiles.each_ref().map(|profile| profile.sums.iter().sum::<f64>());
    let total: f64 = values.iter().map(|value| f64::from(value.abs())).sum();
    assert!(sums.iter().all(|sum| (sum / total - 1.0).abs() < 1e-12), "all slices of a direction hold all there is: {sums:?}");
    let failure = client.failure(Request::MeasureMap { map: ready.identity(), channel: 1 }, RequestFiles::Nothing);
    assert_eq!(failure.what, "the map has no channel 1");
}

#[test]
fn each_channel_has_its_own_numbers() {
    let mut client = Client::with_demo();
    let archive: Rc<dyn FileSource> = Rc::new(MemoryFile(fixtures::bytes("tests/fixtures/maps/slice_sag_resnet18.tar.gz").into()));
    let (event, _) = client.send(Request::OpenModel, RequestFiles::Files(vec![("slice_sag_resnet18.tar.gz".to_owned(), archive)]));
    assert!(matches!(event, Event::Model(_)), "{event:?}");
    let (ready, values) = client.map_for(Request::Explain(gradients_of("sub-TRIV24")));
    assert_eq!(ready.channels, 3);
    for channel in 0..3 {
        assert_eq!(numbers(&mut client, channel), expected(&ready, &values, channel));
    }
}

#[test]
fn of_another_map_than_the_last_there_are_none_and_a_cancel_is_heard() {
    let mut client = Client::with_demo();
    let [first, second] = ["sub-TRIV24", "sub-TRIV25"].map(|participant| identity_of_demo(participant, Method::Gradients));
    assert_eq!(measure(&mut client, &first, 0), Event::Cancelled, "there is no map at all");
    client.map_for(Request::Explain(second.explanation.clone()));
    assert_eq!(measure(&mut client, &first, 0), Event::Cancelled);
    for n_steps in 0..3 {
        client.cancel_after(n_steps);
        assert_eq!(measure(&mut client, &second, 0), Event::Cancelled, "after {n_steps} steps");
    }
    client.cancel_after(usize::MAX);
    numbers(&mut client, 0);
}

//! Clusters of the last map, as the engine sends them to the page.

use maplens::analysis::clusters::{Cluster, ClusterRule, Clusters};
use maplens::engine::RequestFiles;
use maplens::pace::Stage;
use maplens::protocol::{Attachment, ClusterRequest, ClustersReady, Event, Explanation, MAX_LISTED_CLUSTERS, Method, Request};
use maplens::volume::{Affine, Grid};

use crate::engine::{Client, explain, identity_of_demo};

fn explanation(method: Method) -> Explanation {
    let Request::Explain(explanation) = explain("sub-TRIV24", method) else { panic!("it asks for a map") };
    explanation
}

fn question(channel: usize, threshold: f32, min_voxels: usize) -> Request {
    let rule = ClusterRule { threshold, min_voxels };
    Request::FindClusters(Box::new(ClusterRequest { map: identity_of_demo("sub-TRIV24", Method::Gradients), channel, rule }))
}

fn clusters(client: &mut Client, threshold: f32, min_voxels: usize) -> (ClustersReady, Vec<u8>) {
    match client.send(question(0, threshold, min_voxels), RequestFiles::Nothing) {
        (Event::Clusters(ready), mut attachments) => match attachments.remove(0) {
            Attachment::Bytes(bytes) => (*ready, bytes),
            Attachment::Floats(_) => panic!("a set of voxels is bytes"),
        },
        (event, _) => panic!("{event:?}"),
    }
}

/// The demo with a gradient map, its grid and its values.
fn with_map() -> (Client, Grid, Vec<f32>) {
    let mut client = Client::with_demo();
    let (ready, values) = client.map_for(Request::Explain(explanation(Method::Gradients)));
    let grid = Grid { shape: ready.header.shape, world_from_voxel: Affine(ready.header.world_from_voxel) };
    (client, grid, values)
}

/// The magnitude that `share` of the values do not exceed.
fn magnitude(values: &[f32], share: f64) -> f32 {
    let mut sorted: Vec<f32> = values.iter().map(|value| value.abs()).collect();
    sorted.sort_by(f32::total_cmp);
    sorted[(share * (sorted.len() - 1) as f64) as usize]
}

#[test]
fn the_page_is_told_the_strongest_clusters_and_which_voxels_are_in_small_ones() {
    let (mut client, grid, values) = with_map();
    let threshold = magnitude(&values, 0.95);
    for min_voxels in [1, 3, 20] {
        let expected = Clusters::of(&values, grid, ClusterRule { threshold, min_voxels }).unwrap();
        let (ready, bytes) = clusters(&mut client, threshold, min_voxels);
        let told = ready.peaks.iter().zip(&ready.sizes).map(|(&peak, &size)| Cluster::new(size, peak, values[peak], &grid));
        let n_listed = expected.large.len().min(MAX_LISTED_CLUSTERS);
        assert_eq!(told.collect::<Vec<_>>(), expected.large[..n_listed]);
        assert_eq!((ready.n_clusters, ready.n_voxels), (expected.large.len(), expected.n_voxels));
        assert_eq!((ready.n_small, ready.n_small_voxels), (expected.n_small, expected.small_voxels.count));
        assert_eq!(bytes, expected.small_voxels.bytes);
        let above = values.iter().filter(|value| value.abs() > threshold).count();
        assert_eq!(ready.n_voxels + ready.n_small_voxels, above);
    }
    assert!(client.stages().iter().all(|stage| *stage == Stage::Clustering) && !client.stages().is_empty(), "its progress is reported");
    let peak = clusters(&mut client, threshold, 1).0.peaks[0];
    assert_eq!(values[peak].abs(), magnitude(&values, 1.0), "the strongest voxel is the first cluster's peak");
}

#[test]
fn above_the_maximum_there_is_nothing_and_at_zero_there_is_a_limit() {
    let (mut client, _, values) = with_map();
    let (nothing, bytes) = clusters(&mut client, magnitude(&values, 1.0), 1);
    assert_eq!((nothing.peaks, nothing.n_clusters, nothing.n_small, bytes.len()), (Vec::new(), 0, 0, 0));
    let (all, _) = clusters(&mut client, 0.0, 1);
    assert!(all.peaks.len() <= MAX_LISTED_CLUSTERS && all.n_clusters >= all.peaks.len());
    assert_eq!(all.n_voxels, values.iter().filter(|value| **value != 0.0).count());
}

#[test]
fn of_another_map_channel_or_threshold_nothing_is_told() {
    let (mut client, _, values) = with_map();
    let threshold = magnitude(&values, 0.9);
    assert_eq!(client.failure(question(1, threshold, 1), RequestFiles::Nothing).what, "the map has no channel 2");
    assert!(client.failure(question(0, -1.0, 1), RequestFiles::Nothing).what.contains("a threshold of -1"));
    client.map_for(Request::Explain(explanation(Method::GradCam { level: Some(1) })));
    let failure = client.failure(question(0, threshold, 1), RequestFiles::Nothing);
    assert_eq!(failure.what, "this map is not the last one any more");
}

#[test]
fn finding_clusters_is_cancelled_and_asked_for_again() {
    let (mut client, _, values) = with_map();
    let threshold = magnitude(&values, 0.9);
    for n_steps in [0, 1, 2] {
        client.cancel_after(n_steps);
        assert_eq!(client.send(question(0, threshold, 1), RequestFiles::Nothing).0, Event::Cancelled, "after {n_steps} steps");
    }
    client.cancel_after(usize::MAX);
    assert!(!clusters(&mut client, threshold, 1).0.peaks.is_empty());
}

//! What is asked about the last map is answered for the map that was meant, or not at all.

use maplens::engine::RequestFiles;
use maplens::export::sha256_hex;
use maplens::protocol::{CheckpointKey, Event, Explanation, ExportKind, MapIdentity, Method, Request};

use crate::engine::{Client, explain, identity_of_demo};
use crate::fixtures;

fn record(client: &mut Client) -> serde_json::Value {
    serde_json::from_slice(&client.file(ExportKind::Record).1).unwrap()
}

#[test]
fn a_map_says_which_network_and_node_it_is_of() {
    let mut client = Client::with_demo();
    let (ready, _) = client.map_for(explain("sub-TRIV24", Method::GradCam { level: Some(4) }));
    assert_eq!(ready.identity(), identity_of_demo("sub-TRIV24", Method::GradCam { level: Some(4) }));
    assert_eq!(ready.target_label, "AD");
}

#[test]
fn another_map_than_the_last_is_neither_saved_nor_hashed() {
    let mut client = Client::with_demo();
    client.map_for(explain("sub-TRIV24", Method::Gradients));
    let last = client.last_map();
    let of_another = |explanation: Explanation| MapIdentity { explanation, ..last.clone() };
    let others = [
        of_another(Explanation { target: 1, ..last.explanation.clone() }),
        of_another(Explanation { element: 1, ..last.explanation.clone() }),
        identity_of_demo("sub-TRIV25", Method::Gradients),
        MapIdentity { checkpoint: CheckpointKey { split: 1, ..last.checkpoint.clone() }, ..last.clone() },
    ];
    for map in others {
        for request in [Request::Export { kind: ExportKind::Nifti, map: map.clone() }, Request::HashMap { map: map.clone() }] {
            assert_eq!(client.failure(request, RequestFiles::Nothing).what, "this map is not the last one any more", "{map:?}");
        }
    }
    assert_eq!(client.file(ExportKind::Nifti).0, "sub-TRIV24_ses-M000_image-0_map.nii.gz");
}

#[test]
fn a_map_is_saved_as_what_it_is_when_another_checkpoint_is_in_use() {
    let mut client = Client::with_regions();
    client.map_for(explain("sub-TRIV24", Method::Gradients));
    let choose = Request::ChooseCheckpoint { split: 1, selection: "loss".to_owned() };
    assert!(matches!(client.send(choose, RequestFiles::Nothing).0, Event::Model(_)));
    for split in 0..2 {
        let record = record(&mut client);
        let checkpoint = fixtures::bytes(&format!("tests/fixtures/maps/roi_conv4/split-{split}/best-loss/model.pth.tar"));
        assert_eq!((&record["model"]["split"], &record["model"]["sha256"]), (&split.into(), &sha256_hex(&checkpoint).into()));
        client.map_for(explain("sub-TRIV24", Method::Gradients));
    }
}

#[test]
fn of_images_or_a_model_that_are_gone_there_is_no_map() {
    for request in [Request::OpenModel, Request::OpenImages] {
        let mut client = Client::with_demo();
        client.map_for(explain("sub-TRIV24", Method::Gradients));
        let folder = if request == Request::OpenModel { "www/demo/maps_trivial" } else { "www/demo/caps" };
        let tree = fixtures::tree_of(folder);
        let sources = tree.paths().map(|path| (path.to_owned(), tree.source(path).unwrap().clone()));
        let given = RequestFiles::Files(sources.collect());
        let (event, _) = client.send(request, given);
        assert!(matches!(event, Event::Model(_) | Event::Participants(_)), "{event:?}");
        let export = Request::Export { kind: ExportKind::Nifti, map: client.last_map() };
        assert_eq!(client.failure(export, RequestFiles::Nothing).what, "there is no map yet");
    }
}

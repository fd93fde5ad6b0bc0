//! What the engine computes again when one map follows another, and that it never answers from something that has changed.

use std::rc::Rc;

use maplens::engine::RequestFiles;
use maplens::files::{FileTree, MemoryFile};
use maplens::pace::Stage;
use maplens::protocol::{DeviceChoice, Event, Explanation, ExportKind, Method, Request};

use crate::engine::{Client, explain};
use crate::fixtures;

/// Its regions are small, and it has three checkpoints.
const MAPS: &str = "tests/fixtures/maps/roi_conv4";
const GRAD_CAM: Method = Method::GradCam { level: None };

/// What was seen of one map.
#[derive(Debug, PartialEq)]
struct Seen {
    values: Vec<f32>,
    logits: Vec<f32>,
}

impl Client {
    pub fn with_regions() -> Self {
        let mut client = Self::default();
        client.send(Request::ChooseDevice { choice: DeviceChoice::Cpu, threads: None }, RequestFiles::Nothing);
        client.open_regions();
        client
    }

    fn open_regions(&mut self) {
        let (event, _) = self.send(Request::OpenDemo { base_url: String::new() }, regions());
        assert!(matches!(&event, Event::Participants(list) if list.rows.len() == 4 && list.rows[0].element_count == 2), "{event:?}");
    }

    /// The map of an output node of a participant's region, and the stages that were reported.
    fn map_of(&mut self, participant: &str, element: usize, method: Method, target: usize) -> (Seen, Vec<Stage>) {
        let Request::Explain(explanation) = explain(participant, method) else { unreachable!() };
        let (ready, values) = self.map_for(Request::Explain(Explanation { element, target, ..explanation }));
        (Seen { values, logits: ready.logits }, self.stages())
    }

    fn timings(&mut self) -> Vec<String> {
        let (_, bytes) = self.file(ExportKind::Record);
        let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        record["timings"].as_array().unwrap().iter().map(|timing| timing["stage"].as_str().unwrap().to_owned()).collect()
    }
}

/// The MAPS of regions with the demo's participants and the masks.
fn regions() -> RequestFiles {
    let mut images: FileTree = fixtures::tree_of("www/demo/caps");
    let masks = fixtures::tree_of("tests/fixtures/caps_masks");
    for path in masks.paths() {
        let bytes = pollster::block_on(masks.read(path)).unwrap();
        images.insert(path.replacen("caps_masks", "caps/masks", 1), Rc::new(MemoryFile(bytes.into())));
    }
    RequestFiles::Demo { model: fixtures::tree_of(MAPS), images }
}

fn fresh(participant: &str, element: usize, method: Method, target: usize) -> Seen {
    Client::with_regions().map_of(participant, element, method, target).0
}

#[test]
fn another_target_of_the_same_element_is_answered_backwards_only() {
    for method in [Method::Gradients, GRAD_CAM] {
        let mut client = Client::with_regions();
        let (first, stages) = client.map_of("sub-TRIV24", 0, method, 0);
        assert!(stages.contains(&Stage::Uploading) && stages.contains(&Stage::Forward), "{stages:?}");
        assert_eq!(client.timings(), ["read_model", "read_input", "upload", "first_map"]);
        let (second, stages) = client.map_of("sub-TRIV24", 0, method, 1);
        assert!(!stages.contains(&Stage::Uploading) && !stages.contains(&Stage::Forward), "{stages:?}");
        // From the logits to the last feature maps, where Grad-CAM ends, there is no layer that is walked step by step.
        assert_eq!(stages.contains(&Stage::Backward), method == Method::Gradients, "{stages:?}");
        assert_eq!(client.timings(), ["read_model", "next_map"]);
        assert_ne!(first.values, second.values);
        assert_eq!(second, fresh("sub-TRIV24", 0, method, 1));
    }
}

#[test]
fn looking_at_images_and_saving_files_changes_nothing() {
    let mut client = Client::with_regions();
    client.map_of("sub-TRIV24", 0, Method::Gradients, 0);
    let Request::Explain(Explanation { participant, .. }) = explain("sub-TRIV25", GRAD_CAM) else { unreachable!() };
    client.send(Request::ShowParticipant { participant, element: 0 }, RequestFiles::Nothing);
    client.send(Request::ListParticipants, RequestFiles::Nothing);
    client.file(ExportKind::Nifti);
    let (second, stages) = client.map_of("sub-TRIV24", 0, Method::Gradients, 1);
    assert!(!stages.contains(&Stage::Forward), "{stages:?}");
    assert_eq!(second, fresh("sub-TRIV24", 0, Method::Gradients, 1));
}

#[test]
fn another_element_or_participant_is_computed_anew() {
    let mut client = Client::with_regions();
    client.map_of("sub-TRIV24", 0, Method::Gradients, 0);
    for (participant, element) in [("sub-TRIV24", 1), ("sub-TRIV25", 1), ("sub-TRIV24", 0)] {
        let (seen, stages) = client.map_of(participant, element, Method::Gradients, 0);
        assert!(stages.contains(&Stage::Forward), "{participant} {element}: {stages:?}");
        assert_eq!(seen, fresh(participant, element, Method::Gradients, 0), "{participant} {element}");
    }
}

#[test]
fn another_checkpoint_is_computed_anew() {
    let mut client = Client::with_regions();
    let mut of = |split, selection: &str| {
        let (event, _) = client.send(Request::ChooseCheckpoint { split, selection: selection.to_owned() }, RequestFiles::Nothing);
        assert!(matches!(event, Event::Model(_)), "{event:?}");
        let (seen, stages) = client.map_of("sub-TRIV24", 0, GRAD_CAM, 0);
        assert!(stages.contains(&Stage::Forward), "{stages:?}");
        seen
    };
    let (before, other, again) = (of(0, "loss"), of(1, "loss"), of(0, "loss"));
    assert_ne!(before.logits, other.logits);
    assert_eq!(before, again);
}

#[test]
fn reopened_files_and_another_device_are_asked_again() {
    let mut client = Client::with_regions();
    let (before, _) = client.map_of("sub-TRIV24", 0, GRAD_CAM, 0);
    client.open_regions();
    let (reopened, stages) = client.map_of("sub-TRIV24", 0, GRAD_CAM, 0);
    assert!(stages.contains(&Stage::Forward), "{stages:?}");
    client.send(Request::ChooseDevice { choice: DeviceChoice::Cpu, threads: None }, RequestFiles::Nothing);
    let (moved, stages) = client.map_of("sub-TRIV24", 0, GRAD_CAM, 0);
    assert!(stages.contains(&Stage::Forward), "{stages:?}");
    assert_eq!((&reopened, &moved), (&before, &before));
}

#[test]
fn a_cancel_anywhere_leaves_nothing_half_done_to_answer_from() {
    let expected = fresh("sub-TRIV24", 0, Method::Gradients, 1);
    let mut client = Client::with_regions();
    let (mut n_cancelled, mut n_kept) = (0, 0);
    // From before the upload to the last step backwards.
    for left in 0.. {
        client.send(Request::ChooseCheckpoint { split: 0, selection: "loss".to_owned() }, RequestFiles::Nothing);
        client.cancel_after(left);
        let (event, _) = client.send(explain("sub-TRIV24", Method::Gradients), RequestFiles::Nothing);
        client.cancel_after(usize::MAX);
        if event != Event::Cancelled {
            assert!(matches!(event, Event::Map(_)), "{event:?}");
            break;
        }
        n_cancelled += 1;
        let (seen, stages) = client.map_of("sub-TRIV24", 0, Method::Gradients, 1);
        assert_eq!(seen, expected, "cancelled after {left} steps");
        n_kept += usize::from(!stages.contains(&Stage::Forward));
    }
    assert!(n_cancelled > 3, "cancelled {n_cancelled} times");
    assert!(0 < n_kept && n_kept < n_cancelled, "a walk backwards that was cancelled leaves the way forward: {n_kept} of {n_cancelled}");
}

//! The engine through its messages, as the page speaks to it: the demo study, exports, and what a failure leaves behind.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use maplens::engine::{Engine, Host, RequestFiles};
use maplens::files::{FileSource, FileTree, MemoryFile};
use maplens::pace::{LocalFuture, Stage};
use maplens::protocol::{
    Attachment, CheckpointKey, Convention, DeviceChoice, Event, Explanation, ExportKind, Failure, MapIdentity, MapReady, Method,
    ParticipantKey, Quantity, Request,
};
use maplens::volume::{Affine, Volume, nifti};

use crate::numerics::{self, CPU};
use crate::{fixtures, npy};

/// Keeps the events of the engine, and cancels a job on demand.
struct RecordingHost {
    events: RefCell<Vec<(Event, Vec<Attachment>)>>,
    clock: Cell<f64>,
    /// How many checks for a cancel are still answered with no.
    checks_until_cancel: Cell<usize>,
}

impl Default for RecordingHost {
    fn default() -> Self {
        Self { events: RefCell::default(), clock: Cell::new(0.0), checks_until_cancel: Cell::new(usize::MAX) }
    }
}

impl Host for RecordingHost {
    fn post(&self, event: Event, attachments: Vec<Attachment>) {
        self.events.borrow_mut().push((event, attachments));
    }

    fn pause(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn is_cancelled(&self) -> bool {
        let left = self.checks_until_cancel.get();
        self.checks_until_cancel.set(if left == usize::MAX { left } else { left.saturating_sub(1) });
        left == 0
    }

    fn now_ms(&self) -> f64 {
        // So slow a machine that every step is worth a report.
        self.clock.set(self.clock.get() + 20.0);
        self.clock.get()
    }

    fn memory_bytes(&self) -> Option<u64> {
        Some(1 << 20)
    }
}

/// An engine with the events of the last request.
#[derive(Default)]
pub struct Client {
    engine: Engine,
    host: RecordingHost,
    last_map: Option<MapIdentity>,
}

impl Client {
    /// Sends a request and gives its last event.
    pub fn send(&mut self, request: Request, given: RequestFiles) -> (Event, Vec<Attachment>) {
        self.host.events.borrow_mut().clear();
        pollster::block_on(self.engine.handle(request, given, &self.host));
        let last = self.host.events.borrow_mut().pop().expect("every request is answered");
        if let Event::Map(ready) = &last.0 {
            self.last_map = Some(ready.identity());
        }
        last
    }

    /// What the last map is of.
    pub fn last_map(&self) -> MapIdentity {
        self.last_map.clone().expect("a map was computed")
    }

    pub fn with_demo() -> Self {
        let mut client = Self::default();
        client.send(Request::ChooseDevice { choice: DeviceChoice::Cpu, threads: None }, RequestFiles::Nothing);
        let given = RequestFiles::Demo { model: fixtures::tree_of("www/demo/maps_trivial"), images: fixtures::tree_of("www/demo/caps") };
        let (event, _) = client.send(Request::OpenDemo { base_url: String::new() }, given);
        assert!(matches!(event, Event::Participants(list) if list.rows.len() == 4));
        client
    }

    /// The stages that the last request reported, except for the closing event.
    pub fn stages(&self) -> Vec<Stage> {
        let events = self.host.events.borrow();
        let stage = |(event, _): &(Event, _)| if let Event::Progress(progress) = event { Some(progress.stage) } else { None };
        events.iter().filter_map(stage).collect()
    }

    /// The next jobs are cancelled at their check number `n_steps` for a cancel; `usize::MAX` stands for never.
    pub fn cancel_after(&self, n_steps: usize) {
        self.host.checks_until_cancel.set(n_steps);
    }

    fn map(&mut self, participant: &str, method: Method) -> (MapReady, Vec<f32>) {
        self.map_for(explain(participant, method))
    }

    pub fn map_for(&mut self, request: Request) -> (MapReady, Vec<f32>) {
        match self.send(request, RequestFiles::Nothing) {
            (Event::Map(ready), mut attachments) => match attachments.remove(0) {
                Attachment::Floats(values) => (*ready, values.to_vec()),
                Attachment::Bytes(_) => panic!("voxels are floats"),
            },
            (event, _) => panic!("{event:?}"),
        }
    }

    pub fn failure(&mut self, request: Request, given: RequestFiles) -> Failure {
        match self.send(request, given).0 {
            Event::Failed(failure) => failure,
            event => panic!("{event:?}"),
        }
    }

    pub fn file(&mut self, kind: ExportKind) -> (String, Vec<u8>) {
        let map = self.last_map();
        match self.send(Request::Export { kind, map }, RequestFiles::Nothing) {
            (Event::File { name, .. }, mut attachments) => match attachments.remove(0) {
                Attachment::Bytes(bytes) => (name, bytes),
                Attachment::Floats(_) => panic!("files are bytes"),
            },
            (event, _) => panic!("{event:?}"),
        }
    }

    /// Whatever went wrong before, the demo still answers.
    fn assert_still_usable(&mut self) {
        let (ready, _) = self.map("sub-TRIV24", Method::GradCam { level: Some(20) });
        assert_eq!(ready.logits.len(), 2);
    }
}

pub fn explain(participant: &str, method: Method) -> Request {
    let participant = ParticipantKey { participant_id: participant.to_owned(), session_id: "ses-M000".to_owned() };
    Request::Explain(Explanation {
        participant,
        element: 0,
        method,
        target: 0,
        convention: Convention::Clinicadl161,
        quantity: Quantity::Map,
    })
}

/// What a map of the demo's model is of.
pub fn identity_of_demo(participant: &str, method: Method) -> MapIdentity {
    let Request::Explain(explanation) = explain(participant, method) else { unreachable!() };
    let checkpoint = CheckpointKey { maps: "maps_trivial".to_owned(), split: 0, selection: "loss".to_owned() };
    MapIdentity { checkpoint, explanation }
}

fn files(files: Vec<(&str, Vec<u8>)>) -> RequestFiles {
    let source = |(path, bytes): (&str, Vec<u8>)| (path.to_owned(), Rc::new(MemoryFile(bytes.into())) as Rc<dyn FileSource>);
    RequestFiles::Files(files.into_iter().map(source).collect())
}

/// The demo's MAPS as chosen files, after `spoil` has changed them.
fn demo_maps(spoil: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> RequestFiles {
    let tree: FileTree = fixtures::tree_of("www/demo/maps_trivial");
    let paths: Vec<String> = tree.paths().map(str::to_owned).collect();
    let read = |path: String| {
        let bytes = spoil(&path, pollster::block_on(tree.read(&path)).unwrap())?;
        Some((path, Rc::new(MemoryFile(bytes.into())) as Rc<dyn FileSource>))
    };
    RequestFiles::Files(paths.into_iter().filter_map(read).collect())
}

fn image(shape: [usize; 3], voxel: impl Fn(usize) -> f32) -> Vec<u8> {
    let data = (0..shape.iter().product()).map(voxel).collect();
    nifti::write(&Volume::new(shape, data, Affine::IDENTITY).unwrap())
}

#[test]
fn the_demo_study_matches_clinicadl() {
    let mut client = Client::with_demo();
    for (participant, method, name) in [
        ("sub-TRIV24", Method::Gradients, "sub-TRIV24__gd_n0"),
        ("sub-TRIV24", Method::GradCam { level: None }, "sub-TRIV24__gc_n0"),
        ("sub-TRIV25", Method::Gradients, "sub-TRIV25__gd_n0"),
    ] {
        let (ready, values) = client.map(participant, method);
        // Where PyTorch's float32 takes another maximum than float64 does, the map of float64 is kept, too, and is right.
        let folder = if name == "sub-TRIV25__gd_n0" { "float64" } else { "expected" };
        let expected = npy::read(&format!("tests/fixtures/demo/{folder}/{name}.npy")).data;
        let expected_logits = if participant == "sub-TRIV24" { [7.274_512, -3.146_839_9] } else { [-5.858_668_3, 5.436_755_7] };
        assert_eq!(ready.header.shape, [80, 96, 80]);
        let values = every_second_voxel(&values, ready.header.shape);
        assert_eq!(values.len(), expected.len());
        let error = numerics::max_difference(&values, &expected) / numerics::max_magnitude(&expected);
        assert!(error <= CPU.map, "{name}: {error:e}");
        assert!(numerics::max_difference(&ready.logits, &expected_logits) <= CPU.logits * numerics::max_magnitude(&expected_logits));
    }
}

#[test]
fn exported_files_hold_the_map_where_it_belongs() {
    let mut client = Client::with_demo();
    let (ready, values) = client.map("sub-TRIV24", Method::Gradients);
    let (name, bytes) = client.file(ExportKind::Nifti);
    assert_eq!(name, "sub-TRIV24_ses-M000_image-0_map.nii.gz");
    let volume = nifti::read(&name, &bytes).unwrap();
    assert_eq!(volume.data(), values);
    // Start and step of ClinicaDL's size reduction by 2 on the cropped t1-linear grid.
    assert_eq!(*volume.world_from_voxel(), Affine::from_diagonal([2.0; 3], [-84.0 + 4.0, -119.0 + 8.0, -78.0 + 8.0]));
    let (name, bytes) = client.file(ExportKind::Pt);
    assert_eq!(fixtures::tensor(&name, bytes), (vec![1, 80, 96, 80], values));
    let (_, bytes) = client.file(ExportKind::Record);
    let record: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(record["explanation"]["target_label"], "AD");
    assert_eq!(record["model"]["architecture"], "Conv4_FC3");
    assert_eq!(record["logits"][0].as_f64().unwrap() as f32, ready.logits[0]);
    for hash in [&record["model"]["sha256"], &record["input"]["sha256"], &record["map"]["sha256"]] {
        assert_eq!(hash.as_str().unwrap().len(), 64);
    }
}

#[test]
fn a_cancelled_job_is_no_failure_and_loses_nothing() {
    let mut client = Client::with_demo();
    client.cancel_after(0);
    assert_eq!(client.send(explain("sub-TRIV24", Method::Gradients), RequestFiles::Nothing).0, Event::Cancelled);
    client.cancel_after(usize::MAX);
    client.assert_still_usable();
}

#[test]
fn a_request_before_anything_is_loaded_says_what_to_do() {
    let mut client = Client::default();
    let failure = client.failure(explain("sub-TRIV24", Method::Gradients), RequestFiles::Nothing);
    assert_eq!((failure.what.as_str(), failure.hint.as_str()), ("no model is loaded", "choose a MAPS folder or archive first"));
    let export = Request::Export { kind: ExportKind::Nifti, map: identity_of_demo("sub-TRIV24", Method::Gradients) };
    assert_eq!(client.failure(export, RequestFiles::Nothing).what, "there is no map yet");
}

#[test]
fn an_unfit_model_is_refused_in_words_and_the_previous_one_stays() {
    let mut client = Client::with_demo();
    let mut refused = |given: RequestFiles| client.failure(Request::OpenModel, given).what;
    assert_eq!(refused(files(vec![("holiday/beach.jpg", vec![0xff, 0xd8])])), "no maps.json in what was given (files looked at: 1)");
    let no_checkpoint = demo_maps(|path, bytes| (!path.ends_with("model.pth.tar")).then_some(bytes));
    assert!(refused(no_checkpoint).starts_with("no trained checkpoint: "));
    let unsupported = demo_maps(|path, bytes| Some(if path.ends_with("trivial/maps.json") { renamed(&bytes, "ViT") } else { bytes }));
    let sentence = "architecture ViT cannot be explained here; supported are Conv5_FC3, Conv4_FC3, Stride_Conv5_FC3, resnet18, ResNet3D, \
                    SqueezeExcitationCNN, RandomArchitecture, Conv5_FC3_SSDA";
    assert_eq!(refused(unsupported), sentence);
    let another =
        demo_maps(|path, bytes| Some(if path.ends_with("trivial/maps.json") { renamed(&bytes, "Stride_Conv5_FC3") } else { bytes }));
    assert!(refused(another).ends_with("the checkpoint is one of Conv4_FC3, but maps.json names the architecture Stride_Conv5_FC3"));
    let truncated = demo_maps(|path, bytes| Some(if path.ends_with("pth.tar") { bytes[..100_000].to_vec() } else { bytes }));
    assert!(refused(truncated).contains("model.pth.tar"));
    client.assert_still_usable();
}

#[test]
fn an_unfit_image_is_refused_in_words_and_the_model_stays() {
    let mut client = Client::with_demo();
    let mut refused = |bytes: Vec<u8>| {
        let (event, _) = client.send(Request::OpenImages, files(vec![("sub-X_ses-M000_T1w.nii.gz", bytes)]));
        assert!(matches!(event, Event::Participants(_)), "{event:?}");
        client.failure(explain("sub-X", Method::Gradients), RequestFiles::Nothing).what
    };
    let small = refused(image([40, 48, 40], |i| (i % 7) as f32));
    assert!(small.ends_with("the network takes an input of 1×80×96×80 but the image gives 1×18×20×16"), "{small}");
    let constant = refused(image([169, 208, 179], |_| 3.0));
    assert!(constant.ends_with("every voxel is 3, and a constant image cannot be normalised"), "{constant}");
    let nan = refused(image([169, 208, 179], |_| f32::NAN));
    assert!(nan.contains("voxels are not a number"), "{nan}");
    let given = RequestFiles::Demo { model: fixtures::tree_of("www/demo/maps_trivial"), images: fixtures::tree_of("www/demo/caps") };
    client.send(Request::OpenDemo { base_url: String::new() }, given);
    client.assert_still_usable();
}

#[test]
fn some_nan_voxels_are_repaired_and_said() {
    let mut client = Client::with_demo();
    let bytes = image([169, 208, 179], |i| if i == 5 { f32::NAN } else { (i % 251) as f32 });
    client.send(Request::OpenImages, files(vec![("sub-X_ses-M000_T1w.nii.gz", bytes)]));
    let (ready, values) = client.map("sub-X", Method::Gradients);
    assert!(values.iter().all(|value| value.is_finite()));
    assert!(ready.warnings.iter().any(|warning| warning.starts_with("1 of 6292208 voxels are not a number")), "{:?}", ready.warnings);
}

/// Chosen one by one, as on the page: the picture and the map say that the NIfTI image is another one, and so does the record.
#[test]
fn a_tensor_and_another_nifti_are_told_wherever_they_are_shown() {
    let mut client = Client::with_demo();
    let values: Vec<f32> = (0..169 * 208 * 179).map(|i| (i % 251) as f32).collect();
    let tensor = maplens::torch_file::write_tensor(&[1, 169, 208, 179], &values);
    let nifti = image([169, 208, 179], |i| if i == 7 { 125.5 } else { (i % 251) as f32 });
    client.send(Request::OpenImages, files(vec![("sub-X_ses-M000_T1w.nii.gz", nifti), ("sub-X_ses-M000_T1w.pt", tensor)]));
    let says = |warnings: &[String]| {
        let sentence = "is another image (1 of 6292208 voxels differ, by up to 0.474 of the largest intensity)";
        assert!(warnings.len() == 1 && warnings[0].contains(sentence), "{warnings:?}");
    };
    let participant = ParticipantKey { participant_id: "sub-X".to_owned(), session_id: "ses-M000".to_owned() };
    let (event, attachments) = client.send(Request::ShowParticipant { participant, element: 0 }, RequestFiles::Nothing);
    let Event::Image(ready) = event else { panic!("{event:?}") };
    says(&ready.warnings);
    assert!(matches!(&attachments[0], Attachment::Floats(voxels) if voxels[7] == 7.0), "the tensor's voxels are shown");
    let (ready, _) = client.map("sub-X", Method::Gradients);
    says(&ready.warnings);
    let (_, record) = client.file(ExportKind::Record);
    assert!(String::from_utf8(record).unwrap().contains("is another image"));
}

/// The voxels that the fixture keeps of a map: `map[:, ::2, ::2, ::2]`.
fn every_second_voxel(values: &[f32], [depth, height, width]: [usize; 3]) -> Vec<f32> {
    let rows = (0..depth).step_by(2).flat_map(|d| (0..height).step_by(2).map(move |h| (d * height + h) * width));
    rows.flat_map(|row| values[row..row + width].iter().step_by(2).copied()).collect()
}

fn renamed(maps_json: &[u8], architecture: &str) -> Vec<u8> {
    String::from_utf8_lossy(maps_json).replace("Conv4_FC3", architecture).into_bytes()
}

#[test]
fn outputs_are_compared_with_those_that_clinicadl_recorded() {
    let mut client = Client::with_demo();
    let (before, _) = client.map("sub-TRIV24", Method::Gradients);
    assert_eq!(before.self_check, None, "the demo has no prediction of its participants");
    let table = "participant_id\tsession_id\timage_id\ttrue_label\tpredicted_label\tproba0\tproba1\n\
         sub-TRIV24\tses-M000\t0\t0\t0\t0.9\t0.1\n";
    let path = "maps_trivial/split-0/best-loss/test/test_image_level_prediction.tsv";
    let RequestFiles::Files(mut given) = demo_maps(|_, bytes| Some(bytes)) else { unreachable!() };
    given.push((path.to_owned(), Rc::new(MemoryFile(table.as_bytes().into()))));
    client.send(Request::OpenModel, RequestFiles::Files(given));
    let (after, _) = client.map("sub-TRIV24", Method::Gradients);
    let check = after.self_check.unwrap();
    assert_eq!((check.file.as_str(), check.recorded.as_slice()), (path, [0.9, 0.1].as_slice()));
    let probability = after.probabilities.unwrap()[0];
    assert_eq!(check.difference, (probability - 0.9).max(0.1 - (1.0 - probability)));
    assert!(check.difference > 0.09, "the table is wrong on purpose, and that shows: {}", check.difference);
}

#[test]
fn grad_cam_differs_between_the_conventions_by_their_difference() {
    let mut client = Client::with_demo();
    let mut of = |convention, quantity| {
        let Request::Explain(explanation) = explain("sub-TRIV24", Method::GradCam { level: None }) else { unreachable!() };
        match client.send(Request::Explain(Explanation { convention, quantity, ..explanation }), RequestFiles::Nothing) {
            (Event::Map(_), mut attachments) => match attachments.remove(0) {
                Attachment::Floats(values) => values.to_vec(),
                Attachment::Bytes(_) => panic!("voxels are floats"),
            },
            (event, _) => panic!("{event:?}"),
        }
    };
    let exact = of(Convention::Clinicadl161, Quantity::Map);
    let corrected = of(Convention::Corrected, Quantity::Map);
    let difference = of(Convention::Clinicadl161, Quantity::Difference);
    assert!(exact.iter().zip(&corrected).zip(&difference).all(|((exact, corrected), difference)| exact - corrected == *difference));
    assert!(difference.iter().any(|value| *value != 0.0));
}

#[test]
fn images_that_were_opened_for_another_model_are_cut_as_this_one_takes_them() {
    let mut client = Client::with_demo();
    let archive = fixtures::bytes("tests/fixtures/maps/patch50_stride.tar.gz");
    assert!(matches!(client.send(Request::OpenModel, files(vec![("patch50_stride.tar.gz", archive)])).0, Event::Model(_)));
    let Request::Explain(explanation) = explain("sub-TRIV24", Method::Gradients) else { unreachable!() };
    let (event, _) = client.send(Request::Explain(Explanation { element: 13, ..explanation }), RequestFiles::Nothing);
    let Event::Map(ready) = event else { panic!("{event:?}") };
    assert_eq!((ready.element_number, ready.element_name.as_str(), ready.header.shape), (13, "patch 13", [50; 3]));
}

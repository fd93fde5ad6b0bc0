//! Figures through the engine's messages: backgrounds, the hash of the record, and what is refused.

use maplens::engine::{FigureFiles, RequestFiles};
use maplens::files::memory_file;
use maplens::protocol::{
    Attachment, Convention, Event, Explanation, ExportKind, FigureForm, FigureReady, FigureRequest, FigureVolume, Method, ParticipantKey,
    Quantity, Request, VolumeHeader,
};
use maplens::render::figure::{FigureGround, MaskStyle, Settings};
use maplens::render::{CutCoords, DisplayMode, Threshold};

use crate::engine::{Client, identity_of_demo};
use crate::fixtures;

fn request(ground: FigureGround, form: FigureForm) -> FigureRequest {
    let settings = Settings {
        mode: DisplayMode::Yz,
        cuts: CutCoords::Positions(vec![-50.0, 14.0]),
        threshold: Some(Threshold::Percentile(97.0)),
        ..Settings::default()
    };
    FigureRequest {
        map: identity_of_demo("sub-TRIV24", Method::Gradients),
        settings,
        ground,
        own: None,
        masks: Vec::new(),
        mask_style: MaskStyle::Contour,
        channel: 0,
        form,
        base_url: String::new(),
    }
}

fn draw(client: &mut Client, request: FigureRequest, given: RequestFiles) -> (FigureReady, String) {
    match client.send(Request::DrawFigure(Box::new(request)), given) {
        (Event::Figure(ready), mut attachments) => match attachments.remove(0) {
            Attachment::Bytes(bytes) => (*ready, String::from_utf8(bytes).unwrap()),
            Attachment::Floats(_) => panic!("a figure is text"),
        },
        (event, _) => panic!("{event:?}"),
    }
}

fn with_map() -> Client {
    let mut client = Client::with_demo();
    let participant = ParticipantKey { participant_id: "sub-TRIV24".to_owned(), session_id: "ses-M000".to_owned() };
    let explanation = Explanation {
        participant,
        element: 0,
        method: Method::Gradients,
        target: 0,
        convention: Convention::default(),
        quantity: Quantity::Map,
    };
    client.map_for(Request::Explain(explanation));
    client
}

#[test]
fn a_figure_is_drawn_on_every_background_and_carries_the_records_hash() {
    let mut client = with_map();
    let record: serde_json::Value = serde_json::from_slice(&client.file(ExportKind::Record).1).unwrap();
    let template = || {
        let template = Some(fixtures::tree_of("www/demo/template"));
        RequestFiles::Figure(FigureFiles { template, ..FigureFiles::default() })
    };
    let mut texts = Vec::new();
    for (ground, given) in
        [(FigureGround::None, RequestFiles::Nothing), (FigureGround::Image, RequestFiles::Nothing), (FigureGround::Template, template())]
    {
        let (ready, svg) = draw(&mut client, request(ground, FigureForm::Shown), given);
        assert_eq!(ready.panels.len(), 2);
        assert_eq!([ready.panels[0].position_mm, ready.panels[1].position_mm], [-50.0, 14.0]);
        assert_eq!(ready.caption.map_sha256, record["map"]["sha256"].as_str().unwrap());
        assert!(svg.contains(&ready.caption.map_sha256), "{ground:?}");
        texts.push(svg);
    }
    let n_images: Vec<usize> = texts.iter().map(|svg| svg.matches("<image").count()).collect();
    assert_eq!(n_images, [3, 5, 5], "two slices of the map and the bar; two of the background");
    // The planes, which the page draws itself, carry it, too.
    assert_eq!(
        client.send(Request::HashMap { map: client.last_map() }, RequestFiles::Nothing).0,
        Event::MapHash(record["map"]["sha256"].as_str().unwrap().to_owned())
    );
    // The template is kept: it is not given again.
    assert_eq!(draw(&mut client, request(FigureGround::Template, FigureForm::Shown), RequestFiles::Nothing).1, texts[2]);
}

/// 10 mm voxels around the middle of the head.
fn volume(number: u32) -> FigureVolume {
    let world_from_voxel = [[10.0, 0.0, 0.0, -70.0], [0.0, 10.0, 0.0, -100.0], [0.0, 0.0, 10.0, -60.0]];
    FigureVolume { number, header: VolumeHeader { shape: [14, 17, 14], world_from_voxel } }
}

/// Voxels of such volumes, by functions of their index.
fn voxels(values: &[fn(usize) -> f32]) -> RequestFiles {
    let bytes = |value: &fn(usize) -> f32| (0..14 * 17 * 14).flat_map(|index| value(index).to_le_bytes()).collect::<Vec<u8>>();
    RequestFiles::Figure(FigureFiles { template: None, volumes: values.iter().map(|value| memory_file(bytes(value))).collect() })
}

#[test]
fn the_pages_own_background_and_masks_are_read_once_and_kept_for_the_next_figure() {
    let mut client = with_map();
    let of_page = |own: Option<u32>, masks: &[u32], mask_style| {
        let ground = if own.is_some() { FigureGround::Own } else { FigureGround::None };
        let (own, masks) = (own.map(volume), masks.iter().copied().map(volume).collect());
        FigureRequest { own, masks, mask_style, ..request(ground, FigureForm::Shown) }
    };
    let (grey, block): (fn(usize) -> f32, fn(usize) -> f32) = (|index| (index % 90) as f32, |index| f32::from(u8::from(index > 1000)));
    let counts = |svg: &str| (svg.matches("<image").count(), svg.matches("stroke=\"#009e73\"").count());
    let (_, plain) = draw(&mut client, of_page(Some(7), &[], MaskStyle::Contour), voxels(&[grey]));
    assert_eq!(counts(&plain), (5, 0), "two slices of the map and the bar; two of the background");
    // The background is there, the mask is new: its file is the second.
    let (_, contours) = draw(&mut client, of_page(Some(7), &[8], MaskStyle::Contour), voxels(&[block, block]));
    let (n_images, n_lines) = counts(&contours);
    assert!(n_images == 5 && n_lines > 4, "{n_lines} lines");
    let (_, filled) = draw(&mut client, of_page(Some(7), &[8], MaskStyle::Filled), voxels(&[]));
    assert_eq!(counts(&filled), (7, 0));
    assert_eq!(draw(&mut client, of_page(Some(7), &[], MaskStyle::Contour), voxels(&[])).1, plain, "the same background");
    // A volume that the request does not name is dropped.
    let missing = client.failure(Request::DrawFigure(Box::new(of_page(None, &[8], MaskStyle::Contour))), voxels(&[]));
    assert_eq!(missing.what, "the voxels of a mask or background are not there");
    let mut wrong = of_page(None, &[9], MaskStyle::Contour);
    wrong.masks[0].header.shape = [14, 17, 13];
    let failure = client.failure(Request::DrawFigure(Box::new(wrong)), voxels(&[block]));
    assert!(failure.what.contains("3332"), "{failure:?}");
}

#[test]
fn html_comes_as_a_file_named_after_the_map() {
    let mut client = with_map();
    let (event, mut attachments) =
        client.send(Request::DrawFigure(Box::new(request(FigureGround::Image, FigureForm::Html))), RequestFiles::Nothing);
    let Event::File { name, mime } = event else { panic!("{event:?}") };
    assert_eq!((name.as_str(), mime.as_str()), ("sub-TRIV24_ses-M000_image-0_map.html", "text/html"));
    let Attachment::Bytes(bytes) = attachments.remove(0) else { panic!("a file is bytes") };
    assert!(String::from_utf8(bytes).unwrap().starts_with("<!DOCTYPE html>"));
}

#[test]
fn what_cannot_be_drawn_is_told_and_nothing_is_lost() {
    let mut client = Client::with_demo();
    let shown = |ground| Request::DrawFigure(Box::new(request(ground, FigureForm::Shown)));
    assert_eq!(client.failure(shown(FigureGround::None), RequestFiles::Nothing).what, "there is no map yet");
    let mut client = with_map();
    let mut wrong = request(FigureGround::None, FigureForm::Shown);
    wrong.settings.cuts = CutCoords::Positions(vec![1.0]);
    let failure = client.failure(Request::DrawFigure(Box::new(wrong)), RequestFiles::Nothing);
    assert_eq!(failure.what, "display mode yz needs two coordinates in millimetres, and 1 were given");
    let mut wrong = request(FigureGround::None, FigureForm::Shown);
    wrong.channel = 3;
    assert_eq!(client.failure(Request::DrawFigure(Box::new(wrong)), RequestFiles::Nothing).what, "the map has no channel 3");
    assert_eq!(client.failure(shown(FigureGround::Template), RequestFiles::Nothing).what, "the figure's background is not there");
    draw(&mut client, request(FigureGround::Image, FigureForm::Shown), RequestFiles::Nothing);
}

/// The page fetches what the index names, and refuses another size.
#[test]
fn the_index_names_the_template_with_its_size() {
    let index: serde_json::Value = fixtures::json("www/demo/index.json");
    let entry = &index["layers"][2];
    let bytes = fixtures::bytes(&format!("www/demo/{}", entry["path"].as_str().unwrap()));
    assert_eq!(entry["bytes"].as_u64(), Some(bytes.len() as u64));
}

//! How much memory reading takes at most, by counting what is allocated: WebAssembly memory never shrinks, so that a copy too
//! many is paid for as long as the page is open.

#![cfg(all(feature = "compute", not(target_arch = "wasm32")))]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails; its helpers outside test functions are tests, too")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::Device;
use maplens::attribution::explain;
use maplens::caps::{ElementSource, ImageCatalogue, InputSpec};
use maplens::export::sha256_of_file;
use maplens::files::{FileSource, FileTree};
use maplens::maps::MapsConfig;
use maplens::native::tree_of_folder;
use maplens::network::{Architecture, Network, WorkLimits};
use maplens::pace::Unpaced;
use maplens::protocol::{Convention, Method, Question};
use maplens::torch_file::read_checkpoint;
use maplens::volume::Extraction;
use maplens::volume::transforms::{EvaluationTransforms, Normalization};
use pollster::block_on;

#[path = "../benches/support/full_size.rs"]
mod full_size;
#[path = "checkpoints/holes.rs"]
mod holes;

/// The system's allocator, counting.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is the system allocator's own.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller keeps this function's contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps this function's contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const MIB: usize = 1 << 20;

/// Slices on their way, a decoder, and what is small.
const BESIDE: usize = 16 * MIB;

/// Bytes of a voxel grid at 1 mm, as float32.
const VOLUME: usize = 4 * 169 * 208 * 179;

/// Result, and the most that was allocated at once beyond what was there before.
fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    (result, PEAK.load(Ordering::Relaxed) - before)
}

fn assert_at_most(what: &str, peak: usize, limit: usize) {
    println!("{what}: {:.1} MiB", peak as f64 / MIB as f64);
    assert!(peak <= limit, "{what} took {peak} bytes, more than {limit}");
}

/// One test, so that nothing else allocates at the same time.
#[test]
fn what_is_read_is_held_once() {
    a_checkpoint_of_full_size();
    an_image_of_full_size();
}

fn a_checkpoint_of_full_size() {
    let file: Rc<dyn FileSource> = Rc::new(full_size::write_checkpoint(holes::Holes::default()));
    let (config, _) = MapsConfig::parse("maps.json", full_size::maps_json().as_bytes()).unwrap();
    let architecture = Architecture::of(&config).unwrap();
    // Whole, and in pieces as a GPU would be given them.
    for limits in [WorkLimits::CPU, WorkLimits { max_tensor_bytes: 32 << 20, ..WorkLimits::CPU }] {
        let (network, peak) = peak_of(|| {
            let weights = block_on(read_checkpoint("model.pth.tar", &file)).unwrap().state_dict;
            block_on(architecture.build(&config.input_size, &weights, &Device::flex(), limits, &Unpaced)).unwrap().network
        });
        assert_eq!(network.n_parameters(), 42_293_972);
        assert_at_most("weights of 161 MiB", peak, 4 * 42_293_972 + BESIDE);
        if limits == WorkLimits::CPU {
            a_gradient_map_of_full_size(&network);
        }
    }
    let (hash, peak) = peak_of(|| block_on(sha256_of_file(file.as_ref())).unwrap());
    assert_eq!(hash.len(), 64);
    assert_at_most("their hash", peak, BESIDE);
}

/// The plan counts the input, which is there before.
fn a_gradient_map_of_full_size(network: &Network) {
    let values: Vec<f32> = (0..VOLUME / 4).map(|voxel| (voxel % 251) as f32 / 251.0).collect();
    let input = network.upload(network.input_shape(), values).unwrap();
    let (map, peak) = peak_of(|| {
        let job = explain(network, &input, Question::map(Method::Gradients, 0, Convention::Clinicadl161), &Unpaced, None);
        block_on(job).unwrap()
    });
    assert_eq!(map.values.len() * 4, VOLUME);
    let plan = network.memory(0).unwrap();
    let planned = usize::try_from(plan.activations).unwrap() - VOLUME;
    println!("planned: {:.1} MiB", planned as f64 / MIB as f64);
    assert_at_most("a gradient map, input and weights apart", peak, planned + BESIDE);
    assert!(planned <= peak + BESIDE, "{planned} bytes were planned, but {peak} were enough");
    // The most that the page is to need in a browser, besides its program and the file of the image.
    assert_at_most("weights, input and map", 4 * 42_293_972 + VOLUME + peak, 300 * MIB);
}

fn an_image_of_full_size() {
    let tree: FileTree = tree_of_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/demo/caps")).unwrap();
    let (catalogue, _) = block_on(ImageCatalogue::open(&tree, None)).unwrap();
    let preprocessing = "t1-linear".to_owned();
    let spec = InputSpec { preprocessing, use_uncropped_image: false, prepare_dl: false, extraction: Extraction::Image };
    let transforms = EvaluationTransforms { normalization: Normalization::MinMax, size_reduction: None };
    let mut source = ElementSource::new(spec);
    let session = block_on(source.open_session(&tree, &catalogue.entries[0])).unwrap();
    let (image, peak) = peak_of(|| block_on(source.read_image(&tree, &session)).unwrap());
    assert_at_most("an image of 24 MiB", peak, VOLUME + BESIDE);
    drop((image, source.forget_image()));
    let ((_, values), peak) = peak_of(|| {
        let loaded = block_on(source.read_element(&tree, &session, 0)).unwrap();
        source.forget_image();
        let transformed = loaded.element.transform(Rc::unwrap_or_clone(loaded.volume), &transforms).unwrap();
        loaded.element.network_input(transformed.volume)
    });
    assert_eq!(values.len() * 4, VOLUME);
    assert_at_most("the network's input from it", peak, VOLUME + BESIDE);
}

//! What a map costs, natively on the CPU: `cargo xtask bench`. Prints one row per work: wall time, CPU time, peak memory.
//!
//! The median of an odd number of runs after a warm-up. CPU time is this thread's own; the peak is the process's largest
//! resident size during the runs, everything that was loaded before included.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use burn::tensor::Device;
use maplens::attribution::{Convention, Method, explain};
use maplens::files::{FileSource, FileTree, MemoryFile, open_uploads};
use maplens::maps::Maps;
use maplens::network::{Architecture, Network, Unpaced, WorkLimits};
use maplens::render::{ColorScale, Colormap, Layer, Orientation, Paint, Plane, PlaneGrid, Window, WorldBounds, render_slice};
use maplens::torch_file;
use maplens::volume::{Volume, nifti};
use pollster::block_on;

const IMAGE: &str = "www/demo/caps/subjects/sub-TRIV24/ses-M000/t1_linear/\
     sub-TRIV24_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz";

/// Runs of the quick works; the full-size maps take seconds each and run three times.
const N_RUNS: usize = 7;

fn main() {
    println!("{:<44} {:>10} {:>10} {:>10}", "work", "wall ms", "CPU ms", "peak MiB");
    let image = nifti::read("image.nii.gz", &file(IMAGE)).expect("the demo image is a NIfTI");
    measure("read image, 169×208×179, .nii.gz", N_RUNS, || drop(black_box(nifti::read("image.nii.gz", &file(IMAGE)))));
    study("Conv4_FC3 80×96×80", &folder("www/demo/maps_trivial"), &image, N_RUNS);
    let archive: Rc<dyn FileSource> = Rc::new(MemoryFile(file("tests/fixtures/maps/image_full_conv4.tar.gz").into()));
    let tree = block_on(open_uploads(vec![("full.tar.gz".to_owned(), archive)])).expect("the fixture opens");
    study("Conv4_FC3 169×208×179", &tree, &image, 3);
    redraw(&image);
}

/// Reading, forward pass and both methods of one MAPS.
fn study(name: &str, tree: &FileTree, image: &Volume, n_runs: usize) {
    let maps = block_on(Maps::open(tree)).expect("a MAPS");
    let path = maps.checkpoint_path(0, "loss").expect("split 0");
    let file = tree.source(&path).expect("a checkpoint");
    measure(&format!("{name}: read checkpoint"), n_runs, || drop(black_box(network(&maps, file))));
    let network = network(&maps, file);
    let input = maps.config.transforms.apply(image).expect("the image fits").volume;
    let [d, h, w] = input.shape();
    let input = network.upload(&[1, d, h, w], input.data()).expect("the image fits");
    measure(&format!("{name}: forward"), n_runs, || drop(black_box(block_on(network.forward(&input, 0, &Unpaced)))));
    for (what, method) in [("gradient map", Method::Gradients), ("Grad-CAM", Method::GradCam { level: None })] {
        let job = || block_on(explain(&network, &input, method, 0, Convention::Clinicadl161, &Unpaced)).expect("a map");
        measure(&format!("{name}: {what}"), n_runs, || drop(black_box(job())));
    }
}

fn network(maps: &Maps, file: &Rc<dyn FileSource>) -> Network {
    let checkpoint = block_on(torch_file::read_checkpoint("model.pth.tar", file)).expect("a checkpoint");
    let architecture = Architecture::of(&maps.config).expect("a supported architecture");
    let (weights, device) = (&checkpoint.state_dict, Device::flex());
    let built = block_on(architecture.build(&maps.config.input_size, weights, &device, WorkLimits::CPU, &Unpaced));
    built.expect("the checkpoint fits").network
}

/// Three planes of a scan with a map of the same grid over it.
fn redraw(image: &Volume) {
    let bounds = WorldBounds::of(image);
    let voxel_from_world = image.world_from_voxel().inverse().expect("the demo image has a place");
    let window = Window::robust(image.data());
    let scale = ColorScale::new(Colormap::ColdHot, 255.0, 200.0);
    let mut pixels = Vec::new();
    measure("redraw three planes, scan and map of 1 mm", 101, || {
        for plane in [Plane::Coronal, Plane::Sagittal, Plane::Axial] {
            let grid = PlaneGrid::covering(bounds, plane, 1.0, Orientation::Neurological);
            let layers = [
                Layer { volume: image, voxel_from_world, paint: Paint::Grey(window) },
                Layer { volume: image, voxel_from_world, paint: Paint::Color { scale: &scale, opacity: 0.8 } },
            ];
            render_slice(&grid, 0.0, &layers, &mut pixels);
            black_box(&pixels);
        }
    });
}

fn measure(work: &str, n_runs: usize, mut run: impl FnMut()) {
    run();
    reset_peak();
    let mut times: Vec<(f64, f64)> = (0..n_runs).map(|_| timed(&mut run)).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (wall, cpu) = times[n_runs / 2];
    println!("{work:<44} {wall:>10.1} {cpu:>10.1} {:>10.0}", peak_mib());
}

fn timed(run: &mut impl FnMut()) -> (f64, f64) {
    let (wall, cpu) = (Instant::now(), cpu_ms());
    run();
    (wall.elapsed().as_secs_f64() * 1e3, cpu_ms() - cpu)
}

/// This thread's CPU time; 0 where the system does not tell.
fn cpu_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn reset_peak() {
    // Where the system has no such file the peak is that of the whole program.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn peak_mib() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}

fn folder(path: &str) -> FileTree {
    let mut tree = FileTree::default();
    for name in ["maps.json", "split-0/best-loss/model.pth.tar"] {
        tree.insert(format!("maps/{name}"), Rc::new(MemoryFile(file(&format!("{path}/{name}")).into())));
    }
    tree
}

fn file(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file of the repository")
}

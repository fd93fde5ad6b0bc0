//! Every string that the user sees; those of group runs in [`group`].

pub mod group;

use super::format;
use crate::engine::message::{DeviceChoice, DeviceInfo, MemorySummary, SelfCheck, Stage};
use crate::render::Plane;

pub const NAME: &str = "MapLens";
pub const DEMO: &str = "Demo study";
pub const USE_YOUR_OWN: &str = "Use your own: drop a model and scans anywhere on the page.";
pub const OWN_FILES: &str = "Your files";
pub const PRIVACY: &str = "nothing leaves this computer";
pub const PRIVACY_TITLE: &str = "Files are read and computed on in this tab. The page's security policy lets it reach no other server.";
pub const NO_DEVICE: &str = "starting…";
pub const HELP: &str = "Keys and help";
pub const CLOSE: &str = "Close";
pub const DISMISS: &str = "Dismiss";
pub const NOT_CLINICAL: &str = "Not for clinical use";
pub const FOOTER: &str = "saliency maps of brain-MRI networks, as clinicadl interpret computes them";

pub const MODEL: &str = "Model";
pub const MODEL_HINT: &str = "A MAPS folder, or one packed as .zip, .tar or .tar.gz";
pub const NO_MODEL: &str = "No model is open.";
pub const FILES_OR_ARCHIVE: &str = "Files or archive…";
pub const FOLDER: &str = "Folder…";
pub const ARCHITECTURE: &str = "Architecture";
pub const TASK: &str = "Task";
pub const NODES: &str = "Output nodes";
pub const INPUT: &str = "Input";
pub const PARAMETERS: &str = "Parameters";
pub const MEMORY: &str = "Memory";
pub const PREPROCESSING: &str = "Preprocessing";
pub const EPOCH: &str = "Epoch";
pub const TRANSFORMS: &str = "Input transform";
pub const MIN_MAX: &str = "min–max";
pub const NONE: &str = "none";
pub const SPLIT: &str = "Split";
pub const SELECTION: &str = "Selection";
pub const LAYERS: &str = "Layers";
pub const LAYERS_HINT: &str = "Choose a layer to see Grad-CAM at it.";
pub const LOAD_REPORT: &str = "Load report";

pub const PARTICIPANTS: &str = "Participants";
pub const IMAGES_HINT: &str = "A CAPS folder, an archive, or .nii, .nii.gz, .pt files, with or without a .tsv";
pub const NO_PARTICIPANTS: &str = "No images are open.";
pub const DIAGNOSIS: &str = "Diagnosis";
pub const ALL: &str = "all";
pub const PARTICIPANT: &str = "Participant";
pub const SESSION: &str = "Session";
pub const ELEMENTS: &str = "Elements";
pub const ELEMENTS_TITLE: &str = "How many patches, regions or slices the network sees of the image";

pub const INTERPRET: &str = "Interpret";
pub const METHOD: &str = "Method";
pub const GRADIENTS: &str = "Gradients";
pub const GRAD_CAM: &str = "Grad-CAM";
pub const TARGET: &str = "Target";
pub const LEVEL: &str = "Level";
pub const CONVENTION: &str = "Arithmetic";
pub const CONVENTION_161: &str = "ClinicaDL 1.6.1, exact";
pub const CONVENTION_CORRECTED: &str = "Corrected";
pub const DEVICE: &str = "Device";
pub const ELEMENT: &str = "Element";
pub const QUANTITY: &str = "Shown";
pub const MAP: &str = "Map";
pub const DIFFERENCE: &str = "Difference exact − corrected";
pub const COMPUTE: &str = "Compute";
pub const CANCEL: &str = "Cancel";

pub const COLORMAP: &str = "Colours";
pub const RANGE: &str = "Range";
pub const THRESHOLD: &str = "Threshold";
pub const THRESHOLD_MODE: &str = "Threshold as";
pub const PERCENTILE: &str = "percentile";
pub const ABSOLUTE: &str = "value";
pub const OPACITY: &str = "Opacity";
pub const SIDES: &str = "Sides";
pub const NEUROLOGICAL: &str = "left on the left";
pub const RADIOLOGICAL: &str = "left on the right";
pub const COLOR_BAR: &str = "Colour bar";
pub const DISPLAY: &str = "Display";
pub const CHANNEL: &str = "Channel";
pub const GO_TO_PEAK: &str = "Go to the strongest voxel";

pub const OUTPUT: &str = "Output";
pub const NODE: &str = "Node";
pub const LOGIT: &str = "Logit";
pub const PROBABILITY: &str = "Probability";
pub const MAP_VALUES: &str = "Map";
pub const MIN: &str = "min";
pub const MAX: &str = "max";
pub const MEAN: &str = "mean";
pub const TIME: &str = "time";
pub const IMAGE_VALUE: &str = "image";
pub const SALIENCY: &str = "saliency";
pub const VOXEL: &str = "voxel";
pub const AUTOMATIC: &str = "automatic";
pub const WEBGPU: &str = "WebGPU";
pub const CPU: &str = "CPU";
pub const NO_MAP: &str = "No map has been computed.";
pub const DOWNLOADS: &str = "Save";
pub const NIFTI: &str = "Map .nii.gz";
pub const PT: &str = "Map .pt";
pub const PNG: &str = "Figure .png";
pub const RECORD: &str = "Record .json";
pub const MORE_FORMS: &str = "More forms";
pub const WHOLE_IMAGE: &str = "On the whole image’s grid .nii.gz";
pub const CLINICADL_NIFTI: &str = "As ClinicaDL writes it .nii.gz";
pub const ELEMENTS_ARE: &str = "Elements";

pub const DROP_HERE: &str = "Drop a MAPS, a CAPS, an archive or images";
pub const DROP_HINT: &str = "Folders that hold a maps.json are opened as the model, everything else as images. \
     An archive alone is the model if its name says so or no model of yours is open yet.";

pub const ENGINE_STOPPED_HINT: &str = "Restart the engine: what was open is opened again. If that does not help, reload the page.";
pub const RESTART: &str = "Restart the engine";
pub const BAD_VOLUME_HINT: &str = "Check the affine in the image's header, or report this with the record.";
pub const DROP_FAILED_HINT: &str = "Try the Folder… or Files… button instead of dropping.";
pub const NOTHING_FOUND: &str = "nothing that could be opened was chosen";
pub const NOTHING_FOUND_HINT: &str = "Choose a MAPS folder or archive, a CAPS folder, or .nii, .nii.gz, .pt files.";
pub const FIGURE_FAILED_HINT: &str = "Close other tabs to free memory and try again.";

/// Key, what it does.
pub const KEYS: [(&str, &str); 11] = [
    ("click, drag", "set the crosshair"),
    ("wheel, Page Up, Page Down", "step through slices"),
    ("arrows", "move the crosshair in the plane"),
    ("V", "all planes, or one of them large"),
    ("C", "crosshair on or off"),
    ("O", "saliency map on or off"),
    ("R", "switch sides: left on the left or on the right"),
    ("+ −", "raise or lower the threshold"),
    ("S", "save the map as NIfTI"),
    ("Esc", "cancel what is running"),
    ("?", "this help"),
];

/// What the status line says while nothing runs.
pub const IDLE: &str = "Open a model and images to begin.";
pub const READY: &str = "Ready.";
pub const FAILED: &str = "The last step failed.";
pub const WORKING: &str = "Working";

pub fn engine_stopped(words: &str) -> String {
    if words.is_empty() { "the engine could not be started".to_owned() } else { format!("the engine stopped ({words})") }
}

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Reading => "Reading",
        Stage::Fetching => "Fetching the demo study",
        Stage::Parsing => "Parsing",
        Stage::Uploading => "Moving weights to the device",
        Stage::Forward => "Forward pass",
        Stage::Backward => "Backward pass",
        Stage::Interpreting => "Interpreting",
        Stage::Packing => "Packing",
    }
}

pub fn device(info: &DeviceInfo) -> String {
    match info.kind {
        DeviceChoice::Cpu => CPU.to_owned(),
        _ => format!("WebGPU · {}", info.name),
    }
}

/// What a gradient map takes, and what the device makes of it.
pub fn memory(memory: &MemorySummary) -> String {
    let megabytes = |bytes: u64| format!("{} MB", bytes.div_ceil(1_000_000));
    let needs =
        format!("{} for a gradient map, {} of it weights", megabytes(memory.weights + memory.activations), megabytes(memory.weights));
    match memory.is_tiled {
        true => format!("{needs}; this device binds {} at once: computed in pieces", megabytes(memory.max_binding)),
        false => needs,
    }
}

pub fn node(label: &str, index: usize) -> String {
    format!("{label} (node {index})")
}

pub fn task(task: &str, mode: &str) -> String {
    format!("{task} · {mode}")
}

pub fn plane(plane: Plane) -> &'static str {
    match plane {
        Plane::Coronal => "Coronal",
        Plane::Sagittal => "Sagittal",
        Plane::Axial => "Axial",
    }
}

pub fn axis(axis: usize) -> &'static str {
    match axis {
        0 => "x",
        1 => "y",
        _ => "z",
    }
}

pub fn canvas_label(plane: Plane) -> String {
    format!("{} slice. Arrow keys move the crosshair, Page Up and Page Down step through slices.", self::plane(plane))
}

pub fn no_place(what: &str) -> String {
    format!("{what}: its affine cannot be inverted, so it has no place in the head")
}

pub fn wrong_size(what: &str, error: &str) -> String {
    format!("{what}: {error}")
}

pub fn milliseconds(value: f64) -> String {
    if value < 1000.0 { format!("{value:.0} ms") } else { format!("{:.1} s", value / 1000.0) }
}

pub fn reduction(factor: u32) -> String {
    format!("size ÷ {factor}")
}

/// Time until a job ends, roughly as anybody would say it.
pub fn remaining(milliseconds: f64) -> String {
    let seconds = (milliseconds / 1000.0).ceil().max(1.0);
    let minutes = (seconds / 60.0).round();
    match seconds {
        ..90.0 => format!("about {seconds:.0} s left"),
        ..5400.0 => format!("about {minutes:.0} min left"),
        _ => format!("about {:.1} h left", minutes / 60.0),
    }
}

/// Where an element's number lies.
pub fn element_range(mode: &str, first: usize, count: usize) -> String {
    format!("{mode} {first}–{}", first + count.saturating_sub(1))
}

pub fn channel(index: usize, count: usize) -> String {
    format!("{} of {count}", index + 1)
}

/// What ClinicaDL's own prediction said, beside what was computed here.
pub fn self_check(check: &SelfCheck) -> String {
    let recorded: Vec<String> = check.recorded.iter().map(|value| format::significant(f64::from(*value))).collect();
    let difference = format::significant(f64::from(check.difference));
    format!("ClinicaDL’s own prediction ({}): {}; difference {difference}", check.file, recorded.join(" / "))
}

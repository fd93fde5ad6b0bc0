//! Every string that the user reads, in every [`language`] of the page, and numbers as text ([`format`](mod@format)).
//!
//! Strings of one panel are in the file of its name, those of several here.

pub mod compare;
pub mod figure;
pub mod format;
pub mod group;
pub mod language;
pub mod layers;
pub mod meaning;
pub mod numbers;
pub mod picture;
pub mod progress;
pub mod regions;
pub mod terms;

use self::language::{Language, Text, current_language};
use crate::protocol::{DeviceChoice, DeviceInfo, MemorySummary, SelfCheck};
use crate::render::Plane;

pub const NAME: Text = Text::new("MapLens", "MapLens");
pub const DEMO: Text = Text::new("Synthetic demo study", "Démonstration synthétique");
pub const USE_YOUR_OWN: Text = Text::new(
    "Use your own: drop a model and scans anywhere on the page.",
    "Avec vos fichiers : déposez un modèle et des images n’importe où sur la page.",
);
pub const OWN_FILES: Text = Text::new("Your files", "Vos fichiers");
pub const PRIVACY: Text = Text::new("nothing leaves this computer", "rien ne quitte cet ordinateur");
pub const PRIVACY_TITLE: Text = Text::new(
    "Files are read and computed on in this tab. The page's security policy lets it reach no other server.",
    "Les fichiers sont lus et traités dans cet onglet. La politique de sécurité de la page lui interdit tout autre serveur.",
);
pub const NO_DEVICE: Text = Text::new("starting…", "démarrage…");
pub const HELP: Text = Text::new("Help: keys and terms", "Aide : touches et termes");
pub const KEYS_TITLE: Text = Text::new("Keys", "Touches");
pub const TERMS_TITLE: Text = Text::new("Terms", "Termes");
pub const CLOSE: Text = Text::new("Close", "Fermer");
pub const DISMISS: Text = Text::new("Dismiss", "Masquer");
pub const NOT_CLINICAL: Text = Text::new("Not for clinical use", "Pas pour un usage clinique");
pub const FOOTER: Text = Text::new(
    "saliency maps of brain-MRI networks, as clinicadl interpret computes them",
    "cartes de saillance de réseaux d’IRM cérébrale, telles que clinicadl interpret les calcule",
);

pub const MODEL: Text = Text::new("Model", "Modèle");
pub const MODEL_HINT: Text =
    Text::new("A MAPS folder, or one packed as .zip, .tar or .tar.gz", "Un dossier MAPS, ou le même en .zip, .tar ou .tar.gz");
pub const NO_MODEL: Text = Text::new("No model is open.", "Aucun modèle n’est ouvert.");
pub const FILES_OR_ARCHIVE: Text = Text::new("Files or archive…", "Fichiers ou archive…");
pub const FOLDER: Text = Text::new("Folder…", "Dossier…");
pub const ARCHITECTURE: Text = Text::new("Architecture", "Architecture");
pub const TASK: Text = Text::new("Task", "Tâche");
pub const NODES: Text = Text::new("Output nodes", "Nœuds de sortie");
pub const INPUT: Text = Text::new("Input", "Entrée");
pub const PARAMETERS: Text = Text::new("Parameters", "Paramètres");
pub const MEMORY: Text = Text::new("Memory", "Mémoire");
pub const PREPROCESSING: Text = Text::new("Preprocessing", "Prétraitement");
pub const EPOCH: Text = Text::new("Epoch", "Époque");
pub const TRANSFORMS: Text = Text::new("Input transform", "Transformation");
pub const MIN_MAX: Text = Text::new("min–max", "min–max");
pub const NONE: Text = Text::new("none", "aucune");
pub const SPLIT: Text = Text::new("Split", "Partition");
pub const SELECTION: Text = Text::new("Selection", "Sélection");
pub const LAYERS: Text = Text::new("Layers", "Couches");
pub const LAYERS_HINT: Text = Text::new("Choose a layer to see Grad-CAM at it.", "Choisissez une couche pour y voir Grad-CAM.");
pub const LOAD_REPORT: Text = Text::new("Load report", "Compte rendu de lecture");

pub const PARTICIPANTS: Text = Text::new("Participants", "Participants");
pub const IMAGES_HINT: Text = Text::new(
    "A CAPS folder, an archive, or .nii, .nii.gz, .pt files, with or without a .tsv",
    "Un dossier CAPS, une archive, ou des fichiers .nii, .nii.gz, .pt, avec ou sans .tsv",
);
pub const NO_PARTICIPANTS: Text = Text::new("No images are open.", "Aucune image n’est ouverte.");
pub const DIAGNOSIS: Text = Text::new("Diagnosis", "Diagnostic");
pub const ALL: Text = Text::new("all", "tous");
pub const PARTICIPANT: Text = Text::new("Participant", "Participant");
pub const SESSION: Text = Text::new("Session", "Session");
pub const ELEMENTS: Text = Text::new("Elements", "Éléments");
pub const ELEMENTS_TITLE: Text = Text::new(
    "How many patches, regions or slices the network sees of the image",
    "Combien de patchs, de régions ou de coupes de l’image le réseau voit",
);

pub const INTERPRET: Text = Text::new("Interpret", "Interpréter");
pub const METHOD: Text = Text::new("Method", "Méthode");
pub const GRADIENTS: Text = Text::new("Gradients", "Gradients");
pub const GRAD_CAM: Text = Text::new("Grad-CAM", "Grad-CAM");
pub const TARGET: Text = Text::new("Target", "Cible");
pub const LEVEL: Text = Text::new("Level", "Niveau");
pub const CONVENTION: Text = Text::new("Arithmetic", "Arithmétique");
pub const CONVENTION_161: Text = Text::new("ClinicaDL 1.6.1, exact", "ClinicaDL 1.6.1, exacte");
pub const CONVENTION_CORRECTED: Text = Text::new("Corrected", "Corrigée");
pub const DEVICE: Text = Text::new("Device", "Calcul");
pub const ELEMENT: Text = Text::new("Element", "Élément");
pub const QUANTITY: Text = Text::new("Shown", "Affiché");
pub const MAP: Text = Text::new("Map", "Carte");
pub const DIFFERENCE: Text = Text::new("Difference exact − corrected", "Différence exacte − corrigée");
pub const COMPUTE: Text = Text::new("Compute", "Calculer");
pub const CANCEL: Text = Text::new("Cancel", "Annuler");

pub const COLORMAP: Text = Text::new("Colours", "Couleurs");
pub const RANGE: Text = Text::new("Range", "Étendue");
pub const THRESHOLD: Text = Text::new("Threshold", "Seuil");
pub const THRESHOLD_MODE: Text = Text::new("Threshold as", "Seuil en");
pub const PERCENTILE: Text = Text::new("percentile", "percentile");
pub const ABSOLUTE: Text = Text::new("value", "valeur");
pub const OPACITY: Text = Text::new("Opacity", "Opacité");
pub const ZOOM: Text = Text::new("Zoom", "Zoom");
pub const RESET_VIEW: Text = Text::new("Whole picture", "Image entière");
pub const UNDO: Text = Text::new("Undo", "Annuler");
pub const REDO: Text = Text::new("Redo", "Refaire");
pub const SIDES: Text = Text::new("Sides", "Côtés");
pub const NEUROLOGICAL: Text = Text::new("left on the left", "gauche à gauche");
pub const RADIOLOGICAL: Text = Text::new("left on the right", "gauche à droite");
pub const COLOR_BAR: Text = Text::new("Colour bar", "Échelle de couleurs");
pub const DISPLAY: Text = Text::new("Display", "Affichage");
pub const CHANNEL: Text = Text::new("Channel", "Canal");
pub const GO_TO_PEAK: Text = Text::new("Go to the strongest voxel", "Aller au voxel le plus fort");

pub const OUTPUT: Text = Text::new("Output", "Sortie");
pub const NODE: Text = Text::new("Node", "Nœud");
pub const LOGIT: Text = Text::new("Logit", "Logit");
pub const PROBABILITY: Text = Text::new("Probability", "Probabilité");
pub const MAP_VALUES: Text = Text::new("Map", "Carte");
pub const MIN: Text = Text::new("min", "min");
pub const MAX: Text = Text::new("max", "max");
pub const MEAN: Text = Text::new("mean", "moyenne");
pub const TIME: Text = Text::new("time", "durée");
pub const IMAGE_VALUE: Text = Text::new("image", "image");
pub const SALIENCY: Text = Text::new("saliency", "saillance");
pub const VOXEL: Text = Text::new("voxel", "voxel");
pub const AUTOMATIC: Text = Text::new("automatic", "automatique");
pub const WEBGPU: Text = Text::new("WebGPU", "WebGPU");
pub const CPU: Text = Text::new("CPU", "processeur");
pub const THREADS: Text = Text::new("threads", "fils");
pub const NO_MAP: Text = Text::new("No map has been computed.", "Aucune carte n’a été calculée.");
pub const TABS: Text = Text::new("Panels", "Volets");
pub const SPLITTER: Text = Text::new("Height of the planes", "Hauteur des plans");
pub const SPLITTER_TITLE: Text = Text::new(
    "Drag to give the planes more or less room; a double click brings the usual back",
    "Glissez pour donner plus ou moins de place aux plans ; un double clic rétablit l’habituel",
);
pub const TAB_MAP: Text = Text::new("Map", "Carte");
pub const DOWNLOADS: Text = Text::new("Save", "Enregistrer");
pub const NIFTI: Text = Text::new("Map .nii.gz", "Carte .nii.gz");
pub const PT: Text = Text::new("Map .pt", "Carte .pt");
pub const PNG: Text = Text::new("Figure .png", "Figure .png");
pub const RECORD: Text = Text::new("Record .json", "Procès-verbal .json");
pub const MORE_FORMS: Text = Text::new("More forms", "Autres formes");
pub const WHOLE_IMAGE: Text = Text::new("On the whole image’s grid .nii.gz", "Sur la grille de l’image entière .nii.gz");
pub const CLINICADL_NIFTI: Text = Text::new("As ClinicaDL writes it .nii.gz", "Comme ClinicaDL l’écrit .nii.gz");
pub const ELEMENTS_ARE: Text = Text::new("Elements", "Éléments");

pub const DROP_HERE: Text = Text::new("Drop a MAPS, a CAPS, an archive or images", "Déposez un MAPS, un CAPS, une archive ou des images");
pub const DROP_HINT: Text = Text::new(
    "Folders that hold a maps.json are opened as the model, everything else as images. An archive alone is the model if its name says so or no model of yours is open yet.",
    "Les dossiers qui contiennent un maps.json sont ouverts comme modèle, tout le reste comme images. Une archive seule est le modèle si son nom le dit ou si vous n’en avez pas encore ouvert.",
);

pub const ENGINE_STOPPED_HINT: Text = Text::new(
    "Restart the engine: what was open is opened again. If that does not help, reload the page.",
    "Redémarrez le moteur : ce qui était ouvert le sera de nouveau. Si cela n’aide pas, rechargez la page.",
);
pub const ENGINE_MISSING_HINT: Text = Text::new(
    "If the network is gone, wait until it is back, then restart the engine: what was open is opened again. If that does not help, reload the page.",
    "Si le réseau est coupé, attendez son retour, puis redémarrez le moteur : ce qui était ouvert le sera de nouveau. Si cela n’aide pas, rechargez la page.",
);
pub const RESTART: Text = Text::new("Restart the engine", "Redémarrer le moteur");
pub const BAD_VOLUME_HINT: Text = Text::new(
    "Check the affine in the image's header, or report this with the record.",
    "Vérifiez l’affine dans l’en-tête de l’image, ou signalez ceci avec le procès-verbal.",
);
pub const DROP_FAILED_HINT: Text =
    Text::new("Try the Folder… or Files… button instead of dropping.", "Essayez le bouton Dossier… ou Fichiers… au lieu de déposer.");
pub const NOTHING_FOUND: Text = Text::new("nothing that could be opened was chosen", "rien de ce qui a été choisi ne peut être ouvert");
pub const NOTHING_FOUND_HINT: Text = Text::new(
    "Choose a MAPS folder or archive, a CAPS folder, or .nii, .nii.gz, .pt files.",
    "Choisissez un dossier ou une archive MAPS, un dossier CAPS, ou des fichiers .nii, .nii.gz, .pt.",
);
pub const FIGURE_FAILED_HINT: Text =
    Text::new("Close other tabs to free memory and try again.", "Fermez d’autres onglets pour libérer de la mémoire et réessayez.");

/// Each key and what it does.
pub const KEYS: [(Text, Text); 17] = [
    (Text::new("click, drag", "clic, glisser"), Text::new("set the crosshair", "placer la croix")),
    (
        Text::new("wheel, Page Up, Page Down", "molette, Page préc., Page suiv."),
        Text::new("step through slices", "passer de coupe en coupe"),
    ),
    (Text::new("arrows", "flèches"), Text::new("move the crosshair in the plane", "déplacer la croix dans le plan")),
    (
        Text::new("Ctrl + wheel, pinch, Z, Shift + Z", "Ctrl + molette, pincer, Z, Maj + Z"),
        Text::new("zoom in or out", "zoomer ou dézoomer"),
    ),
    (Text::new("Shift + drag, middle button", "Maj + glisser, bouton du milieu"), Text::new("move the picture", "déplacer l’image")),
    (
        Text::new("right button, drag", "bouton droit, glisser"),
        Text::new("contrast (across) and brightness (up and down)", "contraste (horizontal) et luminosité (vertical)"),
    ),
    (Text::same("0"), Text::new("whole picture, its own contrast", "image entière, contraste d’origine")),
    (Text::new("Ctrl + Z", "Ctrl + Z"), Text::new("undo a change of the view", "annuler un changement de la vue")),
    (Text::new("Ctrl + Shift + Z", "Ctrl + Maj + Z"), Text::new("do it again", "le refaire")),
    (Text::same("V"), Text::new("all planes, or one of them large", "tous les plans, ou l’un d’eux en grand")),
    (Text::same("C"), Text::new("crosshair on or off", "croix visible ou non")),
    (Text::same("O"), Text::new("saliency map on or off", "carte de saillance visible ou non")),
    (Text::same("R"), Text::new("switch sides: left on the left or on the right", "inverser les côtés : gauche à gauche ou à droite")),
    (Text::same("+ −"), Text::new("raise or lower the threshold", "monter ou baisser le seuil")),
    (Text::same("S"), Text::new("save the map as NIfTI", "enregistrer la carte en NIfTI")),
    (Text::new("Esc", "Échap"), Text::new("cancel what is running", "annuler ce qui est en cours")),
    (Text::same("?"), Text::new("this help", "cette aide")),
];

pub const LANGUAGE: Text = Text::new("Language", "Langue");

/// The status line while nothing is running.
pub const IDLE: Text = Text::new("Open a model and images to begin.", "Ouvrez un modèle et des images pour commencer.");
pub const READY: Text = Text::new("Ready.", "Prêt.");
pub const FAILED: Text = Text::new("The last step failed.", "La dernière étape a échoué.");
pub const WORKING: Text = Text::new("Working", "En cours");

/// Names of the folders and files of a drop that could not be read.
pub fn not_read(paths: &[String]) -> String {
    const PASSED_OVER: Text = Text::new("passed over, since it could not be read", "ignoré, car illisible");
    format!("{}: {}", PASSED_OVER.get(), paths.join(", "))
}

pub fn engine_stopped(words: &str) -> String {
    match current_language() {
        Language::English if words.is_empty() => "the engine could not be loaded from the page’s server".to_owned(),
        Language::English => format!("the engine stopped ({words})"),
        Language::French if words.is_empty() => "le moteur n’a pas pu être chargé du serveur de la page".to_owned(),
        Language::French => format!("le moteur s’est arrêté ({words})"),
    }
}

/// What to do when the engine has stopped; without words of its own it could not be loaded.
pub fn engine_stopped_hint(words: &str) -> &'static str {
    if words.is_empty() { ENGINE_MISSING_HINT.get() } else { ENGINE_STOPPED_HINT.get() }
}

pub fn device(info: &DeviceInfo) -> String {
    match info.kind {
        DeviceChoice::Cpu if info.threads > 1 => format!("{}, {} {}", CPU.get(), info.threads, THREADS.get()),
        DeviceChoice::Cpu => CPU.into(),
        _ => format!("WebGPU · {}", info.name),
    }
}

/// The memory that a gradient map needs, and whether the device computes it in pieces.
pub fn memory(memory: &MemorySummary) -> String {
    let megabytes = |bytes: u64| format!("{} {}", bytes.div_ceil(1_000_000), format::MEGABYTES.get());
    let (all, weights) = (megabytes(memory.weights + memory.activations), megabytes(memory.weights));
    let bound = megabytes(memory.max_binding);
    let (needs, tiled) = match current_language() {
        Language::English => (
            format!("{all} for a gradient map, {weights} of it weights"),
            format!("; this device binds {bound} at once: computed in pieces"),
        ),
        Language::French => (
            format!("{all} pour une carte de gradients, dont {weights} de poids"),
            format!(" ; ce calculateur n’en lie que {bound} à la fois : calcul par morceaux"),
        ),
    };
    if memory.is_tiled { needs + &tiled } else { needs }
}

pub fn node(label: &str, index: usize) -> String {
    match current_language() {
        Language::English => format!("{label} (node {index})"),
        Language::French => format!("{label} (nœud {index})"),
    }
}

pub fn task(task: &str, mode: &str) -> String {
    format!("{task} · {mode}")
}

pub fn plane(plane: Plane) -> &'static str {
    let text = match plane {
        Plane::Coronal => Text::new("Coronal", "Coronal"),
        Plane::Sagittal => Text::new("Sagittal", "Sagittal"),
        Plane::Axial => Text::new("Axial", "Axial"),
    };
    text.get()
}

pub fn axis(axis: usize) -> &'static str {
    match axis {
        0 => "x",
        1 => "y",
        _ => "z",
    }
}

pub fn canvas_label(plane: Plane) -> String {
    let plane = self::plane(plane);
    match current_language() {
        Language::English => format!("{plane} slice. Arrow keys move the crosshair, Page Up and Page Down step through slices."),
        Language::French => {
            format!("Coupe, plan {}. Les flèches déplacent la croix, Page préc. et Page suiv. changent de coupe.", plane.to_lowercase())
        }
    }
}

pub fn no_place(what: &str) -> String {
    match current_language() {
        Language::English => format!("{what}: its affine cannot be inverted, so it has no place in the head"),
        Language::French => format!("{what} : son affine n’est pas inversible, il n’a donc pas de place dans la tête"),
    }
}

pub fn wrong_size(what: &str, error: &str) -> String {
    format!("{what}: {error}")
}

pub fn milliseconds(value: f64) -> String {
    if value < 1000.0 { format!("{value:.0} ms") } else { format!("{} s", format::decimals(value / 1000.0, 1)) }
}

pub fn reduction(factor: u32) -> String {
    match current_language() {
        Language::English => format!("size ÷ {factor}"),
        Language::French => format!("taille ÷ {factor}"),
    }
}

/// The smallest and largest number of an element.
pub fn element_range(mode: &str, first: usize, count: usize) -> String {
    format!("{mode} {first}–{}", first + count.saturating_sub(1))
}

pub fn channel(index: usize, count: usize) -> String {
    match current_language() {
        Language::English => format!("{} of {count}", index + 1),
        Language::French => format!("{} sur {count}", index + 1),
    }
}

/// ClinicaDL's own prediction, beside what was computed here.
pub fn self_check(check: &SelfCheck) -> String {
    let recorded: Vec<String> = check.recorded.iter().map(|value| format::significant(f64::from(*value))).collect();
    let (file, recorded, difference) = (&check.file, recorded.join(" / "), format::significant(f64::from(check.difference)));
    match current_language() {
        Language::English => format!("ClinicaDL’s own prediction ({file}): {recorded}; difference {difference}"),
        Language::French => format!("Prédiction de ClinicaDL lui-même ({file}) : {recorded} ; différence {difference}"),
    }
}

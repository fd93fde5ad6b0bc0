//! The options of the command line, named as those of `clinicadl interpret` 1.6.1.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::plot_options::Plot;
use crate::engine::group::Shard;
use crate::protocol::{Convention, DeviceChoice, InterpretOptions, Method, NiftiForm};

/// Saliency maps of trained brain-MRI networks.
#[derive(Debug, Parser)]
#[command(name = "maplens", version, about, arg_required_else_help = true)]
pub struct CommandLine {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compute saliency maps of a data group, as `clinicadl interpret` does, and write them into the MAPS.
    Interpret(Box<Interpret>),
    /// Put the parts together that `interpret --shard` wrote on several machines.
    Merge(Merge),
    /// Draw a map as nilearn's `plot_stat_map` does, as PNG or SVG.
    Plot(Box<Plot>),
}

/// `maplens interpret [OPTIONS] INPUT_MAPS_DIRECTORY DATA_GROUP NAME METHOD`
#[derive(Debug, Args)]
#[command(rename_all = "snake_case", arg_required_else_help = true)]
pub struct Interpret {
    /// The MAPS folder: the trained model. Results are written into it.
    #[arg(value_name = "INPUT_MAPS_DIRECTORY", value_parser = existing_folder)]
    pub maps: PathBuf,
    /// Name of the data group; one that the MAPS does not have yet is made of --participants_tsv and --caps_directory.
    pub data_group: String,
    /// Name of this interpretation: results go to a folder interpret-NAME.
    pub name: String,
    /// How the maps are computed.
    #[arg(value_enum)]
    pub method: MethodWord,

    /// Grad-CAM only: number of leading modules of the convolutions that make the feature maps. Default: all.
    #[arg(long, value_parser = level)]
    pub level_grad_cam: Option<u32>,
    /// Metric whose best checkpoint is interpreted; may be given several times.
    #[arg(long, default_value = "loss", action = ArgAction::Append)]
    pub selection_metrics: Vec<String>,
    /// Split to interpret; may be given several times. Default: all that were trained.
    #[arg(long = "split", action = ArgAction::Append)]
    pub splits: Vec<u32>,
    /// Table of participants and sessions, or, with --multi_cohort, of cohorts.
    #[arg(long, value_parser = existing_path)]
    pub participants_tsv: Option<PathBuf>,
    /// The CAPS folder of the images, or, with --multi_cohort, a table of such folders.
    #[arg(long, value_parser = existing_path)]
    pub caps_directory: Option<PathBuf>,
    /// The two options above name tables of several cohorts.
    #[arg(long)]
    pub multi_cohort: bool,
    /// Keep only rows with this diagnosis; may be given several times. Default: those that the model was trained on.
    #[arg(short, long, action = ArgAction::Append)]
    pub diagnoses: Vec<String>,
    /// Output node that is explained, from 0; -1 is the last one, -2 the one before it, and so on.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    pub target_node: i64,
    /// Also write one map for each participant, session and element.
    #[arg(long)]
    pub save_individual: bool,
    /// Also write NIfTI files beside the tensors.
    #[arg(long)]
    pub save_nifti: bool,
    /// Erase all results of the data group first (predictions, too). Its definition is replaced only by the corrected convention.
    #[arg(short, long)]
    pub overwrite: bool,
    /// Erase results of the same NAME first. Short form: -on.
    #[arg(long)]
    pub overwrite_name: bool,

    /// Where to compute: the CPU, or a graphics card by way of Vulkan, Metal or DirectX.
    #[arg(long, value_enum, default_value_t = DeviceWord::Cpu)]
    pub device: DeviceWord,
    /// The same as --device wgpu.
    #[arg(long, conflicts_with_all = ["device", "no_gpu"])]
    pub gpu: bool,
    /// The same as --device cpu.
    #[arg(long = "no-gpu", conflicts_with_all = ["device", "gpu"])]
    pub no_gpu: bool,
    /// Arithmetic of maps and means.
    #[arg(long, value_enum, default_value_t = ConventionWord::Clinicadl161)]
    pub convention: ConventionWord,
    /// Form of the NIfTI files.
    #[arg(long, value_enum, default_value_t = NiftiWord::Placed)]
    pub nifti_form: NiftiWord,
    /// Compute only part K of N of the sessions, for `maplens merge` to put together.
    #[arg(long, value_name = "K/N")]
    pub shard: Option<Shard>,
    /// No progress bar.
    #[arg(short, long)]
    pub quiet: bool,

    /// Has no effect on the maps; taken so that commands written for ClinicaDL run. Short form: -np.
    #[arg(long, default_value_t = 2, hide_default_value = true)]
    pub n_proc: u32,
    /// Has no effect on the maps; taken so that commands written for ClinicaDL run.
    #[arg(long, default_value_t = 8, hide_default_value = true)]
    pub batch_size: u32,
    /// Refused: maps are computed in float32.
    #[arg(long, conflicts_with = "no_amp")]
    pub amp: bool,
    /// Always so.
    #[arg(long = "no-amp")]
    pub no_amp: bool,
}

/// `maplens merge INPUT_MAPS_DIRECTORY DATA_GROUP NAME`
#[derive(Debug, Args)]
#[command(rename_all = "snake_case", arg_required_else_help = true)]
pub struct Merge {
    /// The MAPS folder into which all parts wrote.
    #[arg(value_name = "INPUT_MAPS_DIRECTORY", value_parser = existing_folder)]
    pub maps: PathBuf,
    /// Name of the data group.
    pub data_group: String,
    /// Name of the interpretation.
    pub name: String,
    /// No progress bar.
    #[arg(short, long)]
    pub quiet: bool,
}

/// Values of METHOD.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum MethodWord {
    /// Vanilla back-propagation.
    Gradients,
    /// Gradient-weighted class activation mapping.
    GradCam,
}

/// Values of --device.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DeviceWord {
    /// The CPU.
    Cpu,
    /// A graphics card.
    Wgpu,
}

/// Values of --convention.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ConventionWord {
    /// The numbers of ClinicaDL 1.6.1.
    #[value(name = "clinicadl-1.6.1")]
    Clinicadl161,
    /// What its documentation promises.
    Corrected,
}

/// Values of --nifti_form.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum NiftiWord {
    /// 3D on the element's grid, with its place in the head.
    Placed,
    /// 3D on the whole image's grid, zeros outside the element.
    WholeImage,
    /// As ClinicaDL writes it: a leading channel axis and an identity affine.
    Clinicadl,
}

impl CommandLine {
    /// Reads the program's arguments; usage errors and help end the program as clap does.
    pub fn read() -> Self {
        Self::parse_from(std::env::args_os().map(long_form))
    }
}

impl Interpret {
    /// The device to compute on.
    pub fn device_choice(&self) -> DeviceChoice {
        match (self.gpu, self.device) {
            (true, _) | (false, DeviceWord::Wgpu) => DeviceChoice::Webgpu,
            (false, DeviceWord::Cpu) => DeviceChoice::Cpu,
        }
    }

    /// The options of the run, with the target node that was checked.
    pub fn interpret_options(&self, target_node: usize) -> InterpretOptions {
        InterpretOptions {
            data_group: self.data_group.clone(),
            name: self.name.clone(),
            method: match self.method {
                MethodWord::Gradients => Method::Gradients,
                MethodWord::GradCam => Method::GradCam { level: self.level_grad_cam.map(|level| level as usize) },
            },
            target_node,
            convention: match self.convention {
                ConventionWord::Clinicadl161 => Convention::Clinicadl161,
                ConventionWord::Corrected => Convention::Corrected,
            },
            splits: self.splits.clone(),
            selection_metrics: self.selection_metrics.clone(),
            diagnoses: self.diagnoses.clone(),
            save_individual: self.save_individual,
            nifti: match (self.save_nifti, self.nifti_form) {
                (false, _) => NiftiForm::None,
                (true, NiftiWord::Placed) => NiftiForm::Placed,
                (true, NiftiWord::WholeImage) => NiftiForm::WholeImage,
                (true, NiftiWord::Clinicadl) => NiftiForm::Clinicadl,
            },
            overwrite: self.overwrite,
            overwrite_name: self.overwrite_name,
        }
    }
}

/// The long form of ClinicaDL's two-letter short options, which clap does not have; other arguments stay as they are.
fn long_form(argument: OsString) -> OsString {
    match argument.to_str() {
        Some("-np") => "--n_proc".into(),
        Some("-on") => "--overwrite_name".into(),
        _ => argument,
    }
}

fn level(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("levels are whole numbers from 1".to_owned()),
        Ok(level) => Ok(level),
    }
}

fn existing_folder(text: &str) -> Result<PathBuf, String> {
    let path = existing_path(text)?;
    if path.is_dir() { Ok(path) } else { Err("this is a file, and a folder is needed: unpack it first if it is an archive".to_owned()) }
}

fn existing_path(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.exists() { Ok(path) } else { Err("there is no such file or folder".to_owned()) }
}

//! The words in which an explanation is asked for.

use serde::{Deserialize, Serialize};

/// How the saliency map is computed. Names and meaning are those of `clinicadl interpret`'s METHOD argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Vanilla back-propagation: the derivative of one logit with respect to every voxel of the network's input
    /// (Simonyan, Vedaldi & Zisserman 2014, arXiv:1312.6034).
    Gradients,
    /// Gradient-weighted class activation mapping (Selvaraju et al. 2017, arXiv:1610.02391).
    GradCam {
        /// Number of leading modules of the `convolutions` sequence that make the feature maps
        /// (`--level_grad_cam`). `None`, or at least the number of modules, means the whole sequence.
        level: Option<usize>,
    },
}

impl Method {
    /// The name on ClinicaDL's command line.
    pub fn name(&self) -> &'static str {
        match self {
            Method::Gradients => "gradients",
            Method::GradCam { .. } => "grad-cam",
        }
    }
}

/// Which arithmetic to follow where ClinicaDL 1.6.1 departs from its own documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Convention {
    /// The numbers of `clinicadl interpret` 1.6.1 to the last digit float32 allows: 3D Grad-CAM pools gradients over
    /// the first two axes only, averages over channels and keeps negative values.
    #[default]
    #[serde(rename = "clinicadl-1.6.1")]
    Clinicadl161,
    /// What the method's paper says: Grad-CAM pools over all spatial axes, sums over channels and keeps the positive part.
    #[serde(rename = "corrected")]
    Corrected,
}

impl Convention {
    /// The name in the page's form and in the record.
    pub fn name(&self) -> &'static str {
        match self {
            Convention::Clinicadl161 => "clinicadl-1.6.1",
            Convention::Corrected => "corrected",
        }
    }
}

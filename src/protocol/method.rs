//! Method, arithmetic and quantity of an explanation.

use serde::{Deserialize, Serialize};

/// The method by which a saliency map is computed. Names and meaning are those of `clinicadl interpret`'s METHOD argument.
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

    /// The level whose feature maps it differentiates by: 0 for the input. May lie beyond the last, which then is meant.
    pub fn first_level(&self) -> usize {
        match self {
            Method::Gradients => 0,
            Method::GradCam { level } => level.unwrap_or(usize::MAX),
        }
    }

    /// The difference of the two conventions for an input of `n_axes` spatial axes (2 or 3), in one line; `None` where they
    /// agree. Gradients always agree; Grad-CAM never does, but in 2D only in how channels are combined.
    pub fn difference(&self, n_axes: usize) -> Option<&'static str> {
        let channels = "ClinicaDL 1.6.1 averages the weighted channels and keeps negative values, \
                        the paper sums them and keeps the positive part";
        let pooling_too = "ClinicaDL 1.6.1 averages gradients over the first two axes only, averages the weighted channels and keeps \
                           negative values, the paper averages over all axes, sums the channels and keeps the positive part";
        match self {
            Method::Gradients => None,
            Method::GradCam { .. } => Some(if n_axes == 2 { channels } else { pooling_too }),
        }
    }
}

/// The arithmetic that is followed where ClinicaDL 1.6.1 departs from its own documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Convention {
    /// The numbers of `clinicadl interpret` 1.6.1 to the last digit float32 allows: Grad-CAM averages over channels and
    /// keeps negative values, and in 3D pools gradients over the first two axes only.
    #[default]
    #[serde(rename = "clinicadl-1.6.1")]
    Clinicadl161,
    /// The arithmetic of the method's paper: Grad-CAM pools over all spatial axes, sums over channels and keeps the positive part.
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

/// The quantity that a map holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// The saliency map.
    #[default]
    Map,
    /// The map in ClinicaDL's arithmetic minus the corrected one.
    Difference,
}

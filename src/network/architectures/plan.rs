//! The plan of an architecture: its layers and the keys of its weights. All sizes come from the checkpoint.

use crate::kernels::Activation;

/// A network before its weights.
pub struct Plan {
    /// The modules that Grad-CAM levels count.
    pub convolutions: Vec<PlannedModule>,
    /// The fully connected layers.
    pub fc: PlannedHead,
}

/// One top-level module of `convolutions`.
pub struct PlannedModule {
    /// Name of the module; by default that of its only layer.
    pub name: Option<String>,
    /// The layers, the first one first.
    pub nodes: Vec<Planned>,
}

/// A layer, or a residual block of layers, with the prefixes of its keys.
pub enum Planned {
    /// Convolution, zero-padded.
    Convolution(PlannedConvolution),
    /// Batch normalisation.
    BatchNorm {
        /// Prefix of its keys.
        key: String,
    },
    /// Instance normalisation.
    InstanceNorm,
    /// A function of single values.
    Activation(Activation),
    /// Front-padded maximum of blocks of two voxels per axis.
    PadMaxPool,
    /// Maximum of three voxels per axis, every two.
    MaxPool {
        /// Voxels of −∞ at either end of an axis.
        padding: usize,
    },
    /// Average over the whole image.
    AveragePool,
    /// Squeeze-excitation.
    SqueezeExcitation {
        /// Prefix of its keys.
        key: String,
    },
    /// The sum of two branches.
    Residual {
        /// The longer branch.
        branch: Vec<Planned>,
        /// The shorter branch; empty for the identity.
        shortcut: Vec<Planned>,
    },
}

/// A convolution with the same window along all axes.
pub struct PlannedConvolution {
    /// Prefix of its keys.
    pub key: String,
    /// Voxels of the window along each axis.
    pub kernel: usize,
    /// Voxels from one window to the next.
    pub stride: usize,
    /// Whether the convolution has a bias.
    pub has_bias: bool,
}

/// Fully connected layers.
pub struct PlannedHead {
    /// Prefixes of the layers' keys, the first layer first.
    pub keys: Vec<String>,
    /// The activation between each two layers.
    pub activation: Option<Activation>,
    /// Prefixes of weights that belong to the network, but not to the output that is explained.
    pub other_heads: &'static [&'static str],
}

impl PlannedModule {
    /// A module of one layer.
    pub fn of(layer: Planned) -> Self {
        Self { name: None, nodes: vec![layer] }
    }

    /// A module of several layers.
    pub fn block(name: impl Into<String>, nodes: Vec<Planned>) -> Self {
        Self { name: Some(name.into()), nodes }
    }
}

impl Planned {
    /// Convolution of width 3 with bias.
    pub fn convolution(key: String, stride: usize) -> Self {
        Self::Convolution(PlannedConvolution { key, kernel: 3, stride, has_bias: true })
    }

    /// Convolution without bias.
    pub fn unbiased(key: String, kernel: usize, stride: usize) -> Self {
        Self::Convolution(PlannedConvolution { key, kernel, stride, has_bias: false })
    }
}

impl PlannedConvolution {
    /// Voxels of zeros at either end of an axis: all convolutions of ClinicaDL are padded so that stride 1 keeps the size.
    pub fn padding(&self) -> usize {
        self.kernel / 2
    }
}

impl PlannedHead {
    /// A head of layers with these prefixes, which is the only one.
    pub fn new<K: Into<String>>(keys: impl IntoIterator<Item = K>, activation: Option<Activation>) -> Self {
        Self { keys: keys.into_iter().map(Into::into).collect(), activation, other_heads: &[] }
    }
}

//! What `maps.json` says of a RandomArchitecture, whose layers were drawn when it was trained.

/// The parameters of a RandomArchitecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomArchitecture {
    /// `convolutions_dict`, in order.
    pub blocks: Vec<RandomBlock>,
    /// `n_fcblocks`.
    pub n_fc_blocks: usize,
    /// `network_normalization`.
    pub normalization: RandomNormalization,
}

/// One block of convolutions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RandomBlock {
    /// Its key, `conv0` …, which is part of the names of its weights.
    pub name: String,
    /// Channels of its output.
    pub out_channels: usize,
    /// Number of convolutions; only the last one changes the number of channels.
    pub n_conv: usize,
    /// How it halves the axes.
    pub reduction: RandomReduction,
}

/// How a block halves the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomReduction {
    /// By a front-padded maximum after the last convolution.
    MaxPooling,
    /// By stride 2 of the last convolution.
    Stride,
}

/// What follows each convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomNormalization {
    /// Batch normalisation.
    Batch,
    /// Instance normalisation, without parameters.
    Instance,
    /// Nothing.
    None,
}

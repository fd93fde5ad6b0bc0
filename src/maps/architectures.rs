//! The nineteen network classes of ClinicaDL 1.6.1, by kind. `network` decides which of them MapLens can run.

/// The kind of a network class, by what it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchitectureKind {
    /// Convolutions, then fully connected layers: the kind that `clinicadl interpret` explains.
    Cnn,
    /// A CNN with three heads for semi-supervised domain adaptation.
    DomainAdaptation,
    /// Autoencoder: encoder and decoder.
    Autoencoder,
    /// Variational autoencoder.
    VariationalAutoencoder,
    /// Network that computes an image from an image.
    Generator,
}

impl ArchitectureKind {
    /// Whether the output is an image (and, of autoencoders, a code) instead of one value per node.
    pub fn gives_images(self) -> bool {
        matches!(self, ArchitectureKind::Autoencoder | ArchitectureKind::VariationalAutoencoder | ArchitectureKind::Generator)
    }
}

/// Name and kind of every class, in the documentation's order.
pub const ARCHITECTURES: [(&str, ArchitectureKind); 19] = [
    ("Conv5_FC3", ArchitectureKind::Cnn),
    ("Conv4_FC3", ArchitectureKind::Cnn),
    ("Stride_Conv5_FC3", ArchitectureKind::Cnn),
    ("resnet18", ArchitectureKind::Cnn),
    ("ResNet3D", ArchitectureKind::Cnn),
    ("SqueezeExcitationCNN", ArchitectureKind::Cnn),
    ("RandomArchitecture", ArchitectureKind::Cnn),
    ("Conv5_FC3_SSDA", ArchitectureKind::DomainAdaptation),
    ("AE_Conv5_FC3", ArchitectureKind::Autoencoder),
    ("AE_Conv4_FC3", ArchitectureKind::Autoencoder),
    ("CAE_half", ArchitectureKind::Autoencoder),
    ("GeneratorUNet", ArchitectureKind::Generator),
    ("CVAE_3D", ArchitectureKind::VariationalAutoencoder),
    ("CVAE_3D_half", ArchitectureKind::VariationalAutoencoder),
    ("CVAE_3D_final_conv", ArchitectureKind::VariationalAutoencoder),
    ("Vanilla3DdenseVAE", ArchitectureKind::VariationalAutoencoder),
    ("Vanilla3DspacialVAE", ArchitectureKind::VariationalAutoencoder),
    ("VanillaDenseVAE", ArchitectureKind::VariationalAutoencoder),
    ("VanillaSpatialVAE", ArchitectureKind::VariationalAutoencoder),
];

/// The kind of a class, or `None` for a name that ClinicaDL 1.6.1 does not have.
pub fn kind_of(architecture: &str) -> Option<ArchitectureKind> {
    ARCHITECTURES.iter().find(|(name, _)| *name == architecture).map(|&(_, kind)| kind)
}

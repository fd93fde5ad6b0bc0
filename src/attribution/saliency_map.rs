//! The result of attribution.

/// A saliency map on the grid of the network's input, with the logits of the same forward pass.
#[derive(Debug, Clone, PartialEq)]
pub struct SaliencyMap {
    /// Channels, then the two or three spatial axes. Gradients have the input's channels, Grad-CAM has one.
    pub shape: Vec<usize>,
    /// Channels slowest, last axis fastest.
    pub values: Vec<f32>,
    /// Raw outputs of the network's last layer.
    pub logits: Vec<f32>,
}

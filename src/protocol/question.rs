//! What is asked of a network about every element: the part of a request that attribution needs.

use super::{Convention, Explanation, InterpretOptions, Method, Quantity};

/// Which map is asked for, whatever the image: method, output node, arithmetic and quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Gradients or Grad-CAM, with its level.
    pub method: Method,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
    /// The map itself, or what the conventions differ by.
    pub quantity: Quantity,
}

impl Question {
    /// The saliency map itself, for output node `target`.
    pub fn map(method: Method, target: usize, convention: Convention) -> Self {
        Self { method, target, convention, quantity: Quantity::Map }
    }

    /// The question of a request for a single map.
    pub fn of_explanation(explanation: &Explanation) -> Self {
        let &Explanation { method, target, convention, quantity, .. } = explanation;
        Self { method, target, convention, quantity }
    }

    /// The question of a group run: the map itself, for its options.
    pub fn of(options: &InterpretOptions) -> Self {
        let &InterpretOptions { method, target_node, convention, .. } = options;
        Self::map(method, target_node, convention)
    }
}

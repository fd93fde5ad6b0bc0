//! What is chosen for a map, and what of it stays when another model answers.

use super::{Convention, Explanation, Method, ModelSummary, ParticipantKey, Quantity};

/// A method without its parameters, which are fields of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodName {
    /// [`Method::Gradients`]
    Gradients,
    /// [`Method::GradCam`]
    GradCam,
}

/// The fields of a form for one map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapChoices {
    /// Position of the element within its image.
    pub element: usize,
    /// Gradients or Grad-CAM.
    pub method: MethodName,
    /// Grad-CAM's level, from 1; `None` for the last one, whichever that is. Stays while gradients are chosen.
    pub level: Option<usize>,
    /// Output node, from 0.
    pub target: usize,
    /// Exact or corrected arithmetic.
    pub convention: Convention,
    /// The map itself, or what the conventions differ by.
    pub quantity: Quantity,
}

impl MapChoices {
    /// The choices that `model` allows: what is valid stays as it is, whenever it was chosen. An element is another one where
    /// the model `before` cut images differently; then it is the first.
    pub fn kept_with(&self, before: Option<&ModelSummary>, model: &ModelSummary) -> Self {
        let n_levels = model.levels.len();
        let cuts_as = |before: &ModelSummary| before.mode == model.mode && before.extraction == model.extraction;
        Self {
            element: if before.is_some_and(cuts_as) { self.element } else { 0 },
            method: if n_levels == 0 { MethodName::Gradients } else { self.method },
            level: self.level.filter(|&level| level < n_levels),
            target: if self.target < model.nodes.len() { self.target } else { 0 },
            ..self.clone()
        }
    }

    /// The level that is meant.
    pub fn level_in(&self, model: &ModelSummary) -> usize {
        self.level.unwrap_or(model.levels.len()).max(1)
    }

    /// Whether the two arithmetics differ for what is chosen.
    pub fn can_differ(&self, model: &ModelSummary) -> bool {
        self.method == MethodName::GradCam && model.grad_cam_difference.is_some()
    }

    /// The method that is chosen, with its level.
    pub fn method(&self, model: &ModelSummary) -> Method {
        match self.method {
            MethodName::Gradients => Method::Gradients,
            MethodName::GradCam => Method::GradCam { level: Some(self.level_in(model)) },
        }
    }

    /// The explanation of a participant's image that is chosen: where the two arithmetics agree, there is no difference to show.
    pub fn explanation(&self, participant: ParticipantKey, model: &ModelSummary) -> Explanation {
        let method = self.method(model);
        let quantity = if self.can_differ(model) { self.quantity } else { Quantity::Map };
        let Self { element, target, convention, .. } = *self;
        Explanation { participant, element, method, target, convention, quantity }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{LevelSummary, MemorySummary, NodeLabel};

    fn model(mode: &str, n_levels: usize, n_nodes: usize) -> ModelSummary {
        let level = |level| LevelSummary { level, layer: "ReLU".to_owned(), shape: vec![8, 4, 4, 4] };
        ModelSummary {
            name: "maps".to_owned(),
            architecture: "Conv4_FC3".to_owned(),
            task: "classification".to_owned(),
            mode: mode.to_owned(),
            preprocessing: "t1-linear".to_owned(),
            input_shape: vec![1, 8, 8, 8],
            nodes: (0..n_nodes).map(|index| NodeLabel { index, label: index.to_string() }).collect(),
            splits: Vec::new(),
            split: 0,
            selection: "loss".to_owned(),
            epoch: None,
            n_parameters: 1,
            n_feature_values: 1,
            memory: MemorySummary { weights: 0, activations: 0, is_tiled: false, max_binding: 0 },
            levels: (1..=n_levels).map(level).collect(),
            normalize: true,
            size_reduction: None,
            extraction: String::new(),
            element_names: Vec::new(),
            first_element: 0,
            groups: Vec::new(),
            grad_cam_difference: (n_levels > 0).then(|| "sums".to_owned()),
            warnings: Vec::new(),
        }
    }

    fn choices() -> MapChoices {
        MapChoices {
            element: 7,
            method: MethodName::GradCam,
            level: Some(6),
            target: 1,
            convention: Convention::Corrected,
            quantity: Quantity::Difference,
        }
    }

    fn participant() -> ParticipantKey {
        ParticipantKey { participant_id: "sub-01".to_owned(), session_id: "ses-M000".to_owned() }
    }

    #[test]
    fn another_checkpoint_of_the_same_model_changes_nothing() {
        let (before, model) = (model("patch", 20, 2), model("patch", 20, 2));
        assert_eq!(choices().kept_with(Some(&before), &model), choices());
    }

    #[test]
    fn what_another_model_does_not_have_falls_back_and_the_rest_stays() {
        let kept = choices().kept_with(Some(&model("patch", 20, 2)), &model("slice", 4, 1));
        assert_eq!(kept, MapChoices { element: 0, level: None, target: 0, ..choices() });
        let without_levels = choices().kept_with(None, &model("image", 0, 2));
        assert_eq!((without_levels.method, without_levels.level), (MethodName::Gradients, None));
    }

    #[test]
    fn the_last_level_is_the_last_of_every_model() {
        let last = MapChoices { level: None, ..choices() };
        for n_levels in [20, 8] {
            let model = model("image", n_levels, 2);
            let kept = last.kept_with(None, &model);
            assert_eq!(kept.explanation(participant(), &model).method, Method::GradCam { level: Some(n_levels) });
        }
    }

    #[test]
    fn gradients_keep_the_level_in_mind_and_have_no_difference() {
        let model = model("image", 20, 2);
        let gradients = MapChoices { method: MethodName::Gradients, ..choices() };
        let explanation = gradients.explanation(participant(), &model);
        assert_eq!((explanation.method, explanation.quantity), (Method::Gradients, Quantity::Map));
        let back = MapChoices { method: MethodName::GradCam, ..gradients.kept_with(Some(&model), &model) };
        let explanation = back.explanation(participant(), &model);
        assert_eq!((explanation.method, explanation.quantity), (Method::GradCam { level: Some(6) }, Quantity::Difference));
    }
}

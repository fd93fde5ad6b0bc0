//! One forward walk, and how much of it can be used again for another target or level.
//!
//! The walk is cut into stages where feature maps have become small, and keeps what enters each stage. Another target only
//! walks backwards. Another Grad-CAM level walks forwards again from the last kept maps before it, at most once; a level
//! between two cuts costs one stage. The cuts lie where the network begins a convolution or a residual block anyway, and
//! do not depend on target or level: whatever was computed before, the numbers are bit for bit those of a fresh walk.

use std::ops::Range;

use burn::tensor::Tensor;

use super::error::NetworkError;
use super::feature_maps::{FeatureMaps, read};
use super::helper_pool::HelperPool;
use super::layer_node::{LayerNode, Module};
use super::layers::{RowLayer, Slope};
use super::model::Network;
use super::pass::{Keep, SpatialPass};
use super::progress::WalkProgress;
use super::undecided::PreciseForward;
use crate::pace::{Pace, Stage};

/// All feature maps between stages together take at most this part of what the input takes.
const KEPT_SHARE: usize = 2;

/// The results of one forward walk: the logits, feature maps, and the values that the gradient needs.
#[derive(Debug)]
pub struct ForwardPass {
    /// Raw outputs of the last layer.
    pub logits: Vec<f32>,
    stages: Vec<PassStage>,
    /// Output of the last stage, which is the input of the fully connected layers.
    output: FeatureMaps,
    /// Slopes of the activations between fully connected layers.
    slopes: Vec<Slope<1>>,
    cut: Option<Cut>,
}

/// Modules between two cuts.
#[derive(Debug)]
struct PassStage {
    modules: Range<usize>,
    input: FeatureMaps,
    /// The walked layers, if they kept what the gradient needs.
    kept: Option<SpatialPass>,
    /// The blocks that lead to the input.
    precise: PreciseForward,
}

/// A stage that was walked in two parts, because a level lies inside it.
#[derive(Debug)]
struct Cut {
    level: usize,
    /// Output of the first `level` modules.
    feature_maps: FeatureMaps,
    /// The layers from the level to the end of the stage, with the values that they kept.
    rest: SpatialPass,
}

/// How a stage is going to be walked.
enum Leg {
    /// The whole stage in one pass.
    Whole(SpatialPass, Keep),
    /// Up to the level, and from there to the end.
    Cut { level: usize, first: SpatialPass, rest: SpatialPass },
}

impl Network {
    /// Walks forwards and keeps what [`Self::gradient`] needs down to `level`: the output of the first `level` modules,
    /// or the input for 0. Levels beyond the last module mean the last.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops, [`NetworkError::Device`] when the device fails.
    pub async fn forward(
        &self,
        input: &FeatureMaps,
        level: usize,
        pace: &dyn Pace,
        helpers: Option<&HelperPool>,
    ) -> Result<ForwardPass, NetworkError> {
        let level = self.level(level);
        let legs: Vec<(Range<usize>, Leg)> = self.stages().into_iter().map(|modules| (modules.clone(), self.leg(modules, level))).collect();
        let n_layers: u64 = legs.iter().map(|(_, leg)| leg.n_layers()).sum();
        let mut progress = WalkProgress::new(pace, Stage::Forward, n_layers + 1);
        let (mut stages, mut cut, mut maps) = (Vec::with_capacity(legs.len()), None, input.clone());
        let mut precise = PreciseForward::default();
        for (modules, leg) in legs {
            let mut stage = PassStage { modules, input: maps, kept: None, precise: precise.without_values() };
            let after = progress.after(leg.n_layers());
            maps = leg.walk(&mut stage, &mut cut, &mut precise, progress, helpers).await?;
            progress = after;
            stages.push(stage);
        }
        let (logits, slopes) = self.fc.forward(maps.flatten());
        let logits = read(logits).await?;
        progress.step(1).await?;
        Ok(ForwardPass { logits, stages, output: maps, slopes, cut })
    }

    /// Walks as much again as is needed for [`Self::gradient`] at another level: nothing where the pass was kept from
    /// there or from an earlier cut on.
    ///
    /// # Errors
    /// Those of [`Self::forward`]. The pass stays usable; the next call walks the missing layers.
    pub async fn reach(
        &self,
        pass: &mut ForwardPass,
        level: usize,
        pace: &dyn Pace,
        helpers: Option<&HelperPool>,
    ) -> Result<(), NetworkError> {
        let level = self.level(level);
        let lacking = (0..pass.stages.len()).filter(|&index| pass.lacks(index, level));
        let legs: Vec<(usize, Leg)> = lacking.map(|index| (index, self.leg(pass.stages[index].modules.clone(), level))).collect();
        let mut progress = WalkProgress::new(pace, Stage::Forward, legs.iter().map(|(_, leg)| leg.n_layers()).sum());
        for (index, leg) in legs {
            let after = progress.after(leg.n_layers());
            // The output is that of the first time.
            let mut precise = pass.stages[index].precise.clone();
            drop(leg.walk(&mut pass.stages[index], &mut pass.cut, &mut precise, progress, helpers).await?);
            progress = after;
        }
        Ok(())
    }

    /// Gradient of logit `target` with respect to the feature maps at `level`, which the pass has to reach.
    ///
    /// # Errors
    /// [`NetworkError::Target`] if there is no such node; otherwise those of [`Self::forward`].
    pub async fn gradient(
        &self,
        pass: &ForwardPass,
        level: usize,
        target: usize,
        pace: &dyn Pace,
        helpers: Option<&HelperPool>,
    ) -> Result<FeatureMaps, NetworkError> {
        let n_outputs = self.n_outputs();
        if target >= n_outputs {
            return Err(NetworkError::Target { target, n_outputs });
        }
        let mut one_hot = vec![0.0_f32; n_outputs];
        one_hot[target] = 1.0;
        let flat = self.fc.input_gradient(Tensor::from_floats(one_hot.as_slice(), &self.device), &pass.slopes);
        let [c, d, h, w] = pass.output.shape();
        let mut maps = FeatureMaps::empty([c, d, h, w]);
        maps.push(flat.reshape([1, c, d, h, w]));
        let way_back: Vec<&SpatialPass> = pass.way_back(self.level(level)).collect();
        let n_layers = way_back.iter().map(|part| part.n_layers()).sum();
        let mut progress = WalkProgress::new(pace, Stage::Backward, n_layers);
        for part in way_back {
            maps = part.backward(maps, progress, helpers).await?;
            progress = progress.after(part.n_layers());
        }
        Ok(maps)
    }

    /// The level as a number of modules, none beyond the last.
    pub(super) fn level(&self, level: usize) -> usize {
        level.min(self.convolutions.len())
    }

    fn leg(&self, modules: Range<usize>, level: usize) -> Leg {
        let Range { start, end } = modules;
        if level <= start || end <= level {
            let keep = if level <= start { Keep::ForGradient } else { Keep::Nothing };
            return Leg::Whole(self.spatial_pass(start..end), keep);
        }
        Leg::Cut { level, first: self.spatial_pass(start..level), rest: self.spatial_pass(level..end) }
    }

    pub(super) fn spatial_pass(&self, modules: Range<usize>) -> SpatialPass {
        let nodes = self.convolutions[modules.clone()].iter().flat_map(|module| &module.nodes);
        SpatialPass::new(nodes, self.shapes()[modules.start], self.limits)
    }

    /// All modules, cut from the end as long as what is kept between the stages stays small.
    pub(super) fn stages(&self) -> Vec<Range<usize>> {
        let shapes = self.shapes();
        let n_values = |level: usize| shapes[level].iter().product::<usize>();
        let mut left = n_values(0) / KEPT_SHARE;
        let mut stages = Vec::new();
        let mut end = self.convolutions.len();
        for level in (1..end).rev().filter(|&level| begins_a_part(&self.convolutions[level])) {
            let Some(rest) = left.checked_sub(n_values(level)) else { break };
            left = rest;
            stages.push(level..end);
            end = level;
        }
        stages.push(0..end);
        stages.reverse();
        stages
    }
}

impl Leg {
    fn n_layers(&self) -> u64 {
        match self {
            Self::Whole(pass, _) => pass.n_layers(),
            Self::Cut { first, rest, .. } => first.n_layers() + rest.n_layers(),
        }
    }

    /// Walks a stage and leaves with it what is kept; returns the stage's output.
    async fn walk(
        self,
        stage: &mut PassStage,
        cut: &mut Option<Cut>,
        precise: &mut PreciseForward,
        progress: WalkProgress<'_>,
        helpers: Option<&HelperPool>,
    ) -> Result<FeatureMaps, NetworkError> {
        match self {
            Self::Whole(mut pass, keep) => {
                let output = pass.forward(&stage.input, keep, precise, progress, helpers).await?;
                stage.kept = (keep == Keep::ForGradient).then_some(pass);
                Ok(output)
            }
            Self::Cut { level, mut first, mut rest } => {
                // Maps inside a stage may be large: those of a former level go first.
                *cut = None;
                let feature_maps = first.forward(&stage.input, Keep::Nothing, precise, progress, helpers).await?;
                let progress = progress.after(first.n_layers());
                let output = rest.forward(&feature_maps, Keep::ForGradient, precise, progress, helpers).await?;
                *cut = Some(Cut { level, feature_maps, rest });
                Ok(output)
            }
        }
    }
}

impl ForwardPass {
    /// The network's input.
    pub fn input(&self) -> &FeatureMaps {
        &self.stages[0].input
    }

    /// Output of the first `level` modules, which the pass has to reach.
    pub fn feature_maps(&self, level: usize) -> &FeatureMaps {
        let cut = self.cut.iter().filter(|cut| cut.level == level).map(|cut| &cut.feature_maps);
        let entering = self.stages.iter().filter(|stage| stage.modules.start == level).map(|stage| &stage.input);
        cut.chain(entering).next().unwrap_or(&self.output)
    }

    /// Whether a stage has to be walked again before the gradient at `level` can be computed.
    fn lacks(&self, index: usize, level: usize) -> bool {
        let PassStage { modules, kept, .. } = &self.stages[index];
        if modules.end <= level {
            return false;
        }
        if level <= modules.start { kept.is_none() } else { self.cut.as_ref().is_none_or(|cut| cut.level != level) }
    }

    /// The layers that the gradient walks through, in its order, from the last stage to `level`.
    fn way_back(&self, level: usize) -> impl Iterator<Item = &SpatialPass> {
        let whole = self.stages.iter().rev().filter(move |stage| level <= stage.modules.start);
        let cut = self.cut.iter().filter(move |cut| cut.level == level).map(|cut| &cut.rest);
        whole.filter_map(|stage| stage.kept.as_ref()).chain(cut)
    }
}

/// Whether a part of a pass begins with this module: layers that follow a convolution or an addition are walked together with it.
fn begins_a_part(module: &Module) -> bool {
    matches!(module.nodes.first(), Some(LayerNode::Rows(RowLayer::Convolution(_)) | LayerNode::Residual { .. }))
}

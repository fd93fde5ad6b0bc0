//! From an architecture's plan and a checkpoint to a network. Every problem is collected before anything is refused.

use burn::tensor::Device;

use super::Built;
use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use super::weights::Weights;
use crate::network::fully_connected::FullyConnected;
use crate::network::input_shape::InputShape;
use crate::network::layers::{Linear, MaxPool, PadMaxPool, RowLayer};
use crate::network::step::{self, Module, Step};
use crate::network::{Network, NetworkError, WorkLimits};
use crate::pace::Pace;
use crate::torch_file::StateDict;

impl Plan {
    /// See [`super::Architecture::build`].
    pub async fn build(
        &self,
        architecture: &'static str,
        input: InputShape,
        state_dict: &StateDict,
        (device, limits): (&Device, WorkLimits),
        pace: &dyn Pace,
    ) -> Result<Built, NetworkError> {
        let mut builder = Builder { weights: Weights::new(state_dict, (device, limits), pace), n_axes: input.n_axes() };
        let convolutions = builder.convolutions(&self.convolutions, input.spatial()).await?;
        let shape = convolutions.iter().fold(input.spatial(), |shape, module| module.output_shape(shape));
        if shape.contains(&0) {
            return Err(NetworkError::InputTooSmall { architecture, found: input.as_slice().to_vec() });
        }
        let layers = match convolutions.len() == self.convolutions.len() {
            true => builder.fully_connected(&self.fc, shape.iter().product()).await?,
            false => Vec::new(),
        };
        if builder.weights.are_broken() {
            return Err(NetworkError::Checkpoint { architecture, problems: builder.weights.into_problems() });
        }
        let (unused_keys, unused_heads) = self.fc.sort_out(builder.weights.unused());
        let fc = FullyConnected { layers, activation: self.fc.activation };
        Ok(Built { network: Network::new(convolutions, fc, input, device.clone(), limits), unused_keys, unused_heads })
    }
}

impl PlannedHead {
    /// Parts the unused keys from those of other heads, of which only the heads are named.
    fn sort_out(&self, unused: Vec<String>) -> (Vec<String>, Vec<&'static str>) {
        let is_of = |key: &str, head: &str| key.strip_prefix(head).is_some_and(|rest| rest.starts_with('.'));
        let heads = self.other_heads.iter().copied().filter(|head| unused.iter().any(|key| is_of(key, head))).collect();
        let keys = unused.into_iter().filter(|key| !self.other_heads.iter().any(|head| is_of(key, head))).collect();
        (keys, heads)
    }
}

struct Builder<'a> {
    weights: Weights<'a>,
    n_axes: usize,
}

impl Builder<'_> {
    /// The modules up to the first whose weights do not fit: what follows it cannot be judged.
    async fn convolutions(&mut self, plans: &[PlannedModule], input: [usize; 4]) -> Result<Vec<Module>, NetworkError> {
        let mut shape = input;
        let mut modules = Vec::with_capacity(plans.len());
        for plan in plans {
            let Some(steps) = self.steps(&plan.steps, shape).await? else { break };
            let name = plan.name.clone().unwrap_or_else(|| steps.iter().map(|step| self.name(step)).collect());
            shape = step::output_shape(&steps, shape);
            modules.push(Module { name, steps });
        }
        Ok(modules)
    }

    async fn steps(&mut self, plans: &[Planned], input: [usize; 4]) -> Result<Option<Vec<Step>>, NetworkError> {
        let mut shape = input;
        let mut steps = Vec::with_capacity(plans.len());
        for plan in plans {
            let Some(step) = self.step(plan, shape).await? else { return Ok(None) };
            shape = step.output_shape(shape);
            steps.push(step);
        }
        Ok(Some(steps))
    }

    async fn step(&mut self, plan: &Planned, input: [usize; 4]) -> Result<Option<Step>, NetworkError> {
        Ok(match plan {
            Planned::Convolution(convolution) => {
                self.weights.convolution(convolution, input[0], self.n_axes).await?.map(Box::new).map(RowLayer::Convolution).map(Step::Rows)
            }
            Planned::BatchNorm { key } => {
                self.weights.batch_norm(key, input[0]).await?.map(|layer| Step::Rows(RowLayer::BatchNorm(Box::new(layer))))
            }
            Planned::InstanceNorm => Some(Step::InstanceNorm),
            Planned::Activation(activation) => Some(Step::Rows(RowLayer::Activation(*activation))),
            Planned::PadMaxPool => Some(Step::Rows(RowLayer::PadMaxPool(PadMaxPool::new(self.n_axes)))),
            Planned::MaxPool { padding } => Some(Step::Rows(RowLayer::MaxPool(MaxPool::new(self.n_axes, *padding)))),
            Planned::AveragePool => Some(Step::AveragePool),
            Planned::SqueezeExcitation { key } => {
                self.weights.squeeze_excitation(key, input[0]).await?.map(|layer| Step::SqueezeExcitation(Box::new(layer)))
            }
            Planned::Residual { branch, shortcut } => Box::pin(self.residual(branch, shortcut, input)).await?,
        })
    }

    /// `None` with the problem noted also if the two branches do not fit each other.
    async fn residual(&mut self, planned: &[Planned], shortcut: &[Planned], input: [usize; 4]) -> Result<Option<Step>, NetworkError> {
        let Some(branch) = self.steps(planned, input).await? else { return Ok(None) };
        let Some(shortcut) = self.steps(shortcut, input).await? else { return Ok(None) };
        let (of_branch, of_shortcut) = (step::output_shape(&branch, input), step::output_shape(&shortcut, input));
        if of_branch != of_shortcut {
            self.weights.note_unequal_branches(planned, of_shortcut[0], of_branch[0]);
            return Ok(None);
        }
        let rows = |step| if let Step::Rows(layer) = step { Some(layer) } else { None };
        Ok(Some(Step::Residual { branch, shortcut: shortcut.into_iter().filter_map(rows).collect() }))
    }

    async fn fully_connected(&mut self, plan: &PlannedHead, n_in: usize) -> Result<Vec<Linear>, NetworkError> {
        let mut n_features = n_in;
        let mut layers = Vec::with_capacity(plan.keys.len());
        for key in &plan.keys {
            let Some(layer) = self.weights.fully_connected(key, n_features).await? else { break };
            n_features = layer.features()[1];
            layers.push(layer);
        }
        Ok(layers)
    }

    fn name(&self, step: &Step) -> String {
        let cube = |n: usize| vec![n.to_string(); self.n_axes].join("×");
        match step {
            Step::Rows(RowLayer::Convolution(layer)) => match layer.window() {
                window if window.stride[0] == 1 => format!("convolution {}", cube(window.kernel[0])),
                window => format!("convolution {}, stride {}", cube(window.kernel[0]), window.stride[0]),
            },
            Step::Rows(RowLayer::BatchNorm(_)) => "batch normalisation".to_owned(),
            Step::Rows(RowLayer::Activation(activation)) => activation.name().to_owned(),
            Step::Rows(RowLayer::PadMaxPool(_)) => format!("max pooling {}", cube(2)),
            Step::Rows(RowLayer::MaxPool(layer)) => format!("max pooling {}", cube(layer.window().kernel[0])),
            Step::InstanceNorm => "instance normalisation".to_owned(),
            Step::SqueezeExcitation(_) => "squeeze-excitation".to_owned(),
            Step::AveragePool => "average over the whole image".to_owned(),
            Step::Residual { .. } => "residual block".to_owned(),
        }
    }
}

//! From an architecture's plan and a checkpoint to a network. Every problem is collected before anything is refused.

use super::plan::{Plan, Planned, PlannedHead, PlannedModule};
use super::weights::{WeightPlacement, Weights};
use crate::network::error::NetworkError;
use crate::network::fully_connected::FullyConnected;
use crate::network::input_shape::InputShape;
use crate::network::layer_node::{self, LayerNode, Module};
use crate::network::layers::{Linear, MaxPool, PadMaxPool, RowLayer};
use crate::network::model::Network;
use crate::pace::Pace;
use crate::torch_file::StateDict;

/// A network, and what its checkpoint holds besides.
#[derive(Debug, Clone)]
pub struct Built {
    /// The network.
    pub network: Network,
    /// Keys of the checkpoint that no layer has use for, sorted: left from a transfer, or of another network.
    pub unused_keys: Vec<String>,
    /// Parts of the network that the checkpoint has, but that do not lead to the output that is explained:
    /// the other heads of Conv5_FC3_SSDA.
    pub unused_heads: Vec<&'static str>,
}

impl Plan {
    /// Builds a network of this plan; the same as [`Architecture::build`](super::Architecture::build).
    ///
    /// # Errors
    /// [`NetworkError::Checkpoint`] naming every key that is missing or does not fit, [`NetworkError::InputTooSmall`], and the errors
    /// of reading weights.
    pub async fn build(
        &self,
        architecture: &'static str,
        input: InputShape,
        state_dict: &StateDict,
        placement: WeightPlacement<'_>,
        pace: &dyn Pace,
    ) -> Result<Built, NetworkError> {
        let WeightPlacement { device, limits } = placement;
        let mut builder = Builder { weights: Weights::new(state_dict, placement, pace), n_axes: input.n_axes() };
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
        let (unused_keys, unused_heads) = self.fc.separate_heads(builder.weights.unused());
        let fc = FullyConnected { layers, activation: self.fc.activation };
        Ok(Built { network: Network::new(convolutions, fc, input, device.clone(), limits), unused_keys, unused_heads })
    }
}

impl PlannedHead {
    /// Separates the unused keys that belong to no head from the heads that have unused keys.
    fn separate_heads(&self, unused: Vec<String>) -> (Vec<String>, Vec<&'static str>) {
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
            let Some(nodes) = self.nodes(&plan.nodes, shape).await? else { break };
            let name = plan.name.clone().unwrap_or_else(|| nodes.iter().map(|node| self.name(node)).collect());
            shape = layer_node::output_shape(&nodes, shape);
            modules.push(Module { name, nodes });
        }
        Ok(modules)
    }

    async fn nodes(&mut self, plans: &[Planned], input: [usize; 4]) -> Result<Option<Vec<LayerNode>>, NetworkError> {
        let mut shape = input;
        let mut nodes = Vec::with_capacity(plans.len());
        for plan in plans {
            let Some(node) = self.node(plan, shape).await? else { return Ok(None) };
            shape = node.output_shape(shape);
            nodes.push(node);
        }
        Ok(Some(nodes))
    }

    async fn node(&mut self, plan: &Planned, input: [usize; 4]) -> Result<Option<LayerNode>, NetworkError> {
        Ok(match plan {
            Planned::Convolution(convolution) => self
                .weights
                .convolution(convolution, input[0], self.n_axes)
                .await?
                .map(Box::new)
                .map(RowLayer::Convolution)
                .map(LayerNode::Rows),
            Planned::BatchNorm { key } => {
                self.weights.batch_norm(key, input[0]).await?.map(|layer| LayerNode::Rows(RowLayer::BatchNorm(Box::new(layer))))
            }
            Planned::InstanceNorm => Some(LayerNode::InstanceNorm),
            Planned::Activation(activation) => Some(LayerNode::Rows(RowLayer::Activation(*activation))),
            Planned::PadMaxPool => Some(LayerNode::Rows(RowLayer::PadMaxPool(PadMaxPool::new(self.n_axes)))),
            Planned::MaxPool { padding } => Some(LayerNode::Rows(RowLayer::MaxPool(MaxPool::new(self.n_axes, *padding)))),
            Planned::AveragePool => Some(LayerNode::AveragePool),
            Planned::SqueezeExcitation { key } => {
                self.weights.squeeze_excitation(key, input[0]).await?.map(|layer| LayerNode::SqueezeExcitation(Box::new(layer)))
            }
            Planned::Residual { branch, shortcut } => Box::pin(self.residual(branch, shortcut, input)).await?,
        })
    }

    /// A residual block, or `None` with the problem noted: also if the outputs of branch and shortcut differ in shape.
    async fn residual(&mut self, planned: &[Planned], shortcut: &[Planned], input: [usize; 4]) -> Result<Option<LayerNode>, NetworkError> {
        let Some(branch) = self.nodes(planned, input).await? else { return Ok(None) };
        let Some(shortcut) = self.nodes(shortcut, input).await? else { return Ok(None) };
        let (of_branch, of_shortcut) = (layer_node::output_shape(&branch, input), layer_node::output_shape(&shortcut, input));
        if of_branch != of_shortcut {
            self.weights.note_unequal_branches(planned, of_shortcut[0], of_branch[0]);
            return Ok(None);
        }
        let rows = |node| if let LayerNode::Rows(layer) = node { Some(layer) } else { None };
        Ok(Some(LayerNode::Residual { branch, shortcut: shortcut.into_iter().filter_map(rows).collect() }))
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

    fn name(&self, node: &LayerNode) -> String {
        let cube = |n: usize| vec![n.to_string(); self.n_axes].join("×");
        match node {
            LayerNode::Rows(RowLayer::Convolution(layer)) => match layer.window() {
                window if window.stride[0] == 1 => format!("convolution {}", cube(window.kernel[0])),
                window => format!("convolution {}, stride {}", cube(window.kernel[0]), window.stride[0]),
            },
            LayerNode::Rows(RowLayer::BatchNorm(_)) => "batch normalisation".to_owned(),
            LayerNode::Rows(RowLayer::Activation(activation)) => activation.name().to_owned(),
            LayerNode::Rows(RowLayer::PadMaxPool(_)) => format!("max pooling {}", cube(2)),
            LayerNode::Rows(RowLayer::MaxPool(layer)) => format!("max pooling {}", cube(layer.window().kernel[0])),
            LayerNode::InstanceNorm => "instance normalisation".to_owned(),
            LayerNode::SqueezeExcitation(_) => "squeeze-excitation".to_owned(),
            LayerNode::AveragePool => "average over the whole image".to_owned(),
            LayerNode::Residual { .. } => "residual block".to_owned(),
        }
    }
}

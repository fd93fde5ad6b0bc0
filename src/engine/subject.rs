//! What a map is computed of: an element on the device, with the forward pass of its last map.
//!
//! While the same element is explained again, nothing is read, normalised or uploaded, and of the network only that is
//! walked which the last question did not walk: another output node only walks backwards.

use super::failure::Ended;
use super::images::{ElementInput, Origin};
use super::message::{Explanation, InterpretOptions, Quantity, Stage};
use super::progress::Pacer;
use crate::attribution::{self, Convention, Method, SaliencyMap};
use crate::network::{FeatureMaps, ForwardPass, Network, NetworkError, Pace};

/// An element on the network's device.
pub struct Subject {
    /// Where it came from.
    pub origin: Origin,
    /// Milliseconds of reading and uploading it, for the record of its first map, which takes them.
    pub preparation: Option<Preparation>,
    input: FeatureMaps,
    pass: Option<ForwardPass>,
}

/// How long it took, in milliseconds, until an element was on the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preparation {
    /// Reading and transforming.
    pub read_ms: f64,
    /// Uploading.
    pub upload_ms: f64,
}

/// What is asked of every element.
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
    /// That of a single map.
    pub fn of_explanation(explanation: &Explanation) -> Self {
        let &Explanation { method, target, convention, quantity, .. } = explanation;
        Self { method, target, convention, quantity }
    }

    /// That of a group run.
    pub fn of(options: &InterpretOptions) -> Self {
        let &InterpretOptions { method, target_node, convention, .. } = options;
        Self { method, target: target_node, convention, quantity: Quantity::Map }
    }
}

impl Subject {
    /// Puts an element on the device of a network, which all questions must be asked of; its values are not held twice.
    ///
    /// # Errors
    /// A cancel, a device that fails, or an input that does not fit the network.
    pub async fn upload(input: ElementInput, network: &Network, pacer: &Pacer<'_>) -> Result<Self, Ended> {
        pacer.step(Stage::Uploading, 0, 1).await?;
        let started = pacer.now_ms();
        let ElementInput { origin, values } = input;
        let uploaded = network.upload(&origin.shape, values);
        let input = uploaded.map_err(|error| Ended::from(error).about(&origin.in_words()))?;
        let preparation = Preparation { read_ms: origin.read_ms, upload_ms: pacer.now_ms() - started };
        Ok(Self { origin, preparation: Some(preparation), input, pass: None })
    }

    /// Whether a map of it was begun before and left a forward pass.
    pub fn has_pass(&self) -> bool {
        self.pass.is_some()
    }

    /// The map, or the difference of two, on the network's grid.
    ///
    /// # Errors
    /// [`NetworkError`]: no such node, the device failed, or the pace stopped. After a stop the subject stays usable.
    pub async fn saliency(&mut self, network: &Network, question: Question, pacer: &Pacer<'_>) -> Result<SaliencyMap, NetworkError> {
        let Question { method, target, convention, quantity } = question;
        let pass = match &mut self.pass {
            Some(pass) => pass,
            none => none.insert(attribution::forward(network, &self.input, method, target, pacer).await?),
        };
        if quantity == Quantity::Map {
            return attribution::explain_pass(network, pass, method, target, convention, pacer).await;
        }
        let exact = attribution::explain_pass(network, pass, method, target, Convention::Clinicadl161, pacer).await?;
        let corrected = attribution::explain_pass(network, pass, method, target, Convention::Corrected, pacer).await?;
        let values = exact.values.iter().zip(&corrected.values).map(|(exact, corrected)| exact - corrected).collect();
        Ok(SaliencyMap { values, ..exact })
    }
}

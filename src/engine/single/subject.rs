//! The subject of a map: an element on the device, with the forward pass of its last map.
//!
//! While the same element is explained again, nothing is read, normalised or uploaded, and of the network only that is
//! walked which the last question did not walk: another output node only walks backwards.

use crate::attribution::{self, SaliencyMap};
use crate::engine::failure::JobEnd;
use crate::engine::progress::Pacer;
use crate::engine::study::images::{ElementInput, Origin};
use crate::network::{FeatureMaps, ForwardPass, Network, NetworkError};
use crate::pace::{Pace, Stage};
use crate::protocol::{Explanation, ParticipantKey, Question};

/// An element on the network's device.
pub struct Subject {
    /// Place, shape and file of the element.
    pub origin: Origin,
    /// Milliseconds of reading and uploading it, for the record of its first map, which takes them.
    pub preparation: Option<Preparation>,
    input: FeatureMaps,
    pass: Option<ForwardPass>,
}

/// Milliseconds that it took until an element was on the device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preparation {
    /// Reading and transforming.
    pub read_ms: f64,
    /// Uploading.
    pub upload_ms: f64,
}

impl Subject {
    /// Puts an element on the device of a network, which all questions must be asked of; its values are not held twice.
    ///
    /// # Errors
    /// A cancel, a device that fails, or an input that does not fit the network.
    pub async fn upload(input: ElementInput, network: &Network, pacer: &Pacer<'_>) -> Result<Self, JobEnd> {
        pacer.step(Stage::Uploading, 0, 1).await?;
        let started = pacer.now_ms();
        let ElementInput { origin, values } = input;
        let uploaded = network.upload(&origin.shape, values);
        let input = uploaded.map_err(|error| JobEnd::from(error).about(&origin.in_words()))?;
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
        let pass = match &mut self.pass {
            Some(pass) => pass,
            none => none.insert(attribution::forward(network, &self.input, question, pacer, pacer.helpers()).await?),
        };
        attribution::explain_pass(network, pass, question, pacer, pacer.helpers()).await
    }
}

/// A subject with the participant and element that it is; kept so that the next map of it starts from its forward pass.
pub struct RecentSubject {
    /// Whose image.
    pub participant: ParticipantKey,
    /// Position of the element within the image, from 0.
    pub element: usize,
    /// The element on the device.
    pub subject: Subject,
}

impl RecentSubject {
    /// Whether `explanation` is about the same element of the same image.
    pub fn is_of(&self, explanation: &Explanation) -> bool {
        self.participant == explanation.participant && self.element == explanation.element
    }
}

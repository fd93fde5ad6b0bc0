//! A trained network as a list of layers: checkpoint → [`Network`] → logits and gradients.
//!
//! The list has two parts, as in ClinicaDL: `convolutions` on feature maps, whose modules Grad-CAM levels count, and
//! `fc` on a vector. A saliency map walks it forwards once, keeping of each layer only what its backward pass needs, and
//! backwards to the input or to one level.

mod architectures;
mod error;
pub mod feature_maps;
mod forward_pass;
mod fully_connected;
pub mod fusing;
pub mod helper_pool;
mod host_values;
mod input_shape;
pub mod layer_node;
pub mod layers;
mod memory;
mod model;
mod pass;
pub mod progress;
mod undecided;
mod work_limits;

pub use architectures::{Architecture, Built, SUPPORTED};
pub use error::{KeyProblem, NetworkError};
pub use feature_maps::FeatureMaps;
pub use forward_pass::ForwardPass;
pub use helper_pool::HelperPool;
pub use host_values::HostValues;
pub use memory::MemoryPlan;
pub use model::{Level, Network};
pub use pass::{Keep, SpatialPass};
pub use undecided::{BlockMargins, PreciseBlock, PreciseForward};
pub use work_limits::{KernelChoice, WorkLimits};

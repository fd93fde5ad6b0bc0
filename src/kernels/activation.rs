//! The nonlinear functions that stand between layers.

use serde::{Deserialize, Serialize};

/// A nonlinear function of single values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// `max(x, 0)`; the gradient passes where x > 0 (torch gives 0 at x = 0).
    Relu,
    /// x where x > 0, else x / 100 (torch's default slope).
    LeakyRelu,
    /// x where x > 0, else eˣ − 1.
    Elu,
}

//! A pool of helpers: sharing the computation of a block with threads that have no memory in common, as in a browser.
//!
//! A pass through a block is cut into pieces of a few units (planes of the output, or of the input's gradient). Each helper is sent one
//! piece after the other, with the planes that the piece depends on, and the engine computes pieces itself meanwhile. A thread that has
//! finished gets the next piece, so that threads may be unequally fast. Every value is one sum in one order on whichever thread: a map
//! has the same bits for any number of threads.
//!
//! Helpers can only speed things up. Where one fails, does not respond or responds with arrays that do not fit, the engine computes the
//! missing pieces and goes on without helpers.

mod block_job;
mod block_server;
mod definition;
mod job;
mod ledger;
mod planes;
mod pool;
mod request;
mod residual_job;

pub use block_job::{BackwardJob, ForwardJob};
pub use block_server::{BlockServer, HelperResponse};
pub use definition::{BlockDefinition, SharedBlock};
pub use job::{BlockJob, BlockProgress, run_locally};
pub use planes::{BlockOutput, fill_planes, planes_of};
pub use pool::HelperPool;
pub use residual_job::{BlockInput, ResidualBackwardJob, ResidualForwardJob};

//! The pool itself: starts helpers, has them store blocks, assigns pieces to them and collects their responses.

use std::any::Any;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use super::definition::SharedBlock;
use super::job::{BlockJob, BlockProgress};
use super::ledger::{Assignment, PieceLedger, PieceLimits};
use super::request::{HelperRequest, PieceKey};
use crate::helpers::{HelperEvent, HelperPort, Packet};
use crate::network::error::NetworkError;

/// Most threads that compute, the engine's included. More gain little: one thread copies for all, deeper blocks have few planes for
/// each, and every helper takes some megabytes for the program's own data.
const MAX_THREADS: usize = 8;

/// Consecutive waits without an event, of some hundredths of a second each, after which helpers are given up. A piece takes about one.
const MAX_IDLE_WAITS: usize = 100;

/// The helpers of an engine. It computes one job at a time.
pub struct HelperPool {
    port: Rc<dyn HelperPort>,
    state: RefCell<PoolState>,
}

#[derive(Default)]
struct PoolState {
    /// Helpers that may be started.
    n_helpers: usize,
    /// For each helper that was started, whether it takes packets.
    ready: Vec<bool>,
    /// Whether helpers have failed, after which none is used any more.
    has_failed: bool,
    /// Blocks that helpers store, with their numbers.
    blocks: Vec<(Weak<dyn Any + Send + Sync>, u32)>,
    next_block: u32,
    ledger: PieceLedger,
}

impl HelperPool {
    /// A pool without helpers, until [`Self::set_threads`] sets their number.
    pub fn new(port: Rc<dyn HelperPort>) -> Self {
        Self { port, state: RefCell::default() }
    }

    /// Terminates all helpers and sets how many threads may compute from now on, the engine's included; `None` means as many as the
    /// machine has. Returns the number of helpers that this leaves; they are started when a block is large enough.
    pub fn set_threads(&self, threads: Option<usize>) -> usize {
        let mut state = self.state.borrow_mut();
        self.port.terminate();
        state.forget_helpers();
        state.n_helpers = threads.unwrap_or_else(|| self.port.n_threads()).clamp(1, MAX_THREADS) - 1;
        if state.has_failed { 0 } else { state.n_helpers }
    }

    /// Whether helpers may be used.
    pub fn has_helpers(&self) -> bool {
        let state = self.state.borrow();
        state.n_helpers > 0 && !state.has_failed
    }

    /// Runs a job on a block, sharing pieces of at most `max_len` units with the helpers.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk.
    pub async fn share(
        &self,
        block: SharedBlock<'_>,
        job: &mut dyn BlockJob,
        max_len: usize,
        progress: BlockProgress<'_>,
    ) -> Result<(), NetworkError> {
        let n_units = job.n_units();
        self.state.borrow_mut().ledger.begin(n_units, PieceLimits { max_len, min_len: job.min_units() });
        let block = self.define_block(&block).unwrap_or_else(|why| {
            self.give_up(&why);
            None
        });
        let mut n_idle_waits = 0;
        while !self.state.borrow().ledger.is_complete() {
            if let Some(block) = block {
                self.assign(block, job);
            }
            let local = self.state.borrow_mut().take_local();
            if let Some(units) = local {
                job.compute(units);
                self.port.yield_now().await;
            } else {
                n_idle_waits += 1;
                self.port.wait_for_event().await;
            }
            if self.collect(job) > 0 {
                n_idle_waits = 0;
            }
            if n_idle_waits > MAX_IDLE_WAITS {
                self.give_up("no helper responds");
                n_idle_waits = 0;
            }
            let n_done = self.state.borrow().ledger.n_done();
            progress.step(n_done, n_units).await?;
        }
        Ok(())
    }

    /// The number under which helpers store a block; it is sent to them if they do not have it, and helpers are started if there are
    /// none. `None` if there are no helpers to use, or if the block has no definition.
    fn define_block(&self, block: &SharedBlock<'_>) -> Result<Option<u32>, String> {
        if !self.has_helpers() {
            return Ok(None);
        }
        let mut state = self.state.borrow_mut();
        if state.ready.is_empty() {
            self.port.start(state.n_helpers)?;
            state.ready = vec![false; state.n_helpers];
        }
        for block in state.take_dropped_blocks() {
            let request = HelperRequest::Forget { block };
            self.broadcast(state.n_helpers, &Packet { header: request.to_json(), ..Packet::default() })?;
        }
        let identity = Arc::downgrade(&block.identity);
        if let Some((_, number)) = state.blocks.iter().find(|(stored, _)| stored.ptr_eq(&identity)) {
            return Ok(Some(*number));
        }
        let Some(definition) = (block.definition)() else { return Ok(None) };
        state.next_block = state.next_block.wrapping_add(1);
        let number = state.next_block;
        self.broadcast(state.n_helpers, &definition.packet(number))?;
        state.blocks.push((identity, number));
        Ok(Some(number))
    }

    /// Posts a packet to all helpers.
    fn broadcast(&self, n_helpers: usize, packet: &Packet<'_>) -> Result<(), String> {
        (0..n_helpers).try_for_each(|helper| self.port.post(helper, packet))
    }

    /// Posts pieces to helpers for as long as the ledger assigns some.
    fn assign(&self, block: u32, job: &dyn BlockJob) {
        loop {
            let assignment = self.state.borrow_mut().assign();
            let Some(piece) = assignment else { return };
            let request = job.request(PieceKey { number: piece.number, block }, &piece.units);
            if let Err(why) = self.port.post(piece.helper, &request) {
                return self.give_up(&why);
            }
        }
    }

    /// Handles all events that have arrived, and counts them.
    fn collect(&self, job: &mut dyn BlockJob) -> usize {
        let mut n_events = 0;
        while let Some((helper, event)) = self.port.next_event() {
            n_events += 1;
            if let Err(why) = self.handle_event(helper, event, job) {
                self.give_up(&why);
            }
        }
        n_events
    }

    /// Stores a helper's response, unless it belongs to a job that was stopped.
    fn handle_event(&self, helper: usize, event: HelperEvent, job: &mut dyn BlockJob) -> Result<(), String> {
        let mut state = self.state.borrow_mut();
        let response = match event {
            HelperEvent::Failed(why) => return Err(why),
            HelperEvent::Ready => {
                state.ready.get_mut(helper).into_iter().for_each(|ready| *ready = true);
                return Ok(());
            }
            HelperEvent::Response(response) => response,
        };
        let number = response.header().parse::<u32>().map_err(|_| "a helper's response names no piece")?;
        if let Some(units) = state.ledger.units_of(number) {
            job.store(&units, &*response).ok_or("a helper's response does not fit its piece")?;
        }
        state.ledger.complete(number);
        Ok(())
    }

    /// Uses no helpers from now on; the engine computes the pieces that they had.
    fn give_up(&self, why: &str) {
        self.port.warn(why);
        self.port.terminate();
        let mut state = self.state.borrow_mut();
        state.has_failed = true;
        state.forget_helpers();
    }
}

impl PoolState {
    /// Records that all helpers were terminated, with the blocks that they stored and the pieces that they had.
    fn forget_helpers(&mut self) {
        self.ready.clear();
        self.blocks.clear();
        self.ledger.give_up();
    }

    /// Numbers of the blocks that do not exist any more.
    fn take_dropped_blocks(&mut self) -> Vec<u32> {
        let (stored, dropped): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.blocks).into_iter().partition(|(block, _)| block.strong_count() > 0);
        self.blocks = stored;
        dropped.into_iter().map(|(_, number)| number).collect()
    }

    fn assign(&mut self) -> Option<Assignment> {
        self.ledger.assign(&self.ready)
    }

    fn take_local(&mut self) -> Option<Range<usize>> {
        self.ledger.take_local(&self.ready)
    }
}

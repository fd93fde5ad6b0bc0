//! Sharing a block with threads that have no memory in common: the helpers of a browser's engine.
//!
//! A way through a block is cut into pieces of a few steps. Each helper is sent one after the other, with the planes that it
//! looks at, and the engine computes pieces itself meanwhile. Whoever is done gets the next one, so that threads may be
//! unequally fast. Every value is one sum in one order whoever computes it: a map has the same bits for any number of threads.
//!
//! Helpers can only help. Where one fails, falls silent or answers nonsense, the engine computes the pieces that are missing and
//! goes on alone.

mod helper;
mod job;
mod request;
mod residual_job;

use std::any::Any;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use super::NetworkError;
use super::feature_maps::slabs_of;
use super::progress::WalkProgress;
use crate::helpers::{HelperEvent, HelperPort, Packet};
use crate::kernels::BlockParameters;
use crate::kernels::cpu::residual::ResidualParameters;
pub use helper::{Answer, Helper};
pub use job::{Backwards, BlockJob, Forwards};
use request::{BlockShape, HelperRequest, PieceKey};
pub use residual_job::{ResidualBackwards, ResidualForwards};

/// More threads gain little: one of them copies for all, deeper blocks have few planes for each, and every helper takes some
/// megabytes for the program's own data.
pub const MAX_THREADS: usize = 8;

/// Waits without event, of some hundredths of a second each, after which helpers are given up. A piece takes about one.
const MAX_SILENT_WAITS: usize = 100;

/// An engine's helpers.
pub struct HelperPool {
    port: Rc<dyn HelperPort>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Helpers that may be started.
    n_helpers: usize,
    /// Of each that was started, whether it is there.
    ready: Vec<bool>,
    /// Whether they have failed, and are not to be used any more.
    is_over: bool,
    next_number: u32,
    /// What they remember.
    blocks: Vec<(Weak<dyn Any + Send + Sync>, u32)>,
    /// Numbers of the pieces that they have, and who has them. A walk that was stopped leaves some.
    pieces: Vec<(u32, usize)>,
}

/// What is left of a way through a block.
struct Unassigned {
    /// Steps that nobody has.
    steps: Range<usize>,
    /// Pieces that were given back.
    returned: Vec<Range<usize>>,
    /// Pieces that helpers have, by number.
    out: Vec<(u32, Range<usize>)>,
    /// Most steps of a piece of the engine's own.
    max_len: usize,
    /// Least of a helper's, where there are so many.
    min_len: usize,
}

/// Has a job done by this thread, in pieces of at most `max_len` steps, while `walk` goes over `n_layers` layers.
///
/// # Errors
/// When the walk is stopped.
pub async fn run_locally(job: &mut dyn BlockJob, max_len: usize, (walk, n_layers): (WalkProgress<'_>, u64)) -> Result<(), NetworkError> {
    let n_units = job.n_units();
    for steps in slabs_of(0..n_units, max_len) {
        let end = steps.end;
        job.compute(steps);
        walk.step(n_layers * end as u64 / n_units as u64).await?;
    }
    Ok(())
}

/// A block as a helper is told of it.
pub enum BlockDefinition {
    /// A fused one.
    Fused(BlockParameters),
    /// A residual one.
    Residual(Arc<ResidualParameters>),
}

impl HelperPool {
    /// No helper is used until their number has been chosen.
    pub fn new(port: Rc<dyn HelperPort>) -> Self {
        Self { port, state: RefCell::default() }
    }

    /// Ends the helpers that there are. From now on so many threads may compute, the engine's own among them; without a wish
    /// as many as the machine has. Gives the number of helpers that this means; they are started when a block is large enough.
    pub fn choose(&self, threads: Option<usize>) -> usize {
        let mut state = self.state.borrow_mut();
        self.port.dismiss();
        let n_helpers = threads.unwrap_or_else(|| self.port.n_threads()).clamp(1, MAX_THREADS) - 1;
        *state = State { n_helpers, is_over: state.is_over, next_number: state.next_number, ..State::default() };
        if state.is_over { 0 } else { n_helpers }
    }

    /// Whether there may be helpers.
    pub fn has_helpers(&self) -> bool {
        let state = self.state.borrow();
        state.n_helpers > 0 && !state.is_over
    }

    /// Has a job on a block, which lives as long as helpers are to remember it, done in pieces of at most `max_len` steps, while `walk` goes over the `n_layers` that the block
    /// stands for.
    ///
    /// # Errors
    /// When the walk is stopped.
    pub async fn share(
        &self,
        (block, definition): (Arc<dyn Any + Send + Sync>, impl Fn() -> Option<BlockDefinition>),
        job: &mut dyn BlockJob,
        max_len: usize,
        (walk, n_layers): (WalkProgress<'_>, u64),
    ) -> Result<(), NetworkError> {
        let n_units = job.n_units();
        let mut unassigned = Unassigned { steps: 0..n_units, returned: Vec::new(), out: Vec::new(), max_len, min_len: job.min_len() };
        let block = self.introduce(&block, definition).unwrap_or_else(|why| {
            self.end(&why, &mut unassigned);
            None
        });
        let (mut done, mut silence) = (0, 0);
        while done < n_units {
            if let Some(block) = block {
                self.hand_out(block, job, &mut unassigned);
            }
            if let Some(steps) = unassigned.cut_own(self.n_ready()) {
                done += steps.len();
                job.compute(steps);
                self.port.turn().await;
            } else {
                silence += 1;
                self.port.wait().await;
            }
            while let Some((helper, event)) = self.port.take() {
                silence = 0;
                match self.hear((helper, event), job, &mut unassigned) {
                    Ok(n_units) => done += n_units,
                    Err(why) => self.end(&why, &mut unassigned),
                }
            }
            if silence > MAX_SILENT_WAITS {
                self.end("nothing is heard of them", &mut unassigned);
                silence = 0;
            }
            walk.step(n_layers * done as u64 / n_units as u64).await?;
        }
        Ok(())
    }

    /// The number by which helpers know a block, which they are told if they do not; helpers are started if there are none.
    fn introduce(
        &self,
        block: &Arc<dyn Any + Send + Sync>,
        definition: impl Fn() -> Option<BlockDefinition>,
    ) -> Result<Option<u32>, String> {
        if !self.has_helpers() {
            return Ok(None);
        }
        let mut state = self.state.borrow_mut();
        if state.ready.is_empty() {
            self.port.start(state.n_helpers)?;
            state.ready = vec![false; state.n_helpers];
        }
        let (kept, gone): (Vec<_>, Vec<_>) = std::mem::take(&mut state.blocks).into_iter().partition(|(block, _)| block.strong_count() > 0);
        state.blocks = kept;
        for (_, block) in gone {
            self.tell_all(state.n_helpers, &Packet { words: job::words(&HelperRequest::Forget { block }), ..Packet::default() })?;
        }
        let this = Arc::downgrade(block);
        if let Some((_, number)) = state.blocks.iter().find(|(known, _)| known.ptr_eq(&this)) {
            return Ok(Some(*number));
        }
        let Some(definition) = definition() else { return Ok(None) };
        let number = state.number();
        self.tell_all(state.n_helpers, &definition.packet(number))?;
        state.blocks.push((this, number));
        Ok(Some(number))
    }

    fn tell_all(&self, n_helpers: usize, packet: &Packet<'_>) -> Result<(), String> {
        (0..n_helpers).try_for_each(|helper| self.port.post(helper, packet))
    }

    /// Gives pieces to helpers that have none; a second one, so that they need not wait for the engine, while there is plenty.
    /// The last piece is the engine's own.
    fn hand_out(&self, block: u32, job: &dyn BlockJob, unassigned: &mut Unassigned) {
        loop {
            let n_ready = self.n_ready();
            let n_left = unassigned.n_pieces(n_ready);
            let at_most = if n_left > n_ready + 1 { 1 } else { 0 };
            let Some(helper) = self.free_helper(at_most).filter(|_| n_left > 1) else { return };
            let Some(steps) = unassigned.cut_for_helper(n_ready) else { return };
            let number = self.state.borrow_mut().number();
            match self.port.post(helper, &job.request(PieceKey { number, block }, &steps)) {
                Ok(()) => {
                    self.state.borrow_mut().pieces.push((number, helper));
                    unassigned.out.push((number, steps));
                }
                Err(why) => {
                    unassigned.returned.push(steps);
                    self.end(&why, unassigned);
                    return;
                }
            }
        }
    }

    /// Takes event of a helper; gives the number of steps that are done with it.
    fn hear(&self, (helper, event): (usize, HelperEvent), job: &mut dyn BlockJob, unassigned: &mut Unassigned) -> Result<usize, String> {
        let mut state = self.state.borrow_mut();
        let answer = match event {
            HelperEvent::Failed(why) => return Err(why),
            HelperEvent::Ready => {
                state.ready.get_mut(helper).into_iter().for_each(|ready| *ready = true);
                return Ok(0);
            }
            HelperEvent::Answer(answer) => answer,
        };
        let number = answer.words().parse::<u32>().map_err(|_| "an answer without a number")?;
        state.pieces.retain(|(piece, _)| *piece != number);
        let Some(index) = unassigned.out.iter().position(|(piece, _)| *piece == number) else {
            // Of a walk that was stopped.
            return Ok(0);
        };
        let steps = unassigned.out[index].1.clone();
        job.take(&steps, &*answer).ok_or("an answer that does not fit")?;
        unassigned.out.swap_remove(index);
        Ok(steps.len())
    }

    /// Does without helpers from now on; what they have not answered is to be computed here.
    fn end(&self, why: &str, unassigned: &mut Unassigned) {
        self.port.warn(why);
        self.port.dismiss();
        let mut state = self.state.borrow_mut();
        state.is_over = true;
        state.ready.clear();
        state.pieces.clear();
        state.blocks.clear();
        unassigned.returned.extend(unassigned.out.drain(..).map(|(_, steps)| steps));
    }

    fn n_ready(&self) -> usize {
        self.state.borrow().ready.iter().filter(|ready| **ready).count()
    }

    /// The helper that is there with the fewest pieces, if they are not more than these.
    fn free_helper(&self, at_most: usize) -> Option<usize> {
        let state = self.state.borrow();
        let n_pieces = |helper: usize| state.pieces.iter().filter(|(_, of)| *of == helper).count();
        let ready = (0..state.ready.len()).filter(|&helper| state.ready[helper]);
        ready.map(|helper| (n_pieces(helper), helper)).min().filter(|(n, _)| *n <= at_most).map(|(_, helper)| helper)
    }
}

impl BlockDefinition {
    fn packet(&self, block: u32) -> Packet<'_> {
        match self {
            Self::Fused(parameters) => {
                let words = job::words(&HelperRequest::DefineBlock { block, shape: BlockShape::of(parameters) });
                Packet { words, floats: parameters.arrays().to_vec(), bytes: Vec::new() }
            }
            Self::Residual(parameters) => {
                let ResidualParameters { first, second, shortcut, activations } = &**parameters;
                let shapes = [first, second, shortcut].map(BlockShape::of);
                let words = job::words(&HelperRequest::DefineResidual { block, shapes, activations: *activations });
                let floats = [first, second, shortcut].iter().flat_map(|parameters| parameters.arrays()).collect();
                Packet { words, floats, bytes: Vec::new() }
            }
        }
    }
}

impl State {
    fn number(&mut self) -> u32 {
        self.next_number = self.next_number.wrapping_add(1);
        self.next_number
    }
}

impl Unassigned {
    /// Steps of the next piece, beside so many helpers: a few for each thread, and fewer towards the end, so that all are
    /// done at about the same time.
    fn len(&self, n_helpers: usize) -> usize {
        let share = if n_helpers == 0 { self.max_len } else { self.steps.len() / (2 * (n_helpers + 1)) };
        share.clamp(1, self.max_len)
    }

    /// About how many pieces nobody has.
    fn n_pieces(&self, n_helpers: usize) -> usize {
        self.returned.len() + self.steps.len().div_ceil(self.len(n_helpers).max(self.min_len))
    }

    /// Takes a helper's next piece, from the end: the engine's own follow each other.
    fn cut_for_helper(&mut self, n_helpers: usize) -> Option<Range<usize>> {
        let len = self.len(n_helpers).max(self.min_len);
        let start = self.steps.end.saturating_sub(len).max(self.steps.start);
        let piece = start..self.steps.end;
        self.steps.end = start;
        (!piece.is_empty()).then_some(piece)
    }

    /// Takes the engine's next piece.
    fn cut_own(&mut self, n_helpers: usize) -> Option<Range<usize>> {
        if let Some(returned) = self.returned.pop() {
            return Some(returned);
        }
        let end = self.steps.end.min(self.steps.start + self.len(n_helpers));
        let piece = self.steps.start..end;
        self.steps.start = end;
        (!piece.is_empty()).then_some(piece)
    }
}

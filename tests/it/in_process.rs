//! Helpers in the same thread, well and badly behaved, whose messages are the bytes that workers would be sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use maplens::helpers::{HelperEvent, HelperPort, Packet, ReceivedPacket};
use maplens::network::helper_pool::{Answer, Helper};
use maplens::pace::LocalFuture;

/// How helpers behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Temper {
    Good,
    /// They answer a few times, and then no more.
    Silent,
    /// They answer a few times, and then fail.
    Failing,
    /// They answer what nobody asked for.
    Short,
    /// They answer no number.
    Nameless,
    /// The platform starts none.
    Unstartable,
    /// The platform takes no message for them.
    Unreachable,
    /// They are started, and never ready.
    Late,
}

/// Helpers in the same thread, whose messages are the bytes that workers would be sent.
pub struct InProcess {
    temper: Temper,
    helpers: RefCell<Vec<Helper>>,
    on_their_way: RefCell<VecDeque<(usize, HelperEvent)>>,
    inbox: RefCell<VecDeque<(usize, HelperEvent)>>,
    /// How many pieces were computed.
    pub n_answers: Cell<usize>,
    /// How often it was told that helpers are done without.
    pub n_warnings: Cell<usize>,
}

/// After so many answers, tempers show.
const BEFORE: usize = 3;

struct Message {
    words: String,
    floats: Vec<u8>,
    bytes: Vec<u8>,
}

impl ReceivedPacket for Message {
    fn words(&self) -> &str {
        &self.words
    }

    fn n_floats(&self) -> usize {
        self.floats.len() / 4
    }

    fn n_bytes(&self) -> usize {
        self.bytes.len()
    }

    fn copy_floats(&self, at: usize, to: &mut [f32]) {
        to.iter_mut().zip(self.floats.chunks_exact(4).skip(at)).for_each(|(to, four)| *to = f32::from_le_bytes(four.try_into().unwrap()));
    }

    fn copy_bytes(&self, at: usize, to: &mut [u8]) {
        to.copy_from_slice(&self.bytes[at..at + to.len()]);
    }
}

impl InProcess {
    pub fn new(temper: Temper) -> Rc<Self> {
        let (helpers, on_their_way, inbox) = Default::default();
        Rc::new(Self { temper, helpers, on_their_way, inbox, n_answers: Cell::new(0), n_warnings: Cell::new(0) })
    }

    fn answer(&self, helper: usize, packet: &Packet<'_>) {
        let mut message = Message { words: packet.words.clone(), floats: Vec::new(), bytes: packet.bytes.concat() };
        message.floats.extend(packet.floats.concat().iter().flat_map(|value| value.to_le_bytes()));
        let mut floats = vec![0.0; message.n_floats()];
        message.copy_floats(0, &mut floats);
        let event = match self.helpers.borrow_mut()[helper].handle(&message.words, &floats, &message.bytes) {
            Ok(None) => return,
            Ok(Some(answer)) => self.event_of(answer),
            Err(words) => Some(HelperEvent::Failed(words)),
        };
        self.on_their_way.borrow_mut().extend(event.map(|event| (helper, event)));
    }

    fn event_of(&self, Answer { words, floats, bytes }: Answer) -> Option<HelperEvent> {
        self.n_answers.set(self.n_answers.get() + 1);
        let is_good = self.n_answers.get() <= BEFORE;
        let mut message = Message { words, floats: floats.iter().flat_map(|value| value.to_le_bytes()).collect(), bytes };
        match self.temper {
            Temper::Silent if !is_good => return None,
            Temper::Failing if !is_good => return Some(HelperEvent::Failed("no more".to_owned())),
            Temper::Short if !is_good => message.floats.truncate(message.floats.len() - 4),
            Temper::Nameless if !is_good => message.words = "who?".to_owned(),
            _ => {}
        }
        Some(HelperEvent::Answer(Box::new(message)))
    }
}

impl HelperPort for InProcess {
    fn n_threads(&self) -> usize {
        4
    }

    fn start(&self, n: usize) -> Result<(), String> {
        if self.temper == Temper::Unstartable {
            return Err("not here".to_owned());
        }
        *self.helpers.borrow_mut() = (0..n).map(|_| Helper::default()).collect();
        let ready = (0..n).filter(|_| self.temper != Temper::Late).map(|helper| (helper, HelperEvent::Ready));
        self.on_their_way.borrow_mut().extend(ready);
        Ok(())
    }

    fn post(&self, helper: usize, packet: &Packet<'_>) -> Result<(), String> {
        if self.temper == Temper::Unreachable && self.n_answers.get() >= BEFORE {
            return Err("nobody there".to_owned());
        }
        self.answer(helper, packet);
        Ok(())
    }

    fn take(&self) -> Option<(usize, HelperEvent)> {
        self.inbox.borrow_mut().pop_front()
    }

    /// One message arrives, in turn the oldest and the newest: helpers are not equally fast.
    fn turn(&self) -> LocalFuture<'_, ()> {
        let mut on_their_way = self.on_their_way.borrow_mut();
        let is_odd = on_their_way.len() % 2 == 1;
        self.inbox.borrow_mut().extend(if is_odd { on_their_way.pop_front() } else { on_their_way.pop_back() });
        Box::pin(std::future::ready(()))
    }

    fn wait(&self) -> LocalFuture<'_, ()> {
        self.inbox.borrow_mut().append(&mut self.on_their_way.borrow_mut());
        Box::pin(std::future::ready(()))
    }

    fn dismiss(&self) {
        self.helpers.borrow_mut().clear();
        self.on_their_way.borrow_mut().clear();
        self.inbox.borrow_mut().clear();
    }

    fn warn(&self, _why: &str) {
        self.n_warnings.set(self.n_warnings.get() + 1);
    }
}

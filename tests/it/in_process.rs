//! Helpers in the same thread, well and badly behaved, whose messages are the bytes that workers would be sent.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use maplens::helpers::{HelperEvent, HelperPort, Packet, ReceivedPacket};
use maplens::network::helper_pool::{BlockServer, HelperResponse};
use maplens::pace::LocalFuture;

/// How helpers behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Good,
    /// They respond a few times, and then no more.
    Silent,
    /// They respond a few times, and then fail.
    Failing,
    /// They respond a few times, and then with too few values.
    Short,
    /// They respond a few times, and then without naming a piece.
    Nameless,
    /// The platform starts none.
    Unstartable,
    /// The platform cannot post packets to them any more.
    Unreachable,
    /// They are started, and never ready.
    Late,
}

/// Helpers in the same thread, whose messages are the bytes that workers would be sent.
pub struct InProcess {
    behaviour: Behaviour,
    helpers: RefCell<Vec<BlockServer>>,
    in_flight: RefCell<VecDeque<(usize, HelperEvent)>>,
    inbox: RefCell<VecDeque<(usize, HelperEvent)>>,
    /// How many pieces were computed.
    pub n_responses: Cell<usize>,
    /// How often it was logged that computation goes on without helpers.
    pub n_warnings: Cell<usize>,
}

/// After so many responses, behaviours differ.
const BEFORE: usize = 3;

struct Message {
    header: String,
    floats: Vec<u8>,
    bytes: Vec<u8>,
}

impl ReceivedPacket for Message {
    fn header(&self) -> &str {
        &self.header
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
    pub fn new(behaviour: Behaviour) -> Rc<Self> {
        let (helpers, in_flight, inbox) = Default::default();
        Rc::new(Self { behaviour, helpers, in_flight, inbox, n_responses: Cell::new(0), n_warnings: Cell::new(0) })
    }

    fn respond(&self, helper: usize, packet: &Packet<'_>) {
        let mut message = Message { header: packet.header.clone(), floats: Vec::new(), bytes: packet.bytes.concat() };
        message.floats.extend(packet.floats.concat().iter().flat_map(|value| value.to_le_bytes()));
        let mut floats = vec![0.0; message.n_floats()];
        message.copy_floats(0, &mut floats);
        let event = match self.helpers.borrow_mut()[helper].handle(&message.header, &floats, &message.bytes) {
            Ok(None) => return,
            Ok(Some(response)) => self.event_of(response),
            Err(why) => Some(HelperEvent::Failed(why)),
        };
        self.in_flight.borrow_mut().extend(event.map(|event| (helper, event)));
    }

    fn event_of(&self, HelperResponse { header, floats, bytes }: HelperResponse) -> Option<HelperEvent> {
        self.n_responses.set(self.n_responses.get() + 1);
        let is_good = self.n_responses.get() <= BEFORE;
        let mut message = Message { header, floats: floats.iter().flat_map(|value| value.to_le_bytes()).collect(), bytes };
        match self.behaviour {
            Behaviour::Silent if !is_good => return None,
            Behaviour::Failing if !is_good => return Some(HelperEvent::Failed("no more".to_owned())),
            Behaviour::Short if !is_good => message.floats.truncate(message.floats.len() - 4),
            Behaviour::Nameless if !is_good => message.header = "who?".to_owned(),
            _ => {}
        }
        Some(HelperEvent::Response(Box::new(message)))
    }
}

impl HelperPort for InProcess {
    fn n_threads(&self) -> usize {
        4
    }

    fn start(&self, n: usize) -> Result<(), String> {
        if self.behaviour == Behaviour::Unstartable {
            return Err("not here".to_owned());
        }
        *self.helpers.borrow_mut() = (0..n).map(|_| BlockServer::default()).collect();
        let ready = (0..n).filter(|_| self.behaviour != Behaviour::Late).map(|helper| (helper, HelperEvent::Ready));
        self.in_flight.borrow_mut().extend(ready);
        Ok(())
    }

    fn post(&self, helper: usize, packet: &Packet<'_>) -> Result<(), String> {
        if self.behaviour == Behaviour::Unreachable && self.n_responses.get() >= BEFORE {
            return Err("not reachable".to_owned());
        }
        self.respond(helper, packet);
        Ok(())
    }

    fn next_event(&self) -> Option<(usize, HelperEvent)> {
        self.inbox.borrow_mut().pop_front()
    }

    /// One message arrives, in turn the oldest and the newest: helpers are not equally fast.
    fn yield_now(&self) -> LocalFuture<'_, ()> {
        let mut in_flight = self.in_flight.borrow_mut();
        let is_odd = in_flight.len() % 2 == 1;
        self.inbox.borrow_mut().extend(if is_odd { in_flight.pop_front() } else { in_flight.pop_back() });
        Box::pin(std::future::ready(()))
    }

    fn wait_for_event(&self) -> LocalFuture<'_, ()> {
        self.inbox.borrow_mut().append(&mut self.in_flight.borrow_mut());
        Box::pin(std::future::ready(()))
    }

    fn terminate(&self) {
        self.helpers.borrow_mut().clear();
        self.in_flight.borrow_mut().clear();
        self.inbox.borrow_mut().clear();
    }

    fn warn(&self, _why: &str) {
        self.n_warnings.set(self.n_warnings.get() + 1);
    }
}

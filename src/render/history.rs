//! Undo and redo of a small value.

/// Most states that are remembered.
const MAX_STATES: usize = 100;

/// The states that a value has been in.
#[derive(Debug, Clone, Default)]
pub struct History<T> {
    past: Vec<T>,
    present: Option<T>,
    future: Vec<T>,
}

impl<T: Clone + PartialEq> History<T> {
    /// Adds a state, unless it is the last one; states that were undone are dropped.
    pub fn note(&mut self, state: T) {
        if self.present.as_ref() == Some(&state) {
            return;
        }
        self.past.extend(self.present.replace(state));
        self.future.clear();
        if self.past.len() > MAX_STATES {
            self.past.remove(0);
        }
    }

    /// Changes all states alike, as when a part of them comes or goes. Neighbours that have become the same are one.
    pub fn rewrite(&mut self, act: impl FnMut(&mut T)) {
        self.past.iter_mut().chain(&mut self.present).chain(&mut self.future).for_each(act);
        for states in [&mut self.past, &mut self.future] {
            states.dedup();
            if states.last() == self.present.as_ref() {
                states.pop();
            }
        }
    }

    /// The state before the present one, which is the present one from now on.
    pub fn undo(&mut self) -> Option<T> {
        let state = self.past.pop()?;
        self.future.extend(self.present.replace(state.clone()));
        Some(state)
    }

    /// The state that was undone last.
    pub fn redo(&mut self) -> Option<T> {
        let state = self.future.pop()?;
        self.past.extend(self.present.replace(state.clone()));
        Some(state)
    }
}

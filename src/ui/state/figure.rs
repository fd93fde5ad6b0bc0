//! The figure on the page: the fields' values, the drawn figure, and the requests between the two.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Failure, FigureReady, FigureRequest, FigureVolume};
use crate::render::figure::{FigureGround, FigureView, WrongField};
use crate::web::address;
use crate::web::picked_files::PickedFile;

/// Shared by the figure panel's components; part of [`Study`](super::study::Study).
#[derive(Clone, Copy)]
pub struct FigureState {
    /// The values of the fields.
    pub view: RwSignal<FigureView>,
    /// The last figure.
    pub drawn: RwSignal<Option<Arc<Drawn>>>,
    /// Why there is no newer one.
    pub problem: RwSignal<Option<FigureProblem>>,
    /// The request of the figure that is shown or being drawn.
    pub(super) requested: StoredValue<Option<FigureRequest>>,
    /// The newest request that waits until the engine is free; an older one is dropped.
    pub(super) waiting: StoredValue<Option<FigureRequest>>,
    /// Whether files of the request's volumes are being made.
    pub(super) is_preparing: StoredValue<bool>,
    /// The files that were sent with the last request.
    pub(super) sent: StoredValue<SentVolumes, LocalStorage>,
}

/// A figure that the engine has drawn.
pub struct Drawn {
    pub ready: FigureReady,
    pub svg: Vec<u8>,
}

/// Why a figure is not drawn.
#[derive(Clone, PartialEq)]
pub enum FigureProblem {
    /// The value of a field cannot be read.
    Field(WrongField),
    /// The engine's failure.
    Failure(Failure),
}

/// The background and the masks of a figure.
#[derive(Clone, PartialEq)]
pub struct FigureVolumes {
    pub ground: FigureGround,
    pub own: Option<FigureVolume>,
    pub masks: Vec<FigureVolume>,
}

/// Files of the last request's volumes, by the volumes' numbers.
#[derive(Default)]
pub struct SentVolumes(pub(super) Vec<(u32, PickedFile)>);

impl FigureState {
    /// Reads the fields from the address.
    pub fn new() -> Self {
        let words = address::parameter("figure").unwrap_or_default();
        FigureState {
            view: RwSignal::new(FigureView::from_fragment(&words)),
            drawn: RwSignal::new(None),
            problem: RwSignal::new(None),
            requested: StoredValue::new(None),
            waiting: StoredValue::new(None),
            is_preparing: StoredValue::new(false),
            sent: StoredValue::new_local(SentVolumes::default()),
        }
    }

    /// Removes the figure and what was requested; without a map there is no figure.
    pub fn clear(&self) {
        self.drawn.set(None);
        self.problem.set(None);
        self.requested.set_value(None);
        self.waiting.set_value(None);
        self.sent.set_value(SentVolumes::default());
    }

    /// Shows a figure that the engine has drawn.
    pub fn take(&self, ready: FigureReady, svg: Vec<u8>) {
        self.problem.set(None);
        self.drawn.set(Some(Arc::new(Drawn { ready, svg })));
    }

    /// Shows why the engine has drawn no figure.
    pub fn fail(&self, failure: Failure) {
        self.problem.set(Some(FigureProblem::Failure(failure)));
    }
}

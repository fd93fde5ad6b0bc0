//! The figure on the page: what is wanted, what is there, and the way between the two.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::volumes::{Sent, Volumes};
use crate::protocol::{Failure, FigureForm, FigureReady, FigureRequest, Request};
use crate::render::figure::{FigureView, WrongField};
use crate::ui::study::{Study, Task};
use crate::web::address;

/// Shared by the panel's components; part of [`Study`].
#[derive(Clone, Copy)]
pub struct FigureState {
    /// What the fields say.
    pub view: RwSignal<FigureView>,
    /// The last figure.
    pub drawn: RwSignal<Option<Arc<Drawn>>>,
    /// Why there is no newer one.
    pub problem: RwSignal<Option<Problem>>,
    /// The order of the figure that is there or on its way, and one that waits for the engine: the newest wins.
    ordered: StoredValue<Option<FigureRequest>>,
    waiting: StoredValue<Option<FigureRequest>>,
    /// Whether files for the order are being made.
    is_preparing: StoredValue<bool>,
    /// What goes along with the order.
    pub(super) sent: StoredValue<Sent, LocalStorage>,
}

/// A figure that the engine has drawn.
pub struct Drawn {
    pub ready: FigureReady,
    pub svg: Vec<u8>,
}

/// Why a figure is not drawn.
#[derive(Clone, PartialEq)]
pub enum Problem {
    /// Words of a field.
    Field(WrongField),
    /// What the engine says.
    Failure(Failure),
}

impl FigureState {
    /// Reads the fields from the address.
    pub fn new() -> Self {
        let words = address::parameter("figure").unwrap_or_default();
        FigureState {
            view: RwSignal::new(FigureView::from_fragment(&words)),
            drawn: RwSignal::new(None),
            problem: RwSignal::new(None),
            ordered: StoredValue::new(None),
            waiting: StoredValue::new(None),
            is_preparing: StoredValue::new(false),
            sent: StoredValue::new_local(Sent::default()),
        }
    }

    /// Without a map there is no figure.
    pub fn clear(&self) {
        self.drawn.set(None);
        self.problem.set(None);
        self.ordered.set_value(None);
        self.waiting.set_value(None);
        self.sent.set_value(Sent::default());
    }

    /// Takes what the engine drew.
    pub fn take(&self, ready: FigureReady, svg: Vec<u8>) {
        self.problem.set(None);
        self.drawn.set(Some(Arc::new(Drawn { ready, svg })));
    }

    /// Takes what the engine says instead.
    pub fn fail(&self, failure: Failure) {
        self.problem.set(Some(Problem::Failure(failure)));
    }
}

impl Study {
    /// Draws what the fields say, at once or when the engine has drawn what it is drawing.
    pub fn draw_figure(&self, view: &FigureView, crosshair: Option<[f64; 3]>, channel: usize, volumes: Volumes) {
        let settings = match view.settings(crosshair) {
            Ok(settings) => settings,
            Err(field) => {
                self.figure.waiting.set_value(None);
                return self.figure.problem.set(Some(Problem::Field(field)));
            }
        };
        let Volumes { ground, own, masks } = volumes;
        let (mask_style, form) = (view.masks.style().unwrap_or_default(), FigureForm::Shown);
        let order = FigureRequest { settings, ground, own, masks, mask_style, channel, form, base_url: address::demo_url() };
        if self.figure.is_preparing.get_value() || self.work.read_untracked().is_doing(Task::Figure) {
            self.figure.waiting.set_value(Some(order));
        } else {
            self.order_figure(order);
        }
    }

    /// After a figure has come: the one that was wished for meanwhile.
    pub fn draw_waiting_figure(&self) {
        let order = self.figure.waiting.try_update_value(Option::take).flatten();
        order.into_iter().for_each(|order| self.order_figure(order));
    }

    /// Asks for the HTML file of the figure that is shown.
    pub fn save_figure_html(&self) {
        let order = self.figure.ordered.get_value();
        order.into_iter().for_each(|order| {
            let order = FigureRequest { form: FigureForm::Html, ..order };
            self.send_figure_order(Task::FigureFile, order);
        });
    }

    fn order_figure(&self, order: FigureRequest) {
        self.figure.ordered.set_value(Some(order.clone()));
        self.send_figure_order(Task::Figure, order);
    }

    /// At once, or when the files that go along have been made.
    fn send_figure_order(&self, task: Task, order: FigureRequest) {
        if let Some(files) = self.figure_files(&order) {
            return self.send_quietly_with(task, Request::DrawFigure(Box::new(order)), &files);
        }
        let study = *self;
        study.figure.is_preparing.set_value(true);
        spawn_local(async move {
            let files = study.make_figure_files(&order).await;
            study.figure.is_preparing.set_value(false);
            let is_wanted = study.figure.ordered.with_value(Option::is_some);
            match files {
                Ok(files) if is_wanted => study.send_quietly_with(task, Request::DrawFigure(Box::new(order)), &files),
                Err(failure) if is_wanted => study.figure.fail(failure),
                Ok(_) | Err(_) => {}
            }
            if !study.work.read_untracked().is_doing(Task::Figure) {
                study.draw_waiting_figure();
            }
        });
    }
}

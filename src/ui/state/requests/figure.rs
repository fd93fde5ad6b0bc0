//! Asking the engine for figures. While it draws one, only the newest request waits.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::protocol::{FigureForm, FigureRequest, Request};
use crate::render::figure::FigureView;
use crate::ui::state::figure::{FigureProblem, FigureVolumes};
use crate::ui::state::jobs::JobKind;
use crate::ui::state::shown::ShownMap;
use crate::ui::state::study::Study;
use crate::web::address;

impl Study {
    /// Draws what the fields say, at once or when the engine has drawn what it is drawing.
    pub fn draw_figure(&self, view: &FigureView, crosshair: Option<[f64; 3]>, map: &ShownMap, volumes: FigureVolumes) {
        let settings = match view.settings(crosshair) {
            Ok(settings) => settings,
            Err(field) => {
                self.figure.waiting.set_value(None);
                return self.figure.problem.set(Some(FigureProblem::Field(field)));
            }
        };
        let FigureVolumes { ground, own, masks } = volumes;
        let (mask_style, form) = (view.masks.style().unwrap_or_default(), FigureForm::Shown);
        let (map, channel) = (map.ready.identity(), map.channel);
        let request = FigureRequest { map, settings, ground, own, masks, mask_style, channel, form, base_url: address::demo_url() };
        if self.figure.is_preparing.get_value() || self.work.read_untracked().is_doing(JobKind::Figure) {
            self.figure.waiting.set_value(Some(request));
        } else {
            self.request_figure(request);
        }
    }

    /// Sends the request that waited while the engine drew a figure, if there is one.
    pub fn draw_waiting_figure(&self) {
        let request = self.figure.waiting.try_update_value(Option::take).flatten();
        request.into_iter().for_each(|request| self.request_figure(request));
    }

    /// Asks for the HTML file of the figure that is shown.
    pub fn save_figure_html(&self) {
        let request = self.figure.requested.get_value();
        request.into_iter().for_each(|request| {
            let request = FigureRequest { form: FigureForm::Html, ..request };
            self.send_figure_request(JobKind::FigureFile, request);
        });
    }

    fn request_figure(&self, request: FigureRequest) {
        self.figure.requested.set_value(Some(request.clone()));
        self.send_figure_request(JobKind::Figure, request);
    }

    /// Sends a request at once if the files of its volumes exist, else when they have been made.
    fn send_figure_request(&self, kind: JobKind, request: FigureRequest) {
        if let Some(files) = self.figure_files(&request) {
            self.send_quietly_with(kind, Request::DrawFigure(Box::new(request)), &files);
            return;
        }
        let study = *self;
        study.figure.is_preparing.set_value(true);
        spawn_local(async move {
            let files = study.make_figure_files(&request).await;
            study.figure.is_preparing.set_value(false);
            let is_wanted = study.figure.requested.with_value(Option::is_some);
            match files {
                Ok(files) if is_wanted => drop(study.send_quietly_with(kind, Request::DrawFigure(Box::new(request)), &files)),
                Err(failure) if is_wanted => study.figure.fail(failure),
                Ok(_) | Err(_) => {}
            }
            if !study.work.read_untracked().is_doing(JobKind::Figure) {
                study.draw_waiting_figure();
            }
        });
    }
}

//! The engine in a Web Worker: takes jobs from the page, works on them one after the other, lets only a cancel overtake.

#[cfg(target_arch = "wasm32")]
mod program {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    use maplens::engine::message::{Attachment, Event, Failure, Job, Reply, Request};
    use maplens::engine::{Engine, Given, Outlet};
    use maplens::files::{FileSource, LocalFuture};
    use maplens::web::clock;
    use maplens::web::demo::demo_trees;
    use maplens::web::file_source::BlobSource;
    use maplens::web::worker_port::{Port, serve};
    use maplens::web::yield_now::macrotask;
    use wasm_bindgen_futures::spawn_local;
    use web_sys::File;

    type ChosenFiles = Vec<(String, File)>;

    /// Jobs that wait, and what the running one needs to know.
    #[derive(Default)]
    struct Queue {
        waiting: RefCell<VecDeque<(Job, ChosenFiles)>>,
        busy: Cell<bool>,
        cancelled: Cell<bool>,
    }

    impl Queue {
        /// Stops the running job, and takes back maps that were asked for and not begun.
        fn cancel(&self, port: &Port) {
            self.cancelled.set(self.busy.get());
            self.waiting.borrow_mut().retain(|(job, _)| {
                let is_map = matches!(job.request, Request::Explain(_));
                if is_map {
                    port.post(&Reply { job: job.id, event: Event::Cancelled }, Vec::new());
                }
                !is_map
            });
        }
    }

    /// The page, as the running job sees it.
    struct Page {
        port: Port,
        job: u32,
        queue: Rc<Queue>,
    }

    impl Outlet for Page {
        fn post(&self, event: Event, attachments: Vec<Attachment>) {
            self.port.post(&Reply { job: self.job, event }, attachments);
        }

        fn pause(&self) -> LocalFuture<'_, ()> {
            Box::pin(macrotask())
        }

        fn is_cancelled(&self) -> bool {
            self.queue.cancelled.get()
        }

        fn now_ms(&self) -> f64 {
            clock::now_ms()
        }

        fn memory_bytes(&self) -> Option<u64> {
            clock::memory_bytes()
        }
    }

    pub fn run() {
        let queue = Rc::new(Queue::default());
        let engine = Rc::new(RefCell::new(Some(Engine::default())));
        serve(move |port, job, files| {
            if job.request == Request::Cancel {
                return queue.cancel(&port);
            }
            queue.waiting.borrow_mut().push_back((job, files));
            if !queue.busy.replace(true) {
                spawn_local(work_off(engine.clone(), queue.clone(), port));
            }
        });
    }

    async fn work_off(engine: Rc<RefCell<Option<Engine>>>, queue: Rc<Queue>, port: Port) {
        // Only one of these runs at a time, so the engine is always at home.
        let Some(mut own) = engine.borrow_mut().take() else { return };
        loop {
            let next = queue.waiting.borrow_mut().pop_front();
            let Some((job, files)) = next else { break };
            queue.cancelled.set(false);
            let page = Page { port: port.clone(), job: job.id, queue: queue.clone() };
            match given(&job.request, files).await {
                Ok(given) => own.handle(job.request, given, &page).await,
                Err(failure) => page.post(Event::Failed(failure), Vec::new()),
            }
        }
        *engine.borrow_mut() = Some(own);
        queue.busy.set(false);
    }

    async fn given(request: &Request, files: ChosenFiles) -> Result<Given, Failure> {
        if let Request::OpenDemo { base_url } = request {
            let hint = "the page works with your own model and images all the same".to_owned();
            let trees = demo_trees(base_url).await.map_err(|error| Failure { what: error.to_string(), hint })?;
            return Ok(Given::Demo { model: trees.0, images: trees.1 });
        }
        let source = |(path, file): (String, File)| (path.clone(), Rc::new(BlobSource { path, blob: file.into() }) as Rc<dyn FileSource>);
        Ok(if files.is_empty() { Given::Nothing } else { Given::Files(files.into_iter().map(source).collect()) })
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    program::run();
}

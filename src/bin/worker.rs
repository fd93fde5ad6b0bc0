//! The engine in a Web Worker: runs the page's jobs one after the other; only a cancel overtakes.

#[cfg(target_arch = "wasm32")]
mod program {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    use maplens::engine::{Engine, FigureFiles, Host, RequestFiles};
    use maplens::files::{FileSource, MemoryStore, Store};
    use maplens::network::helper_pool::{BlockServer, HelperPool, HelperResponse};
    use maplens::pace::LocalFuture;
    use maplens::protocol::{Attachment, Bundled, Event, Failure, Job, Reply, Request};
    use maplens::render::figure::FigureGround;
    use maplens::web::clock;
    use maplens::web::demo::{bundled_layer, demo_trees, template_tree};
    use maplens::web::file_source::BlobSource;
    use maplens::web::helpers::{Workers, is_helper, serve_as_helper};
    use maplens::web::storage::OriginStore;
    use maplens::web::worker_port::{Port, serve};
    use maplens::web::yield_now::macrotask;
    use wasm_bindgen_futures::spawn_local;
    use web_sys::File;

    type ChosenFiles = Vec<(String, File)>;

    /// Jobs that wait, and the state of the running one.
    #[derive(Default)]
    struct Queue {
        waiting: RefCell<VecDeque<(Job, ChosenFiles)>>,
        busy: Cell<bool>,
        /// Number of the running job.
        running: Cell<Option<u32>>,
        cancelled: Cell<bool>,
    }

    impl Queue {
        /// Cancels one job, whether it runs or waits; without a number the running job, and maps, comparisons and group runs that
        /// have not begun.
        fn cancel(&self, wanted: Option<u32>, port: &Port) {
            if wanted.is_none_or(|wanted| self.running.get() == Some(wanted)) {
                self.cancelled.set(self.busy.get());
            }
            self.waiting.borrow_mut().retain(|(job, _)| {
                let takes_long = matches!(job.request, Request::Explain(_) | Request::CompareMaps(_) | Request::Interpret(_));
                let is_meant = wanted.map_or(takes_long, |wanted| job.id == wanted);
                if is_meant {
                    port.post(&Reply { job: job.id, event: Event::Cancelled }, Vec::new());
                }
                !is_meant
            });
        }
    }

    /// The host of one job: posts its events to the page.
    struct PageHost {
        port: Port,
        job: u32,
        queue: Rc<Queue>,
        results: ResultStore,
        helpers: Rc<HelperPool>,
    }

    /// Where results are kept.
    #[derive(Clone)]
    enum ResultStore {
        /// In the browser's own storage, which the page can read, too.
        Persistent(Rc<dyn Store>),
        /// In this worker's memory, if the browser has no such storage: packed results are sent to the page.
        InMemory(Rc<dyn Store>),
    }

    impl ResultStore {
        async fn open() -> Self {
            match OriginStore::open().await {
                Ok(store) => ResultStore::Persistent(store),
                Err(error) => {
                    web_sys::console::warn_2(&"results are held in memory until the page is closed:".into(), &error);
                    ResultStore::InMemory(Rc::new(MemoryStore::default()))
                }
            }
        }

        fn store(&self) -> Rc<dyn Store> {
            match self {
                ResultStore::Persistent(store) | ResultStore::InMemory(store) => store.clone(),
            }
        }
    }

    impl Host for PageHost {
        fn post(&self, event: Event, attachments: Vec<Attachment>) {
            let (port, reply) = (self.port.clone(), Reply { job: self.job, event });
            match (&reply.event, &self.results) {
                (Event::Packed { path, .. }, ResultStore::InMemory(store)) => {
                    spawn_local(post_with_bytes(port, store.clone(), path.clone(), reply))
                }
                _ => port.post(&reply, attachments),
            }
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

        fn helpers(&self) -> Option<&HelperPool> {
            Some(&self.helpers)
        }
    }

    /// Posts a packed run that the page cannot read itself, with its bytes.
    async fn post_with_bytes(port: Port, store: Rc<dyn Store>, path: String, reply: Reply) {
        let bytes = store.read(&path).await.ok().flatten();
        port.post(&reply, bytes.into_iter().map(Attachment::Bytes).collect());
    }

    /// The engine, with its store of results and its helpers.
    struct EngineState {
        engine: Engine,
        results: ResultStore,
        helpers: Rc<HelperPool>,
    }

    impl EngineState {
        async fn open() -> Self {
            let results = ResultStore::open().await;
            EngineState {
                engine: Engine::with_store(results.store()),
                results,
                helpers: Rc::new(HelperPool::new(Rc::new(Workers::default()))),
            }
        }
    }

    unsafe extern "C" {
        /// Made by the linker. Unless a program refers to it, the linker takes the program for a command that is called once, and
        /// puts a call of all static constructors before each exported function, the allocator that JavaScript calls included.
        fn __wasm_call_ctors();
    }

    /// Runs static constructors, with which libraries register themselves (CubeCL's types and kernels do), once.
    ///
    /// A full-size map spent two thirds of its time in them before. Not in the library: the mere reference to the function would
    /// keep them from running in tests.
    fn run_constructors() {
        // SAFETY: the function takes nothing and is always there; nothing ran before it.
        unsafe { __wasm_call_ctors() }
    }

    /// Serves the page, or another worker if this one was started as its helper.
    pub fn run() {
        if is_helper() {
            return run_as_helper();
        }
        run_constructors();
        let queue = Rc::new(Queue::default());
        let state = Rc::new(RefCell::new(None));
        serve(move |port, job, files| {
            if let Request::Cancel { job } = job.request {
                return queue.cancel(job, &port);
            }
            queue.waiting.borrow_mut().push_back((job, files));
            if !queue.busy.replace(true) {
                spawn_local(run_waiting_jobs(state.clone(), queue.clone(), port));
            }
        });
    }

    /// Computes pieces of blocks for another worker, without engine and device. Nothing here needs static constructors.
    fn run_as_helper() {
        let mut server = BlockServer::default();
        serve_as_helper(move |(header, floats, bytes)| {
            let response = server.handle(header, floats, bytes)?;
            Ok(response.map(|HelperResponse { header, floats, bytes }| (header, floats, bytes)))
        });
    }

    async fn run_waiting_jobs(state: Rc<RefCell<Option<EngineState>>>, queue: Rc<Queue>, port: Port) {
        // Only one of these runs at a time, so the state is absent before the first job only.
        let opened = state.borrow_mut().take();
        let mut own = match opened {
            Some(own) => own,
            None => EngineState::open().await,
        };
        loop {
            let next = queue.waiting.borrow_mut().pop_front();
            let Some((job, files)) = next else { break };
            queue.cancelled.set(false);
            queue.running.set(Some(job.id));
            let page = PageHost {
                port: port.clone(),
                job: job.id,
                queue: queue.clone(),
                results: own.results.clone(),
                helpers: own.helpers.clone(),
            };
            match request_files(&own.engine, &job.request, files).await {
                Ok(files) => own.engine.handle(job.request, files, &page).await,
                Err(failure) => page.post(Event::Failed(failure), Vec::new()),
            }
        }
        queue.running.set(None);
        *state.borrow_mut() = Some(own);
        queue.busy.set(false);
    }

    /// The files of a request: those that the page sent, or those of the demo, the template or a layer that come from its server.
    async fn request_files(engine: &Engine, request: &Request, files: ChosenFiles) -> Result<RequestFiles, Failure> {
        let source = |(path, file): (String, File)| (path.clone(), Rc::new(BlobSource { path, blob: file.into() }) as Rc<dyn FileSource>);
        let files: Vec<_> = files.into_iter().map(source).collect();
        if let Request::DrawFigure(request) = request {
            let mut template = None;
            if request.ground == FigureGround::Template && !engine.has_template() {
                let hint = "choose another background, or try again when the page can be reached".to_owned();
                template = Some(template_tree(&request.base_url).await.map_err(|error| Failure { what: error.to_string(), hint })?);
            }
            return Ok(RequestFiles::Figure(FigureFiles { template, volumes: files.into_iter().map(|(_, file)| file).collect() }));
        }
        if let Request::OpenDemo { base_url } = request {
            let hint = "the page works with your own model and images all the same".to_owned();
            let trees = demo_trees(base_url).await.map_err(|error| Failure { what: error.to_string(), hint })?;
            return Ok(RequestFiles::Demo { model: trees.0, images: trees.1 });
        }
        if let Request::OpenVolume { bundled: Some(Bundled { base_url, path }), .. } = request {
            let hint = "the page works without it; a copy of your own can be opened instead".to_owned();
            let file = bundled_layer(base_url, path).await.map_err(|error| Failure { what: error.to_string(), hint })?;
            return Ok(RequestFiles::Files(vec![(path.clone(), file)]));
        }
        Ok(if files.is_empty() { RequestFiles::Nothing } else { RequestFiles::Files(files) })
    }
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    program::run();
}

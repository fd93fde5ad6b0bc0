//! The engine in a Web Worker: takes jobs from the page, works on them one after the other, lets only a cancel overtake.

#[cfg(target_arch = "wasm32")]
mod program {
    use std::cell::{Cell, RefCell};
    use std::collections::VecDeque;
    use std::rc::Rc;

    use maplens::engine::{Engine, FigureFiles, Host, RequestFiles};
    use maplens::files::{FileSource, MemoryStore, Store};
    use maplens::network::helper_pool::{Answer, Helper, HelperPool};
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

    /// Jobs that wait, and what the running one needs to know.
    #[derive(Default)]
    struct Queue {
        waiting: RefCell<VecDeque<(Job, ChosenFiles)>>,
        busy: Cell<bool>,
        cancelled: Cell<bool>,
    }

    impl Queue {
        /// Stops the running job, and takes back maps, comparisons and group runs that were asked for and not begun.
        fn cancel(&self, port: &Port) {
            self.cancelled.set(self.busy.get());
            self.waiting.borrow_mut().retain(|(job, _)| {
                let takes_long = matches!(job.request, Request::Explain(_) | Request::CompareMaps(_) | Request::Interpret(_));
                if takes_long {
                    port.post(&Reply { job: job.id, event: Event::Cancelled }, Vec::new());
                }
                !takes_long
            });
        }
    }

    /// The page, as the running job sees it.
    struct Page {
        port: Port,
        job: u32,
        queue: Rc<Queue>,
        results: Results,
        helpers: Rc<HelperPool>,
    }

    /// Where results are kept.
    #[derive(Clone)]
    enum Results {
        /// In the browser's own storage, which the page reads, too.
        Kept(Rc<dyn Store>),
        /// In this worker's memory, where the browser has no such storage: what the page is to have is sent to it.
        Held(Rc<dyn Store>),
    }

    impl Results {
        async fn open() -> Self {
            match OriginStore::open().await {
                Ok(store) => Results::Kept(store),
                Err(error) => {
                    web_sys::console::warn_2(&"results are held in memory until the page is closed:".into(), &error);
                    Results::Held(Rc::new(MemoryStore::default()))
                }
            }
        }

        fn store(&self) -> Rc<dyn Store> {
            match self {
                Results::Kept(store) | Results::Held(store) => store.clone(),
            }
        }
    }

    impl Host for Page {
        fn post(&self, event: Event, attachments: Vec<Attachment>) {
            let (port, reply) = (self.port.clone(), Reply { job: self.job, event });
            match (&reply.event, &self.results) {
                (Event::Packed { path, .. }, Results::Held(store)) => {
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

    /// A packed run that the page cannot read itself, with its bytes.
    async fn post_with_bytes(port: Port, store: Rc<dyn Store>, path: String, reply: Reply) {
        let bytes = store.read(&path).await.ok().flatten();
        port.post(&reply, bytes.into_iter().map(Attachment::Bytes).collect());
    }

    /// The engine, where it keeps results and who helps it.
    struct Workshop {
        engine: Engine,
        results: Results,
        helpers: Rc<HelperPool>,
    }

    impl Workshop {
        async fn open() -> Self {
            let results = Results::open().await;
            Workshop {
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

    pub fn run() {
        if is_helper() {
            return help();
        }
        run_constructors();
        let queue = Rc::new(Queue::default());
        let workshop = Rc::new(RefCell::new(None));
        serve(move |port, job, files| {
            if job.request == Request::Cancel {
                return queue.cancel(&port);
            }
            queue.waiting.borrow_mut().push_back((job, files));
            if !queue.busy.replace(true) {
                spawn_local(work_off(workshop.clone(), queue.clone(), port));
            }
        });
    }

    /// Computes pieces of blocks for another worker: no engine, no device, nothing that static constructors would be needed for.
    fn help() {
        let mut helper = Helper::default();
        serve_as_helper(move |(words, floats, bytes)| {
            let answer = helper.handle(words, floats, bytes)?;
            Ok(answer.map(|Answer { words, floats, bytes }| (words, floats, bytes)))
        });
    }

    async fn work_off(workshop: Rc<RefCell<Option<Workshop>>>, queue: Rc<Queue>, port: Port) {
        // Only one of these runs at a time, so the workshop is absent before the first job only.
        let opened = workshop.borrow_mut().take();
        let mut own = match opened {
            Some(own) => own,
            None => Workshop::open().await,
        };
        loop {
            let next = queue.waiting.borrow_mut().pop_front();
            let Some((job, files)) = next else { break };
            queue.cancelled.set(false);
            let page =
                Page { port: port.clone(), job: job.id, queue: queue.clone(), results: own.results.clone(), helpers: own.helpers.clone() };
            match request_files(&own.engine, &job.request, files).await {
                Ok(files) => own.engine.handle(job.request, files, &page).await,
                Err(failure) => page.post(Event::Failed(failure), Vec::new()),
            }
        }
        *workshop.borrow_mut() = Some(own);
        queue.busy.set(false);
    }

    /// The files of a request: those that the page sent, or those of the demo, the template or a layer that come from its server.
    async fn request_files(engine: &Engine, request: &Request, files: ChosenFiles) -> Result<RequestFiles, Failure> {
        let source = |(path, file): (String, File)| (path.clone(), Rc::new(BlobSource { path, blob: file.into() }) as Rc<dyn FileSource>);
        let files: Vec<_> = files.into_iter().map(source).collect();
        if let Request::DrawFigure(figure) = request {
            let mut template = None;
            if figure.ground == FigureGround::Template && !engine.has_template() {
                let hint = "choose another background, or try again when the page can be reached".to_owned();
                template = Some(template_tree(&figure.base_url).await.map_err(|error| Failure { what: error.to_string(), hint })?);
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

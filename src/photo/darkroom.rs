//! A `Darkroom` develops pictures into an album, several at a time, each once however often it is named.

use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

use tokio::runtime::{Builder, Handle, Runtime};

use super::{Album, AlbumError, Flaw, develop, flaw::Failure, foresee};
use crate::model::Photo;

/// Pictures that wait for their turn; who brings more waits.
const WAITING: usize = 16;

/// Develops pictures while others are brought.
#[derive(Debug)]
pub struct Darkroom {
    jobs: Option<mpsc::SyncSender<Job>>,
    workers: Vec<JoinHandle<()>>,
    /// What is asked of the album runs here.
    _runtime: Runtime,
    /// By where each came from.
    tickets: HashMap<String, Ticket>,
}

/// What is given for a picture, to be asked later what became of it.
#[derive(Debug, Clone, Default)]
pub struct Ticket(Arc<(Mutex<Option<Outcome>>, Condvar)>);

/// What became of a picture.
type Outcome = Result<Photo, Failure>;

/// Brings the bytes of a picture.
type Bring = Box<dyn FnOnce() -> Result<Vec<u8>, Flaw> + Send>;

struct Job {
    bring: Bring,
    ticket: Ticket,
}

impl Darkroom {
    /// A darkroom for an album, with a worker a core; what is not to be kept is developed all the same, to be looked at.
    pub fn new(album: &Album, keeps: bool) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (jobs, taken) = mpsc::sync_channel::<Job>(WAITING);
        let taken = Arc::new(Mutex::new(taken));
        let mut workers = Vec::new();
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (taken, album, handle) = (Arc::clone(&taken), album.clone(), runtime.handle().clone());
            let work = move || {
                loop {
                    let job = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(Job { bring, ticket }) = job else { break };
                    ticket.tell(developed(bring, &album, keeps, &handle));
                }
            };
            workers.push(thread::Builder::new().name("photos".into()).spawn(work)?);
        }
        Ok(Self { jobs: Some(jobs), workers, _runtime: runtime, tickets: HashMap::new() })
    }

    /// Takes a picture by the name of where it comes from; `bring` is called if it was not taken before.
    pub fn take(&mut self, from: &str, bring: impl FnOnce() -> Result<Vec<u8>, Flaw> + Send + 'static) -> Ticket {
        if let Some(known) = self.tickets.get(from) {
            return known.clone();
        }
        let ticket = Ticket::default();
        self.tickets.insert(from.into(), ticket.clone());
        let job = Job { bring: Box::new(bring), ticket: ticket.clone() };
        let jobs = self.jobs.as_ref().expect("it is taken away when the darkroom closes");
        jobs.send(job).expect("workers go on for as long as there may be jobs");
        ticket
    }
}

impl Drop for Darkroom {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // What a worker had to tell of itself, its ticket tells.
            let _ = worker.join();
        }
    }
}

impl Ticket {
    /// The photo, or why there is none; waits for it. An album that cannot be used is an error.
    pub fn photo(&self) -> Result<Result<Photo, Flaw>, AlbumError> {
        let (told, telling) = &*self.0;
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match &*told {
                Some(Ok(photo)) => return Ok(Ok(*photo)),
                Some(Err(Failure::Flaw(flaw))) => return Ok(Err(flaw.clone())),
                Some(Err(Failure::Album(error))) => return Err(error.clone()),
                None => told = telling.wait(told).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn tell(&self, what: Outcome) {
        let (told, telling) = &*self.0;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
        telling.notify_all();
    }
}

/// Develops a picture into the album, unless the album has it.
fn developed(bring: Bring, album: &Album, keeps: bool, on: &Handle) -> Outcome {
    let work = || {
        let bytes = bring()?;
        let photo = foresee(&bytes)?;
        if !on.block_on(album.has(photo))? {
            let developed = develop(&bytes)?;
            if keeps {
                on.block_on(album.keep(developed))?;
            }
        }
        Ok(photo)
    };
    // A picture that a decoder stumbles over is a broken picture, and no end of the import.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Flaw::Broken("it cannot be unpacked".into()).into()))
}

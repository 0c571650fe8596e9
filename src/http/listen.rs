//! To listen is to take connections and give each to the thread, one a core, that has the fewest.

use std::{
    sync::{Arc, atomic::Ordering},
    thread,
    time::Duration,
};

use anyhow::Context as _;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};

use super::{City, Problem, front::Front, metrics::Tally, problem::RETRY_AFTER_S, router};

/// How long open requests may go on after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// The longest head of a request, bytes: the longest query ([`super::params::MAX_QUERY_BYTES`]), and as much for headers.
const LONGEST_HEAD: usize = 32 << 10;

/// How long no connection is taken after one could not be, as when all file descriptors are in use.
const REST: Duration = Duration::from_millis(100);

/// How often a thread wakes up by itself.
const TICK: Duration = Duration::from_secs(1);

/// What is asked of a server at once, at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections that are open.
    pub connections: usize,
    /// How long the head of a request may take from the first moment it could be sent; also how long a connection may be idle.
    pub head: Duration,
}

/// Answers on a listener until told to stop; then finishes what was begun, for a while.
pub async fn answer_on(
    listener: TcpListener,
    city: Arc<City>,
    limits: Limits,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let router = router(Arc::clone(&city));
    let mut threads = Vec::new();
    for tally in city.metrics.tallies() {
        let front = Front::new(Arc::clone(&city), router.clone(), tokio::runtime::Handle::current(), Arc::clone(tally));
        threads.push(Thread::start(front, Arc::clone(tally), limits)?);
    }
    tokio::select! {
        () = take(&listener, &threads, limits) => {}
        () = stop => {}
    }
    drop(listener);
    city.stop();
    for thread in threads {
        drop(thread.connections);
        let _ = thread.ended.await;
    }
    Ok(())
}

/// Takes connections for as long as it is polled.
async fn take(listener: &TcpListener, threads: &[Thread], limits: Limits) {
    loop {
        let connection = match listener.accept().await {
            Ok((connection, _)) => connection,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        let open: usize = threads.iter().map(Thread::open).sum();
        if open >= limits.connections {
            tokio::spawn(turn_away(connection));
            continue;
        }
        let idlest = threads.iter().min_by_key(|thread| thread.open()).expect("a machine has a core");
        idlest.tally.open.fetch_add(1, Ordering::Relaxed);
        // A connection is handed from one runtime to another as what it is to the system.
        let given = connection.into_std().map(|connection| idlest.connections.send(connection));
        if !matches!(given, Ok(Ok(()))) {
            idlest.tally.open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

async fn turn_away(mut connection: TcpStream) {
    let told = full();
    // Whoever does not listen is not waited for.
    let _ = tokio::time::timeout(REST, connection.write_all(&told)).await;
}

/// What a connection beyond the most is told.
fn full() -> Vec<u8> {
    let problem = Problem::Busy("as many connections as are served at once are open".into()).body().to_string();
    let status = hyper::StatusCode::SERVICE_UNAVAILABLE;
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nretry-after: {}\r\n\
         connection: close\r\n\r\n{problem}",
        problem.len(),
        RETRY_AFTER_S,
    )
    .into_bytes()
}

/// A thread that answers.
struct Thread {
    connections: mpsc::UnboundedSender<std::net::TcpStream>,
    tally: Arc<Tally>,
    ended: oneshot::Receiver<()>,
}

impl Thread {
    fn start(front: Front, tally: Arc<Tally>, limits: Limits) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (connections, arriving) = mpsc::unbounded_channel();
        let (ending, ended) = oneshot::channel();
        let counting = Arc::clone(&tally);
        let answer = move || {
            runtime.block_on(answer(Arc::new(front), counting, limits, arriving));
            let _ = ending.send(());
        };
        thread::Builder::new().name("answer".into()).spawn(answer).context("a thread cannot be started")?;
        Ok(Self { connections, tally, ended })
    }

    fn open(&self) -> usize {
        self.tally.open.load(Ordering::Relaxed)
    }
}

/// Answers on the connections that arrive, until none can; then finishes what was begun.
async fn answer(
    front: Arc<Front>,
    tally: Arc<Tally>,
    limits: Limits,
    mut arriving: mpsc::UnboundedReceiver<std::net::TcpStream>,
) {
    // A time limit that is nearer than all others wakes the thread, by a system call, to wait no longer than that. Where each of
    // them is over while requests are answered, every next one would be; where one is near already, none is.
    tokio::spawn(async {
        loop {
            tokio::time::sleep(TICK).await;
        }
    });
    let ending = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_header_size(LONGEST_HEAD);
    while let Some(connection) = arriving.recv().await {
        let open = Open(Arc::clone(&tally));
        let Ok(connection) = TcpStream::from_std(connection) else { continue };
        // An answer is written at once; what is delayed would only be its end.
        let _ = connection.set_nodelay(true);
        let front = Arc::clone(&front);
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let front = Arc::clone(&front);
            async move { Ok::<_, std::convert::Infallible>(front.answer(request).await) }
        });
        let answering = ending.watch(http.serve_connection(TokioIo::new(connection), service));
        tokio::spawn(async move {
            // How a connection ended is nobody's business here: askers come and go.
            let _ = answering.await;
            drop(open);
        });
    }
    let _ = tokio::time::timeout(DRAIN, ending.shutdown()).await;
}

/// Counts an open connection until it is dropped.
struct Open(Arc<Tally>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

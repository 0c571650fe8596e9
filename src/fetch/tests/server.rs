//! A `Server` of a test: real, on a port of this machine, a connection a request, gone with the value.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

/// What was asked: the first line and the headers.
#[derive(Debug, Clone)]
pub struct Request(String);

impl Request {
    /// Path and query.
    pub fn path(&self) -> &str {
        self.0.split(' ').nth(1).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.0.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A server.
pub struct Server {
    at: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    running: Option<JoinHandle<()>>,
}

/// Always the same answer, with its length.
pub fn ok(head: &str, body: &str) -> impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static {
    let bytes = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    move |_| bytes.clone()
}

impl Server {
    /// Writes what the function makes of a request, then closes the connection.
    pub fn start(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::with(move |request, stream| {
            let _ = stream.write_all(&answer(request));
        })
    }

    /// Writes the same start of an answer and nothing more, until the asker goes.
    pub fn stalling(start: &[u8]) -> Self {
        let start = start.to_vec();
        Self::with(move |_, stream| {
            let _ = stream.write_all(&start);
            let _ = stream.read(&mut [0]);
        })
    }

    fn with(serve: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (at, requests, stop) =
            (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicBool>::default());
        let (heard, stopped, serve) = (Arc::clone(&requests), Arc::clone(&stop), Arc::new(serve));
        let running = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(mut stream), heard, serve) = (stream, Arc::clone(&heard), Arc::clone(&serve)) else { continue };
                thread::spawn(move || {
                    let Some(request) = request(&mut stream) else { return };
                    heard.lock().unwrap().push(request.clone());
                    serve(&request, &mut stream);
                });
            }
        });
        Self { at, requests, stop, running: Some(running) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn request(stream: &mut TcpStream) -> Option<Request> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    Some(Request(String::from_utf8(head).unwrap()))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.at);
        let _ = self.running.take().unwrap().join();
    }
}

//! A `Process` is a server under load: where it answers, the processor time and memory of it and of all it started.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::city;

/// Ticks of `/proc/PID/stat` a second: `sysconf(_SC_CLK_TCK)` is 100 on every Linux of today.
const TICKS_PER_SECOND: f64 = 100.0;

/// Stopped with the value.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub root: String,
    /// Another process that works for it, as a database does.
    beside: Option<u32>,
}

impl Process {
    /// Starts a server that prints its address as the first line.
    pub fn telling(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut root = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut root).unwrap();
        assert!(root.starts_with("http://"), "the server did not start: {root}");
        Self { child, root: root.trim().into(), beside: None }
    }

    /// Starts a server that answers at this port after a while.
    pub fn at(port: u16, command: &mut Command, beside: Option<u32>) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let process = Self { child, root: format!("http://127.0.0.1:{port}"), beside };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        process
    }

    /// The built binary over a store.
    pub fn mapa(store: &std::path::Path, args: &[&str]) -> Self {
        let mut command = Command::new(city::MAPA);
        Self::telling(command.args(["serve", "--listen", "127.0.0.1:0", "--store"]).arg(store).args(args))
    }

    /// Processor time so far, microseconds.
    pub fn cpu_us(&self) -> f64 {
        let ticks: u64 = self.family().into_iter().map(|pid| stat(pid).map_or(0, |stat| stat.ticks)).sum();
        ticks as f64 / TICKS_PER_SECOND * 1e6
    }

    /// Resident memory, bytes; pages that a database shares between its processes are counted once for each.
    pub fn resident(&self) -> u64 {
        self.family().into_iter().map(|pid| city::memory(pid, "VmRSS")).sum()
    }

    /// Answers a request, as raw as it comes: head and body.
    pub fn get(&self, path: &str, headers: &str) -> (String, Vec<u8>) {
        let mut connection = TcpStream::connect(self.root.strip_prefix("http://").unwrap()).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n").unwrap();
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).unwrap();
        let split = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        (String::from_utf8_lossy(&bytes[..split]).to_lowercase(), bytes[split + 4..].to_vec())
    }

    /// A number of its `/metrics`.
    pub fn metric(&self, name: &str) -> f64 {
        let page = String::from_utf8(self.get("/metrics", "").1).unwrap();
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or_else(|| panic!("no {name}"))
    }

    /// Waits until a server of ours has drawn its tiles ahead.
    pub fn drawn(self) -> Self {
        while self.metric("mapa_tiles_drawn_ahead_seconds_total") == 0.0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }

    fn family(&self) -> Vec<u32> {
        let mut parents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            if let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok())
                && let Some(stat) = stat(pid)
            {
                parents.entry(stat.parent).or_default().push(pid);
            }
        }
        let mut family: Vec<u32> = [self.child.id()].into_iter().chain(self.beside).collect();
        let mut next = 0;
        while next < family.len() {
            family.extend(parents.get(&family[next]).into_iter().flatten());
            next += 1;
        }
        family
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `/proc/PID/stat` tells (proc(5)).
struct Stat {
    parent: u32,
    /// Of the process and of its children that have ended.
    ticks: u64,
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; field 3 follows it.
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let ticks = fields[11..15].iter().filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Stat { parent: fields[1].parse().ok()?, ticks })
}

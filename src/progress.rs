//! `Progress` shows how far long work is: a bar on a terminal, a plain line every few seconds elsewhere.

use std::{
    cell::Cell,
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often work that no terminal watches says where it is.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The line of work in bytes.
const BYTES: &str = "{bar:30} {bytes}/{total_bytes} {eta} {msg}";

/// Work, of a known amount as a rule, told on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    watched: bool,
    told: Cell<Instant>,
}

impl Progress {
    /// Work of `total` bytes.
    pub fn of_bytes(total: u64) -> Self {
        Self::new(total, BYTES)
    }

    /// Work of as many bytes as will be known later, or never.
    pub fn of_unknown_bytes() -> Self {
        let progress = Self::new(0, "{spinner} {bytes} {msg}");
        progress.bar.unset_length();
        progress
    }

    /// Says how many bytes it is in all.
    pub fn is_of_bytes(&self, total: u64) {
        if self.bar.length() != Some(total) {
            self.bar.set_length(total);
            self.bar.set_style(ProgressStyle::with_template(BYTES).expect("a sound template"));
        }
    }

    /// Work of `total` pieces.
    pub fn of_pieces(total: u64) -> Self {
        Self::new(total, "{bar:30} {pos}/{len} {eta} {msg}")
    }

    fn new(total: u64, template: &str) -> Self {
        let watched = std::io::stderr().is_terminal();
        let target = if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template(template).expect("a sound template");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        Self { bar, watched, told: Cell::new(Instant::now()) }
    }

    /// Says what is being done now.
    pub fn begin(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// Says how much is done in all.
    pub fn reached(&self, amount: u64) {
        self.bar.set_position(amount);
        if !self.watched && self.told.get().elapsed() >= LINE_EVERY {
            self.told.set(Instant::now());
            match self.bar.length() {
                Some(total) => eprintln!("{} %: {}", amount * 100 / total.max(1), self.bar.message()),
                None => eprintln!("{} MiB: {}", amount >> 20, self.bar.message()),
            }
        }
    }

    /// Says that one more piece is done.
    pub fn piece(&self, what: &str) {
        self.begin(what);
        self.reached(self.bar.position() + 1);
    }

    /// Clears the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

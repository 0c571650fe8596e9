//! A `Gate` lets a few in at a time, a bounded number wait, and turns the others away.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::Problem;

/// Who waits for a turn at drawing; beyond them an asker is better told to come again than to wait for seconds.
const MOST_WAITING: usize = 256;

/// Turns at something that takes a whole core.
#[derive(Debug)]
pub struct Gate {
    turns: Semaphore,
    waiting: AtomicUsize,
    refused: AtomicU64,
}

impl Gate {
    /// Lets so many in at a time.
    pub fn new(at_once: usize) -> Self {
        Self { turns: Semaphore::new(at_once), waiting: AtomicUsize::new(0), refused: AtomicU64::new(0) }
    }

    /// A turn, which lasts as long as the value; a problem where too many wait for theirs.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>, Problem> {
        if let Ok(turn) = self.turns.try_acquire() {
            return Ok(turn);
        }
        let Some(_place) = self.place() else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(Problem::Busy(format!("{MOST_WAITING} tiles wait to be drawn already")));
        };
        Ok(self.turns.acquire().await.expect("the semaphore is never closed"))
    }

    /// How many were turned away so far.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    fn place(&self) -> Option<Place<'_>> {
        let place = Place(&self.waiting);
        (self.waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING).then_some(place)
    }
}

/// A place among those who wait, given back by whoever stops waiting for any reason.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn who_comes_when_enough_wait_is_turned_away_and_the_others_get_their_turn() {
        let gate = Arc::new(Gate::new(2));
        let inside = (gate.turn().await.unwrap(), gate.turn().await.unwrap());
        let wait = || {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.turn().await.map(drop) })
        };
        let who_wait = async |many| {
            while gate.waiting.load(Ordering::Relaxed) != many {
                tokio::task::yield_now().await;
            }
        };
        let mut waiting: Vec<_> = (0..MOST_WAITING).map(|_| wait()).collect();
        who_wait(MOST_WAITING).await;
        assert!(matches!(gate.turn().await, Err(Problem::Busy(_))));
        assert_eq!(gate.refused(), 1);
        // One who goes away makes room for another.
        waiting.pop().unwrap().abort();
        who_wait(MOST_WAITING - 1).await;
        waiting.push(wait());
        who_wait(MOST_WAITING).await;
        assert!(matches!(gate.turn().await, Err(Problem::Busy(_))));
        drop(inside);
        for asker in waiting {
            asker.await.unwrap().unwrap();
        }
        assert!(gate.turn().await.is_ok());
    }
}

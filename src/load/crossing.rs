//! A `Crossing` leads what is read from the thread that reads to the one that writes into the store: each works while the
//! other does.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{Kept, photos::Settled};
use crate::{
    import::Rejection,
    model::{Feature, Value},
    space::{Area, Geometry},
};

/// What is gathered before it crosses: a thread that waits is not woken for each row.
const MOST_ROWS: usize = 64;

/// And so many bytes at most, but for the last row.
const MOST_BYTES: usize = 1 << 20;

/// Boats on their way: one is filled and one is emptied beside them.
const BOATS: usize = 1;

/// What comes across: every row, and the tally once the last one was read.
pub(super) enum Passage {
    Feature(Settled),
    Rejection(Rejection),
    End(Kept),
}

/// The end of those who read.
pub(super) struct Sender {
    boats: SyncSender<Vec<Passage>>,
    boat: Vec<Passage>,
    bytes: usize,
}

/// Nobody writes any more: there was an error, which whoever wrote tells.
#[derive(Debug, thiserror::Error)]
#[error("nothing can be written any more")]
pub(super) struct NobodyWrites;

/// Both ends.
pub(super) fn crossing() -> (Sender, Receiver<Vec<Passage>>) {
    let (boats, landing) = sync_channel(BOATS);
    (Sender { boats, boat: Vec::new(), bytes: 0 }, landing)
}

impl Sender {
    /// Sends a row, in the order in which they come.
    pub fn send(&mut self, passage: Passage) -> Result<(), NobodyWrites> {
        self.bytes += bytes_of(&passage);
        self.boat.push(passage);
        if self.boat.len() < MOST_ROWS && self.bytes < MOST_BYTES { Ok(()) } else { self.flush() }
    }

    /// Sends the tally, as the last.
    pub fn end(mut self, tally: Kept) -> Result<(), NobodyWrites> {
        self.boat.push(Passage::End(tally));
        self.flush()
    }

    fn flush(&mut self) -> Result<(), NobodyWrites> {
        self.bytes = 0;
        self.boats.send(std::mem::take(&mut self.boat)).map_err(|_| NobodyWrites)
    }
}

/// About how many bytes of memory a row takes; what is the same for all is left out.
fn bytes_of(passage: &Passage) -> usize {
    match passage {
        Passage::End(_) => 0,
        Passage::Rejection(rejection) => rejection.record.len(),
        Passage::Feature(Settled { feature, origin, .. }) => {
            let texts = feature.values.iter().filter_map(Value::as_text).map(str::len).sum::<usize>();
            origin.record.as_ref().map_or(0, String::len) + texts + places_of(feature) * 16
        }
    }
}

fn places_of(feature: &Feature) -> usize {
    match &feature.geometry {
        Geometry::Point(_) => 1,
        Geometry::Points(all) => all.len(),
        Geometry::Lines(lines) => lines.iter().map(|line| line.len()).sum(),
        Geometry::Areas(areas) => areas.iter().flat_map(Area::rings).map(<[_]>::len).sum(),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use proptest::prelude::*;

    use super::*;
    use crate::import::{Reason, Report};

    fn refused(row: u64, bytes: usize) -> Passage {
        let (text, detail, record) = (String::new(), String::new(), "x".repeat(bytes));
        Passage::Rejection(Rejection { row, column: None, text, reason: Reason::MissingId, detail, record })
    }

    fn weight(boat: &[Passage]) -> usize {
        boat.iter().map(bytes_of).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn all_come_across_in_their_order_and_no_boat_is_overloaded(
            rows in proptest::collection::vec(prop_oneof![5 => 0..2000_usize, 1 => 0..3 * MOST_BYTES], 0..200),
        ) {
            let (mut sender, boats) = crossing();
            let expected = rows.len() as u64;
            let reader = thread::spawn(move || {
                for (row, bytes) in (0..).zip(rows) {
                    sender.send(refused(row, bytes)).unwrap();
                }
                sender.end(Kept { digest: String::new(), report: Report::default() }).unwrap();
            });
            let (mut next, mut ends) = (0, 0);
            for boat in boats {
                prop_assert!(boat.len() <= MOST_ROWS + 1);
                prop_assert!(weight(&boat[..boat.len() - 1]) < MOST_BYTES);
                for passage in boat {
                    match passage {
                        Passage::Rejection(rejection) => {
                            prop_assert_eq!((rejection.row, ends), (next, 0));
                            next += 1;
                        }
                        Passage::End(_) => ends += 1,
                        Passage::Feature(_) => unreachable!("none was sent"),
                    }
                }
            }
            reader.join().unwrap();
            prop_assert_eq!((next, ends), (expected, 1));
        }
    }

    #[test]
    fn who_reads_is_told_that_nobody_writes() {
        let (mut sender, boats) = crossing();
        drop(boats);
        assert!((0..=MOST_ROWS as u64).any(|row| sender.send(refused(row, 1)).is_err()));
    }
}

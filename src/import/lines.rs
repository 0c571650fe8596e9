//! `Lines` makes every line of a table end alike, and the table in a mark by which its true end is known.
//!
//! With one line end, counting lines gives the row that a spreadsheet shows, blank lines included. The mark is a row of
//! its own; a quote that is opened and never closed swallows it, which is how a table cut inside a quote is noticed.

use std::io::{self, Read};

/// The last row, with its line ends; no office writes a start-of-text character.
pub(super) const END_MARK: &[u8] = b"\n\x02end\x03\n";

/// The same as a cell.
pub(super) const END_CELL: &[u8] = b"\x02end\x03";

/// A table with `\n` for every `\r\n` and `\r`, and the mark after its end.
pub(super) struct Lines<R> {
    bytes: R,
    after_cr: bool,
    mark: &'static [u8],
}

impl<R: Read> Lines<R> {
    pub fn new(bytes: R) -> Self {
        Self { bytes, after_cr: false, mark: END_MARK }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let n = self.bytes.read(into)?;
            if n == 0 {
                return self.mark.read(into);
            }
            if !self.after_cr && !into[..n].contains(&b'\r') {
                return Ok(n);
            }
            let mut kept = 0;
            for i in 0..n {
                let byte = into[i];
                let is_second_half = byte == b'\n' && self.after_cr;
                self.after_cr = byte == b'\r';
                if !is_second_half {
                    into[kept] = if byte == b'\r' { b'\n' } else { byte };
                    kept += 1;
                }
            }
            // A chunk that was only the second half of a line end leaves nothing, which would say "end".
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

/// The delimiter of a table: the most frequent of `, ; tab |` outside quotes in its first record.
pub(super) fn delimiter_of(start: &[u8]) -> u8 {
    const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
    let mut counts = [0_usize; CANDIDATES.len()];
    let mut in_quotes = false;
    for &byte in start.trim_ascii_start() {
        match byte {
            b'"' => in_quotes = !in_quotes,
            b'\n' | b'\r' if !in_quotes => break,
            _ if in_quotes => {}
            _ => {
                if let Some(i) = CANDIDATES.iter().position(|candidate| *candidate == byte) {
                    counts[i] += 1;
                }
            }
        }
    }
    // The first of equals, so that a table of one column has commas.
    let best = (0..CANDIDATES.len()).rev().max_by_key(|&i| counts[i]).expect("there are candidates");
    CANDIDATES[best]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_ends_alike_however_it_is_chopped() {
        let given = b"a\r\nb\rc\n\r\r\nd\r";
        for step in 1..given.len() {
            let mut lines = Lines::new(given.as_slice());
            let mut found = Vec::new();
            let mut chunk = vec![0; step];
            loop {
                let n = lines.read(&mut chunk).unwrap();
                if n == 0 {
                    break;
                }
                found.extend_from_slice(&chunk[..n]);
            }
            assert_eq!(found, [b"a\nb\nc\n\n\nd\n".as_slice(), END_MARK].concat(), "step {step}");
        }
    }

    #[test]
    fn the_delimiter_is_found_outside_quotes() {
        for (start, wanted) in [
            ("a,b;c,d", b','),
            ("a;b,c;d", b';'),
            ("\"a,b,c\";d", b';'),
            ("a\tb\tc,d\n,,,,,", b'\t'),
            ("\"два\n,,,рядки\"|b", b'|'),
            ("\n\na;b", b';'),
            ("one", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter_of(start.as_bytes()), wanted, "{start}");
        }
    }
}

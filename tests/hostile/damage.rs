//! To `damage` a valid file is to change it as chance, faulty programs and hostile people do.

use rand_chacha::{ChaCha8Rng, rand_core::Rng};

use super::samples::{Body, zipped};

/// Numbers at which programs break: lengths that are too large by one, or by far.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// Pieces of text that mean something to some reader.
const WORDS: [&str; 24] = [
    "[",
    "{",
    "\"",
    "]",
    "}",
    ",",
    ":",
    "null",
    "-1",
    "1e999",
    "NaN",
    "<",
    "</",
    ">",
    "&#x0;",
    "&amp;",
    "<![CDATA[",
    "\0",
    "\n",
    ";",
    "99999999999",
    "\u{feff}",
    "\\u0000",
    "= [",
];

/// A damaged copy.
pub fn of(body: &Body, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let inner = one_in(dice, 2);
    match body {
        Body::Zip(members) if inner => {
            let mut members = members.clone();
            let at = below(dice, members.len());
            members[at].1 = changed(&members[at].1, dice);
            zipped(&members)
        }
        Body::Gz(text) if inner => Body::Gz(changed(text, dice)).bytes(),
        body => changed(&body.bytes(), dice),
    }
}

fn changed(bytes: &[u8], dice: &mut ChaCha8Rng) -> Vec<u8> {
    match below(dice, 12) {
        // Nothing but chance, and chance behind a good beginning.
        0 => chance(dice, 600),
        1 => {
            let kept = below(dice, bytes.len().min(64) + 1);
            [&bytes[..kept], &chance(dice, 600)].concat()
        }
        _ => {
            let mut bytes = bytes.to_vec();
            for _ in 0..=below(dice, 6) {
                change(&mut bytes, dice);
            }
            bytes
        }
    }
}

fn change(bytes: &mut Vec<u8>, dice: &mut ChaCha8Rng) {
    if bytes.is_empty() {
        bytes.extend(chance(dice, 16));
        return;
    }
    let at = below(dice, bytes.len());
    let length = below(dice, 40).min(bytes.len() - at);
    match below(dice, 11) {
        0 => bytes[at] ^= 1 << below(dice, 8),
        1 => bytes[at] = dice.next_u32() as u8,
        2 => bytes.truncate(at),
        3 => {
            bytes.drain(at..at + length);
        }
        4 => {
            let again = bytes[at..at + length].to_vec();
            bytes.splice(at..at, again);
        }
        5 => {
            let again = bytes[at..at + length].repeat(1 + below(dice, 200));
            bytes.splice(at..at, again);
        }
        6 | 7 => {
            let edge = EDGES[below(dice, EDGES.len())].wrapping_sub(u64::from(one_in(dice, 3)));
            let width = [1, 2, 4, 8][below(dice, 4)].min(bytes.len() - at);
            let edge =
                if one_in(dice, 2) { edge.to_le_bytes() } else { edge.rotate_right(8 * width as u32).to_be_bytes() };
            bytes[at..at + width].copy_from_slice(&edge[..width]);
        }
        8 => {
            bytes.splice(at..at, WORDS[below(dice, WORDS.len())].bytes());
        }
        9 => {
            let word = WORDS[below(dice, WORDS.len())].repeat(1 + below(dice, 5000));
            bytes.splice(at..at, word.bytes());
        }
        _ => {
            let to = below(dice, bytes.len());
            bytes.swap(at, to);
        }
    }
}

fn chance(dice: &mut ChaCha8Rng, most: usize) -> Vec<u8> {
    (0..below(dice, most)).map(|_| dice.next_u32() as u8).collect()
}

fn below(dice: &mut ChaCha8Rng, count: usize) -> usize {
    dice.next_u32() as usize % count.max(1)
}

fn one_in(dice: &mut ChaCha8Rng, count: usize) -> bool {
    below(dice, count) == 0
}

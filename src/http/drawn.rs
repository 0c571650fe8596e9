//! A `Drawn` is one tile with its strong ETags and encodings, ready to be sent.

use std::{io::Write as _, sync::OnceLock};

use axum::{body::Bytes, http::HeaderValue};
use flate2::{Compression, write::GzEncoder};

use super::{answer, encoding::Encoding};

/// Fewer bytes are not made smaller by any encoding that matters.
const SMALL: usize = 150;

/// Effort of gzip: the default of zlib.
const GZIP_LEVEL: u32 = 6;

/// Effort of brotli: beyond it a tile takes many times longer for a few bytes.
const BROTLI_QUALITY: i32 = 5;

/// A tile; where there is nothing to show it has no bytes.
#[derive(Debug)]
pub struct Drawn {
    /// Hash of the bytes, the inside of the strong ETag.
    pub tag: String,
    plain: Coded,
    gzip: OnceLock<Coded>,
    brotli: OnceLock<Coded>,
}

/// The bytes of a tile in one encoding, or in none.
#[derive(Debug)]
pub struct Coded {
    /// What is sent.
    pub bytes: Bytes,
    /// Its own strong ETag (RFC 9110 §8.8.3.3).
    pub tag: HeaderValue,
    /// Which encoding it is in.
    pub encoding: Option<Encoding>,
}

impl Drawn {
    /// A tile of these bytes, in no encoding yet.
    pub fn new(bytes: Vec<u8>) -> Self {
        let tag = answer::tag_of(&bytes);
        let plain = Coded { bytes: bytes.into(), tag: answer::quoted(&tag), encoding: None };
        Self { tag, plain, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.plain.bytes.is_empty()
    }

    /// What is sent to an asker of this encoding, if it is made already; a small tile is sent as it is.
    pub fn ready(&self, encoding: Option<Encoding>) -> Option<&Coded> {
        match encoding.and_then(|encoding| self.room(encoding)) {
            None => Some(&self.plain),
            Some(room) => room.get(),
        }
    }

    /// What is sent to an asker of this encoding, the same bytes on every node; made where it is not.
    pub fn coded(&self, encoding: Option<Encoding>) -> &Coded {
        let Some((encoding, room)) = encoding.and_then(|encoding| Some((encoding, self.room(encoding)?))) else {
            return &self.plain;
        };
        room.get_or_init(|| Coded {
            bytes: encoded(encoding, &self.plain.bytes).into(),
            tag: answer::quoted(&format!("{}-{}", self.tag, encoding.name())),
            encoding: Some(encoding),
        })
    }

    /// Bytes in memory, with those of all encodings made.
    pub fn weight(&self) -> u64 {
        let rooms = [self.gzip.get(), self.brotli.get()].into_iter().flatten();
        rooms.chain([&self.plain]).map(|coded| coded.bytes.len() as u64).sum()
    }

    /// The most that [`Self::weight`] can become: no encoding is longer than the bytes but for its frame.
    pub fn most_weight(&self) -> u64 {
        3 * self.plain.bytes.len() as u64
    }

    fn room(&self, encoding: Encoding) -> Option<&OnceLock<Coded>> {
        (self.plain.bytes.len() >= SMALL).then_some(match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
        })
    }
}

/// Bytes in gzip (RFC 1952) or brotli (RFC 7932).
fn encoded(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match encoding {
        Encoding::Gzip => {
            let mut to = GzEncoder::new(&mut out, Compression::new(GZIP_LEVEL));
            to.write_all(bytes).and_then(|()| to.finish().map(drop)).expect("a vector takes all bytes");
        }
        Encoding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: BROTLI_QUALITY,
                size_hint: bytes.len(),
                ..Default::default()
            };
            brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).expect("a vector takes all bytes");
        }
    }
    out
}

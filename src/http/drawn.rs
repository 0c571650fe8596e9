//! A `Drawn` is one tile with its strong ETags and encodings, ready to be sent.

use std::{cell::RefCell, sync::OnceLock};

use axum::{body::Bytes, http::HeaderValue};
use libdeflater::{CompressionLvl, Compressor};

use super::{answer, encoding::Encoding};

/// A buffer of more bytes than this is not kept for the next tile.
const MOST_ROOM: usize = 1 << 20;

/// How hard it is tried to make a tile small; the same for a tile on every node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Many will ask for it.
    Lasting,
    /// It is hardly asked for twice.
    Passing,
}

impl Effort {
    /// Fewer bytes are sent as they are. So few are hardly made smaller; and for what is asked for once, packing is not worth
    /// its time where all fits into one packet of Ethernet with its head (1460 bytes of TCP).
    const fn least_bytes(self) -> usize {
        match self {
            Self::Lasting => 150,
            Self::Passing => 1000,
        }
    }

    /// Of libdeflate: beyond the first a tile takes twice as long for less than a hundredth; the fastest one takes a third of
    /// its time at most, and makes a tile larger by up to 8 %.
    const fn gzip_level(self) -> i32 {
        match self {
            Self::Lasting => 6,
            Self::Passing => 1,
        }
    }

    /// Beyond the first a tile takes many times longer for a few bytes.
    const fn brotli_quality(self) -> i32 {
        match self {
            Self::Lasting => 5,
            Self::Passing => 2,
        }
    }
}

/// A tile; where there is nothing to show it has no bytes.
#[derive(Debug)]
pub struct Drawn {
    /// Hash of the bytes, the inside of the strong ETag.
    pub tag: String,
    effort: Effort,
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
    pub fn new(bytes: Vec<u8>, effort: Effort) -> Self {
        let tag = answer::tag_of(&bytes);
        let plain = Coded { bytes: bytes.into(), tag: answer::quoted(&tag), encoding: None };
        Self { tag, effort, plain, gzip: OnceLock::new(), brotli: OnceLock::new() }
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
            bytes: match encoding {
                Encoding::Gzip => gzip(&self.plain.bytes, self.effort),
                Encoding::Brotli => brotli(&self.plain.bytes, self.effort),
            },
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
        (self.plain.bytes.len() >= self.effort.least_bytes()).then_some(match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
        })
    }
}

/// A compressor and room for what it writes, which are made once for a thread.
struct Packer {
    compressor: Compressor,
    room: Vec<u8>,
}

impl Packer {
    fn new(effort: Effort) -> RefCell<Self> {
        let level = CompressionLvl::new(effort.gzip_level()).expect("a level of libdeflate");
        RefCell::new(Self { compressor: Compressor::new(level), room: Vec::new() })
    }

    fn pack(&mut self, bytes: &[u8]) -> Bytes {
        let most = self.compressor.gzip_compress_bound(bytes.len());
        if self.room.len() < most {
            self.room.resize(most, 0);
        }
        let written = self.compressor.gzip_compress(bytes, &mut self.room).expect("there is room for the most bytes");
        let packed = Bytes::copy_from_slice(&self.room[..written]);
        if self.room.len() > MOST_ROOM {
            self.room = Vec::new();
        }
        packed
    }
}

thread_local! {
    static LASTING: RefCell<Packer> = Packer::new(Effort::Lasting);
    static PASSING: RefCell<Packer> = Packer::new(Effort::Passing);
}

/// Bytes in gzip (RFC 1952).
fn gzip(bytes: &[u8], effort: Effort) -> Bytes {
    let packer = match effort {
        Effort::Lasting => &LASTING,
        Effort::Passing => &PASSING,
    };
    packer.with_borrow_mut(|packer| packer.pack(bytes))
}

/// Bytes in brotli (RFC 7932).
fn brotli(bytes: &[u8], effort: Effort) -> Bytes {
    let quality = effort.brotli_quality();
    let params = brotli::enc::BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut out, &params).expect("a vector takes all bytes");
    out.into()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 2] = [Encoding::Gzip, Encoding::Brotli];

    #[test]
    fn few_bytes_are_sent_as_they_are() {
        for effort in [Effort::Lasting, Effort::Passing] {
            let packed = |count: usize| {
                let drawn = Drawn::new(vec![7; count], effort);
                ENCODINGS.map(|encoding| drawn.coded(Some(encoding)).encoding)
            };
            assert_eq!(packed(effort.least_bytes() - 1), [None; 2]);
            assert_eq!(packed(effort.least_bytes()), ENCODINGS.map(Some));
        }
        assert!(Effort::Lasting.least_bytes() < Effort::Passing.least_bytes());
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_by_others(bytes in proptest::collection::vec(0..4_u8, Effort::Passing.least_bytes()..20_000), passing: bool) {
            let effort = if passing { Effort::Passing } else { Effort::Lasting };
            let drawn = Drawn::new(bytes.clone(), effort);
            let (mut plain, packed) = (Vec::new(), drawn.coded(Some(Encoding::Gzip)));
            flate2::read::GzDecoder::new(&*packed.bytes).read_to_end(&mut plain).unwrap();
            prop_assert_eq!(&plain, &bytes);
            plain.clear();
            brotli::BrotliDecompress(&mut &*drawn.coded(Some(Encoding::Brotli)).bytes, &mut plain).unwrap();
            prop_assert_eq!(&plain, &bytes);
            prop_assert_eq!(drawn.coded(None).bytes.as_ref(), &bytes[..]);
            // The same on every node and thread.
            let again = Drawn::new(bytes, effort);
            let elsewhere = std::thread::spawn(move || again.coded(Some(Encoding::Gzip)).bytes.clone()).join().unwrap();
            prop_assert_eq!(&packed.bytes, &elsewhere);
        }
    }
}

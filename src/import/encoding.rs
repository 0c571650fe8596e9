//! An `Encoding` says which characters the bytes of a table mean.
//!
//! UTF-8 and the encodings of one byte a character (windows-1251, KOI8-U, …) keep ASCII as it is, so that a table is cut
//! into cells first and each cell decoded: a bad byte is the matter of one row. Every other encoding (UTF-16, …) is
//! turned into UTF-8 on the way in; what has no meaning there becomes U+FFFD, and the row that holds it is refused.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Read},
    ops::Range,
};

use encoding_rs::{CoderResult, Decoder, UTF_8};

/// In how many bytes from the start the encoding is looked for.
pub(super) const SEARCH_BYTES: usize = 1 << 20;

/// How the bytes of a cell become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding(&'static encoding_rs::Encoding);

impl Encoding {
    pub const UTF_8: Self = Self(UTF_8);

    /// The encoding of a WHATWG label such as `windows-1251` or `cp1251`.
    pub fn of_label(label: &str) -> Option<Self> {
        // `replacement` and `x-user-defined` are no encodings of text.
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
        (encoding != encoding_rs::REPLACEMENT && encoding != encoding_rs::X_USER_DEFINED).then_some(Self(encoding))
    }

    /// The encoding of a table that does not say it, found in its beginning.
    ///
    /// A byte order mark decides. Otherwise it is UTF-8, unless more than a tenth of what is not ASCII is no UTF-8: then
    /// it is windows-1251, in which Ukrainian offices write what is not UTF-8. (A few broken bytes refuse their rows;
    /// Cyrillic letters of windows-1251 are hardly ever UTF-8 by chance.)
    pub fn found_in(start: &[u8]) -> Self {
        if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(start) {
            return Self(encoding);
        }
        let (mut sound, mut broken) = (0, 0);
        let mut chunks = start.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            // A character that the end of the beginning cuts is none that is broken.
            let is_last = chunks.peek().is_none() && start.len() == SEARCH_BYTES;
            let is_cut =
                is_last && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
            broken += usize::from(!chunk.invalid().is_empty() && !is_cut);
        }
        if broken * 10 > sound + broken { Self(encoding_rs::WINDOWS_1251) } else { Self::UTF_8 }
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    fn is_cut_first(self) -> bool {
        self.0 == UTF_8 || self.0.is_single_byte()
    }

    /// The bytes of a table as [`Encoding::cell`] takes them.
    pub fn reader<'a>(self, bytes: impl Read + 'a) -> Box<dyn Read + 'a> {
        if self.is_cut_first() { Box::new(bytes) } else { Box::new(Transcoder::new(bytes, self.0)) }
    }

    /// The text of one cell, or the same with what is wrong made visible.
    pub fn cell(self, bytes: &[u8]) -> Result<Cow<'_, str>, String> {
        if self.0 == UTF_8 {
            return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| visible(bytes));
        }
        if !self.is_cut_first() {
            let text = String::from_utf8_lossy(bytes);
            return if text.contains(char::REPLACEMENT_CHARACTER) { Err(text.into()) } else { Ok(text) };
        }
        // The WHATWG tables give a byte that has no meaning the control character of its number.
        let is_unassigned = |c: &char| ('\u{80}'..='\u{9f}').contains(c);
        match self.0.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) if !text.chars().any(|c| is_unassigned(&c)) => Ok(text),
            _ => {
                let (text, _) = self.0.decode_without_bom_handling(bytes);
                Err(text.chars().map(|c| if is_unassigned(&c) { char::REPLACEMENT_CHARACTER } else { c }).collect())
            }
        }
    }
}

/// UTF-8 with every byte that is none of it written as `\xNN`.
fn visible(bytes: &[u8]) -> String {
    bytes.utf8_chunks().fold(String::with_capacity(bytes.len()), |mut text, chunk| {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            write!(text, "\\x{byte:02X}").expect("a String takes all that is written");
        }
        text
    })
}

/// Turns a stream of another encoding into UTF-8.
struct Transcoder<R> {
    bytes: R,
    decoder: Decoder,
    raw: Box<[u8]>,
    raw_left: Range<usize>,
    text: Box<[u8]>,
    text_left: Range<usize>,
    at_end: bool,
    done: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(bytes: R, encoding: &'static encoding_rs::Encoding) -> Self {
        let buffer = || vec![0; 1 << 16].into();
        let decoder = encoding.new_decoder();
        let (raw_left, text_left) = (0..0, 0..0);
        Self { bytes, decoder, raw: buffer(), raw_left, text: buffer(), text_left, at_end: false, done: false }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.text_left.is_empty() && !self.done {
            if self.raw_left.is_empty() && !self.at_end {
                let n = self.bytes.read(&mut self.raw)?;
                self.raw_left = 0..n;
                self.at_end = n == 0;
            }
            let raw = &self.raw[self.raw_left.clone()];
            let (result, used, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.at_end);
            self.raw_left.start += used;
            self.text_left = 0..written;
            self.done = self.at_end && result == CoderResult::InputEmpty;
        }
        let n = self.text_left.len().min(into.len());
        into[..n].copy_from_slice(&self.text[self.text_left.start..][..n]);
        self.text_left.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_decoded_or_its_bad_byte_shown() {
        let cp1251 = Encoding::of_label("cp1251").unwrap();
        let cases: &[(Encoding, &[u8], Result<&str, &str>)] = &[
            (Encoding::UTF_8, "Ґанок №1".as_bytes(), Ok("Ґанок №1")),
            (Encoding::UTF_8, b"ab\xffc", Err("ab\\xFFc")),
            (cp1251, b"\xca\xf0\xe8\xe2\xe8\xe9 \xd0\xb3\xe3", Ok("Кривий Ріг")),
            (cp1251, b"\xca\x98", Err("К\u{fffd}")),
            (cp1251, b"", Ok("")),
        ];
        for (encoding, bytes, wanted) in cases {
            let found = encoding.cell(bytes);
            assert_eq!(found.as_deref().map_err(String::as_str), *wanted, "{bytes:?}");
        }
    }

    #[test]
    fn the_encoding_is_found_in_the_beginning() {
        let cp1251 = |text: &str| encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
        let text = "Назва;Адреса\nШкола №1;вул. Їжакевича, рівень ґ\n";
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (Vec::new(), "UTF-8"),
            (b"id;lon".to_vec(), "UTF-8"),
            (text.into(), "UTF-8"),
            ("ї".repeat(SEARCH_BYTES).as_bytes()[..SEARCH_BYTES].into(), "UTF-8"),
            (("я".to_owned() + &"x".repeat(SEARCH_BYTES - 3) + "ї").as_bytes()[..SEARCH_BYTES].into(), "UTF-8"),
            ([text.as_bytes(), b"\xff"].concat(), "UTF-8"),
            (cp1251(text), "windows-1251"),
            (cp1251("id;рі"), "windows-1251"),
            ([b"\xef\xbb\xbf".as_slice(), &cp1251(text)].concat(), "UTF-8"),
            (b"\xff\xfei\0d\0".into(), "UTF-16LE"),
        ];
        for (start, wanted) in cases {
            assert_eq!(Encoding::found_in(&start).name(), wanted, "{start:?}");
        }
    }

    #[test]
    fn labels_that_are_no_encodings_of_text_are_refused() {
        for label in ["utf-9", "", "replacement", "hz-gb-2312", "x-user-defined"] {
            assert_eq!(Encoding::of_label(label), None, "{label}");
        }
        for label in ["windows-1251", "koi8-u", "utf-16le", "UTF-8"] {
            assert!(Encoding::of_label(label).is_some(), "{label}");
        }
    }

    #[test]
    fn two_byte_text_is_turned_into_utf_8_across_buffers() {
        let text = "Назва;Довгота\nШкола № 1;33,39\n".repeat(5000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut found = String::new();
        Encoding::of_label("utf-16le").unwrap().reader(bytes.as_slice()).read_to_string(&mut found).unwrap();
        assert!(found == text);
    }
}

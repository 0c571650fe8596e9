//! JSON is read `Lenient` where a recipe asks for it: a comma after the last element or member, as programs write it, is a space.

use std::{
    collections::VecDeque,
    io::{self, Read},
};

/// The bytes of JSON with a space for every comma that only white space parts from a closing bracket.
///
/// No byte is added or lost, so that lines and columns stay those of the source.
pub(super) struct Lenient<R> {
    bytes: R,
    in_text: bool,
    escaped: bool,
    /// A comma and the white space behind it, of which it is not known yet what follows.
    waiting: Vec<u8>,
    ready: VecDeque<u8>,
}

impl<R: Read> Lenient<R> {
    pub fn new(bytes: R) -> Self {
        Self { bytes, in_text: false, escaped: false, waiting: Vec::new(), ready: VecDeque::new() }
    }

    fn take(&mut self, byte: u8) {
        if self.in_text {
            self.in_text = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return self.ready.push_back(byte);
        }
        if !self.waiting.is_empty() && byte.is_ascii_whitespace() {
            return self.waiting.push(byte);
        }
        if let (Some(comma), b']' | b'}') = (self.waiting.first_mut(), byte) {
            *comma = b' ';
        }
        self.ready.extend(self.waiting.drain(..));
        self.in_text = byte == b'"';
        if byte == b',' { self.waiting.push(byte) } else { self.ready.push_back(byte) }
    }
}

impl<R: Read> Read for Lenient<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut chunk = [0; 4096];
        while self.ready.is_empty() && !into.is_empty() {
            let n = self.bytes.read(&mut chunk)?;
            if n == 0 {
                self.ready.extend(self.waiting.drain(..));
                break;
            }
            chunk[..n].iter().for_each(|byte| self.take(*byte));
        }
        self.ready.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives its bytes one at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = into.len().min(1);
            self.0.take(n as u64).read(into).inspect(|n| self.0 = &self.0[*n..])
        }
    }

    fn lenient(text: &str) -> String {
        let (mut whole, mut dropped) = (String::new(), String::new());
        Lenient::new(text.as_bytes()).read_to_string(&mut whole).unwrap();
        Lenient::new(Drops(text.as_bytes())).read_to_string(&mut dropped).unwrap();
        assert_eq!(whole, dropped);
        whole
    }

    #[test]
    fn a_comma_before_a_closing_bracket_is_a_space_and_no_other() {
        for (text, wanted) in [
            ("[1,2,]", "[1,2 ]"),
            ("{\"a\":[1,\n\t],}", "{\"a\":[1 \n\t] }"),
            ("[\",]\", \",}\",]", "[\",]\", \",}\" ]"),
            (r#"["\",]",]"#, r#"["\",]" ]"#),
            (r#"["\\",]"#, r#"["\\" ]"#),
            // Two commas say that something is missing: the first stays and is told as a flaw.
            ("[1,,]", "[1, ]"),
            ("[,]", "[ ]"),
            ("[1,", "[1,"),
            ("[1, ", "[1, "),
            ("", ""),
        ] {
            assert_eq!(lenient(text), wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn json_without_such_commas_is_not_changed(text in r"\PC{0,40}", number: i32) {
            let json = serde_json::json!({ "a": [text, number], text.clone(): { "b": [] } }).to_string();
            prop_assert_eq!(lenient(&json), json);
        }

        #[test]
        fn no_byte_is_added_or_lost(text in r#"[\[\]{},"\\ \na1]{0,60}"#) {
            let read = lenient(&text);
            prop_assert_eq!(read.len(), text.len());
            let differ = text.bytes().zip(read.bytes()).filter(|(a, b)| a != b);
            prop_assert!(differ.into_iter().all(|(a, b)| (a, b) == (b',', b' ')));
        }
    }
}

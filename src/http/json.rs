//! JSON as it is written into memory: a text that needs no escape is copied, all else is written by `serde_json`.

use serde::Serialize;

/// An object, written member by member.
pub struct Members<'a> {
    to: &'a mut Vec<u8>,
    /// What stands before the next member.
    before: u8,
}

impl<'a> Members<'a> {
    /// An object without members yet.
    pub fn new(to: &'a mut Vec<u8>) -> Self {
        Self { to, before: b'{' }
    }

    /// The further members of an object that some are written of.
    pub fn after(to: &'a mut Vec<u8>) -> Self {
        Self { to, before: b',' }
    }

    /// A member whose value the caller writes.
    pub fn named(&mut self, name: &str) -> &mut Vec<u8> {
        self.to.push(self.before);
        self.before = b',';
        text(self.to, name);
        self.to.push(b':');
        self.to
    }

    /// A member that is a text.
    pub fn text(&mut self, name: &str, value: &str) {
        text(self.named(name), value);
    }

    /// A member that is anything else.
    pub fn value(&mut self, name: &str, of: &impl Serialize) {
        value(self.named(name), of);
    }

    /// The members of another object.
    pub fn all_of(&mut self, object: &impl Serialize) {
        let at = self.to.len();
        value(self.to, object);
        if self.to[at..] == *b"{}" {
            self.to.truncate(at);
        } else {
            self.to[at] = self.before;
            self.before = b',';
            self.to.pop();
        }
    }

    /// Closes the object.
    pub fn end(self) {
        if self.before == b'{' {
            self.to.push(b'{');
        }
        self.to.push(b'}');
    }
}

/// Writes a list.
pub fn list<T>(to: &mut Vec<u8>, of: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    to.push(b'[');
    for (i, one) in of.into_iter().enumerate() {
        if i > 0 {
            to.push(b',');
        }
        write(to, one);
    }
    to.push(b']');
}

/// Writes a text.
pub fn text(to: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        to.reserve(text.len() + 2);
        to.push(b'"');
        to.extend_from_slice(text.as_bytes());
        to.push(b'"');
    } else {
        value(to, text);
    }
}

/// Writes a finite number.
pub fn number(to: &mut Vec<u8>, of: f64) {
    value(to, &of);
}

/// Writes any value whose names are texts.
pub fn value(to: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    serde_json::to_writer(to, value).expect("memory takes what is written, and the names of all our members are texts");
}

/// Whether none of the bytes needs an escape (RFC 8259 §7), eight at a time.
fn is_plain(bytes: &[u8]) -> bool {
    let (eights, rest) = bytes.as_chunks();
    if !eights.iter().all(|eight| are_plain(*eight)) {
        return false;
    }
    match bytes.last_chunk() {
        // Some of them are looked at twice, which is sooner done than one by one.
        Some(last) => are_plain(*last),
        None => rest.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\'),
    }
}

/// The same of eight bytes: none is less than a space, a quotation mark or a backslash.
///
/// A byte below n has its high bit set in x − n and not in x (Anderson, "Bit Twiddling Hacks", `hasless`), and one that is c is
/// below 1 in x ^ c.
fn are_plain(bytes: [u8; 8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let below = |x: u64, n: u64| x.wrapping_sub(EACH * n) & !x;
    let is = |x: u64, c: u8| below(x ^ (EACH * u64::from(c)), 1);
    let x = u64::from_ne_bytes(bytes);
    (below(x, u64::from(b' ')) | is(x, b'"') | is(x, b'\\')) & (EACH * 0x80) == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_written_as_serde_json_writes_it(said in r#"[а-яіїa-z]{0,20}[\x00-\x7fа-яії"\\]{0,3}[а-яіїa-z]{0,20}"#) {
            let mut to = Vec::new();
            text(&mut to, &said);
            prop_assert_eq!(to, serde_json::to_vec(&said).unwrap());
        }
    }

    #[test]
    fn members_of_all_sorts_make_one_object() {
        let mut to = Vec::new();
        let mut members = Members::new(&mut to);
        members.all_of(&json!({}));
        members.all_of(&json!({"a": 1, "b": {}}));
        members.text("c", "\"");
        members.all_of(&json!({}));
        members.value("d", &1.5);
        list(members.named("e"), ["x", "y"], text);
        members.end();
        let read: Value = serde_json::from_slice(&to).unwrap();
        assert_eq!(read, json!({"a": 1, "b": {}, "c": "\"", "d": 1.5, "e": ["x", "y"]}));
        let mut nothing = Vec::new();
        Members::new(&mut nothing).end();
        assert_eq!(nothing, b"{}");
    }
}

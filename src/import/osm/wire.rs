//! The `wire` format of protocol buffers: a message is fields, each a number and a value; nothing of it is believed.

/// A value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A variable-length integer.
    Varint(u64),
    /// Bytes: a text, a message or packed integers.
    Bytes(&'a [u8]),
    /// Four or eight bytes, which no field of OSM has.
    Fixed,
}

/// The bytes end within a value, or are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("broken protocol buffer")]
pub(super) struct Broken;

/// The fields of a message, in their order; after something broken there is nothing more.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    fn field(&mut self) -> Option<(u64, Value<'a>)> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.0)?),
            1 => self.cut(8).map(|_| Value::Fixed)?,
            2 => {
                let length = usize::try_from(varint(&mut self.0)?).ok()?;
                Value::Bytes(self.cut(length)?)
            }
            5 => self.cut(4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        Some((key >> 3, value))
    }

    fn cut(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, after) = self.0.split_at_checked(length)?;
        self.0 = after;
        Some(bytes)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field.ok_or(Broken))
    }
}

/// Takes a variable-length integer off the front.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = bytes.split_first()?;
        *bytes = after;
        let part = u64::from(byte & 0x7f);
        if part << shift >> shift != part {
            return None;
        }
        number |= part << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Packed integers, appended to those before them: a field may come in several pieces.
pub(super) fn integers(packed: Value<'_>, into: &mut Vec<u64>) -> Result<(), Broken> {
    match packed {
        Value::Varint(one) => into.push(one),
        Value::Bytes(mut bytes) => {
            while !bytes.is_empty() {
                into.push(varint(&mut bytes).ok_or(Broken)?);
            }
        }
        Value::Fixed => return Err(Broken),
    }
    Ok(())
}

/// The signed number of a zigzag code: 0, -1, 1, -2, …
pub(super) const fn signed(code: u64) -> i64 {
    (code >> 1) as i64 ^ -((code & 1) as i64)
}

/// Sums of differences, each from the one before.
pub(super) fn sums(codes: &[u64]) -> impl Iterator<Item = i64> {
    codes.iter().scan(0_i64, |sum, code| {
        *sum = sum.wrapping_add(signed(*code));
        Some(*sum)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_the_encoding_guide_has_them() {
        // {1: 150} {2: "testing"} {6: packed 3, 270, 86942}
        let message = b"\x08\x96\x01\x12\x07testing\x32\x06\x03\x8e\x02\x9e\xa7\x05";
        let fields: Vec<_> = Fields::of(message).collect::<Result<_, _>>().unwrap();
        assert_eq!(fields[..2], [(1, Value::Varint(150)), (2, Value::Bytes(b"testing"))]);
        let mut numbers = Vec::new();
        integers(fields[2].1, &mut numbers).unwrap();
        assert_eq!(numbers, [3, 270, 86942]);
        for cut in [1, 2, 4, 6, message.len() - 1] {
            assert!(Fields::of(&message[..cut]).last().unwrap().is_err() || cut == 3, "{cut}");
        }
    }

    #[test]
    fn zigzag_codes_alternate_and_a_varint_has_64_bits() {
        assert_eq!([0, 1, 2, 3, u64::MAX].map(signed), [0, -1, 1, -2, i64::MIN]);
        assert_eq!(sums(&[2, 2, 1]).collect::<Vec<_>>(), [1, 2, 1]);
        assert_eq!(varint(&mut [0xff; 9].iter().copied().chain([1]).collect::<Vec<_>>().as_slice()), Some(u64::MAX));
        for bad in [&[0xff_u8; 9][..], &[0xff; 10], &[0xff; 11], &[]] {
            assert_eq!(varint(&mut &*bad), None, "{bad:?}");
        }
    }
}

//! A dBase table, the half of a shapefile that says what its objects are, is read record by record.
//!
//! Cells stay the texts that stand in the file: a number is not turned into one and back, which would cost long ids
//! their last digits.

use std::{borrow::Cow, io::Read};

use super::{ImportError, Reason, encoding::Encoding, outcome::Objection};

/// Bytes of the header before its fields, and of each field.
const HEAD_BYTES: usize = 32;

/// A table that stands at its next record.
pub(super) struct Dbf<R> {
    bytes: R,
    file: String,
    encoding: Encoding,
    fields: Vec<Field>,
    record: Vec<u8>,
}

struct Field {
    name: String,
    kind: u8,
    start: usize,
    end: usize,
}

impl<R: Read> Dbf<R> {
    pub fn open(mut bytes: R, file: &str, encoding: Encoding) -> Result<Self, ImportError> {
        let flaw = |problem: &str| ImportError::source(file, format!("its .dbf {problem}"));
        let mut head = [0; HEAD_BYTES];
        bytes.read_exact(&mut head).map_err(|_| flaw("is cut"))?;
        let size = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let (header_bytes, record_bytes) = (size(8), size(10));
        let mut rest = vec![0; header_bytes.saturating_sub(HEAD_BYTES)];
        bytes.read_exact(&mut rest).map_err(|_| flaw("is cut"))?;
        let mut fields = Vec::new();
        // The first byte of a record says whether it is deleted.
        let mut start = 1;
        for field in rest.chunks_exact(HEAD_BYTES).take_while(|field| field[0] != b'\r') {
            let name = field[..11].split(|byte| *byte == 0).next().unwrap_or_default();
            let name = encoding.cell(name).map_err(|shown| flaw(&format!("has a field `{shown}` that is no text")))?;
            let end = start + usize::from(field[16]);
            fields.push(Field { name: name.trim().to_owned(), kind: field[11], start, end });
            start = end;
        }
        if fields.is_empty() || start > record_bytes {
            return Err(flaw("is no table of dBase, or its header is broken"));
        }
        Ok(Self { bytes, file: file.into(), encoding, fields, record: vec![0; record_bytes] })
    }

    pub fn header(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// Reads the next record and says whether it is deleted.
    pub fn next(&mut self) -> Result<bool, ImportError> {
        self.bytes
            .read_exact(&mut self.record)
            .map_err(|_| ImportError::source(&self.file, "its .dbf has fewer records than its .shp, or is cut"))?;
        Ok(self.record[0] == b'*')
    }

    /// The text of a column, or the same with what is wrong made visible.
    pub fn cell(&self, column: usize) -> Result<Cow<'_, str>, Objection> {
        let Field { name, kind, start, end } = &self.fields[column];
        let bytes = &self.record[*start..*end];
        // A field that is not filled may hold zeros.
        let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = self.encoding.cell(bytes).map_err(|shown| {
            let detail = format!("a byte has no meaning in {}", self.encoding.name());
            Objection::to_column(name, shown.trim(), Reason::BadEncoding, detail)
        })?;
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        Ok(match (kind, &*text) {
            (b'D', day) if day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]).into()
            }
            (b'L', "T" | "t" | "Y" | "y") => "true".into(),
            (b'L', "F" | "f" | "N" | "n") => "false".into(),
            (b'L', "?") => "".into(),
            // A number that did not fit into its field.
            (b'N' | b'F', stars) if stars.starts_with('*') => "".into(),
            _ => text,
        })
    }
}

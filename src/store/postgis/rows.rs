//! `Rows` are rows on their way into a table, in the binary format of `COPY` (PostgreSQL 15 manual, COPY, File Formats).

use std::io::Write;

use geozero::{CoordDimensions, ToWkb};
use jiff::{Span, civil::date};
use postgres::Transaction;

use crate::{model::Value, space::Geometry, store::StoreError};

/// What is sent at once: enough for the server to be busy, little for the importer to hold.
const BATCH_BYTES: usize = 1 << 20;

/// Signature, flags and the length of no extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Rows for one table, gathered and sent in batches.
#[derive(Debug)]
pub struct Rows {
    statement: String,
    columns: i16,
    bytes: Vec<u8>,
}

impl Rows {
    /// Rows of so many columns for a `COPY … FROM STDIN BINARY`.
    pub fn new(statement: String, columns: usize) -> Self {
        let columns = i16::try_from(columns).expect("a collection has at most 1,600 columns");
        Self { statement, columns, bytes: Vec::new() }
    }

    /// Begins a row; its columns follow in order.
    pub fn row(&mut self) -> &mut Self {
        if self.bytes.is_empty() {
            self.bytes.extend(HEADER);
        }
        self.bytes.extend(self.columns.to_be_bytes());
        self
    }

    /// A column of these bytes.
    pub fn bytes(&mut self, column: &[u8]) -> &mut Self {
        let length = i32::try_from(column.len()).expect("no column comes near two gigabytes");
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(column);
        self
    }

    /// A column of these bytes, or NULL.
    pub fn bytes_or_null(&mut self, column: Option<&[u8; 16]>) -> &mut Self {
        match column {
            Some(column) => self.bytes(column),
            None => self.null(),
        }
    }

    /// A `text`; PostgreSQL has no NUL, so a replacement character stands for it.
    pub fn text(&mut self, text: &str) -> &mut Self {
        if text.contains('\0') {
            self.bytes(text.replace('\0', "\u{fffd}").as_bytes())
        } else {
            self.bytes(text.as_bytes())
        }
    }

    /// A `text` that may be NULL.
    pub fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A `bigint`.
    pub fn integer(&mut self, integer: i64) -> &mut Self {
        self.bytes(&integer.to_be_bytes())
    }

    /// A `bigint` that may be NULL.
    pub fn integer_or_null(&mut self, integer: Option<i64>) -> &mut Self {
        match integer {
            Some(integer) => self.integer(integer),
            None => self.null(),
        }
    }

    /// A geometry; lines and areas are always multi, as their layer declares.
    pub fn geometry(&mut self, geometry: &Geometry) -> Result<&mut Self, StoreError> {
        use geo_types::Geometry as G;
        let shape = match G::from(geometry) {
            G::LineString(line) => G::MultiLineString(geo_types::MultiLineString(vec![line])),
            G::Polygon(polygon) => G::MultiPolygon(geo_types::MultiPolygon(vec![polygon])),
            other => other,
        };
        Ok(self.bytes(&shape.to_ewkb(CoordDimensions::xy(), Some(4326))?))
    }

    /// A value in the type of its field.
    pub fn value(&mut self, value: &Value) -> &mut Self {
        match value {
            Value::Unknown => self.null(),
            Value::Boolean(b) => self.bytes(&[u8::from(*b)]),
            Value::Integer(i) => self.integer(*i),
            Value::Number(n) => self.bytes(&n.to_bits().to_be_bytes()),
            Value::Date(day) => self.bytes(&days(*day).to_be_bytes()),
            Value::Text(text) => self.text(text),
        }
    }

    fn null(&mut self) -> &mut Self {
        self.bytes.extend((-1_i32).to_be_bytes());
        self
    }

    /// Sends what is gathered if it is much.
    pub fn send_if_full(&mut self, on: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        if self.bytes.len() < BATCH_BYTES { Ok(()) } else { self.send(on) }
    }

    /// Sends what is gathered.
    pub fn send(&mut self, on: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        self.bytes.extend((-1_i16).to_be_bytes());
        let mut to = on.copy_in(&self.statement)?;
        // The writer only gathers; what goes wrong comes out of `finish`, with the server's reason.
        let _ = to.write_all(&self.bytes);
        self.bytes.clear();
        to.finish()?;
        Ok(())
    }
}

/// Days since 2000-01-01, as PostgreSQL counts them.
pub fn days(day: jiff::civil::Date) -> i32 {
    let since = date(2000, 1, 1).until((jiff::Unit::Day, day));
    since.map_or(0, |span| span.get_days())
}

/// The day so many days after 2000-01-01.
pub fn day(days: i32) -> Option<jiff::civil::Date> {
    date(2000, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_comes_back_from_its_number() {
        for (of, number) in [(date(2000, 1, 1), 0), (date(1999, 12, 31), -1), (date(2026, 2, 28), 9555)] {
            assert_eq!((days(of), day(number)), (number, Some(of)));
        }
        for of in [jiff::civil::Date::MIN, jiff::civil::Date::MAX] {
            assert_eq!(day(days(of)), Some(of));
        }
        assert_eq!(day(i32::MAX), None);
    }
}

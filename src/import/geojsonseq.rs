//! A `GeoJSON` text sequence is read feature by feature: one a line, or each after a record separator (RFC 8142).
//!
//! Which of the two it is, the first byte that is no white space says. A record that is broken is a refused row: the
//! next one begins after the next mark.

use std::io::{BufRead, BufReader};

use serde_json::value::RawValue;

use super::{
    ImportError, Reason,
    geojson::hand_on,
    json::Keys,
    meter::{Meter, without_bom},
    outcome::Objection,
    record::{Columns, Row, Take, as_json},
};

/// What stands before every text of a sequence (RFC 8142 §2.2).
const RECORD_SEPARATOR: u8 = 0x1e;

/// Reads a sequence to its end.
pub(super) fn read(source: Meter<'_>, file: &str, columns: &Columns, take: &mut Take<'_>) -> anyhow::Result<()> {
    let io = |error| ImportError::io(file, error);
    let allowance = source.allowance();
    let mut bytes = BufReader::with_capacity(1 << 16, without_bom(source).map_err(io)?);
    let mut keys = Keys::new(columns);
    let (mut row, mut record, mut mark) = (0, Vec::new(), None);
    loop {
        allowance.renew();
        record.clear();
        if bytes.read_until(mark.unwrap_or(b'\n'), &mut record).map_err(io)? == 0 {
            break;
        }
        if mark.is_none() && !record.trim_ascii().is_empty() {
            let is_separated = record.trim_ascii_start().starts_with(&[RECORD_SEPARATOR]);
            mark = Some(if is_separated { RECORD_SEPARATOR } else { b'\n' });
            // The record was read to the first line end; it may have more lines, or be more than one.
            if is_separated && bytes.read_until(RECORD_SEPARATOR, &mut record).map_err(io)? > 0 {
                let start = record.iter().position(|byte| *byte == RECORD_SEPARATOR).map_or(0, |at| at + 1);
                record.drain(..start);
            }
        }
        for text in record.split(|byte| *byte == RECORD_SEPARATOR) {
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            row += 1;
            match parsed(text) {
                Ok(raw) => hand_on(row, raw, columns, columns.crs.as_ref(), &mut keys, take)?,
                Err(objection) => {
                    let whole = String::from_utf8_lossy(text);
                    take(Row::refused(row, objection, as_json([("feature".into(), whole)])))?;
                }
            }
        }
    }
    Ok(keys.check(file)?)
}

fn parsed(text: &[u8]) -> Result<&RawValue, Objection> {
    let shown = || String::from_utf8_lossy(text);
    let text = std::str::from_utf8(text)
        .map_err(|_| Objection::to_row(&shown(), Reason::BadEncoding, "a byte has no meaning in UTF-8"))?;
    serde_json::from_str(text).map_err(|error| Objection::to_row(text, Reason::BadRecord, error.to_string()))
}

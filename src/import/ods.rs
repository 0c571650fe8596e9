//! An ODS spreadsheet (OpenDocument 1.3, part 3, §9) becomes the rows of one of its sheets.
//!
//! `content.xml` is read once, an element at a time. (The `calamine` crate makes a range of every sheet, writes out what
//! says to be repeated a million times, and waits for ever for the end of a sheet that is cut.)

use std::io::{BufRead, BufReader};

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{
    ImportError,
    archive::Archive,
    meter::Whole,
    record::{Columns, Take},
    sheet::{Cells, Header, MAX_COLUMNS, MAX_FILE_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES, Sheet},
    xlsx::no_sheet,
};

/// The mimetype of a spreadsheet and of a template of one.
const MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// The most bytes of text in rows that are said to be repeated, so that a few bytes of a file do not cost minutes: a list has
/// no equal rows, whose ids would be equal too.
const MAX_REPEATED_BYTES: u64 = 64 << 20;

/// Reads a sheet to its end.
pub(super) fn read(
    whole: &Whole,
    file: &str,
    sheet: Option<&str>,
    header: Header,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    whole.at_most(MAX_FILE_BYTES, file)?;
    let flaw = |problem: &str| ImportError::source(file, problem);
    let mut archive =
        Archive::open(whole.path(), file).map_err(|error| flaw(&format!("no ODS spreadsheet: {error}")))?;
    if !archive.small("mimetype", 100).is_ok_and(|mimetype| mimetype.starts_with(MIMETYPE)) {
        return Err(flaw("no ODS spreadsheet: its mimetype says so").into());
    }
    archive.weigh(MAX_UNPACKED_BYTES)?;
    let manifest = archive.small("META-INF/manifest.xml", 16 << 20).unwrap_or_default();
    if String::from_utf8_lossy(&manifest).contains("manifest:encryption-data") {
        return Err(flaw("it is locked by a password").into());
    }
    let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 16, archive.member("content.xml")?));
    xml.config_mut().expand_empty_elements = true;
    let mut content = Content { file, xml, buffer: Vec::new() };
    let mut seen = Vec::new();
    while let Some(name) = content.next_sheet()? {
        if sheet.is_some_and(|wanted| wanted != name) {
            content.skip("table:table")?;
            seen.push(name);
            continue;
        }
        let mut rows = Sheet::new(file, &name, header, columns, take);
        content.rows(&mut rows)?;
        if rows.end()? {
            return Ok(());
        }
        if sheet.is_some() {
            break;
        }
        seen.push(name);
    }
    match sheet {
        Some(name) if seen.iter().all(|seen| seen != name) && !seen.is_empty() => {
            Err(no_sheet(file, name, &seen).into())
        }
        _ => Err(flaw("it is empty: no sheet has a row").into()),
    }
}

struct Content<'a, R> {
    file: &'a str,
    xml: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Content<'_, R> {
    fn next(&mut self) -> Result<Event<'_>, ImportError> {
        self.buffer.clear();
        let event = self.xml.read_event_into(&mut self.buffer);
        event.map_err(|error| ImportError::source(self.file, format!("content.xml is broken: {error}")))
    }

    fn cut(&self) -> ImportError {
        ImportError::source(self.file, "content.xml is cut")
    }

    /// The name of the next sheet; `None` after the last.
    fn next_sheet(&mut self) -> Result<Option<String>, ImportError> {
        loop {
            match self.next()? {
                Event::Start(start) if start.name().0 == "table:table" => {
                    return Ok(Some(attribute(&start, "table:name").unwrap_or_default()));
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// Skips to the end of an element that was entered.
    fn skip(&mut self, name: &str) -> Result<(), ImportError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::Start(start) if start.name().0 == name => depth += 1,
                Event::End(end) if end.name().0 == name => depth -= 1,
                Event::Eof => return Err(self.cut()),
                _ => {}
            }
        }
        Ok(())
    }

    fn rows(&mut self, sheet: &mut Sheet<'_, '_>) -> anyhow::Result<()> {
        let (mut above, mut again) = (0_u32, 0_u64);
        loop {
            match self.next()? {
                Event::Start(start) if start.name().0 == "table:table-row" => {
                    let count = repeated(&start, "table:number-rows-repeated");
                    let cells = self.row()?;
                    let is_empty = cells.iter().all(|cells| cells.text.is_empty());
                    let bytes: u64 =
                        cells.iter().map(|cells| (cells.text.len() as u64 + 8) * u64::from(cells.count)).sum();
                    if !is_empty {
                        again = again.saturating_add(bytes.saturating_mul(u64::from(count.saturating_sub(1))));
                    }
                    if again > MAX_REPEATED_BYTES {
                        let problem =
                            format!("its repeated rows show more than {} MiB of text", MAX_REPEATED_BYTES >> 20);
                        return Err(ImportError::source(self.file, problem).into());
                    }
                    // A sheet often ends in a million empty rows, and may say to have more.
                    for i in 1..=if is_empty { 0 } else { count } {
                        sheet.row(above.saturating_add(i), cells.clone())?;
                    }
                    above = above.saturating_add(count).min(MAX_ROWS);
                }
                // A sheet within a cell.
                Event::Start(start) if start.name().0 == "table:table" => self.skip("table:table")?,
                Event::End(end) if end.name().0 == "table:table" => return Ok(()),
                Event::Eof => return Err(self.cut().into()),
                _ => {}
            }
        }
    }

    fn row(&mut self) -> Result<Vec<Cells>, ImportError> {
        let mut row = Vec::new();
        let mut column = 0_u32;
        loop {
            match self.next()? {
                Event::Start(start) if is_cell(start.name().0) => {
                    let name = start.name().0.to_owned();
                    let count = repeated(&start, "table:number-columns-repeated");
                    let value = Value::of(&start);
                    let shown = self.shown(&name)?;
                    if let Some((text, failed)) = value.text(shown) {
                        row.push(Cells { column, count, text, failed });
                    }
                    column = column.saturating_add(count).min(MAX_COLUMNS + 1);
                }
                Event::End(end) if end.name().0 == "table:table-row" => return Ok(row),
                Event::Eof => return Err(self.cut()),
                _ => {}
            }
        }
    }

    /// The text that a cell shows, to the end of the cell: its paragraphs, without remarks and what is drawn over it.
    fn shown(&mut self, cell: &str) -> Result<String, ImportError> {
        let mut text = String::new();
        let (mut paragraphs, mut depth) = (0, 0);
        loop {
            match self.next()? {
                Event::Start(start) => match start.name().0 {
                    "text:p" => {
                        depth += 1;
                        paragraphs += 1;
                        if paragraphs > 1 {
                            text.push('\n');
                        }
                    }
                    "text:s" => {
                        let count = attribute(&start, "text:c").and_then(|count| count.parse().ok()).unwrap_or(1_usize);
                        text.extend(std::iter::repeat_n(' ', count.min(1000)));
                    }
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    name @ ("office:annotation" | "draw:frame" | "table:table") => {
                        let name = name.to_owned();
                        self.skip(&name)?;
                    }
                    _ => {}
                },
                Event::End(end) => match end.name().0 {
                    "text:p" => depth -= 1,
                    name if name == cell => return Ok(text),
                    _ => {}
                },
                Event::Text(piece) if depth > 0 => text.push_str(&piece.xml10_content()),
                Event::CData(piece) if depth > 0 => text.push_str(&piece.xml10_content()),
                Event::GeneralRef(entity) if depth > 0 => match entity.resolve_char_ref() {
                    Ok(Some(char)) => text.push(char),
                    _ => text.push_str(quick_xml::escape::resolve_predefined_entity(&entity).unwrap_or("\u{fffd}")),
                },
                Event::Eof => return Err(self.cut()),
                _ => {}
            }
        }
    }
}

/// What the attributes of a cell say (§19.385 and after); the text within it is for readers.
struct Value {
    kind: String,
    written: Option<String>,
    is_error: bool,
}

impl Value {
    fn of(start: &BytesStart<'_>) -> Self {
        let kind = attribute(start, "office:value-type").unwrap_or_default();
        let written = attribute(
            start,
            match kind.as_str() {
                "date" => "office:date-value",
                "time" => "office:time-value",
                "boolean" => "office:boolean-value",
                "string" => "office:string-value",
                _ => "office:value",
            },
        );
        let is_error = attribute(start, "calcext:value-type").is_some_and(|kind| kind == "error");
        Self { kind, written, is_error }
    }

    /// The text of the cell and whether a formula failed; `None` where it is empty.
    fn text(self, shown: String) -> Option<(String, bool)> {
        if self.is_error {
            return Some((shown, true));
        }
        let text = match (self.kind.as_str(), self.written) {
            ("string", Some(value)) if !value.is_empty() => value,
            ("float" | "percentage" | "currency", Some(value)) => plain_number(value),
            ("date", Some(value)) => match value.strip_suffix("T00:00:00") {
                Some(day) => day.into(),
                None => value,
            },
            ("time", Some(value)) => clock(&value).unwrap_or(value),
            ("boolean", Some(value)) => value,
            _ => shown,
        };
        (!text.is_empty()).then_some((text, false))
    }
}

/// A number without the exponent and the empty fraction that a program may write.
fn plain_number(text: String) -> String {
    let has_more = text.contains(['e', 'E', '.']);
    match text.parse::<f64>() {
        Ok(number) if has_more && number.is_finite() => {
            if number == 0.0 {
                "0".into()
            } else {
                number.to_string()
            }
        }
        _ => text,
    }
}

/// `PT14H30M00S` as `14:30:00`.
fn clock(text: &str) -> Option<String> {
    let (hours, rest) = text.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split(['.', ',']).next()?;
    let [hours, minutes, seconds] = [hours, minutes, seconds].map(|part| part.parse::<u32>().ok());
    Some(format!("{:02}:{:02}:{:02}", hours?, minutes?, seconds?))
}

fn is_cell(name: &str) -> bool {
    matches!(name, "table:table-cell" | "table:covered-table-cell")
}

fn repeated(start: &BytesStart<'_>, name: &str) -> u32 {
    let Some(count) = attribute(start, name) else { return 1 };
    // What does not fit is more than any sheet has, and is refused as such where it is not empty.
    count.parse().unwrap_or(if count.bytes().all(|b| b.is_ascii_digit()) { u32::MAX } else { 1 })
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|attribute| attribute.key.0 == name)?;
    found.normalized_value(XmlVersion::Explicit1_0).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_texts_that_a_table_would_have() {
        for (kind, value, shown, wanted) in [
            ("float", "380441234567", "3,8E+11", "380441234567"),
            ("float", "3.80441234567E11", "3,8E+11", "380441234567"),
            ("float", "5.0", "5", "5"),
            ("percentage", "0.25", "25%", "0.25"),
            ("date", "2024-03-01", "01.03.24", "2024-03-01"),
            ("date", "2024-03-01T00:00:00", "01.03.24", "2024-03-01"),
            ("date", "2024-03-01T14:30:00", "01.03.24 14:30", "2024-03-01T14:30:00"),
            ("time", "PT09H05M00S", "9:05", "09:05:00"),
            ("time", "P1D", "24:00", "P1D"),
            ("boolean", "true", "ІСТИНА", "true"),
            ("string", "", "Школа", "Школа"),
        ] {
            let value = Value { kind: kind.into(), written: Some(value.into()), is_error: false };
            assert_eq!(value.text(shown.into()), Some((wanted.into(), false)), "{kind} {shown}");
        }
        let error = Value { kind: "string".into(), written: Some(String::new()), is_error: true };
        assert_eq!(error.text("#REF!".into()), Some(("#REF!".into(), true)));
    }
}

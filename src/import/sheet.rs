//! A sheet of a spreadsheet is read row by row: its header found below whatever stands above it, its cells as a table of text has them.
//!
//! Above the header offices write titles, often merged over many columns. Where the recipe does not say its row, the
//! header is the first row that has every column the recipe names.
//!
//! A cell `#N/A` says that nobody knows, as an empty one does. Any other failed formula (`#REF!`, `#VALUE!`, …) in a
//! column that the recipe names refuses its row.

use std::{borrow::Cow, fmt::Display, mem};

use super::{
    ImportError, Reason,
    csv::labels,
    meter::MAX_RECORD_BYTES,
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    value::trimmed,
};

/// The rows and columns of a sheet of Excel 2007 and of LibreOffice 7.
pub(super) const MAX_ROWS: u32 = 1 << 20;
pub(super) const MAX_COLUMNS: u32 = 1 << 14;

/// The most bytes of text in a sheet, counting a shared or repeated one as often as it is shown.
const MAX_SHEET_BYTES: u64 = 2 << 30;

/// The largest spreadsheet as a file, in bytes.
pub(super) const MAX_FILE_BYTES: u64 = 256 << 20;

/// The most bytes a spreadsheet may unpack to: `calamine` holds texts and styles of a whole XLSX in memory.
pub(super) const MAX_UNPACKED_BYTES: u64 = 512 << 20;

/// In how many rows that are not empty the header is looked for.
const HEADER_SEARCH_ROWS: usize = 200;

/// Cells that stand beside each other and are alike.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    /// Number of the first column, from 0.
    pub column: u32,
    pub count: u32,
    pub text: String,
    /// Whether it is the error of a formula.
    pub failed: bool,
}

/// Where in a sheet the header is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Header {
    /// The first row that has all columns.
    Found,
    /// The row of this number, from 1.
    Row(u32),
    /// There is none: columns are called 1, 2, ….
    None,
}

/// Takes the rows of one sheet, as one of the formats gives them.
pub(super) struct Sheet<'a, 't> {
    file: &'a str,
    name: String,
    header: Header,
    columns: &'a Columns,
    take: &'a mut Take<'t>,
    state: State,
    /// The row that was found nearest to being the header: its number, cells and how many columns it lacks.
    nearest: Option<(u32, Vec<String>, usize)>,
    searched: usize,
    bytes: u64,
    last: u32,
}

enum State {
    Before,
    Below { labels: Vec<String>, slots: Vec<Option<usize>> },
}

impl<'a, 't> Sheet<'a, 't> {
    pub fn new(file: &'a str, name: &str, header: Header, columns: &'a Columns, take: &'a mut Take<'t>) -> Self {
        let state = match header {
            Header::None => State::Below { labels: Vec::new(), slots: Vec::new() },
            Header::Found | Header::Row(_) => State::Before,
        };
        let name = name.to_owned();
        Self { file, name, header, columns, take, state, nearest: None, searched: 0, bytes: 0, last: 0 }
    }

    /// Takes a row with its number from 1; cells without text may be left out.
    pub fn row(&mut self, number: u32, mut cells: Vec<Cells>) -> anyhow::Result<()> {
        cells.retain(|cells| cells.count > 0 && !trimmed(&cells.text).is_empty());
        if cells.is_empty() {
            return Ok(());
        }
        if number <= self.last || number > MAX_ROWS {
            return Err(self.flaw(format!("row {number} stands after row {}", self.last)).into());
        }
        self.last = number;
        let end = cells.iter().map(|cells| u64::from(cells.column) + u64::from(cells.count)).max().unwrap_or(0);
        if end > u64::from(MAX_COLUMNS) {
            return Err(self.flaw(format!("row {number} has more than {MAX_COLUMNS} columns")).into());
        }
        let bytes: u64 = cells.iter().map(|cells| (cells.text.len() as u64 + 8) * u64::from(cells.count)).sum();
        self.bytes += bytes;
        if bytes > MAX_RECORD_BYTES {
            return Err(self.flaw(format!("row {number} is larger than {} MiB", MAX_RECORD_BYTES >> 20)).into());
        }
        if self.bytes > MAX_SHEET_BYTES {
            return Err(self.flaw(format!("it shows more than {} GiB of text", MAX_SHEET_BYTES >> 30)).into());
        }
        match &self.state {
            State::Before => Ok(self.look_for_header(number, &cells)?),
            State::Below { .. } => self.hand_on(number, &cells),
        }
    }

    /// The end of the sheet: whether there was anything in it.
    pub fn end(self) -> Result<bool, ImportError> {
        match (&self.state, self.header) {
            _ if self.last == 0 => Ok(false),
            (State::Below { .. }, _) => Ok(true),
            (State::Before, Header::Row(row)) => {
                Err(self.flaw(format!("[source] header_row: row {row} is empty; the last row is {}", self.last)))
            }
            (State::Before, _) => Err(self.no_header()),
        }
    }

    fn look_for_header(&mut self, number: u32, cells: &[Cells]) -> Result<(), ImportError> {
        let texts = || {
            let end = cells.iter().map(|cells| cells.column + cells.count).max().unwrap_or(0);
            let mut texts = vec![String::new(); end as usize];
            for Cells { column, count, text, .. } in cells {
                texts[*column as usize..(column + count) as usize].fill(trimmed(text).to_owned());
            }
            texts
        };
        let is_header = match self.header {
            Header::Row(row) if number > row => {
                return Err(self.flaw(format!("[source] header_row: row {row} is empty; row {number} is the next")));
            }
            Header::Row(row) => number == row,
            Header::Found | Header::None => {
                let texts = texts();
                let lacking = self.columns.lacking(&texts).count();
                if lacking > 0 && self.nearest.as_ref().is_none_or(|(_, _, least)| lacking < *least) {
                    self.nearest = Some((number, texts, lacking));
                }
                lacking == 0
            }
        };
        if is_header {
            let header = texts();
            let slots = self.columns.slots_in(&format!("{}, sheet `{}`", self.file, self.name), &header)?;
            self.state = State::Below { labels: labels(&header), slots };
            return Ok(());
        }
        self.searched += 1;
        if self.searched > HEADER_SEARCH_ROWS && self.header == Header::Found { Err(self.no_header()) } else { Ok(()) }
    }

    fn no_header(&self) -> ImportError {
        let Some((row, texts, _)) = &self.nearest else {
            return self.flaw("there is no header");
        };
        let quoted = |text: &str| {
            let short: String = text.chars().take(60).collect();
            format!("`{short}`")
        };
        let lacking: Vec<_> = self.columns.lacking(texts).map(|(column, key)| format!("`{column}` ({key})")).collect();
        let found: Vec<_> = texts.iter().filter(|text| !text.is_empty()).take(50).map(|text| quoted(text)).collect();
        self.flaw(format!(
            "no row has all columns that the recipe names. Row {row} comes nearest: it has {} and lacks {}",
            found.join(", "),
            lacking.join(", ")
        ))
    }

    fn hand_on(&mut self, number: u32, cells: &[Cells]) -> anyhow::Result<()> {
        let state = mem::replace(&mut self.state, State::Before);
        let State::Below { labels, slots } = &state else { unreachable!("only rows below the header come here") };
        let label = |column: u32| match labels.get(column as usize) {
            Some(label) => Cow::Borrowed(label.as_str()),
            None => Cow::Owned((column + 1).to_string()),
        };
        let slot = |column: u32| match self.header {
            Header::None => {
                let name = (column + 1).to_string();
                self.columns.find(&name).inspect(|slot| self.columns.found(*slot, &name))
            }
            _ => slots.get(column as usize).copied().flatten(),
        };
        let whole = || {
            as_json(cells.iter().flat_map(|cells| {
                (cells.column..cells.column + cells.count)
                    .map(|column| (label(column), Cow::Borrowed(cells.text.as_str())))
            }))
        };
        let mut wanted = vec![Cow::Borrowed(""); self.columns.len()];
        let mut objection = None;
        for Cells { column, count, text, failed } in cells {
            for column in *column..column + count {
                let Some(slot) = slot(column) else { continue };
                if *failed && text != "#N/A" {
                    let detail = "the formula of the cell failed";
                    objection
                        .get_or_insert_with(|| Objection::to_column(&label(column), text, Reason::BadRecord, detail));
                } else if !failed {
                    wanted[slot] = Cow::Borrowed(text.as_str());
                }
            }
        }
        let row = u64::from(number);
        let taken = (self.take)(match objection {
            None => Row::Record(Record { row, cells: wanted, shape: Shape::None, whole: &whole }),
            Some(objection) => Row::refused(row, objection, whole()),
        });
        self.state = state;
        taken
    }

    fn flaw(&self, problem: impl Display) -> ImportError {
        ImportError::source(self.file, format!("sheet `{}`: {problem}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_that_shows_a_text_again_and_again_has_an_end() {
        let columns = Columns::default();
        let mut take = |_: Row<'_>| Ok(());
        let mut sheet = Sheet::new("a.ods", "А", Header::None, &columns, &mut take);
        let cells = vec![Cells { column: 0, count: 60, text: "x".repeat(1 << 20), failed: false }];
        let error = (1..100).find_map(|row| sheet.row(row, cells.clone()).err().map(|error| (row, error.to_string())));
        assert_eq!(error, Some((35, "a.ods: sheet `А`: it shows more than 2 GiB of text".into())));
    }
}

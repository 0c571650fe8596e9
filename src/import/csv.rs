//! A CSV table is read row by row: cut into cells by its delimiter, each cell decoded, each row numbered as a spreadsheet does.

use std::{
    borrow::Cow,
    io::{BufReader, Cursor, Read},
};

use csv::{ByteRecord, ReaderBuilder};

use super::{
    ImportError, Reason,
    encoding::{Encoding, SEARCH_BYTES},
    lines::{END_CELL, END_MARK, Lines, delimiter_of},
    meter::{Meter, without_bom},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    value::trimmed,
};

/// In how many bytes from the start the delimiter is looked for.
const DELIMITER_SEARCH_BYTES: u64 = 1 << 16;

/// How a table is written down.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// `None`: it is found in the first MiB, as [`Encoding::found_in`] says.
    pub encoding: Option<Encoding>,
    /// `None`: it is found in the first record.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns; otherwise they are called 1, 2, ….
    pub header: bool,
}

/// Reads a table to its end.
pub(super) fn read(
    source: Meter<'_>,
    file: &str,
    layout: &Layout,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    let allowance = source.allowance();
    let io = |error| ImportError::io(file, error);
    let mut source = BufReader::with_capacity(1 << 16, source);
    let mut beginning = Vec::new();
    source.by_ref().take(SEARCH_BYTES as u64).read_to_end(&mut beginning).map_err(io)?;
    let encoding = layout.encoding.unwrap_or_else(|| Encoding::found_in(&beginning));
    let source = Cursor::new(beginning).chain(source);
    let mut bytes = encoding.reader(without_bom(source).map_err(io)?);
    let mut start = Vec::new();
    bytes.by_ref().take(DELIMITER_SEARCH_BYTES).read_to_end(&mut start).map_err(io)?;
    let delimiter = layout.delimiter.unwrap_or_else(|| delimiter_of(&start));
    let mut table = Table {
        file,
        encoding,
        reader: ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(Lines::new(Cursor::new(start).chain(bytes))),
        record: ByteRecord::new(),
        inner_lines: 0,
    };
    let Some(first) = table.next()? else {
        return if layout.header { Err(ImportError::source(file, "it is empty: no header").into()) } else { Ok(()) };
    };
    let header =
        if layout.header { table.header()? } else { (1..=table.record.len()).map(|i| i.to_string()).collect() };
    let slots = columns.slots_in(file, &header)?;
    let labels = labels(&header);
    let mut next = if layout.header { table.next()? } else { Some(first) };
    while let Some(number) = next {
        let whole = || table.whole(&labels);
        take(match table.cells(&header, &slots, columns) {
            Ok(cells) => Row::Record(Record { row: number, cells, shape: Shape::None, whole: &whole }),
            Err(objection) => Row::refused(number, objection, whole()),
        })?;
        allowance.renew();
        next = table.next()?;
    }
    Ok(())
}

/// What the cells of a refused row are called: the header, made different where two columns have one name or none.
pub(super) fn labels(header: &[String]) -> Vec<String> {
    let label = |(i, name): (usize, &String)| match name.as_str() {
        "" => (i + 1).to_string(),
        name if header[..i].iter().any(|earlier| earlier == name) => format!("{name} {}", i + 1),
        name => name.into(),
    };
    header.iter().enumerate().map(label).collect()
}

struct Table<'a, R> {
    file: &'a str,
    encoding: Encoding,
    reader: csv::Reader<R>,
    record: ByteRecord,
    /// Line ends inside cells so far: they are lines of the file, but not rows of the table.
    inner_lines: u64,
}

impl<R: Read> Table<'_, R> {
    /// Reads the next row and gives its number; `None` after the last.
    fn next(&mut self) -> Result<Option<u64>, ImportError> {
        let before = self.reader.position().line();
        if !self.read()? {
            return Err(ImportError::source(self.file, "the table ends before its end mark"));
        }
        if self.record.len() == 1 && &self.record[0] == END_CELL {
            let is_last = !self.read()?;
            if is_last {
                return Ok(None);
            }
            return Err(ImportError::source(self.file, "a row in the middle is the mark of the end of a table"));
        }
        if self.record.as_slice().ends_with(END_MARK) {
            let problem = format!("a quote that is opened at line {before} or below is never closed: is the file cut?");
            return Err(ImportError::source(self.file, problem));
        }
        self.inner_lines += self.record.as_slice().split(|byte| *byte == b'\n').count() as u64 - 1;
        // The reader stands at the line after the row; lines are counted from 1.
        Ok(Some(self.reader.position().line() - 1 - self.inner_lines))
    }

    fn read(&mut self) -> Result<bool, ImportError> {
        self.reader
            .read_byte_record(&mut self.record)
            .map_err(|error| ImportError::source(self.file, error.to_string()))
    }

    fn header(&self) -> Result<Vec<String>, ImportError> {
        let name = |cell: &[u8]| match self.encoding.cell(cell) {
            Ok(name) => Ok(trimmed(&name).to_owned()),
            Err(shown) => {
                let encoding = self.encoding.name();
                let problem =
                    format!("the header is not {encoding} (`{shown}`): say the encoding in [source] encoding");
                Err(ImportError::source(self.file, problem))
            }
        };
        self.record.iter().map(name).collect()
    }

    /// Every cell is decoded, those that nobody wants too: a row with a bad byte is refused as a whole.
    fn cells(
        &self,
        header: &[String],
        slots: &[Option<usize>],
        columns: &Columns,
    ) -> Result<Vec<Cow<'_, str>>, Objection> {
        let (found, wanted) = (self.record.len(), header.len());
        if found != wanted {
            let detail = format!("the row has {found} cells where the header has {wanted}");
            return Err(Objection::to_row("", Reason::WrongWidth, detail));
        }
        let mut cells = vec![Cow::Borrowed(""); columns.len()];
        for ((bytes, name), slot) in self.record.iter().zip(header).zip(slots) {
            let text = self.encoding.cell(bytes).map_err(|shown| {
                let detail = format!("a byte has no meaning in {}", self.encoding.name());
                Objection::to_column(name, &shown, Reason::BadEncoding, detail)
            })?;
            if let Some(slot) = slot {
                cells[*slot] = text;
            }
        }
        Ok(cells)
    }

    /// The row as it stands; cells beyond the header are called by their number.
    fn whole(&self, labels: &[String]) -> String {
        let column = |i: usize| labels.get(i).cloned().unwrap_or_else(|| (i + 1).to_string());
        as_json(self.record.iter().enumerate().map(|(i, bytes)| {
            let text = self.encoding.cell(bytes).unwrap_or_else(Cow::Owned);
            (column(i).into(), text)
        }))
    }
}

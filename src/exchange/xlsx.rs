//! XLSX (ECMA-376): a sheet to be worked on by people, a row a feature, with typed cells and titles in their language.
//!
//! A text is written as an inline string, which no program takes for a formula, and is marked with `quotePrefix` where it
//! would become one when the cell is edited. Rows go to disk as they come, so memory does not grow with them.

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use serde_json::Value as Json;

use super::{View, harmless};
use crate::{
    model::{Choice, Collection, Feature, Field, FieldType, GeometryKind, Title, Value},
    space::Geometry,
};

/// The most features of a sheet: 2^20 rows (Excel specifications and limits), one of them the head.
pub const MAX_ROWS: usize = (1 << 20) - 1;

/// The longest text of a cell, in units of UTF-16 (Excel specifications and limits); a longer one, which no import brings, ends
/// in `…`.
const MAX_CELL: usize = 32_767;

/// Beyond it a cell, which holds a float, tells neighbouring whole numbers apart no more.
const MAX_WHOLE: u64 = 1 << 53;

/// Before 1 March 1900 programs count the days of a sheet differently: earlier days are texts.
const FIRST_DAY: jiff::civil::Date = jiff::civil::date(1900, 3, 1);

/// In which of its languages a title is written.
pub type In<'a> = &'a dyn Fn(&Title) -> String;

/// More features than a sheet has rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sheet has at most {MAX_ROWS} rows and a head, and {0} features are meant: narrow them, or take them as CSV")]
pub struct TooManyRows(pub usize);

/// Whether so many features go into one sheet.
pub const fn fits(features: usize) -> Result<(), TooManyRows> {
    if features <= MAX_ROWS { Ok(()) } else { Err(TooManyRows(features)) }
}

/// A column of the sheet.
enum Column<'a> {
    Id,
    Kind,
    Field(usize, &'a Field),
    /// Easting and northing of places: the first and the second of two columns.
    Axis(usize),
}

/// Writes features, each of this collection, in the order in which they come; at most [`MAX_ROWS`].
///
/// Columns: the id, then of what is shown the kind, the fields and, for `geometry`, the two coordinates of places (the
/// easting first). Heads, kinds and values of closed lists are titles. The unknown is an empty cell; days are days,
/// numbers numbers, whole numbers beyond 2^53 texts. Lines and areas have no cell: CSV has them. A second sheet tells
/// the `imprint`.
pub fn write_xlsx(
    to: impl Write + Send,
    of: &Collection,
    features: &[&Feature],
    view: View<'_>,
    say: In<'_>,
    imprint: &Json,
) -> io::Result<()> {
    fits(features.len()).map_err(io::Error::other)?;
    let scribe = Scribe { of, view, say, formats: Formats::new() };
    scribe.written(to, features, imprint).map_err(io::Error::other)
}

/// How the cells of one sheet are written.
struct Scribe<'a> {
    of: &'a Collection,
    view: View<'a>,
    say: In<'a>,
    formats: Formats,
}

impl Scribe<'_> {
    fn written(&self, to: impl Write + Send, features: &[&Feature], imprint: &Json) -> Result<(), XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&self.properties(imprint)?);
        let columns = self.columns();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(self.either("Об’єкти", "Objects"))?;
        sheet.set_freeze_panes(1, 1)?;
        for (at, column) in (0..).zip(&columns) {
            sheet.set_column_width(at, column.width())?;
            sheet.write_string_with_format(0, at, self.head(column), &self.formats.head)?;
        }
        for (row, feature) in (1..).zip(features) {
            for (at, column) in (0..).zip(&columns) {
                self.write(sheet, (row, at), column, feature)?;
            }
        }
        sheet.autofilter(0, 0, features.len() as u32, columns.len() as u16 - 1)?;
        self.about(workbook.add_worksheet(), imprint)?;
        workbook.save_to_writer(to)
    }

    fn columns(&self) -> Vec<Column<'_>> {
        let mut columns = vec![Column::Id];
        columns.extend(self.view.shows("kind").then_some(Column::Kind));
        columns.extend(self.view.fields(self.of).into_iter().map(|(at, field)| Column::Field(at, field)));
        if self.view.shows("geometry") && self.of.geometry == GeometryKind::Point {
            columns.extend([Column::Axis(0), Column::Axis(1)]);
        }
        columns
    }

    fn either(&self, uk: &str, en: &str) -> String {
        (self.say)(&Title { uk: uk.into(), en: en.into() })
    }

    fn head(&self, column: &Column<'_>) -> String {
        let is_degrees = self.view.crs.is_degrees();
        match column {
            Column::Id => self.either("Ідентифікатор", "Identifier"),
            Column::Kind => self.either("Вид об’єкта", "Kind of object"),
            Column::Field(_, field) => match &field.unit {
                Some(unit) => format!("{}, {unit}", (self.say)(&field.title)),
                None => (self.say)(&field.title),
            },
            Column::Axis(0) if is_degrees => self.either("Довгота", "Longitude"),
            Column::Axis(_) if is_degrees => self.either("Широта", "Latitude"),
            Column::Axis(0) => self.either("Схід, м", "Easting, m"),
            Column::Axis(_) => self.either("Північ, м", "Northing, m"),
        }
    }

    fn write(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        column: &Column<'_>,
        feature: &Feature,
    ) -> Result<(), XlsxError> {
        match column {
            Column::Id => self.text(sheet, at, feature.id.as_str()),
            Column::Kind => match feature.kind.as_deref() {
                Some(kind) => self.text(sheet, at, &self.chosen(&self.of.kinds, kind)),
                None => Ok(()),
            },
            Column::Field(index, field) => self.cell(sheet, at, field, &feature.values[*index]),
            Column::Axis(axis) => match &feature.geometry {
                Geometry::Point(place) => {
                    sheet.write_number(at.0, at.1, self.view.crs.easting_first(*place)[*axis]).map(drop)
                }
                // Several places of one object have no single coordinate.
                _ => Ok(()),
            },
        }
    }

    fn cell(&self, sheet: &mut Worksheet, at: (u32, u16), field: &Field, value: &Value) -> Result<(), XlsxError> {
        let (row, column) = at;
        match value {
            Value::Unknown => Ok(()),
            Value::Boolean(truth) => sheet.write_boolean(row, column, *truth).map(drop),
            Value::Integer(whole) if whole.unsigned_abs() > MAX_WHOLE => self.text(sheet, at, &whole.to_string()),
            Value::Integer(whole) => self.number(sheet, at, *whole as f64, field),
            Value::Number(number) => self.number(sheet, at, *number, field),
            Value::Date(day) if *day < FIRST_DAY => self.text(sheet, at, &day.to_string()),
            Value::Date(day) => {
                let day = ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8)?;
                sheet.write_datetime_with_format(row, column, &day, &self.formats.day).map(drop)
            }
            Value::Text(text) => self.text(sheet, at, &self.chosen(&field.values, text)),
        }
    }

    /// What people read of a word of a closed list; other words are read as they are.
    fn chosen(&self, among: &[Choice], word: &str) -> String {
        among
            .iter()
            .find(|choice| choice.id == word)
            .map_or_else(|| word.to_owned(), |choice| (self.say)(&choice.title))
    }

    fn text(&self, sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<(), XlsxError> {
        let text = cut(text);
        if text.is_empty() {
            Ok(())
        } else if harmless(&text) == text {
            sheet.write_string(row, column, text).map(drop)
        } else {
            sheet.write_string_with_format(row, column, text, &self.formats.guarded).map(drop)
        }
    }

    fn number(
        &self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        number: f64,
        field: &Field,
    ) -> Result<(), XlsxError> {
        if field.unit.as_deref() == Some("UAH") {
            sheet.write_number_with_format(row, column, number, &self.formats.money).map(drop)
        } else {
            sheet.write_number(row, column, number).map(drop)
        }
    }

    /// Whom to credit stands in the properties of the document too.
    fn properties(&self, imprint: &Json) -> Result<DocProperties, XlsxError> {
        // The same features give the same bytes, so no hour of writing is told.
        let never = ExcelDateTime::from_ymd(2000, 1, 1)?;
        let credit = imprint["attribution"].as_str().unwrap_or_default();
        let title = (self.say)(&self.of.title);
        Ok(DocProperties::new().set_title(title).set_comment(credit).set_creation_datetime(&never))
    }

    /// What the file says of itself as a whole.
    fn about(&self, sheet: &mut Worksheet, imprint: &Json) -> Result<(), XlsxError> {
        sheet.set_name(self.either("Про файл", "About"))?;
        sheet.set_column_width(0, 24)?;
        sheet.set_column_width(1, 80)?;
        let told = |name: &str| imprint[name].as_str().map(str::to_owned);
        let is_invented = imprint["demonstration"] == true;
        let lines = [
            (self.either("Ресурс", "Resource"), Some((self.say)(&self.of.title))),
            (self.either("Колекція", "Collection"), told("name")),
            (self.either("Джерело", "Credit"), told("attribution")),
            (self.either("Ліцензія", "Licence"), told("licence")),
            (self.either("Дані", "Data"), is_invented.then(|| self.either("Вигадані для показу", "Invented for show"))),
        ];
        for (row, (name, words)) in (0..).zip(lines.into_iter().filter_map(|(name, words)| Some((name, words?)))) {
            sheet.write_string_with_format(row, 0, name, &self.formats.head)?;
            self.text(sheet, (row, 1), &words)?;
        }
        Ok(())
    }
}

impl Column<'_> {
    /// In characters.
    fn width(&self) -> f64 {
        match self {
            Self::Field(_, field) if field.kind == FieldType::Text => 30.0,
            Self::Kind => 30.0,
            _ => 16.0,
        }
    }
}

struct Formats {
    head: Format,
    day: Format,
    money: Format,
    /// Of a text that would become a formula when its cell is edited.
    guarded: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            money: Format::new().set_num_format("#,##0.00"),
            guarded: Format::new().set_quote_prefix(),
        }
    }
}

fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= MAX_CELL {
        return text.to_owned();
    }
    let mut units = 0;
    let kept = text.chars().take_while(|letter| {
        units += letter.len_utf16();
        units < MAX_CELL
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_the_rows_that_excel_has() {
        // ECMA-376 names the last cell of a sheet XFD1048576.
        assert_eq!(fits(1_048_575), Ok(()));
        assert_eq!(fits(1_048_576), Err(TooManyRows(1_048_576)));
    }

    #[test]
    fn a_text_that_no_cell_holds_is_cut_and_says_so() {
        assert_eq!(cut(&"я".repeat(MAX_CELL)), "я".repeat(MAX_CELL));
        assert_eq!(cut(&"я".repeat(MAX_CELL + 1)), format!("{}…", "я".repeat(MAX_CELL - 1)));
        // An emoji is two units, and is not cut in half.
        let cut = cut(&"🌳".repeat(MAX_CELL));
        assert!(cut.encode_utf16().count() <= MAX_CELL && cut.ends_with("🌳…"), "{}", cut.len());
    }
}

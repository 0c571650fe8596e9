//! CSV as offices write it: commas or semicolons, UTF-8 or windows-1251, decimal points or commas, degrees or seconds.

use std::{
    fs::File,
    io::{BufWriter, Write},
};

use anyhow::{Context, ensure};

use super::{Format, Layout, Row};
use crate::{
    demo::faults::Fault,
    model::{Collection, Field, FieldType, Value},
    space::Geometry,
};

/// A CSV file being written.
pub struct CsvSink<'a> {
    writer: csv::Writer<BufWriter<File>>,
    collection: &'a Collection,
    layout: &'a Layout,
    cells: Vec<Vec<u8>>,
    rows: u64,
}

impl<'a> CsvSink<'a> {
    pub fn open(mut file: BufWriter<File>, collection: &'a Collection, layout: &'a Layout) -> anyhow::Result<Self> {
        if layout.format == Format::SpreadsheetCsv {
            file.write_all("\u{feff}".as_bytes())?;
        }
        let (delimiter, terminator) = match layout.format {
            Format::Csv => (b',', csv::Terminator::Any(b'\n')),
            Format::DmsCsv => (b';', csv::Terminator::Any(b'\n')),
            _ => (b';', csv::Terminator::CRLF),
        };
        let writer =
            csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).flexible(true).from_writer(file);
        let mut sink = Self { writer, collection, layout, cells: Vec::new(), rows: 0 };
        let header = layout.id.into_iter().chain([layout.kind]).chain(layout.photos).map(String::from);
        let header = header.chain(layout.fields.iter().cloned()).chain(layout.lon_lat.unwrap().map(String::from));
        for title in header {
            sink.push(&title)?;
        }
        sink.writer.write_record(&sink.cells)?;
        Ok(sink)
    }

    pub fn write(&mut self, row: &Row, fault: Option<Fault>) -> anyhow::Result<()> {
        self.cells.clear();
        if self.layout.id.is_some() {
            self.push(&row.id)?;
        }
        let collection = self.collection;
        self.push(&collection.kinds[row.kind].title.uk)?;
        if self.layout.photos.is_some() {
            self.push(&row.photos)?;
        }
        for (field, value) in collection.fields.iter().zip(&row.values) {
            let text = self.text(field, value);
            self.push(&text)?;
        }
        let Geometry::Point(at) = &row.geometry else { anyhow::bail!("{} are no points", collection.id) };
        let [lon, lat] = match self.layout.format {
            Format::DmsCsv => [dms(at.lon(), "E"), dms(at.lat(), "N")],
            _ => [at.lon(), at.lat()].map(|degrees| self.decimal(format!("{degrees:.6}"))),
        };
        self.push(&lon)?;
        self.push(&lat)?;
        if let Some(fault) = fault {
            self.spoil(fault)?;
        }
        self.rows += 1;
        self.writer.write_record(&self.cells)?;
        Ok(())
    }

    pub fn finish(self) -> anyhow::Result<()> {
        self.writer.into_inner().context("the last rows are not written")?.flush()?;
        Ok(())
    }

    fn push(&mut self, text: &str) -> anyhow::Result<()> {
        let bytes = self.encoded(text)?;
        self.cells.push(bytes);
        Ok(())
    }

    fn encoded(&self, text: &str) -> anyhow::Result<Vec<u8>> {
        if self.layout.format != Format::OldCsv {
            return Ok(text.as_bytes().to_vec());
        }
        let (bytes, _, has_lost) = encoding_rs::WINDOWS_1251.encode(text);
        ensure!(!has_lost, "{}: windows-1251 has no letters for `{text}`", self.collection.id);
        Ok(bytes.into_owned())
    }

    fn decimal(&self, number: String) -> String {
        if self.layout.format == Format::Csv { number } else { number.replace('.', ",") }
    }

    fn text(&self, field: &Field, value: &Value) -> String {
        match value {
            // What is unknown is left out, or marked as people mark it.
            Value::Unknown => match (self.rows + field.name.len() as u64) % 9 {
                3 => "-".into(),
                5 => "null".into(),
                _ => String::new(),
            },
            Value::Boolean(yes) => if *yes { "так" } else { "ні" }.into(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => self.decimal(number.to_string()),
            Value::Date(day) => day.strftime("%d.%m.%Y").to_string(),
            Value::Text(text) => match field.values.iter().find(|choice| *choice.id == **text) {
                Some(choice) => choice.title.uk.clone(),
                None => text.to_string(),
            },
        }
    }

    /// Spoils the row in `cells` the way a real export is spoiled.
    fn spoil(&mut self, fault: Fault) -> anyhow::Result<()> {
        let width = self.cells.len();
        let [lon, lat] = [width - 2, width - 1];
        let first_field = width - 2 - self.collection.fields.len();
        let name = first_field + self.collection.field_index("name").context("a collection has names")?;
        let of_type = |kind: FieldType| {
            let fits = |field: &Field| field.kind == kind && field.values.is_empty();
            self.collection.fields.iter().position(fits).map(|i| first_field + i).context("the plan of faults")
        };
        let (cell, text) = match fault {
            Fault::MissingCoordinates => {
                self.cells[lon].clear();
                (lat, "")
            }
            Fault::BadCoordinate => (lat, "уточнюється"),
            Fault::OutsideBounds => {
                self.cells[lon] = b"0".to_vec();
                (lat, "0")
            }
            Fault::MissingValue => (name, ""),
            Fault::BadNumber => (of_type(FieldType::Number)?, "12,5,0 тис."),
            Fault::BadInteger => (of_type(FieldType::Integer)?, "близько двадцяти"),
            Fault::BadDate => (of_type(FieldType::Date)?, "31.02.2025"),
            Fault::BadBoolean => (of_type(FieldType::Boolean)?, "частково"),
            Fault::UnknownValue => {
                let list = self.collection.fields.iter().position(|field| !field.values.is_empty());
                (first_field + list.context("the plan of faults")?, "Потребує уточнення")
            }
            Fault::MissingId => (0, ""),
            Fault::BadId => {
                self.cells[0] = self.encoded(&"Запис перенесено з паперового журналу ".repeat(6))?;
                return Ok(());
            }
            Fault::WrongWidth => {
                self.cells.truncate(width - 3);
                return Ok(());
            }
            Fault::BadEncoding => {
                // The first byte of a Cyrillic letter without its second, as a cut at a byte limit leaves it.
                self.cells[name].extend([b' ', 0xd0]);
                return Ok(());
            }
            // The plan makes the id itself that of the row before.
            Fault::DuplicateId | Fault::BadGeometry | Fault::WrongGeometry => return Ok(()),
        };
        self.cells[cell] = self.encoded(text)?;
        Ok(())
    }
}

/// `N 47° 54’ 31,4"`; the degrees lie on a grid of tenths of a second.
fn dms(degrees: f64, letter: &str) -> String {
    let tenths = (degrees * 36_000.0).round() as i64;
    let (whole, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths % 600);
    format!("{letter} {whole}° {minutes}’ {},{}\"", seconds / 10, seconds % 10)
}

#[cfg(test)]
mod tests {
    #[test]
    fn seconds_carry_into_minutes() {
        assert_eq!(super::dms(47.0 + 54.0 / 60.0 + 31.4 / 3600.0, "N"), "N 47° 54’ 31,4\"");
        assert_eq!(super::dms(33.999_999_9, "E"), "E 34° 0’ 0,0\"");
    }
}

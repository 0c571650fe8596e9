//! An XLSX workbook becomes the rows of one of its sheets, cell after cell as they stand in the file.
//!
//! The `calamine` crate unpacks and decodes; it makes no range of the sheet here, which two cells at its far corners
//! would swell to gigabytes. What breaks it (it computes with positions it did not check) breaks one import only.

use std::{
    fs::File,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, Xlsx};

use super::{
    ImportError,
    archive::Archive,
    meter::Whole,
    record::{Columns, Take},
    sheet::{Cells, Header, MAX_FILE_BYTES, MAX_UNPACKED_BYTES, Sheet},
};

/// The serial number of the day after 9999-12-31, the last that Excel knows.
const END_OF_DAYS: f64 = 2_958_466.0;

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
    let flaw = |problem: String| ImportError::source(file, problem);
    Archive::open(whole.path(), file)
        .and_then(|mut archive| archive.weigh(MAX_UNPACKED_BYTES))
        .map_err(|error| flaw(format!("no XLSX workbook, or locked by a password: {error}")))?;
    let bytes = File::open(whole.path()).map_err(|error| ImportError::io(file, error))?;
    let mut book: Xlsx<_> = unbroken(file, || Xlsx::new(BufReader::new(bytes)).map_err(|error| error.to_string()))?;
    let sheets: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| sheet.name.clone())
        .collect();
    let chosen = match sheet {
        None => sheets,
        Some(name) if sheets.iter().any(|sheet| sheet == name) => vec![name.to_owned()],
        Some(name) => return Err(no_sheet(file, name, &sheets).into()),
    };
    for name in &chosen {
        let mut cells = unbroken(file, || book.worksheet_cells_reader(name).map_err(|error| error.to_string()))?;
        let mut sheet = Sheet::new(file, name, header, columns, take);
        let mut row: Option<(u32, Vec<Cells>)> = None;
        while let Some(cell) = unbroken(file, || cells.next_cell().map_err(|error| error.to_string()))? {
            let (at, column) = cell.get_position();
            let Some((text, failed)) = text(cell.get_value()) else { continue };
            let cell = Cells { column, count: 1, text, failed };
            match &mut row {
                Some((number, cells)) if *number == at => cells.push(cell),
                _ => {
                    if let Some((number, cells)) = row.replace((at, vec![cell])) {
                        sheet.row(number.saturating_add(1), cells)?;
                    }
                }
            }
        }
        if let Some((number, cells)) = row {
            sheet.row(number.saturating_add(1), cells)?;
        }
        if sheet.end()? {
            return Ok(());
        }
    }
    Err(flaw("it is empty: no sheet has a row".into()).into())
}

/// The recipe names a sheet that is not there.
pub(super) fn no_sheet(file: &str, name: &str, sheets: &[String]) -> ImportError {
    let sheets: Vec<_> = sheets.iter().map(|sheet| format!("`{sheet}`")).collect();
    ImportError::source(file, format!("there is no sheet `{name}`; the sheets are {}", sheets.join(", ")))
}

fn unbroken<T>(file: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, ImportError> {
    // Nothing of the workbook is used after this, so that its state does not matter.
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("its parts say what cannot be".into()))
        .map_err(|problem| ImportError::source(file, format!("the workbook is broken: {problem}")))
}

/// What a cell says, and whether it is the error of a formula.
fn text(value: &DataRef<'_>) -> Option<(String, bool)> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::Int(number) => (number.to_string(), false),
        DataRef::Float(number) => (number_text(*number), false),
        DataRef::SharedString(text) => ((*text).to_owned(), false),
        DataRef::Bool(answer) => (answer.to_string(), false),
        DataRef::DateTime(time) => (time_text(time), false),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => (text.clone(), false),
        DataRef::Error(error) => (error.to_string(), true),
    })
}

/// The digits of a number: no exponent, and no fraction where there is none, so that a phone is a phone.
fn number_text(number: f64) -> String {
    // There is no minus before nothing.
    if number == 0.0 { "0".into() } else { number.to_string() }
}

/// A day, a day with a time, a time, or a duration in hours, as ISO 8601 writes them.
fn time_text(time: &ExcelDateTime) -> String {
    let serial = time.as_f64();
    if !(0.0..END_OF_DAYS).contains(&serial) {
        return number_text(serial);
    }
    if time.is_duration() {
        let seconds = (serial * 86_400.0).round() as u64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    // Whole seconds: a time is a fraction of a day, which seldom is exact.
    let seconds = (serial * 86_400.0).round();
    let rounded = ExcelDateTime::new(seconds / 86_400.0, calamine::ExcelDateTimeType::DateTime, is_of_1904(time));
    let (year, month, day, _, _, _, _) = rounded.to_ymd_hms_milli();
    let of_day = seconds as u64 % 86_400;
    let clock = format!("{:02}:{:02}:{:02}", of_day / 3600, of_day / 60 % 60, of_day % 60);
    match (serial < 1.0, of_day) {
        (true, _) => clock,
        (false, 0) => format!("{year:04}-{month:02}-{day:02}"),
        (false, _) => format!("{year:04}-{month:02}-{day:02}T{clock}"),
    }
}

/// Whether days are counted from 1904, which shifts every date by 1462 days.
fn is_of_1904(time: &ExcelDateTime) -> bool {
    let of_1900 = ExcelDateTime::new(time.as_f64(), calamine::ExcelDateTimeType::DateTime, false);
    of_1900.to_ymd_hms_milli() != time.to_ymd_hms_milli()
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    #[test]
    fn a_serial_is_a_day_or_a_time_and_a_number_its_digits() {
        for (serial, kind, is_1904, wanted) in [
            (27379.0, DateTime, false, "1974-12-16"),
            (45352.5, DateTime, false, "2024-03-01T12:00:00"),
            (45_352.604_166_666_664, DateTime, false, "2024-03-01T14:30:00"),
            (45_352.999_999_999, DateTime, false, "2024-03-02"),
            (0.375, DateTime, false, "09:00:00"),
            (43890.0, DateTime, true, "2024-03-01"),
            (1.5, TimeDelta, false, "36:00:00"),
            (-5.0, DateTime, false, "-5"),
            (3e6, DateTime, false, "3000000"),
        ] {
            assert_eq!(time_text(&ExcelDateTime::new(serial, kind, is_1904)), wanted, "{serial}");
        }
        for (number, wanted) in
            [(380_441_234_567.0, "380441234567"), (47.5, "47.5"), (-0.0, "0"), (1e20, "100000000000000000000")]
        {
            assert_eq!(number_text(number), wanted);
        }
    }
}

//! A source of a list as offices write it: a table of text in two encodings, and a workbook.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use zip::{ZipWriter, write::SimpleFileOptions};

/// How a source is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// UTF-8 with a byte order mark, commas.
    Utf8,
    /// Windows-1251, semicolons.
    Cp1251,
    /// A workbook whose header stands below a title.
    Xlsx,
}

/// Writes a table of these rows, the header first.
pub fn write(folder: &Path, form: Form, rows: &[Vec<String>]) -> PathBuf {
    match form {
        Form::Utf8 => {
            let path = folder.join("list.csv");
            fs::write(&path, format!("\u{feff}{}", table(rows, ","))).unwrap();
            path
        }
        Form::Cp1251 => {
            let path = folder.join("list-1251.csv");
            let text = table(rows, ";");
            let (bytes, _, unmappable) = encoding_rs::WINDOWS_1251.encode(&text);
            assert!(!unmappable, "{text}");
            fs::write(&path, bytes).unwrap();
            path
        }
        Form::Xlsx => {
            let path = folder.join("list.xlsx");
            workbook(&path, rows);
            path
        }
    }
}

fn table(rows: &[Vec<String>], delimiter: &str) -> String {
    let cell = |text: &String| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(delimiter) + "\r\n";
    rows.iter().map(row).collect()
}

fn workbook(path: &Path, rows: &[Vec<String>]) {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    let mut sheet = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Набір даних</t></is></c></row>".to_owned();
    for (row, cells) in (3..).zip(rows) {
        write!(sheet, "<row r=\"{row}\">").unwrap();
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let text = escaped(text);
            write!(sheet, "<c r=\"{}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>", letters(column)).unwrap();
        }
        sheet += "</row>";
    }
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, text) in [
        (
            "_rels/.rels",
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// The letters of a column from 0: A to ZZ.
fn letters(column: usize) -> String {
    let letter = |n: usize| char::from(b'A' + n as u8);
    if column < 26 { letter(column).into() } else { format!("{}{}", letter(column / 26 - 1), letter(column % 26)) }
}

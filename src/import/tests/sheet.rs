//! Spreadsheets, written here part by part and then damaged.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};

use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{LON_LAT, error_of, run, small, things};
use crate::{import::Reason, model::Value};

/// A zip of these members.
pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook of these sheets, each the XML of its rows. Style 1 is a date, 2 a date with a time; shared strings 0 to 3.
fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut book = String::new();
    let mut relations = String::new();
    let mut members = Vec::new();
    for (i, (name, rows)) in sheets.iter().enumerate() {
        write!(book, r#"<sheet name="{name}" sheetId="{0}" r:id="r{0}"/>"#, i + 1).unwrap();
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
        write!(relations, r#"<Relationship Id="r{0}" Type="{kind}" Target="worksheets/{0}.xml"/>"#, i + 1).unwrap();
        members.push((
            format!("xl/worksheets/{}.xml", i + 1),
            format!("<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let strings = "<sst><si><t>id</t></si><si><t>lon</t></si><si><t> lat </t></si><si><r><t>na</t></r><r><t>me</t></r></si></sst>";
    let styles =
        r#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>"#;
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
    members.extend([
        (
            "_rels/.rels".into(),
            format!(
                r#"<Relationships><Relationship Id="r1" Type="{office}" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        ("xl/workbook.xml".into(), format!(r#"<workbook xmlns:r="{kind}"><sheets>{book}</sheets></workbook>"#)),
        ("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>")),
        ("xl/sharedStrings.xml".into(), strings.into()),
        ("xl/styles.xml".into(), styles.into()),
    ]);
    zipped(&members.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect::<Vec<_>>())
}

/// A spreadsheet of these sheets, each the XML of its rows.
fn ods(sheets: &[(&str, &str)]) -> Vec<u8> {
    let tables: Vec<_> = sheets
        .iter()
        .map(|(name, rows)| format!(r#"<table:table table:name="{name}"><table:table-column/>{rows}</table:table>"#))
        .collect();
    let tables = tables.concat();
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ])
}

/// A cell of text in ODS.
fn t(text: &str) -> String {
    format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
}

fn ods_row(cells: &[&str]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.iter().map(|text| t(text)).collect::<String>())
}

/// A row of texts in XLSX.
fn xlsx_row(number: u32, cells: &[&str]) -> String {
    let cell = |(i, text): (usize, &&str)| {
        let letter = char::from(b'A' + i as u8);
        format!(r#"<c r="{letter}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    format!(r#"<row r="{number}">{}</row>"#, cells.iter().enumerate().map(cell).collect::<String>())
}

fn with_source(lines: &str) -> String {
    small(LON_LAT, "point").replace("file = \"things.csv\"", &format!("file = \"things.csv\"\n{lines}"))
}

const HEADER: &[&str] = &["id", "lon", "lat", "name"];

#[test]
fn cells_of_a_workbook_are_the_texts_that_a_table_would_have() {
    let header = ["id", "lon", "lat", "name", "storeys", "area_m2", "is_open", "built", "status", "kind"];
    let rows = xlsx_row(1, &header)
        + r#"<row r="2"><c r="A2"><v>380441234567</v></c><c r="B2"><v>33.400000000000006</v></c><c r="C2"><v>47.9</v></c>
            <c r="D2" t="str"><f>A1</f><v>Сад &amp; ліс</v></c><c r="E2"><v>2</v></c><c r="F2"><v>6.5</v></c>
            <c r="G2" t="b"><v>1</v></c><c r="H2" s="1"><v>45352</v></c><c r="I2" t="e"><v>#N/A</v></c></row>
          <row r="5"><c r="A5" t="inlineStr"><is><t>5</t></is></c><c r="B5"><v>33.5</v></c><c r="C5"><v>47.8</v></c>
            <c r="D5" t="e"><v>#REF!</v></c><c r="H5" s="2"><v>45352.5</v></c></row>
          <row r="7"><c r="A7"><v>7</v></c><c r="B7"><v>33.5</v></c><c r="C7"><v>47.8</v></c><c r="D7" s="2"><v>45352.5</v></c>
            <c r="H7" s="2"><v>45352.5</v></c><c r="M7" t="e"><v>#REF!</v></c></row>"#;
    let all = run(&things(""), "a.xlsx", &xlsx(&[("Порожній", "<row r=\"1\"/>"), ("Лист", &rows)])).unwrap();
    assert_eq!(all.refused(), [(5, Some("name"), "#REF!", Reason::BadRecord)]);
    assert_eq!(
        all.rejections()[0].record,
        r##"{"id":"5","lon":"33.5","lat":"47.8","name":"#REF!","built":"2024-03-01T12:00:00"}"##
    );
    let id = "380441234567";
    for (field, wanted) in [
        ("name", Value::from("Сад & ліс")),
        ("storeys", Value::Integer(2)),
        ("area_m2", Value::Number(6.5)),
        ("is_open", Value::Boolean(true)),
        ("built", Value::Date(jiff::civil::date(2024, 3, 1))),
        ("status", Value::Unknown),
    ] {
        assert_eq!(all.value(id, field), wanted, "{field}");
    }
    assert_eq!(all.value("7", "name"), Value::from("2024-03-01T12:00:00"));
    assert_eq!(all.value("7", "built"), Value::Date(jiff::civil::date(2024, 3, 1)));
}

#[test]
fn the_header_is_found_below_titles_or_where_the_recipe_says() {
    let title = r#"<row r="2"><c r="A2" t="inlineStr"><is><t>Перелік закладів</t></is></c></row>"#;
    let header = r#"<row r="4"><c r="B4" t="s"><v>0</v></c><c r="C4" t="s"><v>1</v></c><c r="D4" t="s"><v>2</v></c><c r="E4" t="s"><v>3</v></c></row>"#;
    let good = r#"<row r="5"><c r="B5"><v>1</v></c><c r="C5"><v>33</v></c><c r="D5"><v>48</v></c></row>"#;
    let bad = r#"<row r="9"><c r="B9"><v>2</v></c><c r="C9" t="inlineStr"><is><t>x</t></is></c><c r="D9"><v>48</v></c></row>"#;
    let book = xlsx(&[("Лист", &[title, header, good, bad].concat())]);
    for recipe in [small(LON_LAT, "point"), with_source("header_row = 4"), with_source("sheet = \"Лист\"")] {
        let all = run(&recipe, "a.xlsx", &book).unwrap();
        assert_eq!((all.report.features, all.refused()), (1, vec![(9, Some("lon"), "x", Reason::BadCoordinate)]));
        assert_eq!(all.rejections()[0].record, r#"{"id":"2","lon":"x","lat":"48"}"#);
    }
    let numbered = with_source("header = false")
        .replace("lon = \"lon\"\nlat = \"lat\"", "lon = \"3\"\nlat = \"4\"")
        .replace("column = \"id\"", "column = \"2\"")
        .replace("column = \"name\"", "column = \"5\"");
    let all = run(&numbered, "a.xlsx", &book).unwrap();
    let rows: Vec<_> = all.refused().into_iter().map(|(row, _, _, reason)| (row, reason)).collect();
    assert_eq!(rows, [(2, Reason::MissingId), (4, Reason::BadCoordinate), (9, Reason::BadCoordinate)]);

    let lacking = xlsx(&[("Лист", &(title.to_owned() + &xlsx_row(4, &["id", "lon", "latt", "name"]) + bad))]);
    assert_eq!(
        error_of(&small(LON_LAT, "point"), "a.xlsx", &lacking),
        "a.xlsx: sheet `Лист`: no row has all columns that the recipe names. Row 4 comes nearest: \
         it has `id`, `lon`, `latt`, `name` and lacks `lat` ([geometry] lat)"
    );
    for (source, wanted) in [
        ("header_row = 3", "[source] header_row: row 3 is empty; row 4 is the next"),
        ("header_row = 30", "[source] header_row: row 30 is empty; the last row is 9"),
        ("header_row = 2", "there is no column `id`, which [id] column names; the columns are `Перелік закладів`"),
        ("sheet = \"Школи\"", "a.xlsx: there is no sheet `Школи`; the sheets are `Лист`"),
    ] {
        let error = error_of(&with_source(source), "a.xlsx", &book);
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_spreadsheet_of_opendocument_is_the_same_as_a_workbook() {
    let tail = r#"<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#;
    let title = r#"<table:table-row><table:table-cell table:number-columns-spanned="4"><text:p>Перелік<office:annotation><text:p>ні</text:p></office:annotation></text:p></table:table-cell><table:covered-table-cell table:number-columns-repeated="3"/></table:table-row>"#;
    let gap = r#"<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>"#;
    let numbers = r#"<table:table-row><table:table-cell office:value-type="float" office:value="380441234567"><text:p>3,8E11</text:p></table:table-cell>
        <table:table-cell office:value-type="float" office:value="33.5"/><table:table-cell office:value-type="float" office:value="47.5"/>
        <table:table-cell office:value-type="string"><text:p>Сад<text:s text:c="2"/>&amp; <text:span>ліс</text:span></text:p><text:p>два</text:p></table:table-cell></table:table-row>"#;
    let failed = r#"<table:table-row><table:table-cell office:value-type="float" office:value="8"/><table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="33.5"/>
        <table:table-cell table:formula="of:=#REF!" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell></table:table-row>"#;
    let sheet = [title, gap, &ods_row(HEADER), numbers, gap, failed, &ods_row(&["9", "x", "48", "a"]), tail].concat();
    let book = ods(&[("Порожній", tail), ("Заклади", &sheet)]);
    for recipe in [small(LON_LAT, "point"), with_source("sheet = \"Заклади\""), with_source("header_row = 4")] {
        let all = run(&recipe, "a.ods", &book).unwrap();
        assert_eq!(
            all.refused(),
            [(8, Some("name"), "#REF!", Reason::BadRecord), (9, Some("lon"), "x", Reason::BadCoordinate)]
        );
        assert_eq!(all.value("380441234567", "name"), Value::from("Сад  & ліс\nдва"));
    }
    let error = error_of(&with_source("sheet = \"Школи\""), "a.ods", &book);
    assert_eq!(error, "a.ods: there is no sheet `Школи`; the sheets are `Порожній`, `Заклади`");
    assert!(error_of(&with_source("sheet = \"Порожній\""), "a.ods", &book).contains("no sheet has a row"));
}

#[test]
fn what_is_no_spreadsheet_or_more_than_one_is_told() {
    let recipe = small(LON_LAT, "point");
    let repeated = |rows: u32, columns: u32, text: &str| {
        let cell = format!(
            r#"<table:table-cell table:number-columns-repeated="{columns}" office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
        );
        let row = format!(r#"<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>"#);
        ods(&[("А", &(ods_row(HEADER) + &row))])
    };
    let far = xlsx_row(1, HEADER) + r#"<row r="2"><c r="XFE2"><v>1</v></c></row>"#;
    let overflow = xlsx_row(1, HEADER) + r#"<row r="2"><c r="ZZZZZZZZZZ99999999999"><v>1</v></c></row>"#;
    let twice = xlsx_row(1, HEADER) + &xlsx_row(3, HEADER) + &xlsx_row(2, HEADER);
    let cut = ods(&[("А", "<table:table-row>")]).len();
    for (file, bytes, wanted) in [
        ("a.xlsx", b"id;lon".to_vec(), "no XLSX workbook"),
        ("a.ods", b"id;lon".to_vec(), "no ODS spreadsheet"),
        ("a.ods", xlsx(&[("А", "")]), "no ODS spreadsheet"),
        ("a.xlsx", ods(&[("А", "")]), "the workbook is broken"),
        ("a.xlsx", xlsx(&[("А", "")]), "no sheet has a row"),
        ("a.xlsx", xlsx(&[("А", &far)]), "row 2 has more than 16384 columns"),
        ("a.xlsx", xlsx(&[("А", &overflow)]), "the workbook is broken"),
        ("a.xlsx", xlsx(&[("А", &twice)]), "row 2 stands after row 3"),
        ("a.ods", ods(&[("А", "<table:table-row>")])[..cut - 30].to_vec(), "no ODS spreadsheet"),
        ("a.ods", repeated(1, 20_000, "x"), "row 2 has more than 16384 columns"),
        ("a.ods", repeated(2_000_000, 1, "x"), "row 1048577 stands after row 1048576"),
        ("a.ods", repeated(1, 16_384, &"x".repeat(10_000)), "row 2 is larger than 64 MiB"),
    ] {
        let error = error_of(&recipe, file, &bytes);
        assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
    }
}

#[test]
fn a_zip_bomb_is_stopped_where_it_passes_the_limit() {
    let zeros = vec![b' '; 64 << 20];
    let bomb = zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", &zeros)]);
    for (file, start) in [("a.ods", "a.ods"), ("a.xlsx", "a.xlsx")] {
        let error = error_of(&small(LON_LAT, "point"), file, &bomb);
        assert!(error.starts_with(start) && error.contains("a zip bomb"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_spreadsheet_is_features_and_rejections_or_an_error(
        is_ods: bool,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        pieces in proptest::collection::vec(prop_oneof![
            Just("<row>"), Just("</row>"), Just("<row r=\"7\">"), Just("<c r=\"B2\"><v>1</v></c>"), Just("<c t=\"s\"><v>9</v></c>"),
            Just("<c s=\"1\"><v>1e300</v></c>"), Just("<c t=\"e\">"), Just("</c>"), Just("<table:table-row>"), Just("</table:table-row>"),
            Just("<table:table-cell office:value-type=\"float\" office:value=\"x\"/>"), Just("<text:p>"), Just("</table:table>"),
            Just("<table:table-row table:number-rows-repeated=\"-1\">"), Just("&bad;"), Just("<c r=\"ZZZZZZZ1\">"), Just("<"), Just("ї"),
        ], 0..12),
    ) {
        let rows = if is_ods { ods_row(HEADER) } else { xlsx_row(1, HEADER) } + &pieces.concat();
        let mut bytes = if is_ods { ods(&[("А", &rows)]) } else { xlsx(&[("А", &rows)]) };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = run(&small(LON_LAT, "point"), if is_ods { "a.ods" } else { "a.xlsx" }, &bytes);
    }
}

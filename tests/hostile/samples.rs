//! A `Sample` is a small valid file of one format and the recipe that reads it; giants are files made to break a reader.

use std::io::{Cursor, Write as _};

use flatgeobuf::{FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geozero::{GeozeroDatasource, geojson::GeoJsonReader};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::extract::{extract, unpacked};

/// A file and its recipe.
pub struct Sample {
    pub name: &'static str,
    pub file: &'static str,
    pub recipe: String,
    pub body: Body,
}

/// The bytes of a file; of a packed one what is packed, so that it can be damaged within.
#[derive(Clone)]
pub enum Body {
    Plain(Vec<u8>),
    Zip(Vec<(String, Vec<u8>)>),
    Gz(Vec<u8>),
}

impl Body {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(bytes) => bytes.clone(),
            Self::Zip(members) => zipped(members),
            Self::Gz(bytes) => {
                let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gz.write_all(bytes).unwrap();
                gz.finish().unwrap()
            }
        }
    }
}

pub fn zipped(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn zip_of(members: &[(&str, &[u8])]) -> Body {
    Body::Zip(members.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect())
}

/// The columns of [`rich`] tables.
pub const COLUMNS: [&str; 13] =
    ["id", "lon", "lat", "name", "storeys", "area", "open", "built", "status", "phone", "hours", "kind", "address"];

/// A recipe that reads a field of every sort; `place` is more of `[geometry]`.
pub fn rich(place: &str) -> String {
    let fields = COLUMNS[3..11]
        .iter()
        .map(|name| format!("[fields.{name}]\ncolumn = \"{name}\"\n"))
        .collect::<Vec<_>>()
        .concat();
    format!(
        "collection = \"things\"\n[source]\nfile = \"rich.csv\"\n[id]\ncolumn = \"id\"\n\
         [geometry]\nlon = \"lon\"\nlat = \"lat\"\nbounds = [22.0, 44.0, 41.0, 53.0]\n{place}\n{fields}\
         [kind]\ncolumn = \"kind\"\n[threshold]\nrefusals = \"100%\"\n[declare]\n\
         title = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"point\"\nfields = [\n\
         {{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }},\n\
         {{ name = \"storeys\", type = \"integer\", title = {{ uk = \"Поверхи\", en = \"Storeys\" }} }},\n\
         {{ name = \"area\", type = \"number\", unit = \"m2\", title = {{ uk = \"Площа\", en = \"Area\" }} }},\n\
         {{ name = \"open\", type = \"boolean\", title = {{ uk = \"Відчинено\", en = \"Open\" }} }},\n\
         {{ name = \"built\", type = \"date\", title = {{ uk = \"Збудовано\", en = \"Built\" }} }},\n\
         {{ name = \"status\", type = \"text\", title = {{ uk = \"Стан\", en = \"Status\" }}, values = [{{ id = \"valid\", uk = \"Чинний\", en = \"Valid\" }}] }},\n\
         {{ name = \"phone\", type = \"text\", format = \"phone\", title = {{ uk = \"Телефон\", en = \"Phone\" }} }},\n\
         {{ name = \"hours\", type = \"text\", format = \"opening-hours\", title = {{ uk = \"Години\", en = \"Hours\" }} }} ]\n\
         kinds = [{{ id = \"municipal\", uk = \"Комунальний\", en = \"Municipal\" }}]\n"
    )
}

/// A recipe of names: what stands below the collection, what `[id]` is and which shape it has.
fn plain(head: &str, id: &str, name: &str, geometry: &str) -> String {
    format!(
        "collection = \"things\"\n{head}\n[id]\ncolumn = \"{id}\"\n[fields.name]\ncolumn = \"{name}\"\n[threshold]\nrefusals = \"100%\"\n\
         [declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{geometry}\"\n\
         fields = [{{ name = \"name\", type = \"text\", title = {{ uk = \"Назва\", en = \"Name\" }} }}]\n"
    )
}

fn shaped(file: &str, geometry: &str) -> String {
    plain(&format!("[source]\nfile = \"{file}\""), "id", "name", geometry)
}

fn placed(file: &str, source: &str) -> String {
    plain(
        &format!("[source]\nfile = \"{file}\"\n{source}\n[geometry]\nlon = \"lon\"\nlat = \"lat\""),
        "id",
        "name",
        "point",
    )
}

const ROWS: [[&str; 13]; 3] = [
    COLUMNS,
    [
        "1",
        "33° 23’ 28\"",
        "N 47° 54’ 25\"",
        "Школа № 1",
        "3",
        "1 200,5 м2",
        "так",
        "01.09.1974",
        "Чинний",
        "(056) 474-11-22, дод. 3",
        "Пн-Пт 09:00-17:00, обід 12:00-13:00; Сб, Нд вихідний",
        "Комунальний",
        "м. Кривий Ріг, вул. Миру, 12-А",
    ],
    [
        "2",
        "33,39",
        "47.91 північної широти",
        "Сад «Cонечко»",
        "",
        "6,0 м2",
        "ні",
        "27379",
        "",
        "0961234567",
        "цілодобово",
        "",
        "",
    ],
];

fn table(delimiter: &str) -> String {
    let cell = |text: &&str| format!("\"{}\"", text.replace('"', "\"\""));
    let row = |row: &[&str; 13]| row.iter().map(cell).collect::<Vec<_>>().join(delimiter) + "\r\n";
    ROWS.iter().map(row).collect()
}

const AREAS: &str = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
{"type":"Feature","properties":{"id":"а","name":"Саксаганський","people":7,"share":0.5,"open":true},"geometry":{"type":"MultiPolygon","coordinates":[[[[33.1,47.9],[33.3,47.9],[33.3,48.1],[33.1,47.9]]],[[[33.5,47.5],[33.9,47.5],[33.9,47.9],[33.5,47.5]],[[33.7,47.6],[33.8,47.7],[33.8,47.6],[33.7,47.6]]]]}},
{"type":"Feature","id":5,"properties":{"id":"б","name":"Інгулецький","people":null,"share":1e3,"open":false},"geometry":{"type":"Polygon","coordinates":[[[33.2,47.7],[33.4,47.7],[33.4,47.8],[33.2,47.7]]]}}
]}"#;

fn workbook() -> Body {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let shared =
        |texts: &[&str]| texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect::<Vec<_>>().concat();
    let sheet = r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:D4"/><sheetData><row r="1"><c r="A1" t="s"><v>4</v></c></row><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c><c r="D2" t="s"><v>3</v></c></row><row r="3"><c r="A3"><v>1</v></c><c r="B3"><v>33.39</v></c><c r="C3"><v>47.91</v></c><c r="D3" t="inlineStr"><is><t>Сад</t></is></c></row><row r="4"><c r="A4" s="1"><v>45385.5</v></c><c r="B4" t="str"><f>1+1</f><v>33,4</v></c><c r="C4" t="b"><v>1</v></c><c r="D4" t="e"><v>#REF!</v></c></row></sheetData><mergeCells count="1"><mergeCell ref="A1:D1"/></mergeCells></worksheet>"#;
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    zip_of(&[
        (
            "[Content_Types].xml",
            br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            format!("<Relationships><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>").as_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns:r=\"{OFFICE}\"><workbookPr date1904=\"false\"/><sheets><sheet name=\"Лист1\" sheetId=\"1\" r:id=\"r1\"/></sheets><definedNames><definedName name=\"x\">Лист1!$A$1</definedName></definedNames></workbook>").as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/1.xml\"/><Relationship Id=\"r2\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"r3\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/></Relationships>").as_bytes(),
        ),
        ("xl/worksheets/1.xml", sheet.as_bytes()),
        (
            "xl/sharedStrings.xml",
            format!("<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"5\" uniqueCount=\"5\">{}</sst>", shared(&["id", "lon", "lat", "name", "Перелік"])).as_bytes(),
        ),
        ("xl/styles.xml", styles.as_bytes()),
    ])
}

fn spreadsheet() -> Body {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let row = |cells: &[&str]| {
        format!("<table:table-row>{}</table:table-row>", cells.iter().map(|text| cell(text)).collect::<String>())
    };
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body><office:spreadsheet>\
         <table:table table:name=\"Лист1\"><table:table-column table:number-columns-repeated=\"4\"/>{}{}\
         <table:table-row table:number-rows-repeated=\"2\"><table:table-cell office:value-type=\"float\" office:value=\"2\"><text:p>2</text:p></table:table-cell>\
         <table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" office:value=\"33.4\"/><table:covered-table-cell/>\
         <table:table-cell office:value-type=\"date\" office:date-value=\"2024-04-03\"><text:p>3 кв</text:p></table:table-cell></table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>",
        row(&["id", "lon", "lat", "name"]),
        row(&["1", "33,39", "47,91", "Сад <text:s text:c=\"3\"/>&amp; ліс<text:line-break/>"]),
    );
    zip_of(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", content.as_bytes())])
}

fn shapefile() -> Body {
    let ring = [[33.1, 47.9], [33.1, 48.1], [33.3, 48.1], [33.1, 47.9_f64]];
    let mut record = 5_i32.to_le_bytes().to_vec();
    record.extend([0; 32]);
    record.extend([1_i32, 4, 0].iter().flat_map(|number| number.to_le_bytes()));
    record.extend(ring.iter().flatten().flat_map(|number| number.to_le_bytes()));
    let mut shp = 9994_i32.to_be_bytes().to_vec();
    shp.resize(100, 0);
    for number in 1..=2_i32 {
        shp.extend(number.to_be_bytes());
        shp.extend((record.len() as i32 / 2).to_be_bytes());
        shp.extend(&record);
    }
    let mut dbf = vec![0; 32];
    dbf[0] = 3;
    dbf[4] = 2;
    dbf[8..10].copy_from_slice(&97_u16.to_le_bytes());
    dbf[10..12].copy_from_slice(&41_u16.to_le_bytes());
    for (name, kind) in [("id", b'N'), ("name", b'C')] {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        (field[11], field[16]) = (kind, 20);
        dbf.extend(field);
    }
    dbf.push(b'\r');
    for id in 1..=2 {
        dbf.extend(format!(" {id:>20}{:<20}", "Park").into_bytes());
    }
    let prj = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;
    zip_of(&[("a.shp", &shp), ("a.dbf", &dbf), ("a.prj", prj.as_bytes()), ("a.cpg", b"UTF-8")])
}

fn flatgeobuf() -> Vec<u8> {
    let options = FgbWriterOptions { crs: FgbCrs { code: 4326, ..FgbCrs::default() }, ..FgbWriterOptions::default() };
    let mut writer = FgbWriter::create_with_options("речі", GeometryType::MultiPolygon, options).unwrap();
    GeoJsonReader(AREAS.as_bytes()).process(&mut writer).unwrap();
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    bytes
}

/// Small pages, so that damage meets something.
fn geopackage() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.gpkg");
    let base = rusqlite::Connection::open(&path).unwrap();
    base.execute_batch(
        "PRAGMA page_size = 512; PRAGMA application_id = 1196444487;
         CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);
         INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS[]', NULL);
         CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT, min_x REAL, min_y REAL, max_x REAL, max_y REAL, srs_id INTEGER);
         INSERT INTO gpkg_contents VALUES ('things', 'features', 'things', '', '', 0, 0, 0, 0, 4326);
         CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
         INSERT INTO gpkg_geometry_columns VALUES ('things', 'geom', 'POLYGON', 4326, 0, 0);
         CREATE TABLE things (fid INTEGER PRIMARY KEY, geom BLOB, id TEXT, name TEXT, share REAL);",
    )
    .unwrap();
    let mut blob = b"GP\0\x01".to_vec();
    blob.extend(4326_i32.to_le_bytes());
    blob.push(1);
    blob.extend([3_u32, 1, 4].iter().flat_map(|number| number.to_le_bytes()));
    blob.extend([33.1, 47.9, 33.3, 47.9, 33.3, 48.1, 33.1, 47.9_f64].iter().flat_map(|number| number.to_le_bytes()));
    for i in 0..4 {
        base.execute("INSERT INTO things (geom, id, name, share) VALUES (?1, ?2, 'Сад', 0.5)", (&blob, i)).unwrap();
    }
    drop(base);
    std::fs::read(path).unwrap()
}

fn feed() -> Body {
    zip_of(&[
        ("stops.txt", "stop_id,stop_name,stop_lat,stop_lon,location_type\na,\"Площа, центр\",47.90,33.30,0\nb,Вокзал,47.91,33.31,\n".as_bytes()),
        ("routes.txt", "\u{feff}route_id,route_short_name,route_long_name,route_type\n1,1,Центр – Вокзал,0\n".as_bytes()),
        ("trips.txt", b"route_id,service_id,trip_id,shape_id\n1,w,t1,s\n1,w,t2,s\n"),
        ("shapes.txt", b"shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns,47.9,33.3,1\ns,47.91,33.31,2\n"),
    ])
}

fn osm(file: &str, geometry: &str) -> String {
    let head = format!("[source]\nfile = \"{file}\"\n[osm]\nwhere = [\"leisure=park\", \"highway\", \"route=tram\"]");
    plain(&head, "@id", "name", geometry)
}

/// A sample of every format, of some in more than one way.
pub fn all() -> Vec<Sample> {
    let text = |text: &str| Body::Plain(text.as_bytes().to_vec());
    let sample = |name, file, recipe, body| Sample { name, file, recipe, body };
    let json = r#"[{"id":1,"lon":33.39,"lat":"47,91","name":"Сад","tags":{"a":[1,{"b":null}]}},{"id":2,"lon":33.4,"lat":47.9,"name":"\u0421\ud83c\udfe0"}]"#;
    let (lines, small) = (AREAS.lines().skip(1).take(2).map(|line| line.trim_end_matches(',')), extract());
    let sequence = lines.map(|line| format!("\u{1e}{line}\n")).collect::<Vec<_>>().concat();
    let (cp1251, _, _) = encoding_rs::WINDOWS_1251.encode("id;lon;lat;name\n1;33,39;47,91;Сад\n2;33,4;47,9;Школа\n");
    let utf16: Vec<u8> =
        "\u{feff}id\tlon\tlat\tname\n1\t33,39\t47,91\tСад\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let wkt = "id,name,shape\n1,а,\"POLYGON ((33.1 47.9, 33.3 47.9, 33.3 48.1, 33.1 47.9), (33.15 47.92, 33.2 47.95, 33.2 47.92, 33.15 47.92))\"\n2,б,\"SRID=4326;MULTIPOLYGON Z (((33.1 47.9 1, 33.3 47.9 1, 33.3 48.1 1, 33.1 47.9 1)))\"\n";
    let of_wkt = plain("[source]\nfile = \"a.csv\"\n[geometry]\nwkt = \"shape\"", "id", "name", "area");
    let gtfs = |take: &str, id: &str, name: &str, geometry: &str| {
        let head = format!("[source]\nfile = \"feed.zip\"\nformat = \"gtfs\"\n[gtfs]\ntake = \"{take}\"");
        plain(&head, id, name, geometry)
    };
    vec![
        sample("csv", "rich.csv", rich(""), text(&table(";"))),
        sample("csv by address", "rich.csv", rich("address = \"address\""), text(&table(","))),
        sample("csv cp1251", "a.csv", placed("a.csv", ""), Body::Plain(cp1251.into_owned())),
        sample("tsv utf-16", "a.tsv", placed("a.tsv", ""), Body::Plain(utf16)),
        sample(
            "csv in metres",
            "a.csv",
            placed("a.csv", "").replace("lat = \"lat\"", "lat = \"lat\"\ncrs = \"EPSG:6385\""),
            text("id,lon,lat,name\n1,5300000,5310000,а\n2,5400000.5,5290000,б\n"),
        ),
        sample("well-known text", "a.csv", of_wkt, text(wkt)),
        sample("xlsx", "a.xlsx", placed("a.xlsx", ""), workbook()),
        sample("ods", "a.ods", placed("a.ods", ""), spreadsheet()),
        sample("json", "a.json", placed("a.json", "trailing_commas = true"), text(json)),
        sample("geojson", "a.geojson", shaped("a.geojson", "area"), text(AREAS)),
        sample("geojsonseq", "a.geojsonl", shaped("a.geojsonl", "area"), text(&sequence)),
        sample("flatgeobuf", "a.fgb", shaped("a.fgb", "area"), Body::Plain(flatgeobuf())),
        sample("geopackage", "a.gpkg", shaped("a.gpkg", "area"), Body::Plain(geopackage())),
        sample("shapefile", "a.zip", shaped("a.zip", "area"), shapefile()),
        sample(
            "zip of csv",
            "a.zip",
            placed("a.zip", ""),
            zip_of(&[("a/b.csv", "id,lon,lat,name\n1,33.39,47.91,Сад\n".as_bytes()), ("read.me", b"x")]),
        ),
        sample("gtfs stops", "feed.zip", gtfs("stops", "stop_id", "stop_name", "point"), feed()),
        sample("gtfs routes", "feed.zip", gtfs("routes", "route_id", "route_long_name", "line"), feed()),
        sample("osm pbf", "a.osm.pbf", osm("a.osm.pbf", "line"), Body::Plain(small.pbf(true))),
        sample(
            "osm pbf unpacked, dense",
            "a.osm.pbf",
            osm("a.osm.pbf", "area"),
            Body::Plain(unpacked(&small.pbf(true))),
        ),
        sample("osm pbf unpacked", "a.osm.pbf", osm("a.osm.pbf", "line"), Body::Plain(unpacked(&small.pbf(false)))),
        sample("osm xml", "a.osm", osm("a.osm", "area"), text(&small.xml())),
        sample("osm xml gz", "a.osm.gz", osm("a.osm.gz", "line"), Body::Gz(small.xml().into_bytes())),
    ]
}

/// Takes a giant: its name, its file, the recipe and the bytes.
pub type Take<'t> = dyn FnMut(&str, &str, &str, &[u8]) + 't;

/// Files that are small as they lie and large as they are read.
pub fn giants(take: &mut Take<'_>) {
    let deep = 200_000;
    let nested = |open: &str, close: &str| format!("{}{}", open.repeat(deep), close.repeat(deep));
    take("deep arrays", "a.json", &placed("a.json", ""), nested("[", "]").as_bytes());
    take("deep objects", "a.json", &placed("a.json", ""), format!("[{{\"id\":{}", "{\"a\":".repeat(deep)).as_bytes());
    let deep_shape = format!(
        "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":{}}}}}]}}",
        nested("[", "]")
    );
    take("deep coordinates", "a.geojson", &shaped("a.geojson", "area"), deep_shape.as_bytes());
    let collections = "{\"type\":\"GeometryCollection\",\"geometries\":[".repeat(deep);
    let deep_collections = format!("{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{collections}");
    take("deep collections", "a.geojsonl", &shaped("a.geojsonl", "area"), deep_collections.as_bytes());
    let of_wkt = plain("[source]\nfile = \"a.csv\"\n[geometry]\nwkt = \"shape\"", "id", "name", "area");
    for word in ["GEOMETRYCOLLECTION(", "((", "MULTIPOLYGON(((", "POINT "] {
        take(
            "deep well-known text",
            "a.csv",
            &of_wkt,
            format!("id,name,shape\n1,a,\"{}\"\n", word.repeat(deep)).as_bytes(),
        );
    }
    take("deep xml", "a.osm", &osm("a.osm", "area"), format!("<osm>{}", "<relation id='1'>".repeat(deep)).as_bytes());
    take("entities", "a.osm", &osm("a.osm", "area"), b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><osm><node id='1' lon='1' lat='1'><tag k='name' v='&b;&b;'/></node></osm>");
    take(
        "one row without an end",
        "a.csv",
        &placed("a.csv", ""),
        format!("id,lon,lat,name\n1,2,3,\"{}", "a\n".repeat(40 << 20)).as_bytes(),
    );
    take(
        "a hundred thousand columns",
        "a.csv",
        &placed("a.csv", ""),
        format!("id,lon,lat,name{}\n1,33,47,a{}\n", ",x".repeat(100_000), ",1".repeat(100_000)).as_bytes(),
    );
    take(
        "a bomb of gzip",
        "a.osm.gz",
        &osm("a.osm.gz", "area"),
        &Body::Gz([b"<osm>".to_vec(), vec![b' '; 100 << 20]].concat()).bytes(),
    );
    let spaces = vec![b' '; 100 << 20];
    for (name, file, body, member) in [
        ("xlsx", "a.xlsx", workbook(), "xl/sharedStrings.xml"),
        ("xlsx", "a.xlsx", workbook(), "xl/worksheets/1.xml"),
        ("ods", "a.ods", spreadsheet(), "content.xml"),
    ] {
        let Body::Zip(mut members) = body else { unreachable!("it is a zip") };
        let bomb = members.iter_mut().find(|(name, _)| name == member).unwrap();
        bomb.1.splice(0..0, spaces.iter().copied());
        take(&format!("a bomb of {name} in {member}"), file, &placed(file, ""), &zipped(&members));
    }
    take("a bomb of csv", "a.zip", &placed("a.zip", ""), &zipped(&[("a.csv".into(), spaces)]));
    let wide = |columns: u32, rows: u32| {
        let Body::Zip(mut members) = spreadsheet() else { unreachable!("it is a zip") };
        let text = String::from_utf8(members[1].1.clone()).unwrap();
        let text = text.replace("number-rows-repeated=\"2\"", &format!("number-rows-repeated=\"{rows}\""));
        members[1].1 = text.replace("repeated=\"2\" office", &format!("repeated=\"{columns}\" office")).into_bytes();
        zipped(&members)
    };
    take("a spreadsheet of many equal rows", "a.ods", &placed("a.ods", ""), &wide(2, 1 << 15));
    take("a spreadsheet of wide rows", "a.ods", &placed("a.ods", ""), &wide(16_380, 50));
    take("a spreadsheet of all cells", "a.ods", &placed("a.ods", ""), &wide(16_380, u32::MAX));
}

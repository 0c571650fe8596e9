//! A layer of a `GeoPackage` (OGC 12-128r19) is read row by row, as `SQLite` gives them.
//!
//! Only tables are read, no views: a view is a program of whoever made the file. Its geometries are decoded here, since
//! the `geozero` crate makes room for as many places as a file says it has.

use std::borrow::Cow;

use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use rusqlite::{Connection, OpenFlags, limits::Limit, types::ValueRef};

use super::{
    ImportError, Reason,
    meter::{MAX_RECORD_BYTES, Whole},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    shape::sound,
};
use crate::space::Crs;

/// WGS84 in `srs_id`, of which every `GeoPackage` has it.
const WGS84: i64 = 4326;

/// Reads a layer to its end.
pub(super) fn read(
    whole: &Whole,
    file: &str,
    layer: Option<&str>,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    let broken = |error: rusqlite::Error| ImportError::source(file, format!("it is no sound GeoPackage: {error}"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let base = Connection::open_with_flags(whole.path(), flags).map_err(broken)?;
    base.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_RECORD_BYTES as i32).map_err(broken)?;
    base.pragma_update(None, "trusted_schema", false).map_err(broken)?;
    let layer = choose(&base, file, layer)?;
    let quoted = layer.table.replace('"', "\"\"");
    let mut statement = base.prepare(&format!("SELECT * FROM \"{quoted}\" ORDER BY rowid")).map_err(broken)?;
    check_names(&base, &layer.table).map_err(|problem| ImportError::source(file, problem))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let slots = columns.slots_in(&format!("{file}, layer `{}`", layer.table), &names)?;
    let crs = match &columns.crs {
        Some(said) => Some(said.clone()),
        None => system(layer.srs).map_err(|problem| ImportError::source(file, problem))?,
    };
    let shape_at = names.iter().position(|name| name.eq_ignore_ascii_case(&layer.column));
    let mut rows = statement.query([]).map_err(broken)?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(broken)? {
        number += 1;
        let mut texts = Vec::with_capacity(names.len());
        for i in 0..names.len() {
            texts.push(if Some(i) == shape_at { Ok("".into()) } else { text(row.get_ref(i).map_err(broken)?) });
        }
        let blob = match shape_at {
            Some(i) => row.get_ref(i).map_err(broken)?,
            None => ValueRef::Null,
        };
        let whole = || {
            let cells = names.iter().zip(&texts).map(|(name, text)| {
                let text: &str = match text {
                    Ok(text) => text,
                    Err(shown) => shown,
                };
                (Cow::Borrowed(name.as_str()), Cow::Borrowed(text))
            });
            as_json(cells)
        };
        let cells = || -> Result<Vec<Cow<'_, str>>, Objection> {
            let mut cells = vec![Cow::Borrowed(""); columns.len()];
            for ((text, name), slot) in texts.iter().zip(&names).zip(&slots) {
                let text = text.as_ref().map_err(|shown| {
                    Objection::to_column(name, shown, Reason::BadEncoding, "a byte has no meaning in UTF-8")
                })?;
                if let Some(slot) = slot {
                    cells[*slot] = Cow::Borrowed(text);
                }
            }
            Ok(cells)
        };
        let shape = if columns.wants_shape { shape(blob, crs.as_ref()) } else { Shape::None };
        take(match cells() {
            Ok(cells) => Row::Record(Record { row: number, cells, shape, whole: &whole }),
            Err(objection) => Row::refused(number, objection, whole()),
        })?;
    }
    Ok(())
}

/// Whether the names of all columns are text: `rusqlite` panics where it is asked for one that is not.
fn check_names(base: &Connection, table: &str) -> Result<(), String> {
    let broken = |error: rusqlite::Error| format!("it is no sound GeoPackage: {error}");
    let mut names = base.prepare("SELECT name FROM pragma_table_xinfo(?1)").map_err(broken)?;
    let mut names = names.query([table]).map_err(broken)?;
    while let Some(row) = names.next().map_err(broken)? {
        if let ValueRef::Text(name) = row.get_ref(0).map_err(broken)?
            && std::str::from_utf8(name).is_err()
        {
            return Err(format!("the name of the column `{}` is no text in UTF-8", String::from_utf8_lossy(name)));
        }
    }
    Ok(())
}

struct Layer {
    table: String,
    column: String,
    srs: i64,
}

fn choose(base: &Connection, file: &str, wanted: Option<&str>) -> Result<Layer, ImportError> {
    let flaw = |problem: String| ImportError::source(file, problem);
    let query = "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g \
                 JOIN gpkg_contents c ON c.table_name = g.table_name AND c.data_type = 'features' \
                 JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table' ORDER BY 1";
    let layers = base.prepare(query).and_then(|mut statement| {
        let layer = |row: &rusqlite::Row<'_>| Ok(Layer { table: row.get(0)?, column: row.get(1)?, srs: row.get(2)? });
        statement.query_map([], layer)?.collect::<Result<Vec<_>, _>>()
    });
    let layers = layers.map_err(|error| flaw(format!("it is no sound GeoPackage: {error}")))?;
    let listed = layers.iter().map(|layer| format!("`{}`", layer.table)).collect::<Vec<_>>().join(", ");
    let count = layers.len();
    let mut fitting = layers.into_iter().filter(|layer| wanted.is_none_or(|wanted| wanted == layer.table));
    let layer = match (fitting.next(), wanted) {
        (Some(layer), Some(_)) => layer,
        (Some(layer), None) if count == 1 => layer,
        (Some(_), None) => return Err(flaw(format!("say in [source] layer which is meant: {listed}"))),
        (None, Some(wanted)) => return Err(flaw(format!("there is no layer `{wanted}`; the layers are {listed}"))),
        (None, None) => return Err(flaw("it has no layer of features".into())),
    };
    Ok(layer)
}

/// The system with this number; `None` for longitudes and latitudes of WGS84.
fn system(srs: i64) -> Result<Option<Crs>, String> {
    if srs == WGS84 {
        return Ok(None);
    }
    let known = u16::try_from(srs).ok().and_then(Crs::of_epsg);
    let unknown =
        || format!("its CRS is `{srs}`, which is not read: say in [geometry] crs which system it is, as EPSG:6385");
    known.map(Some).ok_or_else(unknown)
}

fn text(value: ValueRef<'_>) -> Result<Cow<'_, str>, String> {
    Ok(match value {
        ValueRef::Null => "".into(),
        ValueRef::Integer(number) => number.to_string().into(),
        ValueRef::Real(number) => number.to_string().into(),
        ValueRef::Text(bytes) => {
            std::str::from_utf8(bytes).map_err(|_| String::from_utf8_lossy(bytes).into_owned())?.into()
        }
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()).into(),
    })
}

fn shape(value: ValueRef<'_>, crs: Option<&Crs>) -> Shape {
    let broken = |problem: String| Shape::Broken { text: String::new(), problem };
    let ValueRef::Blob(blob) = value else {
        return if value == ValueRef::Null { Shape::Missing } else { broken("the geometry is no blob".into()) };
    };
    match geometry(blob) {
        Ok(None) => Shape::Missing,
        Ok(Some(shape)) => sound(shape, crs).map_or_else(broken, Shape::Sound),
        Err(problem) => broken(problem),
    }
}

/// The geometry of a blob (§2.1.3): a header, maybe a box, and WKB. `None`: the empty geometry.
fn geometry(blob: &[u8]) -> Result<Option<G<f64>>, String> {
    let [b'G', b'P', _version, flags, _, _, _, _, rest @ ..] = blob else {
        return Err("it is no geometry of a GeoPackage".into());
    };
    if flags & 0b1_0000 != 0 {
        return Ok(None);
    }
    let box_bytes = match flags >> 1 & 0b111 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err("the box of the geometry is of no known kind".into()),
    };
    let rest = rest.get(box_bytes..).ok_or("the geometry is cut")?;
    Wkb { rest, little: true, dimensions: 2 }.geometry(0).map(Some)
}

/// Well-known binary (OGC 06-103r4 §8) that is being read.
struct Wkb<'a> {
    rest: &'a [u8],
    little: bool,
    dimensions: usize,
}

impl Wkb<'_> {
    /// A geometry, of which only the outermost may have parts of its own kind.
    fn geometry(&mut self, depth: usize) -> Result<G<f64>, String> {
        self.little = self.bytes::<1>()?[0] == 1;
        let code = self.int()?;
        // ISO writes Z and M as thousands.
        self.dimensions = match code / 1000 {
            0 => 2,
            1 | 2 => 3,
            3 => 4,
            _ => return Err(format!("a geometry of type {code}")),
        };
        Ok(match code % 1000 {
            1 => Point(self.place()?).into(),
            2 => self.line()?.into(),
            3 => self.polygon()?.into(),
            4 if depth == 0 => MultiPoint(self.parts(|part| Point::try_from(part).ok())?).into(),
            5 if depth == 0 => MultiLineString(self.parts(|part| LineString::try_from(part).ok())?).into(),
            6 if depth == 0 => MultiPolygon(self.parts(|part| Polygon::try_from(part).ok())?).into(),
            _ => return Err(format!("a geometry of type {code} is no shape of one object")),
        })
    }

    fn parts<T>(&mut self, of_kind: impl Fn(G<f64>) -> Option<T>) -> Result<Vec<T>, String> {
        let count = self.count(5)?;
        (0..count).map(|_| of_kind(self.geometry(1)?).ok_or_else(|| "parts of several kinds".into())).collect()
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, String> {
        let count = self.count(4)?;
        let mut rings = (0..count).map(|_| self.line()).collect::<Result<Vec<_>, _>>()?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn line(&mut self) -> Result<LineString<f64>, String> {
        let count = self.count(8 * self.dimensions)?;
        (0..count).map(|_| self.place()).collect::<Result<_, _>>().map(LineString)
    }

    fn place(&mut self) -> Result<Coord<f64>, String> {
        let (x, y) = (self.float()?, self.float()?);
        for _ in 2..self.dimensions {
            self.float()?;
        }
        Ok(Coord { x, y })
    }

    /// A number of things of at least so many bytes each, for which there are bytes enough.
    fn count(&mut self, bytes: usize) -> Result<usize, String> {
        let count = self.int()? as usize;
        if count > self.rest.len() / bytes { Err("the geometry is shorter than it says".into()) } else { Ok(count) }
    }

    fn int(&mut self) -> Result<u32, String> {
        let bytes = self.bytes()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn float(&mut self) -> Result<f64, String> {
        let bytes = self.bytes()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (bytes, after) = self.rest.split_first_chunk().ok_or("the geometry is cut")?;
        self.rest = after;
        Ok(*bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::params;

    use crate::import::tests::{error_of, run, small};

    /// A point with a header and no box.
    fn point(x: f64, y: f64) -> Vec<u8> {
        let head = [b"GP\0\x01".as_slice(), &4326_i32.to_le_bytes(), &[1], &1_u32.to_le_bytes()].concat();
        [head.as_slice(), &x.to_le_bytes(), &y.to_le_bytes()].concat()
    }

    /// The bytes of a file with these layers, each of two points and a row without one.
    fn package(layers: &[(&str, i64)]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.gpkg");
        let base = Connection::open(&path).unwrap();
        base.execute_batch(
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);",
        )
        .unwrap();
        for (layer, srs) in layers {
            base.execute_batch(&format!("CREATE TABLE \"{layer}\" (id INTEGER, geom BLOB, name TEXT)")).unwrap();
            base.execute("INSERT INTO gpkg_contents VALUES (?1, 'features')", [layer]).unwrap();
            base.execute("INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2)", params![layer, srs]).unwrap();
            let insert = format!("INSERT INTO \"{layer}\" VALUES (?1, ?2, ?3)");
            base.execute(&insert, params![1, point(33.4, 47.9), "Сад"]).unwrap();
            base.execute(&insert, params![2, &point(33.4, 47.9)[..20], "Школа"]).unwrap();
            base.execute(&insert, params![3, None::<Vec<u8>>, "Ліс"]).unwrap();
        }
        drop(base);
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn rows_of_a_layer_become_features_and_what_is_no_layer_is_told() {
        let recipe = |layer: &str| small("", "point").replace("things.csv\"", &format!("things.csv\"\n{layer}"));
        let two = package(&[("школи", 4326), ("сади", 2180)]);
        for (bytes, layer) in [(&package(&[("школи", 4326)]), ""), (&two, "layer = \"школи\"")] {
            let all = run(&recipe(layer), "a.gpkg", bytes).unwrap();
            let refused: Vec<_> = all.refused().into_iter().map(|(row, _, _, reason)| (row, reason)).collect();
            assert_eq!(refused, [(2, Reason::BadGeometry), (3, Reason::MissingCoordinates)]);
            assert_eq!(all.value("1", "name"), crate::model::Value::from("Сад"));
        }
        let mut misnamed = package(&[("школи", 4326)]);
        let at = misnamed.windows(9).position(|bytes| bytes == b"name TEXT").unwrap();
        assert_eq!(
            misnamed.windows(9).filter(|bytes| *bytes == b"name TEXT").count(),
            4,
            "the last table stands first"
        );
        misnamed[at + 1] = 0xff;
        for (bytes, layer, wanted) in [
            (two.clone(), "", "say in [source] layer which is meant: `сади`, `школи`"),
            (two.clone(), "layer = \"ліси\"", "there is no layer `ліси`; the layers are `сади`, `школи`"),
            (two.clone(), "layer = \"сади\"", "its CRS is `2180`"),
            (package(&[]), "", "it has no layer of features"),
            (b"PK not this".repeat(20), "", "it is no sound GeoPackage"),
            (misnamed, "", "the name of the column `n\u{fffd}me` is no text"),
        ] {
            let error = error_of(&recipe(layer), "a.gpkg", &bytes);
            assert!(error.contains(wanted), "{error:?} has no {wanted:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_geometry_or_none(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0..7_u8], 0..120)) {
            let _ = geometry(&bytes);
            let _ = geometry(&[b"GP\0\x01\0\0\0\0\x01".as_slice(), &bytes].concat());
        }
    }
}

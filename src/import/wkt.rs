//! Well-known text (OGC 06-103r4 §7) in a column becomes the shape of an object: `POLYGON ((33.3 47.9, 33.4 47.9, …))`.

use super::{
    Reason,
    outcome::Objection,
    recipe::GeometrySource,
    record::Columns,
    shape,
    value::{is_nothing, trimmed},
};
use crate::space::{Crs, Geometry, wkt};

/// The column of a recipe that holds well-known text.
pub(super) struct Outline {
    slot: usize,
    crs: Option<Crs>,
}

impl Outline {
    /// The plan of a recipe that takes shapes from a column.
    pub fn plan(source: &GeometrySource, columns: &mut Columns) -> Option<Self> {
        let slot = columns.slot(source.wkt.as_deref()?, "[geometry] wkt");
        Some(Self { slot, crs: source.crs.clone() })
    }

    /// Whether the row says nothing.
    pub fn is_unsaid(&self, cells: &[impl AsRef<str>]) -> bool {
        is_nothing(trimmed(cells[self.slot].as_ref()))
    }

    /// The shape of a row on CRS84.
    pub fn read(&self, cells: &[impl AsRef<str>], columns: &Columns) -> Result<Geometry, Objection> {
        let (column, text) = (columns.name(self.slot), trimmed(cells[self.slot].as_ref()));
        if is_nothing(text) {
            return Err(Objection::to_column(column, text, Reason::MissingCoordinates, "there is no shape"));
        }
        parse(text, self.crs.as_ref())
            .map_err(|problem| Objection::to_column(column, text, Reason::BadGeometry, problem))
    }
}

/// The shape on CRS84, or what is wrong with it; `crs` is the system it is written in, which goes before an SRID of the text.
fn parse(text: &str, crs: Option<&Crs>) -> Result<Geometry, String> {
    let (srid, rest) = match text.split_once(';') {
        Some((srid, rest)) if srid.get(..5).is_some_and(|word| word.eq_ignore_ascii_case("SRID=")) => {
            (Some(trimmed(&srid[5..])), rest)
        }
        _ => (None, text),
    };
    // 4326 is longitude and latitude in well-known text, as it is without a number.
    let of_text = match srid {
        Some(srid) if crs.is_none() && srid != "4326" => Some(
            Crs::named(&format!("EPSG:{srid}"))
                .ok_or_else(|| format!("its SRID `{srid}` is no coordinate system that is read"))?,
        ),
        _ => None,
    };
    shape::sound(wkt::read(rest)?, crs.or(of_text.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Coord, Geometry as G, LineString};
    use proptest::prelude::*;

    #[test]
    fn all_kinds_of_shapes_are_read() {
        for (text, kind, bbox) in [
            ("POINT(33.39 47.91)", "Point", [33.39, 47.91, 33.39, 47.91]),
            (" point z ( 33.39\t47.91 84.5 ) ", "Point", [33.39, 47.91, 33.39, 47.91]),
            ("SRID=4326;POINTZM(1e1 -2.5 3 4)", "Point", [10., -2.5, 10., -2.5]),
            ("MULTIPOINT(1 2, 3 4)", "MultiPoint", [1., 2., 3., 4.]),
            ("MultiPoint ((1 2),(3 4))", "MultiPoint", [1., 2., 3., 4.]),
            ("LINESTRING M (1 2 7, 3 4 8)", "LineString", [1., 2., 3., 4.]),
            ("MULTILINESTRING((1 2,3 4),(5 6,7 8))", "MultiLineString", [1., 2., 7., 8.]),
            ("POLYGON((0 0,9 0,9 9,0 0),(5 3,7 3,7 4,5 3))", "Polygon", [0., 0., 9., 9.]),
            ("MULTIPOLYGON(((0 0,4 0,4 4,0 0)),((6 6,9 6,9 9,6 6)))", "MultiPolygon", [0., 0., 9., 9.]),
        ] {
            let shape = parse(text, None).unwrap_or_else(|problem| panic!("{text}: {problem}"));
            assert_eq!((shape.geojson_type(), shape.bbox().to_array()), (kind, bbox), "{text}");
        }
    }

    #[test]
    fn a_shape_in_metres_says_so_by_its_srid_or_by_the_recipe() {
        let metres = "POINT(306054.1 5313410.2)";
        let by_recipe = parse(metres, Crs::named("EPSG:6384").as_ref());
        assert_eq!(parse(&format!("SRID=6384;{metres}"), None), by_recipe);
        let Ok(Geometry::Point(at)) = by_recipe else { panic!("{by_recipe:?}") };
        assert!((30.0..30.1).contains(&at.lon()) && (47.9..48.0).contains(&at.lat()), "{at:?}");
        assert!(parse(metres, None).unwrap_err().contains("not within"));
        assert!(parse("SRID=2154;POINT(1 2)", None).unwrap_err().contains("`2154` is no coordinate system"));
    }

    #[test]
    fn what_is_no_shape_is_told_with_what_stands_there() {
        for (text, wanted) in [
            ("MULTIPOINT(33.369671147.958186, 33.5236469 48.048206)", "`33.369671147.958186` is not a number"),
            ("POINT(35.013848.4063)", "`35.013848.4063` is not a number"),
            ("POINT(35.01)", "a number is missing before `)`"),
            ("POINT(inf 3)", "`inf` is not a number"),
            ("POINT(1 2 3 4 5)", "`)` is missing before `5)`"),
            ("POINT(33,3 47,9)", "a number is missing before `,3 47,9)`"),
            ("POINT(33.3 47.9", "`)` is missing before `the end of the text`"),
            ("POINT 33.3 47.9", "`(` is missing before `33.3 47.9`"),
            ("POINT(33.3 47.9) x", "`x` stands behind the shape"),
            ("POINT(33.3 97.9)", "not within"),
            ("POINT EMPTY", "it is empty"),
            ("POLYGON Z EMPTY", "it is empty"),
            ("LINESTRING(1 2)", "needs two"),
            ("POLYGON((0 0,1 1,0 0))", "three"),
            ("POINT UP (1 2)", "`UP` is not expected behind `POINT`"),
            ("GEOMETRYCOLLECTION(POINT(1 2))", "a GEOMETRYCOLLECTION is no shape"),
            ("47.9 33.3", "begins with a word such as POLYGON, not with `47.9 33.3`"),
            ("{\"type\":\"Point\"}", "begins with a word"),
        ] {
            let problem = parse(text, None).unwrap_err();
            assert!(problem.contains(wanted), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn no_text_ends_the_reading(text in r"(SRID=[0-9]{1,5};)?(MULTI)?(POINT|LINESTRING|POLYGON|[A-Z]{0,3}) ?Z?M?[(), 0-9.eE+-]{0,40}") {
            let _ = parse(&text, None);
        }

        #[test]
        fn neither_does_any_other(text in r"\PC{0,60}") {
            let _ = parse(&text, None);
        }

        #[test]
        fn a_line_comes_back_as_it_was_written(
            places in proptest::collection::vec((-180.0..180.0, -90.0..90.0), 2..20),
        ) {
            prop_assume!(places.windows(2).any(|pair| pair[0] != pair[1]));
            let written: Vec<_> = places.iter().map(|(x, y)| format!("{x} {y}")).collect();
            let line = places.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect();
            let wanted = Geometry::try_from(&G::LineString(LineString(line))).map_err(|error| error.to_string());
            prop_assert_eq!(parse(&format!("LINESTRING({})", written.join(",")), None), wanted);
        }
    }
}

//! Every operator of a filter, on features of one small collection.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::{
    model::{Audience, Choice, Collection, Feature, Field, FieldType, GeometryKind, Provenance, Title, Value},
    space::{Area, Geometry, LonLat},
};

fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

pub(super) fn collection(id: &str, geometry: GeometryKind, fields: &[(&str, FieldType)]) -> Collection {
    let field = |(name, kind): &(&str, FieldType)| Field {
        name: (*name).into(),
        kind: *kind,
        title: title(name),
        unit: None,
        format: None,
        values: vec![],
        chart: None,
        adds_up: false,
        unique: false,
    };
    Collection {
        id: CollectionId::new(id).unwrap(),
        title: title(id),
        geometry,
        fields: fields.iter().map(field).collect(),
        kinds: vec![Choice { id: "oak".into(), title: title("oak") }],
        service_area: None,
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 0,
        icon: "tree".into(),
        priority: 50,
    }
}

const FIELDS: [(&str, FieldType); 7] = [
    ("name", FieldType::Text),
    ("levels", FieldType::Integer),
    ("height", FieldType::Number),
    ("lit", FieldType::Boolean),
    ("from", FieldType::Date),
    ("to", FieldType::Date),
    ("blank", FieldType::Text),
];

fn shelf_of(collection: Collection, features: Vec<Feature>) -> Shelf {
    let imported = Timestamp::UNIX_EPOCH;
    Shelf::new(
        collection,
        Provenance { source: "t".into(), imported, demonstration: false, attribution: None },
        features,
    )
}

/// One oak with everything known but `blank`, at 33.4° E 47.9° N.
fn shelf() -> Shelf {
    let collection = collection("trees", GeometryKind::Point, &FIELDS);
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let values = vec![
        "Дуб «Їжак»".into(),
        Value::Integer(7),
        Value::Number(2.5),
        Value::Boolean(true),
        day("2024-03-01"),
        day("2024-05-31"),
        Value::Unknown,
    ];
    let at = Geometry::Point(LonLat::new(33.4, 47.9).unwrap());
    let oak = Feature::new(&collection, "t1", Some("oak".into()), at, values).unwrap();
    shelf_of(collection, vec![oak])
}

/// What a filter says of a feature of a shelf.
fn truth(filter: &Filter, shelf: &Shelf) -> Option<bool> {
    let bound = filter.bind([shelf], &[]).unwrap_or_else(|error| panic!("{}: {error}", filter.canonical()));
    bound.of(shelf).unwrap().test.of(shelf.features().next().unwrap())
}

fn said(text: &str) -> Option<bool> {
    let filter = Filter::text(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let truth = truth(&filter, &shelf());
    // What is written anew is read as the same filter.
    let again = Filter::text(&filter.canonical()).unwrap_or_else(|error| panic!("{}: {error}", filter.canonical()));
    assert_eq!(again, filter, "{text} as {}", filter.canonical());
    truth
}

fn holds(true_ones: &[&str], false_ones: &[&str], unknown_ones: &[&str]) {
    for (texts, wanted) in [(true_ones, Some(true)), (false_ones, Some(false)), (unknown_ones, None)] {
        for text in texts {
            assert_eq!(said(text), wanted, "{text}");
        }
    }
}

#[test]
fn values_are_compared_by_their_type() {
    holds(
        &[
            "levels = 7",
            "levels <> 8",
            "levels != 8",
            "levels < 7.5",
            "levels <= 7",
            "height > 2",
            "height >= 2.5",
            "lit",
            "lit = TRUE",
            "name > 'Вяз'",
            "name = 'Дуб «Їжак»'",
            "from < DATE('2024-03-02')",
            "from = from",
            "from = TIMESTAMP('2024-03-01T00:00:00Z')",
            "from < TIMESTAMP('2024-03-01T00:00:01Z')",
            "id = 't1'",
            "kind = 'oak'",
            "collection = 'trees'",
            "\"levels\"=7",
            "7 = levels",
            "(levels = 7) = lit",
            "TRUE",
            "9007199254740993 > 9007199254740992",
        ],
        &["levels = 8", "NOT lit", "lit = FALSE", "name < 'Вяз'", "levels <> 7", "name = 'дуб'", "FALSE"],
        &["blank = 'x'", "sector = 'x'", "levels = NULL", "NOT blank = 'x'", "blank <> 'x'", "NULL"],
    );
}

#[test]
fn three_values_are_joined_as_kleene_has_it() {
    let unknown = "blank = 'x'";
    for (a, and, or) in [("TRUE", None, Some(true)), ("FALSE", Some(false), None), (unknown, None, None)] {
        for (left, right) in [(a, unknown), (unknown, a)] {
            assert_eq!(said(&format!("{left} AND {right}")), and);
            assert_eq!(said(&format!("{left} OR {right}")), or);
        }
    }
    holds(
        &["NOT FALSE AND TRUE OR FALSE", "TRUE OR TRUE AND FALSE", "NOT (TRUE AND FALSE)", "NOT NOT TRUE"],
        &["(TRUE OR TRUE) AND FALSE", "NOT TRUE OR FALSE"],
        &[],
    );
}

#[test]
fn texts_ranges_and_lists_are_compared_as_in_sql() {
    holds(
        &[
            "name LIKE 'Дуб%'",
            "name like '%Їж_к»'",
            "name NOT LIKE 'дуб%'",
            "CASEI(name) LIKE CASEI('дУБ%')",
            "CASEI(name) = casei('дуб «ЇЖАК»')",
            "ACCENTI(name) = ACCENTI('Ду\u{301}б «Їжак»')",
            "CASEI(ACCENTI(name)) LIKE 'дуб%'",
            "levels BETWEEN 7 AND 8",
            "levels NOT BETWEEN 8 AND 9",
            "name IN ('x', 'Дуб «Їжак»')",
            "levels IN (1, 7)",
            "levels NOT IN (1, 2)",
            "levels IN (3 + 4)",
            "from IN (DATE('2024-03-01'))",
            "blank IS NULL",
            "name IS NOT NULL",
            "(blank = 'x') IS NULL",
            "from BETWEEN DATE('2024-01-01') AND DATE('2024-12-31')",
            "casei(name) in (casei('дуб «їжак»'))",
        ],
        &[
            "name LIKE 'дуб%'",
            "ACCENTI(name) = ACCENTI('Дуб «Іжак»')",
            "levels BETWEEN 8 AND 7",
            "name IS NULL",
            "name IN ('x')",
        ],
        &["blank LIKE '%'", "blank IN ('x')", "blank NOT IN ('x')", "levels BETWEEN NULL AND 9"],
    );
    assert_eq!(said("levels BETWEEN NULL AND 6"), Some(false));
}

#[test]
fn numbers_are_reckoned_from_left_to_right_and_the_tighter_first() {
    holds(
        &[
            "levels + 1 = 8",
            "levels - 3 - 2 = 2",
            "2 + 3 * 4 = 14",
            "(2 + 3) * 4 = 20",
            "2 * 3 ^ 2 = 18",
            "-2 ^ 2 = 4",
            "7 / 2 = 3.5",
            "levels div 2 = 3",
            "-7 div 2 = -3",
            "levels % 4 = 3",
            "-7 % 4 = -3",
            "height * 2 = 5",
            "-levels = -7",
            "1e3 = 1000",
            "5-3=2",
            "+5 = 5",
            ".5 = 0.5",
            "9223372036854775807 + 1 > 9e18",
        ],
        &["levels - (3 - 2) = 2"],
        &["levels / 0 = 1", "levels % 0 = 1", "levels div 0 = 1", "1e308 * 10 > 1", "-8 ^ 0.5 = 1"],
    );
}

#[test]
fn times_lie_to_each_other_as_allen_has_it() {
    let span = "INTERVAL(from, to)";
    for (relation, other) in [
        ("T_AFTER", "DATE('2024-02-29')"),
        ("T_BEFORE", "INTERVAL('2024-06-01', '..')"),
        ("T_CONTAINS", "INTERVAL('2024-03-02', '2024-05-30')"),
        ("T_DISJOINT", "TIMESTAMP('2024-06-01T00:00:00Z')"),
        ("T_DURING", "INTERVAL('2024-01-01', '..')"),
        ("T_EQUALS", "INTERVAL('2024-03-01', '2024-05-31')"),
        ("T_FINISHEDBY", "INTERVAL('2024-04-01', '2024-05-31')"),
        ("T_FINISHES", "INTERVAL('..', '2024-05-31')"),
        ("T_INTERSECTS", "INTERVAL('2024-05-31', '2025-05-31')"),
        ("T_MEETS", "INTERVAL('2024-05-31', '2025-05-31')"),
        ("T_METBY", "INTERVAL('2023-05-31', '2024-03-01')"),
        ("T_OVERLAPPEDBY", "INTERVAL('2024-01-01', '2024-04-01')"),
        ("T_OVERLAPS", "INTERVAL('2024-04-01', '2024-07-01')"),
        ("T_STARTEDBY", "INTERVAL('2024-03-01', '2024-04-01')"),
        ("T_STARTS", "INTERVAL('2024-03-01', '..')"),
    ] {
        assert_eq!(said(&format!("{relation}({span}, {other})")), Some(true), "{relation}");
        let far = format!("{relation}({span}, INTERVAL('1999-01-01', '1999-12-31'))");
        assert_eq!(said(&far), Some(matches!(relation, "T_AFTER" | "T_DISJOINT")), "{far}");
    }
    holds(&["T_INTERSECTS(from, INTERVAL('..', '..'))"], &["T_EQUALS(from, to)"], &["T_AFTER(from, NULL)"]);
}

#[test]
fn shapes_lie_to_each_other_as_de_9im_has_it() {
    let square = |lo: f64, hi: f64| {
        let place = |x: f64, y: f64| LonLat::new(x, y).unwrap();
        let ring = vec![place(lo, lo), place(hi, lo), place(hi, hi), place(lo, hi)];
        Geometry::areas(vec![Area::new(ring, vec![]).unwrap()]).unwrap()
    };
    let areas = collection("areas", GeometryKind::Area, &[]);
    let area = Feature::new(&areas, "a", None, square(0.0, 10.0), vec![]).unwrap();
    let shelf = shelf_of(areas, vec![area]);
    for (text, wanted) in [
        ("S_INTERSECTS(geom, POINT(10 10))", true),
        ("S_INTERSECTS(geometry, POINT(11 10))", false),
        ("S_DISJOINT(geom, BBOX(11, 0, 12, 1))", true),
        ("S_CONTAINS(geom, ENVELOPE(1, 1, 2, 2))", true),
        ("S_CONTAINS(geom, POINT(0 0))", false),
        ("S_WITHIN(geom, POLYGON((-1 -1, 11 -1, 11 11, -1 11, -1 -1)))", true),
        ("S_WITHIN(BBOX(1, 1, 2, 2), geom)", true),
        ("S_CROSSES(geom, LINESTRING(-1 5, 11 5))", true),
        ("S_OVERLAPS(geom, BBOX(5, 5, 15, 15))", true),
        ("S_TOUCHES(geom, BBOX(10, 0, 15, 15))", true),
        ("S_TOUCHES(geom, BBOX(9, 0, 15, 15))", false),
        ("S_EQUALS(geom, POLYGON((0 0, 5 0, 10 0, 10 10, 0 10, 0 0)))", true),
        ("S_EQUALS(geom, geom)", true),
        ("S_INTERSECTS(geom, BBOX(170, 0, 5, 5))", true),
        ("S_INTERSECTS(geom, BBOX(170, 0, -5, 5))", false),
    ] {
        assert_eq!(truth(&Filter::text(text).unwrap(), &shelf), Some(wanted), "{text}");
    }
}

#[test]
fn text_and_json_are_read_as_the_same() {
    for (text, json) in [
        (
            "levels >= 7 AND name LIKE 'Дуб%'",
            r#"{"op":"and","args":[{"op":">=","args":[{"property":"levels"},7]},{"op":"like","args":[{"property":"name"},"Дуб%"]}]}"#,
        ),
        ("a IN (1, 2)", r#"{"op":"in","args":[{"property":"a"},[1,2]]}"#),
        ("a IS NOT NULL", r#"{"op":"not","args":[{"op":"isNull","args":[{"property":"a"}]}]}"#),
        ("a BETWEEN 1 AND 2.5", r#"{"op":"between","args":[{"property":"a"},1,2.5]}"#),
        (
            "CASEI(a) = casei('x')",
            r#"{"op":"=","args":[{"op":"casei","args":[{"property":"a"}]},{"op":"casei","args":["x"]}]}"#,
        ),
        (
            "S_INTERSECTS(geom, POINT(1 2))",
            r#"{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":[1,2]}]}"#,
        ),
        ("S_WITHIN(geom, BBOX(1, 2, 3, 4))", r#"{"op":"s_within","args":[{"property":"geom"},{"bbox":[1,2,3,4]}]}"#),
        (
            "S_WITHIN(geom, POLYGON((0 0, 4 0, 4 4, 0 0)))",
            r#"{"op":"s_within","args":[{"property":"geom"},{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]]]}]}"#,
        ),
        (
            "T_DURING(d, INTERVAL('2020-01-01', '..'))",
            r#"{"op":"t_during","args":[{"property":"d"},{"interval":["2020-01-01",".."]}]}"#,
        ),
        (
            "d > TIMESTAMP('2020-01-01T00:00:00Z')",
            r#"{"op":">","args":[{"property":"d"},{"timestamp":"2020-01-01T00:00:00Z"}]}"#,
        ),
        ("d = DATE('2020-01-01')", r#"{"op":"=","args":[{"property":"d"},{"date":"2020-01-01"}]}"#),
        (
            "a + 1 div 2 = 3 ^ 2",
            r#"{"op":"=","args":[{"op":"+","args":[{"property":"a"},{"op":"div","args":[1,2]}]},{"op":"^","args":[3,2]}]}"#,
        ),
    ] {
        assert_eq!(Filter::text(text).unwrap(), Filter::json(json).unwrap(), "{text}");
    }
    let chain = Filter::text("a = 1 AND (b = 2 AND c = 3)").unwrap();
    assert_eq!(chain, Filter::text("a=1 and b=2 and c=3").unwrap());
}

#[test]
fn what_is_wrong_is_told_with_its_text() {
    for (text, wanted) in [
        ("levels == 7", "at character 9: `= 7` stands where a value should"),
        ("levels = ", "the text ends where a value should stand"),
        ("name = 'Дуб", "has no closing '"),
        ("levels = 7 x", "at character 12: `x` stands behind a whole condition"),
        ("levels BETWEEN 1", "`AND` is missing before the end of the text"),
        ("levels IN 1", "`(` is missing before `1`"),
        ("levels NOT = 1", "`LIKE, BETWEEN or IN` is missing before `= 1`"),
        ("name LIKE 'a\\'", "ends in a lone `\\`"),
        ("name LIKE blank", "is not a pattern"),
        ("level = 7", "there is no property `level`; there are: id, collection, sector, kind, geometry, geom, blank"),
        ("levels = '7'", "compares number with text in the collection `trees`"),
        ("from = '2024-03-01'", "a day is written DATE("),
        ("levels", "is number in the collection `trees`, where a condition is wanted"),
        ("name + 1 = 2", "is text in the collection `trees`, where number is wanted"),
        ("from > DATE('2024-02-30')", "`2024-02-30` is not a day"),
        ("from > TIMESTAMP('2024-02-29')", "is not an instant"),
        ("S_INTERSECTS(geom, POINT(200 0))", "not within ±180"),
        ("S_INTERSECTS(geom, POLYGON((0 0, 1 1, 0 0)))", "three"),
        ("S_INTERSECTS(geom, POINT(1))", "a number is missing"),
        ("S_INTERSECTS(geom, BBOX(1, 2, 3))", "a box is four numbers"),
        ("S_INTERSECTS(name, POINT(1 1))", "is text in the collection `trees`, where shape is wanted"),
        ("S_BUFFER(geom, 1)", "`S_BUFFER` is no function that is known"),
        ("S_INTERSECTS(geom)", "takes 2 operands and has 1"),
        ("lit < TRUE", "compares condition with condition"),
        ("1e999 = levels", "`1e999` is not a number"),
        ("", "the text ends where a value should stand"),
    ] {
        let error = Filter::text(text).and_then(|filter| filter.bind([&shelf()], &[]));
        let said = error.expect_err(text).to_string();
        assert!(said.contains(wanted), "{text}: {said}");
    }
    for (text, wanted) in [
        ("{", "no JSON"),
        ("[]", "a list stands only behind `in`"),
        (r#"{"op":"near","args":[]}"#, "`near` is no operator"),
        (r#"{"op":"=","args":[1]}"#, "takes 2 operands and has 1"),
        (r#"{"op":"in","args":[1,2]}"#, "takes a value and a list"),
        (r#"{"a":1}"#, "neither an operator"),
        (r#"{"type":"GeometryCollection","coordinates":[]}"#, "not a shape of one object"),
    ] {
        let said = Filter::json(text).expect_err(text).to_string();
        assert!(said.contains(wanted), "{text}: {said}");
    }
}

#[test]
fn what_is_too_deep_too_large_or_too_costly_is_refused_at_once() {
    let deep = ["(", "NOT ", "- ", "CASEI(", "a = (", "a in (("];
    for open in deep {
        for text in [open.repeat(5000), open.repeat(5000) + "1" + &")".repeat(5000)] {
            assert!(Filter::text(&text).is_err(), "{open}");
        }
    }
    for long in ["1+", "1-", "1=", "2^", "1 or ", "a in (1),"] {
        assert!(Filter::text(&(long.repeat(8000) + "1")).is_err(), "{long}");
    }
    assert!(Filter::json(&("[".repeat(8000) + &"]".repeat(8000))).is_err());
    let nots = r#"{"op":"not","args":["#.repeat(60) + "true" + &"]}".repeat(60);
    assert!(Filter::json(&nots).unwrap_err().to_string().contains("within each other"));
    let members = (0..MAX_NODES).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert!(matches!(Filter::text(&format!("levels IN ({members})")), Err(FilterError::TooLarge { .. })));

    let points = collection("points", GeometryKind::Point, &[]);
    let at = |i: u32| Geometry::Point(LonLat::new(f64::from(i % 100) * 0.01, f64::from(i / 100) * 0.001).unwrap());
    let features = (0..100_000).map(|i| Feature::new(&points, &i.to_string(), None, at(i), vec![]).unwrap()).collect();
    let shelf = shelf_of(points, features);
    let ring = |size: f64| {
        let spot = |i: i32| (f64::from(i) / 1500.0 * std::f64::consts::TAU).sin_cos();
        let spots: Vec<_> =
            (0..1500).chain([0]).map(|i| format!("{} {}", spot(i).0 * size, spot(i).1 * size)).collect();
        Filter::text(&format!("S_TOUCHES(geom, POLYGON(({})))", spots.join(","))).unwrap()
    };
    let ten = |filter: &Filter| Filter::text(&vec![filter.canonical(); 2].join(" OR ")).unwrap();
    assert!(matches!(ten(&ring(1.0)).bind([&shelf], &[]), Err(FilterError::TooCostly { features: 100_000, .. })));
    // The index spares those that lie elsewhere.
    assert!(ring(0.1).bind([&shelf], &[]).is_ok());
    let corner = BBox { west: 0.0, south: 0.0, east: 0.05, north: 0.05 };
    assert!(ten(&ring(1.0)).bind([&shelf], &[corner]).is_ok());
}

#[test]
fn long_shapes_cost_more_than_short_ones_and_a_shape_beside_itself_nothing() {
    let lines = |vertices: u32| {
        let of = collection("lines", GeometryKind::Line, &[]);
        let at = |i: u32, v: u32| LonLat::new(33.0 + f64::from(v) * 0.001, 47.0 + f64::from(i) * 0.001).unwrap();
        let line = |i: u32| Geometry::lines(vec![(0..vertices).map(|v| at(i, v)).collect()]).unwrap();
        let features = (0..1000).map(|i| Feature::new(&of, &i.to_string(), None, line(i), vec![]).unwrap()).collect();
        shelf_of(of, features)
    };
    let (short, long) = (lines(2), lines(400));
    let hundred = |what: &str| Filter::text(&vec![what; 100].join(" OR ")).unwrap();
    let crossing = hundred("S_TOUCHES(geom, LINESTRING(33 47, 34 48))");
    assert!(crossing.bind([&short], &[]).is_ok());
    assert!(matches!(crossing.bind([&long], &[]), Err(FilterError::TooCostly { features: 1000, .. })));
    for (relation, holds) in
        [("INTERSECTS", true), ("WITHIN", true), ("CONTAINS", true), ("EQUALS", true), ("DISJOINT", false)]
            .into_iter()
            .chain(["CROSSES", "OVERLAPS", "TOUCHES"].map(|relation| (relation, false)))
    {
        let bound = hundred(&format!("S_{relation}(geom, geom)")).bind([&long], &[]).unwrap();
        let plan = bound.of(&long).unwrap();
        assert!(long.features().all(|feature| plan.takes(feature) == holds), "{relation}");
        // As the library says of two that are known.
        let relation = Filter::text(&format!("S_{relation}(LINESTRING(33 47, 34 48), LINESTRING(33 47, 34 48))"));
        let bound = relation.unwrap().bind([&short], &[]).unwrap();
        assert_eq!(bound.of(&short).unwrap().takes(short.features().next().unwrap()), holds);
    }
}

#[test]
fn what_only_one_of_several_collections_has_is_unknown_in_the_others() {
    let other = shelf_of(collection("stops", GeometryKind::Point, &[("route", FieldType::Text)]), vec![]);
    let (trees, both) = (shelf(), Filter::text("route = 'A' OR levels = 7").unwrap());
    let bound = both.bind([&trees, &other], &[]).unwrap();
    assert!(bound.of(&trees).unwrap().takes(trees.features().next().unwrap()));
    assert!(matches!(both.bind([&other], &[]), Err(FilterError::Property { name, .. }) if name == "levels"));
}

/// Pieces of filters, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "(",
        ")",
        ",",
        "'",
        "\"",
        " AND ",
        " OR ",
        " NOT ",
        "name",
        "levels",
        "geom",
        "=",
        "<",
        ">",
        "<>",
        "+",
        "-",
        "*",
        "/",
        "^",
        "%",
        " DIV ",
        "1",
        "2.5",
        ".",
        "e9",
        " LIKE ",
        "'a%'",
        " IN (",
        " BETWEEN ",
        " IS NULL",
        "CASEI(",
        "ACCENTI(",
        "DATE('2024-01-01')",
        "TIMESTAMP('2024-01-01T00:00:00Z')",
        "INTERVAL('..', ",
        "'..'",
        "S_INTERSECTS(geom, ",
        "POINT(1 2)",
        "POLYGON((0 0, 1 0, 1 1, 0 0))",
        "POLYGON(",
        "BBOX(1,2,3,4)",
        "T_AFTER(from, ",
        "їжак",
        "NULL",
        "TRUE",
        "{",
        "[",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_text_ends_the_reading(text in prop_oneof![pieces(), any::<String>(), r"\PC{0,80}"]) {
        if let Ok(filter) = Filter::text(&text) {
            prop_assert_eq!(Filter::text(&filter.canonical()), Ok(filter.clone()), "{}", filter.canonical());
            if let Ok(bound) = filter.bind([&shelf()], &[]) {
                let shelf = shelf();
                bound.of(&shelf).unwrap().takes(shelf.features().next().unwrap());
            }
        }
        let _ = Filter::json(&text);
    }

    #[test]
    fn no_json_ends_the_reading(
        op in prop::sample::select(vec!["and", "=", "in", "like", "s_within", "t_after", "between", "+", "casei", "x"]),
        args in prop::collection::vec(prop::sample::select(vec![
            "1", "null", "[]", "[1,2]", "\"a\"", r#"{"property":"name"}"#, r#"{"date":"2024-01-01"}"#, r#"{"date":1}"#,
            r#"{"interval":["..",1]}"#, r#"{"bbox":[1,2,3,4]}"#, r#"{"bbox":[]}"#, r#"{"type":"Polygon","coordinates":[[[0,0]]]}"#,
            r#"{"type":"Point","coordinates":{}}"#, r#"{"op":"not","args":[true]}"#, "{}", "1e400", "-0",
        ]), 0..4),
    ) {
        if let Ok(filter) = Filter::json(&format!(r#"{{"op":"{op}","args":[{}]}}"#, args.join(","))) {
            prop_assert_eq!(Filter::text(&filter.canonical()), Ok(filter.clone()), "{}", filter.canonical());
        }
    }
}

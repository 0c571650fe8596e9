//! Tiles are judged by GEOS, by the clauses of MVT 2.1 over an independent decoder, and by what they were drawn from.

mod postgres;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::LazyLock,
};

use geo_types::{Geometry as G, LineString};
use jiff::Timestamp;
use mapa::{
    model::{
        Audience, Catalog, Collection, CollectionId, Feature, Field, FieldType, GeometryKind, Provenance, Revision,
        Title, Value,
    },
    snapshot::{Difference, Selection, Shelf, Snapshot},
    space::{Area, Geometry, LonLat, TileCoord, WorldPoint},
    tile::{self, Format, Shape, Tag, Tileset, Tilesets},
};
use mvt_reader::Reader;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

const MIDDLE: (f64, f64) = (33.4, 47.9);

static CATALOG: LazyLock<Catalog> =
    LazyLock::new(|| Catalog { collections: BTreeMap::default(), ..mapa::files::catalog(None).unwrap() });

fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

fn collection(id: &str, geometry: GeometryKind, priority: u8, fields: &[(&str, FieldType)]) -> Collection {
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
        kinds: vec![],
        service_area: Some("other".into()),
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 0,
        icon: "marker".into(),
        priority,
    }
}

fn provenance() -> Provenance {
    Provenance { source: "t".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

fn shelf(of: &Collection, geometries: impl IntoIterator<Item = Geometry>) -> Shelf {
    let feature = |(i, geometry): (usize, Geometry)| {
        let values = of.fields.iter().map(|_| Value::Unknown).collect();
        Feature::new(of, &format!("{i:05}"), None, geometry, values).unwrap()
    };
    Shelf::new(of.clone(), provenance(), geometries.into_iter().enumerate().map(feature).collect())
}

fn snapshot(shelves: impl IntoIterator<Item = Shelf>) -> Snapshot {
    Snapshot::empty(&CATALOG, Audience::Public).with(Revision(1), shelves)
}

/// A place so many thousandths of a degree from the middle.
fn place((x, y): (f64, f64)) -> LonLat {
    LonLat::new(MIDDLE.0 + x / 1000.0, MIDDLE.1 + y / 1000.0).unwrap()
}

fn tileset(text: &str) -> Tileset {
    let text = format!("[t]\ntitle = {{ uk = \"т\", en = \"t\" }}\n{text}");
    Tilesets::read(&text).unwrap().get("t", &snapshot([])).unwrap()
}

fn mvt(snapshot: &Snapshot, tileset: &Tileset, coord: TileCoord) -> Vec<u8> {
    tile::draw(snapshot, tileset, &Selection::default(), coord, Format::Mvt).unwrap()
}

fn at(z: u8) -> TileCoord {
    TileCoord::at(WorldPoint::of(place((0.0, 0.0))), z)
}

/// The geometries of all layers, by an independent decoder.
fn decoded(bytes: Vec<u8>) -> Vec<G<f32>> {
    let reader = Reader::new(bytes).unwrap();
    let layers = reader.get_layer_names().unwrap().len();
    (0..layers).flat_map(|layer| reader.get_features(layer).unwrap()).map(|feature| feature.geometry).collect()
}

/// What MVT 2.1 §4.3 asks of a geometry, and that it stays within the buffer.
fn check_clauses(geometry: &G<f32>) {
    let spots = |line: &LineString<f32>| {
        assert!(
            line.0.iter().all(|at| (-64.0..=4160.0).contains(&at.x) && (-64.0..=4160.0).contains(&at.y)),
            "{line:?}"
        );
        assert!(line.0.windows(2).all(|pair| pair[0] != pair[1]), "§4.3.3.2: a step of no length: {line:?}");
    };
    let doubled_area = |ring: &LineString<f32>| -> f64 {
        let cross =
            |p: &[geo_types::Coord<f32>]| f64::from(p[0].x) * f64::from(p[1].y) - f64::from(p[1].x) * f64::from(p[0].y);
        ring.0.windows(2).map(cross).sum()
    };
    match geometry {
        G::MultiPoint(points) => assert!(!points.0.is_empty()),
        G::Point(_) => {}
        G::LineString(line) => {
            assert!(line.0.len() >= 2, "§4.3.4.3");
            spots(line);
        }
        G::MultiLineString(lines) => lines.0.iter().for_each(|line| {
            assert!(line.0.len() >= 2, "§4.3.4.3");
            spots(line);
        }),
        G::MultiPolygon(polygons) => {
            for polygon in &polygons.0 {
                assert!(
                    doubled_area(polygon.exterior()) > 0.0,
                    "§4.3.4.4: an outer ring has a positive area: {polygon:?}"
                );
                for ring in polygon.interiors() {
                    assert!(doubled_area(ring) < 0.0, "§4.3.4.4: a hole has a negative area: {ring:?}");
                }
                for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                    assert!(ring.0.len() >= 4 && ring.is_closed());
                    spots(ring);
                }
            }
        }
        other => panic!("no geometry of MVT: {other:?}"),
    }
}

fn wkt(geometry: &G<f32>) -> Option<String> {
    let ring = |ring: &LineString<f32>| {
        let places: Vec<String> = ring.0.iter().map(|at| format!("{} {}", at.x, at.y)).collect();
        format!("({})", places.join(","))
    };
    match geometry {
        G::MultiPolygon(polygons) => {
            let polygon = |polygon: &geo_types::Polygon<f32>| {
                let rings: Vec<String> =
                    std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect();
                format!("({})", rings.join(","))
            };
            Some(format!("MULTIPOLYGON({})", polygons.0.iter().map(polygon).collect::<Vec<_>>().join(",")))
        }
        G::LineString(line) => Some(format!("LINESTRING{}", ring(line))),
        G::MultiLineString(lines) => {
            Some(format!("MULTILINESTRING({})", lines.0.iter().map(ring).collect::<Vec<_>>().join(",")))
        }
        _ => None,
    }
}

/// What GEOS says against these shapes.
fn faults(shapes: &[String]) -> Option<Vec<String>> {
    let cluster = postgres::Cluster::shared()?;
    let mut judge = ::postgres::Client::connect(&cluster.database(), ::postgres::NoTls).unwrap();
    judge.batch_execute("CREATE EXTENSION postgis").unwrap();
    let ask = "SELECT ST_IsValidReason(shape::geometry) || ' ' || shape FROM unnest($1::text[]) shape
               WHERE NOT ST_IsValid(shape::geometry)";
    Some(judge.query(ask, &[&shapes]).unwrap().iter().map(|row| row.get(0)).collect())
}

type Spots = Vec<(f64, f64)>;

/// Rings that cross themselves, slivers, combs and stars, some a fraction of a unit, some wider than the tile.
fn ring() -> impl Strategy<Value = Spots> {
    let any = prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 3..30);
    let lattice = prop::collection::vec((-4..=4_i32, -4..=4_i32), 3..20)
        .prop_map(|spots| spots.into_iter().map(|(x, y)| (f64::from(x) / 4.0, f64::from(y) / 4.0)).collect::<Spots>());
    let star = prop::collection::vec(0.05..1.0_f64, 3..60).prop_map(|radii| {
        let step = std::f64::consts::TAU / radii.len() as f64;
        radii.iter().enumerate().map(|(i, r)| (r * (step * i as f64).cos(), r * (step * i as f64).sin())).collect()
    });
    let sliver = (0.0..1.0_f64, 1e-4..0.02_f64).prop_map(|(lean, width)| {
        vec![(-1.0, -lean), (1.0, lean), (1.0, lean + width), (0.3, lean * 0.3 + width), (-1.0, width - lean)]
    });
    let shape = prop_oneof![3 => star, 2 => any, 2 => lattice, 1 => sliver];
    let size = prop_oneof![0.005..0.5_f64, 0.5..20.0_f64, 20.0..900.0_f64];
    (shape, size, (-12.0..12.0_f64, -12.0..12.0_f64))
        .prop_map(|(spots, size, (x, y))| spots.iter().map(|(sx, sy)| (x + sx * size, y + sy * size)).collect())
}

fn area() -> impl Strategy<Value = Option<Area>> {
    // A hole may be anywhere: within, across or beside.
    (ring(), prop::collection::vec(ring(), 0..3), 0.1..1.2_f64).prop_map(|(outer, holes, shrink)| {
        let (x, y) = outer[0];
        let toward =
            |hole: Spots| hole.iter().map(|(hx, hy)| place((x + (hx - x) * shrink, y + (hy - y) * shrink))).collect();
        Area::new(outer.into_iter().map(place).collect(), holes.into_iter().map(toward).collect()).ok()
    })
}

#[test]
fn whatever_comes_in_what_is_drawn_is_valid() {
    let areas = collection("areas", GeometryKind::Area, 50, &[]);
    let lines = collection("lines", GeometryKind::Line, 50, &[]);
    let both = tileset(
        "[[t.layer]]\nname = \"areas\"\nthematic = \"area\"\n[[t.layer]]\nname = \"lines\"\nthematic = \"line\"\nmerge_to_zoom = 12\n",
    );
    let mut runner = TestRunner::deterministic();
    let many = prop::collection::vec(area(), 1..6);
    let line = prop::collection::vec(ring(), 1..4);
    let mut shapes = BTreeSet::new();
    for _ in 0..400 {
        let drawn: Vec<Area> = many.new_tree(&mut runner).unwrap().current().into_iter().flatten().collect();
        let mut geometries: Vec<Geometry> =
            drawn.iter().map(|area| Geometry::areas(vec![area.clone()]).unwrap()).collect();
        geometries.extend(Geometry::areas(drawn));
        let spots = line.new_tree(&mut runner).unwrap().current();
        let places = spots.into_iter().map(|line| line.into_iter().map(place).collect()).collect();
        let snapshot = snapshot([shelf(&areas, geometries), shelf(&lines, [Geometry::lines(places).unwrap()])]);
        for z in [6, 9, 11, 12, 14, 16] {
            for geometry in decoded(mvt(&snapshot, &both, at(z))) {
                check_clauses(&geometry);
                shapes.extend(wkt(&geometry));
            }
        }
    }
    let shapes: Vec<String> = shapes.into_iter().collect();
    assert!(shapes.len() > 3000, "{}", shapes.len());
    let Some(faults) = faults(&shapes) else { return };
    assert!(faults.is_empty(), "{} of {}: {:#?}", faults.len(), shapes.len(), &faults[..faults.len().min(5)]);
}

#[test]
fn an_area_is_drawn_where_it_is() {
    let areas = collection("areas", GeometryKind::Area, 50, &[]);
    let exact = tileset("[[t.layer]]\nname = \"areas\"\nthematic = \"area\"\ntolerance = 0\n");
    let mut runner = TestRunner::deterministic();
    let star = prop::collection::vec(0.05..1.0_f64, 3..60);
    let stand = (1.0..40.0_f64, -20.0..20.0_f64, -20.0..20.0_f64);
    let (mut drawn, mut wanted) = (Vec::new(), Vec::new());
    for z in [11, 12, 13, 14, 15, 16].repeat(60) {
        let (radii, (size, x, y)) = (&star, &stand).new_tree(&mut runner).unwrap().current();
        let step = std::f64::consts::TAU / radii.len() as f64;
        let spots = radii
            .iter()
            .enumerate()
            .map(|(i, r)| (x + size * r * (step * i as f64).cos(), y + size * r * (step * i as f64).sin()));
        let ring: Vec<LonLat> = spots.map(place).collect();
        let snapshot =
            snapshot([shelf(&areas, [Geometry::areas(vec![Area::new(ring.clone(), vec![]).unwrap()]).unwrap()])]);
        let coord = at(z);
        let shapes: Vec<String> = decoded(mvt(&snapshot, &exact, coord)).iter().filter_map(wkt).collect();
        drawn.push(shapes.first().map_or("POLYGON EMPTY", String::as_str).to_owned());
        let units = f64::from(1_u32 << z) * 4096.0;
        let unit = |at: &LonLat| {
            let world = WorldPoint::of(*at);
            format!(
                "{} {}",
                world.x * units - f64::from(coord.x()) * 4096.0,
                world.y * units - f64::from(coord.y()) * 4096.0
            )
        };
        wanted.push(format!("POLYGON(({}))", ring.iter().chain(&ring[..1]).map(unit).collect::<Vec<_>>().join(",")));
    }
    assert!(drawn.iter().filter(|shape| shape.len() > 20).count() > 200);
    let Some(cluster) = postgres::Cluster::shared() else { return };
    let mut judge = ::postgres::Client::connect(&cluster.database(), ::postgres::NoTls).unwrap();
    judge.batch_execute("CREATE EXTENSION postgis").unwrap();
    // Snapping moves an edge by a unit at most: all that differs lies along the edges. What is left of a sliver may be a square.
    let ask = "WITH shapes AS (
                 SELECT drawn::geometry drawn, ST_Intersection(ST_MakeValid(wanted::geometry), ST_MakeEnvelope(-64, -64, 4160, 4160)) wanted
                 FROM unnest($1::text[], $2::text[]) given(drawn, wanted))
               SELECT ST_Area(ST_SymDifference(drawn, wanted)) || ' of ' || ST_AsText(wanted, 0) FROM shapes
               WHERE ST_Area(ST_SymDifference(drawn, wanted)) > ST_Perimeter(wanted) + 20";
    let off: Vec<String> = judge.query(ask, &[&drawn, &wanted]).unwrap().iter().map(|row| row.get(0)).collect();
    assert!(off.is_empty(), "{} of {}: {:#?}", off.len(), drawn.len(), &off[..off.len().min(3)]);
}

/// A mosaic of areas whose borders wander: rows and columns of corners with crooked edges between, each shared by two. It
/// is so many thousandths of a degree wide.
fn mosaic(runner: &mut TestRunner, width: f64) -> Vec<Geometry> {
    const SIDE: usize = 4;
    const STEPS: usize = 40;
    let wander = prop::collection::vec(-1.0..1.0_f64, STEPS);
    // To the side only, and little near the corners, so that no border crosses another.
    let mut crooked = |(x0, y0): (f64, f64), (x1, y1): (f64, f64)| -> Spots {
        let steps = wander.new_tree(runner).unwrap().current();
        let inner = steps.iter().enumerate().map(|(i, off)| {
            let t = (i + 1) as f64 / (STEPS + 1) as f64;
            let off = off * 0.2 * t.min(1.0 - t).min(0.25);
            (x0 + (x1 - x0) * t + (y1 - y0) * off, y0 + (y1 - y0) * t + (x1 - x0) * off)
        });
        std::iter::once((x0, y0)).chain(inner).collect()
    };
    let corner = |i: usize, j: usize| ((i as f64 / SIDE as f64 - 0.5) * width, (j as f64 / SIDE as f64 - 0.5) * width);
    let mut rows: BTreeMap<(usize, usize), Spots> = BTreeMap::new();
    let mut columns: BTreeMap<(usize, usize), Spots> = BTreeMap::new();
    for i in 0..=SIDE {
        for j in 0..=SIDE {
            rows.insert((i, j), crooked(corner(i, j), corner(i + 1, j)));
            columns.insert((i, j), crooked(corner(i, j), corner(i, j + 1)));
        }
    }
    // Along an edge from its end to its begin: without the begin, with the end.
    let back = |edge: &Spots, end: (f64, f64)| -> Spots {
        std::iter::once(end).chain(edge[1..].iter().rev().copied()).collect()
    };
    let mut areas = Vec::new();
    for i in 0..SIDE {
        for j in 0..SIDE {
            let mut ring = rows[&(i, j)].clone();
            ring.extend(&columns[&(i + 1, j)]);
            ring.extend(back(&rows[&(i, j + 1)], corner(i + 1, j + 1)));
            ring.extend(back(&columns[&(i, j)], corner(i, j + 1)));
            let area = Area::new(ring.into_iter().map(place).collect(), vec![]).unwrap();
            areas.push(Geometry::areas(vec![area]).unwrap());
        }
    }
    areas
}

#[test]
fn neighbours_share_their_border_at_every_zoom() {
    let districts = collection("districts", GeometryKind::Area, 50, &[]);
    let plain = tileset("[[t.layer]]\nname = \"districts\"\nthematic = \"area\"\n");
    let mut runner = TestRunner::deterministic();
    let (mut kept, mut drawn) = (0, 0);
    for z in [8, 9, 10, 11, 12, 13, 14, 15] {
        // The tile is in the middle of the mosaic, an area a quarter of the screen or so.
        let areas = mosaic(&mut runner, 50.0 * f64::from(1 << (15 - z)) / 2.0);
        drawn += areas
            .iter()
            .map(|area| if let Geometry::Areas(all) = area { all[0].outer().len() } else { 0 })
            .sum::<usize>();
        let snapshot = snapshot([shelf(&districts, areas)]);
        let picture = tile::picture(&snapshot, &plain, &Selection::default(), at(z));
        let mut edges = BTreeSet::new();
        for figure in picture.layers[0].figures() {
            let Shape::Rings(rings) = &figure.shape else { panic!("rings") };
            for ring in rings {
                let next = ring.iter().cycle().skip(1);
                ring.iter().zip(next).for_each(|(a, b)| assert!(edges.insert((*a, *b)), "an edge comes twice one way"));
            }
        }
        // Each edge comes once each way, but for those along the edge of the buffer.
        let rim = |(x, y): (i32, i32)| [-64, 4160].contains(&x) || [-64, 4160].contains(&y);
        let alone: Vec<_> = edges.iter().filter(|(a, b)| !(edges.contains(&(*b, *a)) || rim(*a) && rim(*b))).collect();
        assert_eq!(alone, [] as [&_; 0], "zoom {z}: a border is torn");
        kept += edges.len();
    }
    assert!(kept > 200 && kept < drawn * 3 / 4, "{kept} edges of {drawn}");
}

fn said<'a>(layer: &tile::PictureLayer<'a>, figure: &tile::Figure, key: &str) -> Option<Tag<'a>> {
    layer.tags(figure).find(|(said, _)| *said == key).map(|(_, tag)| tag.clone())
}

#[test]
fn a_tile_that_thins_keeps_to_its_budget_shows_what_matters_and_tells_how_many_it_lacks() {
    let point = |i: u32| Geometry::Point(place((f64::from(i % 200) / 50.0, f64::from(i / 200) / 50.0)));
    let fields = [("name", FieldType::Text)];
    let named = |of: &Collection, many: u32| {
        let feature = |i: u32| {
            let values = vec![Value::from(format!("{} номер {i} на вулиці", of.id).as_str())];
            Feature::new(of, &format!("{i:05}"), None, point(i), values).unwrap()
        };
        Shelf::new(of.clone(), provenance(), (0..many).map(feature).collect())
    };
    let high = collection("stations", GeometryKind::Point, 90, &fields);
    let middle = collection("schools", GeometryKind::Point, 60, &fields);
    let low = collection("benches", GeometryKind::Point, 10, &fields);
    let snapshot = snapshot([named(&high, 300), named(&middle, 20_000), named(&low, 500)]);
    let tileset = tileset(
        "budget = 100000\n[[t.layer]]\nname = \"objects\"\nthematic = \"point\"\nfields = [\"name\"]\ndescribe = true\n",
    );
    let bytes = mvt(&snapshot, &tileset, at(6));
    assert!((95_000..=100_000).contains(&bytes.len()), "{}", bytes.len());
    let picture = tile::picture(&snapshot, &tileset, &Selection::default(), at(6));
    let objects = &picture.layers[0];
    let mut shown: BTreeMap<String, u32> = BTreeMap::new();
    for figure in objects.figures() {
        let Some(Tag::Text(collection)) = said(objects, figure, "collection") else { panic!("described") };
        *shown.entry(collection.into_owned()).or_default() += 1;
    }
    assert_eq!(shown["stations"], 300);
    assert!(shown["schools"] > 300 && !shown.contains_key("benches"), "{shown:?}");
    let told = &picture.layers[1];
    assert_eq!((told.name(), told.figures().len()), ("dropped", 1));
    assert_eq!(said(told, &told.figures()[0], "layer"), Some("objects".into()));
    let lacking = i64::from(20_800 - shown.values().sum::<u32>());
    assert_eq!(said(told, &told.figures()[0], "dropped"), Some(Tag::Integer(lacking)));
    // The schools that are shown stand everywhere, not where the first ids are.
    let Shape::Points(places) = &objects.figures().last().unwrap().shape else { panic!("points") };
    assert_eq!(places.len(), 1);
    let last = objects.figures().iter().filter_map(|figure| match said(objects, figure, "id") {
        Some(Tag::Text(id)) => id.parse::<u32>().ok(),
        _ => None,
    });
    assert!(last.max().unwrap() > 19_000);
}

#[test]
fn features_that_all_fit_keep_their_order_however_long_the_first_ones_are() {
    let of = collection("schools", GeometryKind::Point, 60, &[("name", FieldType::Text)]);
    let feature = |i: u32| {
        let name = format!("{i}{}", if i < 150 { "школа ".repeat(50) } else { String::new() });
        let point = Geometry::Point(place((f64::from(i % 50) / 50.0, f64::from(i / 50) / 50.0)));
        Feature::new(&of, &format!("{i:05}"), None, point, vec![Value::from(name.as_str())]).unwrap()
    };
    let snapshot = snapshot([Shelf::new(of.clone(), provenance(), (0..1500).map(feature).collect())]);
    let drawn = |budget: u32| {
        mvt(
            &snapshot,
            &tileset(&format!(
                "budget = {budget}\n[[t.layer]]\nname = \"objects\"\nthematic = \"point\"\nfields = [\"name\"]\n"
            )),
            at(6),
        )
    };
    let whole = drawn(500_000);
    assert!((130_000..150_000).contains(&whole.len()), "{}", whole.len());
    assert_eq!(drawn(150_000), whole);
}

#[test]
fn no_tile_is_larger_than_its_budget_however_many_layers_share_it() {
    let square = |i: u32| {
        let (x, y) = (f64::from(i % 100) / 4.0 - 12.0, f64::from(i / 100) / 4.0 - 12.0);
        let ring = [(x, y), (x + 0.2, y), (x + 0.2, y + 0.2), (x, y + 0.2)].map(place).to_vec();
        Geometry::areas(vec![Area::new(ring, vec![]).unwrap()]).unwrap()
    };
    let road = |i: u32| {
        let y = f64::from(i) / 40.0 - 12.0;
        Geometry::lines(vec![
            (0..50).map(|x| place((f64::from(x) / 2.0 - 12.0, y + f64::from(x % 2) / 20.0))).collect(),
        ])
        .unwrap()
    };
    let areas = collection("areas", GeometryKind::Area, 50, &[]);
    let lines = collection("lines", GeometryKind::Line, 50, &[]);
    let few = collection("points", GeometryKind::Point, 50, &[]);
    let snapshot = snapshot([
        shelf(&areas, (0..8000).map(square)),
        shelf(&lines, (0..900).map(road)),
        shelf(&few, (0..5).map(|i| Geometry::Point(place((f64::from(i), 0.0))))),
    ]);
    let layer = |shape: &str| format!("[[t.layer]]\nname = \"{shape}\"\nthematic = \"{shape}\"\ndescribe = true\n");
    let text = format!("budget = 60000\n{}{}{}", layer("area"), layer("line"), layer("point"));
    let tileset = tileset(&text);
    for z in 9..=13 {
        let bytes = mvt(&snapshot, &tileset, at(z));
        assert!(bytes.len() <= 60_000, "{}", bytes.len());
        if z == 10 {
            let reader = Reader::new(bytes).unwrap();
            let names = reader.get_layer_names().unwrap();
            assert_eq!(names, ["area", "line", "point", "dropped"]);
            let counts: Vec<usize> = (0..4).map(|layer| reader.get_features(layer).unwrap().len()).collect();
            assert_eq!((counts[2], counts[3]), (5, 2), "the small layer lacks nothing");
        }
    }
}

/// Which collection, where, and what the fields say.
type Mixed = (usize, Spots, Option<String>, Option<i64>, Option<bool>);

/// Collections whose fields of one name have several types, and features with some values unknown.
fn mixed() -> impl Strategy<Value = Vec<Mixed>> {
    let integer = prop_oneof![any::<i64>().prop_map(|i| i >> 11), -9..9_i64];
    let one = (0..3_usize, ring(), prop::option::of("[а-яa-z]{0,6}"), prop::option::of(integer), any::<Option<bool>>());
    prop::collection::vec(one, 1..12)
}

/// The figures of a tile by layer: number, shape and properties, all as text.
type Told = BTreeMap<String, Vec<(u64, String, BTreeMap<String, String>)>>;

fn told_by_mvt(bytes: &[u8]) -> Told {
    use mvt_reader::feature::Value as V;
    let reader = Reader::new(bytes.to_vec()).unwrap();
    let names = reader.get_layer_names().unwrap();
    let mut told = Told::new();
    for (layer, name) in names.into_iter().enumerate() {
        for feature in reader.get_features(layer).unwrap() {
            let text = |value: &V| match value {
                V::String(text) => text.clone(),
                V::SInt(i) => i.to_string(),
                V::Double(n) => n.to_string(),
                V::Bool(b) => b.to_string(),
                other => panic!("{other:?}"),
            };
            let properties =
                feature.properties.unwrap().iter().map(|(key, value)| (key.clone(), text(value))).collect();
            told.entry(name.clone()).or_default().push((feature.id.unwrap(), spelled(&feature.geometry), properties));
        }
    }
    told
}

fn told_by_mlt(bytes: &[u8]) -> Told {
    use mlt_core::{Decoder, Layer, Parser, PropValue as P};
    let mut told = Told::new();
    for layer in Parser::default().parse_layers(bytes).unwrap() {
        let Layer::Tag01(layer) = layer else { panic!("a layer of features") };
        let layer = layer.into_tile(&mut Decoder::default()).unwrap();
        for feature in layer.features() {
            let text = |value: &P| match value {
                P::Bool(b) => b.map(|b| b.to_string()),
                P::I32(i) => i.map(|i| i.to_string()),
                P::I64(i) => i.map(|i| i.to_string()),
                P::F64(n) => n.map(|n| n.to_string()),
                P::Str(text) => text.clone(),
                other => panic!("{other:?}"),
            };
            let properties = layer.property_names().iter().zip(feature.properties());
            let properties = properties.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect();
            let shape = spelled(feature.geometry());
            told.entry(layer.name().to_owned()).or_default().push((feature.id().unwrap(), shape, properties));
        }
    }
    told
}

/// A geometry as text: single and multiple ones alike, rings closed.
fn spelled<T: geo_types::CoordNum + std::fmt::Display>(geometry: &G<T>) -> String {
    let mut text = String::new();
    let mut line = |kind: char, line: &LineString<T>| {
        text.push(kind);
        for at in &line.0 {
            let _ = write!(text, " {},{}", at.x, at.y);
        }
    };
    let mut polygon = |polygon: &geo_types::Polygon<T>| {
        line('P', polygon.exterior());
        polygon.interiors().iter().for_each(|hole| line('H', hole));
    };
    match geometry {
        G::Polygon(one) => polygon(one),
        G::MultiPolygon(all) => all.0.iter().for_each(polygon),
        G::Point(at) => line('.', &LineString(vec![at.0])),
        G::MultiPoint(all) => line('.', &LineString(all.0.iter().map(|at| at.0).collect())),
        G::LineString(one) => line('L', one),
        G::MultiLineString(all) => all.0.iter().for_each(|one| line('L', one)),
        other => panic!("{other:?}"),
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn mlt_shows_the_features_of_mvt_in_the_same_order(drafts in mixed(), z in prop::sample::select(vec![6_u8, 10, 12, 15])) {
        let kinds = [GeometryKind::Point, GeometryKind::Line, GeometryKind::Area];
        // `mixed` is a whole number in one collection, a fraction in another, a text in the third.
        let types = [FieldType::Integer, FieldType::Number, FieldType::Text];
        let of: Vec<Collection> = (0..3)
            .map(|i| {
                let fields = [("name", FieldType::Text), ("many", FieldType::Integer), ("open", FieldType::Boolean), ("mixed", types[i])];
                collection(["points", "lines", "areas"][i], kinds[i], 50, &fields)
            })
            .collect();
        let mut features: Vec<Vec<Feature>> = vec![vec![]; 3];
        for (i, (kind, spots, name, many, open)) in drafts.into_iter().enumerate() {
            let places: Vec<LonLat> = spots.into_iter().map(place).collect();
            let geometry = match kinds[kind] {
                GeometryKind::Point => Some(Geometry::Points(places.into())),
                GeometryKind::Line => Geometry::lines(vec![places]).ok(),
                GeometryKind::Area => Area::new(places, vec![]).ok().and_then(|area| Geometry::areas(vec![area]).ok()),
            };
            let Some(geometry) = geometry else { continue };
            let mixed = many.map_or(Value::Unknown, |i| match types[kind] {
                FieldType::Integer => Value::Integer(i),
                FieldType::Number => Value::Number(i as f64 / 8.0),
                _ => Value::from(i.to_string().as_str()),
            });
            let values = vec![
                name.as_deref().map_or(Value::Unknown, Value::from),
                many.map_or(Value::Unknown, Value::Integer),
                open.map_or(Value::Unknown, Value::Boolean),
                mixed,
            ];
            features[kind].push(Feature::new(&of[kind], &i.to_string(), None, geometry, values).unwrap());
        }
        let shelves = of.iter().zip(features).map(|(of, features)| Shelf::new(of.clone(), provenance(), features));
        let snapshot = snapshot(shelves);
        let tileset = tileset(
            "[[t.layer]]\nname = \"all\"\ncollections = [\"points\", \"lines\", \"areas\"]\nfields = [\"name\", \"many\", \"open\", \"mixed\"]\ndescribe = true\n",
        );
        let draw = |format| tile::draw(&snapshot, &tileset, &Selection::default(), at(z), format).unwrap();
        prop_assert_eq!(told_by_mlt(&draw(Format::Mlt)), told_by_mvt(&draw(Format::Mvt)));
        prop_assert_eq!(draw(Format::Mlt), draw(Format::Mlt));
    }
}

#[test]
fn numbers_and_the_steps_between_them_are_exact_in_javascript() {
    let least_and_most = (0..20_000).map(|i| tile::feature_number("schools", &i.to_string()));
    let (least, most) =
        least_and_most.fold((u64::MAX, 0), |(least, most), number| (least.min(number), most.max(number)));
    // The step is written doubled, its sign in the last bit.
    assert!(most < 1 << 52 && (most - least) * 2 < 1 << 53, "{least} {most}");
    assert!(most > 1 << 51, "all bits are used");
}

#[test]
fn composed_tilesets_have_layers_of_different_names() {
    let tilesets = mapa::files::tilesets(None).unwrap();
    let trees = collection("trees", GeometryKind::Point, 50, &[]);
    let snapshot = snapshot([shelf(&trees, [])]);
    let names = |path: &str| -> Vec<String> {
        tilesets.find(path, &snapshot).unwrap().layers.into_iter().map(|layer| layer.name).collect()
    };
    assert_eq!(names("city,trees"), ["areas", "lines", "objects", "trees"]);
    let both = names("base,districts");
    assert!(both.contains(&"districts".into()) && both.contains(&"districts.districts".into()), "{both:?}");
    assert_eq!(both.iter().collect::<BTreeSet<_>>().len(), both.len());
    for (path, said) in [
        ("city,nowhere", "there is no tileset `nowhere`"),
        ("", "there is no tileset ``"),
        ("city,", "there is no tileset ``"),
        ("city,base,city", "the tileset `city` comes twice"),
        ("a,b,c,d,e,f,g,h,i", "9 tilesets at once"),
    ] {
        let none = tilesets.find(path, &snapshot).unwrap_err().to_string();
        assert!(none.contains(said), "{path}: {none}");
    }
}

#[test]
fn a_change_changes_only_tiles_that_it_touches_whatever_is_drawn_of_it() {
    let mut runner = TestRunner::deterministic();
    let districts = collection("districts", GeometryKind::Area, 90, &[("name", FieldType::Text)]);
    let streets = collection("streets", GeometryKind::Line, 40, &[("name", FieldType::Text)]);
    let trees = collection("trees", GeometryKind::Point, 30, &[("name", FieldType::Text)]);
    let street = |i: u32, name: &str| {
        // Streets in pieces that go on from one another.
        let (x, y) = (f64::from(i % 8) * 6.0 - 24.0, f64::from(i / 8) * 6.0 - 24.0);
        let line = Geometry::lines(vec![vec![place((x, y)), place((x + 3.0, y + 0.5)), place((x + 6.0, y))]]).unwrap();
        Feature::new(&streets, &format!("{i:03}"), None, line, vec![Value::from(name)]).unwrap()
    };
    let tree = |i: u32| {
        let at = (f64::from(i % 97) / 2.0 - 24.0, f64::from(i / 97) / 2.0 - 24.0);
        Feature::new(&trees, &format!("{i:05}"), None, Geometry::Point(place(at)), vec![Value::from("дерево міста")])
            .unwrap()
    };
    let named = |geometries: Vec<Geometry>| -> Vec<Feature> {
        let feature = |(i, geometry): (usize, Geometry)| {
            Feature::new(&districts, &i.to_string(), None, geometry, vec![Value::from("район")]).unwrap()
        };
        geometries.into_iter().enumerate().map(feature).collect()
    };
    let mut areas = mosaic(&mut runner, 48.0);
    let make = |areas: &[Geometry], renamed: Option<u32>, felled: Option<u32>| {
        let streets_ =
            (0..64).map(|i| street(i, if renamed == Some(i) { "Нова" } else { ["Стара", "Широка"][i as usize % 2] }));
        let trees_ = (0..9000).filter(|i| felled != Some(*i)).map(tree);
        snapshot([
            Shelf::new(districts.clone(), provenance(), named(areas.to_vec())),
            Shelf::new(streets.clone(), provenance(), streets_.collect()),
            Shelf::new(trees.clone(), provenance(), trees_.collect()),
        ])
    };
    let layers = r#"
budget = 120000
[[t.layer]]
name = "districts"
collections = ["districts"]
fields = ["name"]
[[t.layer]]
name = "labels"
collections = ["districts"]
fields = ["name"]
label = true
[[t.layer]]
name = "streets"
collections = ["streets"]
fields = ["name"]
merge_to_zoom = 13
[[t.layer]]
name = "trees"
collections = ["trees"]
fields = ["name"]
describe = true
"#;
    let tileset = tileset(layers);
    let last = make(&areas, None, None);
    let coords: Vec<TileCoord> = (6..=15).flat_map(|z| TileCoord::covering(&last.bbox().unwrap(), z)).collect();
    let before: Vec<Vec<u8>> = coords.iter().map(|coord| mvt(&last, &tileset, *coord)).collect();
    let is_thinned =
        |bytes: &Vec<u8>| Reader::new(bytes.clone()).unwrap().get_layer_names().unwrap().contains(&"dropped".into());
    assert!(before.iter().any(is_thinned), "a tile thins");
    let mut other = mosaic(&mut runner, 48.0);
    areas[5] = other.swap_remove(5);
    let changes = [
        make(&last_areas(&last), Some(27), None),
        make(&last_areas(&last), None, Some(4321)),
        make(&areas, None, None),
    ];
    for next in changes {
        let difference = Difference::between(&last, &next);
        let shown = tileset.collections(&last);
        let (mut changed, mut touched) = (0, 0);
        for (coord, before) in coords.iter().zip(&before) {
            let is_touched = tile::touches(&difference, &shown, *coord);
            let after = mvt(&next, &tileset, *coord);
            assert!(is_touched || after == *before, "{coord} changed without being touched");
            changed += usize::from(after != *before);
            touched += usize::from(is_touched);
        }
        assert!(
            changed >= 5 && touched < coords.len() * 3 / 4,
            "{changed} changed, {touched} of {} touched",
            coords.len()
        );
    }
}

fn last_areas(snapshot: &Snapshot) -> Vec<Geometry> {
    let mut areas: Vec<(usize, Geometry)> = snapshot
        .shelf("districts")
        .unwrap()
        .features()
        .map(|feature| (feature.id.as_str().parse().unwrap(), feature.geometry.clone()))
        .collect();
    areas.sort_by_key(|(i, _)| *i);
    areas.into_iter().map(|(_, geometry)| geometry).collect()
}

//! `PostGIS` measures every feature around a place by its own geodesics, and has no word in how we look for the nearest.

use mapa::{
    snapshot::{Filter, Selection, nearest::nearest},
    space::{Area, Geometry, LonLat, Shape},
};

use crate::{Dice, place, postgres::Cluster, snapshot};

/// Places asked from.
const QUESTIONS: usize = 500;

/// How many are asked for.
const LIMIT: usize = 10;

/// What the geodesics of two libraries may differ by, metres.
const TIE_M: f64 = 1e-3;

/// Between two spots of a line or a ring that `PostGIS` measures, degrees: its own distance to a line is up to 0.2 m too
/// long at 160 m (version 3.3), which its distances to the spots of that line show, so these are what it is asked for.
const STEP_DEG: f64 = 1e-6;

/// The same in metres, at most.
const STEP_M: f64 = 0.112;

/// Half the size of a line or an area, degrees.
const HALF_DEG: f64 = 5e-5;

/// Points, lines and areas with a hole of the city, beside the antimeridian and far north.
fn shapes(dice: &mut Dice) -> Vec<Geometry> {
    let mut shapes = Vec::new();
    for i in 0..900 {
        let (lon, lat) = middle(i % 3, dice);
        let corner = |x: f64, y: f64| place(lon + x * HALF_DEG, lat + y * HALF_DEG);
        let ring = |size: f64| -> Vec<LonLat> {
            [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|(x, y)| corner(x * size, y * size)).into()
        };
        shapes.push(match i / 3 % 3 {
            0 => Geometry::Point(place(lon, lat)),
            1 => Geometry::lines(vec![(0..4).map(|_| corner(dice.roll(), dice.roll())).collect()]).unwrap(),
            _ => Geometry::areas(vec![Area::new(ring(1.0), vec![ring(0.5)]).unwrap()]).unwrap(),
        });
    }
    shapes
}

/// A place of one of three fields.
fn middle(field: usize, dice: &mut Dice) -> (f64, f64) {
    let (lon, lat, reach) = [(33.4, 47.9, 0.002), (-179.997, -17.0, 0.002), (20.0, 84.0, 0.002)][field];
    (lon + dice.roll() * reach, lat + dice.roll() * reach)
}

/// The features around places, measured by `PostGIS`.
struct Judge(::postgres::Client);

impl Judge {
    fn of(cluster: &Cluster, shapes: &[Geometry]) -> Self {
        let mut client = ::postgres::Client::connect(&cluster.database(), ::postgres::NoTls).unwrap();
        client
            .batch_execute(
                "CREATE EXTENSION postgis; CREATE TABLE shapes (number int PRIMARY KEY, at geometry NOT NULL)",
            )
            .unwrap();
        for (number, shape) in (0_i32..).zip(shapes) {
            let wkt = Shape::new(shape).to_wkt();
            client
                .execute("INSERT INTO shapes VALUES ($1, ST_GeomFromText($2::text, 4326))", &[&number, &wkt])
                .unwrap();
        }
        client
            .batch_execute(&format!(
                "CREATE TABLE spots AS SELECT number, (ST_DumpPoints(ST_Segmentize(at, {STEP_DEG}))).geom::geography AS spot FROM shapes;
                 CREATE INDEX ON spots (number); CREATE INDEX ON shapes USING gist ((at::geography)); ANALYZE"
            ))
            .unwrap();
        Self(client)
    }

    /// Metres to the features that are not much farther than so many metres, the nearest first, each with its number.
    fn around(&mut self, from: LonLat, reach_m: f64) -> Vec<(f64, usize)> {
        let ask = "WITH p AS (SELECT ST_SetSRID(ST_MakePoint($1, $2), 4326) AS at)
                   SELECT s.number, CASE WHEN ST_Covers(s.at, p.at) THEN 0.0 ELSE
                     (SELECT min(ST_Distance(spot, p.at::geography)) FROM spots WHERE spots.number = s.number) END AS metres
                   FROM shapes s, p WHERE ST_DWithin(s.at::geography, p.at::geography, $3) ORDER BY metres";
        let rows = self.0.query(ask, &[&from.lon(), &from.lat(), &(reach_m * 1.02 + 1.0)]).unwrap();
        rows.iter().map(|row| (row.get(1), row.get::<_, i32>(0) as usize)).collect()
    }
}

/// How much longer than the way to a line the way to its nearest spot may be, which is half a step aside.
fn slack(metres: f64) -> f64 {
    TIE_M + metres.hypot(STEP_M / 2.0) - metres
}

#[test]
fn postgis_measures_the_same_members_in_the_same_order() {
    let Some(cluster) = Cluster::start() else { return };
    let mut dice = Dice(23);
    let shapes = shapes(&mut dice);
    let snapshot = snapshot(&shapes);
    let mut judge = Judge::of(&cluster, &shapes);
    let whole = Selection::default();
    let bound = Filter::text("id LIKE '%3' OR id LIKE '%7'").unwrap().bind(whole.shelves(&snapshot), &[]).unwrap();
    let filtered = Selection { filter: Some(bound), ..Selection::default() };
    let mut inside = 0;
    for question in 0..QUESTIONS {
        let (lon, lat) = middle(question % 3, &mut dice);
        let from = place(lon, lat);
        for (selection, last_digits) in [(&whole, &[][..]), (&filtered, &[3, 7][..])] {
            let found = nearest(&snapshot, selection, from, 20_004_000.0, LIMIT);
            let mut judged = judge.around(from, found[LIMIT - 1].sight.distance_m);
            judged.retain(|(_, number)| last_digits.is_empty() || last_digits.contains(&(number % 10)));
            for (rank, neighbor) in found.iter().enumerate() {
                let number: usize = neighbor.found.feature.id.as_str().parse().unwrap();
                let told = neighbor.sight.distance_m;
                let (metres, _) = judged.iter().find(|(_, other)| *other == number).expect("it is meant, and in reach");
                assert!((told - metres).abs() < slack(told), "{number} from {from:?}: {told} m, not {metres} m");
                // Whoever stands at a rank is as far as the one that belongs there: no wrong member and no wrong order.
                let (metres, _) = judged[rank];
                assert!((told - metres).abs() < slack(told), "rank {rank} from {from:?}: {told} m, not {metres} m");
                inside += usize::from(told == 0.0);
            }
        }
    }
    assert!(inside > 10, "some places lie inside of areas, not only {inside}");
}

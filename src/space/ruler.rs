//! A `Ruler` tells between which two numbers of metres a distance lies, cheaply; exact geodesics are for the few things that
//! such bounds cannot tell apart.
//!
//! Near a place, within some reach of it, the ellipsoid is bounded by two planes. No way shorter than the reach leaves the
//! band of latitudes around the place that is the reach wide, as a degree of latitude has at least a(1−e²)·π/180 metres.
//! Within the band a step (dφ, dλ) has √(M² dφ² + N² cos²φ dλ²) metres with M and N cos φ between what they are at the
//! band's edges, since M grows and N cos φ falls with |φ|. So for a place at (Δφ, Δλ) degrees
//!
//! ```text
//!   least(reach, √((m Δφ)² + (n Δλ)²))  ≤  metres  ≤  √((m′ Δφ)² + (n′ Δλ)²)
//! ```
//!
//! with m, n the least and m′, n′ the greatest metres of a degree in the band; the right side, which is the length of the
//! straight line in longitude and latitude, holds for places within the band. The shorter the reach, the closer the two
//! sides: some 1 % at 50 km and 48°, and 0.02 % at 1 km. Farther away, and near the poles, the bounds are those of the
//! sphere ([`super::sphere`]).

use super::{
    BBox, Geometry, LonLat,
    edges::EdgeTree,
    geometry::closed_edges,
    sphere::{A_M, E2, Origin, wrapped},
};

/// How far the planes reach at most: wide enough for a city.
const REACH_M: f64 = 50_000.0;

/// Beyond this latitude the planes are not used, degrees.
const MAX_LATITUDE_DEG: f64 = 85.0;

/// A difference of longitudes beyond which an edge is not taken for flat, degrees.
const MAX_TURN_DEG: f64 = 90.0;

/// What rounding may do to a bound, and Karney's algorithm to a distance (15 nm), metres.
const ROUNDING_M: f64 = 1e-6;

/// The most metres of a degree to the east, at the equator (a), and to the north, at a pole (a / √(1 − e²)).
const MOST_DEGREE_M: (f64, f64) = (111_319.490_8, 111_693.979_9);

/// Two numbers of metres between which a distance lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// It is no less.
    pub least_m: f64,
    /// It is no more.
    pub most_m: f64,
}

/// The bounds of distances from a place.
#[derive(Debug, Clone, Copy)]
pub struct Ruler {
    from: LonLat,
    sphere: Origin,
    planes: Option<Planes>,
}

/// Metres of a degree to the north and to the east, at least and at most, and the band in which they hold.
#[derive(Debug, Clone, Copy)]
struct Planes {
    least: (f64, f64),
    most: (f64, f64),
    south: f64,
    north: f64,
    reach_m: f64,
}

impl Span {
    /// Inside.
    const NOTHING: Self = Self { least_m: 0.0, most_m: 0.0 };
    /// Nowhere.
    const NEVER: Self = Self { least_m: f64::INFINITY, most_m: f64::INFINITY };

    fn or_nearer(self, other: Self) -> Self {
        Self { least_m: self.least_m.min(other.least_m), most_m: self.most_m.min(other.most_m) }
    }
}

impl Ruler {
    /// The tight one around a place; `None` where the planes do not hold.
    pub fn near(from: LonLat) -> Option<Self> {
        Self::reaching(from, REACH_M)
    }

    /// A tighter one that reaches only so many metres, at least one; this one, where it is that tight already.
    #[must_use]
    pub fn reaching_only(self, metres: f64) -> Self {
        let metres = metres.max(1.0);
        if metres < self.reach_m() && metres <= REACH_M {
            Self::reaching(self.from, metres).unwrap_or(self)
        } else {
            self
        }
    }

    fn reaching(from: LonLat, reach_m: f64) -> Option<Self> {
        let width = (reach_m / (A_M * (1.0 - E2))).to_degrees();
        let (south, north) = (from.lat() - width, from.lat() + width);
        let farthest = south.abs().max(north.abs());
        let nearest = if south < 0.0 && north > 0.0 { 0.0 } else { south.abs().min(north.abs()) };
        if farthest > MAX_LATITUDE_DEG {
            return None;
        }
        let (least_north, most_east) = degree_m(nearest);
        let (most_north, least_east) = degree_m(farthest);
        let planes = Planes { least: (least_east, least_north), most: (most_east, most_north), south, north, reach_m };
        Some(Self { from, sphere: Origin::new(from), planes: Some(planes) })
    }

    /// The wide one, for the whole Earth.
    pub fn far(from: LonLat) -> Self {
        Self { from, sphere: Origin::new(from), planes: None }
    }

    /// The place that is measured from.
    pub fn from(&self) -> LonLat {
        self.from
    }

    /// Up to how many metres a bound says more than that something is not nearer.
    pub fn reach_m(&self) -> f64 {
        self.planes.map_or(f64::INFINITY, |planes| planes.reach_m)
    }

    /// A number of metres that no place of the box is nearer than.
    pub fn least_to_box(&self, to: &BBox) -> f64 {
        let Some(planes) = &self.planes else { return self.sphere.least_metres_to(to) };
        let d_lat = (to.south - self.from.lat()).max(self.from.lat() - to.north).max(0.0);
        let lon = self.from.lon();
        let d_lon = if to.west <= lon && lon <= to.east {
            0.0
        } else {
            turned(to.west - lon).abs().min(turned(to.east - lon).abs())
        };
        planes.least(d_lon, d_lat)
    }

    /// A box that every box meets of which [`least_to_box`](Self::least_to_box) says no more than so many metres; `None` where
    /// there is none, or only around the Earth.
    pub fn box_within(&self, metres: f64) -> Option<BBox> {
        let Planes { least: (east, north), .. } = self.planes.filter(|planes| metres < planes.reach_m)?;
        // Twice what is lost in rounding is enough for the bound and for this.
        let metres = metres + 2.0 * ROUNDING_M;
        let (d_lon, d_lat) = (metres / east, metres / north);
        let (lon, lat) = (self.from.lon(), self.from.lat());
        let is_plain = lon - d_lon >= -180.0 && lon + d_lon <= 180.0;
        is_plain.then_some(BBox { west: lon - d_lon, south: lat - d_lat, east: lon + d_lon, north: lat + d_lat })
    }

    /// Between what the distance to anything lies that is in the box and nowhere else.
    pub fn to_box(&self, to: &BBox) -> Span {
        let middle = |a: f64, b: f64, most: f64| f64::midpoint(a, b).clamp(-most, most);
        let middle = LonLat::new(middle(to.west, to.east, 180.0), middle(to.south, to.north, 90.0));
        // From its middle to any place of it leads a way along a parallel and a meridian, of at most half of each side.
        let (east, north) = MOST_DEGREE_M;
        let half_m = f64::midpoint((to.east - to.west) * east, (to.north - to.south) * north);
        let most_m = middle.map_or(f64::INFINITY, |middle| self.to_place(middle).most_m + half_m);
        Span { least_m: self.least_to_box(to), most_m }
    }

    /// Between what the distance to a place lies.
    pub fn to_place(&self, at: LonLat) -> Span {
        let Some(planes) = &self.planes else {
            return Span {
                least_m: self.sphere.least_metres_to(&BBox::of_point(at)),
                most_m: self.sphere.most_metres_to(at),
            };
        };
        planes.span(turned(at.lon() - self.from.lon()), at.lat() - self.from.lat(), at.lat())
    }

    /// Between what the distance to the nearest place of an edge lies, which is straight in longitude and latitude.
    pub fn to_edge(&self, a: LonLat, b: LonLat) -> Span {
        let d_lon = turned(a.lon() - self.from.lon());
        let turn = b.lon() - a.lon();
        let Some(planes) = self.planes.filter(|_| d_lon.abs() <= MAX_TURN_DEG && turn.abs() <= MAX_TURN_DEG) else {
            let least_m = self.sphere.least_metres_to(&BBox::of_point(a).union(BBox::of_point(b)));
            let ends = self.sphere.most_metres_to(a).min(self.sphere.most_metres_to(b));
            return Span { least_m, most_m: ends };
        };
        // The foot of the perpendicular from the place, in the plane of the least metres.
        let (east, north) = planes.least;
        let d_lat = a.lat() - self.from.lat();
        let rise = b.lat() - a.lat();
        let (x, y, dx, dy) = (d_lon * east, d_lat * north, turn * east, rise * north);
        let length = dx * dx + dy * dy;
        let t = if length > 0.0 { (-(x * dx + y * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        planes.span(d_lon + turn * t, d_lat + rise * t, a.lat() + rise * t)
    }

    /// Between what the distance to the nearest place of a geometry lies; nothing inside an area.
    ///
    /// Edges that are farther than `enough_m` need not be told apart.
    pub fn to_geometry(&self, geometry: &Geometry, edges: Option<&EdgeTree>, enough_m: f64) -> Span {
        match geometry {
            Geometry::Point(at) => self.to_place(*at),
            Geometry::Points(all) => all.iter().map(|at| self.to_place(*at)).fold(Span::NEVER, Span::or_nearer),
            Geometry::Lines(lines) => match edges {
                Some(edges) => self.among(geometry, edges, enough_m),
                None => {
                    let all = lines.iter().flat_map(|line| line.windows(2));
                    all.map(|w| self.to_edge(w[0], w[1])).fold(Span::NEVER, Span::or_nearer)
                }
            },
            Geometry::Areas(areas) => {
                if geometry.holds(self.from, edges) {
                    return Span::NOTHING;
                }
                if let Some(edges) = edges {
                    return self.among(geometry, edges, enough_m);
                }
                let rings = areas.iter().flat_map(super::Area::rings);
                let all = rings.flat_map(closed_edges);
                all.map(|(a, b)| self.to_edge(a, b)).fold(Span::NEVER, Span::or_nearer)
            }
        }
    }

    fn among(&self, geometry: &Geometry, edges: &EdgeTree, enough_m: f64) -> Span {
        let mut best = Span { least_m: f64::INFINITY, most_m: f64::INFINITY };
        edges.walk(
            geometry,
            &mut best,
            |best, bbox| {
                let least = self.least_to_box(bbox);
                let is_worth = least <= best.most_m && least <= enough_m;
                if !is_worth {
                    // What is not looked at is at least so far away.
                    best.least_m = best.least_m.min(least);
                }
                is_worth
            },
            |best, _, a, b| *best = best.or_nearer(self.to_edge(a, b)),
        );
        best
    }
}

impl Planes {
    fn least(&self, d_lon: f64, d_lat: f64) -> f64 {
        let (x, y) = (d_lon * self.least.0, d_lat * self.least.1);
        ((x * x + y * y).sqrt() - ROUNDING_M).clamp(0.0, self.reach_m)
    }

    fn span(&self, d_lon: f64, d_lat: f64, lat: f64) -> Span {
        let most_m = if lat >= self.south && lat <= self.north {
            let (x, y) = (d_lon * self.most.0, d_lat * self.most.1);
            (x * x + y * y).sqrt() + ROUNDING_M
        } else {
            f64::INFINITY
        };
        Span { least_m: self.least(d_lon, d_lat), most_m }
    }
}

/// Metres of a degree at a latitude in degrees: to the north (M), to the east (N cos φ).
fn degree_m(lat: f64) -> (f64, f64) {
    let (sin, cos) = lat.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let (meridian, parallel) = (A_M * (1.0 - E2) / (w2 * w2.sqrt()), A_M * cos / w2.sqrt());
    (meridian.to_radians(), parallel.to_radians())
}

/// A difference of two longitudes within ±180°, brought into ±180°.
fn turned(degrees: f64) -> f64 {
    if degrees.abs() <= 180.0 { degrees } else { wrapped(degrees) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::geodesic::distance_m;
    use proptest::prelude::*;

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon.clamp(-180.0, 180.0), lat.clamp(-90.0, 90.0)).unwrap()
    }

    fn holds(ruler: &Ruler, span: Span, truth: f64) -> bool {
        (span.least_m <= truth || span.least_m >= ruler.reach_m() && truth >= ruler.reach_m() - 1e-6)
            && truth <= span.most_m
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn a_distance_lies_within_its_span(
            from in (-180.0..=180.0_f64, -84.0..=84.0_f64),
            step in (-1.0..=1.0_f64, -1.0..=1.0_f64),
            scale in 1e-6..2.0_f64,
            along in 0.0..=1.0_f64,
            bend in (-0.5..=0.5_f64, -0.5..=0.5_f64),
            reach in 0.0..50_000.0_f64,
        ) {
            let from = place(from.0, from.1);
            // Over the antimeridian too.
            let lon = wrapped(from.lon() + step.0 * scale);
            let to = place(lon, from.lat() + step.1 * scale);
            let end = place(lon + bend.0, to.lat() + bend.1);
            let truth = distance_m(from, to);
            let on_edge = distance_m(from, to.toward(end, along));
            let near = Ruler::near(from).unwrap();
            for ruler in [near, near.reaching_only(reach), Ruler::far(from).reaching_only(reach), Ruler::far(from)] {
                let span = ruler.to_place(to);
                prop_assert!(holds(&ruler, span, truth), "{span:?} for {truth}");
                prop_assert!(ruler.least_to_box(&BBox::of_point(to)) <= truth);
                prop_assert!(ruler.to_box(&BBox::of_point(to)).most_m >= truth);
                let edge = ruler.to_edge(to, end);
                prop_assert!(edge.least_m <= on_edge, "{edge:?}, but a place of the edge is {on_edge} m away");
                prop_assert!(edge.least_m <= edge.most_m);
                let both = BBox::of_point(to).union(BBox::of_point(end));
                let least = ruler.least_to_box(&both);
                prop_assert!(least <= on_edge);
                let in_box = ruler.to_box(&both);
                prop_assert!(in_box.least_m == least && in_box.most_m >= truth.max(on_edge), "{in_box:?}");
                prop_assert!(ruler.box_within(least).is_none_or(|within| within.intersects(&both)), "{least}");
            }
            // Within the reach the span is narrow: what makes it worth having.
            let span = Ruler::near(from).unwrap().to_place(to);
            if truth < 5000.0 && from.lat().abs() < 60.0 {
                prop_assert!(span.most_m - span.least_m <= 0.04 * truth + 3e-6, "{span:?}");
                let span = Ruler::near(from).unwrap().reaching_only(1.001 * truth).to_place(to);
                prop_assert!(span.most_m - span.least_m <= 1e-6 * truth * truth.max(1.0) + 3e-6, "{span:?}");
            }
        }

        #[test]
        fn a_place_anywhere_is_within_its_span(
            from in (-180.0..=180.0_f64, -90.0..=90.0_f64),
            to in (-180.0..=180.0_f64, -90.0..=90.0_f64),
            other in (-180.0..=180.0_f64, -90.0..=90.0_f64),
        ) {
            let (from, to) = (place(from.0, from.1), place(to.0, to.1));
            let truth = distance_m(from, to);
            let wide = BBox::of_point(to).union(BBox::of_point(place(other.0, other.1)));
            for ruler in [Ruler::near(from), Some(Ruler::far(from))].into_iter().flatten() {
                prop_assert!(ruler.to_box(&wide).most_m >= truth);
                let span = ruler.to_place(to);
                prop_assert!(span.least_m <= truth && truth <= span.most_m, "{span:?} for {truth}");
            }
        }
    }
}

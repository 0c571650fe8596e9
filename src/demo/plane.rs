//! The plane is the city in metres: flat, small enough that one scale holds for all of it.

use crate::space::LonLat;

/// Where the plane touches the ellipsoid.
const ORIGIN_LON: f64 = 33.36;
const ORIGIN_LAT: f64 = 47.93;

/// Metres in a degree along the parallel and along the meridian of the origin, on WGS84. At the ends of the city, 30 km
/// north and south, the first is wrong by 0.6 %: a demonstration can live with it.
const DEGREE_LON_M: f64 = 74_727.0;
const DEGREE_LAT_M: f64 = 111_189.0;

/// A spot of the plane: metres east and north of the origin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Metres east.
    pub x: f64,
    /// Metres north.
    pub y: f64,
}

impl Spot {
    /// The spot of a place.
    pub fn of(at: LonLat) -> Self {
        Self { x: (at.lon() - ORIGIN_LON) * DEGREE_LON_M, y: (at.lat() - ORIGIN_LAT) * DEGREE_LAT_M }
    }

    /// The spot of `[lon, lat]` in degrees.
    pub fn of_degrees([lon, lat]: [f64; 2]) -> Self {
        Self { x: (lon - ORIGIN_LON) * DEGREE_LON_M, y: (lat - ORIGIN_LAT) * DEGREE_LAT_M }
    }

    /// The place of the spot, to 7 decimals of a degree (a centimetre).
    pub fn lonlat(self) -> LonLat {
        self.rounded(1e7)
    }

    /// The place of the spot, to 6 decimals of a degree (a decimetre), as offices write points.
    pub fn lonlat_of_point(self) -> LonLat {
        self.rounded(1e6)
    }

    /// The place of the spot on a grid of so many parts of a degree.
    pub fn rounded(self, parts: f64) -> LonLat {
        let round = |degrees: f64| (degrees * parts).round() / parts;
        LonLat::new(round(ORIGIN_LON + self.x / DEGREE_LON_M), round(ORIGIN_LAT + self.y / DEGREE_LAT_M))
            .expect("the city lies far from the ends of the world")
    }

    /// This spot moved.
    #[must_use]
    pub fn plus(self, by: Spot, times: f64) -> Self {
        Self { x: self.x + by.x * times, y: self.y + by.y * times }
    }

    /// The way from here to there.
    #[must_use]
    pub fn to(self, there: Spot) -> Self {
        Self { x: there.x - self.x, y: there.y - self.y }
    }

    /// The spot a fraction `t` of the way to another.
    #[must_use]
    pub fn toward(self, there: Spot, t: f64) -> Self {
        self.plus(self.to(there), t)
    }

    /// Length of the way, in metres.
    pub fn length(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// Metres between two spots.
    pub fn distance(self, there: Spot) -> f64 {
        self.to(there).length()
    }

    /// The way of one metre in this direction; the way east for no way at all.
    #[must_use]
    pub fn one_metre(self) -> Self {
        let length = self.length();
        if length > 0.0 { Self { x: self.x / length, y: self.y / length } } else { Self { x: 1.0, y: 0.0 } }
    }

    /// The way turned left by a right angle.
    #[must_use]
    pub fn left(self) -> Self {
        Self { x: -self.y, y: self.x }
    }

    /// How much two ways agree.
    pub fn dot(self, other: Spot) -> f64 {
        self.x * other.x + self.y * other.y
    }

    /// Positive where the other way turns left of this.
    pub fn cross(self, other: Spot) -> f64 {
        self.x * other.y - self.y * other.x
    }
}

/// The way of one metre in a direction, degrees clockwise from north.
pub fn heading(azimuth_deg: f64) -> Spot {
    let (sin, cos) = azimuth_deg.to_radians().sin_cos();
    Spot { x: sin, y: cos }
}

/// The nearest point of a segment: how far along it (0 to 1) and how far away, in metres.
pub fn nearest_on(a: Spot, b: Spot, from: Spot) -> (f64, f64) {
    let way = a.to(b);
    let square = way.dot(way);
    let t = if square > 0.0 { (a.to(from).dot(way) / square).clamp(0.0, 1.0) } else { 0.0 };
    (t, a.plus(way, t).distance(from))
}

/// Whether two segments cross or touch.
pub fn segments_meet(a: Spot, b: Spot, c: Spot, d: Spot) -> bool {
    let side = |p: Spot, q: Spot, r: Spot| p.to(q).cross(p.to(r));
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    c_side * d_side <= 0.0 && a_side * b_side <= 0.0
}

/// Metres along a line.
pub fn length_m(line: &[Spot]) -> f64 {
    line.windows(2).map(|pair| pair[0].distance(pair[1])).sum()
}

/// Square metres of a ring, positive when it runs counter-clockwise.
pub fn area_m2(ring: &[Spot]) -> f64 {
    edges(ring).map(|(a, b)| a.cross(b)).sum::<f64>() / 2.0
}

/// The edges of a ring, the closing one included.
pub fn edges(ring: &[Spot]) -> impl Iterator<Item = (Spot, Spot)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// Whether a spot lies in a ring, by the even-odd rule.
pub fn is_inside(ring: &[Spot], at: Spot) -> bool {
    edges(ring)
        .filter(|(a, b)| (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x))
        .count()
        % 2
        == 1
}

/// The spot so many metres along a line and the direction there, one metre long.
pub fn along(line: &[Spot], mut metres: f64) -> (Spot, Spot) {
    for pair in line.windows(2) {
        let length = pair[0].distance(pair[1]);
        if metres <= length && length > 0.0 {
            return (pair[0].toward(pair[1], metres / length), pair[0].to(pair[1]).one_metre());
        }
        metres -= length;
    }
    let end = line[line.len() - 1];
    (end, line[line.len() - 2].to(end).one_metre())
}

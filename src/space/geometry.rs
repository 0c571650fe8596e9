//! A `Geometry` is the shape of an object: places, lines or areas, checked once and normal ever after.

use super::{BBox, EdgeTree, LonLat, OutOfRange, clip::part_inside};

/// The shape of one object. Never empty; every coordinate is a place on Earth.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// One place.
    Point(LonLat),
    /// Several places of one object.
    Points(Box<[LonLat]>),
    /// Lines of at least two places each.
    Lines(Box<[Box<[LonLat]>]>),
    /// Areas, each with an outer ring and its holes.
    Areas(Box<[Area]>),
}

/// One polygon. Rings are open (the last place is not the first again), the outer one runs counter-clockwise and
/// holes clockwise as seen on a map (RFC 7946 §3.1.6).
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    outer: Box<[LonLat]>,
    holes: Box<[Box<[LonLat]>]>,
}

/// Why a shape is no geometry.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// There is no place in it.
    #[error("the geometry is empty")]
    Empty,
    /// A coordinate is not on Earth.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// A line needs two places.
    #[error("a line has {0} place where it needs two")]
    ShortLine(usize),
    /// A ring needs three different places.
    #[error("a ring has {0} different places where it needs three")]
    ShortRing(usize),
    /// Mixed collections have no one kind of shape.
    #[error("a {0} is not a shape of one object")]
    Unsupported(&'static str),
}

impl Geometry {
    /// Lines, each of at least two places.
    pub fn lines(lines: Vec<Vec<LonLat>>) -> Result<Self, GeometryError> {
        if lines.is_empty() {
            return Err(GeometryError::Empty);
        }
        if let Some(short) = lines.iter().find(|line| line.len() < 2) {
            return Err(GeometryError::ShortLine(short.len()));
        }
        Ok(Self::Lines(lines.into_iter().map(Vec::into_boxed_slice).collect()))
    }

    /// Areas, at least one.
    pub fn areas(areas: Vec<Area>) -> Result<Self, GeometryError> {
        if areas.is_empty() { Err(GeometryError::Empty) } else { Ok(Self::Areas(areas.into())) }
    }

    /// How many places it is made of.
    pub fn vertices(&self) -> usize {
        match self {
            Self::Point(_) => 1,
            Self::Points(all) => all.len(),
            Self::Lines(lines) => lines.iter().map(|line| line.len()).sum(),
            Self::Areas(areas) => areas.iter().flat_map(Area::rings).map(<[LonLat]>::len).sum(),
        }
    }

    /// The smallest box that holds the geometry.
    pub fn bbox(&self) -> BBox {
        let bbox = match self {
            Self::Point(at) => Some(BBox::of_point(*at)),
            Self::Points(all) => BBox::of_points(all.iter().copied()),
            Self::Lines(lines) => BBox::of_points(lines.iter().flat_map(|line| line.iter().copied())),
            Self::Areas(areas) => BBox::of_points(areas.iter().flat_map(|area| area.outer.iter().copied())),
        };
        bbox.expect("a geometry is never empty")
    }

    /// Whether the geometry shares at least a point with the box (planar in lon-lat, as GeoJSON lines are straight).
    pub fn intersects(&self, bbox: &BBox) -> bool {
        if !self.bbox().intersects(bbox) {
            return false;
        }
        match self {
            Self::Point(_) => true,
            Self::Points(all) => all.iter().any(|at| bbox.contains(*at)),
            Self::Lines(lines) => lines.iter().any(|line| line.windows(2).any(|w| edge_meets(w[0], w[1], bbox))),
            Self::Areas(areas) => areas.iter().any(|area| area.meets(bbox)),
        }
    }

    /// Whether the place lies in one of the areas; `edges` is the geometry's tree, where it has one.
    pub fn holds(&self, at: LonLat, edges: Option<&EdgeTree>) -> bool {
        let Self::Areas(areas) = self else { return false };
        let Some(edges) = edges else { return areas.iter().any(|area| area.contains(at)) };
        // The area whose edges are counted, whether their number is odd, whether an area before it holds the place.
        let mut state = (0, false, false);
        edges.walk(
            self,
            &mut state,
            |_, bbox| bbox.south <= at.lat() && at.lat() <= bbox.north && at.lon() <= bbox.east,
            |(counted, is_odd, held), area, a, b| {
                if area != *counted {
                    (*counted, *is_odd, *held) = (area, false, *held || *is_odd);
                }
                *is_odd ^= is_crossed(a, b, at);
            },
        );
        state.1 || state.2
    }

    /// The name of the shape in GeoJSON.
    pub fn geojson_type(&self) -> &'static str {
        match self {
            Self::Point(_) => "Point",
            Self::Points(_) => "MultiPoint",
            Self::Lines(lines) if lines.len() == 1 => "LineString",
            Self::Lines(_) => "MultiLineString",
            Self::Areas(areas) if areas.len() == 1 => "Polygon",
            Self::Areas(_) => "MultiPolygon",
        }
    }
}

impl Area {
    /// An area from its rings, open or closed, in either direction.
    pub fn new(outer: Vec<LonLat>, holes: Vec<Vec<LonLat>>) -> Result<Self, GeometryError> {
        Ok(Self {
            outer: ring(outer, true)?,
            holes: holes.into_iter().map(|hole| ring(hole, false)).collect::<Result<_, _>>()?,
        })
    }

    /// The outer ring, open, counter-clockwise.
    pub fn outer(&self) -> &[LonLat] {
        &self.outer
    }

    /// The holes, open, clockwise.
    pub fn holes(&self) -> impl Iterator<Item = &[LonLat]> {
        self.holes.iter().map(AsRef::as_ref)
    }

    /// The outer ring and then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &[LonLat]> {
        std::iter::once(self.outer()).chain(self.holes())
    }

    /// One ring: 0 the outer one, then the holes.
    pub(super) fn ring(&self, number: usize) -> &[LonLat] {
        if number == 0 { &self.outer } else { &self.holes[number - 1] }
    }

    /// Whether the place lies inside, by the even-odd rule over all rings.
    pub fn contains(&self, at: LonLat) -> bool {
        self.rings().map(|ring| crossings(ring, at)).sum::<usize>() % 2 == 1
    }

    fn meets(&self, bbox: &BBox) -> bool {
        let corner = LonLat::new(bbox.west, bbox.south).expect("a box lies on Earth");
        self.contains(corner) || self.rings().any(|ring| closed_edges(ring).any(|(a, b)| edge_meets(a, b, bbox)))
    }
}

/// The edges of an open ring, the one from the last place to the first included.
pub fn closed_edges(ring: &[LonLat]) -> impl Iterator<Item = (LonLat, LonLat)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn ring(mut places: Vec<LonLat>, counter_clockwise: bool) -> Result<Box<[LonLat]>, GeometryError> {
    if places.is_empty() {
        return Err(GeometryError::Empty);
    }
    places.dedup();
    while places.len() > 1 && places.first() == places.last() {
        places.pop();
    }
    if places.len() < 3 {
        return Err(GeometryError::ShortRing(places.len()));
    }
    if (doubled_area(&places) > 0.0) != counter_clockwise {
        places.reverse();
    }
    Ok(places.into())
}

/// Twice the signed planar area in square degrees, positive when counter-clockwise.
fn doubled_area(ring: &[LonLat]) -> f64 {
    let origin = ring[0];
    closed_edges(ring)
        .map(|(a, b)| {
            (a.lon() - origin.lon()) * (b.lat() - origin.lat()) - (b.lon() - origin.lon()) * (a.lat() - origin.lat())
        })
        .sum()
}

/// How many edges a ray to the east crosses.
fn crossings(ring: &[LonLat], at: LonLat) -> usize {
    closed_edges(ring).filter(|(a, b)| is_crossed(*a, *b, at)).count()
}

/// Whether a ray to the east crosses the edge.
pub(super) fn is_crossed(a: LonLat, b: LonLat, at: LonLat) -> bool {
    (a.lat() > at.lat()) != (b.lat() > at.lat())
        && at.lon() < (b.lon() - a.lon()) * (at.lat() - a.lat()) / (b.lat() - a.lat()) + a.lon()
}

fn edge_meets(a: LonLat, b: LonLat, bbox: &BBox) -> bool {
    let plane = |at: LonLat| (at.lon(), at.lat());
    part_inside(plane(a), plane(b), (bbox.west, bbox.south), (bbox.east, bbox.north)).is_some()
}

impl TryFrom<&geo_types::Geometry<f64>> for Geometry {
    type Error = GeometryError;

    /// Takes lon-lat degrees, as the readers of foreign formats give them.
    fn try_from(shape: &geo_types::Geometry<f64>) -> Result<Self, GeometryError> {
        use geo_types::Geometry as G;
        match shape {
            G::Point(p) => Ok(Self::Point(place(p.0)?)),
            G::MultiPoint(all) => {
                let all = all.iter().map(|p| place(p.0)).collect::<Result<Box<[_]>, _>>()?;
                match all.as_ref() {
                    [] => Err(GeometryError::Empty),
                    [one] => Ok(Self::Point(*one)),
                    _ => Ok(Self::Points(all)),
                }
            }
            G::Line(line) => Self::lines(vec![vec![place(line.start)?, place(line.end)?]]),
            G::LineString(line) => Self::lines(vec![places(line)?]),
            G::MultiLineString(all) => Self::lines(all.iter().map(places).collect::<Result<_, _>>()?),
            G::Polygon(polygon) => Self::areas(vec![area(polygon)?]),
            G::MultiPolygon(all) => Self::areas(all.iter().map(area).collect::<Result<_, _>>()?),
            G::Rect(rect) => Self::areas(vec![area(&rect.to_polygon())?]),
            G::Triangle(triangle) => Self::areas(vec![area(&triangle.to_polygon())?]),
            G::GeometryCollection(_) => Err(GeometryError::Unsupported("GeometryCollection")),
        }
    }
}

fn place(at: geo_types::Coord<f64>) -> Result<LonLat, OutOfRange> {
    LonLat::new(at.x, at.y)
}

fn places(line: &geo_types::LineString<f64>) -> Result<Vec<LonLat>, GeometryError> {
    Ok(line.0.iter().map(|at| place(*at)).collect::<Result<_, _>>()?)
}

fn area(polygon: &geo_types::Polygon<f64>) -> Result<Area, GeometryError> {
    Area::new(places(polygon.exterior())?, polygon.interiors().iter().map(places).collect::<Result<_, _>>()?)
}

impl From<&Geometry> for geo_types::Geometry<f64> {
    /// Gives lon-lat degrees with closed rings, as the writers of foreign formats want them.
    fn from(geometry: &Geometry) -> Self {
        let coord = |at: &LonLat| geo_types::Coord { x: at.lon(), y: at.lat() };
        let line = |places: &[LonLat]| geo_types::LineString(places.iter().map(coord).collect());
        let polygon = |area: &Area| geo_types::Polygon::new(line(&area.outer), area.holes().map(line).collect());
        match geometry {
            Geometry::Point(at) => geo_types::Point(coord(at)).into(),
            Geometry::Points(all) => {
                geo_types::MultiPoint(all.iter().map(|at| geo_types::Point(coord(at))).collect()).into()
            }
            Geometry::Lines(lines) if lines.len() == 1 => line(&lines[0]).into(),
            Geometry::Lines(lines) => geo_types::MultiLineString(lines.iter().map(|l| line(l)).collect()).into(),
            Geometry::Areas(areas) if areas.len() == 1 => polygon(&areas[0]).into(),
            Geometry::Areas(areas) => geo_types::MultiPolygon(areas.iter().map(polygon).collect()).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::{Geometry as G, polygon};

    fn place(lon: f64, lat: f64) -> LonLat {
        LonLat::new(lon, lat).unwrap()
    }

    #[test]
    fn rings_are_opened_turned_and_given_back_closed() {
        let clockwise =
            G::Polygon(polygon![(x: 0., y: 0.), (x: 0., y: 2.), (x: 2., y: 2.), (x: 2., y: 0.), (x: 0., y: 0.)]);
        let Geometry::Areas(areas) = Geometry::try_from(&clockwise).unwrap() else { panic!("an area") };
        assert_eq!(areas[0].outer(), [place(2., 0.), place(2., 2.), place(0., 2.), place(0., 0.)]);
        let G::Polygon(back) = G::from(&Geometry::Areas(areas)) else { panic!("a polygon") };
        assert_eq!(back.exterior().0.len(), 5);
    }

    #[test]
    fn what_is_no_shape_is_refused_with_its_reason() {
        let two = G::Polygon(polygon![(x: 0., y: 0.), (x: 1., y: 1.), (x: 0., y: 0.)]);
        assert_eq!(Geometry::try_from(&two), Err(GeometryError::ShortRing(2)));
        let far = G::Point(geo_types::Point::new(47.9, 133.4));
        assert!(matches!(Geometry::try_from(&far), Err(GeometryError::OutOfRange(_))));
        let nan = G::Point(geo_types::Point::new(f64::NAN, 0.0));
        assert!(matches!(Geometry::try_from(&nan), Err(GeometryError::OutOfRange(_))));
        assert_eq!(Geometry::try_from(&G::MultiPoint(geo_types::MultiPoint(vec![]))), Err(GeometryError::Empty));
    }

    #[test]
    fn a_box_in_an_area_meets_it_and_a_box_in_its_hole_does_not() {
        let square = |lo: f64, hi: f64| vec![place(lo, lo), place(hi, lo), place(hi, hi), place(lo, hi)];
        let area = Geometry::areas(vec![Area::new(square(0., 9.), vec![square(3., 6.)]).unwrap()]).unwrap();
        let bbox = |lo: f64, hi: f64| BBox { west: lo, south: lo, east: hi, north: hi };
        assert!(area.intersects(&bbox(1., 2.)));
        assert!(!area.intersects(&bbox(4., 5.)));
        assert!(area.intersects(&bbox(5., 7.)));
        assert!(area.intersects(&bbox(-1., 20.)));
        assert!(!area.intersects(&bbox(10., 20.)));
    }

    #[test]
    fn a_line_meets_a_box_it_only_passes_through() {
        let line = Geometry::lines(vec![vec![place(0., 0.), place(10., 10.)]]).unwrap();
        assert!(line.intersects(&BBox { west: 4., south: 4., east: 5., north: 6. }));
        assert!(!line.intersects(&BBox { west: 0., south: 4., east: 3., north: 6. }));
    }
}

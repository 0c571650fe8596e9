//! A `Relation` is how two shapes lie to each other, by the dimensionally extended nine-intersection model (OGC 06-103r4 §6.1.15).

use geo::{
    Intersects, Relate,
    coordinate_position::{CoordPos, CoordinatePosition},
};
use geo_types::{Coord, Geometry as G};

use super::{BBox, Geometry};

/// One of the eight named relations, planar in longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// They share a point.
    Intersects,
    /// They share no point.
    Disjoint,
    /// The first lies in the second and not only on its boundary.
    Within,
    /// The second lies in the first and not only on its boundary.
    Contains,
    /// They share inner points that are of less dimension than the greater one, and not all of the lesser one.
    Crosses,
    /// They are of one dimension, share inner points of it, and each has some that the other lacks.
    Overlaps,
    /// They share boundary points and no inner ones.
    Touches,
    /// They are the same points.
    Equals,
}

/// A shape prepared to be asked about many times.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    geometry: G<f64>,
    bbox: BBox,
    vertices: usize,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Intersects,
        Self::Disjoint,
        Self::Within,
        Self::Contains,
        Self::Crosses,
        Self::Overlaps,
        Self::Touches,
        Self::Equals,
    ];

    /// Its name in CQL2 (OGC 21-065r2 §7.3).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intersects => "s_intersects",
            Self::Disjoint => "s_disjoint",
            Self::Within => "s_within",
            Self::Contains => "s_contains",
            Self::Crosses => "s_crosses",
            Self::Overlaps => "s_overlaps",
            Self::Touches => "s_touches",
            Self::Equals => "s_equals",
        }
    }

    /// The relation of the second to the first.
    #[must_use]
    pub const fn converse(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            other => other,
        }
    }

    /// Whether any shape lies so to itself.
    pub fn holds_of_itself(self) -> bool {
        matches!(self, Self::Intersects | Self::Within | Self::Contains | Self::Equals)
    }

    /// Whether the first lies so to the second.
    pub fn holds(self, of: &Geometry, to: &Shape) -> bool {
        if !of.bbox().intersects(&to.bbox) {
            return self == Self::Disjoint;
        }
        if let Geometry::Point(at) = of {
            return self.holds_of_point(Coord { x: at.lon(), y: at.lat() }, to);
        }
        self.holds_of_shape(&G::from(of), to)
    }

    /// Whether the first lies so to the second, of two that are prepared.
    pub fn holds_between(self, of: &Shape, to: &Shape) -> bool {
        if !of.bbox.intersects(&to.bbox) {
            return self == Self::Disjoint;
        }
        self.holds_of_shape(&of.geometry, to)
    }

    fn holds_of_shape(self, of: &G<f64>, to: &Shape) -> bool {
        let matrix = of.relate(&to.geometry);
        match self {
            Self::Intersects => matrix.is_intersects(),
            Self::Disjoint => matrix.is_disjoint(),
            Self::Within => matrix.is_within(),
            Self::Contains => matrix.is_contains(),
            Self::Crosses => matrix.is_crosses(),
            Self::Overlaps => matrix.is_overlaps(),
            Self::Touches => matrix.is_touches(),
            Self::Equals => matrix.is_equal_topo(),
        }
    }

    /// A place has no boundary: where it lies in the other says everything, in one look at each edge.
    fn holds_of_point(self, at: Coord<f64>, to: &Shape) -> bool {
        let lies = match to.geometry.coordinate_position(&at) {
            // An even number of lines end there, which makes it an inner point; `geo` 0.33 counts the ends and forgets that.
            CoordPos::Outside if matches!(&to.geometry, G::MultiLineString(lines) if lines.intersects(&at)) => {
                CoordPos::Inside
            }
            lies => lies,
        };
        match self {
            Self::Intersects => lies != CoordPos::Outside,
            Self::Disjoint => lies == CoordPos::Outside,
            Self::Within => lies == CoordPos::Inside,
            Self::Touches => lies == CoordPos::OnBoundary,
            Self::Contains | Self::Equals => match &to.geometry {
                G::Point(other) => other.0 == at,
                G::MultiPoint(others) => others.iter().all(|other| other.0 == at),
                _ => false,
            },
            // Of several places one is inside and others are not: they cross where the dimensions differ, and here the
            // lesser one is a single place, which lies inside whole or not at all.
            Self::Crosses | Self::Overlaps => false,
        }
    }
}

impl Shape {
    /// Prepares a shape.
    pub fn new(of: &Geometry) -> Self {
        let geometry = G::from(of);
        Self { bbox: of.bbox(), vertices: geo::CoordsIter::coords_count(&geometry), geometry }
    }

    /// The smallest box that holds it.
    pub fn bbox(&self) -> BBox {
        self.bbox
    }

    /// How many vertices it has, the first of a ring counted again as its last.
    pub fn vertices(&self) -> usize {
        self.vertices
    }

    /// It as well-known text.
    pub fn to_wkt(&self) -> String {
        super::wkt::written(&self.geometry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::{Area, LonLat};
    use geo::Validation;
    use proptest::prelude::*;

    /// Places of a small lattice, so that shapes touch, cross themselves and run back over themselves.
    fn shape() -> impl Strategy<Value = Geometry> {
        let place = (0_u8..6, 0_u8..6).prop_map(|(x, y)| LonLat::new(f64::from(x), f64::from(y)).unwrap());
        let line = prop::collection::vec(place.clone(), 2..7);
        prop_oneof![
            place.clone().prop_map(Geometry::Point),
            prop::collection::vec(place, 1..4).prop_map(|all| Geometry::Points(all.into())),
            prop::collection::vec(line.clone(), 1..3).prop_filter_map("a line", |lines| Geometry::lines(lines).ok()),
            (line.clone(), prop::collection::vec(line, 0..2)).prop_filter_map("an area", |(outer, holes)| {
                Geometry::areas(vec![Area::new(outer, holes).ok()?]).ok()
            }),
        ]
    }

    #[test]
    fn a_place_where_two_lines_end_is_inner() {
        let (end, far) = (LonLat::new(1.0, 0.0).unwrap(), LonLat::new(0.0, 0.0).unwrap());
        let lines = Shape::new(&Geometry::lines(vec![vec![far, end], vec![end, far]]).unwrap());
        let place = Geometry::Point(end);
        assert!(Relation::Intersects.holds(&place, &lines) && Relation::Within.holds(&place, &lines));
        assert!(!Relation::Disjoint.holds(&place, &lines) && !Relation::Touches.holds(&place, &lines));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn every_relation_is_answered_of_any_two_shapes_however_crooked(a in shape(), b in shape()) {
            let (of, to) = (Shape::new(&a), Shape::new(&b));
            for relation in Relation::ALL {
                let (short, whole) = (relation.holds(&a, &to), relation.holds_of_shape(&of.geometry, &to));
                // The short ways of a single place and of boxes apart are those of the matrix.
                if to.geometry.is_valid() {
                    prop_assert_eq!(short, whole, "{:?}", relation);
                }
            }
            prop_assert_ne!(Relation::Intersects.holds(&a, &to), Relation::Disjoint.holds(&a, &to));
        }
    }
}

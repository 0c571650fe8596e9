//! A `Place` plan reads where a row is from its columns: two of them, or one that holds both coordinates.

use super::{
    Reason,
    coordinate::{self, Axis, BadCoordinate, Notation},
    outcome::Objection,
    recipe::{GeometrySource, Order},
    record::Columns,
    value::{self, is_nothing, trimmed},
};
use crate::space::{Area, BBox, Crs, Geometry, GeometryError, LonLat};

/// How the place of a row is read.
pub(super) struct Place {
    cells: Cells,
    notation: Notation,
    crs: Option<Crs>,
}

enum Cells {
    Two { lon: usize, lat: usize },
    One { slot: usize, order: Order },
}

impl Place {
    /// The plan of a recipe that takes places from columns.
    pub fn plan(source: &GeometrySource, columns: &mut Columns) -> Option<Self> {
        let cells = match (&source.lon_lat, &source.pair) {
            (Some((lon, lat)), _) => {
                Cells::Two { lon: columns.slot(lon, "[geometry] lon"), lat: columns.slot(lat, "[geometry] lat") }
            }
            (None, Some((column, order))) => {
                Cells::One { slot: columns.slot(column, &format!("[geometry] {}", order.key())), order: *order }
            }
            (None, None) => return None,
        };
        Some(Self { cells, notation: source.notation, crs: source.crs.clone() })
    }

    /// Whether the row says nothing in any of the columns.
    pub fn is_unsaid(&self, cells: &[impl AsRef<str>]) -> bool {
        let is_unsaid = |slot: usize| is_nothing(trimmed(cells[slot].as_ref()));
        match self.cells {
            Cells::Two { lon, lat } => is_unsaid(lon) && is_unsaid(lat),
            Cells::One { slot, .. } => is_unsaid(slot),
        }
    }

    /// The place, and whether longitude and latitude were exchanged.
    ///
    /// Only the bounds can tell: as it is written the place is outside of them (or no place at all), and exchanged it is
    /// inside.
    pub fn read(
        &self,
        cells: &[impl AsRef<str>],
        columns: &Columns,
        bounds: Option<&BBox>,
    ) -> Result<(LonLat, bool), Objection> {
        let written = self.point(cells, columns, false);
        if let Some(bounds) = bounds
            && !written.as_ref().is_ok_and(|at| bounds.contains(*at))
            && let Ok(exchanged) = self.point(cells, columns, true)
            && bounds.contains(exchanged)
        {
            return Ok((exchanged, true));
        }
        written.map(|at| (at, false))
    }

    fn point(&self, cells: &[impl AsRef<str>], columns: &Columns, exchange: bool) -> Result<LonLat, Objection> {
        let (x, y) = match self.cells {
            Cells::Two { lon, lat } => {
                let (lon, lat) = if exchange { (lat, lon) } else { (lon, lat) };
                let number = |slot: usize, axis: Axis| {
                    let text = said(cells, columns, slot, &axis.to_string())?;
                    self.number(text, axis).map_err(|error| bad(columns, slot, text, &error))
                };
                (number(lon, Axis::Lon)?, number(lat, Axis::Lat)?)
            }
            Cells::One { slot, order } => {
                let text = said(cells, columns, slot, "place")?;
                self.pair(text, order, exchange).map_err(|error| bad(columns, slot, text, &error))?
            }
        };
        let nowhere = |why: String| Objection::to_row(&format!("{x}, {y}"), Reason::BadCoordinate, why);
        let (lon, lat) = match &self.crs {
            None => (x, y),
            Some(crs) => crs.place_to_crs84(x, y).map_err(|error| nowhere(error.to_string()))?,
        };
        LonLat::new(lon, lat).map_err(|error| nowhere(error.to_string()))
    }

    fn pair(&self, text: &str, order: Order, exchange: bool) -> Result<(f64, f64), BadCoordinate> {
        let read = |lon: &str, lat: &str| Ok((self.number(lon, Axis::Lon)?, self.number(lat, Axis::Lat)?));
        if let Some((x, y)) = coordinate::well_known(text) {
            return if exchange { read(y, x) } else { read(x, y) };
        }
        coordinate::parted(text, |first, second| {
            if (order == Order::LatLon) == exchange { read(first, second) } else { read(second, first) }
        })
    }

    /// Degrees, or metres where the system of the recipe has metres.
    fn number(&self, text: &str, axis: Axis) -> Result<f64, BadCoordinate> {
        if self.crs.as_ref().is_some_and(|crs| !crs.is_degrees()) {
            let no_metres = || BadCoordinate::NoMetres(trimmed(text).chars().take(40).collect());
            return value::number(trimmed(text)).map_err(|_| no_metres());
        }
        coordinate::parse(text, axis, self.notation)
    }
}

/// The text of a cell that must say something.
fn said<'c>(cells: &'c [impl AsRef<str>], columns: &Columns, slot: usize, what: &str) -> Result<&'c str, Objection> {
    let text = cells[slot].as_ref();
    if is_nothing(trimmed(text)) {
        let detail = format!("there is no {what}");
        return Err(Objection::to_column(columns.name(slot), text, Reason::MissingCoordinates, detail));
    }
    Ok(text)
}

fn bad(columns: &Columns, slot: usize, text: &str, error: &BadCoordinate) -> Objection {
    Objection::to_column(columns.name(slot), text, Reason::BadCoordinate, error.to_string())
}

/// Whether all of the box lies inside the bounds.
pub(super) fn holds(bounds: &BBox, bbox: &BBox) -> bool {
    bounds.west <= bbox.west && bbox.east <= bounds.east && bounds.south <= bbox.south && bbox.north <= bounds.north
}

/// A shape of the source with longitude and latitude exchanged, where only so it lies inside the bounds.
pub(super) fn exchanged_into(bounds: &BBox, shape: &Geometry) -> Option<Geometry> {
    if holds(bounds, &shape.bbox()) {
        return None;
    }
    exchanged(shape).ok().filter(|exchanged| holds(bounds, &exchanged.bbox()))
}

fn exchanged(shape: &Geometry) -> Result<Geometry, GeometryError> {
    let place = |at: &LonLat| LonLat::new(at.lat(), at.lon()).map_err(GeometryError::from);
    let places = |all: &[LonLat]| all.iter().map(place).collect::<Result<Vec<_>, _>>();
    Ok(match shape {
        Geometry::Point(at) => Geometry::Point(place(at)?),
        Geometry::Points(all) => Geometry::Points(places(all)?.into()),
        Geometry::Lines(lines) => Geometry::lines(lines.iter().map(|line| places(line)).collect::<Result<_, _>>()?)?,
        Geometry::Areas(areas) => {
            let area =
                |area: &Area| Area::new(places(area.outer())?, area.holes().map(places).collect::<Result<_, _>>()?);
            Geometry::areas(areas.iter().map(area).collect::<Result<_, _>>()?)?
        }
    })
}

//! `Params` is the query of a request, read strictly: what a route does not know is refused, not passed over.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use super::{Problem, links::escaped};
use crate::{
    snapshot::{Filter, FilterError, Selection, Shelf, Snapshot, When},
    space::{BBox, LonLat},
};

/// The longest query that is read, in bytes: room for the ids of some 300 collections.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;

/// The coordinates of shapes in filters: longitude and latitude on WGS84.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// The parameters of one request, each at most once.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query that may hold these parameters and no others.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(Problem::TooLong { bytes: query.len(), limit: MAX_QUERY_BYTES });
        }
        let mut params: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                let known = known.iter().map(ToString::to_string).collect();
                return Err(Problem::UnknownParameter { name: name.into(), known });
            }
            if params.iter().any(|(other, _)| *other == name) {
                return Err(Problem::bad(&name, value, format!("`{name}` is given twice")));
            }
            params.push((name.into(), value.into()));
        }
        Ok(Self(params))
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// A number in a range.
    pub fn number<T>(&self, name: &str, range: RangeInclusive<T>) -> Result<Option<T>, Problem>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => {
                Err(Problem::bad(name, text, format!("`{name}` is a number from {} to {}", range.start(), range.end())))
            }
        }
    }

    /// The place given by `lon` and `lat`, which must be there.
    pub fn place(&self) -> Result<LonLat, Problem> {
        let axis = |name: &str, most: f64| {
            self.number(name, -most..=most)?.ok_or_else(|| Problem::bad(name, "", format!("`{name}` is missing")))
        };
        let (lon, lat) = (axis("lon", 180.0)?, axis("lat", 90.0)?);
        LonLat::new(lon, lat).map_err(|error| Problem::bad("lon", lon.to_string(), error.to_string()))
    }

    /// The words of a comma-separated list; empty where the parameter is not given.
    pub fn list(&self, name: &str) -> Result<Vec<&str>, Problem> {
        let Some(text) = self.text(name) else { return Ok(Vec::new()) };
        let words: Vec<&str> = text.split(',').map(str::trim).collect();
        if words.iter().any(|word| word.is_empty()) {
            return Err(Problem::bad(
                name,
                text,
                format!("`{name}` is a list separated by commas, without empty places"),
            ));
        }
        Ok(words)
    }

    /// The words of a list, each once and not more than so many.
    pub fn names(&self, name: &str, most: usize) -> Result<Vec<&str>, Problem> {
        let words = self.list(name)?;
        let wrong = |detail: String| Problem::bad(name, self.text(name).unwrap_or_default(), detail);
        if words.len() > most {
            return Err(wrong(format!("`{name}` has {} names, at most {most} are taken", words.len())));
        }
        match words.iter().enumerate().find(|(i, word)| words[..*i].contains(word)) {
            Some((_, twice)) => Err(wrong(format!("`{name}` names `{twice}` twice"))),
            None => Ok(words),
        }
    }

    /// The boxes meant by `bbox`: none where it is not given, two where it crosses the antimeridian.
    pub fn bbox(&self) -> Result<Vec<BBox>, Problem> {
        let Some(text) = self.text("bbox") else { return Ok(Vec::new()) };
        let wrong = |detail: &str| Problem::bad("bbox", text, detail);
        let numbers: Vec<f64> = text
            .split(',')
            .map(|number| number.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("`bbox` is four numbers: west, south, east, north in degrees"))?;
        let ([west, south, east, north] | [west, south, _, east, north, _]) = numbers[..] else {
            return Err(wrong("`bbox` is four numbers (or six with heights): west, south, east, north in degrees"));
        };
        if LonLat::new(west, south).is_err() || LonLat::new(east, north).is_err() {
            return Err(wrong("`bbox` is in degrees: longitudes within ±180, latitudes within ±90"));
        }
        if south > north {
            return Err(wrong("the south edge of `bbox` lies north of its north edge"));
        }
        let part = |west, east| BBox { west, south, east, north };
        Ok(if west <= east { vec![part(west, east)] } else { vec![part(west, 180.0), part(-180.0, east)] })
    }

    /// The features meant by `collections` and `sector`, `bbox`, `datetime` and `filter`, as far as the route takes them.
    pub fn selection(&self, snapshot: &Snapshot) -> Result<Selection, Problem> {
        let boxes = self.bbox()?;
        let selection = Selection { boxes: boxes.clone(), ..self.collections(snapshot)? };
        let shelves = selection.shelves(snapshot);
        self.narrowed(selection, shelves, &boxes)
    }

    /// The selection narrowed by `datetime` and `filter`, which is made for these shelves; within the boxes it costs less.
    pub fn narrowed<'a>(
        &self,
        selection: Selection,
        shelves: impl IntoIterator<Item = &'a Shelf>,
        boxes: &[BBox],
    ) -> Result<Selection, Problem> {
        let bound = self.filter()?.map(|filter| filter.bind(shelves, boxes));
        let filter = bound.transpose().map_err(|error| self.bad_filter(&error))?;
        Ok(Selection { filter, datetime: self.datetime()?, ..selection })
    }

    /// The condition of `filter` in the language of `filter-lang`; `filter-crs` is longitude and latitude.
    pub fn filter(&self) -> Result<Option<Filter>, Problem> {
        if let Some(crs) = self.text("filter-crs")
            && crs != CRS84
        {
            return Err(Problem::bad("filter-crs", crs, format!("shapes of a filter are in {CRS84}")));
        }
        let read = match self.text("filter-lang") {
            None | Some("cql2-text") => Filter::text,
            Some("cql2-json") => Filter::json,
            Some(other) => {
                return Err(Problem::bad("filter-lang", other, "`filter-lang` is cql2-text or cql2-json"));
            }
        };
        self.text("filter").map(read).transpose().map_err(|error| self.bad_filter(&error))
    }

    /// The time of `datetime`.
    pub fn datetime(&self) -> Result<Option<When>, Problem> {
        let Some(text) = self.text("datetime") else { return Ok(None) };
        When::read(text).map(Some).map_err(|error| Problem::bad("datetime", text, error.to_string()))
    }

    /// These parameters, as far as they are given, as a query.
    pub fn query_of(&self, names: &[&str]) -> String {
        let given = names.iter().filter_map(|name| Some(format!("{name}={}", escaped(self.text(name)?))));
        given.collect::<Vec<_>>().join("&")
    }

    fn bad_filter(&self, error: &FilterError) -> Problem {
        Problem::bad("filter", self.text("filter").unwrap_or_default(), format!("`filter`: {error}"))
    }

    /// The features meant by `collections` and `sector` (what either names), everywhere.
    pub fn collections(&self, snapshot: &Snapshot) -> Result<Selection, Problem> {
        let mut collections: Vec<String> = Vec::new();
        for id in self.list("collections")? {
            if snapshot.shelf(id).is_none() {
                return Err(Problem::bad("collections", id, format!("there is no collection `{id}`")));
            }
            collections.push(id.into());
        }
        for id in self.list("sector")? {
            let Some(sector) = snapshot.sectors().iter().find(|sector| sector.id == id) else {
                return Err(Problem::bad("sector", id, format!("there is no sector `{id}`")));
            };
            let before = collections.len();
            let below = sector.service_areas.iter().flat_map(|area| &area.collections);
            collections.extend(below.map(ToString::to_string));
            if collections.len() == before {
                return Err(Problem::bad("sector", id, format!("the sector `{id}` has no collections")));
            }
        }
        Ok(Selection { collections, ..Selection::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Params {
        Params::read(Some(query), &["bbox", "limit", "collections", "lon", "lat"]).unwrap()
    }

    #[test]
    fn what_a_route_does_not_know_is_named() {
        let problem = Params::read(Some("limit=1&radius=5"), &["limit"]).unwrap_err();
        assert!(matches!(problem, Problem::UnknownParameter { name, .. } if name == "radius"));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert!(Params::read(Some("limit=1&limit=2"), &["limit"]).is_err());
    }

    #[test]
    fn a_query_over_the_limit_is_refused_before_it_is_read() {
        let query = "a".repeat(MAX_QUERY_BYTES + 1);
        assert!(matches!(Params::read(Some(&query), &[]), Err(Problem::TooLong { .. })));
    }

    #[test]
    fn numbers_have_ranges_and_are_finite() {
        assert_eq!(read("limit=100").number("limit", 1..=100), Ok(Some(100)));
        for wrong in ["0", "101", "x", "", "1.5", "-1"] {
            assert!(read(&format!("limit={wrong}")).number("limit", 1..=100).is_err(), "{wrong}");
        }
        for wrong in ["lon=NaN&lat=1", "lon=181&lat=1", "lon=inf&lat=1", "lat=1", "lon=1"] {
            assert!(read(wrong).place().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_box_over_the_antimeridian_is_two() {
        assert_eq!(read("bbox=170,-10,-170,10").bbox().unwrap().len(), 2);
        assert_eq!(read("bbox=33,47,34,48").bbox().unwrap().len(), 1);
        assert_eq!(read("bbox=33,47,0,34,48,9").bbox().unwrap().len(), 1);
        for wrong in ["1,2,3", "1,2,3,x", "0,10,1,5", "0,0,200,1", "NaN,0,1,1"] {
            assert!(read(&format!("bbox={wrong}")).bbox().is_err(), "{wrong}");
        }
    }
}

//! `Params` is the query of a request, read strictly: what a route does not know is refused, not passed over.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

use super::{
    Problem, bbox,
    links::escaping,
    route::{Form, Param, Route},
};
use crate::{
    snapshot::{Filter, FilterError, Selection, Shelf, Snapshot, When, open::Clock},
    space::{BBox, LonLat, Offered, Shape},
};

/// The longest query that is read, in bytes: room for the ids of some 300 collections.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;

/// The parameters of one request, each at most once and of the form that its route declares.
#[derive(Debug)]
pub struct Params {
    route: &'static Route,
    given: Vec<(&'static Param, String)>,
}

impl Params {
    /// Reads a query that may hold the parameters of this route and no others.
    pub fn read(query: Option<&str>, route: &'static Route) -> Result<Self, Problem> {
        let query = query.unwrap_or_default();
        if query.len() > MAX_QUERY_BYTES {
            return Err(Problem::TooLong { bytes: query.len(), limit: MAX_QUERY_BYTES });
        }
        let mut given: Vec<(&'static Param, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(param) = route.param(&name) else {
                let known = route.params.iter().map(|param| param.name.to_owned()).collect();
                return Err(Problem::UnknownParameter { name: name.into(), known });
            };
            if given.iter().any(|(other, _)| other.name == name) {
                return Err(Problem::bad(&name, value, format!("`{name}` is given twice")));
            }
            param.check(&value)?;
            given.push((param, value.into()));
        }
        for param in route.params.iter().filter(|param| param.required) {
            if !given.iter().any(|(other, _)| other.name == param.name) {
                return Err(Problem::bad(param.name, "", format!("`{}` is missing", param.name)));
            }
        }
        Ok(Self { route, given })
    }

    /// The text of a parameter; `None` too where the route has no such parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(param, _)| param.name == name).map(|(_, value)| value.as_str())
    }

    /// Whether no others than these are given.
    pub fn has_only(&self, names: &[&str]) -> bool {
        self.given.iter().all(|(param, _)| names.contains(&param.name))
    }

    /// The number of a parameter.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name).map(|text| text.parse().expect("a number has been read as one"))
    }

    /// The whole number of a parameter that the route has, or what the route says for it.
    pub fn whole(&self, name: &str) -> usize {
        match self.route.param(name).map(|param| param.form) {
            Some(Form::Whole { default, .. }) => {
                self.text(name).map_or(default, |text| text.parse().expect("a number has been read as one"))
            }
            _ => panic!("{} has no whole number `{name}`", self.route.path),
        }
    }

    /// Whether a parameter is the word `true`.
    pub fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The place given by `lon` and `lat`, which the route requires.
    pub fn place(&self) -> Result<LonLat, Problem> {
        let axis = |name| self.number(name).unwrap_or(f64::NAN);
        LonLat::new(axis("lon"), axis("lat")).map_err(|error| Problem::bad("lon", "", error.to_string()))
    }

    /// The clocks of the city at the instant that a parameter names.
    pub fn clock(&self, name: &str) -> Result<Option<Clock>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let wrong = |detail: &dyn fmt::Display| {
            let such = format!("`{name}` is `now` or an instant such as 2026-11-24T10:00:00+02:00: {detail}");
            Problem::bad(name, text, such)
        };
        let instant =
            if text == "now" { Timestamp::now() } else { text.parse().map_err(|error: jiff::Error| wrong(&error))? };
        Clock::at(instant).map(Some).ok_or_else(|| wrong(&"no calendar knows that year"))
    }

    /// The words of a comma-separated list; empty where the parameter is not given.
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.text(name).map_or_else(Vec::new, |text| text.split(',').map(str::trim).collect())
    }

    /// The words of a list, each once.
    pub fn names(&self, name: &str) -> Result<Vec<&str>, Problem> {
        let words = self.list(name);
        match words.iter().enumerate().find(|(i, word)| words[..*i].contains(word)) {
            Some((_, twice)) => {
                let text = self.text(name).unwrap_or_default();
                Err(Problem::bad(name, text, format!("`{name}` names `{twice}` twice")))
            }
            None => Ok(words),
        }
    }

    /// The query again, with another value for one parameter (or without it) and the rest as it was, escaped.
    ///
    /// A `cursor` takes the place of `start`.
    pub fn again(&self, name: &str, value: Option<&str>) -> String {
        let goes = |given: &str| given == name || (name == "cursor" && given == "start");
        let kept = self.given.iter().filter(|(param, _)| !goes(param.name));
        let pairs = kept.map(|(param, value)| (param.name, value.as_str())).chain(value.map(|value| (name, value)));
        let mut query = String::new();
        for (name, value) in pairs {
            if !query.is_empty() {
                query.push('&');
            }
            query.extend([name, "="].into_iter().chain(escaping(value)));
        }
        query
    }

    /// The numbers of `bbox`, without heights.
    fn bbox_numbers(&self) -> Option<[f64; 4]> {
        let numbers: Vec<f64> = self.text("bbox")?.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        match numbers[..] {
            [a, b, c, d] | [a, b, _, c, d, _] => Some([a, b, c, d]),
            _ => unreachable!("a box has been read as four or six numbers"),
        }
    }

    /// The box of `bbox` as a shape, where `bbox-crs` makes it another than a box in degrees.
    pub fn outline(&self) -> Option<Arc<Shape>> {
        bbox::outline(&self.bbox_crs(), self.bbox_numbers()?).map(Arc::new)
    }

    /// The boxes meant by `bbox` in `bbox-crs`: none where it is not given, two where it crosses the antimeridian.
    pub fn bbox(&self) -> Result<Vec<BBox>, Problem> {
        let (Some(text), Some(numbers)) = (self.text("bbox"), self.bbox_numbers()) else { return Ok(Vec::new()) };
        bbox::boxes(&self.bbox_crs(), numbers, text)
    }

    fn bbox_crs(&self) -> Offered {
        Offered::at(self.text("bbox-crs"))
    }

    /// The features meant by `collections` and `sector`, `bbox`, `datetime` and `filter`, as far as the route takes them.
    pub fn selection(&self, snapshot: &Snapshot) -> Result<Selection, Problem> {
        let boxes = self.bbox()?;
        let selection = Selection { boxes: boxes.clone(), shape: self.outline(), ..self.collections(snapshot)? };
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
        let read = if self.text("filter-lang") == Some("cql2-json") { Filter::json } else { Filter::text };
        self.text("filter").map(read).transpose().map_err(|error| self.bad_filter(&error))
    }

    /// The time of `datetime`.
    pub fn datetime(&self) -> Result<Option<When>, Problem> {
        let Some(text) = self.text("datetime") else { return Ok(None) };
        When::read(text).map(Some).map_err(|error| Problem::bad("datetime", text, error.to_string()))
    }

    fn bad_filter(&self, error: &FilterError) -> Problem {
        Problem::bad("filter", self.text("filter").unwrap_or_default(), format!("`filter`: {error}"))
    }

    /// The features meant by `collections` and `sector` (what either names), everywhere.
    pub fn collections(&self, snapshot: &Snapshot) -> Result<Selection, Problem> {
        let mut collections: Vec<String> = Vec::new();
        for id in self.list("collections") {
            if snapshot.shelf(id).is_none() {
                return Err(Problem::bad("collections", id, format!("there is no collection `{id}`")));
            }
            collections.push(id.into());
        }
        for id in self.list("sector") {
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
        let kinds = self.kinds(snapshot, &collections)?;
        Ok(Selection { collections, kinds, ..Selection::default() })
    }

    /// The kinds named by `kind`, each of some collection that is looked at.
    fn kinds(&self, snapshot: &Snapshot, collections: &[String]) -> Result<Vec<String>, Problem> {
        let looked_at = Selection { collections: collections.into(), ..Selection::default() }.shelves(snapshot);
        let kind = |id: &str| {
            let known = looked_at.iter().any(|shelf| shelf.collection().kinds.iter().any(|kind| kind.id == id));
            if known { Ok(id.into()) } else { Err(Problem::bad("kind", id, format!("there is no kind `{id}`"))) }
        };
        self.list("kind").into_iter().map(kind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes;

    fn read(query: &str) -> Result<Params, Problem> {
        Params::read(Some(query), &routes::ITEMS)
    }

    #[test]
    fn what_a_route_does_not_know_is_named() {
        let problem = read("limit=1&radius=5").unwrap_err();
        assert!(matches!(problem, Problem::UnknownParameter { name, .. } if name == "radius"));
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        assert!(read("limit=1&limit=2").is_err());
    }

    #[test]
    fn a_query_over_the_limit_is_refused_before_it_is_read() {
        let query = "a".repeat(MAX_QUERY_BYTES + 1);
        assert!(matches!(read(&query), Err(Problem::TooLong { .. })));
    }

    #[test]
    fn numbers_have_ranges_and_are_finite() {
        assert_eq!(read("limit=100").unwrap().whole("limit"), 100);
        assert_eq!(read("").unwrap().whole("limit"), 10);
        for wrong in ["0", "10001", "x", "", "1.5", "-1"] {
            assert!(read(&format!("limit={wrong}")).is_err(), "{wrong}");
        }
        for wrong in ["lon=NaN&lat=1", "lon=181&lat=1", "lon=inf&lat=1", "lat=1", "lon=1"] {
            assert!(Params::read(Some(wrong), &routes::NEAREST).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_query_is_written_again_with_one_value_changed() {
        let params = read("limit=5&bbox=1,2,3,4&cursor=x").unwrap();
        assert_eq!(params.again("cursor", Some("я&")), "limit=5&bbox=1%2C2%2C3%2C4&cursor=%D1%8F%26");
        assert_eq!(params.again("cursor", None), "limit=5&bbox=1%2C2%2C3%2C4");
    }

    #[test]
    fn a_box_over_the_antimeridian_is_two() {
        let boxes = |query: &str| read(query).and_then(|params| params.bbox());
        assert_eq!(boxes("bbox=170,-10,-170,10").unwrap().len(), 2);
        assert_eq!(boxes("bbox=33,47,34,48").unwrap().len(), 1);
        assert_eq!(boxes("bbox=33,47,0,34,48,9").unwrap().len(), 1);
        for wrong in ["1,2,3", "1,2,3,x", "0,10,1,5", "0,0,200,1", "NaN,0,1,1"] {
            assert!(boxes(&format!("bbox={wrong}")).is_err(), "{wrong}");
        }
    }
}

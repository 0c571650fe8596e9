//! A `GeoJSON` `FeatureCollection` is read one feature at a time: a bad feature is a refused row, not the end of the file.

use std::{borrow::Cow, cell::RefCell, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    ImportError, Reason,
    json::{Elements, Keys, Pairs, Walk, deserializer, pairs, text, texts},
    meter::Meter,
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
    shape,
};
use crate::space::Crs;

/// The column by which a recipe names the id of a feature itself, where the properties have none of this name.
const ID_COLUMN: &str = "id";

/// The number of WGS 84 in the EPSG registry; its x is the longitude here.
const LON_LAT: u16 = 4326;

/// Reads a collection to its end.
pub(super) fn read(
    source: Meter<'_>,
    file: &str,
    trailing_commas: bool,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    let mut keys = Keys::new(columns);
    let crs = RefCell::new(columns.crs.clone());
    let mut each = |row: u64, raw: &RawValue| hand_on(row, raw, columns, crs.borrow().as_ref(), &mut keys, take);
    let mut walk = Walk::new(&source, &mut each);
    let mut json = deserializer(source, file, trailing_commas)?;
    let collection = Collection { file, walk: &mut walk, crs: &crs, is_crs_said: columns.crs.is_some() };
    let end = collection.deserialize(&mut json).and_then(|()| json.end());
    walk.finish(file, end)?;
    Ok(keys.check(file)?)
}

/// Hands one feature, whose shape is in this coordinate system, on as a row.
pub(super) fn hand_on(
    row: u64,
    raw: &RawValue,
    columns: &Columns,
    crs: Option<&Crs>,
    keys: &mut Keys<'_>,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    match Feature::of(raw) {
        Err(objection) => take(Row::refused(row, objection, as_json([("feature".into(), raw.get().into())]))),
        Ok(feature) => {
            let shape = if columns.wants_shape { feature.shape(crs) } else { Shape::None };
            let whole = || feature.whole();
            take(match keys.cells(feature.columns()) {
                Ok(cells) => Row::Record(Record { row, cells, shape, whole: &whole }),
                Err(objection) => Row::refused(row, objection, whole()),
            })
        }
    }
}

/// The object around the features.
struct Collection<'w, 'a> {
    file: &'w str,
    walk: &'w mut Walk<'a>,
    /// The system of the shapes, as far as it is known.
    crs: &'w RefCell<Option<Crs>>,
    /// Whether the recipe says the system: then it does not matter what the file says.
    is_crs_said: bool,
}

impl<'de> DeserializeSeed<'de> for Collection<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection (an array of objects is of format = \"json\")")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut has_features = false;
        while let Some(key) = object.next_key::<String>()? {
            let problem = match key.as_str() {
                "features" => {
                    has_features = true;
                    object.next_value_seed(Elements(self.walk))?;
                    None
                }
                "crs" => {
                    let raw = object.next_value::<Box<RawValue>>()?;
                    match system(&raw) {
                        _ if self.is_crs_said => None,
                        Ok(Some(_)) if has_features => {
                            Some("its crs stands behind the features: say it in the recipe, [geometry] crs".into())
                        }
                        Ok(crs) => {
                            self.crs.replace(crs);
                            None
                        }
                        Err(problem) => Some(problem),
                    }
                }
                "type" => {
                    let kind = object.next_value::<Box<RawValue>>()?;
                    (text(&kind).ok().as_deref() != Some("FeatureCollection"))
                        .then(|| format!("it is {} where a FeatureCollection should be", kind.get()))
                }
                _ => object.next_value::<IgnoredAny>().map(|_| None)?,
            };
            if let Some(problem) = problem {
                return Err(self.walk.stop(ImportError::source(self.file, problem).into()));
            }
        }
        if has_features { Ok(()) } else { Err(A::Error::missing_field("features")) }
    }
}

/// The system that a `crs` member (`GeoJSON` 2008 §3) names; `None`: lon-lat degrees on WGS84, as without it.
fn system(raw: &RawValue) -> Result<Option<Crs>, String> {
    #[derive(serde::Deserialize)]
    struct Named {
        properties: Properties,
    }
    #[derive(serde::Deserialize)]
    struct Properties {
        name: String,
    }
    if raw.get() == "null" {
        return Ok(None);
    }
    let name = serde_json::from_str::<Named>(raw.get()).map(|crs| crs.properties.name).ok();
    match name.as_deref().and_then(Crs::named) {
        Some(crs) if crs.code() == LON_LAT => Ok(None),
        Some(crs) => Ok(Some(crs)),
        None => {
            let crs = name.unwrap_or_else(|| raw.get().chars().take(200).collect());
            Err(format!("its crs is `{crs}`, which is not read; reproject it, e.g. with ogr2ogr -t_srs EPSG:4326"))
        }
    }
}

/// The members of one feature.
struct Feature<'a> {
    id: Option<&'a RawValue>,
    geometry: Option<&'a RawValue>,
    properties: Pairs<'a>,
}

impl<'a> Feature<'a> {
    fn of(raw: &'a RawValue) -> Result<Self, Objection> {
        let mut feature = Self { id: None, geometry: None, properties: Vec::new() };
        let mut is_feature = false;
        for (key, value) in pairs(raw)? {
            match &*key {
                "type" => is_feature = value.get() == "\"Feature\"",
                "id" => feature.id = Some(value),
                "geometry" if value.get() != "null" => feature.geometry = Some(value),
                "properties" if value.get() != "null" => feature.properties = pairs(value)?,
                _ => {}
            }
        }
        if is_feature {
            Ok(feature)
        } else {
            Err(Objection::to_row(raw.get(), Reason::BadRecord, "an object whose type is not `Feature`"))
        }
    }

    /// The properties, and the id of the feature where they have none.
    fn columns(&self) -> Pairs<'a> {
        let mut columns = self.properties.clone();
        if let Some(id) = self.id
            && !self.has(ID_COLUMN)
        {
            columns.push((ID_COLUMN.into(), id));
        }
        columns
    }

    fn has(&self, column: &str) -> bool {
        self.properties.iter().any(|(key, _)| key == column)
    }

    fn shape(&self, crs: Option<&Crs>) -> Shape {
        let Some(geometry) = self.geometry else { return Shape::Missing };
        match shape::parse(geometry.get(), crs) {
            Ok(shape) => Shape::Sound(shape),
            Err(problem) => Shape::Broken { text: geometry.get().into(), problem },
        }
    }

    fn whole(&self) -> String {
        let columns = self.columns();
        let name = if self.has("geometry") { "@geometry" } else { "geometry" };
        let geometry = self.geometry.map(|geometry| (Cow::Borrowed(name), Cow::Borrowed(geometry.get())));
        as_json(texts(&columns).chain(geometry))
    }
}

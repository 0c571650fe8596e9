//! The content of a feature: what it says, without its name; told apart by a hash, field by field, and as GeoJSON.

use geozero::ToJson;
use serde_json::{Map, Value as Json};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    model::{Collection, Feature, Value},
    space::{Geometry, LonLat},
    store::Version,
};

/// A hash of kind, geometry and known values, the same on every machine and in every version of this layout.
///
/// Values are named, so a definition that gains an empty field leaves the content as it is.
pub fn hash(of: &Collection, feature: &Feature, bytes: &mut Vec<u8>) -> u128 {
    bytes.clear();
    text(bytes, feature.kind.as_deref().unwrap_or_default());
    shape(bytes, &feature.geometry);
    for (field, value) in of.fields.iter().zip(&feature.values) {
        let tag = match value {
            Value::Unknown => continue,
            Value::Boolean(_) => 1,
            Value::Integer(_) => 2,
            Value::Number(_) => 3,
            Value::Date(_) => 4,
            Value::Text(_) => 5,
        };
        text(bytes, &field.name);
        bytes.push(tag);
        match value {
            Value::Unknown => {}
            Value::Boolean(b) => bytes.push(u8::from(*b)),
            Value::Integer(i) => bytes.extend(i.to_le_bytes()),
            Value::Number(n) => number(bytes, *n),
            Value::Date(d) => {
                bytes.extend(d.year().to_le_bytes());
                bytes.extend([d.month() as u8, d.day() as u8]);
            }
            Value::Text(t) => text(bytes, t),
        }
    }
    xxh3_128(bytes)
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    length(bytes, text.len());
    bytes.extend(text.as_bytes());
}

fn length(bytes: &mut Vec<u8>, length: usize) {
    bytes.extend((length as u64).to_le_bytes());
}

fn number(bytes: &mut Vec<u8>, number: f64) {
    // Adding zero makes the two zeros one.
    bytes.extend((number + 0.0).to_bits().to_le_bytes());
}

fn shape(bytes: &mut Vec<u8>, geometry: &Geometry) {
    match geometry {
        Geometry::Point(at) => {
            bytes.push(1);
            places(bytes, std::slice::from_ref(at));
        }
        Geometry::Points(all) => {
            bytes.push(2);
            places(bytes, all);
        }
        Geometry::Lines(lines) => {
            bytes.push(3);
            length(bytes, lines.len());
            lines.iter().for_each(|line| places(bytes, line));
        }
        Geometry::Areas(areas) => {
            bytes.push(4);
            length(bytes, areas.len());
            for area in areas {
                length(bytes, area.rings().count());
                area.rings().for_each(|ring| places(bytes, ring));
            }
        }
    }
}

fn places(bytes: &mut Vec<u8>, places: &[LonLat]) {
    length(bytes, places.len());
    for at in places {
        number(bytes, at.lon());
        number(bytes, at.lat());
    }
}

/// A feature as it stands in a layer.
#[derive(Debug)]
pub struct Standing {
    /// Its id.
    pub id: String,
    /// The revision that brought it.
    pub since: i64,
    /// Where the row that it was made of stood in the source, and the row as JSON.
    pub row: Option<i64>,
    /// JSON of that row.
    pub record: Option<String>,
    /// What it says, or why another program has left no feature there.
    pub feature: Result<Feature, String>,
}

impl Standing {
    /// The state as history tells it: the one that stands.
    pub fn version(self, of: &Collection) -> Version {
        let feature = self.geojson(of);
        let Self { id, since, row, record, .. } = self;
        Version { collection: of.id.to_string(), id, from: since, to: None, feature, row, record }
    }

    /// The state as GeoJSON; where it is no feature, with the reason.
    pub fn geojson(&self, of: &Collection) -> String {
        match &self.feature {
            Ok(feature) => geojson(of, feature),
            Err(problem) => serde_json::json!({
                "type": "Feature", "id": self.id, "geometry": null, "properties": {}, "problem": problem
            })
            .to_string(),
        }
    }

    /// What differs in the next state.
    pub fn differences(&self, of: &Collection, next: (&Collection, &Feature)) -> Vec<Difference> {
        match &self.feature {
            Ok(feature) => differences((of, feature), next),
            Err(problem) => {
                vec![Difference { field: "problem".into(), old: problem.as_str().into(), new: Json::Null }]
            }
        }
    }
}

/// One thing that a feature says otherwise than before.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Difference {
    /// Name of the field, `geometry` or `kind`.
    pub field: String,
    /// What was said; null where nothing was.
    pub old: Json,
    /// What is said now; null where nothing is.
    pub new: Json,
}

/// What differs between two states of a feature, each with the definition of its time.
fn differences(old: (&Collection, &Feature), new: (&Collection, &Feature)) -> Vec<Difference> {
    let (mut was, is) = (said(old.0, old.1), said(new.0, new.1));
    let mut found = Vec::new();
    for (field, new) in is {
        let old = was.remove(&field).unwrap_or_default();
        if old != new {
            found.push(Difference { field, old, new });
        }
    }
    // Fields that the new definition does not have, or that nobody fills any more.
    found.extend(was.into_iter().map(|(field, old)| Difference { field, old, new: Json::Null }));
    found
}

/// A state of a feature as GeoJSON.
fn geojson(of: &Collection, feature: &Feature) -> String {
    let mut properties = said(of, feature);
    let geometry = properties.remove("geometry");
    serde_json::json!({ "type": "Feature", "id": feature.id.as_str(), "geometry": geometry, "properties": properties })
        .to_string()
}

/// A state with this geometry instead of the one it has; what is no GeoJSON stays as it is.
pub fn with_geometry(feature: &str, geometry: &Geometry) -> String {
    let Ok(Json::Object(mut state)) = serde_json::from_str(feature) else { return feature.into() };
    state.insert("geometry".into(), shape_of(geometry));
    Json::Object(state).to_string()
}

fn shape_of(geometry: &Geometry) -> Json {
    let shape = geo_types::Geometry::from(geometry).to_json();
    shape.ok().and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// What a feature says, by field; what nobody has said is not in it.
fn said(of: &Collection, feature: &Feature) -> Map<String, Json> {
    let mut said = Map::new();
    said.insert("geometry".into(), shape_of(&feature.geometry));
    if let Some(kind) = &feature.kind {
        said.insert("kind".into(), kind.as_str().into());
    }
    for (field, value) in of.fields.iter().zip(&feature.values) {
        if !value.is_unknown() {
            // A value is a string, a finite number or a boolean: all of them are JSON.
            said.insert(field.name.clone(), serde_json::to_value(value).unwrap_or_default());
        }
    }
    said
}

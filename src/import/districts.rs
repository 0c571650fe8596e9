//! The `Districts` of a city say in which of them an object lies; what a source leaves unsaid is filled from them.

use super::{
    value::trimmed,
    warning::{Warning, Warnings},
};
use crate::{
    model::{Collection, Feature, FieldType, Text, Value},
    space::{Bands, Geometry, LonLat},
};

/// The areas of a city.
#[derive(Debug, Default)]
pub struct Districts(Vec<District>);

#[derive(Debug)]
pub(super) struct District {
    bands: Bands,
    name: Option<Text>,
    /// Its names, present and former, in one spelling.
    names: Vec<String>,
    katottg: Option<Text>,
}

impl Districts {
    /// The areas among the features of a collection, with their fields `name`, `former_name` and `katottg`.
    pub fn new<'f>(of: &Collection, features: impl IntoIterator<Item = &'f Feature>) -> Self {
        let district = |feature: &Feature| {
            let text = |field| match feature.value(of, field) {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            };
            let name = text("name");
            let former = text("former_name");
            let former = former.iter().flat_map(|names| names.split([';', ',']));
            let names = name.as_deref().into_iter().chain(former).map(bare).collect();
            Some(District { bands: Bands::of(&feature.geometry)?, name, names, katottg: text("katottg") })
        };
        Self(features.into_iter().filter_map(district).collect())
    }

    /// The one district that all places of the geometry lie in; `None` where there is none or more than one.
    fn around(&self, geometry: &Geometry) -> Option<&District> {
        let mut holding = self.0.iter().filter(|district| all(geometry, |at| district.bands.contains(at)));
        holding.next().filter(|_| holding.next().is_none())
    }
}

/// What is filled in the features of a collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filling<'a> {
    districts: &'a Districts,
    /// Places of the fields `district` and `katottg` in the collection.
    district: Option<usize>,
    katottg: Option<usize>,
}

impl<'a> Filling<'a> {
    /// `None` where the collection has neither of the fields.
    pub fn plan(districts: Option<&'a Districts>, collection: &Collection) -> Option<Self> {
        let index = |name| {
            let index = collection.field_index(name)?;
            let field = &collection.fields[index];
            (field.kind == FieldType::Text && field.values.is_empty()).then_some(index)
        };
        let (district, katottg) = (index("district"), index("katottg"));
        (district.is_some() || katottg.is_some()).then_some(Self { districts: districts?, district, katottg })
    }

    /// The district of an object and what it fills with it.
    pub fn around(self, geometry: &Geometry) -> Option<Around<'a>> {
        Some(Around { filling: self, district: self.districts.around(geometry)? })
    }
}

/// What is known of the surroundings of one object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Around<'a> {
    filling: Filling<'a>,
    district: &'a District,
}

impl Around<'_> {
    /// The value of a field that the source leaves unsaid.
    pub fn value(&self, field: usize) -> Value {
        let text = match Some(field) {
            field if field == self.filling.district => &self.district.name,
            field if field == self.filling.katottg => &self.district.katottg,
            _ => &None,
        };
        text.clone().map_or(Value::Unknown, Value::Text)
    }

    /// Fills what is unknown; what the source says otherwise is kept, with a warning.
    pub fn fill(&self, values: &mut [Value], warnings: &mut Warnings) {
        let Self { filling: Filling { district, katottg, .. }, district: found } = self;
        for (field, warning) in [(district, Warning::OtherDistrict), (katottg, Warning::OtherKatottg)] {
            let Some(field) = *field else { continue };
            let agrees = match &values[field] {
                Value::Text(said) if warning == Warning::OtherDistrict => found.is_called(said),
                Value::Text(said) => found.katottg.as_ref().is_none_or(|code| is_within(code, said)),
                _ => {
                    values[field] = self.value(field);
                    true
                }
            };
            if !agrees {
                warnings.add(warning);
            }
        }
    }
}

impl District {
    fn is_called(&self, said: &str) -> bool {
        self.names.is_empty() || self.names.contains(&bare(said))
    }
}

fn all(geometry: &Geometry, mut holds: impl FnMut(LonLat) -> bool) -> bool {
    match geometry {
        Geometry::Point(at) => holds(*at),
        Geometry::Points(all) => all.iter().all(|at| holds(*at)),
        Geometry::Lines(lines) => lines.iter().all(|line| line.iter().all(|at| holds(*at))),
        Geometry::Areas(areas) => areas.iter().all(|area| area.outer().iter().all(|at| holds(*at))),
    }
}

/// The name of a district without its kind: `Саксаганський р-н`, `район Саксаганський`.
fn bare(name: &str) -> String {
    let name = trimmed(name).to_lowercase().replace(['\'', 'ʼ', '`', '‘'], "’");
    let words =
        name.split([' ', '\u{a0}', '.']).filter(|word| !matches!(*word, "" | "район" | "р-н" | "рн" | "district"));
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the territory of the code is that of the other one or lies in it.
///
/// A code is `UA`, the numbers of region, raion, hromada, settlement and district of a city (2, 2, 3, 3 and 2 digits, zeros
/// for all of it), and five digits of its own (order № 290 of 26.11.2020).
fn is_within(code: &str, other: &str) -> bool {
    const LEVELS: [std::ops::Range<usize>; 5] = [2..4, 4..6, 6..9, 9..12, 12..14];
    let (code, other) = (trimmed(code), trimmed(other));
    if code.eq_ignore_ascii_case(other) {
        return true;
    }
    let is_code = |code: &str| code.len() == 19 && code.is_ascii();
    let is_all = |level: &&std::ops::Range<usize>| other[(*level).clone()].bytes().all(|b| b == b'0');
    is_code(code)
        && is_code(other)
        && LEVELS.iter().any(|level| is_all(&level))
        && LEVELS.iter().take_while(|level| !is_all(level)).all(|level| code[level.clone()] == other[level.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_city_agrees_with_its_districts_and_no_other() {
        let district = "UA12060170010585703";
        assert!(is_within(district, "UA12060170010065850"), "its city");
        assert!(is_within(district, "UA12060170000091033"), "its hromada");
        assert!(is_within(district, "ua12060170010585703"));
        assert!(!is_within(district, "UA12060170010643671"), "another district");
        assert!(!is_within(district, "UA12060170020084226"), "another settlement");
        assert!(!is_within("UA12060170010065850", district), "a city is not in its district");
        for text in ["", "UA1", "1211000000", "UA1206017001ї585703"] {
            assert!(!is_within(district, text), "{text}");
        }
    }

    #[test]
    fn the_kind_of_a_district_is_no_part_of_its_name() {
        for text in ["Саксаганський", "Саксаганський район", "р-н Саксаганський", "САКСАГАНСЬКИЙ Р-Н."]
        {
            assert_eq!(bare(text), "саксаганський", "{text}");
        }
    }
}

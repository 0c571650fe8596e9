//! The national lists as they are published: header, a row, and what the row says. Offices, people and numbers are invented.

// A list is one table, however long.
#![allow(clippy::too_many_lines)]

mod advertising;
mod land;
mod property;
mod safety;

use mapa::model::Value;

/// One list and the recipe for it.
pub struct List {
    pub recipe: &'static str,
    /// The columns in the order of publication.
    pub header: &'static [&'static str],
    /// A good row: the columns that say something.
    pub row: &'static [(&'static str, &'static str)],
    pub kind: Option<&'static str>,
    /// The fields of the feature; all others are unknown.
    pub fields: Vec<(&'static str, Value)>,
    /// The columns that no source may lack.
    pub needed: &'static [&'static str],
    /// The other names of columns that are met in the wild.
    pub also_named: &'static [(&'static str, &'static [&'static str])],
    /// Texts that are refused: column, text, reason.
    pub faults: &'static [(&'static str, &'static str, &'static str)],
}

fn day(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

fn text(text: &str) -> Value {
    Value::from(text)
}

const STREET: (&str, &[&str]) =
    ("addressThoroughfare", &["addressPostStreet", "adressThoroughfare", "adressPostStreet"]);
const NUMBER: (&str, &[&str]) = ("addressLocatorDesignator", &["adressLocatorDesignator"]);
const BLOCK: (&str, &[&str]) = ("addressLocatorBuilding", &["adressLocatorBuilding"]);
const SETTLEMENT: (&str, &[&str]) = ("addressPostName", &["adressPostName"]);
const DISTRICT: (&str, &[&str]) = ("addressPostDistrict", &["adressPostDistrict"]);
const POST_CODE: (&str, &[&str]) = ("addressPostCode", &["adressPostCode"]);
const TERRITORY: (&str, &[&str]) = ("CATUTTC", &["atuCode"]);
const AUTHORITY: (&str, &[&str]) = ("authorityId", &["authoritytId", "authoritytld", "authorityld"]);

pub fn all() -> Vec<List> {
    vec![
        advertising::permits(),
        advertising::distributors(),
        property::buildings(),
        property::leased(),
        land::commerce(),
        land::acts(),
        land::addresses(),
        safety::shelters(),
    ]
}

//! `Facts` are what a person wrote down of the demonstration city: read from TOML and checked once.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use serde::{Deserialize, de::DeserializeOwned};

/// All files of facts.
pub struct Facts {
    pub(super) districts: Districts,
    pub(super) waters: Waters,
    pub(super) greens: Greens,
    pub(super) network: Network,
    pub(super) quarters: Vec<Quarter>,
    pub(super) street_names: StreetNames,
    pub(super) transport: Transport,
    pub(super) air: Vec<AirPost>,
    pub(super) objects: Objects,
    pub(super) values: BTreeMap<String, ValueFact>,
    pub(super) photos: Photos,
}

impl Facts {
    /// Reads the facts from their files, `(name, text)`.
    pub fn read(files: &[(String, String)]) -> anyhow::Result<Self> {
        let quarters: Quarters = parse(files, "quarters.toml")?;
        let air: Air = parse(files, "air.toml")?;
        Ok(Self {
            districts: parse(files, "districts.toml")?,
            waters: parse(files, "waters.toml")?,
            greens: parse(files, "greens.toml")?,
            network: parse(files, "network.toml")?,
            quarters: quarters.quarter,
            street_names: parse(files, "street-names.toml")?,
            transport: parse(files, "transport.toml")?,
            air: air.post,
            objects: parse(files, "objects.toml")?,
            values: parse(files, "values.toml")?,
            photos: parse::<Photos>(files, "photos.toml")?.checked()?,
        })
    }
}

fn parse<T: DeserializeOwned>(files: &[(String, String)], name: &str) -> anyhow::Result<T> {
    let (_, text) = files.iter().find(|(file, _)| file == name).ok_or_else(|| anyhow!("{name} is missing"))?;
    toml::from_str(text).with_context(|| format!("in {name}"))
}

/// `[lon, lat]` in degrees.
pub type Degrees = [f64; 2];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Districts {
    pub junctions: BTreeMap<String, Degrees>,
    pub arcs: BTreeMap<String, Arc>,
    pub district: Vec<District>,
}

/// A border between two junctions, shared by the districts on its sides.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arc {
    pub from: String,
    pub to: String,
    pub via: Vec<Degrees>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    pub code: String,
    pub uk: String,
    pub en: String,
    /// The name before it was renamed.
    pub former: Option<String>,
    pub population: i64,
    /// Arcs counter-clockwise, "-" before an arc walked backwards.
    pub ring: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waters {
    pub river: Vec<River>,
    pub body: Vec<Body>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct River {
    pub uk: String,
    pub en: String,
    pub kind: String,
    pub length_km: f64,
    pub width_m: f64,
    pub course: Vec<Degrees>,
}

/// A water body: its shore, or a blob about a centre.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    pub uk: String,
    pub en: String,
    pub kind: String,
    pub depth_m: f64,
    #[serde(default)]
    pub shore: Vec<Degrees>,
    #[serde(default)]
    pub at: Degrees,
    #[serde(default)]
    pub half_length_m: f64,
    #[serde(default)]
    pub half_width_m: f64,
    #[serde(default)]
    pub azimuth_deg: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Greens {
    pub blob: Vec<Blob>,
    pub belt: Vec<Belt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    pub uk: String,
    pub en: String,
    pub kind: String,
    pub at: Degrees,
    pub half_length_m: f64,
    pub half_width_m: f64,
    pub azimuth_deg: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Belt {
    pub uk: String,
    pub en: String,
    pub kind: String,
    pub width_m: f64,
    pub line: Vec<Degrees>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    pub crossings: BTreeMap<String, Degrees>,
    pub street: Vec<NetworkStreet>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkStreet {
    pub class: Class,
    pub name: String,
    pub through: Vec<String>,
}

/// How much a street carries.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    Arterial,
    Main,
    Local,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quarters {
    quarter: Vec<Quarter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarter {
    pub name: String,
    pub kind: QuarterKind,
    pub at: Degrees,
    pub half_length_m: f64,
    pub half_width_m: f64,
    pub azimuth_deg: f64,
}

/// What is built in a quarter.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum QuarterKind {
    Centre,
    Apartments,
    Houses,
    Industry,
    Village,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreetNames {
    pub adjectives: Vec<String>,
    pub genitives: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transport {
    pub terminus: Vec<Terminus>,
    pub rapid_tram: RapidTram,
    pub operators: BTreeMap<String, String>,
    pub stop_names: Vec<String>,
}

/// Where routes start and end: a crossing of the network.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminus {
    pub name: String,
    pub crossing: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RapidTram {
    /// Station names and places, north to south.
    pub station: Vec<Station>,
    /// First and last station of each route, counted from 0.
    pub routes: Vec<[usize; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Station {
    pub name: String,
    pub at: Degrees,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Air {
    post: Vec<AirPost>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirPost {
    pub uk: String,
    pub en: String,
    pub kind: String,
    pub at: Degrees,
}

/// `objects.toml`: the lists, and each collection by its id.
#[derive(Deserialize)]
pub struct Objects {
    pub lists: Lists,
    #[serde(flatten)]
    pub collections: BTreeMap<String, Stock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    pub words: Vec<String>,
    pub surnames: Vec<String>,
}

/// What is on photos, and of which collections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photos {
    /// The share of objects that have one.
    pub share: f64,
    /// The share of those that have a second one.
    pub second: f64,
    /// Pictures of each scene, at least two.
    pub variants: usize,
    /// Scene → ids of collections.
    pub scenes: BTreeMap<String, Vec<String>>,
}

impl Photos {
    fn checked(self) -> anyhow::Result<Self> {
        anyhow::ensure!(self.variants >= 2, "photos.toml: variants is at least 2");
        Ok(self)
    }
}

/// How much of a collection the city has, how it is named and where it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    pub count: u64,
    pub names: Vec<String>,
    #[serde(default)]
    pub names_en: Vec<String>,
    pub place: PlaceKind,
}

/// What a collection's objects stand near.
#[derive(Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum PlaceKind {
    Housing,
    Centre,
    Street,
    Industry,
    Green,
    Water,
    Edge,
}

/// What the values of a field may be; a field is unknown in `unknown` of all objects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueFact {
    #[serde(default)]
    pub unknown: f64,
    /// Least and greatest number.
    pub between: Option<[f64; 2]>,
    /// Decimals of a number.
    #[serde(default)]
    pub decimals: u32,
    /// First and last day.
    pub days: Option<[toml::value::Datetime; 2]>,
    /// Texts, one of which is taken; `{0-99}` becomes a number of that span.
    #[serde(default)]
    pub texts: Vec<String>,
    /// How many texts are joined by a comma.
    pub several: Option<[i64; 2]>,
    /// Share of yes.
    pub yes: Option<f64>,
    /// Shares of the values of a closed list, in its order.
    #[serde(default)]
    pub shares: Vec<f64>,
}

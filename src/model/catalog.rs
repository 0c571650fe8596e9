//! The `Catalog` is the filter tree: sectors → service areas → collections, read from TOML and checked for holes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{Span, civil::Date};
use serde::Deserialize;

use super::{
    Audience, Chart, Choice, Collection, CollectionId, Field, FieldType, GeometryKind, TextFormat, Title,
    collection::OTHER_SERVICE_AREA,
};

/// Field names that mean something else in answers, tiles or the store.
pub const RESERVED_FIELDS: [&str; 21] = [
    "id",
    "collection",
    "sector",
    "kind",
    "geometry",
    "geom",
    "fid",
    "distance_m",
    "bearing_deg",
    "rank",
    "icon",
    "color",
    "ctid",
    "tableoid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
    POSITION_FIELDS[0],
    POSITION_FIELDS[1],
    PHOTO_FIELDS[0],
];

/// The fields of features that were placed by their address: how they were placed, and how exactly. An import adds them.
pub const POSITION_FIELDS: [&str; 2] = ["position", "position_precision"];

/// The fields of features that have photos: their names, and whom to credit for them. An import adds them; of the second
/// a recipe may say the column.
pub const PHOTO_FIELDS: [&str; 2] = ["photos", "photos_credit"];

/// All collections a city may fill and the tree they hang on.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// In the order the catalog gives them: what people look for most often comes first.
    pub sectors: Vec<Sector>,
    /// Every collection by id, those that only carry the map included.
    pub collections: BTreeMap<CollectionId, Collection>,
    /// The dictionary that collections take their fields from.
    pub fields: BTreeMap<String, Field>,
}

/// Галузь: the first step of the filter tree.
#[derive(Debug, Clone)]
pub struct Sector {
    /// Stable word.
    pub id: String,
    /// What people read.
    pub title: Title,
    /// `#rrggbb` on the map.
    pub color: String,
    /// Name of its icon.
    pub icon: String,
    /// Its place among the sectors.
    pub order: u32,
    /// In the order of the file.
    pub service_areas: Vec<ServiceArea>,
}

/// Сфера обслуговування: the second step.
#[derive(Debug, Clone)]
pub struct ServiceArea {
    /// Stable word, unique over the catalog.
    pub id: String,
    /// What people read.
    pub title: Title,
    /// The thematic resources in it, in the order of the file.
    pub collections: Vec<CollectionId>,
}

/// A hole in the catalog and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// Name of the file.
    pub file: String,
    /// Which entry of it.
    pub entry: String,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.entry, self.problem)
    }
}

impl Catalog {
    /// Reads the catalog from its files, `(name, text)`: `fields.toml`, `offices.toml`, `base/…` and one file a sector.
    ///
    /// All flaws are found at once; a catalog with a flaw is none.
    pub fn read(files: &[(String, String)]) -> Result<Self, Vec<Flaw>> {
        let mut reader = Reader::default();
        let fields = reader.dictionary(files, "fields.toml");
        let offices = reader.offices(files, "offices.toml");
        let fields = reader.fields(fields);
        let mut catalog = Self { sectors: Vec::new(), collections: BTreeMap::new(), fields };
        for (name, text) in files {
            if matches!(name.as_str(), "fields.toml" | "offices.toml") {
            } else if name.starts_with("base/") {
                if let Some(base) = reader.parse::<BaseFile>(name, text) {
                    for entry in base.collection {
                        let area = entry.service_area.clone();
                        reader.collection(name, entry, area, &offices, &mut catalog);
                    }
                }
            } else if let Some(sector) = reader.parse::<SectorFile>(name, text) {
                reader.sector(name, sector, &offices, &mut catalog);
            }
        }
        catalog.sectors.sort_by_key(|sector| sector.order);
        reader.tree(&mut catalog);
        if reader.flaws.is_empty() {
            Ok(catalog)
        } else {
            reader.flaws.sort();
            Err(reader.flaws)
        }
    }

    /// The icons that its sectors and collections name, some more than once.
    pub fn icons(&self) -> impl Iterator<Item = &str> {
        let of_sectors = self.sectors.iter().map(|sector| sector.icon.as_str());
        of_sectors.chain(self.collections.values().map(|collection| collection.icon.as_str()))
    }

    /// The sector a service area belongs to.
    pub fn sector_of(&self, service_area: &str) -> Option<&Sector> {
        self.sectors.iter().find(|sector| sector.service_areas.iter().any(|area| area.id == service_area))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SectorFile {
    id: String,
    order: u32,
    title: Title,
    color: String,
    icon: String,
    service_area: Vec<AreaEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaEntry {
    id: String,
    title: Title,
    collection: Vec<CollectionEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaseFile {
    collection: Vec<CollectionEntry>,
}

/// A collection as a catalog file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CollectionEntry {
    id: String,
    title: Title,
    geometry: GeometryKind,
    fields: Vec<String>,
    kinds: Vec<Choice>,
    author: String,
    post: Title,
    licence: String,
    update_period: String,
    next_due: toml::value::Datetime,
    audience: Audience,
    min_zoom: u8,
    icon: String,
    priority: u8,
    service_area: Option<String>,
}

/// A field as the dictionary writes it; its name is the key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldEntry {
    #[serde(rename = "type")]
    kind: FieldType,
    title: Title,
    unit: Option<String>,
    format: Option<TextFormat>,
    #[serde(default)]
    values: Vec<Choice>,
    chart: Option<Chart>,
    #[serde(default)]
    adds_up: bool,
}

#[derive(Default)]
struct Reader {
    flaws: Vec<Flaw>,
}

impl Reader {
    fn flaw(&mut self, file: &str, entry: &str, problem: impl Into<String>) {
        self.flaws.push(Flaw { file: file.into(), entry: entry.into(), problem: problem.into() });
    }

    fn parse<T: for<'de> Deserialize<'de>>(&mut self, file: &str, text: &str) -> Option<T> {
        match toml::from_str(text) {
            Ok(parsed) => Some(parsed),
            Err(error) => {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                self.flaw(file, &format!("line {line}"), error.message());
                None
            }
        }
    }

    fn named<'a>(&mut self, files: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let found = files.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str());
        if found.is_none() {
            self.flaw(name, "file", "is missing");
        }
        found
    }

    fn dictionary(&mut self, files: &[(String, String)], name: &str) -> BTreeMap<String, FieldEntry> {
        self.named(files, name).and_then(|text| self.parse(name, text)).unwrap_or_default()
    }

    fn offices(&mut self, files: &[(String, String)], name: &str) -> BTreeMap<String, Title> {
        let offices: BTreeMap<String, Title> =
            self.named(files, name).and_then(|text| self.parse(name, text)).unwrap_or_default();
        for (id, title) in &offices {
            self.title(name, id, title);
        }
        offices
    }

    fn fields(&mut self, entries: BTreeMap<String, FieldEntry>) -> BTreeMap<String, Field> {
        const FILE: &str = "fields.toml";
        let mut fields = BTreeMap::new();
        for (name, entry) in entries {
            if !is_field_name(&name) {
                self.flaw(FILE, &name, "a field name is lower snake case ASCII and not a reserved word");
            }
            self.title(FILE, &name, &entry.title);
            self.choices(FILE, &name, &entry.values);
            if entry.kind != FieldType::Text && (entry.format.is_some() || !entry.values.is_empty()) {
                self.flaw(FILE, &name, "only a text may have a format or a list of values");
            }
            let FieldEntry { kind, title, unit, format, values, chart, adds_up } = entry;
            let field = Field { name, kind, title, unit, format, values, chart, adds_up, unique: false };
            if let Some(flaw) = field.flaw_of_plot() {
                self.flaw(FILE, &field.name, flaw);
            }
            fields.insert(field.name.clone(), field);
        }
        fields
    }

    fn sector(&mut self, file: &str, entry: SectorFile, offices: &BTreeMap<String, Title>, catalog: &mut Catalog) {
        self.title(file, &entry.id, &entry.title);
        let is_color = entry.color.len() == 7
            && entry.color.starts_with('#')
            && entry.color[1..].chars().all(|c| c.is_ascii_hexdigit());
        if !is_color {
            self.flaw(file, &entry.id, format!("color `{}` is not #rrggbb", entry.color));
        }
        if entry.icon.is_empty() {
            self.flaw(file, &entry.id, "icon is empty");
        }
        let mut service_areas = Vec::new();
        for area in entry.service_area {
            self.title(file, &area.id, &area.title);
            if area.collection.is_empty() {
                self.flaw(file, &area.id, "a service area without collections");
            }
            let mut collections = Vec::new();
            for collection in area.collection {
                if collection.service_area.is_some() {
                    self.flaw(file, &collection.id, "service_area is said by the place in the file");
                }
                collections.extend(CollectionId::new(&collection.id));
                self.collection(file, collection, Some(area.id.clone()), offices, catalog);
            }
            service_areas.push(ServiceArea { id: area.id, title: area.title, collections });
        }
        let SectorFile { id, order, title, color, icon, .. } = entry;
        let sector = Sector { id, title, color, icon, order, service_areas };
        if let Some(other) = catalog.sectors.iter().find(|other| other.order == sector.order) {
            self.flaw(file, &sector.id, format!("`{}` has the same order {}", other.id, sector.order));
        }
        if catalog.sectors.iter().any(|other| other.id == sector.id) {
            self.flaw(file, &sector.id, "a second sector with this id");
        }
        catalog.sectors.push(sector);
    }

    fn collection(
        &mut self,
        file: &str,
        entry: CollectionEntry,
        service_area: Option<String>,
        offices: &BTreeMap<String, Title>,
        catalog: &mut Catalog,
    ) {
        let at = entry.id.clone();
        self.title(file, &at, &entry.title);
        self.title(file, &at, &entry.post);
        self.choices(file, &at, &entry.kinds);
        if entry.kinds.is_empty() {
            self.flaw(file, &at, "no kinds");
        }
        let mut fields = Vec::new();
        let mut seen = BTreeSet::new();
        for name in &entry.fields {
            match catalog.fields.get(name) {
                Some(field) if seen.insert(name) => fields.push(field.clone()),
                Some(_) => self.flaw(file, &at, format!("field `{name}` stands twice")),
                None => self.flaw(file, &at, format!("field `{name}` is not in fields.toml")),
            }
        }
        if fields.is_empty() {
            self.flaw(file, &at, "no fields");
        }
        let author = offices.get(&entry.author).cloned();
        if author.is_none() {
            self.flaw(file, &at, format!("author `{}` is not in offices.toml", entry.author));
        }
        if entry.update_period.parse::<Span>().is_err() {
            self.flaw(file, &at, format!("update_period `{}` is not an ISO 8601 duration", entry.update_period));
        }
        let next_due = entry.next_due.to_string().parse::<Date>().ok();
        if next_due.is_none() {
            self.flaw(file, &at, format!("next_due `{}` is not a date", entry.next_due));
        }
        if entry.licence.is_empty() || entry.icon.is_empty() {
            self.flaw(file, &at, "licence or icon is empty");
        }
        if entry.min_zoom > 16 || entry.priority > 100 {
            self.flaw(file, &at, "min_zoom is at most 16 and priority at most 100");
        }
        let id = match CollectionId::new(&entry.id) {
            Ok(id) => id,
            Err(bad) => return self.flaw(file, &at, bad.to_string()),
        };
        let collection = Collection {
            id: id.clone(),
            title: entry.title,
            geometry: entry.geometry,
            fields,
            kinds: entry.kinds,
            service_area,
            author,
            post: Some(entry.post),
            licence: Some(entry.licence),
            update_period: Some(entry.update_period),
            next_due,
            audience: entry.audience,
            min_zoom: entry.min_zoom,
            icon: entry.icon,
            priority: entry.priority,
        };
        if catalog.collections.insert(id, collection).is_some() {
            self.flaw(file, &at, "a second collection with this id");
        }
    }

    /// Hangs the collections that carry the map on the service areas they name and adds the place for those that name none.
    fn tree(&mut self, catalog: &mut Catalog) {
        let mut seen = BTreeSet::new();
        for sector in &catalog.sectors {
            for area in &sector.service_areas {
                if !seen.insert(&area.id) {
                    self.flaw(&sector.id, &area.id, "a second service area with this id");
                }
            }
        }
        let mut areas = catalog.sectors.iter_mut().flat_map(|sector| &mut sector.service_areas).collect::<Vec<_>>();
        for collection in catalog.collections.values() {
            let Some(wanted) = &collection.service_area else { continue };
            match areas.iter_mut().find(|area| area.id == *wanted) {
                Some(area) if area.collections.contains(&collection.id) => {}
                Some(area) => area.collections.push(collection.id.clone()),
                None => self.flaw("base", collection.id.as_str(), format!("service area `{wanted}` is in no sector")),
            }
        }
        catalog.sectors.push(other_sector());
    }

    fn title(&mut self, file: &str, entry: &str, title: &Title) {
        if title.has_hole() {
            self.flaw(file, entry, "a title lacks Ukrainian or English");
        }
    }

    fn choices(&mut self, file: &str, entry: &str, choices: &[Choice]) {
        let mut seen = BTreeSet::new();
        for choice in choices {
            self.title(file, entry, &choice.title);
            if choice.id.is_empty() || !choice.id.is_ascii() {
                self.flaw(file, entry, format!("`{}` is not a word in ASCII", choice.id));
            }
            if !seen.insert(&choice.id) {
                self.flaw(file, entry, format!("`{}` stands twice in a list", choice.id));
            }
        }
    }
}

/// Whether the word may name a field: lower snake case ASCII, a letter first, not reserved, and not the store's own (`mapa_…`).
pub fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 63
        && !RESERVED_FIELDS.contains(&name)
        && !name.starts_with("mapa_")
}

/// Where collections stand that a recipe declares without naming a service area.
fn other_sector() -> Sector {
    let title = || Title { uk: "Інше".into(), en: "Other".into() };
    Sector {
        id: OTHER_SERVICE_AREA.into(),
        title: title(),
        color: "#5f6b7a".into(),
        icon: "marker".into(),
        order: u32::MAX,
        service_areas: vec![ServiceArea { id: OTHER_SERVICE_AREA.into(), title: title(), collections: Vec::new() }],
    }
}

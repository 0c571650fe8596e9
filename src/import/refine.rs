//! To refine is to make a typed feature of a raw record, or to say what is wrong with it.

use std::collections::HashMap;

use anyhow::Context;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::{
    Gazetteer, Outcome, Reason, Recipe, Report,
    address::AddressPlan,
    cell::{Cell, spelling},
    districts::{Around, Filling},
    kind::{Kind, KindPlan},
    meaning,
    outcome::{Objection, Origin},
    photos::PhotoPlan,
    place::{Place, exchanged_into, holds},
    position,
    recipe::{FieldSource, IdSource},
    record::{Columns, Record, Row, Shape},
    rules::Rules,
    spellings::Spellings,
    value::{self, is_nothing, trimmed},
    warning::{Warning, Warnings},
    wkt::Outline,
    words::Words,
};
use crate::{
    model::{Choice, Collection, Feature, FeatureError, FeatureId, Field, FieldType, Text, TextFormat, Value},
    space::{BBox, Geometry},
};

/// Makes features of the records of one import.
pub(super) struct Refinery<'a> {
    collection: &'a Collection,
    id: IdPlan,
    /// The slot of the column with further ids.
    aliases: Option<usize>,
    photos: Option<PhotoPlan>,
    keeps_rows: bool,
    place: Option<Place>,
    outline: Option<Outline>,
    address: Option<AddressPlan>,
    places: &'a Gazetteer,
    filling: Option<Filling<'a>>,
    bounds: Option<BBox>,
    kind: Option<KindPlan>,
    fields: Vec<FieldPlan>,
    /// The text of each of them.
    texts: Vec<Cell>,
    words: Words,
    /// The row of every id so far, by its 128-bit hash: the one thing here that grows with the source.
    rows: HashMap<u128, u64>,
    report: Report,
}

enum IdPlan {
    Slot(usize),
    HashOf(Vec<usize>),
}

struct FieldPlan {
    slot: usize,
    /// Place of the field in the collection.
    index: usize,
    /// Place of the field that keeps what was written, where the collection has one and the recipe does not fill it.
    original: Option<usize>,
    required: bool,
    phone_area: Option<String>,
    rules: Rules,
    /// Further spellings of a closed list, in lower case.
    synonyms: HashMap<String, Text>,
    spellings: Spellings,
}

impl<'a> Refinery<'a> {
    /// The refinery and the columns it wants of every record.
    pub fn new(recipe: &Recipe, collection: &'a Collection, places: &'a Gazetteer) -> anyhow::Result<(Columns, Self)> {
        let mut columns = Columns::of(recipe.naming.clone());
        let id = match &recipe.id {
            IdSource::Column(column) => IdPlan::Slot(columns.slot(column, "[id] column")),
            IdSource::HashOf(all) => {
                IdPlan::HashOf(all.iter().map(|column| columns.slot(column, "[id] hash_of")).collect())
            }
        };
        let aliases = recipe.aliases.as_ref().map(|column| columns.slot(column, "[id] aliases"));
        let place = Place::plan(&recipe.geometry, &mut columns);
        let outline = Outline::plan(&recipe.geometry, &mut columns);
        let address = recipe.geometry.address.as_ref().map(|address| AddressPlan::new(address, &mut columns));
        let photos = recipe.photos.as_ref().map(|photos| PhotoPlan::new(photos, &mut columns));
        columns.wants_shape = place.is_none() && outline.is_none();
        columns.crs.clone_from(&recipe.geometry.crs);
        let kind = recipe.kind.as_ref().map(|kind| KindPlan::new(kind, &mut columns));
        let mut texts = Vec::new();
        let fields = recipe.fields.iter().map(|(name, source)| {
            let index = collection
                .field_index(name)
                .with_context(|| format!("the collection `{}` has no field `{name}`", collection.id))?;
            let text = Cell::plan(name, source.get_ref(), &mut columns);
            let slot = text.slot();
            texts.push(text);
            let required = source.get_ref().required;
            let phone_area = source.get_ref().phone_area.as_ref().map(|area| area.get_ref().clone());
            let rules = Rules::of(source.get_ref(), &collection.fields[index], collection);
            let (synonyms, spellings) = (synonyms(source.get_ref()), Spellings::default());
            let original = original_of(&collection.fields[index], collection, recipe);
            anyhow::Ok(FieldPlan { slot, index, original, required, phone_area, rules, synonyms, spellings })
        });
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        if let Some(column) = columns.ambiguous() {
            anyhow::bail!("the recipe names the column `{column}` for two columns at once");
        }
        if let Some(column) = columns.unused() {
            anyhow::bail!("[source] speaks of a column `{column}`, which the recipe reads nothing from");
        }
        let bounds = recipe.geometry.bounds;
        let (words, rows, report) = (Words::default(), HashMap::new(), Report::default());
        let keeps_rows = recipe.within.keeps_rows;
        let refinery = Self {
            collection,
            id,
            aliases,
            photos,
            keeps_rows,
            place,
            outline,
            address,
            places,
            filling: Filling::plan(places.districts.as_deref().filter(|_| recipe.districts.is_some()), collection),
            bounds,
            kind,
            fields,
            texts,
            words,
            rows,
            report,
        };
        Ok((columns, refinery))
    }

    /// What becomes of a row.
    pub fn refine(&mut self, row: Row<'_>, columns: &Columns) -> anyhow::Result<Outcome> {
        let outcome = match row {
            Row::Refused(rejection) => Outcome::Rejection(rejection),
            Row::Record(record) => {
                let Record { row, cells, shape, whole } = record;
                match self.feature(row, &cells, shape, columns)? {
                    Ok((feature, aliases)) => {
                        let photos = self.photos.as_ref().map_or_else(Vec::new, |plan| plan.mentions(&cells, columns));
                        let record = self.keeps_rows.then(whole);
                        Outcome::Feature(feature, Origin { row, record, aliases, photos })
                    }
                    Err(objection) => Outcome::Rejection(objection.reject(row, whole())),
                }
            }
        };
        self.report.count(&outcome);
        Ok(outcome)
    }

    /// Counts what a reader of a format has to say beside its rows.
    pub fn warn(&mut self, warning: &'static str, count: u64) {
        self.report.note(warning, count);
    }

    /// Says which columns the source lacks that it may lack.
    pub fn lacks(&mut self, columns: Vec<String>) {
        self.report.absent_columns = columns;
    }

    /// The tally of all rows.
    pub fn report(self) -> Report {
        self.report
    }

    fn feature(
        &mut self,
        row: u64,
        cells: &[impl AsRef<str>],
        shape: Shape,
        columns: &Columns,
    ) -> anyhow::Result<Result<(Feature, Vec<String>), Objection>> {
        let mut warnings = Warnings::default();
        let parts = || {
            let id = self.id(cells, columns)?;
            let aliases = self.aliases(&id, cells, columns)?;
            let (geometry, is_geocoded) = match self.house(cells, &shape, columns)? {
                Some(house) => (house, true),
                None => (self.geometry(cells, shape, columns, &mut warnings)?, false),
            };
            let around = self.filling.and_then(|filling| filling.around(&geometry));
            let mut values = self.values(cells, columns, around, &mut warnings)?;
            if is_geocoded {
                position::mark(self.collection, &mut values);
            }
            Ok((id, aliases, geometry, values, is_geocoded))
        };
        let (id, aliases, geometry, values, is_geocoded) = match parts() {
            Ok(parts) => parts,
            Err(objection) => return Ok(Err(objection)),
        };
        let kind = match self.kind.as_mut().map_or(Kind::Unsaid, |plan| plan.kind(cells, self.collection)) {
            Kind::Unsaid => None,
            Kind::Unknown => {
                warnings.add(Warning::UnknownKind);
                None
            }
            Kind::Known(id) => Some(id),
        };
        let id_column = match &self.id {
            IdPlan::Slot(slot) => Some(columns.name(*slot)),
            IdPlan::HashOf(_) => None,
        };
        let objection =
            |reason, detail| Objection { column: id_column.map(Into::into), text: id.clone(), reason, detail };
        let geometry_type = geometry.geojson_type();
        let feature = match Feature::new(self.collection, &id, kind, geometry, values) {
            Ok(feature) => feature,
            Err(error @ FeatureError::Id(_)) => return Ok(Err(objection(Reason::BadId, error.to_string()))),
            Err(error @ FeatureError::Geometry { .. }) => {
                return Ok(Err(Objection::to_row(geometry_type, Reason::WrongGeometry, error.to_string())));
            }
            // Types, kinds and widths are of our own making: a fault here is no fault of the row.
            Err(error) => return Err(error).with_context(|| format!("row {row}")),
        };
        if let Some(first) = self.row_of(&id) {
            return Ok(Err(objection(Reason::DuplicateId, format!("row {first} has the same id"))));
        }
        if let (Some(slot), Some((alias, first))) =
            (self.aliases, aliases.iter().find_map(|alias| Some((alias, self.row_of(alias)?))))
        {
            let detail = format!("row {first} has the same id");
            return Ok(Err(Objection::to_column(columns.name(slot), alias, Reason::DuplicateId, detail)));
        }
        for name in aliases.iter().chain([&id]) {
            self.rows.insert(xxh3_128(name.as_bytes()), row);
        }
        for plan in &mut self.fields {
            plan.rules.remember(&feature.values[plan.index], row);
        }
        self.report.warn(&warnings);
        if is_geocoded {
            *self.report.geocoded.entry(position::BUILDING.into()).or_default() += 1;
        }
        Ok(Ok((feature, aliases)))
    }

    /// The row that has this id or alias.
    fn row_of(&self, id: &str) -> Option<u64> {
        self.rows.get(&xxh3_128(id.as_bytes())).copied()
    }

    /// The further ids of a row, each once: separated by commas, semicolons, bars or line breaks.
    fn aliases(&self, id: &str, cells: &[impl AsRef<str>], columns: &Columns) -> Result<Vec<String>, Objection> {
        let Some(slot) = self.aliases else { return Ok(Vec::new()) };
        let mut aliases: Vec<String> = Vec::new();
        for alias in cells[slot].as_ref().split([',', ';', '|', '\n']).map(trimmed).filter(|text| !is_nothing(text)) {
            FeatureId::new(alias)
                .map_err(|bad| Objection::to_column(columns.name(slot), alias, Reason::BadId, bad.to_string()))?;
            if alias != id && !aliases.iter().any(|known| known == alias) {
                aliases.push(alias.into());
            }
        }
        Ok(aliases)
    }

    fn id(&self, cells: &[impl AsRef<str>], columns: &Columns) -> Result<String, Objection> {
        match &self.id {
            IdPlan::Slot(slot) => {
                let text = trimmed(cells[*slot].as_ref());
                if is_nothing(text) {
                    return Err(Objection::to_column(columns.name(*slot), text, Reason::MissingId, "there is no id"));
                }
                Ok(text.into())
            }
            IdPlan::HashOf(slots) => {
                let texts = || slots.iter().map(|slot| trimmed(cells[*slot].as_ref()));
                if texts().all(is_nothing) {
                    return Err(Objection::to_row("", Reason::MissingId, "all columns of the id are empty"));
                }
                // With its length before each text, ("ab", "c") and ("a", "bc") differ.
                let mut hash = Xxh3::new();
                for text in texts() {
                    hash.update(&(text.len() as u64).to_le_bytes());
                    hash.update(text.as_bytes());
                }
                Ok(format!("{:016x}", hash.digest()))
            }
        }
    }

    fn geometry(
        &self,
        cells: &[impl AsRef<str>],
        shape: Shape,
        columns: &Columns,
        warnings: &mut Warnings,
    ) -> Result<Geometry, Objection> {
        let shape = match &self.outline {
            Some(outline) => Shape::Sound(outline.read(cells, columns)?),
            None => shape,
        };
        let (geometry, is_swapped) = match (&self.place, shape) {
            (Some(place), _) => {
                let (at, is_swapped) = place.read(cells, columns, self.bounds.as_ref())?;
                (Geometry::Point(at), is_swapped)
            }
            (None, Shape::Sound(geometry)) => {
                match self.bounds.as_ref().and_then(|bounds| exchanged_into(bounds, &geometry)) {
                    Some(exchanged) => (exchanged, true),
                    None => (geometry, false),
                }
            }
            (None, Shape::Broken { text, problem }) => {
                return Err(Objection::to_row(&text, Reason::BadGeometry, problem));
            }
            (None, Shape::Missing | Shape::None) => {
                return Err(Objection::to_row("", Reason::MissingCoordinates, "there is no shape"));
            }
        };
        if is_swapped {
            warnings.add(Warning::SwappedCoordinates);
        }
        self.within_bounds(geometry)
    }

    /// The house of a row that has an address and no coordinates.
    fn house(
        &self,
        cells: &[impl AsRef<str>],
        shape: &Shape,
        columns: &Columns,
    ) -> Result<Option<Geometry>, Objection> {
        let is_unsaid = match (&self.place, &self.outline) {
            (Some(place), _) => place.is_unsaid(cells),
            (None, Some(outline)) => outline.is_unsaid(cells),
            (None, None) => matches!(shape, Shape::Missing | Shape::None),
        };
        match self.address.as_ref().filter(|_| is_unsaid) {
            None => Ok(None),
            Some(plan) => {
                let at = plan.house(self.places.addresses.as_deref(), cells, columns)?;
                self.within_bounds(Geometry::Point(at)).map(Some)
            }
        }
    }

    fn within_bounds(&self, geometry: Geometry) -> Result<Geometry, Objection> {
        match self.bounds.as_ref().and_then(|bounds| outside(bounds, &geometry)) {
            Some(objection) => Err(objection),
            None => Ok(geometry),
        }
    }

    fn values(
        &mut self,
        cells: &[impl AsRef<str>],
        columns: &Columns,
        around: Option<Around<'_>>,
        warnings: &mut Warnings,
    ) -> Result<Vec<Value>, Objection> {
        let mut values = vec![Value::Unknown; self.collection.fields.len()];
        for (plan, text) in self.fields.iter_mut().zip(&self.texts) {
            let field = &self.collection.fields[plan.index];
            let written = text.written(cells);
            let text = text.meant(&written);
            let value = plan.read(text, field, &mut self.words, warnings);
            let refused = |reason, detail: &str| {
                let detail = format!("field `{}`: {detail}", field.name);
                Objection::to_column(columns.name(plan.slot), text, reason, detail)
            };
            let value = value.map_err(|(reason, detail)| refused(reason, &detail))?;
            let is_filled = || around.is_some_and(|around| !around.value(plan.index).is_unknown());
            if plan.required && value.is_unknown() && !is_filled() {
                return Err(refused(Reason::MissingValue, "it is required"));
            }
            if let Some((reason, detail)) = plan.rules.refuse(&value) {
                return Err(refused(reason, &detail));
            }
            if let Some(original) = plan.original.filter(|_| !value.is_unknown()) {
                let text = value::parse(&written, FieldType::Text, |text| Value::Text(self.words.share(text)));
                values[original] = text.map_err(|why| refused(why.reason, why.detail))?;
            }
            values[plan.index] = value;
        }
        if let Some(around) = around {
            around.fill(&mut values, warnings);
        }
        for (plan, text) in self.fields.iter().zip(&self.texts) {
            if let Some((reason, detail)) = plan.rules.refuse_beside(&values[plan.index], &values) {
                let detail = format!("field `{}`: {detail}", self.collection.fields[plan.index].name);
                return Err(Objection::to_column(columns.name(plan.slot), &text.written(cells), reason, detail));
            }
        }
        Ok(values)
    }
}

impl FieldPlan {
    fn read(
        &mut self,
        text: &str,
        field: &Field,
        words: &mut Words,
        warnings: &mut Warnings,
    ) -> Result<Value, (Reason, String)> {
        if field.values.is_empty() {
            return meaning::read(text, field, self.phone_area.as_deref(), words, warnings)
                .map_err(|why| (why.reason, why.detail.into()));
        }
        let text = trimmed(text);
        if is_nothing(text) {
            return Ok(Value::Unknown);
        }
        let meant = |text: &str| {
            field.values.iter().find(|choice| choice.is_meant_by(text)).map(|choice| choice.id.as_str().into())
        };
        if let Some(id) = self.synonyms.get(&spelling(text)) {
            return Ok(Value::Text(id.clone()));
        }
        match self.spellings.meaning(text, meant) {
            Some(id) => Ok(Value::Text(id)),
            None => Err((Reason::UnknownValue, format!("not one of {}", listed(&field.values)))),
        }
    }
}

fn synonyms(source: &FieldSource) -> HashMap<String, Text> {
    source.synonyms.iter().map(|(text, id)| (spelling(text), id.get_ref().as_str().into())).collect()
}

/// The field `<name>_source` beside opening hours, where nothing else is to fill it.
fn original_of(field: &Field, collection: &Collection, recipe: &Recipe) -> Option<usize> {
    let name = format!("{}_source", field.name);
    let index = collection.field_index(&name).filter(|_| !recipe.fields.contains_key(&name))?;
    let is_text = collection.fields[index].kind == FieldType::Text && collection.fields[index].values.is_empty();
    (field.format == Some(TextFormat::OpeningHours) && is_text).then_some(index)
}

/// What is wrong with a shape that reaches beyond the bounds.
pub(super) fn outside(bounds: &BBox, geometry: &Geometry) -> Option<Objection> {
    let bbox = geometry.bbox();
    if holds(bounds, &bbox) {
        return None;
    }
    let text = match geometry {
        Geometry::Point(at) => format!("{}, {}", at.lon(), at.lat()),
        _ => format!("{:?}", bbox.to_array()),
    };
    let detail = format!("it reaches beyond {:?} (west, south, east, north)", bounds.to_array());
    Some(Objection::to_row(&text, Reason::OutsideBounds, detail))
}

pub(super) fn listed(choices: &[Choice]) -> String {
    choices.iter().map(|choice| format!("`{}` ({})", choice.title.uk, choice.id)).collect::<Vec<_>>().join(", ")
}

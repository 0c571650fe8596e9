//! A `Fault` is what is wrong with a row that a real export would also have; the plan says which rows have one.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    dice::Dice,
    source::{Format, Layout},
};
use crate::model::{Catalog, Collection, CollectionId, FieldType, GeometryKind};

/// What is wrong, by the reason it is refused for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    MissingCoordinates,
    BadCoordinate,
    /// At 0° 0°, where what nobody placed lies. (Exchanged coordinates are no fault: the import puts them right.)
    OutsideBounds,
    BadGeometry,
    WrongGeometry,
    MissingValue,
    BadNumber,
    BadInteger,
    BadDate,
    BadBoolean,
    UnknownValue,
    MissingId,
    BadId,
    DuplicateId,
    WrongWidth,
    BadEncoding,
}

/// How many rows of each fault the city's files have, whatever its scale.
const ROWS: [(Fault, usize); 16] = [
    (Fault::MissingCoordinates, 6),
    (Fault::BadCoordinate, 3),
    (Fault::OutsideBounds, 7),
    (Fault::BadGeometry, 2),
    (Fault::WrongGeometry, 2),
    (Fault::MissingValue, 4),
    (Fault::BadNumber, 4),
    (Fault::BadInteger, 3),
    (Fault::BadDate, 5),
    (Fault::BadBoolean, 3),
    (Fault::UnknownValue, 4),
    (Fault::MissingId, 3),
    (Fault::BadId, 1),
    (Fault::DuplicateId, 4),
    (Fault::WrongWidth, 4),
    (Fault::BadEncoding, 2),
];

/// Bad rows of one collection: each stands before the good row of that position, counted from 0.
pub type Bad = Vec<(u64, Fault)>;

impl Fault {
    /// The code a report gives for the refusal.
    pub fn reason(self) -> &'static str {
        match self {
            Self::MissingCoordinates => "missing-coordinates",
            Self::BadCoordinate => "bad-coordinate",
            Self::OutsideBounds => "outside-bounds",
            Self::BadGeometry => "bad-geometry",
            Self::WrongGeometry => "wrong-geometry",
            Self::MissingValue => "missing-value",
            Self::BadNumber => "bad-number",
            Self::BadInteger => "bad-integer",
            Self::BadDate => "bad-date",
            Self::BadBoolean => "bad-boolean",
            Self::UnknownValue => "unknown-value",
            Self::MissingId => "missing-id",
            Self::BadId => "bad-id",
            Self::DuplicateId => "duplicate-id",
            Self::WrongWidth => "wrong-width",
            Self::BadEncoding => "bad-encoding",
        }
    }

    /// Whether a file of this collection can have it.
    fn fits(self, collection: &Collection, layout: &Layout) -> bool {
        let format = layout.format;
        let has = |kind: FieldType| {
            format != Format::FlatGeobuf
                && collection.fields.iter().any(|field| field.kind == kind && field.values.is_empty())
        };
        let is_point = collection.geometry == GeometryKind::Point;
        match self {
            Self::MissingCoordinates => is_point && format != Format::FlatGeobuf,
            // Degrees with N or E before them cannot be swapped unseen.
            Self::OutsideBounds => is_point && format != Format::DmsCsv,
            Self::BadCoordinate | Self::WrongWidth => format.is_csv(),
            Self::BadGeometry => format == Format::GeoJson && collection.geometry == GeometryKind::Line,
            Self::WrongGeometry => format == Format::GeoJson && is_point,
            Self::MissingValue => collection.field_index("name").is_some(),
            Self::BadNumber => has(FieldType::Number),
            Self::BadInteger => has(FieldType::Integer),
            Self::BadDate => has(FieldType::Date),
            Self::BadBoolean => has(FieldType::Boolean),
            Self::UnknownValue => {
                format != Format::FlatGeobuf && collection.fields.iter().any(|field| !field.values.is_empty())
            }
            Self::BadId => format.is_csv() && layout.id.is_some(),
            // In Hilbert order nobody can say which of two rows comes second.
            Self::MissingId | Self::DuplicateId => format != Format::FlatGeobuf && layout.id.is_some(),
            Self::BadEncoding => format.is_utf8_csv(),
        }
    }
}

/// Spreads the faults over the collections, one each while there are collections without any.
///
/// The districts are spared: the city has to have all of them in place.
pub fn plan(seed: u64, catalog: &Catalog, counts: &BTreeMap<CollectionId, u64>) -> BTreeMap<CollectionId, Bad> {
    let mut dice = Dice::new(seed, "faults");
    let mut plan: BTreeMap<CollectionId, Bad> = BTreeMap::new();
    let mut spoiled = BTreeSet::new();
    for (fault, rows) in ROWS {
        for _ in 0..rows {
            let fitting = catalog
                .collections
                .values()
                .filter(|collection| collection.id.as_str() != "districts" && counts.contains_key(&collection.id))
                .filter(|collection| fault.fits(collection, &Layout::of(collection)))
                .map(|collection| &collection.id)
                .collect::<Vec<_>>();
            let fresh = fitting.iter().copied().filter(|id| !spoiled.contains(id)).collect::<Vec<_>>();
            let choice = if fresh.is_empty() { &fitting } else { &fresh };
            if choice.is_empty() {
                continue;
            }
            let id = *dice.pick(choice);
            spoiled.insert(id);
            // Not before the first row: a doubled id needs one to double.
            let before = 1 + dice.below(counts[id].saturating_sub(1).max(1) as usize) as u64;
            plan.entry(id.clone()).or_default().push((before, fault));
        }
    }
    for bad in plan.values_mut() {
        bad.sort();
    }
    plan
}

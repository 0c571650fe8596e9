//! A `Validity` is which fields of a collection say from when and until when a feature is.

use jiff::civil::Date;

use super::{Collection, Feature, FieldType, Value};

/// Fields that begin and end a time, in the words of the catalog's dictionary; the first row that a collection has a
/// field of is its own, and in it the first field of either side.
///
/// Days that say something else of a thing that is there anyway (when a river was sampled, a bench installed) are not among
/// them: who asks for today would lose the river.
const TIMES: [(&[&str], &[&str]); 6] = [
    (&["valid_from", "permit_issued"], &["valid_through"]),
    (&["lease_start"], &["lease_end"]),
    (&["started"], &["finished"]),
    (&["detected"], &["cleared"]),
    (&["available_from"], &[]),
    (&["auction_date"], &["auction_date"]),
];

/// The positions of the fields that say when; one of them at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From which day on; `None`: since ever.
    pub from: Option<usize>,
    /// Through which day; `None`: for ever.
    pub through: Option<usize>,
}

impl Validity {
    /// The one of a collection; `None` where its features have no time: they always are.
    pub fn of(collection: &Collection) -> Option<Self> {
        let day =
            |name: &&str| collection.field_index(name).filter(|at| collection.fields[*at].kind == FieldType::Date);
        TIMES.iter().find_map(|(from, through)| {
            let validity = Self { from: from.iter().find_map(day), through: through.iter().find_map(day) };
            (validity.from.is_some() || validity.through.is_some()).then_some(validity)
        })
    }

    /// The days between which a feature is, both included, `None` for an open side; `None` where nobody has said either.
    pub fn days(&self, feature: &Feature) -> Option<(Option<Date>, Option<Date>)> {
        let day = |at: Option<usize>| match feature.values[at?] {
            Value::Date(day) => Some(day),
            _ => None,
        };
        let days = (day(self.from), day(self.through));
        (days != (None, None)).then_some(days)
    }
}

//! The `Desk` makes a record of every element that is meant: its name, its type and its tags are the columns.

use std::borrow::Cow;

use super::{
    clip::Clip,
    element::{Place, Tags},
};
use crate::{
    import::{
        Reason,
        outcome::Objection,
        record::{Columns, Record, Row, Shape, Take, as_json},
    },
    space::BBox,
};

/// The columns that are no tags.
const ID_COLUMN: &str = "@id";
const TYPE_COLUMN: &str = "@type";

/// Makes records of elements, in their order.
pub(super) struct Desk<'a, 'b> {
    clip: Option<Clip>,
    columns: &'a Columns,
    take: &'a mut Take<'b>,
    row: u64,
}

impl<'a, 'b> Desk<'a, 'b> {
    /// One for what reaches into the clip.
    pub fn new(clip: Option<Clip>, columns: &'a Columns, take: &'a mut Take<'b>) -> Self {
        Self { clip, columns, take, row: 0 }
    }

    /// Hands an element of a name and a type on, unless it lies beside the clip; a broken one lies where those places are that
    /// it has. Says whether it was handed on.
    pub fn hand_on(
        &mut self,
        (name, of): (&str, &str),
        tags: &Tags<'_>,
        shape: Shape,
        known: &[Place],
    ) -> anyhow::Result<bool> {
        if let Some(clip) = &self.clip {
            let is_beside = match &shape {
                Shape::Sound(geometry) => !clip.meets(geometry),
                _ => BBox::of_points(known.iter().filter_map(|place| place.lon_lat().ok()))
                    .is_some_and(|bbox| !bbox.intersects(clip.bbox())),
            };
            if is_beside {
                return Ok(false);
            }
        }
        self.row += 1;
        let all = || [(ID_COLUMN, name), (TYPE_COLUMN, of)].into_iter().chain(tags.iter().copied());
        let whole = || as_json(all().map(|(key, value)| (Cow::Borrowed(key), Cow::Borrowed(value))));
        let mut cells = vec![Cow::Borrowed(""); self.columns.len()];
        for (key, value) in all() {
            if let Some(slot) = self.columns.find(key) {
                cells[slot] = Cow::Borrowed(value);
                self.columns.found(slot, key);
            }
        }
        let garbled = tags.iter().find(|(key, value)| [key, value].iter().any(|text| text.contains('\u{fffd}')));
        (self.take)(match garbled {
            Some((key, value)) => {
                let objection = Objection::to_column(key, value, Reason::BadEncoding, "a byte has no meaning in UTF-8");
                Row::refused(self.row, objection, whole())
            }
            None => Row::Record(Record { row: self.row, cells, shape, whole: &whole }),
        })?;
        Ok(true)
    }
}

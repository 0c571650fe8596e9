//! A JSON array of objects is read one object at a time, so that its length costs no memory.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    io::{BufReader, Read},
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    ImportError, Reason,
    lenient::Lenient,
    meter::{Allowance, Meter, without_bom},
    outcome::Objection,
    record::{Columns, Record, Row, Shape, Take, as_json},
};

/// How many different keys are remembered to tell which columns there are.
const MAX_LISTED_KEYS: usize = 200;

/// Reads an array of objects to its end.
pub(super) fn read(
    source: Meter<'_>,
    file: &str,
    trailing_commas: bool,
    columns: &Columns,
    take: &mut Take<'_>,
) -> anyhow::Result<()> {
    let mut keys = Keys::new(columns);
    let mut each = |row: u64, raw: &RawValue| {
        let whole = || match pairs(raw) {
            Ok(pairs) => as_json(texts(&pairs)),
            Err(_) => as_json([("value".into(), raw.get().into())]),
        };
        let cells = pairs(raw).and_then(|pairs| keys.cells(pairs));
        take(match cells {
            Ok(cells) => Row::Record(Record { row, cells, shape: Shape::None, whole: &whole }),
            Err(objection) => Row::refused(row, objection, whole()),
        })
    };
    let mut walk = Walk::new(&source, &mut each);
    let mut json = deserializer(source, file, trailing_commas)?;
    let end = Elements(&mut walk).deserialize(&mut json).and_then(|()| json.end());
    walk.finish(file, end)?;
    Ok(keys.check(file)?)
}

/// JSON from a source, which may start with a byte order mark and, where it is so said, have a comma after a last element.
pub(super) fn deserializer<'a>(
    source: Meter<'a>,
    file: &str,
    trailing_commas: bool,
) -> Result<serde_json::Deserializer<serde_json::de::IoRead<impl Read + 'a + use<'a>>>, ImportError> {
    let bytes = without_bom(source).map_err(|error| ImportError::io(file, error))?;
    let bytes: Box<dyn Read + 'a> = if trailing_commas { Box::new(Lenient::new(bytes)) } else { Box::new(bytes) };
    Ok(serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, bytes)))
}

/// Takes one element of an array with its number from 1; its error ends the reading.
pub(super) type Each<'a> = dyn FnMut(u64, &RawValue) -> anyhow::Result<()> + 'a;

/// The state of walking over the elements of an array.
pub(super) struct Walk<'a> {
    each: &'a mut Each<'a>,
    row: u64,
    allowance: Allowance,
    /// What ended the walk, where it was not the JSON itself.
    stopped: Option<anyhow::Error>,
}

impl<'a> Walk<'a> {
    pub fn new(source: &Meter<'_>, each: &'a mut Each<'a>) -> Self {
        Self { each, row: 0, allowance: source.allowance(), stopped: None }
    }

    /// Ends the walk for a reason of ours; what comes back is for serde to hand through.
    pub fn stop<E: serde::de::Error>(&mut self, why: anyhow::Error) -> E {
        self.stopped = Some(why);
        E::custom("stopped")
    }

    /// The end of the walk: what stopped it, or what is wrong with the JSON, with line and column.
    pub fn finish(self, file: &str, end: serde_json::Result<()>) -> anyhow::Result<()> {
        match (self.stopped, end) {
            (Some(why), _) => Err(why),
            (None, Err(error)) if error.is_eof() => {
                Err(ImportError::source(file, format!("the file is cut: {error}")).into())
            }
            (None, Err(error)) => {
                let problem = error.to_string();
                // What the parser says of a comma after the last element, and after the last member.
                let is_comma = ["trailing comma", "key must be a string"].iter().any(|said| problem.starts_with(said));
                let hint =
                    " (a comma after the last one is read where the recipe says [source] trailing_commas = true)";
                Err(ImportError::source(file, problem + if is_comma { hint } else { "" }).into())
            }
            (None, Ok(())) => Ok(()),
        }
    }
}

/// Hands every element of an array to the walk.
pub(super) struct Elements<'w, 'a>(pub &'w mut Walk<'a>);

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of objects (a FeatureCollection is of format = \"geojson\")")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(raw) = array.next_element::<Box<RawValue>>()? {
            self.0.row += 1;
            if let Err(why) = (self.0.each)(self.0.row, &raw) {
                return Err(self.0.stop(why));
            }
            self.0.allowance.renew();
        }
        Ok(())
    }
}

/// A string that is borrowed where it has no escapes.
#[derive(Deserialize)]
pub(super) struct Word<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// The members of an object, in its order.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The members of what should be an object.
pub(super) fn pairs(raw: &RawValue) -> Result<Pairs<'_>, Objection> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Pairs<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Pairs<'de>, A::Error> {
            let mut pairs = Vec::new();
            while let Some((Word(key), value)) = object.next_entry()? {
                pairs.push((key, value));
            }
            Ok(pairs)
        }
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(Members).map_err(|error| Objection::to_row(raw.get(), Reason::BadRecord, error.to_string()))
}

/// The text of a member: a string as it is, null as nothing, all else as JSON writes it.
pub(super) fn text(raw: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    match raw.get() {
        "null" => Ok(Cow::Borrowed("")),
        string if string.starts_with('"') => serde_json::from_str::<Word<'_>>(string).map(|Word(text)| text),
        other => Ok(Cow::Borrowed(other)),
    }
}

/// The members of an object as texts; one that is no text is shown as it is written.
pub(super) fn texts<'a>(pairs: &Pairs<'a>) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
    pairs.iter().map(|(key, raw)| (key.clone(), text(raw).unwrap_or(Cow::Borrowed(raw.get()))))
}

/// Which columns have been seen: a key that one object lacks is unknown there, but one that all lack is a flaw of the recipe.
pub(super) struct Keys<'a> {
    columns: &'a Columns,
    unseen: BTreeSet<usize>,
    listed: BTreeSet<String>,
    objects: u64,
}

impl<'a> Keys<'a> {
    pub fn new(columns: &'a Columns) -> Self {
        Self {
            columns,
            unseen: (0..columns.len()).filter(|slot| !columns.is_optional(*slot)).collect(),
            listed: BTreeSet::new(),
            objects: 0,
        }
    }

    /// The texts of the columns that the recipe names; the column `a.b` is the member `b` of the object `a`.
    pub fn cells<'t>(&mut self, pairs: Pairs<'t>) -> Result<Vec<Cow<'t, str>>, Objection> {
        self.objects += 1;
        let mut cells = vec![Cow::Borrowed(""); self.columns.len()];
        let mut by = vec![None; cells.len()];
        self.fill(pairs, &mut cells, &mut by)?;
        Ok(cells)
    }

    /// Fills the cells from an object and from the objects in it that the columns lead through; `by` says which key filled each.
    fn fill<'t>(
        &mut self,
        pairs: Pairs<'t>,
        cells: &mut [Cow<'t, str>],
        by: &mut [Option<Cow<'t, str>>],
    ) -> Result<(), Objection> {
        for (key, raw) in pairs {
            if let Some(slot) = self.columns.find(&key) {
                self.unseen.remove(&slot);
                self.columns.found(slot, &key);
                if let Some(other) = &by[slot] {
                    let detail = if *other == key {
                        "it stands there twice".into()
                    } else {
                        format!("`{other}` is there as well, which the recipe names for the same")
                    };
                    return Err(Objection::to_column(&key, raw.get(), Reason::BadRecord, detail));
                }
                cells[slot] = text(raw).map_err(|error| {
                    Objection::to_column(&key, raw.get(), Reason::BadEncoding, format!("no text: {error}"))
                })?;
                by[slot] = Some(key);
            } else if raw.get().starts_with('{') && self.columns.lead_through(&key) {
                let inner = |(inner, raw)| (Cow::Owned(format!("{key}.{inner}")), raw);
                self.fill(self::pairs(raw)?.into_iter().map(inner).collect(), cells, by)?;
            } else if !self.unseen.is_empty() && self.listed.len() < MAX_LISTED_KEYS && !self.listed.contains(&*key) {
                self.listed.insert(key.into_owned());
            }
        }
        Ok(())
    }

    /// At the end every column the recipe names must have been seen.
    pub fn check(self, file: &str) -> Result<(), ImportError> {
        match self.unseen.first() {
            Some(&slot) if self.objects > 0 => {
                let seen = (0..self.columns.len()).filter(|slot| !self.unseen.contains(slot));
                let mut there: Vec<_> = seen.map(|slot| self.columns.name(slot).to_owned()).collect();
                there.extend(self.listed);
                Err(self.columns.missing(file, self.columns.name(slot), there))
            }
            _ => Ok(()),
        }
    }
}

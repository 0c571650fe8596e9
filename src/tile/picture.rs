//! A `Picture` is what one tile shows: layers of figures in tile units with their properties, before any format.

use std::{
    borrow::Cow,
    hash::{Hash, Hasher},
    ops::Range,
};

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use super::{grid::Shape, mvt};
use crate::model::Value;

/// What one tile shows; texts are borrowed from the snapshot and the tileset.
#[derive(Debug, Clone, Default)]
pub struct Picture<'a> {
    /// From the bottom to the top; no two of one name, none without figures.
    pub layers: Vec<Layer<'a>>,
}

/// One layer of it, filled figure by figure. Each key and each value is held once.
#[derive(Debug, Clone)]
pub struct Layer<'a> {
    name: &'a str,
    keys: Vec<Cow<'a, str>>,
    values: IndexSet<Tag<'a>, RandomState>,
    /// Of each key the value told last: neighbours in a layer often say the same.
    last: Vec<u32>,
    /// The key after the one told last: most figures tell the same keys in the same order.
    next: usize,
    figures: Vec<Figure>,
    tags: Vec<(u32, u32)>,
    /// Bytes of the keys, the values and the first figures.
    bytes: usize,
    /// How many figures are in these bytes.
    weighed: usize,
}

/// The shape of one object, or of what stands for several.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stable over revisions and exact in JavaScript (below 2^52).
    pub number: u64,
    /// Where it is, in tile units.
    pub shape: Shape,
    tags: Range<u32>,
}

/// What one property of a figure says.
#[derive(Debug, Clone)]
pub enum Tag<'a> {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Words; a date is `YYYY-MM-DD`.
    Text(Cow<'a, str>),
}

/// How far a layer was filled.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    figures: usize,
    tags: usize,
    keys: usize,
    values: usize,
    bytes: usize,
}

impl<'a> Layer<'a> {
    /// A layer without figures.
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            keys: Vec::new(),
            values: IndexSet::default(),
            last: Vec::new(),
            next: 0,
            figures: Vec::new(),
            tags: Vec::new(),
            bytes: mvt::frame_bytes(name),
            weighed: 0,
        }
    }

    /// Makes room for so many figures.
    pub fn reserve(&mut self, figures: usize) {
        self.figures.reserve(figures);
        self.values.reserve(figures);
    }

    /// Adds a figure; what is told next is told of it.
    pub fn add(&mut self, number: u64, shape: Shape) {
        let end = self.tags.len() as u32;
        self.figures.push(Figure { number, shape, tags: end..end });
        self.next = 0;
    }

    /// Tells a property of the figure added last; each key once.
    pub fn tell(&mut self, key: impl Into<Cow<'a, str>>, tag: Tag<'a>) {
        let key = self.key(key.into());
        self.next = key + 1;
        let last = self.last[key];
        let value = match self.values.get_index(last as usize) {
            Some(said) if *said == tag => last,
            _ => self.value(tag),
        };
        self.last[key] = value;
        self.tags.push((key as u32, value));
        self.figures.last_mut().expect("a figure is added before it is told of").tags.end = self.tags.len() as u32;
    }

    /// Its name in the tile.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The figures in the order in which they are drawn.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// The keys of all properties.
    pub fn keys(&self) -> &[Cow<'a, str>] {
        &self.keys
    }

    /// The values of all properties.
    pub fn values(&self) -> &indexmap::set::Slice<Tag<'a>> {
        self.values.as_slice()
    }

    /// The properties of one of its figures: keys with what is said.
    pub fn tags(&self, figure: &Figure) -> impl Iterator<Item = (&str, &Tag<'a>)> {
        self.pairs(figure).iter().map(|(key, value)| (self.keys[*key as usize].as_ref(), &self.values[*value as usize]))
    }

    /// The properties of one of its figures: positions among the keys and among the values.
    pub fn pairs(&self, figure: &Figure) -> &[(u32, u32)] {
        &self.tags[figure.tags.start as usize..figure.tags.end as usize]
    }

    /// Puts the figures into another order, the last one first.
    pub fn reverse(&mut self) {
        // What is weighed are the first figures.
        self.bytes();
        self.figures.reverse();
    }

    /// Bytes of the layer as an MVT layer, before compression; [`mvt::encode`] writes exactly so many.
    pub fn bytes(&mut self) -> usize {
        for at in self.weighed..self.figures.len() {
            self.bytes += mvt::figure_bytes(&self.figures[at], self.pairs(&self.figures[at]));
        }
        self.weighed = self.figures.len();
        mvt::layer_bytes(self.bytes)
    }

    /// How far it is filled.
    pub fn mark(&mut self) -> Mark {
        self.bytes();
        Mark {
            figures: self.figures.len(),
            tags: self.tags.len(),
            keys: self.keys.len(),
            values: self.values.len(),
            bytes: self.bytes,
        }
    }

    /// Forgets what was filled in after the mark.
    pub fn back_to(&mut self, mark: Mark) {
        self.figures.truncate(mark.figures);
        self.tags.truncate(mark.tags);
        self.keys.truncate(mark.keys);
        self.last.truncate(mark.keys);
        self.values.truncate(mark.values);
        (self.bytes, self.weighed) = (mark.bytes, mark.figures);
    }

    /// The position of a key, which is added where it is new.
    fn key(&mut self, key: Cow<'a, str>) -> usize {
        if self.keys.get(self.next) == Some(&key) {
            return self.next;
        }
        if let Some(at) = self.keys.iter().position(|known| *known == key) {
            return at;
        }
        self.bytes += mvt::key_bytes(&key);
        self.keys.push(key);
        // No value yet: a position that no value has.
        self.last.push(u32::MAX);
        self.keys.len() - 1
    }

    /// The position of a value, which is added where it is new.
    fn value(&mut self, tag: Tag<'a>) -> u32 {
        let (at, is_new) = self.values.insert_full(tag);
        if is_new {
            self.bytes += mvt::value_bytes(&self.values[at]);
        }
        at as u32
    }
}

impl<'a> Tag<'a> {
    /// What a value says; nothing where it is unknown.
    pub fn of(value: &'a Value) -> Option<Self> {
        Some(match value {
            Value::Unknown => return None,
            Value::Boolean(b) => Self::Boolean(*b),
            Value::Integer(i) => Self::Integer(*i),
            Value::Number(n) => Self::Number(*n),
            Value::Date(d) => Self::Text(d.to_string().into()),
            Value::Text(t) => Self::Text(Cow::Borrowed(t)),
        })
    }
}

impl<'a> From<&'a str> for Tag<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

/// Numbers are the same where their bits are: 0 and -0 are two.
impl PartialEq for Tag<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Tag<'_> {}

impl Hash for Tag<'_> {
    fn hash<H: Hasher>(&self, to: &mut H) {
        match self {
            Self::Boolean(b) => (0_u8, *b).hash(to),
            Self::Integer(i) => (1_u8, *i).hash(to),
            Self::Number(n) => (2_u8, n.to_bits()).hash(to),
            Self::Text(text) => text.hash(to),
        }
    }
}

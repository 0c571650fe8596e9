//! A `Picture` is what one tile shows: layers of figures in tile units with their properties, before any format.

use std::{borrow::Cow, ops::Range};

use super::grid::Shape;
use crate::model::Value;

/// What one tile shows; texts are borrowed from the snapshot and the tileset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture<'a> {
    /// From the bottom to the top; no two of one name, none without figures.
    pub layers: Vec<Layer<'a>>,
}

/// One layer of it, filled figure by figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer<'a> {
    name: &'a str,
    keys: Vec<Cow<'a, str>>,
    figures: Vec<Figure>,
    tags: Vec<(u32, Tag<'a>)>,
}

/// The shape of one object, or of what stands for several.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Stable over revisions and exact in JavaScript (below 2^53).
    pub number: u64,
    /// Where it is, in tile units.
    pub shape: Shape,
    tags: Range<u32>,
}

/// What one property of a figure says.
#[derive(Debug, Clone, PartialEq)]
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

impl<'a> Layer<'a> {
    /// A layer without figures.
    pub fn new(name: &'a str) -> Self {
        Self { name, keys: Vec::new(), figures: Vec::new(), tags: Vec::new() }
    }

    /// Adds a figure; what is told next is told of it.
    pub fn add(&mut self, number: u64, shape: Shape) {
        let end = self.tags.len() as u32;
        self.figures.push(Figure { number, shape, tags: end..end });
    }

    /// Tells a property of the figure added last; each key once.
    pub fn tell(&mut self, key: impl Into<Cow<'a, str>>, tag: Tag<'a>) {
        let key = key.into();
        let at = self.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            self.keys.push(key);
            self.keys.len() - 1
        });
        self.tags.push((at as u32, tag));
        self.figures.last_mut().expect("a figure is added before it is told of").tags.end = self.tags.len() as u32;
    }

    /// Tells a value of the figure added last; the unknown is not told.
    pub fn tell_value(&mut self, key: &'a str, value: &'a Value) {
        let tag = match value {
            Value::Unknown => return,
            Value::Boolean(b) => Tag::Boolean(*b),
            Value::Integer(i) => Tag::Integer(*i),
            Value::Number(n) => Tag::Number(*n),
            Value::Date(d) => Tag::Text(d.to_string().into()),
            Value::Text(t) => Tag::Text(Cow::Borrowed(t)),
        };
        self.tell(key, tag);
    }

    /// Its name in the tile.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The figures in the order in which they are drawn.
    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }

    /// The keys of all properties, in the order in which they were first told.
    pub fn keys(&self) -> &[Cow<'a, str>] {
        &self.keys
    }

    /// The properties of one of its figures: positions among the keys, with what is said.
    pub fn tags(&self, figure: &Figure) -> &[(u32, Tag<'a>)] {
        &self.tags[figure.tags.start as usize..figure.tags.end as usize]
    }
}

impl<'a> From<&'a str> for Tag<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

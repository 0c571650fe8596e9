//! A `Cluster` stands for the points in one cell of the world: the same wherever it is shown, the sum of its parts.
//!
//! ```text
//!   cells of a level         what is marked        Cells are quartered into those of the next level, so clusters are
//!   ┌───────┬───────┐        ┌───────┬───────┐     unions of deeper ones; an object is counted in one cell only, and
//!   │ ·     │  ·    │        │  ③    │  ·    │     a change of it is a change of that cell. The mark stands at the
//!   │   ··  │       │        │       │       │     mean of the points: who goes there and comes closer finds them.
//!   └───────┴───────┘        └───────┴───────┘
//! ```

use std::collections::BTreeMap;

use super::{Found, Selection, Shelf, points::Mass};
use crate::{
    model::{Feature, Field, Value},
    space::{BBox, Cell, WorldPoint, cell, world::WorldBox},
};

/// What is counted of objects of which nobody has said it.
pub const UNKNOWN: &str = "unknown";

/// What is counted of objects that say something outside of a closed list.
pub const OTHER: &str = "other";

/// The greatest amount of one object, in thousandths: 2^32 of them add up without overflow.
const MOST_THOUSANDTHS: f64 = 1e28;

/// How points are gathered.
#[derive(Debug, Clone, Copy)]
pub struct Clustering<'a> {
    /// The level of the cells, no less than that of the cell looked at.
    pub level: u8,
    /// Fewer points than this in a cell stay what they are; at least 2.
    pub min_points: u64,
    /// What is told besides.
    pub tally: &'a Tally,
}

/// What is told of clusters besides how many objects they stand for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By what the objects are counted as well.
    pub by: Option<By>,
    /// Fields whose numbers are added up.
    pub sums: Vec<String>,
}

/// By what objects are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The sector of their collection.
    Sector,
    /// Their collection.
    Collection,
    /// Their kind.
    Kind,
    /// The value of a field: yes or no, or one of a closed list.
    Field(String),
}

/// What stands for several points.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster<'a> {
    /// Where they all are.
    pub cell: Cell,
    /// How many they are.
    pub count: u64,
    /// The mean of where they are, within the cell, to the north-west corner of a smallest cell.
    pub at: WorldPoint,
    /// The first level at which they are in several cells; `None` where they never are.
    pub opens: Option<u8>,
    /// How many they are by what they are counted by, without zeros; empty where they are not.
    pub groups: BTreeMap<&'a str, u64>,
    /// Of each field that is added up its sum.
    pub sums: Vec<Sum>,
}

/// The sum of a field: exact to a thousandth, whatever the order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// In thousandths; each number is rounded to one before.
    pub thousandths: i128,
    /// Of how many objects nobody has said the number.
    pub unknown: u64,
}

/// What is to be seen of points.
#[derive(Debug, Clone, Default)]
pub struct Marks<'a> {
    /// What stands for many, along the curve.
    pub clusters: Vec<Cluster<'a>>,
    /// Points on their own, in the order of their collections and ids.
    pub singles: Vec<Single<'a>>,
}

/// A point on its own.
#[derive(Debug, Clone, Copy)]
pub struct Single<'a> {
    /// What it is.
    pub found: Found<'a>,
    /// Where it is, to the north-west corner of its smallest cell.
    pub at: WorldPoint,
}

/// The points of the selection on these shelves within a cell, gathered. The shelves are those the selection looks at.
///
/// Where the selection leaves nothing out and nothing is told that differs from object to object, it takes as long as
/// there are cells, else as there are points.
pub fn marks<'a>(shelves: &[&'a Shelf], selection: &Selection, within: Cell, how: &Clustering) -> Marks<'a> {
    let mut gathered: BTreeMap<Cell, Gathered<'a>> = BTreeMap::new();
    for (at, shelf) in shelves.iter().enumerate() {
        if how.tally.is_same_of_all() && selection.here(shelf).takes_all() {
            let group = how.tally.group_of_all(shelf);
            for (cell, mass, ends) in shelf.masses_in(within, how.level) {
                gathered.entry(cell).or_default().add(at, mass, ends, group);
            }
        } else {
            for (key, feature) in taken(shelf, selection, within) {
                let to = gathered.entry(Cell::holding(key, how.level)).or_default();
                to.add(at, Mass::at(key), [key; 2], how.tally.group_of(shelf, feature));
                to.add_up(how.tally, shelf, feature);
            }
        }
    }
    let mut marks = Marks::default();
    let mut singles = Vec::new();
    for (cell, gathered) in gathered {
        if gathered.mass.count >= how.min_points {
            marks.clusters.push(gathered.cluster(cell));
            continue;
        }
        for at in gathered.shelves {
            singles.extend(taken(shelves[at], selection, cell).map(|(key, feature)| (at, feature, key)));
        }
    }
    singles.sort_unstable_by(|(a, one, _), (b, other, _)| a.cmp(b).then_with(|| one.id.cmp(&other.id)));
    let single = |(at, feature, key): (usize, _, _)| Single {
        found: Found { shelf: shelves[at], feature },
        at: cell::point(cell::spot(key)),
    };
    marks.singles = singles.into_iter().map(single).collect();
    marks
}

/// The points of the selection on a shelf within a cell, in the order of their ids: what a cluster stands for.
pub fn leaves<'a>(shelf: &'a Shelf, selection: &Selection, within: Cell) -> Vec<&'a Feature> {
    let mut leaves: Vec<&Feature> = taken(shelf, selection, within).map(|(_, feature)| feature).collect();
    leaves.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    leaves
}

/// The box around the places at which the points of the selection within a cell are counted, a centimetre wider at most.
pub fn bbox(shelves: &[&Shelf], selection: &Selection, within: Cell) -> Option<BBox> {
    let keys = shelves.iter().flat_map(|shelf| taken(shelf, selection, within)).map(|(key, _)| key);
    let boxes = keys.map(cell::spot).map(|(x, y)| [x, y, x, y]);
    let [west, north, east, south] =
        boxes.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])?;
    let unit = cell::point((1, 1));
    let far = cell::point((east, south));
    let max = WorldPoint { x: far.x + unit.x, y: far.y + unit.y };
    Some(WorldBox { min: cell::point((west, north)), max }.bbox())
}

fn taken<'a>(shelf: &'a Shelf, selection: &Selection, within: Cell) -> impl Iterator<Item = (u64, &'a Feature)> {
    let here = selection.here(shelf);
    let all = here.takes_all();
    shelf.points_in(within).filter(move |(_, feature)| all || here.takes(feature))
}

/// What is known of a cell so far.
#[derive(Default)]
struct Gathered<'a> {
    mass: Mass,
    /// The first and the last point along the curve.
    ends: Option<[u64; 2]>,
    groups: BTreeMap<&'a str, u64>,
    sums: Vec<Sum>,
    /// The shelves that gave something, ascending, each once.
    shelves: Vec<usize>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, shelf: usize, mass: Mass, [first, last]: [u64; 2], group: Option<&'a str>) {
        self.mass += mass;
        let [least, greatest] = self.ends.unwrap_or([first, last]);
        self.ends = Some([least.min(first), greatest.max(last)]);
        if let Some(group) = group {
            *self.groups.entry(group).or_default() += mass.count;
        }
        if self.shelves.last() != Some(&shelf) {
            self.shelves.push(shelf);
        }
    }

    fn add_up(&mut self, tally: &Tally, shelf: &Shelf, feature: &Feature) {
        self.sums.resize(tally.sums.len(), Sum::default());
        for (sum, field) in self.sums.iter_mut().zip(&tally.sums) {
            sum.add(feature.value(shelf.collection(), field));
        }
    }

    fn cluster(self, cell: Cell) -> Cluster<'a> {
        let Mass { count, x, y } = self.mass;
        let [first, last] = self.ends.expect("a cell is gathered from its points");
        let mean = |sum: u128| (sum / u128::from(count)) as u32;
        let at = cell::point((mean(x), mean(y)));
        let opens = (first != last).then(|| ((first ^ last).leading_zeros() / 2 + 1) as u8);
        Cluster { cell, count, at, opens, groups: self.groups, sums: self.sums }
    }
}

impl Tally {
    /// Whether all that is told is the same of all objects of a shelf.
    fn is_same_of_all(&self) -> bool {
        self.sums.is_empty() && !matches!(self.by, Some(By::Kind | By::Field(_)))
    }

    /// The group that all objects of a shelf are counted in; `None` where it differs, or there is none.
    fn group_of_all<'a>(&self, shelf: &'a Shelf) -> Option<&'a str> {
        match self.by.as_ref()? {
            By::Sector => Some(shelf.sector().unwrap_or(OTHER)),
            By::Collection => Some(shelf.collection().id.as_str()),
            By::Kind | By::Field(_) => None,
        }
    }

    /// The group that an object is counted in.
    fn group_of<'a>(&self, shelf: &'a Shelf, feature: &'a Feature) -> Option<&'a str> {
        let collection = shelf.collection();
        match self.by.as_ref()? {
            By::Sector | By::Collection => self.group_of_all(shelf),
            By::Kind => Some(feature.kind.as_deref().unwrap_or(UNKNOWN)),
            By::Field(name) => {
                let field = collection.field_index(name);
                Some(field.map_or(UNKNOWN, |at| word(&collection.fields[at], &feature.values[at])))
            }
        }
    }
}

/// The word that a value is counted under.
fn word<'a>(field: &'a Field, value: &Value) -> &'a str {
    match value {
        Value::Unknown => UNKNOWN,
        Value::Boolean(true) => "true",
        Value::Boolean(false) => "false",
        Value::Text(text) => {
            let listed = field.values.iter().find(|choice| *choice.id == **text);
            listed.map_or(OTHER, |choice| choice.id.as_str())
        }
        Value::Integer(_) | Value::Number(_) | Value::Date(_) => OTHER,
    }
}

impl Sum {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Integer(whole) => self.thousandths += i128::from(*whole) * 1000,
            Value::Number(number) => {
                let thousandths = (number * 1000.0).round().clamp(-MOST_THOUSANDTHS, MOST_THOUSANDTHS);
                self.thousandths += thousandths as i128;
            }
            _ => self.unknown += 1,
        }
    }

    /// The sum as a number.
    pub fn number(self) -> f64 {
        self.thousandths as f64 / 1000.0
    }
}

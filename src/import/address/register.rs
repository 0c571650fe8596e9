//! An `AddressRegister` knows the houses of a city by their addresses, by present and former names of their streets.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use super::{
    Address,
    house::HouseNumber,
    street::{Settlement, StreetName, agrees},
};
use crate::{
    model::{Collection, Feature},
    space::{Geometry, LonLat, geodesic::distance_m},
};

/// How far apart the places of one address may be: a register has several of a long house, one an entrance.
const SAME_HOUSE_M: f64 = 100.0;

/// How many addresses a refusal proposes.
const CANDIDATES: usize = 3;

/// How alike a street must be to be proposed, from 0 to 1.
const ALIKE: f64 = 0.5;

/// For how many streets it is remembered what is like them.
const MAX_REMEMBERED: usize = 4096;

/// The houses of a city.
#[derive(Debug, Default)]
pub struct AddressRegister {
    streets: Vec<Street>,
    /// The streets that have a name, with the kind that the name says.
    present: HashMap<String, Vec<(usize, Option<&'static str>)>>,
    former: HashMap<String, Vec<(usize, Option<&'static str>)>>,
    like: RefCell<HashMap<String, Rc<[usize]>>>,
}

#[derive(Debug)]
struct Street {
    settlement: Option<Settlement>,
    name: StreetName,
    /// As it was written first.
    shown: String,
    /// The pairs of neighbouring letters of its name, sorted.
    pairs: Box<[[char; 2]]>,
    houses: BTreeMap<String, House>,
}

#[derive(Debug)]
struct House {
    number: HouseNumber,
    at: LonLat,
    /// Whether other rows have the address elsewhere.
    is_scattered: bool,
}

/// What a register says of an address.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import) enum Found {
    /// Its house.
    House(LonLat),
    /// More than one house: in words which.
    Several(String),
    /// No house: the addresses that are most like it.
    None(Vec<String>),
}

impl AddressRegister {
    /// The houses among the features of a collection, by its fields `settlement`, `street`, `number`, `block` and
    /// `former_street`; a house without a street or a number has no address.
    ///
    /// `city` is the settlement of houses that name none. `renamed` are present and former names of streets.
    pub fn new<'f>(
        of: &Collection,
        houses: impl IntoIterator<Item = &'f Feature>,
        city: Option<&str>,
        renamed: &[(String, String)],
    ) -> Self {
        let mut register = Self::default();
        let mut known = HashMap::new();
        let said = |house: &'f Feature, field| house.value(of, field).as_text();
        for house in houses {
            let Geometry::Point(at) = &house.geometry else { continue };
            let (Some(street), Some(number)) = (said(house, "street"), said(house, "number")) else { continue };
            let Some(name) = StreetName::of(street) else { continue };
            let settlement = said(house, "settlement").or(city).and_then(Settlement::of);
            let key = (settlement.clone(), name.clone());
            let i = *known.entry(key).or_insert_with(|| register.add(settlement, name, street));
            for former in said(house, "former_street").into_iter().flat_map(several) {
                register.call(i, former);
            }
            let number = match said(house, "block") {
                Some(block) => HouseNumber::with_block(number, block),
                None => HouseNumber::of(number),
            };
            register.streets[i].put(number, *at);
        }
        for (present, former) in renamed {
            let Some(name) = StreetName::of(present) else { continue };
            let streets = register.present.get(&name.key).cloned().unwrap_or_default();
            for (i, _) in streets.into_iter().filter(|(_, word)| agrees(*word, name.word)) {
                for former in several(former) {
                    register.call(i, former);
                }
            }
        }
        register
    }

    /// How many houses it has.
    pub fn len(&self) -> usize {
        self.streets.iter().map(|street| street.houses.len()).sum()
    }

    /// Whether it has no house.
    pub fn is_empty(&self) -> bool {
        self.streets.is_empty()
    }

    fn add(&mut self, settlement: Option<Settlement>, name: StreetName, shown: &str) -> usize {
        let i = self.streets.len();
        self.present.entry(name.key.clone()).or_default().push((i, name.word));
        let pairs = pairs(&name.key);
        self.streets.push(Street { settlement, name, shown: shown.trim().into(), pairs, houses: BTreeMap::new() });
        i
    }

    /// A street has had another name.
    fn call(&mut self, i: usize, former: &str) {
        let Some(name) = StreetName::of(former).filter(|name| *name != self.streets[i].name) else { return };
        let streets = self.former.entry(name.key).or_default();
        if !streets.contains(&(i, name.word)) {
            streets.push((i, name.word));
        }
    }

    /// The house of an address.
    ///
    /// A present name goes before a former one, unless both lead to a house.
    pub(in crate::import) fn find(&self, address: &Address) -> Found {
        let present = self.named(&self.present, address, &[]);
        let former = self.named(&self.former, address, &present);
        let has_it = |i: &&usize| self.streets[**i].houses.contains_key(address.number.as_str());
        let meant: Vec<usize> = if present.is_empty() {
            former
        } else {
            present.iter().chain(former.iter().filter(has_it)).copied().collect()
        };
        match meant.as_slice() {
            [only] => match self.streets[*only].houses.get(address.number.as_str()) {
                Some(house) if !house.is_scattered => Found::House(house.at),
                Some(_) => {
                    Found::Several(format!("{} stands at several places", self.shown(*only, address.number.as_str())))
                }
                None => Found::None(self.beside(*only, &address.number)),
            },
            [] => Found::None(self.like(address)),
            several => {
                let shown = several.iter().take(CANDIDATES).map(|i| self.shown(*i, address.number.as_str()));
                Found::Several(format!("it may be {}", shown.collect::<Vec<_>>().join(", or ")))
            }
        }
    }

    /// The streets that the address may mean by names of this sort.
    fn named(
        &self,
        names: &HashMap<String, Vec<(usize, Option<&'static str>)>>,
        address: &Address,
        but: &[usize],
    ) -> Vec<usize> {
        let all = names.get(&address.street.key).map(Vec::as_slice).unwrap_or_default();
        let mut meant: Vec<usize> = all
            .iter()
            .filter(|(i, word)| agrees(*word, address.street.word) && self.is_there(*i, address) && !but.contains(i))
            .map(|(i, _)| *i)
            .collect();
        meant.dedup();
        meant
    }

    /// Whether the street is in the settlement of the address. A house that names none is in none that is named.
    fn is_there(&self, i: usize, address: &Address) -> bool {
        let Some(wanted) = &address.settlement else { return true };
        self.streets[i].settlement.as_ref().is_some_and(|there| there.agrees(wanted))
    }

    /// The numbers of a street that are nearest to one that it lacks.
    fn beside(&self, i: usize, number: &HouseNumber) -> Vec<String> {
        let mut houses: Vec<_> = self.streets[i].houses.values().map(|house| &house.number).collect();
        houses.sort_by_key(|known| (known.first().abs_diff(number.first()), known.as_str()));
        houses.into_iter().take(CANDIDATES).map(|known| self.shown(i, known.as_str())).collect()
    }

    /// The addresses of streets whose names are most like that of the address.
    fn like(&self, address: &Address) -> Vec<String> {
        let mut proposed: Vec<String> = Vec::new();
        for i in self.streets_like(&address.street.key).iter().filter(|i| self.is_there(**i, address)) {
            let street = &self.streets[*i];
            let number = address.number.as_str();
            proposed.push(if street.houses.contains_key(number) {
                self.shown(*i, number)
            } else {
                self.named_place(*i)
            });
            if proposed.len() == CANDIDATES {
                break;
            }
        }
        proposed
    }

    fn streets_like(&self, key: &str) -> Rc<[usize]> {
        if let Some(known) = self.like.borrow().get(key) {
            return Rc::clone(known);
        }
        let wanted = pairs(key);
        let mut found: Vec<(f64, usize)> = self
            .streets
            .iter()
            .enumerate()
            .map(|(i, street)| (alike(&wanted, &street.pairs), i))
            .filter(|(alike, _)| *alike >= ALIKE)
            .collect();
        found
            .sort_by(|(a, i), (b, j)| b.total_cmp(a).then_with(|| self.streets[*i].shown.cmp(&self.streets[*j].shown)));
        let found: Rc<[usize]> = found.into_iter().map(|(_, i)| i).take(64).collect();
        let mut like = self.like.borrow_mut();
        if like.len() < MAX_REMEMBERED {
            like.insert(key.into(), Rc::clone(&found));
        }
        found
    }

    fn shown(&self, i: usize, number: &str) -> String {
        format!("{}, {number}", self.named_place(i))
    }

    fn named_place(&self, i: usize) -> String {
        let street = &self.streets[i];
        match &street.settlement {
            Some(settlement) => format!("{} ({})", street.shown, settlement.key),
            None => street.shown.clone(),
        }
    }
}

impl Street {
    fn put(&mut self, number: HouseNumber, at: LonLat) {
        let key = number.as_str().to_owned();
        let known = self.houses.entry(key).or_insert(House { number, at, is_scattered: false });
        known.is_scattered |= distance_m(known.at, at) > SAME_HOUSE_M;
    }
}

/// Names in one text.
fn several(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '|', '\n']).map(str::trim).filter(|name| !name.is_empty())
}

fn pairs(key: &str) -> Box<[[char; 2]]> {
    let letters: Vec<char> = format!(" {key} ").chars().collect();
    let mut pairs: Vec<_> = letters.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    pairs.sort_unstable();
    pairs.into()
}

/// The share of pairs that both have (Sørensen and Dice): 1 for equal names, 0 for names that have nothing in common.
fn alike(a: &[[char; 2]], b: &[[char; 2]]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                both += 1;
                i += 1;
                j += 1;
            }
        }
    }
    2.0 * f64::from(both) / (a.len() + b.len()) as f64
}

//! An `Address` is where a row says it is, as settlement, street and house, in one spelling for all that mean the same.
//!
//! ```text
//!   "м. Кривий Ріг, вул. Шевченка Тараса, буд. 12-а, корп. 2, кв. 5"
//!       кривий ріг       вулиця · тараса шевченка     12А корп. 2
//! ```
//!
//! Case, the order of the words of a name, abbreviated kinds, apostrophes, dashes and what is inside of a house make no
//! difference. Everything else does: a missing first name, a letter, another kind of street.

mod full;
mod house;
mod register;
mod street;
mod twin;

use super::{
    Reason,
    outcome::Objection,
    recipe::AddressSource,
    record::Columns,
    value::{is_nothing, trimmed},
};
use crate::space::LonLat;
use house::HouseNumber;
use register::Found;
use street::{Settlement, StreetName};

pub use register::AddressRegister;

/// Where a row says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub settlement: Option<Settlement>,
    pub street: StreetName,
    pub number: HouseNumber,
}

/// How the address of a row is read.
pub(super) struct AddressPlan {
    settlement: Option<usize>,
    /// The settlement of rows that name none.
    city: Option<Settlement>,
    house: Cells,
}

enum Cells {
    /// All in one.
    Full(usize),
    /// Street, number and block.
    Parts(usize, usize, Option<usize>),
}

impl AddressPlan {
    /// The plan of a recipe, and the columns it wants.
    pub fn new(source: &AddressSource, columns: &mut Columns) -> Self {
        let mut slot = |column: &str, key: &str| columns.slot(column, &format!("[geometry] address.{key}"));
        let house = match source {
            AddressSource { full: Some(full), .. } => Cells::Full(slot(full, "full")),
            AddressSource { street, number, block, .. } => Cells::Parts(
                slot(street.as_deref().unwrap_or_default(), "street"),
                slot(number.as_deref().unwrap_or_default(), "number"),
                block.as_ref().map(|block| slot(block, "block")),
            ),
        };
        let settlement = source.settlement.as_ref().map(|column| slot(column, "settlement"));
        Self { settlement, city: source.city.as_deref().and_then(Settlement::of), house }
    }

    /// The address of a row; `None` where the row says none.
    fn read(&self, cells: &[impl AsRef<str>], columns: &Columns) -> Result<Option<Address>, Objection> {
        let said = |slot: usize| Some(trimmed(cells[slot].as_ref())).filter(|text| !is_nothing(text));
        let (settlement, street, number) = match self.house {
            Cells::Full(slot) => {
                let Some(text) = said(slot) else { return Ok(None) };
                let parts = full::parts(text).ok_or_else(|| {
                    let detail = "not one street with one number, by which the address register could be asked";
                    Objection::to_column(columns.name(slot), text, Reason::BadAddress, detail)
                })?;
                (parts.settlement, StreetName::of(parts.street), HouseNumber::of(parts.number))
            }
            Cells::Parts(street, number, block) => {
                let (Some(name), Some(digits)) = (said(street), said(number)) else {
                    if said(street).is_none() && said(number).is_none() {
                        return Ok(None);
                    }
                    let (slot, what) = if said(street).is_none() { (street, "street") } else { (number, "number") };
                    let detail = format!("the address has no {what}, by which the address register could be asked");
                    return Err(Objection::to_column(columns.name(slot), "", Reason::BadAddress, detail));
                };
                let house = match block.and_then(said) {
                    Some(block) => HouseNumber::with_block(digits, block),
                    None => HouseNumber::of(digits),
                };
                (None, StreetName::of(name), house)
            }
        };
        let settlement = self.settlement.and_then(said).or(settlement).and_then(Settlement::of);
        let settlement = settlement.or_else(|| self.city.clone());
        let street = street.ok_or_else(|| {
            Objection::to_column(
                columns.name(self.slot()),
                &self.written(cells),
                Reason::BadAddress,
                "it names no street",
            )
        })?;
        Ok(Some(Address { settlement, street, number }))
    }

    /// The house of a row, or why there is none.
    pub fn house(
        &self,
        register: Option<&AddressRegister>,
        cells: &[impl AsRef<str>],
        columns: &Columns,
    ) -> Result<LonLat, Objection> {
        let refused = |reason, detail: &str| {
            Objection::to_column(columns.name(self.slot()), &self.written(cells), reason, detail)
        };
        let Some(register) = register else {
            let detail = "there are no coordinates, and the store has no address register to ask";
            return Err(refused(Reason::MissingCoordinates, detail));
        };
        let Some(address) = self.read(cells, columns)? else {
            return Err(refused(Reason::MissingCoordinates, "there are neither coordinates nor an address"));
        };
        match register.find(&address) {
            Found::House(at) => Ok(at),
            Found::Several(which) => Err(refused(Reason::AmbiguousAddress, &which)),
            Found::None(like) if like.is_empty() => {
                Err(refused(Reason::UnknownAddress, "the address register has no such house, nor any like it"))
            }
            Found::None(like) => {
                let detail = format!("the address register has no such house; the nearest are {}", like.join("; "));
                Err(refused(Reason::UnknownAddress, &detail))
            }
        }
    }

    /// The slot that is named where the address is wrong.
    fn slot(&self) -> usize {
        match self.house {
            Cells::Full(slot) | Cells::Parts(slot, ..) => slot,
        }
    }

    /// What a row says, in one text.
    fn written(&self, cells: &[impl AsRef<str>]) -> String {
        let slots = match self.house {
            Cells::Full(slot) => [self.settlement, Some(slot), None, None],
            Cells::Parts(street, number, block) => [self.settlement, Some(street), Some(number), block],
        };
        let texts = slots.into_iter().flatten().map(|slot| trimmed(cells[slot].as_ref()));
        texts.filter(|text| !is_nothing(text)).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests;

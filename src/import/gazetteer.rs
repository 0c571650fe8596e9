//! A `Gazetteer` is what is known of the places of a city before a source is read: its addresses and its districts.

use std::rc::Rc;

use super::{AddressRegister, Districts};

/// The places of a city; what is not known is not filled and finds no house.
#[derive(Debug, Clone, Default)]
pub struct Gazetteer {
    /// The houses that addresses are matched with.
    pub addresses: Option<Rc<AddressRegister>>,
    /// The districts that objects lie in.
    pub districts: Option<Rc<Districts>>,
}

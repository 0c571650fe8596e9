//! `Places` are what the store knows of a city's places, made ready for the recipes that ask for it.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use crate::{
    import::{AddressRegister, Districts, Gazetteer, Recipe},
    model::Feature,
    store::{Store, StoreError},
};

/// The collection that knows former names of streets.
const STREETS: &str = "streets";

/// What has been read; what a run replaces is forgotten and read again.
#[derive(Debug, Default)]
pub struct Places {
    /// By the collection and the settlement of houses that name none.
    addresses: HashMap<(String, Option<String>), Option<Rc<AddressRegister>>>,
    districts: HashMap<String, Option<Rc<Districts>>>,
}

impl Places {
    /// The collections that the recipes ask for places, in two steps: districts, which ask nobody, and the houses and
    /// streets that lie in them.
    pub fn steps<'r>(recipes: impl Iterator<Item = &'r Recipe> + Clone) -> [BTreeSet<String>; 2] {
        let districts = recipes.clone().filter_map(Recipe::districts).map(ToString::to_string).collect();
        let houses =
            recipes.filter_map(Recipe::register).flat_map(|(id, _)| [id.to_string(), STREETS.into()]).collect();
        [districts, houses]
    }

    /// What the store knows of what the recipe asks for.
    pub fn of(&mut self, recipe: &Recipe, store: &mut Store) -> anyhow::Result<Gazetteer> {
        let mut gazetteer = Gazetteer::default();
        if let Some((id, city)) = recipe.register() {
            let key = (id.to_string(), city.map(Into::into));
            if !self.addresses.contains_key(&key) {
                let found = addresses(store, id.as_str(), city)?;
                self.addresses.insert(key.clone(), found.map(Rc::new));
            }
            gazetteer.addresses = self.addresses.get(&key).cloned().flatten();
        }
        if let Some(id) = recipe.districts() {
            if !self.districts.contains_key(id.as_str()) {
                let found = store.collection(id.as_str())?;
                let found = found.map(|(of, districts)| Rc::new(Districts::new(&of, &districts)));
                self.districts.insert(id.to_string(), found);
            }
            gazetteer.districts = self.districts.get(id.as_str()).cloned().flatten();
        }
        Ok(gazetteer)
    }

    /// Forgets what was made of a collection that is another one now.
    pub fn forget(&mut self, collection: &str) {
        self.addresses.retain(|(register, _), _| register != collection && collection != STREETS);
        self.districts.remove(collection);
    }
}

fn addresses(store: &mut Store, register: &str, city: Option<&str>) -> Result<Option<AddressRegister>, StoreError> {
    let Some((of, houses)) = store.collection(register)? else { return Ok(None) };
    let mut renamed = Vec::new();
    if let Some((of, streets)) = store.collection(STREETS)? {
        let said = |street: &Feature, field| street.value(&of, field).as_text().map(str::to_owned);
        renamed.extend(streets.iter().filter_map(|street| said(street, "name").zip(said(street, "former_name"))));
    }
    Ok(Some(AddressRegister::new(&of, &houses, city, &renamed)))
}

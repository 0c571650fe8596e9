//! Which photos a GeoPackage names.

use rusqlite::TransactionBehavior;

use super::{GeoPackage, explain};
use crate::{
    model::Collection,
    store::{
        StoreError,
        photos::{Named, questions, read},
    },
};

impl GeoPackage {
    /// Tells every picture that is named, while nobody else can write.
    pub fn with_photos<T>(&mut self, then: impl FnOnce(&Named) -> T) -> Result<T, StoreError> {
        let path = &self.path;
        let at = |error| explain(path, &error);
        let on = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(at)?;
        let mut asked = vec!["SELECT feature FROM mapa_version".to_owned()];
        {
            let mut rows = on.prepare("SELECT layer, definition FROM mapa_collection").map_err(at)?;
            let mut rows = rows.query([]).map_err(at)?;
            while let Some(row) = rows.next().map_err(at)? {
                let text = |i: usize| row.get::<_, String>(i).map_err(at);
                let (layer, of): (String, Collection) = (text(0)?, serde_json::from_str(&text(1)?)?);
                asked.extend(questions(&of, &format!("\"{layer}\"")));
            }
        }
        let mut named = Named::new();
        for question in asked {
            let mut rows = on.prepare(&question).map_err(at)?;
            let mut rows = rows.query([]).map_err(at)?;
            while let Some(row) = rows.next().map_err(at)? {
                // Another program may have left what is no text there, and that names none.
                if let Ok(text) = row.get_ref(0).map_err(at)?.as_str() {
                    read(text, &mut named);
                }
            }
        }
        let told = then(&named);
        on.rollback().map_err(at)?;
        Ok(told)
    }
}

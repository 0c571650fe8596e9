//! Which photos a database names.

use postgres::fallible_iterator::FallibleIterator as _;

use super::{PostGis, explain, writing};
use crate::{
    model::Collection,
    store::{
        StoreError,
        photos::{Named, questions, read},
    },
};

impl PostGis {
    /// Tells every picture that is named, while nobody else can write.
    pub fn with_photos<T>(&mut self, then: impl FnOnce(&Named) -> T) -> Result<T, StoreError> {
        self.client()?;
        let Self { url, client, .. } = self;
        let at = |error| explain(url, &error);
        let mut on = writing(client).map_err(at)?;
        let mut asked = vec!["SELECT feature FROM mapa.mapa_version".to_owned()];
        for row in on.query("SELECT layer, definition::text FROM mapa.mapa_collection", &[]).map_err(at)? {
            let of: Collection = serde_json::from_str(row.get(1))?;
            asked.extend(questions(&of, &format!("mapa.\"{}\"", row.get::<_, &str>(0))));
        }
        let mut named = Named::new();
        for question in asked {
            // Row after row: the past may be longer than memory.
            let mut rows = on.query_raw(&question, std::iter::empty::<&str>()).map_err(at)?;
            while let Some(row) = rows.next().map_err(at)? {
                read(row.get(0), &mut named);
            }
        }
        let told = then(&named);
        on.rollback().map_err(at)?;
        Ok(told)
    }
}

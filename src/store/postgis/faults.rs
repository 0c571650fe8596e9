//! Keeping faults: a row that another program left in a state that is no feature becomes a rejection of the run of that edit.

use postgres::error::SqlState;

use super::{PostGis, explain, layer::Layer};
use crate::{
    model::Collection,
    store::{EDIT_REFUSED, Fault, StoreError},
};

/// The advisory lock of those who keep faults, so that of several nodes only one does; `mapf` in ASCII.
const KEEPER: i64 = 0x6d61_7066;

impl PostGis {
    /// Keeps what these rows are now as rejections, unless somebody has; rows that are features by now are left out.
    ///
    /// A node that may only read leaves it to one that may write.
    pub fn keep_faults(&mut self, faults: &[Fault]) -> Result<(), StoreError> {
        self.client()?;
        match self.try_keep_faults(faults) {
            Err(error)
                if [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::INSUFFICIENT_PRIVILEGE]
                    .iter()
                    .any(|code| error.code() == Some(code)) =>
            {
                Ok(())
            }
            kept => kept.map_err(|error| explain(&self.url, &error)),
        }
    }

    fn try_keep_faults(&mut self, faults: &[Fault]) -> Result<(), postgres::Error> {
        let mut on = self.client.transaction()?;
        on.batch_execute(&format!("SELECT pg_advisory_xact_lock({KEEPER})"))?;
        for Fault { layer: name, row, .. } in faults {
            let ask = "SELECT definition::text FROM mapa.mapa_collection WHERE layer = $1";
            let Some(found) = on.query_opt(ask, &[name])? else { continue };
            // A definition that cannot be read is told where it is loaded.
            let Ok(definition) = serde_json::from_str::<Collection>(found.get(0)) else { continue };
            let Some(problem) = Layer::new(name.clone(), &definition).problem(&mut on, *row)? else { continue };
            let keep = format!(
                "INSERT INTO mapa.mapa_rejection (run, row, text, reason, detail, record)
                 SELECT r.run, f.fid, f.id, $2, $3,
                        (to_jsonb(f) - '{{mapa_hash,mapa_row,mapa_record}}'::text[] || jsonb_build_object('geom', ST_AsText(f.geom)))::text
                 FROM mapa.\"{name}\" AS f CROSS JOIN LATERAL (
                     SELECT run FROM mapa.mapa_run
                     WHERE collection = $4 AND revision >= coalesce(f.mapa_revision, 0) ORDER BY revision, run LIMIT 1
                 ) AS r
                 WHERE f.fid = $1
                 AND NOT EXISTS (SELECT FROM mapa.mapa_rejection AS k WHERE k.run = r.run AND k.row = f.fid AND k.reason = $2)"
            );
            on.execute(&keep, &[row, &EDIT_REFUSED, &problem, &definition.id.as_str()])?;
        }
        on.commit()
    }
}

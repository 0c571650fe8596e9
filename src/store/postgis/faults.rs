//! Keeping faults: a row that another program left in a state that is not served becomes a rejection of the run of that edit.

use postgres::error::SqlState;

use super::{PostGis, explain};
use crate::store::{Edited, Fault, StoreError};

/// The advisory lock of those who keep faults, so that of several nodes only one does; `mapf` in ASCII.
const KEEPER: i64 = 0x6d61_7066;

impl PostGis {
    /// Keeps these rows as rejections, unless somebody has; those that were written again since are left out.
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
        for Fault { at, column, text, reason, detail } in faults {
            let Edited { layer, row, revision } = at;
            let Some(found) = on.query_opt("SELECT id FROM mapa.mapa_collection WHERE layer = $1", &[layer])? else {
                continue;
            };
            // Whoever wrote the row again since is judged by what he wrote.
            let keep = format!(
                "INSERT INTO mapa.mapa_rejection (run, row, column_name, text, reason, detail, record)
                 SELECT r.run, f.fid, $3, $4, $5, $6,
                        (to_jsonb(f) - '{{mapa_hash,mapa_row,mapa_record}}'::text[] || jsonb_build_object('geom', ST_AsText(f.geom)))::text
                 FROM mapa.\"{layer}\" AS f CROSS JOIN LATERAL (
                     SELECT run FROM mapa.mapa_run
                     WHERE collection = $7 AND revision >= $2 ORDER BY revision, run LIMIT 1
                 ) AS r
                 WHERE f.fid = $1 AND coalesce(f.mapa_revision, 0) = $2 AND NOT EXISTS (
                     SELECT FROM mapa.mapa_rejection AS k
                     WHERE k.run = r.run AND k.row = f.fid AND k.reason = $5 AND k.detail = $6
                 )"
            );
            on.execute(&keep, &[row, revision, column, text, reason, detail, &found.get::<_, &str>(0)])?;
        }
        on.commit()
    }
}

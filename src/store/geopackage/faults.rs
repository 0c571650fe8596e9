//! Keeping faults: a row that another program left in a state that is not served becomes a rejection of the run of that edit.

use std::time::Duration;

use rusqlite::{ErrorCode, OptionalExtension, TransactionBehavior, params};

use super::{GeoPackage, WAIT_FOR_WRITER, explain, watch};
use crate::{
    model::Collection,
    store::{Edited, Fault, StoreError},
};

impl GeoPackage {
    /// Keeps these rows as rejections, unless somebody has; those that were written again since are left out.
    ///
    /// False where somebody writes just now: whoever follows a store does not wait for an import. A file that may only be
    /// read stays as it is.
    pub fn keep_faults(&mut self, faults: &[Fault]) -> Result<bool, StoreError> {
        let at = |error| explain(&self.path, &error);
        self.connection.busy_timeout(Duration::ZERO).map_err(at)?;
        let kept = self.try_keep_faults(faults);
        let at = |error| explain(&self.path, &error);
        self.connection.busy_timeout(WAIT_FOR_WRITER).map_err(at)?;
        match kept {
            Ok(()) => Ok(true),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy) => Ok(false),
                Some(ErrorCode::ReadOnly) => Ok(true),
                _ => Err(at(error)),
            },
        }
    }

    fn try_keep_faults(&mut self, faults: &[Fault]) -> rusqlite::Result<()> {
        let on = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for Fault { at, column, text, reason, detail } in faults {
            let Edited { layer, row, revision } = at;
            let ask = "SELECT definition FROM mapa_collection WHERE layer = ?1";
            let found: Option<String> = on.query_row(ask, [layer], |row| row.get(0)).optional()?;
            // A definition that cannot be read is told where it is loaded.
            let Some(of) = found.and_then(|json| serde_json::from_str::<Collection>(&json).ok()) else { continue };
            // Whoever wrote the row again since is judged by what he wrote.
            let keep = format!(
                "INSERT INTO mapa_rejection
                 SELECT r.run, f.fid, ?3, ?4, ?5, ?6,
                        json_patch(json({}), json_object('fid', f.fid, 'id', CAST(f.id AS TEXT), 'geom', hex(f.geom)))
                 FROM \"{layer}\" AS f JOIN mapa_run AS r ON r.run = (
                     SELECT run FROM mapa_run WHERE collection = ?7 AND revision >= ?2 ORDER BY revision, run LIMIT 1
                 )
                 WHERE f.fid = ?1 AND coalesce(f.mapa_revision, 0) = ?2 AND NOT EXISTS (
                     SELECT 1 FROM mapa_rejection AS k
                     WHERE k.run = r.run AND k.row = f.fid AND k.reason = ?5 AND k.detail = ?6
                 )",
                watch::properties(&of, "f")
            );
            on.execute(&keep, params![row, revision, column, text, reason, detail, of.id.as_str()])?;
        }
        on.commit()
    }
}

//! Watching a layer: triggers by which what another program edits becomes a revision, a run and a piece of history.
//!
//! SQLite tells a trigger of rows, and neither of statements nor of transactions: each edited row is a revision of its own,
//! and edits that follow each other within ten seconds are one run.

use std::fmt::Write as _;

use crate::{
    model::{Collection, FieldType},
    store::log::KEPT_REVISIONS,
};

/// What JSON objects have at once: SQLite takes at most 100 arguments, two a field.
const FIELDS_AT_ONCE: usize = 40;

/// The triggers of a layer.
pub fn triggers(layer: &str, of: &Collection) -> String {
    let by_others = "(SELECT importing FROM mapa_store) = 0";
    let mut differs = String::from("(OLD.id IS NOT NEW.id OR OLD.geom IS NOT NEW.geom OR OLD.kind IS NOT NEW.kind");
    for field in &of.fields {
        let _ = write!(differs, " OR OLD.\"{0}\" IS NOT NEW.\"{0}\"", field.name);
    }
    // What another program writes has no known content, so the next import writes it again, and is made of no row of a source.
    // What it does not name gets a name.
    let mark = format!(
        "UPDATE \"{layer}\" SET mapa_hash = NULL, mapa_revision = (SELECT revision FROM mapa_store), mapa_row = NULL,
         mapa_record = NULL, id = coalesce(id, lower(hex(randomblob(16)))) WHERE fid = NEW.fid;"
    );
    let keep = format!(
        "INSERT INTO mapa_version SELECT '{}', OLD.id, coalesce(OLD.mapa_revision, 0), revision,
         json_object('type', 'Feature', 'id', OLD.id, 'geometry', NULL, 'properties', json({})),
         OLD.mapa_row, OLD.mapa_record, OLD.geom FROM mapa_store;",
        of.id,
        properties(of, "OLD")
    );
    // The mark is an update too; where triggers are recursive it is told by its revision.
    let now = changed(of, &format!("(SELECT id FROM \"{layer}\" WHERE fid = NEW.fid)"));
    let was = changed(of, "OLD.id");
    let update = format!("{by_others} AND OLD.mapa_revision IS NEW.mapa_revision AND {differs})");
    [
        trigger(layer, of, ("INSERT", "added"), by_others, &[&mark, &now]),
        trigger(layer, of, ("UPDATE", "changed"), &update, &[&mark, &keep, &was, &now]),
        trigger(layer, of, ("DELETE", "removed"), by_others, &[&keep, &was]),
    ]
    .concat()
}

fn trigger(layer: &str, of: &Collection, (event, count): (&str, &str), when: &str, steps: &[&str]) -> String {
    let (id, steps) = (&of.id, steps.concat());
    format!(
        "CREATE TRIGGER \"{layer}__{count}\" AFTER {event} ON \"{layer}\" WHEN {when} BEGIN
             UPDATE mapa_store SET revision = revision + 1;
             {steps}
             DELETE FROM mapa_change WHERE revision <= (SELECT revision FROM mapa_store) - {KEPT_REVISIONS};
             UPDATE mapa_collection SET revision = (SELECT revision FROM mapa_store) WHERE id = '{id}';
             UPDATE mapa_run SET {count} = {count} + 1, revision = (SELECT revision FROM mapa_store)
             WHERE run = (SELECT max(run) FROM mapa_run WHERE collection = '{id}') AND recipe = 'edit'
             AND started > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-10 seconds');
             INSERT INTO mapa_run (collection, recipe, source, started, accepted, revision, {count}, report)
             SELECT '{id}', 'edit', 'edited with another program', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 1, revision, 1, '{{}}'
             FROM mapa_store WHERE changes() = 0;
         END;"
    )
}

fn changed(of: &Collection, id: &str) -> String {
    format!("INSERT OR IGNORE INTO mapa_change SELECT revision, '{}', {id} FROM mapa_store;", of.id)
}

/// An expression for the JSON of what a row says, without what nobody has said.
pub fn properties(of: &Collection, row: &str) -> String {
    let mut pairs = vec![format!("'kind', CAST({row}.kind AS TEXT)")];
    for field in &of.fields {
        let cell = format!("{row}.\"{}\"", field.name);
        let said = match field.kind {
            FieldType::Text | FieldType::Date => format!("CAST({cell} AS TEXT)"),
            FieldType::Boolean => {
                format!("CASE {cell} WHEN 1 THEN json('true') WHEN 0 THEN json('false') ELSE CAST({cell} AS TEXT) END")
            }
            // JSON has no place for bytes, which SQLite lets anybody put into any column.
            FieldType::Integer | FieldType::Number => {
                format!("CASE typeof({cell}) WHEN 'blob' THEN hex({cell}) ELSE {cell} END")
            }
        };
        pairs.push(format!("'{}', {said}", field.name));
    }
    // A patch leaves out what is null (RFC 7396).
    pairs
        .chunks(FIELDS_AT_ONCE)
        .fold("'{}'".to_owned(), |all, some| format!("json_patch({all}, json_object({}))", some.join(", ")))
}

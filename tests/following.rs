//! Following a store: who knows an older revision is told what changed since, whoever changed it, and comes to what is stored.

mod postgres;
#[macro_use]
mod stores;

use std::{cell::RefCell, collections::BTreeMap, thread, time::Duration};

use mapa::{
    model::{Collection, Feature, GeometryKind, Provenance, Revision, Value},
    space::Geometry,
    store::{Change, Origin, PastRun, Store, Stored},
};
use proptest::prelude::*;
use serde_json::Value as Json;
use stores::{Place, collection, commit, place, point, provenance, put, run, title};

contract! {
    who_follows_is_told_only_what_changed
    further_ids_come_when_they_change
    who_is_far_behind_or_told_of_much_loads_whole
    what_another_program_edits_is_a_revision_with_its_history
    an_edit_that_leaves_no_feature_is_kept_as_a_rejection
    an_edit_that_says_the_same_is_none
    what_may_stand_once_stands_once_whoever_writes
    any_imports_and_edits_lead_who_follows_to_what_is_stored
}

fn named(of: &Collection, id: &str, name: &str) -> Feature {
    let mut feature = point(of, id);
    feature.values[0] = Value::from(name);
    feature
}

/// What changed after a revision, of the one collection that did.
fn since(at: &Place, revision: u64) -> Stored {
    let (_, mut changed) = Store::open(&at.address).unwrap().load(Revision(revision)).unwrap();
    assert_eq!(changed.len(), 1);
    changed.remove(0)
}

fn gone(stored: &Stored) -> Option<Vec<String>> {
    stored.gone.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect())
}

fn who_follows_is_told_only_what_changed(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b"), named(&of, "3", "c")]);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "B"), named(&of, "4", "d")]);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "B"), named(&of, "5", "e")]);
    let told = since(at, 1);
    assert_eq!(told.features, [named(&of, "2", "B"), named(&of, "5", "e")]);
    assert_eq!(gone(&told), Some(vec!["3".into(), "4".into()]));
    assert_eq!(told.aliases, None);
    let told = since(at, 2);
    assert_eq!((told.features, told.gone.unwrap().len()), (vec![named(&of, "5", "e")], 1));
    assert_eq!(gone(&since(at, 0)), None, "who has nothing loads everything");

    // Whom to credit may change alone; a definition is loaded with all that it defines.
    let credited = Provenance { attribution: Some("Я".into()), ..provenance() };
    let mut replacement = store.replace(&of, &credited).unwrap();
    for feature in [named(&of, "1", "a"), named(&of, "2", "B"), named(&of, "5", "e")] {
        replacement.put(&feature, Origin::default()).unwrap();
    }
    assert_eq!(replacement.commit(&run()).unwrap().revision, Some(Revision(4)));
    let told = since(at, 3);
    assert_eq!((told.features.len(), gone(&told), &told.provenance), (0, Some(vec![]), &credited));
    let renamed = Collection { title: title("Інакше"), ..of.clone() };
    put(&mut store, &renamed, &[named(&of, "1", "a")]);
    let told = since(at, 4);
    assert_eq!((told.features.len(), gone(&told), told.collection), (1, None, renamed));
}

fn further_ids_come_when_they_change(at: &Place) {
    let mut store = at.create();
    let (of, provenance) = (collection("things", GeometryKind::Point), provenance());
    let mut import = |features: &[(&str, &str, &str)]| {
        let mut replacement = store.replace(&of, &provenance).unwrap();
        for (id, name, alias) in features {
            let aliases = [(*alias).to_owned()];
            replacement.put(&named(&of, id, name), Origin { aliases: &aliases, ..Origin::default() }).unwrap();
        }
        replacement.commit(&run()).unwrap();
    };
    import(&[("1", "a", "old-1"), ("2", "b", "old-2")]);
    import(&[("1", "A", "old-1"), ("2", "b", "old-2")]);
    import(&[("1", "A", "old-1"), ("2", "b", "older-2")]);
    let told = since(at, 2);
    let now = BTreeMap::from([("old-1", "1"), ("older-2", "2")].map(|(alias, id)| (alias.into(), id.into())));
    assert_eq!((told.features.len(), gone(&told), told.aliases), (0, Some(vec![]), Some(now.clone())));
    let told = since(at, 1);
    assert_eq!((told.features.len(), told.aliases), (1, Some(now)));
}

fn who_is_far_behind_or_told_of_much_loads_whole(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let few = [named(&of, "1", "a"), named(&of, "2", "b")];
    put(&mut store, &of, &few);
    let many: Vec<Feature> = (0..10_000).map(|i| named(&of, &format!("n{i:05}"), "n")).collect();
    put(&mut store, &of, &[&few[..], &many[..]].concat());
    let told = since(at, 1);
    assert_eq!((told.features.len(), gone(&told)), (10_000, Some(vec![])));
    put(&mut store, &of, &few[..1]);
    let told = since(at, 2);
    assert_eq!((told.features.len(), gone(&told)), (1, None), "10,001 are gone");
    // Two changes that are few each are many together.
    put(&mut store, &of, &many[..6000]);
    put(&mut store, &of, &few);
    assert_eq!((gone(&since(at, 3)).is_none(), gone(&since(at, 4)).map(|gone| gone.len())), (false, Some(6000)));
    put(&mut store, &of, &many[6000..]);
    assert_eq!((gone(&since(at, 3)).is_none(), gone(&since(at, 5)).map(|gone| gone.len())), (true, Some(2)));

    at.sql("UPDATE {}mapa_store SET revision = 1005");
    put(&mut store, &of, &few);
    assert_eq!((gone(&since(at, 6)).is_some(), gone(&since(at, 5)).is_some()), (true, false));
    assert_eq!(at.sql("SELECT min(revision) || '' FROM {}mapa_change"), "1006", "what nobody can ask for is forgotten");
}

fn runs_of_edits(store: &mut Store) -> Vec<(String, Option<i64>, Change)> {
    let edits = store.runs("things").unwrap().into_iter().filter(|run| run.recipe == "edit");
    edits.map(|PastRun { source, revision, change, .. }| (source, revision, change)).collect()
}

fn what_another_program_edits_is_a_revision_with_its_history(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let spread = Geometry::Points(vec![place(33.1, 47.9), place(33.123_456_789_012_3, 47.0)].into());
    let mut features = [named(&of, "1", "a"), named(&of, "2", "b"), named(&of, "3", "c")];
    (features[0].geometry, features[1].values[4]) = (spread, Value::Unknown);
    put(&mut store, &of, &features);
    let states = |store: &mut Store, id: &str| -> Vec<(i64, Option<i64>, Json)> {
        let versions = store.versions("things", id).unwrap();
        versions.iter().map(|v| (v.from, v.to, serde_json::from_str(&v.feature).unwrap())).collect()
    };
    let before = ["1", "2", "3"].map(|id| states(&mut store, id).remove(0).2);

    at.sql("UPDATE {}things SET a_text = 'А' WHERE id = '1'");
    assert_eq!(store.revision().unwrap(), Revision(2));
    at.sql("DELETE FROM {}things WHERE id = '2'");
    at.sql("INSERT INTO {}things (id, kind, geom, a_text) SELECT '4', kind, geom, 'd' FROM {}things WHERE id = '3'");
    at.sql("UPDATE {}things SET id = '5' WHERE id = '3'");
    assert_eq!(store.revision().unwrap(), Revision(5));

    let told = since(at, 1);
    let ids: Vec<&str> = told.features.iter().map(|feature| feature.id.as_str()).collect();
    assert_eq!((ids, gone(&told)), (vec!["1", "4", "5"], Some(vec!["2".into(), "3".into()])));
    assert_eq!(told.features[0].values[0], Value::from("А"));
    assert_eq!(at.load_one().features, told.features);
    // History has what the import would have written of the same states.
    let after = ["1", "2", "3", "4", "5"].map(|id| states(&mut store, id));
    assert_eq!(after[0][0], (1, Some(2), before[0].clone()));
    assert_eq!((after[0][1].0, after[0][1].1, &after[0][1].2["properties"]["a_text"]), (2, None, &"А".into()));
    assert_eq!(after[1], [(1, Some(3), before[1].clone())]);
    assert_eq!(after[2], [(1, Some(5), before[2].clone())]);
    assert_eq!((after[3].len(), after[3][0].0, after[4].len(), after[4][0].0), (1, 4, 1, 5));
    let edits = runs_of_edits(&mut store);
    let sum = edits.iter().fold(Change::default(), |sum, (_, _, change)| sum + *change);
    assert_eq!(sum, Change { added: 1, changed: 2, removed: 1, unchanged: 0 });
    assert!(edits[0].0.starts_with("edited "), "{edits:?}");
    assert_eq!(edits.last().unwrap().1, Some(5));
    // What has no name gets one.
    at.sql("INSERT INTO {}things (geom) SELECT geom FROM {}things WHERE id = '1'");
    let nameless = since(at, 5);
    assert!(nameless.features.len() == 1 && nameless.features[0].id.as_str().len() >= 32, "{nameless:?}");
    at.sql("DELETE FROM {}things WHERE kind IS NULL");
    assert_eq!((since(at, 5).features.len(), since(at, 5).gone.unwrap().len()), (0, 1));

    // The next import puts it right, and that is a change like any other.
    let committed = commit(&mut store, &of, &features);
    assert_eq!(committed.change, Change { added: 2, changed: 1, removed: 2, unchanged: 0 });
    assert_eq!(at.load_one().features, features);
    assert_eq!(since(at, 7).features, features);
    assert_eq!(gone(&since(at, 7)), Some(vec!["4".into(), "5".into()]));
}

fn an_edit_that_leaves_no_feature_is_kept_as_a_rejection(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b")]);
    at.sql("UPDATE {}things SET kind = 'учорашнє' WHERE id = '2'");
    let told = since(at, 1);
    assert_eq!((told.features.len(), gone(&told), told.faults.len()), (0, Some(vec!["2".into()]), 1));
    let edit = store.runs("things").unwrap().pop().unwrap();
    // Every node that follows tries, and those that begin later; it is kept once.
    for faults in [&told.faults, &told.faults, &at.load_one().faults] {
        Store::open(&at.address).unwrap().keep_faults(&mut faults.clone()).unwrap();
    }
    let kept = store.rejections(edit.run).unwrap();
    assert_eq!((kept.len(), kept[0].row, kept[0].text.as_str()), (1, told.faults[0].at.row.unsigned_abs(), "2"));
    assert_eq!(kept[0].reason, "no-feature");
    assert!(kept[0].detail.contains("учорашнє"), "{:?}", kept[0]);
    let record: Json = serde_json::from_str(&kept[0].record).unwrap();
    assert_eq!((&record["kind"], &record["a_text"]), (&"учорашнє".into(), &"b".into()));

    at.sql("UPDATE {}things SET kind = 'big', geom = NULL WHERE id = '2'");
    let worse = since(at, 2);
    at.sql("UPDATE {}things SET geom = (SELECT geom FROM {}things WHERE id = '1') WHERE id = '2'");
    // What was mended before anybody kept it is no rejection; the one before stays.
    store.keep_faults(&mut worse.faults.clone()).unwrap();
    assert_eq!(at.sql("SELECT count(*) || '' FROM {}mapa_rejection"), "1");
    let mended = since(at, 3);
    assert_eq!((gone(&mended), mended.faults, mended.features), (Some(vec![]), vec![], vec![named(&of, "2", "b")]));
}

fn what_may_stand_once_stands_once_whoever_writes(at: &Place) {
    let mut store = at.create();
    let mut of = collection("things", GeometryKind::Point);
    let features = [named(&of, "1", "a"), named(&of, "2", "b")];
    put(&mut store, &of, &features);
    // The recipe begins to want it; a text of any length is held to it.
    of.fields[0].unique = true;
    put(&mut store, &of, &features);
    let long = "ї".repeat(5000);
    let edits = [
        format!("UPDATE {{}}things SET a_text = '{long}' WHERE id = '1'"),
        "UPDATE {}things SET a_text = NULL".into(),
        "UPDATE {}things SET a_text = 'b' WHERE id = '2'".into(),
        "UPDATE {}things SET a_text = 'a' WHERE id = '1'".into(),
    ];
    for edit in edits {
        at.sql(&edit);
    }
    let is_held = |value: &str| {
        let stands = at.load_one().features;
        for edit in [
            format!("UPDATE {{}}things SET a_text = '{value}' WHERE id = '1'"),
            format!(
                "INSERT INTO {{}}things (id, geom, a_text) SELECT '9', geom, '{value}' FROM {{}}things WHERE id = '1'"
            ),
        ] {
            let told = at.try_sql(&edit).unwrap_err();
            assert!(told.contains("a_text"), "{told}");
        }
        assert_eq!(at.load_one().features, stands);
    };
    is_held("b");
    // An import may have two objects exchange their values, and one take that of another that goes.
    put(&mut store, &of, &[named(&of, "1", "b"), named(&of, "2", "a")]);
    is_held("a");
    put(&mut store, &of, &[named(&of, "1", "c"), named(&of, "3", "b")]);
    is_held("b");
    let elsewhere = [Some(Place::file()), Place::database()].into_iter().flatten();
    for to in elsewhere {
        store.copy_to(&mut to.create(), &mut |_| ()).unwrap();
        assert!(to.try_sql("UPDATE {}things SET a_text = 'b'").unwrap_err().contains("a_text"));
    }
    // The recipe wants it no longer.
    of.fields[0].unique = false;
    put(&mut store, &of, &[named(&of, "1", "c"), named(&of, "3", "b")]);
    at.sql("UPDATE {}things SET a_text = 'b'");
}

fn an_edit_that_says_the_same_is_none(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b")]);
    at.sql("UPDATE {}things SET a_text = a_text, kind = 'big'");
    at.sql("DELETE FROM {}things WHERE id = 'none'");
    assert_eq!((store.revision().unwrap(), runs_of_edits(&mut store)), (Revision(1), vec![]));
    let committed = commit(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b")]);
    assert_eq!((committed.revision, committed.change.unchanged), (None, 2));
}

/// What happens to a store of the property.
#[derive(Debug, Clone)]
enum Happening {
    Import(BTreeMap<u8, u8>),
    Named(u8, u8),
    Renumbered(u8, u8),
    Broken(u8),
    Added(u8),
    Removed(u8),
    Followed,
}

fn any_imports_and_edits_lead_who_follows_to_what_is_stored(at: &Place) {
    let id = 0..8_u8;
    let happening = prop_oneof![
        2 => prop::collection::btree_map(id.clone(), 0..3_u8, 0..8).prop_map(Happening::Import),
        2 => (id.clone(), 0..3_u8).prop_map(|(id, name)| Happening::Named(id, name)),
        1 => (id.clone(), id.clone()).prop_map(|(id, other)| Happening::Renumbered(id, other)),
        1 => id.clone().prop_map(Happening::Broken),
        1 => id.clone().prop_map(Happening::Added),
        1 => id.prop_map(Happening::Removed),
        3 => Just(Happening::Followed),
    ];
    let of = collection("things", GeometryKind::Point);
    let mut store = at.create();
    // One thing that no import of the property leaves out and no edit touches lends its geometry to those that are added.
    let lender = named(&of, "lender", "l");
    put(&mut store, &of, std::slice::from_ref(&lender));
    let state = RefCell::new((store, Revision(0), BTreeMap::<String, Feature>::new()));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(16));
    let outcome = runner.run(&prop::collection::vec(happening, 1..12), |happenings| {
        let (store, known, following) = &mut *state.borrow_mut();
        for happening in happenings.into_iter().chain([Happening::Followed]) {
            let is_free = |id: u8| format!("NOT EXISTS (SELECT 1 FROM {{}}things WHERE id = '{id}')");
            match happening {
                Happening::Import(names) => {
                    let features = names.iter().map(|(id, name)| named(&of, &id.to_string(), &name.to_string()));
                    commit(store, &of, &features.chain([lender.clone()]).collect::<Vec<_>>());
                }
                Happening::Named(id, name) => {
                    at.sql(&format!("UPDATE {{}}things SET a_text = '{name}' WHERE id = '{id}'"));
                }
                Happening::Renumbered(id, other) => {
                    at.sql(&format!("UPDATE {{}}things SET id = '{other}' WHERE id = '{id}' AND {}", is_free(other)));
                }
                Happening::Broken(id) => _ = at.sql(&format!("UPDATE {{}}things SET kind = 'none' WHERE id = '{id}'")),
                Happening::Added(id) => {
                    let columns = "geom FROM {}things WHERE id = 'lender'";
                    at.sql(&format!("INSERT INTO {{}}things (id, geom) SELECT '{id}', {columns} AND {}", is_free(id)));
                }
                Happening::Removed(id) => _ = at.sql(&format!("DELETE FROM {{}}things WHERE id = '{id}'")),
                Happening::Followed => {
                    let (revision, changed) = store.load(*known).unwrap();
                    prop_assert_eq!(changed.is_empty(), revision == *known);
                    for told in changed {
                        match told.gone {
                            None => following.clear(),
                            Some(gone) => following.retain(|id, _| !gone.iter().any(|gone| gone.as_str() == id)),
                        }
                        following.extend(told.features.into_iter().map(|feature| (feature.id.to_string(), feature)));
                    }
                    *known = revision;
                    let standing: Vec<Feature> = following.values().cloned().collect();
                    prop_assert_eq!(standing, at.load_one().features);
                }
            }
        }
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_transaction_of_another_program_is_one_revision_however_many_rows_it_edits() {
    let Some(at) = Place::database() else { return };
    let mut store = at.create();
    let (of, other) = (collection("things", GeometryKind::Point), collection("others", GeometryKind::Point));
    let many: Vec<Feature> = (0..10_000).map(|i| named(&of, &format!("{i:05}"), "n")).collect();
    put(&mut store, &of, &many);
    put(&mut store, &other, &[point(&other, "1")]);
    at.sql(
        "BEGIN; UPDATE {}things SET a_text = 'm'; UPDATE {}things SET a_integer = 7 WHERE id < '00010';
         SAVEPOINT s; DELETE FROM {}others; ROLLBACK TO s; UPDATE {}others SET a_text = 'o';
         INSERT INTO {}things (geom) SELECT geom FROM {}others; DELETE FROM {}things WHERE a_text IS NULL; COMMIT",
    );
    assert_eq!(store.revision().unwrap(), Revision(3));
    let (_, changed) = store.load(Revision(2)).unwrap();
    assert_eq!(changed.iter().map(|stored| stored.features.len()).collect::<Vec<_>>(), [1, 10_001 - 1]);
    assert_eq!(store.versions("things", "00001").unwrap().len(), 2, "what the transaction itself made never stood");
    assert_eq!(runs_of_edits(&mut store)[0].2.changed, 10_000);
    at.sql("BEGIN; UPDATE {}things SET a_text = 'never'; ROLLBACK");
    assert_eq!(store.revision().unwrap(), Revision(3));
}

#[test]
fn an_edit_waits_for_an_import_and_none_is_lost() {
    let Some(at) = Place::database() else { return };
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b")]);
    // Who may only touch the layer edits it as well.
    at.sql("CREATE ROLE editor; GRANT USAGE ON SCHEMA mapa TO editor; GRANT SELECT, UPDATE ON {}things TO editor");
    let provenance = provenance();
    let mut replacement = store.replace(&of, &provenance).unwrap();
    for (id, name) in [("1", "a"), ("2", "B")] {
        replacement.put(&named(&of, id, name), Origin::default()).unwrap();
    }
    thread::scope(|scope| {
        let edit = scope.spawn(|| at.sql("SET ROLE editor; UPDATE {}things SET a_text = 'А' WHERE id = '1'"));
        thread::sleep(Duration::from_millis(500));
        assert!(!edit.is_finished());
        replacement.commit(&run()).unwrap();
    });
    assert_eq!(store.revision().unwrap(), Revision(3));
    assert_eq!(at.load_one().features, [named(&of, "1", "А"), named(&of, "2", "B")]);
    assert_eq!(since(&at, 2).features, [named(&of, "1", "А")]);
}

/// A table that comes or goes in a file, or an index, has every reader read all of them and all triggers anew.
#[test]
fn an_import_of_changes_leaves_the_tables_of_a_file_as_they_are() {
    let at = Place::file();
    let mut store = at.create();
    let tables = || at.sql("SELECT schema_version || '' FROM pragma_schema_version");
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[named(&of, "1", "a"), named(&of, "2", "b")]);
    let before = tables();
    let change = commit(&mut store, &of, &[named(&of, "2", "B"), named(&of, "3", "c")]).change;
    assert_eq!(change, Change { added: 1, changed: 1, removed: 1, unchanged: 0 });
    assert_eq!(tables(), before);
    // Of values that may stand once one can change alone.
    let mut once = collection("others", GeometryKind::Point);
    once.fields[0].unique = true;
    put(&mut store, &once, &[named(&once, "1", "a"), named(&once, "2", "b")]);
    let between = tables();
    assert_ne!(between, before, "a new layer is a new table");
    put(&mut store, &once, &[named(&once, "1", "a"), named(&once, "2", "B")]);
    assert_eq!(tables(), between);
}

//! The contract of a store, held by both: what is committed is there whole, what is not is not there at all.

mod postgres;
#[macro_use]
mod stores;

use std::{cell::RefCell, collections::BTreeMap, fs};

use mapa::{
    model::{Collection, Feature, Field, GeometryKind, Revision, Value},
    space::{Area, Geometry},
    store::{Change, Committed, Origin, Refused, Store, StoreError},
};
use proptest::prelude::*;
use stores::{Place, all_values, collection, commit, place, point, provenance, put, run, title};

contract! {
    what_was_put_comes_back_the_same
    each_commit_is_one_revision_and_only_what_changed_is_loaded
    one_collection_is_read_alone
    what_is_not_committed_never_was
    a_refused_import_changes_nothing_and_keeps_its_rejections
    a_definition_may_change_from_one_import_to_the_next
    a_row_that_another_program_broke_is_a_fault_with_its_place
    what_changed_is_counted_told_and_kept
    an_import_that_changes_nothing_keeps_its_run_and_makes_no_revision
    a_run_is_repeated_with_its_rejections_until_another_comes_between
    what_another_program_changed_is_put_right
    a_feature_that_is_put_twice_is_an_error
    any_imports_one_after_the_other_leave_what_was_imported_last
}

fn what_was_put_comes_back_the_same(at: &Place) {
    let ring = |lo: f64, hi: f64| vec![place(lo, lo), place(hi, lo), place(hi, hi), place(lo, hi)];
    let line = |at: f64| vec![place(at, at), place(at + 1.0, at), place(at + 1.5, at + 0.7)];
    let shapes: [(GeometryKind, Vec<Geometry>); 3] = [
        (
            GeometryKind::Point,
            vec![Geometry::Point(place(-180.0, 90.0)), Geometry::Points(vec![place(1.0, 2.0), place(3.0, 4.0)].into())],
        ),
        (
            GeometryKind::Line,
            vec![Geometry::lines(vec![line(1.0)]).unwrap(), Geometry::lines(vec![line(1.0), line(5.0)]).unwrap()],
        ),
        (
            GeometryKind::Area,
            vec![
                Geometry::areas(vec![Area::new(ring(0.0, 9.0), vec![ring(2.0, 3.0), ring(5.0, 6.0)]).unwrap()])
                    .unwrap(),
                Geometry::areas(vec![
                    Area::new(ring(0.0, 1.0), vec![]).unwrap(),
                    Area::new(ring(2.0, 3.0), vec![]).unwrap(),
                ])
                .unwrap(),
            ],
        ),
    ];
    for (kind, shapes) in shapes {
        let collection = collection(&format!("{}-things", format!("{kind:?}").to_lowercase()), kind);
        let mut features: Vec<Feature> = shapes
            .into_iter()
            .enumerate()
            .map(|(i, shape)| Feature::new(&collection, &format!("Ф-{i}"), None, shape, all_values()).unwrap())
            .collect();
        let unknown = vec![Value::Unknown; 5];
        features.push(Feature::new(&collection, "Ф-9", None, features[0].geometry.clone(), unknown).unwrap());
        let revision = put(&mut at.create(), &collection, &features);
        let before = Revision(revision.0 - 1);
        let stored = Store::open(&at.address).unwrap().load(before).unwrap().1.remove(0);
        assert_eq!(stored.features, features);
        assert_eq!(stored.collection, collection);
        assert_eq!(stored.provenance, provenance());
        assert!(stored.faults.is_empty());
    }
}

fn each_commit_is_one_revision_and_only_what_changed_is_loaded(at: &Place) {
    let mut store = at.create();
    assert_eq!(store.revision().unwrap(), Revision(0));
    let (a, b) = (collection("a-things", GeometryKind::Point), collection("b-things", GeometryKind::Point));
    assert_eq!(put(&mut store, &a, &[point(&a, "1")]), Revision(1));
    assert_eq!(put(&mut store, &b, &[point(&b, "1")]), Revision(2));
    assert_eq!(put(&mut store, &a, &[point(&a, "2"), point(&a, "3")]), Revision(3));

    let (revision, changed) = Store::open(&at.address).unwrap().load(Revision(2)).unwrap();
    assert_eq!(revision, Revision(3));
    let ids: Vec<_> = changed.iter().flat_map(|stored| &stored.features).map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
}

fn one_collection_is_read_alone(at: &Place) {
    let mut store = at.create();
    let (one, other) = (collection("one", GeometryKind::Point), collection("other", GeometryKind::Point));
    put(&mut store, &one, &[point(&one, "b"), point(&one, "a")]);
    put(&mut store, &other, &[point(&other, "c")]);
    let ids = |features: &[Feature]| features.iter().map(|feature| feature.id.to_string()).collect::<Vec<_>>();
    let (of, features) = store.collection("one").unwrap().unwrap();
    assert_eq!((ids(&features), of), (vec!["a".into(), "b".into()], one));
    assert_eq!(ids(&store.collection("other").unwrap().unwrap().1), ["c"]);
    assert!(store.collection("none").unwrap().is_none());
}

fn what_is_not_committed_never_was(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "old")]);
    let provenance = provenance();
    {
        let mut dropped = store.replace(&of, &provenance).unwrap();
        dropped.put(&point(&of, "new"), Origin::default()).unwrap();
        // Another connection reads while the replacement is open.
        assert_eq!(at.load_one().features[0].id.as_str(), "old");
    }
    assert_eq!(store.revision().unwrap(), Revision(1));
    assert_eq!(at.load_one().features[0].id.as_str(), "old");
}

fn a_refused_import_changes_nothing_and_keeps_its_rejections(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "old")]);
    let provenance = provenance();
    let mut replacement = store.replace(&of, &provenance).unwrap();
    replacement.put(&point(&of, "new"), Origin::default()).unwrap();
    let refused =
        Refused {
            row: 7, column: Some("Широта"), text: "48,9x", reason: "bad-coordinate", detail: "…", record: "{}"
        };
    replacement.refuse(&refused).unwrap();
    replacement.refuse_all(&run()).unwrap();

    assert_eq!(store.revision().unwrap(), Revision(1));
    assert_eq!(at.load_one().features[0].id.as_str(), "old");
    let kept = at.sql("SELECT row || '|' || column_name || '|' || text FROM {}mapa_rejection");
    assert_eq!(kept, "7|Широта|48,9x");
    let run = &store.runs("things").unwrap()[1];
    assert_eq!((run.accepted, run.revision, run.change.added, run.change.removed), (false, None, 1, 1));
}

fn a_definition_may_change_from_one_import_to_the_next(at: &Place) {
    let mut store = at.create();
    let before = collection("things", GeometryKind::Point);
    put(&mut store, &before, &[point(&before, "1")]);
    let mut after = before.clone();
    after.fields.truncate(1);
    let feature =
        Feature::new(&after, "1", None, Geometry::Point(place(0.0, 0.0)), vec![Value::from("коротше")]).unwrap();
    put(&mut store, &after, std::slice::from_ref(&feature));
    assert_eq!(at.load_one().features, std::slice::from_ref(&feature));
    let versions = store.versions("things", "1").unwrap();
    assert_eq!((versions[0].from, versions[0].to, versions[1].from, versions[1].to), (1, Some(2), 2, None));
    assert!(versions[0].feature.contains("2026-02-28") && !versions[1].feature.contains("2026-02-28"));

    // A field that nobody fills changes the layer and no feature.
    let mut wider = after.clone();
    wider.fields.push(Field { name: "more".into(), ..after.fields[0].clone() });
    let mut values = feature.values.to_vec();
    values.push(Value::Unknown);
    let same = Feature::new(&wider, "1", None, feature.geometry, values).unwrap();
    let committed = commit(&mut store, &wider, std::slice::from_ref(&same));
    assert_eq!(committed.revision, Some(Revision(3)));
    assert_eq!(committed.change, Change { unchanged: 1, ..Change::default() });
    assert_eq!(at.load_one().features, [same]);
    assert_eq!(store.versions("things", "1").unwrap(), versions);
}

fn what_changed_is_counted_told_and_kept(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let named = |id: &str, name: &str| {
        let mut feature = point(&of, id);
        feature.values[0] = Value::from(name);
        feature
    };
    put(&mut store, &of, &[named("1", "a"), named("2", "b"), named("3", "c")]);
    let rows = "SELECT fid || '' FROM {}things WHERE id = '2'";
    let row = at.sql(rows);

    let provenance = provenance();
    let mut replacement = store.replace(&of, &provenance).unwrap();
    let now = [named("1", "a"), named("2", "B’"), named("4", "d")];
    for feature in &now {
        replacement.put(feature, Origin::default()).unwrap();
    }
    let change = Change { added: 1, changed: 1, removed: 1, unchanged: 1 };
    assert_eq!(replacement.change(), change);
    let diff = replacement.diff(10).unwrap();
    assert_eq!((diff.added, diff.removed), (vec!["4".to_owned()], vec!["3".to_owned()]));
    assert_eq!((diff.changed.len(), diff.changed[0].id.as_str()), (1, "2"));
    let told = serde_json::to_string(&diff.changed[0].differences).unwrap();
    assert_eq!(told, r#"[{"field":"a_text","old":"b","new":"B’"}]"#);
    assert_eq!(replacement.diff(0).unwrap().added, Vec::<String>::new());
    assert_eq!(replacement.commit(&run()).unwrap(), Committed { revision: Some(Revision(2)), change });

    assert_eq!(at.load_one().features, now);
    assert_eq!(at.sql(rows), row, "a changed feature keeps its row");
    let told = |store: &mut Store, id: &str| -> Vec<(i64, Option<i64>)> {
        store.versions("things", id).unwrap().iter().map(|version| (version.from, version.to)).collect()
    };
    assert_eq!(told(&mut store, "1"), [(1, None)]);
    assert_eq!(told(&mut store, "2"), [(1, Some(2)), (2, None)]);
    assert_eq!(told(&mut store, "3"), [(1, Some(2))]);
    assert_eq!(told(&mut store, "4"), [(2, None)]);
    assert_eq!(told(&mut store, "5"), []);
    let old: serde_json::Value = serde_json::from_str(&store.versions("things", "2").unwrap()[0].feature).unwrap();
    assert_eq!(old["properties"]["a_text"], "b");
    assert_eq!(old["geometry"]["coordinates"], serde_json::json!([33.4, 47.9]));

    // What comes back is new again, with its past.
    put(&mut store, &of, &[named("3", "c")]);
    assert_eq!(told(&mut store, "3"), [(1, Some(2)), (3, None)]);
    let counted: Vec<Change> = store.runs("things").unwrap().iter().map(|run| run.change).collect();
    assert_eq!(counted[1..], [change, Change { added: 1, removed: 3, ..Change::default() }]);
}

fn an_import_that_changes_nothing_keeps_its_run_and_makes_no_revision(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let features = [point(&of, "1"), point(&of, "2")];
    put(&mut store, &of, &features);
    let same = Change { unchanged: 2, ..Change::default() };
    assert_eq!(commit(&mut store, &of, &features), Committed { revision: None, change: same });
    assert_eq!(store.revision().unwrap(), Revision(1));
    let runs = store.runs("things").unwrap();
    assert_eq!((runs.len(), runs[1].accepted, runs[1].revision, runs[1].change), (2, true, None, same));

    // A new title is something that readers see.
    let renamed = Collection { title: title("Інакше"), ..of.clone() };
    assert_eq!(commit(&mut store, &renamed, &features), Committed { revision: Some(Revision(2)), change: same });
    assert_eq!(at.load_one().collection, renamed);
    // So is the first import of nothing at all.
    let empty = collection("empty", GeometryKind::Line);
    assert_eq!(put(&mut store, &empty, &[]), Revision(3));
}

fn a_run_is_repeated_with_its_rejections_until_another_comes_between(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    assert_eq!(store.repeat("things", &|_| true).unwrap(), None, "nothing was run yet");
    let provenance = provenance();
    let mut replacement = store.replace(&of, &provenance).unwrap();
    for id in ["1", "2"] {
        replacement.put(&point(&of, id), Origin::default()).unwrap();
    }
    for row in [7, 9] {
        let (text, reason, detail, record) = ("х", "bad-number", "`х` is not a number", "{\"a\":\"х\"}");
        replacement.refuse(&Refused { row, column: Some("a"), text, reason, detail, record }).unwrap();
    }
    replacement.commit(&run()).unwrap();
    let first = store.runs("things").unwrap().pop().unwrap();

    assert_eq!(store.repeat("things", &|last| last.run != first.run).unwrap(), None, "it is not the same");
    let again = store.repeat("things", &|last| *last == first).unwrap().unwrap();
    let same = Change { unchanged: 2, ..Change::default() };
    assert_eq!((again.change, again.revision, again.accepted), (same, None, true));
    assert_eq!((&again.report, &again.source, &again.recipe), (&first.report, &first.source, &first.recipe));
    assert!(again.run > first.run);
    let kept = store.runs("things").unwrap().pop().unwrap();
    assert_eq!((kept.run, kept.change, kept.revision, &kept.report), (again.run, same, None, &first.report));
    assert_eq!(store.rejections(again.run).unwrap(), store.rejections(first.run).unwrap());
    assert_eq!(store.rejections(again.run).unwrap().len(), 2);
    assert_eq!(store.revision().unwrap(), Revision(1));
    // And so on.
    assert_eq!(store.repeat("things", &|last| last.run == again.run).unwrap().unwrap().change, same);

    // An edit is a run, which nobody takes for the import before it.
    at.sql("UPDATE {}things SET a_text = 'інше' WHERE id = '1'");
    assert_eq!(store.repeat("things", &|last| last.recipe == first.recipe).unwrap(), None);
    // A run that was refused is none to repeat.
    store.replace(&of, &provenance).unwrap().refuse_all(&run()).unwrap();
    assert_eq!(store.repeat("things", &|_| true).unwrap(), None);
}

fn what_another_program_changed_is_put_right(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let features = [point(&of, "1"), point(&of, "2")];
    put(&mut store, &of, &features);
    at.sql("UPDATE {}things SET a_text = 'інше' WHERE id = '1'");
    let committed = commit(&mut store, &of, &features);
    assert_eq!(committed.change, Change { changed: 1, unchanged: 1, ..Change::default() });
    assert_eq!(at.load_one().features, features);
    let versions = store.versions("things", "1").unwrap();
    let told: Vec<_> = versions.iter().map(|version| (version.from, version.to)).collect();
    assert_eq!(told, [(1, Some(2)), (2, Some(3)), (3, None)]);
    assert!(versions[1].feature.contains("інше"));
}

fn a_feature_that_is_put_twice_is_an_error(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    let twice = [point(&of, "1"), point(&of, "1")];
    let provenance = provenance();
    for round in 0..2 {
        let mut replacement = store.replace(&of, &provenance).unwrap();
        let put = twice.iter().try_for_each(|feature| replacement.put(feature, Origin::default()));
        assert!(put.and_then(|()| replacement.commit(&run())).is_err(), "round {round}");
        put_once(&mut store, &of, &twice[..1], round);
    }
}

fn put_once(store: &mut Store, of: &Collection, features: &[Feature], round: u64) {
    assert_eq!(commit(store, of, features).change.unchanged, round);
}

/// What a feature of the property says: a number for its text, or nothing.
type Said = BTreeMap<u8, (u8, Option<String>)>;

fn any_imports_one_after_the_other_leave_what_was_imported_last(at: &Place) {
    let said = (0..4_u8, prop::option::of("[^\\x00]{0,9}"));
    let imports = prop::collection::vec(prop::collection::btree_map(0..12_u8, said, 0..12), 1..6);
    let of = collection("things", GeometryKind::Point);
    let feature = |id: u8, (at, text): &(u8, Option<String>)| {
        let mut values = all_values();
        values[0] = text.as_deref().map_or(Value::Unknown, Value::from);
        let places = (0..=*at).map(|i| place(33.0 + f64::from(i) / 7.0, 47.9)).collect::<Vec<_>>();
        let shape = if places.len() == 1 { Geometry::Point(places[0]) } else { Geometry::Points(places.into()) };
        Feature::new(&of, &format!("id-{id:02}"), None, shape, values).unwrap()
    };
    let mut store = at.create();
    put(&mut store, &of, &[]);
    let state = RefCell::new((store, Said::new()));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
    let outcome = runner.run(&imports, |imports| {
        let (store, before) = &mut *state.borrow_mut();
        for now in imports {
            let features: Vec<Feature> = now.iter().map(|(id, said)| feature(*id, said)).collect();
            // Those who come in come in any order.
            let mut shuffled = features.clone();
            shuffled.reverse();
            let change = commit(store, &of, &shuffled).change;
            let both = now.iter().filter_map(|(id, said)| Some((said, before.get(id)?)));
            let unchanged = both.clone().filter(|(now, before)| now == before).count() as u64;
            let changed = both.count() as u64 - unchanged;
            let added = now.len() as u64 - changed - unchanged;
            let removed = before.len() as u64 - changed - unchanged;
            prop_assert_eq!(change, Change { added, changed, removed, unchanged });
            prop_assert_eq!(at.load_one().features, features);
            before.clone_from(&now);
        }
        Ok(())
    });
    outcome.unwrap();
}

fn a_row_that_another_program_broke_is_a_fault_with_its_place(at: &Place) {
    let mut store = at.create();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "1"), point(&of, "2")]);
    at.sql("UPDATE {}things SET kind = 'учорашнє' WHERE id = '2'");
    let stored = at.load_one();
    assert_eq!(stored.features.len(), 1);
    assert_eq!((stored.faults[0].at.layer.as_str(), stored.faults[0].at.row), ("things", 2));
    assert!(stored.faults[0].detail.contains("учорашнє"), "{}", stored.faults[0].detail);
}

#[test]
fn what_is_no_store_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let said = Store::open(&at("missing.gpkg")).unwrap_err().to_string();
    assert!(said.contains("import something first"), "{said}");
    assert!(matches!(Store::open(&at("missing.gpkg")), Err(StoreError::Missing(_))));
    fs::write(at("text.gpkg"), "not a database, but long enough to be looked at by anyone who wonders").unwrap();
    assert!(matches!(Store::open(&at("text.gpkg")), Err(StoreError::Foreign { .. })));
    assert!(matches!(Store::open_or_create(&at("text.gpkg")), Err(StoreError::Foreign { .. })));
    let other = rusqlite::Connection::open(at("other.sqlite")).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(Store::open(&at("other.sqlite")), Err(StoreError::Foreign { .. })));
    let newer = at("newer.gpkg");
    Store::open_or_create(&newer).unwrap();
    rusqlite::Connection::open(&newer).unwrap().execute_batch("UPDATE mapa_store SET layout = 9").unwrap();
    assert!(matches!(Store::open(&newer), Err(StoreError::Layout { found: 9, .. })));
    rusqlite::Connection::open(&newer).unwrap().execute_batch("UPDATE mapa_store SET layout = 1").unwrap();
    let said = Store::open_or_create(&newer).unwrap_err().to_string();
    assert!(said.contains("layout 1") && said.contains("into a new store"), "{said}");
}

#[test]
fn a_database_that_is_no_store_is_refused_with_a_sentence() {
    let Some(place) = Place::database() else { return };
    assert!(matches!(Store::open(&place.address), Err(StoreError::Missing(_))));
    drop(place.create());
    // Two that open a new database at once make one store.
    let other = Place::database().unwrap();
    let opened: Vec<bool> = std::thread::scope(|scope| {
        let open = || Store::open_or_create(&other.address).is_ok();
        let opening: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        opening.into_iter().map(|opening| opening.join().unwrap()).collect()
    });
    assert_eq!(opened, [true; 4]);
    place.sql("DELETE FROM {}mapa_migration WHERE version > 2");
    let said = Store::open(&place.address).unwrap_err().to_string();
    assert!(said.contains("layout 2") && said.contains("brings it up to date"), "{said}");
    place.sql("INSERT INTO {}mapa_migration (version) VALUES (9)");
    assert!(matches!(Store::open(&place.address), Err(StoreError::Layout { found: 9, .. })));
}

#[test]
fn a_layer_in_a_database_is_typed_and_indexed() {
    let Some(place) = Place::database() else { return };
    let mut store = place.create();
    for (id, kind) in [("some-things", GeometryKind::Point), ("mapa-store", GeometryKind::Point)] {
        let of = collection(id, kind);
        put(&mut store, &of, &[point(&of, "1")]);
    }
    let types = "SELECT string_agg(f_table_name || ' ' || type || ' ' || srid, ', ' ORDER BY f_table_name) FROM geometry_columns";
    assert_eq!(place.sql(types), "c__mapa_store POINT 4326, some_things POINT 4326");
    let indexed = "SELECT count(*) FROM pg_indexes WHERE tablename = 'some_things' AND indexdef LIKE '%gist (geom)%'";
    assert_eq!(place.sql(indexed), "1");
    assert_eq!(
        place.sql("SELECT ST_AsText(geom) || a_date || a_boolean FROM {}some_things"),
        "POINT(33.4 47.9)2026-02-28false"
    );
}

#[test]
fn a_store_is_copied_whole_from_one_sort_to_the_other_and_back() {
    let first = Place::file();
    let Some(second) = Place::database() else { return };
    let third = Place::file();
    let mut store = first.create();
    let (things, lines) = (collection("things", GeometryKind::Point), collection("mapa-lines", GeometryKind::Line));
    put(&mut store, &things, &[point(&things, "1"), point(&things, "2")]);
    let line = Geometry::lines(vec![vec![place(33.0, 47.0), place(34.0, 48.0)]]).unwrap();
    put(&mut store, &lines, &[Feature::new(&lines, "л", None, line, vec![Value::Unknown; 5]).unwrap()]);
    put(&mut store, &things, &[point(&things, "2"), point(&things, "3")]);
    let provenance = provenance();
    let mut replacement = store.replace(&things, &provenance).unwrap();
    for row in [7, 8] {
        let refused = Refused { row, column: None, text: "…", reason: "bad-row", detail: "'\"", record: "{}" };
        replacement.refuse(&refused).unwrap();
    }
    replacement.refuse_all(&run()).unwrap();
    put(&mut store, &collection("empty", GeometryKind::Area), &[]);
    // What another program did, and that it was put right, is history too.
    first.sql("UPDATE things SET a_text = 'інше' WHERE id = '2'");
    put(&mut store, &things, &[point(&things, "2"), point(&things, "3")]);

    let copy = |from: &Place, to: &Place| {
        let mut done = 0;
        from.create().copy_to(&mut to.create(), &mut |_| done += 1).unwrap();
        assert_eq!(done, 3);
        let error = from.create().copy_to(&mut to.create(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("empty store"), "{error}");
    };
    copy(&first, &second);
    copy(&second, &third);
    let everything = |place: &Place| {
        let mut store = place.create();
        let ids = ["things", "mapa-lines", "empty"];
        let runs: Vec<_> = ids.iter().map(|id| store.runs(id).unwrap()).collect();
        let versions: Vec<_> = ["1", "2", "3"].iter().map(|id| store.versions("things", id).unwrap()).collect();
        let rejections = "SELECT run || ' ' || row || ' ' || text || reason || detail || record FROM {}mapa_rejection
                          WHERE row = 8";
        format!("{:#?}{runs:#?}{versions:#?}{}", store.load(Revision(0)).unwrap(), place.sql(rejections))
    };
    let expected = everything(&first);
    assert_eq!(everything(&second), expected);
    assert_eq!(everything(&third), expected);
    // A copy goes on as the original would: what is unchanged is known to be, and the next run gets the next number.
    for place in [first, second, third] {
        let committed = commit(&mut place.create(), &things, &[point(&things, "2"), point(&things, "3")]);
        assert_eq!(committed.change, Change { unchanged: 2, ..Change::default() });
        assert_eq!(place.create().runs("things").unwrap().last().unwrap().run, 8);
    }
}

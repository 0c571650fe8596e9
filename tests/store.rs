//! The contract of a store: what is committed is there whole, what is not is not there at all.

use std::{fs, path::Path, sync::Arc};

use jiff::{Timestamp, civil::date};
use mapa::{
    model::{
        Audience, Choice, Collection, CollectionId, Feature, Field, FieldType, GeometryKind, Provenance, Revision,
        Title, Value,
    },
    space::{Area, Geometry, LonLat},
    store::{Refused, Run, Store, StoreError, Stored},
};
use tempfile::TempDir;

fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

fn collection(id: &str, geometry: GeometryKind) -> Collection {
    let types = [FieldType::Text, FieldType::Integer, FieldType::Number, FieldType::Boolean, FieldType::Date];
    let field = |kind: FieldType| Field {
        name: format!("a_{}", kind.name()),
        kind,
        title: title("Поле"),
        unit: None,
        format: None,
        values: vec![],
    };
    Collection {
        id: CollectionId::new(id).unwrap(),
        title: title("Збірка"),
        geometry,
        fields: types.map(field).into(),
        kinds: vec![Choice { id: "big".into(), title: title("Велике") }],
        service_area: None,
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 8,
        icon: "marker".into(),
        priority: 50,
    }
}

fn provenance() -> Provenance {
    Provenance { source: "f.csv".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

fn run() -> Run {
    Run { recipe: "r".into(), report: "{}".into() }
}

fn place(lon: f64, lat: f64) -> LonLat {
    LonLat::new(lon, lat).unwrap()
}

fn all_values() -> Vec<Value> {
    vec![
        Value::from("Об’єкт \"№ 1\"; DROP TABLE x"),
        Value::Integer(i64::MIN),
        Value::Number(0.1 + 0.2),
        Value::Boolean(false),
        Value::Date(date(2026, 2, 28)),
    ]
}

fn put(store: &mut Store, collection: &Collection, features: &[Feature]) -> Revision {
    let provenance = provenance();
    let mut replacement = store.replace(collection, &provenance).unwrap();
    for feature in features {
        replacement.put(feature).unwrap();
    }
    replacement.commit(&run()).unwrap()
}

fn point(of: &Collection, id: &str) -> Feature {
    Feature::new(of, id, Some(Arc::from("big")), Geometry::Point(place(33.4, 47.9)), all_values()).unwrap()
}

fn load_one(path: &Path) -> Stored {
    let (_, mut all) = Store::open(path).unwrap().load(Revision(0)).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn folder() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/city.gpkg");
    (folder, path)
}

#[test]
fn what_was_put_comes_back_the_same() {
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
        let (_folder, path) = folder();
        let collection = collection("things", kind);
        let mut features: Vec<Feature> = shapes
            .into_iter()
            .enumerate()
            .map(|(i, shape)| Feature::new(&collection, &format!("Ф-{i}"), None, shape, all_values()).unwrap())
            .collect();
        let unknown = vec![Value::Unknown; 5];
        features.push(Feature::new(&collection, "Ф-9", None, features[0].geometry.clone(), unknown).unwrap());
        put(&mut Store::open_or_create(&path).unwrap(), &collection, &features);
        let stored = load_one(&path);
        assert_eq!(stored.features, features);
        assert_eq!(stored.collection, collection);
        assert_eq!(stored.provenance, provenance());
        assert!(stored.faults.is_empty());
    }
}

#[test]
fn each_commit_is_one_revision_and_only_what_changed_is_loaded() {
    let (_folder, path) = folder();
    let mut store = Store::open_or_create(&path).unwrap();
    assert_eq!(store.revision().unwrap(), Revision(0));
    let (a, b) = (collection("a-things", GeometryKind::Point), collection("b-things", GeometryKind::Point));
    assert_eq!(put(&mut store, &a, &[point(&a, "1")]), Revision(1));
    assert_eq!(put(&mut store, &b, &[point(&b, "1")]), Revision(2));
    assert_eq!(put(&mut store, &a, &[point(&a, "2"), point(&a, "3")]), Revision(3));

    let (revision, changed) = Store::open(&path).unwrap().load(Revision(2)).unwrap();
    assert_eq!(revision, Revision(3));
    let ids: Vec<_> = changed.iter().flat_map(|stored| &stored.features).map(|feature| feature.id.as_str()).collect();
    assert_eq!(ids, ["2", "3"]);
}

#[test]
fn what_is_not_committed_never_was() {
    let (_folder, path) = folder();
    let mut store = Store::open_or_create(&path).unwrap();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "old")]);
    let provenance = provenance();
    {
        let mut dropped = store.replace(&of, &provenance).unwrap();
        dropped.put(&point(&of, "new")).unwrap();
        // Another connection reads while the replacement is open.
        assert_eq!(load_one(&path).features[0].id.as_str(), "old");
    }
    assert_eq!(store.revision().unwrap(), Revision(1));
    assert_eq!(load_one(&path).features[0].id.as_str(), "old");
}

#[test]
fn a_refused_import_changes_nothing_and_keeps_its_rejections() {
    let (_folder, path) = folder();
    let mut store = Store::open_or_create(&path).unwrap();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "old")]);
    let provenance = provenance();
    let mut replacement = store.replace(&of, &provenance).unwrap();
    replacement.put(&point(&of, "new")).unwrap();
    let refused =
        Refused {
            row: 7, column: Some("Широта"), text: "48,9x", reason: "bad-coordinate", detail: "…", record: "{}"
        };
    replacement.refuse(&refused).unwrap();
    replacement.refuse_all(&run()).unwrap();

    assert_eq!(store.revision().unwrap(), Revision(1));
    assert_eq!(load_one(&path).features[0].id.as_str(), "old");
    let kept: (i64, String, String) = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row("SELECT row, column_name, text FROM mapa_rejection", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(kept, (7, "Широта".into(), "48,9x".into()));
}

#[test]
fn a_definition_may_change_from_one_import_to_the_next() {
    let (_folder, path) = folder();
    let mut store = Store::open_or_create(&path).unwrap();
    let before = collection("things", GeometryKind::Point);
    put(&mut store, &before, &[point(&before, "1")]);
    let mut after = before.clone();
    after.fields.truncate(1);
    let feature =
        Feature::new(&after, "1", None, Geometry::Point(place(0.0, 0.0)), vec![Value::from("коротше")]).unwrap();
    put(&mut store, &after, std::slice::from_ref(&feature));
    assert_eq!(load_one(&path).features, [feature]);
}

#[test]
fn a_row_that_another_program_broke_is_a_fault_with_its_place() {
    let (_folder, path) = folder();
    let mut store = Store::open_or_create(&path).unwrap();
    let of = collection("things", GeometryKind::Point);
    put(&mut store, &of, &[point(&of, "1"), point(&of, "2")]);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute("UPDATE things SET a_date = 'вчора' WHERE id = '2'", []).unwrap();
    let stored = load_one(&path);
    assert_eq!(stored.features.len(), 1);
    assert_eq!((stored.faults[0].layer.as_str(), stored.faults[0].row), ("things", 2));
    assert!(stored.faults[0].problem.contains("вчора"), "{}", stored.faults[0].problem);
}

#[test]
fn what_is_no_store_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
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
}

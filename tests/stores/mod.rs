//! A store of a test, in a file or in a database, and what is put into it.
#![allow(dead_code, reason = "each test uses its own part of it")]

use std::sync::Arc;

use jiff::{Timestamp, civil::date};
use mapa::{
    model::{
        Audience, Choice, Collection, CollectionId, Feature, Field, FieldType, GeometryKind, Provenance, Revision,
        Title, Value,
    },
    space::{Geometry, LonLat},
    store::{Address, Committed, Origin, Run, Store, Stored},
};
use tempfile::TempDir;

use crate::postgres::Cluster;

/// Every sentence of the contract as a test over each store.
macro_rules! contract {
    ($($sentence:ident)*) => {
        mod geopackage {
            $(#[test] fn $sentence() { super::$sentence(&super::Place::file()); })*
        }
        mod postgis {
            $(#[test] fn $sentence() {
                if let Some(place) = super::Place::database() {
                    super::$sentence(&place);
                }
            })*
        }
    };
}

pub fn title(text: &str) -> Title {
    Title { uk: text.into(), en: text.into() }
}

pub fn collection(id: &str, geometry: GeometryKind) -> Collection {
    let types = [FieldType::Text, FieldType::Integer, FieldType::Number, FieldType::Boolean, FieldType::Date];
    let field = |kind: FieldType| Field {
        name: format!("a_{}", kind.name()),
        kind,
        title: title("Поле"),
        unit: None,
        format: None,
        values: vec![],
        chart: None,
        adds_up: false,
        unique: false,
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

pub fn provenance() -> Provenance {
    Provenance { source: "f.csv".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

pub fn run() -> Run {
    Run { recipe: "r".into(), report: "{}".into(), demands: r#"{"bounds":[1.0,2.0,3.0,4.0]}"#.into() }
}

pub fn place(lon: f64, lat: f64) -> LonLat {
    LonLat::new(lon, lat).unwrap()
}

pub fn all_values() -> Vec<Value> {
    vec![
        Value::from("Об’єкт \"№ 1\"; DROP TABLE x"),
        Value::Integer(i64::MIN),
        Value::Number(0.1 + 0.2),
        Value::Boolean(false),
        Value::Date(date(2026, 2, 28)),
    ]
}

pub fn put(store: &mut Store, collection: &Collection, features: &[Feature]) -> Revision {
    commit(store, collection, features).revision.expect("a change")
}

pub fn commit(store: &mut Store, collection: &Collection, features: &[Feature]) -> Committed {
    let provenance = provenance();
    let mut replacement = store.replace(collection, &provenance).unwrap();
    for feature in features {
        replacement.put(feature, Origin::default()).unwrap();
    }
    replacement.commit(&run()).unwrap()
}

pub fn point(of: &Collection, id: &str) -> Feature {
    Feature::new(of, id, Some("big".into()), Geometry::Point(place(33.4, 47.9)), all_values()).unwrap()
}

/// Where a store of a test is.
pub struct Place {
    pub address: Address,
    /// Gone with the value.
    _folder: Option<TempDir>,
    pub cluster: Option<Arc<Cluster>>,
}

impl Place {
    pub fn file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::File(folder.path().join("deep/city.gpkg"));
        Self { address, _folder: Some(folder), cluster: None }
    }

    pub fn database() -> Option<Self> {
        let cluster = Cluster::shared()?;
        Some(Self { address: cluster.database().into(), _folder: None, cluster: Some(cluster) })
    }

    pub fn create(&self) -> Store {
        Store::open_or_create(&self.address).unwrap()
    }

    pub fn load_one(&self) -> Stored {
        let (_, mut all) = Store::open(&self.address).unwrap().load(Revision(0)).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// What another program gets or does; `{}` stands for the schema.
    pub fn sql(&self, statement: &str) -> String {
        self.try_sql(statement).unwrap_or_else(|problem| panic!("{statement}: {problem}"))
    }

    /// The same, or what the program is told instead.
    pub fn try_sql(&self, statement: &str) -> Result<String, String> {
        match (&self.address, &self.cluster) {
            (Address::File(path), _) => {
                let other = rusqlite::Connection::open(path).unwrap();
                let ask = || -> rusqlite::Result<String> {
                    let mut statement = other.prepare(&statement.replace("{}", ""))?;
                    let mut rows = statement.query([])?;
                    rows.next()?.map_or_else(|| Ok(String::new()), |row| row.get(0))
                };
                ask().map_err(|error| error.to_string())
            }
            (Address::Database(url), Some(cluster)) => {
                let url = url.to_string();
                cluster.try_sql(url.rsplit('/').next().unwrap(), &statement.replace("{}", "mapa."))
            }
            _ => unreachable!("a database has its cluster"),
        }
    }
}

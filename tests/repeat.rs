//! An import of what has not changed reads no row again and says the same; whatever changed is read.

mod city;
mod postgres;

use city::{City, text};
use postgres::Cluster;
use serde_json::Value;

const RECIPE: &str = r#"
    collection = "trees"
    [source]
    file = "trees.csv"
    [id]
    column = "номер"
    [geometry]
    lon = "довгота"
    lat = "широта"
    [fields.species]
    column = "порода"
    [threshold]
    refusals = "100%"
    [declare]
    title = { uk = "Дерева", en = "Trees" }
    geometry = "point"
    fields = [ { name = "species", type = "text", title = { uk = "Порода", en = "Species" } } ]
    "#;

const ROWS: &str = "номер;порода;довгота;широта\n1;дуб;33,4;47,9\n2;клен;33,5;далеко\n3;липа;33,5;47,9\n";

/// What is told of an import that does not depend on whether it was one.
fn told(report: &Value) -> [&Value; 5] {
    let run = &report["runs"][0];
    [&run["read"], &run["features"], &run["rejections"], &run["reasons"], &run["accepted"]]
}

/// `edit` changes one row with another program.
fn story(city: &City, edit: impl Fn(&str)) {
    let recipe = city.write("trees.toml", RECIPE);
    city.write("trees.csv", ROWS);
    let first = city.import(&recipe, None);
    let is_repeated = |report: &Value| report["runs"][0]["repeated"].as_bool().unwrap();
    assert!(!is_repeated(&first));
    let again = city.import(&recipe, None);
    assert!(is_repeated(&again), "{again}");
    assert_eq!(told(&again), told(&first));
    assert_eq!((&again["change"]["unchanged"], &again["runs"][0]["revision"]), (&2.into(), &Value::Null));
    // People see the refused row again.
    let table = city.mapa(&["import", recipe.to_str().unwrap()]);
    let table = text(&table.stdout);
    assert!(table.contains("row 3, column `широта`") && table.contains("the same as last time"), "{table}");

    let anew = |what: &str| {
        let report = city.import(&recipe, None);
        assert!(!is_repeated(&report), "{what}");
        assert!(is_repeated(&city.import(&recipe, None)), "after {what}");
        report
    };
    city.write("trees.csv", ROWS.replace("липа", "бузок"));
    assert_eq!(anew("a changed row")["change"]["changed"], 1);
    city.write("trees.toml", RECIPE.replace("Порода", "Вид"));
    assert_eq!(anew("a changed recipe")["change"]["unchanged"], 2);
    edit("trees SET species = 'сосна' WHERE id = '1'");
    assert_eq!(anew("an edit by another program")["change"]["changed"], 1);
    city.write("trees.csv", ROWS);
    anew("what was before");
}

#[test]
fn what_has_not_changed_is_not_read_again_from_a_file() {
    let city = City::new();
    story(&city, |what| {
        let connection = rusqlite::Connection::open(city.store()).unwrap();
        assert_eq!(connection.execute(&format!("UPDATE {what}"), []).unwrap(), 1);
    });
}

#[test]
fn what_has_not_changed_is_not_read_again_over_a_database() {
    if let Some(cluster) = Cluster::shared() {
        let database = cluster.database();
        story(&City::over(database.clone()), |what| {
            let mut client = ::postgres::Client::connect(&database, ::postgres::NoTls).unwrap();
            assert_eq!(client.execute(&format!("UPDATE mapa.{what}"), &[]).unwrap(), 1);
        });
    }
}

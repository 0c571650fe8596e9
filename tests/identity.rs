//! An object keeps the row that it was made of, and is found by its former ids; both stores hold it.

mod city;
mod postgres;

use std::path::PathBuf;

use city::{City, text};
use postgres::Cluster;
use serde_json::Value;

/// The same sentence over both stores.
fn over_both_stores(test: impl Fn(City)) {
    test(City::new());
    if let Some(cluster) = Cluster::shared() {
        test(City::over(cluster.database()));
    }
}

fn trees(city: &City, rows: &str) -> PathBuf {
    city.write("trees.csv", format!("номер;старі номери;порода;довгота;широта\n{rows}"));
    city.write(
        "trees.toml",
        r#"
        collection = "trees"
        [source]
        file = "trees.csv"
        [id]
        column = "номер"
        aliases = "старі номери"
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
        "#,
    )
}

fn history(city: &City, args: &[&str]) -> Value {
    let output = city.mapa(&[&["history", "--json"], args].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_former_id_leads_to_the_object() {
    over_both_stores(|city| {
        city.import(&trees(&city, "1;;дуб;33,4;47,9\n2;;клен;33,5;47,9\n"), None);
        let server = city.serve(&[]);
        assert_eq!(server.get("/collections/trees/items/1").status, 200);

        // The office numbers its trees anew.
        let report = city.import(&trees(&city, "A-1;1, 0001;дуб;33,4;47,9\nA-2;2;клен;33,5;47,9\n"), None);
        assert_eq!(report["revision"].as_i64().or(report["runs"][0]["revision"].as_i64()), Some(2));
        city::until(|| server.json("/catalog")["revision"] == 2);
        for former in ["1", "0001"] {
            let answer = server.get_once(&format!("/collections/trees/items/{former}"));
            assert_eq!((answer.status, answer.header("location")), (308, "/collections/trees/items/A-1"), "{former}");
        }
        assert_eq!(server.json("/collections/trees/items/2")["id"], "A-2", "who follows gets the object");
        assert_eq!(server.get("/collections/trees/items/3").status, 404);
        assert_eq!(history(&city, &["trees", "0001"])[0]["id"], "A-1");

        // Another former id alone is a change too.
        city.import(&trees(&city, "A-1;1;дуб;33,4;47,9\nA-2;2;клен;33,5;47,9\n"), None);
        city::until(|| server.json("/catalog")["revision"] == 3);
        assert_eq!(server.get_once("/collections/trees/items/0001").status, 404);
        // And the same again is none.
        city.import(&trees(&city, "A-1;1;дуб;33,4;47,9\nA-2;2;клен;33,5;47,9\n"), None);
        assert_eq!(history(&city, &["trees"])[3]["revision"], Value::Null);
    });
}

#[test]
fn an_id_that_two_rows_claim_is_refused_with_both_named() {
    over_both_stores(|city| {
        let rows = "1;9;дуб;33,4;47,9\n2;9;клен;33,5;47,9\n3;1;липа;33,5;47,9\n9;;ясен;33,5;47,9\n4;4;граб;33,5;47,9\n5;a/b;бук;33,5;47,9\n";
        let report = city.import(&trees(&city, rows), None);
        assert_eq!((&report["read"], &report["features"]), (&6.into(), &3.into()));
        let rejections = history(&city, &["trees", "--run", "1"]);
        let told = |i: usize| {
            let rejection = &rejections[i];
            ["row", "column", "text", "detail"].map(|key| rejection[key].to_string().replace('"', ""))
        };
        assert_eq!(told(0), ["3", "старі номери", "9", "row 2 has the same id"]);
        assert_eq!(told(1), ["4", "старі номери", "1", "row 2 has the same id"]);
        assert_eq!(told(2), ["5", "номер", "9", "row 2 has the same id"]);
        assert_eq!(rejections[0]["record"]["порода"], "клен");
    });
}

#[test]
fn the_row_of_every_state_is_kept_and_never_served() {
    over_both_stores(|city| {
        city.import(&trees(&city, "1;;дуб;33,4;47,9\n"), None);
        city.import(&trees(&city, "0;;липа;33,4;47,9\n1;;ясен;33,4;47,9\n"), None);
        let states = history(&city, &["trees", "1"]);
        assert_eq!((&states[0]["row"], &states[1]["row"]), (&2.into(), &3.into()));
        assert_eq!(states[0]["record"]["порода"], "дуб");
        assert_eq!(states[1]["record"]["номер"], "1", "columns that no field takes are kept as well");
        let shown = city.mapa(&["history", "trees", "1"]);
        assert!(text(&shown.stdout).contains("row 3: {\"номер\":\"1\""), "{}", text(&shown.stdout));
        let server = city.serve(&[]);
        for path in
            ["/collections/trees", "/collections/trees/items", "/collections/trees/items/1", "/tiles/trees.json"]
        {
            let body = text(&server.get(path).body);
            assert!(!body.contains("номер") && !body.contains("mapa_record"), "{path}");
        }

        // A recipe may leave the rows out.
        let recipe = trees(&city, "1;;граб;33,4;47,9\n");
        let quiet = std::fs::read_to_string(&recipe).unwrap().replace("file =", "keep_rows = false\nfile =");
        std::fs::write(&recipe, quiet).unwrap();
        city.import(&recipe, None);
        let states = history(&city, &["trees", "1"]);
        assert_eq!((&states[2]["row"], &states[2]["record"]), (&2.into(), &Value::Null));
    });
}

#[test]
fn a_copy_has_the_rows_and_the_former_ids() {
    let Some(cluster) = Cluster::shared() else { return };
    let (city, database) = (City::new(), cluster.database());
    city.import(&trees(&city, "1;7;дуб;33,4;47,9\n"), None);
    city.import(&trees(&city, "1;7,8;ясен;33,4;47,9\n"), None);
    let there = city.mapa(&["copy", "--from", city.store().to_str().unwrap(), "--to", &database]);
    assert!(there.status.success(), "{}", text(&there.stderr));
    let back = city.path("back.gpkg");
    assert!(city.mapa(&["copy", "--from", &database, "--to", back.to_str().unwrap()]).status.success());
    let wanted = history(&city, &["trees", "8"]);
    assert_eq!(wanted[1]["record"]["порода"], "ясен");
    for store in [database.as_str(), back.to_str().unwrap()] {
        assert_eq!(history(&city, &["trees", "8", "--store", store]), wanted, "{store}");
    }
}

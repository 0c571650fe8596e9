//! A sheet is what a list of features says, in typed cells: calamine and openpyxl read it, by hands that are not ours.

mod city;

use std::{io::Cursor, path::Path, process::Command};

use calamine::{Data, Reader, Xlsx};
use city::{City, Server, text};
use serde_json::{Value, json};

const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// One more than what neighbouring floats can tell apart.
const GREAT: i64 = (1 << 53) + 1;

fn recipe() -> &'static str {
    r#"
    collection = "works"
    attribution = "© Хтось"
    [source]
    file = "works.geojson"
    [id]
    column = "n"
    [kind]
    column = "sort"
    [fields]
    name = { column = "name" }
    planned_uah = { column = "planned" }
    votes = { column = "votes" }
    started = { column = "started" }
    lit = { column = "lit" }
    works_status = { column = "status" }
    [declare]
    title = { uk = "Роботи", en = "Works" }
    geometry = "point"
    kinds = [ { id = "road", uk = "Дорога", en = "Road" } ]
    fields = [
        { name = "name", type = "text", title = { uk = "Назва", en = "Name" } },
        { name = "planned_uah", type = "number", unit = "UAH", title = { uk = "Заплановано", en = "Planned" }, adds_up = true, chart = "histogram" },
        { name = "votes", type = "integer", title = { uk = "Голоси", en = "Votes" } },
        { name = "started", type = "date", title = { uk = "Початок", en = "Started" }, chart = "bars" },
        { name = "lit", type = "boolean", title = { uk = "Освітлено", en = "Lit" } },
        { name = "works_status", type = "text", title = { uk = "Стан", en = "Status" }, values = [
            { id = "done", uk = "Завершено", en = "Done" },
        ] },
    ]
    "#
}

fn served() -> (City, Server) {
    let city = City::new();
    let work = |n: &str, properties: Value, lon: f64| {
        let mut properties = properties;
        properties["n"] = n.into();
        json!({ "type": "Feature", "properties": properties, "geometry": { "type": "Point", "coordinates": [lon, 47.9] } })
    };
    let features = [
        work(
            "1",
            json!({ "sort": "road", "name": "=HYPERLINK(\"http://x\")", "planned": 1234.56, "votes": 7, "started": "2026-03-01", "lit": true, "status": "done" }),
            33.5,
        ),
        work(
            "2",
            json!({ "name": "Ґанок & «лапки» <b> _x0041_", "votes": GREAT, "started": "1899-12-31", "lit": false }),
            33.25,
        ),
        work("3", json!({ "name": "я".repeat(10_000), "planned": 0.1 }), 33.75),
    ];
    city.write("works.geojson", json!({ "type": "FeatureCollection", "features": features }).to_string());
    let recipe = city.write("works.toml", recipe());
    city.import(&recipe, None);
    let server = city.serve(&[]);
    (city, server)
}

/// The rows of the first sheet.
fn cells(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let name = book.sheet_names()[0].clone();
    book.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn words(row: &[Data]) -> Vec<String> {
    row.iter().map(ToString::to_string).collect()
}

#[test]
fn cells_are_typed_and_heads_are_in_the_language_asked_for() {
    let (_city, server) = served();
    let answer = server.get("/collections/works/items?f=xlsx&lang=en");
    assert_eq!((answer.status, answer.header("content-type")), (200, MEDIA));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"works.xlsx\"");
    let rows = cells(&answer.body);
    assert_eq!(
        words(&rows[0]),
        [
            "Identifier",
            "Kind of object",
            "Name",
            "Planned, UAH",
            "Votes",
            "Started",
            "Lit",
            "Status",
            "Longitude",
            "Latitude"
        ]
    );
    let [one, two, three] = &rows[1..] else { panic!("{} rows", rows.len()) };
    assert_eq!(
        one[1..5],
        [
            Data::String("Road".into()),
            Data::String("=HYPERLINK(\"http://x\")".into()),
            Data::Float(1234.56),
            Data::Float(7.)
        ]
    );
    let Data::DateTime(day) = &one[5] else { panic!("{:?}", one[5]) };
    assert_eq!(day.to_ymd_hms_milli(), (2026, 3, 1, 0, 0, 0, 0));
    assert_eq!(one[6..], [Data::Bool(true), Data::String("Done".into()), Data::Float(33.5), Data::Float(47.9)]);
    // What a cell cannot hold as a number or a day is a text, and the unknown is nothing.
    assert_eq!(
        two[1..],
        [
            Data::Empty,
            Data::String("Ґанок & «лапки» <b> _x0041_".into()),
            Data::Empty,
            Data::String(GREAT.to_string()),
            Data::String("1899-12-31".into()),
            Data::Bool(false),
            Data::Empty,
            Data::Float(33.25),
            Data::Float(47.9),
        ]
    );
    assert_eq!(three[2], Data::String("я".repeat(10_000)));

    let ukrainian = cells(&server.get_with("/collections/works/items?f=xlsx", &[("accept-language", "uk")]).body);
    assert_eq!(words(&ukrainian[0][..3]), ["Ідентифікатор", "Вид об’єкта", "Назва"]);
    assert_eq!(words(&ukrainian[1])[7], "Завершено");
}

#[test]
fn a_sheet_has_the_set_the_order_and_the_columns_asked_for_and_is_negotiated_like_other_formats() {
    let (_city, server) = served();
    let path =
        "/collections/works/items?f=xlsx&lang=en&filter=votes%20IS%20NOT%20NULL&sortby=-votes&properties=votes,kind";
    assert_eq!(
        cells(&server.get(path).body).iter().map(|row| words(row)).collect::<Vec<_>>(),
        [
            vec!["Identifier".to_owned(), "Kind of object".into(), "Votes".into()],
            vec!["2".into(), String::new(), GREAT.to_string()],
            vec!["1".into(), "Road".into(), "7".into()],
        ]
    );
    assert_eq!(cells(&server.get(&format!("{path}&limit=1")).body).len(), 2);
    let asked = server.get_with("/collections/works/items", &[("accept", MEDIA)]);
    assert_eq!(asked.header("content-type"), MEDIA);
    // The same question has the same bytes, whenever it is asked; another language has others.
    let again = |path: &str| server.get(path).header("etag").to_owned();
    assert_eq!(again(path), again(path));
    assert_ne!(again(path), again(&path.replace("lang=en", "lang=uk")));
    let part = server.get_with(path, &[("range", "bytes=0-1")]);
    assert_eq!((part.status, part.body.as_slice()), (206, b"PK".as_slice()));

    let works = server.json("/collections/works");
    let links = works["links"].as_array().unwrap();
    assert!(links.iter().any(|link| link["type"] == MEDIA && link["rel"] == "items"));
    let operation = &server.json("/api")["paths"]["/collections/{collectionId}/items"]["get"];
    assert!(operation["responses"]["200"]["content"][MEDIA].is_object(), "{}", operation["responses"]["200"]);
    let format = operation["parameters"].as_array().unwrap().iter().find(|param| param["name"] == "f").unwrap();
    assert!(format["schema"]["enum"].as_array().unwrap().contains(&json!("xlsx")));
    assert!(format["description"].as_str().unwrap().contains("1 048 575"), "{format}");
}

#[test]
fn the_exported_file_is_the_answer_in_ukrainian() {
    let (city, server) = served();
    let path = city.path("works.xlsx");
    let output = city.mapa(&["export", "works", "--to", path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(std::fs::read(path).unwrap() == server.get("/collections/works/items?f=xlsx&lang=uk").body);
}

#[test]
fn openpyxl_reads_the_same_and_finds_no_formula() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/python");
    if !python.exists() {
        assert!(std::env::var_os("CI").is_none(), "tests/tools.sh installs {}", python.display());
        eprintln!("skipped: no {}", python.display());
        return;
    }
    let (city, server) = served();
    let file = city.write("works.xlsx", server.get("/collections/works/items?f=xlsx&lang=en").body);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/openpyxl_cells.py");
    let output = Command::new(python).arg(script).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = read["sheets"]["Objects"].as_array().unwrap();
    // Type, value, format, and whether an editor keeps a text from becoming a formula.
    assert_eq!(rows[1][2], json!(["s", "=HYPERLINK(\"http://x\")", "General", true]));
    assert_eq!(rows[1][3], json!(["n", 1234.56, "#,##0.00", false]));
    assert_eq!(rows[1][4], json!(["n", 7, "General", false]));
    assert_eq!(rows[1][5], json!(["d", "2026-03-01T00:00:00", "yyyy-mm-dd", false]));
    assert_eq!(rows[1][6], json!(["b", true, "General", false]));
    // The escape of ECMA-376 (ST_Xstring) is taken away by calamine and Excel, and left by openpyxl.
    assert_eq!(rows[2][2], json!(["s", "Ґанок & «лапки» <b> _x005F_x0041_", "General", false]));
    assert_eq!(rows[2][5], json!(["s", "1899-12-31", "General", false]));
    let formulas = rows.iter().flat_map(|row| row.as_array().unwrap()).filter(|cell| cell[0] == "f").count();
    assert_eq!((rows.len(), formulas), (4, 0));
    assert_eq!((&read["frozen"], &read["filter"]), (&json!("B2"), &json!("A1:J4")));
    assert_eq!((&read["comment"], &read["title"]), (&json!("© Хтось"), &json!("Works")));
    let about = read["sheets"]["About"].to_string();
    assert!(about.contains("© Хтось") && about.contains("Works"), "{about}");
}

#[test]
fn what_a_field_is_drawn_and_added_up_by_is_in_its_schema() {
    let (_city, server) = served();
    let schema = server.json("/collections/works/schema")["properties"].clone();
    assert_eq!(
        (&schema["planned_uah"]["x-mapa-chart"], &schema["planned_uah"]["x-mapa-addsUp"]),
        (&json!("histogram"), &json!(true))
    );
    assert_eq!((&schema["started"]["x-mapa-chart"], &schema["votes"]["x-mapa-chart"]), (&json!("bars"), &Value::Null));
    let fields = server.json("/collections/works")["fields"].clone();
    assert_eq!((&fields[1]["chart"], &fields[1]["addsUp"]), (&json!("histogram"), &json!(true)));

    let city = City::new();
    city.write("works.geojson", json!({ "type": "FeatureCollection", "features": [] }).to_string());
    for (drawn, why) in [("chart = \"bars\"", "no bar for each value"), ("chart = \"pie\"", "pie")] {
        let recipe = city.write("works.toml", recipe().replace("chart = \"histogram\"", drawn));
        let output = city.mapa(&["import", recipe.to_str().unwrap()]);
        assert!(!output.status.success() && text(&output.stderr).contains(why), "{drawn}: {}", text(&output.stderr));
    }
}

//! Random features: points, lines and areas with Ukrainian texts, numbers, days and holes in what is known.
//!
//! Coordinates are multiples of 1/64 of a degree, which are exact in binary: shapes touch exactly or not at all.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A sequence of numbers that looks random and is the same every time (SplitMix64; Steele, Lea, Flood 2014).
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Whether one of so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

pub const NAMES: [&str; 14] = [
    "Школа № 12",
    "школа № 12",
    "Їжакова балка",
    "їжакова балка",
    "Ґанок",
    "Замок",
    "Йорданська",
    "Иорданська",
    "Café «Пан»",
    "cafe «Пан»",
    "вул. Миру, 5",
    "100% правди",
    "а_б\\в",
    "Є",
];
pub const NUMBERS: [f64; 8] = [-2.5, 0.0, 0.25, 1.0, 2.5, 3.75, 10.0, 1000.5];
pub const DAYS: [&str; 7] =
    ["2019-12-31", "2020-01-01", "2021-06-15", "2022-02-24", "2022-02-25", "2024-02-29", "2025-10-10"];
pub const KINDS: [&str; 3] = ["oak", "ash", "elm"];

/// West and south of the field of all shapes, degrees.
pub const CORNER: (f64, f64) = (30.0, 46.0);

/// The width and height of the field, in 1/64 of a degree.
pub const FIELD: usize = 128;

/// The text of a place of the field.
pub fn place(x: usize, y: usize) -> (f64, f64) {
    (CORNER.0 + x as f64 / 64.0, CORNER.1 + y as f64 / 64.0)
}

/// A shape of the field: its type and its coordinates as GeoJSON nests them.
#[derive(Clone)]
pub struct Shape(pub Value);

/// One feature.
pub struct Thing {
    pub collection: &'static str,
    pub id: String,
    pub shape: Shape,
    pub kind: Option<&'static str>,
    pub name: Option<&'static str>,
    pub note: Option<&'static str>,
    pub levels: Option<i64>,
    pub height: Option<f64>,
    /// A field that areas lack.
    pub depth: Option<f64>,
    pub lit: Option<bool>,
    pub begun: Option<&'static str>,
    pub ended: Option<&'static str>,
}

pub const COLLECTIONS: [(&str, &str); 3] = [("spots", "point"), ("lines", "line"), ("areas", "area")];

/// So many features of each collection.
pub fn things(dice: &mut Dice, of_each: usize) -> Vec<Thing> {
    let mut things = Vec::new();
    for (collection, sort) in COLLECTIONS {
        for i in 0..of_each {
            let known = |dice: &mut Dice| !dice.one_in(4);
            things.push(Thing {
                collection,
                id: format!("{}{i:03}", &collection[..1]),
                shape: shape(dice, sort),
                kind: known(dice).then(|| dice.pick(&KINDS)),
                name: known(dice).then(|| dice.pick(&NAMES)),
                note: known(dice).then(|| dice.pick(&NAMES)),
                levels: known(dice).then(|| dice.below(12) as i64 - 2),
                height: known(dice).then(|| dice.pick(&NUMBERS)),
                depth: (collection != "areas" && known(dice)).then(|| dice.pick(&NUMBERS)),
                lit: known(dice).then(|| dice.one_in(2)),
                begun: known(dice).then(|| dice.pick(&DAYS)),
                ended: known(dice).then(|| dice.pick(&DAYS)),
            });
        }
    }
    things
}

/// A shape of a sort: `point`, `line`, `area` or `box`.
pub fn shape(dice: &mut Dice, sort: &str) -> Shape {
    let (x, y) = (dice.below(FIELD - 40), dice.below(FIELD - 40));
    let at = |x: usize, y: usize| json!([place(x, y).0, place(x, y).1]);
    let step = |dice: &mut Dice| 8 * (1 + dice.below(4));
    // Places on a coarse lattice meet often, others hardly ever at their ends.
    let (x, y) = if dice.one_in(4) { (x, y) } else { (x / 8 * 8, y / 8 * 8) };
    match sort {
        "point" if dice.one_in(8) => {
            Shape(json!({ "type": "MultiPoint", "coordinates": [at(x, y), at(x + 8, y), at(x + 16, y + 8)] }))
        }
        "point" => Shape(json!({ "type": "Point", "coordinates": at(x, y) })),
        "line" => {
            let (w, h) = (step(dice), step(dice));
            let line = match dice.below(3) {
                0 => vec![at(x, y), at(x + w, y)],
                1 => vec![at(x, y), at(x + w, y + h)],
                _ => vec![at(x, y), at(x + w, y), at(x + w, y + h)],
            };
            if dice.one_in(8) {
                return Shape(
                    json!({ "type": "MultiLineString", "coordinates": [line, [at(x, y + 40), at(x + 8, y + 40)]] }),
                );
            }
            Shape(json!({ "type": "LineString", "coordinates": line }))
        }
        _ => {
            let (w, h) = (step(dice), step(dice));
            let ring = match dice.below(3) {
                0 => vec![at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h), at(x, y)],
                1 => vec![at(x, y), at(x + w, y), at(x, y + h), at(x, y)],
                _ => vec![at(x, y), at(x + w, y), at(x + w, y + h), at(x + w / 2, y + h / 4), at(x, y + h), at(x, y)],
            };
            match dice.below(8) {
                0 => {
                    let far = vec![at(x + 33, y), at(x + 40, y), at(x + 40, y + 8), at(x + 33, y)];
                    Shape(json!({ "type": "MultiPolygon", "coordinates": [[ring], [far]] }))
                }
                1 => {
                    let outer = vec![at(x, y), at(x + 24, y), at(x + 24, y + 24), at(x, y + 24), at(x, y)];
                    let hole = vec![
                        at(x + 8, y + 8),
                        at(x + 8, y + 16),
                        at(x + 16, y + 16),
                        at(x + 16, y + 8),
                        at(x + 8, y + 8),
                    ];
                    Shape(json!({ "type": "Polygon", "coordinates": [outer, hole] }))
                }
                _ => Shape(json!({ "type": "Polygon", "coordinates": [ring] })),
            }
        }
    }
}

impl Shape {
    /// Well-known text.
    pub fn to_wkt(&self) -> String {
        fn nested(at: &Value) -> String {
            let list = at.as_array().unwrap();
            if list[0].is_number() {
                return format!("{} {}", list[0], list[1]);
            }
            format!("({})", list.iter().map(nested).collect::<Vec<_>>().join(", "))
        }
        let kind = self.0["type"].as_str().unwrap().to_uppercase();
        let inside = nested(&self.0["coordinates"]);
        if kind == "POINT" { format!("{kind}({inside})") } else { format!("{kind}{inside}") }
    }
}

impl Thing {
    pub fn to_geojson(&self) -> Value {
        json!({
            "type": "Feature", "geometry": self.shape.0,
            "properties": {
                "id": self.id, "kind": self.kind, "name": self.name, "note": self.note, "levels": self.levels,
                "height": self.height, "depth": self.depth, "lit": self.lit, "begun": self.begun, "ended": self.ended,
            },
        })
    }
}

/// The recipe of a collection, beside a source of the same name.
pub fn recipe(collection: &str, sort: &str) -> String {
    let fields = [
        ("name", "text"),
        ("note", "text"),
        ("levels", "integer"),
        ("height", "number"),
        ("depth", "number"),
        ("lit", "boolean"),
        ("begun", "date"),
        ("ended", "date"),
    ];
    let fields: Vec<_> = fields.into_iter().filter(|(name, _)| collection != "areas" || *name != "depth").collect();
    let mut text = format!(
        "collection = \"{collection}\"\n[source]\nfile = \"{collection}.geojson\"\n[id]\ncolumn = \"id\"\n[kind]\ncolumn = \"kind\"\n"
    );
    for (name, _) in &fields {
        write!(text, "[fields.{name}]\ncolumn = \"{name}\"\n").unwrap();
    }
    let title = |name: &str| format!("{{ uk = \"{name}\", en = \"{name}\" }}");
    let declared: Vec<_> = fields
        .iter()
        .map(|(name, kind)| format!("{{ name = \"{name}\", type = \"{kind}\", title = {} }}", title(name)))
        .collect();
    let kinds: Vec<_> = KINDS.map(|kind| format!("{{ id = \"{kind}\", uk = \"{kind}\", en = \"{kind}\" }}")).into();
    text + &format!(
        "[declare]\ntitle = {}\ngeometry = \"{sort}\"\nmin_zoom = 0\nfields = [{}]\nkinds = [{}]\n",
        title(collection),
        declared.join(", "),
        kinds.join(", ")
    )
}

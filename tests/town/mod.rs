//! A small town: trees (one of them in two places), ways (one in two parts), lots, and something that only staff may see.

#![allow(dead_code, reason = "each test uses its own part of it")]

use serde_json::{Value, json};

use crate::city::City;

/// Id and name of what is not public.
pub const STAFF: &str = "secrets";

/// A number between 0 and 1 that looks like chance and never changes.
fn noise(seed: u32) -> f64 {
    let mixed = (seed.wrapping_add(1)).wrapping_mul(0x9e37_79b9);
    f64::from((mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b) >> 8) / f64::from(1_u32 << 24)
}

fn place(seed: u32) -> [f64; 2] {
    let degrees = |from: f64, width: f64, seed: u32| ((from + width * noise(seed)) * 1e6).round() / 1e6;
    [degrees(33.3, 0.2, seed), degrees(47.85, 0.15, seed + 7919)]
}

pub fn town() -> City {
    let city = City::new();
    let trees = (0..60).map(|i| match i {
        7 => json!({ "type": "MultiPoint", "coordinates": [place(7), place(1007)] }),
        _ => json!({ "type": "Point", "coordinates": place(i) }),
    });
    bring(&city, "trees", "Дерева", "point", "public", "© Місто & сад", trees);
    let ways = (0..20).map(|i| match [place(100 + i), place(200 + i), place(300 + i)] {
        [a, b, c] if i == 3 => json!({ "type": "MultiLineString", "coordinates": [[a, b], [b, c]] }),
        way => json!({ "type": "LineString", "coordinates": way }),
    });
    bring(&city, "ways", "Шляхи", "line", "public", "© OpenStreetMap contributors", ways);
    let lots = (0..12).map(|i| {
        let [lon, lat] = place(400 + i);
        let corner = |x: f64, y: f64| [lon + x * 0.004, lat + y * 0.003];
        let ring = [corner(0., 0.), corner(1., 0.), corner(1., 1.), corner(0., 1.), corner(0., 0.)];
        json!({ "type": "Polygon", "coordinates": [ring] })
    });
    bring(&city, "lots", "Ділянки", "area", "public", "© Місто & сад", lots);
    let hidden = [json!({ "type": "Point", "coordinates": place(900) })];
    bring(&city, STAFF, STAFF, "point", "staff", "© Місто & сад", hidden.into_iter());
    city
}

fn bring(
    city: &City,
    id: &str,
    title: &str,
    shape: &str,
    audience: &str,
    credit: &str,
    shapes: impl Iterator<Item = Value>,
) {
    let features: Vec<Value> = shapes
        .enumerate()
        .map(|(i, geometry)| {
            let properties = json!({ "n": format!("{id}-{i:02}"), "name": format!("{title} № {i}, «{shape}»") });
            json!({ "type": "Feature", "properties": properties, "geometry": geometry })
        })
        .collect();
    city.write(
        &format!("{id}.source.geojson"),
        json!({ "type": "FeatureCollection", "features": features }).to_string(),
    );
    let recipe = city.write(
        &format!("{id}.toml"),
        format!(
            r#"
            collection = "{id}"
            attribution = "{credit}"
            [source]
            file = "{id}.source.geojson"
            [id]
            column = "n"
            [fields.name]
            column = "name"
            [declare]
            title = {{ uk = "{title}", en = "{id}" }}
            geometry = "{shape}"
            audience = "{audience}"
            fields = [ {{ name = "name", type = "text", title = {{ uk = "Назва", en = "Name" }} }} ]
            "#
        ),
    );
    let report = city.import(&recipe, None);
    assert_eq!(report["rejections"], 0, "{report}");
}

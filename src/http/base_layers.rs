//! The layers of foreign base maps: our styles drawn over the tiles of Protomaps or OpenMapTiles in the place of our own.
//!
//! A layer of ours keeps its colours and widths and takes its shapes from where the other scheme has them. What the other
//! has no place for is not drawn; the districts stay ours, since no base map knows them.

use serde_json::Value;

use super::base_tiles::NAME;

/// A scheme of layers that others draw their tiles by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Protomaps basemap, version 4.
    Protomaps,
    /// OpenMapTiles, version 3.
    OpenMapTiles,
}

/// A layer of tiles, and the filter of what is meant in it, as JSON; without one all of it.
type Place = (&'static str, &'static str);

/// Where something is found: in our tiles, in those of Protomaps, in those of OpenMapTiles; no name: nowhere.
type Row = (Place, Place, Place);

const NOWHERE: Place = ("", "");

/// Our layers that foreign tiles have nothing for.
const OURS_ALONE: [&str; 2] = ["districts", "district-labels"];

const TABLE: &[Row] = &[
    (
        ("green", ""),
        (
            "landuse",
            r#"["match",["get","kind"],["park","forest","wood","grass","grassland","garden","meadow","scrub","nature_reserve","recreation_ground","village_green","cemetery","allotments"],true,false]"#,
        ),
        ("landcover", r#"["match",["get","class"],["wood","grass"],true,false]"#),
    ),
    (("water", ""), ("water", r#"["==",["geometry-type"],"Polygon"]"#), ("water", "")),
    (("rivers", ""), ("water", r#"["==",["geometry-type"],"LineString"]"#), ("waterway", "")),
    (("buildings", ""), ("buildings", ""), ("building", "")),
    (
        ("railways", r#"["==",["get","kind"],"tram"]"#),
        ("roads", r#"["all",["==",["get","kind"],"rail"],["==",["get","kind_detail"],"tram"]]"#),
        ("transportation", r#"["==",["get","subclass"],"tram"]"#),
    ),
    (
        ("railways", r#"["!=",["get","kind"],"tram"]"#),
        ("roads", r#"["all",["==",["get","kind"],"rail"],["!=",["get","kind_detail"],"tram"]]"#),
        (
            "transportation",
            r#"["all",["match",["get","class"],["rail","transit"],true,false],["!=",["get","subclass"],"tram"]]"#,
        ),
    ),
    (
        ("streets", r#"["==",["get","class"],"arterial"]"#),
        (
            "roads",
            r#"["match",["get","kind_detail"],["motorway","motorway_link","trunk","trunk_link","primary","primary_link"],true,false]"#,
        ),
        ("transportation", r#"["match",["get","class"],["motorway","trunk","primary"],true,false]"#),
    ),
    (
        ("streets", r#"["==",["get","class"],"main"]"#),
        (
            "roads",
            r#"["match",["get","kind_detail"],["secondary","secondary_link","tertiary","tertiary_link"],true,false]"#,
        ),
        ("transportation", r#"["match",["get","class"],["secondary","tertiary"],true,false]"#),
    ),
    (
        ("streets", r#"["==",["get","class"],"local"]"#),
        ("roads", r#"["==",["get","kind"],"minor_road"]"#),
        ("transportation", r#"["match",["get","class"],["minor","service"],true,false]"#),
    ),
    (("boundaries", ""), ("boundaries", ""), ("boundary", "")),
    (
        ("places", r#"["match",["get","kind"],["suburb","quarter","neighbourhood"],true,false]"#),
        ("places", r#"["match",["get","kind"],["macrohood","neighbourhood"],true,false]"#),
        ("place", r#"["match",["get","class"],["suburb","quarter","neighbourhood"],true,false]"#),
    ),
    (
        ("places", r#"["match",["get","kind"],["city","town","village","hamlet"],true,false]"#),
        ("places", r#"["==",["get","kind"],"locality"]"#),
        ("place", r#"["match",["get","class"],["city","town","village","hamlet"],true,false]"#),
    ),
];

impl Scheme {
    /// The scheme that tiles with these layers follow.
    pub fn of(layers: &[String]) -> Option<Self> {
        let has = |name: &str| layers.iter().any(|layer| layer == name);
        if has("roads") && has("water") && has("earth") {
            Some(Self::Protomaps)
        } else if has("transportation") && has("water") {
            Some(Self::OpenMapTiles)
        } else {
            None
        }
    }

    /// Draws the layers of a style that our base map has from the foreign one.
    pub fn redraw(self, style: &mut Value, own: &str) {
        let Some(layers) = style["layers"].as_array_mut() else { return };
        layers.retain_mut(|layer| {
            let source_layer = layer["source-layer"].as_str().unwrap_or_default();
            if layer["source"] != own || OURS_ALONE.contains(&source_layer) {
                return true;
            }
            let Some((source_layer, filter)) = self.place_of(layer) else { return false };
            layer["source"] = NAME.into();
            layer["source-layer"] = source_layer.into();
            match (filter, layer.as_object_mut()) {
                (Some(filter), _) => layer["filter"] = filter,
                (None, Some(layer)) => drop(layer.shift_remove("filter")),
                (None, None) => {}
            }
            true
        });
    }

    /// Where in foreign tiles the features of a layer of ours are.
    fn place_of(self, layer: &Value) -> Option<(&'static str, Option<Value>)> {
        let is_symbol = layer["type"] == "symbol";
        let parsed = |filter: &str| -> Option<Value> {
            (!filter.is_empty()).then(|| serde_json::from_str(filter).expect("the table holds JSON"))
        };
        let ours =
            |(name, filter): Place| layer["source-layer"] == name && layer.get("filter").cloned() == parsed(filter);
        let (_, protomaps, openmaptiles) = TABLE.iter().find(|(place, ..)| ours(*place))?;
        let (name, filter) = match (self, openmaptiles.0) {
            (Self::Protomaps, _) => *protomaps,
            // Names stand in layers of their own, and those of houses and greenery in none that we know.
            (Self::OpenMapTiles, "transportation") if is_symbol => ("transportation_name", openmaptiles.1),
            (Self::OpenMapTiles, "water") if is_symbol => ("water_name", openmaptiles.1),
            (Self::OpenMapTiles, "landcover" | "building") if is_symbol => NOWHERE,
            (Self::OpenMapTiles, _) => *openmaptiles,
        };
        let is_nowhere = name.is_empty() || (is_symbol && matches!(name, "landuse" | "buildings"));
        (!is_nowhere).then(|| (name, parsed(filter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style;

    #[test]
    fn our_styles_take_their_shapes_from_the_foreign_tiles() {
        let known = [
            (Scheme::Protomaps, ["earth", "landuse", "water", "roads", "buildings", "boundaries", "places"].as_slice()),
            (
                Scheme::OpenMapTiles,
                &[
                    "landcover",
                    "water",
                    "waterway",
                    "transportation",
                    "transportation_name",
                    "water_name",
                    "building",
                    "boundary",
                    "place",
                ],
            ),
        ];
        let palette = ("light".to_owned(), include_str!("../../styles/palettes/light.toml").to_owned());
        for (_, own) in style::appearances(include_str!("../../styles/map.json"), &[palette]).unwrap() {
            for (scheme, names) in known {
                let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                assert_eq!(Scheme::of(&names), Some(scheme));
                let mut style = own.clone();
                scheme.redraw(&mut style, "base");
                let layers = style["layers"].as_array().unwrap();
                let from = |source: &str| -> Vec<&str> {
                    let layers = layers.iter().filter(|layer| layer["source"] == source);
                    layers.map(|layer| layer["source-layer"].as_str().unwrap()).collect()
                };
                assert!(from("base").iter().all(|layer| OURS_ALONE.contains(layer)), "{:?}", from("base"));
                assert!(from(NAME).iter().all(|layer| names.iter().any(|name| name == layer)), "{:?}", from(NAME));
                // Every street, river and house is still drawn: only names are lost.
                let shapes = |style: &Value| {
                    style["layers"].as_array().unwrap().iter().filter(|layer| layer["type"] != "symbol").count()
                };
                assert_eq!(shapes(&style), shapes(&own), "{scheme:?}");
            }
        }
        assert_eq!(Scheme::of(&["objects".into()]), None);
    }
}

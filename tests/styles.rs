//! A style's address is all that a MapLibre client needs: glyphs, icons and tiles are found from it and hold what it names.

mod city;
mod town;

use std::collections::BTreeSet;

use city::{City, Server, text};
use mapa::{files, model::Catalog};
use pbf_font_tools::{Glyphs, prost::Message};
use serde_json::Value;
use town::town;

const STYLES: [&str; 4] = ["light", "dark", "contrast", "kiosk"];

fn served() -> (City, Server) {
    let city = town();
    let server = city.serve(&[]);
    (city, server)
}

/// The path of an address of the server's own.
fn path<'a>(server: &Server, address: &'a str) -> &'a str {
    address.strip_prefix(&server.root).unwrap_or_else(|| panic!("{address} is not on {}", server.root))
}

/// Every text that stands for a font in a style.
fn fonts(style: &Value) -> BTreeSet<String> {
    let layers = style["layers"].as_array().unwrap().iter();
    layers
        .filter_map(|layer| layer["layout"]["text-font"].as_array())
        .flatten()
        .map(|font| font.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_font_of_a_style_writes_ukrainian_and_english() {
    let (_city, server) = served();
    for name in STYLES {
        let style = server.json(&format!("/styles/{name}.json"));
        let template = style["glyphs"].as_str().unwrap();
        assert!(!fonts(&style).is_empty());
        for font in fonts(&style) {
            for (range, wanted) in [("0-255", "Az09"), ("1024-1279", "АяҐґЄєІіЇї"), ("8192-8447", "—’")] {
                let address = template.replace("{fontstack}", &font.replace(' ', "%20")).replace("{range}", range);
                let answer = server.get(path(&server, &address));
                assert_eq!(answer.status, 200, "{address}");
                assert!(answer.header("cache-control").contains("immutable"), "{address}");
                let glyphs = Glyphs::decode(&answer.body[..]).unwrap();
                let stack = &glyphs.stacks[0];
                assert_eq!((glyphs.stacks.len(), stack.name.as_str(), stack.range.as_str()), (1, font.as_str(), range));
                for letter in wanted.chars() {
                    let glyph = stack.glyphs.iter().find(|glyph| glyph.id == u32::from(letter));
                    let glyph = glyph.unwrap_or_else(|| panic!("{font} has no {letter}"));
                    // A field reaches three pixels beyond the letter (the buffer that clients count on).
                    let field = glyph.bitmap.as_ref().unwrap();
                    assert_eq!(field.len() as u32, (glyph.width + 6) * (glyph.height + 6), "{letter}");
                    assert!(field.iter().any(|distance| *distance > 192) && field[0] < 192, "{letter} has no ink");
                    assert!((4..30).contains(&glyph.advance), "{letter}: {}", glyph.advance);
                }
            }
        }
    }
}

#[test]
fn the_icons_of_the_catalog_are_on_the_sheet() {
    let (_city, server) = served();
    let catalog: Catalog = files::catalog(None).unwrap();
    let sprite = server.json("/styles/light.json")["sprite"].as_str().unwrap().to_owned();
    for (end, ratio) in [("", 1), ("@2x", 2)] {
        let picture = server.get(path(&server, &format!("{sprite}{end}.png")));
        assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
        // The size of a PNG is in its first chunk, IHDR (W3C PNG §11.2.1).
        let side = |at: usize| u64::from(u32::from_be_bytes(picture.body[at..at + 4].try_into().unwrap()));
        let (width, height) = (side(16), side(20));
        let answer = server.get(path(&server, &format!("{sprite}{end}.json")));
        assert!(
            answer.header("cache-control").contains("immutable")
                && picture.header("cache-control").contains("immutable")
        );
        let index = answer.json();
        let mut places = BTreeSet::new();
        for icon in catalog.icons().chain(["marker"]).collect::<BTreeSet<_>>() {
            let place = &index[icon];
            let number = |key: &str| place[key].as_u64().unwrap_or_else(|| panic!("{icon} has no {key}"));
            assert_eq!((number("pixelRatio"), place["sdf"].as_bool()), (ratio, Some(true)), "{icon}");
            assert!(number("x") + number("width") <= width && number("y") + number("height") <= height, "{icon}");
            assert!(places.insert((number("x"), number("y"))), "{icon} lies on another");
        }
        assert_eq!(places.len(), index.as_object().unwrap().len(), "the sheet has icons that nobody names");
    }
}

#[test]
fn glyphs_and_icons_are_the_same_on_every_server() {
    let (_one, one) = served();
    let (_other, other) = served();
    for path in ["/fonts/Noto%20Sans%20Regular/1024-1279.pbf", "/sprites/icons.png", "/sprites/icons@2x.json"] {
        let answers = [&one, &other].map(|server| server.get(path));
        assert_eq!(answers[0].body, answers[1].body, "{path}");
        let tag = answers[0].header("etag");
        assert_eq!(other.get_with(path, &[("if-none-match", tag)]).status, 304, "{path}");
        // Without a version in its name it may change under it.
        assert!(!answers[0].header("cache-control").contains("immutable"), "{path}");
    }
    let addresses = [&one, &other].map(|server| {
        let style = server.json("/styles/kiosk.json");
        ["glyphs", "sprite"].map(|key| path(server, style[key].as_str().unwrap()).to_owned())
    });
    assert_eq!(addresses[0], addresses[1]);
}

#[test]
fn what_is_not_there_is_not_found_and_named() {
    let (_city, server) = served();
    for (path, status) in [
        ("/fonts/Comic%20Sans/0-255.pbf", 404),
        ("/fonts/Comic%20Sans,Noto%20Sans%20Bold/0-255.pbf", 200),
        ("/fonts/Noto%20Sans%20Bold/0-256.pbf", 404),
        ("/fonts/Noto%20Sans%20Bold/65536-65791.pbf", 404),
        ("/fonts/Noto%20Sans%20Bold/0-255.ttf", 404),
        ("/fonts/Noto%20Sans%20Bold/0-255.pbf?x=1", 400),
        // No character of these is in the font: an empty stack, not an error, so that a client goes on.
        ("/fonts/Noto%20Sans%20Bold/19968-20223.pbf", 200),
        ("/sprites/other.json", 404),
        ("/sprites/icons.svg", 404),
        ("/sprites/icons-0000000000000000.png", 404),
        ("/sprites/icons@3x.png", 404),
        ("/styles/grey.json", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, status, "{path}: {}", text(&answer.body));
    }
    assert!(text(&server.get("/fonts/Comic%20Sans/0-255.pbf").body).contains("Comic Sans"));
    assert!(text(&server.get("/fonts/OFL.txt").body).contains("SIL OPEN FONT LICENSE"));
    let old = server.get("/fonts/Noto%20Sans%20Bold/0-255.pbf?v=0000");
    assert!(
        old.status == 200 && !old.header("cache-control").contains("immutable"),
        "another version is not kept for good"
    );
    assert_eq!(server.log(), "");
}

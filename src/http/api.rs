//! `GET /api`: the OpenAPI 3.0 document of the server, made from the table of its routes.

use axum::{
    extract::{RawQuery, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Map, Value, json};

use super::{
    Answering, Language, Links, Params, Problem,
    document::Document,
    format::Format,
    pages,
    params::MAX_QUERY_BYTES,
    problem,
    route::{Form, Param, Route},
    routes,
};

/// Its media type.
pub const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

/// The document, or its page.
pub async fn document(
    State(city): State<Answering>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::API)?;
    let language = Language::asked(&params, &asked);
    if Format::asked(&params, &routes::API, &asked) == Format::Html {
        return Ok(pages::api::page(&asked, language));
    }
    Document::new(&asked, OPENAPI).in_language(language).json(&openapi(language, &city.links(&asked)))
}

/// The page.
pub async fn page(RawQuery(query): RawQuery, asked: HeaderMap) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &routes::API_PAGE)?;
    Ok(pages::api::page(&asked, Language::asked(&params, &asked)))
}

fn openapi(language: Language, links: &Links) -> Value {
    let mut paths = Map::new();
    for (route, _) in routes::all() {
        paths.insert(route.path.into(), json!({ "get": operation(route, language) }));
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": language.either("Місто на мапі", "City on the Map"),
            "description": format!(
                "{} {MAX_QUERY_BYTES} B.",
                language.either("Невідомий параметр — помилка. Найдовший запит:", "An unknown parameter is an error. The longest query:")
            ),
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT" },
        },
        "servers": [{ "url": links.to("").trim_end_matches('/') }],
        "paths": paths,
        "components": { "schemas": schemas(), "responses": problems() },
    })
}

fn operation(route: &Route, language: Language) -> Value {
    let mut parameters: Vec<Value> = route.parts().map(part).collect();
    parameters.extend(route.params.iter().map(|param| parameter(param, language)));
    let mut responses = Map::new();
    for status in route.statuses() {
        responses.insert(status.to_string(), response(route, status));
    }
    json!({
        "operationId": route.id,
        "summary": language.say(route.what),
        "parameters": parameters,
        "responses": responses,
    })
}

fn response(route: &Route, status: u16) -> Value {
    let headers = json!({
        "ETag": { "schema": { "type": "string" } },
        "Cache-Control": { "schema": { "type": "string" } },
    });
    match status {
        200 | 206 => {
            let mut content = Map::new();
            for (media, schema) in route.answers {
                let schema = match *schema {
                    "" => json!({ "type": "string", "format": "binary" }),
                    "Object" => json!({ "type": "object" }),
                    name => json!({ "$ref": format!("#/components/schemas/{name}") }),
                };
                content.insert((*media).into(), json!({ "schema": schema }));
            }
            json!({ "description": meaning(status), "headers": headers, "content": content })
        }
        // What is too long to be read at all is refused without a body.
        204 | 304 | 308 | 414 | 431 => json!({ "description": meaning(status) }),
        _ => json!({ "$ref": format!("#/components/responses/{status}") }),
    }
}

/// What a status means here.
pub fn meaning(status: u16) -> &'static str {
    match status {
        200 => "What was asked for",
        204 => "Nothing is there",
        206 => "The part that was asked for",
        304 => "The asker has it already",
        308 => "It is known by another id now",
        431 => "The head of the request is longer than 32 KiB",
        _ => problem::meaning(status),
    }
}

fn problems() -> Value {
    let mut all = Map::new();
    for status in problem::STATUSES {
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let content = json!({ "application/problem+json": { "schema": schema } });
        all.insert(status.to_string(), json!({ "description": meaning(*status), "content": content }));
    }
    Value::Object(all)
}

fn part(name: &str) -> Value {
    let (_, most, pattern) = routes::PARTS.iter().find(|(part, ..)| *part == name).expect("a test walks the table");
    json!({
        "name": name, "in": "path", "required": true,
        "schema": { "type": "string", "minLength": 1, "maxLength": most, "pattern": pattern },
    })
}

fn parameter(param: &Param, language: Language) -> Value {
    let mut described = json!({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": language.say(param.what),
        "schema": schema(param.form),
    });
    if matches!(param.form, Form::List(_) | Form::Box) {
        described["style"] = "form".into();
        described["explode"] = false.into();
    }
    described
}

fn schema(form: Form) -> Value {
    match form {
        Form::Whole { from, to, default } => {
            json!({ "type": "integer", "minimum": from, "maximum": to, "default": default })
        }
        Form::Number { from, to } => json!({ "type": "number", "minimum": from, "maximum": to }),
        Form::Word(of) => json!({ "type": "string", "enum": of }),
        Form::List(most) => {
            json!({ "type": "array", "minItems": 1, "maxItems": most, "items": { "type": "string", "minLength": 1 } })
        }
        Form::Box => json!({ "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } }),
        Form::Text(most) => json!({ "type": "string", "maxLength": most }),
    }
}

fn schemas() -> Value {
    let object = |required: &[&str], properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    let list = |of: &str| json!({ "type": "array", "items": { "$ref": format!("#/components/schemas/{of}") } });
    let text = || json!({ "type": "string" });
    json!({
        "Problem": object(&["type", "title", "status"], json!({
            "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(),
            "parameter": text(), "value": text(),
        })),
        "Link": object(&["href", "rel"], json!({ "href": text(), "rel": text(), "type": text(), "title": text() })),
        "Landing": object(&["title", "links"], json!({ "title": text(), "description": text(), "links": list("Link") })),
        "Conformance": object(&["conformsTo"], json!({ "conformsTo": { "type": "array", "items": text() } })),
        "Collections": object(&["links", "collections"], json!({
            "links": list("Link"), "collections": list("Collection"),
            "crs": { "type": "array", "items": text() },
        })),
        "Collection": object(&["id", "links", "crs"], json!({
            "id": text(), "title": text(), "links": list("Link"), "itemType": text(), "storageCrs": text(),
            "crs": { "type": "array", "items": text() }, "extent": { "type": "object" },
        })),
        "Feature": object(&["type", "id", "geometry", "properties"], json!({
            "type": { "type": "string", "enum": ["Feature"] }, "id": text(), "links": list("Link"),
            "geometry": object(&["type", "coordinates"], json!({ "type": text(), "coordinates": { "type": "array", "items": {} } })),
            "properties": { "type": "object" },
        })),
        "FeatureCollection": object(&["type", "features"], json!({
            "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": list("Feature"), "links": list("Link"),
            "numberMatched": { "type": "integer", "minimum": 0 },
            "numberReturned": { "type": "integer", "minimum": 0 },
            "revision": { "type": "integer", "minimum": 0 },
            "demonstration": { "type": "boolean" },
            "attribution": { "type": "array", "items": text() },
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_path_has_a_limit() {
        for (route, _) in routes::all() {
            for name in route.parts() {
                assert!(routes::PARTS.iter().any(|(part, ..)| *part == name), "{}: {name}", route.path);
            }
            assert!(route.statuses().iter().all(|status| !meaning(*status).is_empty()), "{}", route.path);
        }
    }
}

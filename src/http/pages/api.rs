//! The page of the API: every route with its parameters, their limits and its statuses.

use std::fmt::Write as _;

use axum::{http::HeaderMap, response::Response};

use super::{Frame, HTML, text};
use crate::http::{
    Language, api,
    document::Document,
    route::{Form, Route},
    routes,
};

/// The page.
pub fn page(asked: &HeaderMap, language: Language) -> Response {
    let mut body = String::new();
    let _ = write!(
        body,
        "<p>{}</p>",
        language.either(
            "Усі адреси відповідають на GET і HEAD. Невідомий, повторений або хибний параметр — помилка 400, яка його називає.",
            "All addresses answer GET and HEAD. An unknown, repeated or wrong parameter is an error 400 that names it."
        )
    );
    for (route, _) in routes::all() {
        one(&mut body, route, language);
    }
    let other = format!("/api.html?lang={}", language.other().tag());
    let title = language.either("Опис API", "Description of the API");
    let frame = Frame { language, title, way: &[], other: &other, json: "/api?f=json" };
    Document::new(asked, HTML).in_language(language).bytes(frame.around(&body))
}

fn one(body: &mut String, route: &Route, language: Language) {
    let _ = write!(body, "<h2><code>GET {}</code></h2><p>{}.</p>", text(route.path), text(language.say(route.what)));
    if !route.params.is_empty() {
        let (name, form, what) =
            language.either_all(["Параметр", "Межі", "Значення"], ["Parameter", "Limits", "Meaning"]);
        let _ = write!(body, "<div class=\"wide\"><table><tr><th>{name}</th><th>{form}</th><th>{what}</th></tr>");
        for param in route.params {
            let star = if param.required { " *" } else { "" };
            let _ = write!(
                body,
                "<tr><td><code>{}</code>{star}</td><td>{}</td><td>{}</td></tr>",
                param.name,
                text(limits(param.form, language)),
                text(language.say(param.what))
            );
        }
        body.push_str("</table></div>");
    }
    let media: Vec<&str> = route.answers.iter().map(|(media, _)| *media).collect();
    let _ = write!(body, "<p class=\"soft\">{} · ", text(media.join(", ")));
    let statuses: Vec<String> = route
        .statuses()
        .iter()
        .map(|status| format!("<abbr title=\"{}\">{status}</abbr>", text(api::meaning(*status))))
        .collect();
    let _ = write!(body, "{}</p>", statuses.join(" "));
}

fn limits(form: Form, language: Language) -> String {
    match form {
        Form::Whole { from, to, default } => format!("{from}–{to}; {} {default}", language.either("інакше", "else")),
        Form::Number { from, to } => format!("{from} … {to}"),
        Form::Word(of) => of.join(", "),
        Form::List(most) => format!("≤ {most}, {}", language.either("через кому", "separated by commas")),
        Form::Box => language.either("4 або 6 чисел", "4 or 6 numbers").into(),
        Form::Text(most) => format!("≤ {most} {}", language.either("байтів", "bytes")),
    }
}

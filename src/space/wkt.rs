//! Well-known text (OGC 06-103r4 §7) as it is read and written: `POLYGON ((33.3 47.9, 33.4 47.9, …))`.

use std::fmt::Write as _;

use geo_types::{Coord, Geometry as G, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// The shape that the whole text writes, in whatever system, or what is wrong with it; heights and measures are left out.
pub fn read(text: &str) -> Result<G<f64>, String> {
    let (shape, rest) = read_first(text)?;
    match rest.trim_start() {
        "" => Ok(shape),
        more => Err(format!("`{}` stands behind the shape", beginning(more))),
    }
}

/// The shape that the text begins with, and what stands behind it.
pub fn read_first(text: &str) -> Result<(G<f64>, &str), String> {
    let mut text = Text { rest: text };
    let shape = text.shape()?;
    Ok((shape, text.rest))
}

/// The text of a shape; every number is read as the same number again.
pub fn written(shape: &G<f64>) -> String {
    let place = |at: &Coord<f64>| format!("{} {}", at.x, at.y);
    let line = |line: &LineString<f64>| parts(line.0.iter(), place);
    let polygon = |polygon: &Polygon<f64>| parts(std::iter::once(polygon.exterior()).chain(polygon.interiors()), line);
    match shape {
        G::Point(at) => format!("POINT({})", place(&at.0)),
        G::MultiPoint(all) => format!("MULTIPOINT{}", parts(all.iter(), |at| format!("({})", place(&at.0)))),
        G::LineString(one) => format!("LINESTRING{}", line(one)),
        G::MultiLineString(all) => format!("MULTILINESTRING{}", parts(all.iter(), line)),
        G::Polygon(one) => format!("POLYGON{}", polygon(one)),
        G::MultiPolygon(all) => format!("MULTIPOLYGON{}", parts(all.iter(), polygon)),
        G::Line(one) => format!("LINESTRING({}, {})", place(&one.start), place(&one.end)),
        G::Rect(one) => format!("POLYGON{}", polygon(&one.to_polygon())),
        G::Triangle(one) => format!("POLYGON{}", polygon(&one.to_polygon())),
        G::GeometryCollection(all) => format!("GEOMETRYCOLLECTION{}", parts(all.iter(), written)),
    }
}

fn parts<T>(all: impl Iterator<Item = T>, one: impl Fn(T) -> String) -> String {
    let mut text = String::from("(");
    for (i, part) in all.enumerate() {
        let _ = write!(text, "{}{}", if i == 0 { "" } else { ", " }, one(part));
    }
    text + ")"
}

/// What of the text is still to be read.
#[derive(Debug)]
struct Text<'a> {
    rest: &'a str,
}

impl<'a> Text<'a> {
    fn shape(&mut self) -> Result<G<f64>, String> {
        let word = self.word();
        let kind = word.to_ascii_uppercase();
        // `POINTZ`, `POINT Z`, `POINT ZM`: heights and measures are left out.
        let kind = ["ZM", "Z", "M"].iter().find_map(|mark| kind.strip_suffix(mark)).unwrap_or(&kind);
        match self.word().to_ascii_uppercase().as_str() {
            "" | "Z" | "M" | "ZM" => {}
            "EMPTY" => return Err("it is empty".into()),
            other => return Err(format!("`{other}` is not expected behind `{word}`")),
        }
        if self.word().eq_ignore_ascii_case("EMPTY") {
            return Err("it is empty".into());
        }
        Ok(match kind {
            "POINT" => Point(self.within(Self::position)?).into(),
            "MULTIPOINT" => MultiPoint(self.list(Self::place_of_many)?).into(),
            "LINESTRING" => self.line()?.into(),
            "MULTILINESTRING" => MultiLineString(self.list(Self::line)?).into(),
            "POLYGON" => self.polygon()?.into(),
            "MULTIPOLYGON" => MultiPolygon(self.list(Self::polygon)?).into(),
            "" => {
                return Err(format!("well-known text begins with a word such as POLYGON, not with `{}`", self.next()));
            }
            _ => return Err(format!("a {word} is no shape of one object")),
        })
    }

    fn line(&mut self) -> Result<LineString<f64>, String> {
        Ok(LineString(self.list(Self::position)?))
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, String> {
        let mut rings = self.list(Self::line)?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }

    /// Places of many are written with brackets of their own, and without.
    fn place_of_many(&mut self) -> Result<Point<f64>, String> {
        let at = if self.rest.trim_start().starts_with('(') { self.within(Self::position) } else { self.position() };
        at.map(Point)
    }

    /// x and y, and up to two numbers more.
    fn position(&mut self) -> Result<Coord<f64>, String> {
        let at = Coord { x: self.number()?, y: self.number()? };
        for _ in 0..2 {
            if !matches!(self.rest.trim_start().chars().next(), Some(',' | ')') | None) {
                self.number()?;
            }
        }
        Ok(at)
    }

    fn number(&mut self) -> Result<f64, String> {
        self.rest = self.rest.trim_start();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')');
        let (number, rest) = self.rest.split_at(self.rest.find(is_end).unwrap_or(self.rest.len()));
        let is_written_so = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
        match number.parse() {
            Ok(found) if is_written_so => {
                self.rest = rest;
                Ok(found)
            }
            _ if number.is_empty() => Err(format!("a number is missing before `{}`", self.next())),
            _ => Err(format!("`{}` is not a number", beginning(number))),
        }
    }

    /// Parts with commas between them, in brackets.
    fn list<T>(&mut self, read: impl Fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        self.within(|text| {
            let mut all = vec![read(text)?];
            while text.takes(',') {
                all.push(read(text)?);
            }
            Ok(all)
        })
    }

    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        if !self.takes('(') {
            return Err(format!("`(` is missing before `{}`", self.next()));
        }
        let inside = read(self)?;
        if self.takes(')') { Ok(inside) } else { Err(format!("`)` is missing before `{}`", self.next())) }
    }

    fn takes(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The letters that come next.
    fn word(&mut self) -> &'a str {
        let text = self.rest.trim_start();
        let (word, rest) = text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()));
        self.rest = rest;
        word
    }

    fn next(&self) -> String {
        match self.rest.trim_start() {
            "" => "the end of the text".into(),
            rest => beginning(rest),
        }
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_shape() {
        for text in [
            "POINT(33.39 -47.91)",
            "MULTIPOINT((1 2), (3 4))",
            "LINESTRING(1 2, 3 4.000000000000001)",
            "MULTILINESTRING((1 2, 3 4), (5 6, 7 8))",
            "POLYGON((0 0, 9 0, 9 9, 0 0), (5 3, 7 3, 7 4, 5 3))",
            "MULTIPOLYGON(((0 0, 4 0, 4 4, 0 0)), ((6 6, 9 6, 9 9, 6 6)))",
        ] {
            assert_eq!(written(&read(text).unwrap()), text);
        }
    }

    #[test]
    fn what_stands_behind_a_shape_is_given_back() {
        assert_eq!(read_first("POINT(1 2)) AND x").unwrap().1, ") AND x");
        assert!(read("POINT(1 2)) AND x").unwrap_err().contains("stands behind"));
    }
}

//! `Photos` of a recipe say which pictures show a feature: those that columns name, and those whose file names begin as its id.

use std::{
    collections::BTreeSet,
    ops::Range,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use toml::Spanned;

use super::{
    ImportError,
    recipe::flaw_at,
    record::Columns,
    value::{is_nothing, trimmed},
};
use crate::model::{Field, FieldType, TextFormat, Title, catalog::PHOTO_FIELDS};

/// What separates the pictures that one cell names. A comma may be part of a file name, so a space has to follow it.
const BETWEEN: [&str; 4] = [";", "|", "\n", ", "];

/// Where in a pattern the id of the feature stands.
const ID: &str = "{id}";

/// `[photos]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPhotos {
    column: Option<String>,
    columns: Option<Vec<String>>,
    pattern: Option<Spanned<String>>,
    folder: Option<PathBuf>,
    #[serde(default)]
    hosts: BTreeSet<String>,
    credit: Option<String>,
}

/// Which pictures show a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoSource {
    /// Columns that name files or URLs.
    pub(super) columns: Vec<String>,
    /// Which files of the folder are meant by an id.
    pub pattern: Option<Pattern>,
    /// Where files lie; `None`: beside the source.
    pub folder: Option<PathBuf>,
    /// The only hosts that are asked for pictures.
    pub hosts: BTreeSet<String>,
    /// Whom to credit where the row does not say it.
    pub credit: Option<String>,
}

/// A picture that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The column.
    pub column: String,
    /// The name of a file, or a URL.
    pub text: String,
}

/// The names of files that belong to an id: `{id}`, and `*` for whatever stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Before the id.
    head: String,
    /// Behind it, between the stars.
    tail: Vec<String>,
}

impl WrittenPhotos {
    /// Checks what is written in the recipe of this text; a folder is meant from that of the recipe.
    pub fn check(written: Spanned<Self>, recipe: &Path, text: &str) -> Result<PhotoSource, ImportError> {
        let span = written.span();
        let checked = written.into_inner().checked(span, recipe);
        checked.map_err(|(span, problem)| flaw_at(recipe, text, span, problem))
    }

    fn checked(self, span: Range<usize>, recipe: &Path) -> Result<PhotoSource, (Range<usize>, &'static str)> {
        let Self { column, columns, pattern, folder, hosts, credit } = self;
        let columns = match (column, columns) {
            (Some(_), Some(_)) => return Err((span, "either `column` or `columns`")),
            (Some(column), None) => vec![column],
            (None, columns) => columns.unwrap_or_default(),
        };
        let pattern = match pattern {
            None => None,
            Some(text) => Some(Pattern::read(text.get_ref()).ok_or((
                text.span(),
                "the name of a file with {id} in it once, such as \"{id}*.jpg\", without a folder",
            ))?),
        };
        if columns.is_empty() && pattern.is_none() {
            return Err((span, "a `column` that names photos, or a `pattern` of the names of their files"));
        }
        let folder = folder.map(|folder| recipe.parent().unwrap_or(Path::new("")).join(folder));
        Ok(PhotoSource { columns, pattern, folder, hosts, credit })
    }
}

impl Pattern {
    /// Reads a pattern.
    pub fn read(text: &str) -> Option<Self> {
        let (head, tail) = text.split_once(ID)?;
        let is_name = |part: &str| !part.contains(['/', '\\', '{', '}']);
        if !is_name(head) || !is_name(tail) || head.contains('*') {
            return None;
        }
        Some(Self { head: head.to_lowercase(), tail: tail.to_lowercase().split('*').map(Into::into).collect() })
    }

    /// How every name of a file of this id begins, in lower case.
    pub fn beginning(&self, id: &str) -> String {
        format!("{}{}{}", self.head, id.to_lowercase(), self.tail[0])
    }

    /// Whether a name in lower case is that of a file of this id.
    ///
    /// What a star right behind the id stands for begins with neither letter nor digit: 12 has 12.jpg and 12-2.jpg, and not 123.jpg.
    pub fn is_of(&self, id: &str, name: &str) -> bool {
        let Some(mut rest) = name.strip_prefix(&self.beginning(id)) else { return false };
        let [first, between @ ..] = self.tail.as_slice() else { return false };
        let Some((last, between)) = between.split_last() else { return rest.is_empty() };
        if first.is_empty() && rest.starts_with(char::is_alphanumeric) {
            return false;
        }
        for part in between {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

/// The plan of reading what a row names.
#[derive(Debug)]
pub(super) struct PhotoPlan(Vec<usize>);

impl PhotoPlan {
    pub fn new(source: &PhotoSource, columns: &mut Columns) -> Self {
        Self(source.columns.iter().map(|column| columns.slot(column, "[photos] column")).collect())
    }

    /// The pictures that a row names, each once, in the order in which it names them.
    pub fn mentions(&self, cells: &[impl AsRef<str>], columns: &Columns) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = Vec::new();
        for slot in &self.0 {
            let mut texts = vec![cells[*slot].as_ref()];
            for between in BETWEEN {
                texts = texts.into_iter().flat_map(|text| text.split(between)).collect();
            }
            for text in texts.into_iter().map(trimmed).filter(|text| !is_nothing(text)) {
                if !mentions.iter().any(|known| known.text == text) {
                    mentions.push(Mention { column: columns.name(*slot).into(), text: text.into() });
                }
            }
        }
        mentions
    }
}

/// The fields that a collection has besides its own where a recipe says which pictures show its features.
pub(super) fn fields() -> [Field; 2] {
    let text = |name: &str, uk: &str, en: &str, format| Field {
        name: name.into(),
        kind: FieldType::Text,
        title: Title { uk: uk.into(), en: en.into() },
        unit: None,
        format,
        values: Vec::new(),
        chart: None,
        adds_up: false,
        unique: false,
    };
    let [photos, credit] = PHOTO_FIELDS;
    [text(photos, "Світлини", "Photos", Some(TextFormat::Photos)), text(credit, "Автор світлин", "Photos by", None)]
}

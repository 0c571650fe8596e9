//! An `Account` says by which recipe a real file is read and what became of its rows.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use mapa::{
    files,
    import::{Outcome, Recipe, Rejection, Report, import},
    model::{Catalog, Collection, Feature, Value},
};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| files::catalog(None).unwrap());

/// What a file is read by and what became of it.
#[derive(Clone)]
pub struct Account {
    /// Its path below the folder of real files.
    pub file: String,
    pub recipe: By,
    pub became: Became,
}

/// The recipe of an account.
#[derive(Clone)]
pub enum By {
    /// One that comes with the product: its path below `import/`.
    Ready(&'static str),
    /// One of this test: its name and its text without the collection.
    Own(&'static str, String),
}

/// What became of a file.
#[derive(Clone)]
pub enum Became {
    /// Rows, of which some were features and the rest was refused for these reasons.
    Rows { read: u64, features: u64, reasons: &'static [(&'static str, u64)], warnings: &'static [(&'static str, u64)] },
    /// Nothing: it was refused as a whole, with these words.
    Nothing { problem: &'static str },
}

/// All rows of a file.
pub struct Imported {
    pub collection: Collection,
    pub features: Vec<Feature>,
    pub rejections: Vec<Rejection>,
    pub report: Report,
}

impl Imported {
    pub fn value(&self, id: &str, field: &str) -> Value {
        let feature = self.features.iter().find(|feature| feature.id.as_str() == id).expect(id);
        feature.value(&self.collection, field).clone()
    }

    /// How often each value of a field stands there.
    pub fn counts(&self, field: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for feature in &self.features {
            let value = match feature.value(&self.collection, field) {
                Value::Unknown => "?".to_owned(),
                value => value
                    .as_text()
                    .map_or_else(|| serde_json::to_string(value).unwrap().replace('"', ""), str::to_owned),
            };
            *counts.entry(value).or_default() += 1;
        }
        counts
    }
}

impl By {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready(name) | Self::Own(name, _) => name,
        }
    }

    fn recipe(&self) -> Recipe {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("import");
        match self {
            Self::Ready(name) => Recipe::read(&root.join(name)),
            Self::Own(name, text) => {
                Recipe::parse(&root.join("real.toml"), &format!("collection = \"real-{name}\"\n{text}"))
            }
        }
        .unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Account {
    /// Reads the file, or says why it could not be read.
    pub fn import(&self) -> Result<Imported, String> {
        self.import_from(&real_data().expect("the caller has asked").join(&self.file))
    }

    /// Reads another file by the same recipe.
    pub fn import_from(&self, source: &Path) -> Result<Imported, String> {
        let recipe = self.recipe.recipe();
        let collection = recipe.collection(&CATALOG).unwrap_or_else(|error| panic!("{error}"));
        let (mut features, mut rejections) = (Vec::new(), Vec::new());
        let mut sink = |outcome| {
            match outcome {
                Outcome::Feature(feature, _) => features.push(feature),
                Outcome::Rejection(rejection) => rejections.push(rejection),
            }
            Ok(())
        };
        let report = import(&recipe, &collection, source, &|_| (), &mut sink).map_err(|error| error.to_string())?;
        Ok(Imported { collection, features, rejections, report })
    }
}

/// Rows that all became features, without a warning.
pub fn whole(read: u64) -> Became {
    Became::Rows { read, features: read, reasons: &[], warnings: &[] }
}

/// A recipe of this test: `[source]`, `[id]` and `[geometry]` as given, and text fields `name = column`, or with more said of
/// the field behind a semicolon: `name = column; type = "date"`.
pub fn own(name: &'static str, head: &str, geometry: &str, fields: &[&str]) -> By {
    let (mut sources, mut declared) = (String::new(), Vec::new());
    for field in fields {
        let (field, more) = field.split_once("; ").unwrap_or((field, "type = \"text\""));
        let (field, column) = field.split_once(" = ").unwrap();
        writeln!(sources, "[fields.{field}]\ncolumn = \"{column}\"").unwrap();
        declared.push(format!("{{ name = \"{field}\", {more}, title = {{ uk = \"Поле\", en = \"Field\" }} }}"));
    }
    let text = format!(
        "{head}\n{sources}[declare]\ntitle = {{ uk = \"Речі\", en = \"Things\" }}\ngeometry = \"{geometry}\"\nfields = [{}]\n",
        declared.join(", ")
    );
    By::Own(name, text)
}

/// The folder of the real files; `None`, and a word of it, where there is none.
pub fn real_data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = env::var_os("MAPA_REAL_DATA").map_or_else(|| root.join("../shared/data/real"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(env::var_os("CI").is_none(), "{} is missing", folder.display());
    println!("skipped: no real data");
    None
}

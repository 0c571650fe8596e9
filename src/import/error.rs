//! An `ImportError` ends an import: the recipe or the source as a whole is wrong, not one row of it.

use std::io;

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The recipe says what it may not say.
    #[error("{file}: line {line}: {key}: {problem}")]
    Recipe {
        /// Path of the recipe.
        file: String,
        /// Line from 1.
        line: usize,
        /// The key, with the table it stands in.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The source as a whole cannot be read.
    #[error("{file}: {problem}")]
    Source {
        /// Path of the source.
        file: String,
        /// What is wrong and where.
        problem: String,
    },
    /// The recipe names a column that the source lacks.
    #[error("{file}: there is no column `{column}`, which {key} names; the columns are {}", listed(columns))]
    MissingColumn {
        /// Path of the source.
        file: String,
        /// The column that was sought.
        column: String,
        /// Where the recipe names it.
        key: String,
        /// The columns that are there.
        columns: Vec<String>,
    },
    /// The operating system would not give the bytes.
    #[error("{file}: {error}")]
    Io {
        /// Path of the file.
        file: String,
        /// What it said.
        error: io::Error,
    },
}

impl ImportError {
    pub(super) fn source(file: &str, problem: impl Into<String>) -> Self {
        Self::Source { file: file.into(), problem: problem.into() }
    }

    pub(super) fn io(file: &str, error: io::Error) -> Self {
        Self::Io { file: file.into(), error }
    }
}

fn listed(columns: &[String]) -> String {
    if columns.is_empty() {
        return "none".into();
    }
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}

//! A `Shelf` is the place of one URL in the cache: at most one kept file, a note that says what it is, and parts that grow.
//!
//! ```text
//!   <URL>.json                       the note: which file is kept, its size, its validators
//!   <URL>-<content>.csv              the kept file; its name has the hash of its bytes, so it never changes
//!   <URL>-<random>.part              a file on its way
//! ```
//!
//! Everything appears by a rename, so a note and the file that it names belong together whoever wrote them. A file that is
//! in use is locked by its reader; one that no note names goes when nobody has locked it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use ureq::http::{HeaderName, header};
use xxhash_rust::xxh3::xxh3_128;

use super::{Arrival, Fetched, ask::Heading, body::Written, problem::Problem};
use crate::import::Url;

/// A part that nobody has written to for so long is left of a process that was killed: an hour, where all limits are less.
const DEAD_AFTER: Duration = Duration::from_hours(1);

/// What lets a server say that nothing has changed (RFC 9110 §8.8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    /// Hash of the URL that gave them, at the end of its redirects.
    pub place: String,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Validators {
    /// Those of an answer, if it has any.
    pub fn of(place: String, header: &dyn Fn(HeaderName) -> Option<String>) -> Option<Self> {
        let etag = header(header::ETAG);
        // A file that was changed in the second in which it was sent may change once more within it (RFC 9110 §8.8.2.2).
        let last_modified = header(header::LAST_MODIFIED).filter(|day| header(header::DATE).as_ref() != Some(day));
        (etag.is_some() || last_modified.is_some()).then_some(Self { place, etag, last_modified })
    }

    /// The headers of a conditional request.
    pub fn conditions(&self) -> impl Iterator<Item = (HeaderName, &str)> {
        let etag = self.etag.as_deref().map(|etag| (header::IF_NONE_MATCH, etag));
        let day = self.last_modified.as_deref().map(|day| (header::IF_MODIFIED_SINCE, day));
        etag.into_iter().chain(day)
    }
}

/// What is known of the kept file.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    /// The URL without its login.
    url: String,
    file: String,
    bytes: u64,
    validators: Option<Validators>,
}

/// The place of one URL.
pub(super) struct Shelf<'a> {
    folder: &'a Path,
    url: String,
    key: String,
}

/// The kept file, locked.
pub(super) struct Kept {
    path: PathBuf,
    note: Note,
    held: File,
}

impl<'a> Shelf<'a> {
    pub fn open(folder: &'a Path, url: &Url) -> Result<Self, Problem> {
        fs::create_dir_all(folder).map_err(|error| Problem::cache(folder, &error))?;
        let url = url.to_string();
        let key = format!("{:032x}", xxh3_128(url.as_bytes()));
        Ok(Self { folder, url, key })
    }

    /// What is kept; nothing where note or file are not what they should be.
    pub fn kept(&self) -> Result<Option<Kept>, Problem> {
        let path = self.note();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
                return Ok(None);
            }
            Err(error) => return Err(Problem::cache(&path, &error)),
        };
        let Ok(note) = serde_json::from_str::<Note>(&text) else { return Ok(None) };
        let is_ours = note.file.starts_with(&format!("{}-", self.key)) && !note.file.contains(['/', '\\']);
        if !is_ours || note.url != self.url {
            return Ok(None);
        }
        let path = self.folder.join(&note.file);
        let held = hold(&path).map_err(|error| Problem::cache(&path, &error))?;
        Ok(held.filter(|(_, bytes)| *bytes == note.bytes).map(|(held, _)| Kept { path, note, held }))
    }

    /// A file that is to be written.
    pub fn part(&self) -> Result<NamedTempFile, Problem> {
        tempfile::Builder::new()
            .prefix(&format!("{}-", self.key))
            .suffix(".part")
            .tempfile_in(self.folder)
            .map_err(|error| Problem::cache(self.folder, &error))
    }

    /// Puts a part that is whole in the place of what was kept.
    pub fn keep(&self, part: NamedTempFile, written: &Written, heading: &Heading) -> Result<Fetched, Problem> {
        let ending = heading.ending.as_ref().map(|ending| format!(".{ending}")).unwrap_or_default();
        let file = format!("{}-{:032x}{ending}", self.key, written.hash);
        let path = self.folder.join(&file);
        let flaw = |error: io::Error| Problem::cache(&path, &error);
        part.as_file().sync_all().map_err(flaw)?;
        part.as_file().lock_shared().map_err(flaw)?;
        let held = name(part, &path, written.bytes).map_err(flaw)?;
        let note = Note {
            url: self.url.clone(),
            file: file.clone(),
            bytes: written.bytes,
            validators: heading.validators.clone(),
        };
        let mut noted = self.part()?;
        let text = serde_json::to_string_pretty(&note).expect("a note is text and numbers");
        noted.write_all(text.as_bytes()).and_then(|()| noted.as_file().sync_all()).map_err(flaw)?;
        noted.persist(self.note()).map_err(|error| flaw(error.error))?;
        self.sweep(&file);
        Ok(Fetched { path, bytes: written.bytes, arrival: Arrival::Fetched, _held: held })
    }

    /// Removes the files of this URL that are neither kept nor in use. What cannot be removed now is the next one's.
    fn sweep(&self, kept: &str) {
        let prefix = format!("{}-", self.key);
        for entry in fs::read_dir(self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| name.starts_with(&prefix) && *name != kept) else { continue };
            let Ok(file) = File::open(entry.path()) else { continue };
            let is_part = Path::new(name).extension().is_some_and(|ending| ending == "part");
            let age = entry.metadata().and_then(|found| found.modified()).ok().and_then(|day| day.elapsed().ok());
            if (is_part && age.is_none_or(|age| age < DEAD_AFTER)) || file.try_lock().is_err() {
                continue;
            }
            let _ = fs::remove_file(entry.path());
        }
    }

    fn note(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.key))
    }
}

impl Kept {
    pub fn validators(&self) -> Option<&Validators> {
        self.note.validators.as_ref()
    }

    pub fn bytes(&self) -> u64 {
        self.note.bytes
    }

    /// The server has said that it is still right.
    pub fn fetched(self) -> Fetched {
        Fetched { path: self.path, bytes: self.note.bytes, arrival: Arrival::NotModified, _held: self.held }
    }
}

/// Names a part, which is locked; where a file of the same bytes stands already, that one is held instead.
fn name(mut part: NamedTempFile, path: &Path, bytes: u64) -> io::Result<File> {
    loop {
        match part.persist_noclobber(path) {
            Ok(held) => return Ok(held),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => part = error.file,
            Err(error) => return Err(error.error),
        }
        match hold(path)? {
            Some((held, there)) if there == bytes => return Ok(held),
            // Cut by whatever happened to this machine.
            Some(_) => return part.persist(path).map_err(|error| error.error),
            // Swept away meanwhile.
            None => {}
        }
    }
}

/// Opens a file and locks it against removal, and tells its size; `None` where it is not there, or went meanwhile.
fn hold(path: &Path) -> io::Result<Option<(File, u64)>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    file.lock_shared()?;
    if !path.exists() {
        return Ok(None);
    }
    let bytes = file.metadata()?.len();
    Ok(Some((file, bytes)))
}

//! A `Meter` hands on the bytes of a source, tells how many there were and stops a record that has no end.

use std::{
    cell::Cell,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    rc::Rc,
};

use tempfile::TempPath;

use super::{ImportError, archive::Archive};

/// The largest record in bytes: what an import may hold in memory at once, give or take one buffer of 64 KiB.
pub const MAX_RECORD_BYTES: u64 = 64 << 20;

/// The most bytes that are laid aside for a format that is not read from its start to its end.
const MAX_LAID_ASIDE_BYTES: u64 = 4 << 30;

/// Reads a source.
pub(super) struct Meter<'a> {
    place: Place,
    bytes: Box<dyn Read + 'a>,
    read: u64,
    progress: &'a dyn Fn(u64),
    allowance: Allowance,
}

/// Where the bytes of a source stand.
#[derive(Debug, Clone)]
enum Place {
    Nowhere,
    File(PathBuf),
    Member { archive: PathBuf, name: String },
}

/// How many bytes may still be read before a record must have ended; shared by the meter and the reader of records.
#[derive(Clone, Debug)]
pub(super) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    /// A record has ended: the next one may be as large.
    pub fn renew(&self) {
        self.0.set(MAX_RECORD_BYTES);
    }
}

impl<'a> Meter<'a> {
    pub fn open(source: &Path, progress: &'a dyn Fn(u64)) -> Result<Self, ImportError> {
        let file = File::open(source).map_err(|error| ImportError::io(&source.display().to_string(), error))?;
        Ok(Self { place: Place::File(source.into()), ..Self::new(Box::new(file), progress) })
    }

    pub fn new(bytes: Box<dyn Read + 'a>, progress: &'a dyn Fn(u64)) -> Self {
        Self {
            place: Place::Nowhere,
            bytes,
            read: 0,
            progress,
            allowance: Allowance(Rc::new(Cell::new(MAX_RECORD_BYTES))),
        }
    }

    /// The bytes of one member of an archive.
    pub fn of_member(bytes: Box<dyn Read + 'a>, progress: &'a dyn Fn(u64), archive: &Path, name: &str) -> Self {
        let place = Place::Member { archive: archive.into(), name: name.into() };
        Self { place, ..Self::new(bytes, progress) }
    }

    /// The file of the same name with another ending, in the same folder or archive.
    pub fn sibling(&self, ending: &str, file: &str) -> Result<Option<File>, ImportError> {
        let io = |error| ImportError::io(file, error);
        match &self.place {
            Place::Nowhere => Ok(None),
            Place::File(path) => {
                let found = [ending.to_owned(), ending.to_ascii_uppercase()].map(|ending| path.with_extension(ending));
                found.into_iter().find(|path| path.is_file()).map(|path| File::open(path).map_err(io)).transpose()
            }
            Place::Member { archive, name } => {
                let wanted = Path::new(name).with_extension(ending);
                let mut archive = Archive::open(archive, file)?;
                let is_it = |name: &&str| wanted.to_str().is_some_and(|wanted| name.eq_ignore_ascii_case(wanted));
                let Some(name) = archive.names().find(is_it).map(str::to_owned) else { return Ok(None) };
                let mut aside = tempfile::tempfile().map_err(io)?;
                io::copy(&mut archive.member(&name)?, &mut aside).map_err(io)?;
                aside.rewind().map_err(io)?;
                Ok(Some(aside))
            }
        }
    }

    pub fn allowance(&self) -> Allowance {
        self.allowance.clone()
    }

    /// The source as a file that can be read in any order; where it is none, its bytes are laid aside as one.
    pub fn whole(mut self, file: &str) -> Result<Whole, ImportError> {
        let io = |error| ImportError::io(file, error);
        if let Place::File(path) = self.place {
            (self.progress)(fs::metadata(&path).map_err(io)?.len());
            return Ok(Whole { path, _laid_aside: None });
        }
        let mut aside = tempfile::NamedTempFile::new().map_err(io)?;
        let mut total = 0;
        loop {
            self.allowance.renew();
            let n = io::copy(&mut self.by_ref().take(MAX_RECORD_BYTES / 2), &mut aside).map_err(io)?;
            total += n;
            if n == 0 {
                break;
            }
            if total > MAX_LAID_ASIDE_BYTES {
                let problem = format!("it is larger than {} GiB", MAX_LAID_ASIDE_BYTES >> 30);
                return Err(ImportError::source(file, problem));
            }
        }
        let path = aside.into_temp_path();
        Ok(Whole { path: path.to_path_buf(), _laid_aside: Some(path) })
    }
}

/// A source as a file that can be read in any order.
#[derive(Debug)]
pub(super) struct Whole {
    path: PathBuf,
    /// The file goes when nobody reads it any more.
    _laid_aside: Option<TempPath>,
}

impl Whole {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Refuses a file of more bytes.
    pub fn at_most(&self, limit: u64, file: &str) -> Result<(), ImportError> {
        let bytes = fs::metadata(&self.path).map_err(|error| ImportError::io(file, error))?.len();
        if bytes > limit {
            let problem = format!("it has {bytes} bytes, where {limit} are read of this format");
            return Err(ImportError::source(file, problem));
        }
        Ok(())
    }
}

impl Read for Meter<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.allowance.0.get();
        if left == 0 {
            let limit = MAX_RECORD_BYTES >> 20;
            return Err(io::Error::other(format!("a record is larger than {limit} MiB, or has no end")));
        }
        let n = self.bytes.read(into)?;
        self.allowance.0.set(left.saturating_sub(n as u64));
        self.read += n as u64;
        (self.progress)(self.read);
        Ok(n)
    }
}

/// Leaves out the byte order mark that Windows programs put before UTF-8 text.
pub(super) fn without_bom<'a>(mut bytes: impl Read + 'a) -> io::Result<impl Read + 'a> {
    let mut start = Vec::with_capacity(3);
    bytes.by_ref().take(3).read_to_end(&mut start)?;
    if start == b"\xef\xbb\xbf" {
        start.clear();
    }
    Ok(io::Cursor::new(start).chain(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_tells_what_it_read_and_stops_where_no_record_ends() {
        let told = Cell::new(0);
        let tell = |n| told.set(n);
        let mut meter = Meter::new(Box::new(io::repeat(b'x')), &tell);
        let mut all = Vec::new();
        let error = meter.read_to_end(&mut all).unwrap_err();
        assert!(error.to_string().contains("64 MiB"), "{error}");
        assert_eq!(told.get(), all.len() as u64);
        assert!(all.len() as u64 >= MAX_RECORD_BYTES && all.len() as u64 <= 2 * MAX_RECORD_BYTES);
        meter.allowance().renew();
        assert!(meter.read(&mut [0; 16]).is_ok());
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_a_short_start_is_not() {
        for (given, wanted) in [("\u{feff}a;b", "a;b"), ("a", "a"), ("", ""), ("абв", "абв")] {
            let mut text = String::new();
            without_bom(given.as_bytes()).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, wanted);
        }
    }
}

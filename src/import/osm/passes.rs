//! `Passes` are the times a source is read from its beginning; together they are told as one reading of it.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::import::{ImportError, meter::Meter};

/// Opens the source again and again.
type Open<'a> = dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a;

/// A source that can be read more than once.
pub(in crate::import) struct Passes<'a> {
    open: Box<Open<'a>>,
    bytes: u64,
    progress: &'a dyn Fn(u64),
}

impl<'a> Passes<'a> {
    pub fn of_file(source: &'a Path, progress: &'a dyn Fn(u64)) -> Result<Self, ImportError> {
        let bytes = source.metadata().map_err(|error| ImportError::io(&source.display().to_string(), error))?.len();
        let open = move || File::open(source).map(|file| Box::new(file) as Box<dyn Read>);
        Ok(Self { open: Box::new(open), bytes, progress })
    }

    #[cfg(test)]
    pub fn of_bytes(bytes: &'a [u8], progress: &'a dyn Fn(u64)) -> Self {
        let open = move || Ok(Box::new(bytes) as Box<dyn Read>);
        Self { open: Box::new(open), bytes: bytes.len() as u64, progress }
    }

    pub fn open<'m>(&'m self, file: &str, progress: &'m dyn Fn(u64)) -> Result<Meter<'m>, ImportError> {
        let bytes = (self.open)().map_err(|error| ImportError::io(file, error))?;
        Ok(Meter::new(bytes, progress))
    }

    /// Tells how many bytes this pass has read, as its share of the whole.
    pub fn tell(&self, pass: u64, passes: u64, read: u64) {
        (self.progress)((pass * self.bytes + read.min(self.bytes)) / passes);
    }

    /// Tells that all has been read.
    pub fn tell_end(&self) {
        (self.progress)(self.bytes);
    }
}

//! An `Archive` is a zip whose members are read no further than its limits, whatever it says of itself.
//!
//! A zip can hold a thousand times what it weighs, and may lie about it: so bytes are counted as they come out.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
};

use zip::{ZipArchive, read::ZipFile};

use super::{ImportError, recipe::Format};

/// The most bytes one member may unpack to: 4 GiB, as much as a zip without extensions can hold.
pub(super) const MAX_MEMBER_BYTES: u64 = 4 << 30;

/// How many times its packed size a member may unpack to. Tables of repeated words reach 30; deflate can reach 1032.
pub(super) const MAX_RATIO: u64 = 200;

/// So much may unpack at any ratio: it harms nobody.
const SMALL_BYTES: u64 = 16 << 20;

/// The most members an archive may have.
const MAX_MEMBERS: usize = 10_000;

/// Whether a source is an archive, by its ending.
pub(super) fn is_archive(source: &Path) -> bool {
    source.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"))
}

/// A zip, as a rule one that stands in a file.
pub(super) struct Archive<R = File> {
    zip: ZipArchive<R>,
    file: String,
    bytes: u64,
    names: Vec<String>,
}

impl Archive {
    /// Opens the zip; `file` is what it is called in errors.
    pub fn open(path: &Path, file: &str) -> Result<Self, ImportError> {
        let io = |error| ImportError::io(file, error);
        let bytes = File::open(path).map_err(io)?;
        let size = bytes.metadata().map_err(io)?.len();
        let zip = ZipArchive::new(bytes)
            .map_err(|error| ImportError::source(file, format!("it is not a zip archive, or is cut: {error}")))?;
        Self::of(zip, size, file)
    }
}

impl<R: Read + Seek> Archive<R> {
    /// An archive of `size` bytes that is open already.
    pub fn of(zip: ZipArchive<R>, size: u64, file: &str) -> Result<Self, ImportError> {
        let file = file.to_owned();
        if zip.len() > MAX_MEMBERS {
            let problem = format!("it has {} members, where {MAX_MEMBERS} are read", zip.len());
            return Err(ImportError::source(&file, problem));
        }
        let name = |i: usize| match zip.name_for_index(i) {
            Some(Ok(name)) => Ok(name.into_owned()),
            _ => Err(ImportError::source(&file, format!("the name of member {i} is no text"))),
        };
        let names = (0..zip.len()).map(name).collect::<Result<_, _>>()?;
        Ok(Self { zip, file, bytes: size, names })
    }

    /// The names of its files: no folders, and nothing that an operating system left there.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let is_hidden =
            |name: &str| name.starts_with("__MACOSX/") || name.rsplit('/').next().unwrap_or("").starts_with('.');
        self.names.iter().map(String::as_str).filter(move |name| !name.ends_with('/') && !is_hidden(name))
    }

    /// The member that the recipe names, else the only one whose ending says a format: this format, where it is given.
    pub fn choose(&self, member: Option<&str>, format: Option<Format>) -> Result<String, ImportError> {
        let flaw = |problem: String| ImportError::source(&self.file, problem);
        if let Some(member) = member {
            return match self.names().find(|name| *name == member) {
                Some(name) => Ok(name.into()),
                None => Err(flaw(format!("it has no member `{member}`; it has {}", listed(self.names())))),
            };
        }
        let is_known = |name: &&str| {
            let found = Format::of_ending(Path::new(name));
            found.is_some() && (format.is_none() || found == format)
        };
        let known: Vec<_> = self.names().filter(is_known).collect();
        match known.as_slice() {
            [one] => Ok((*one).into()),
            [] => Err(flaw(format!("no member has a known ending; it has {}", listed(self.names())))),
            _ => Err(flaw(format!("say in [source] member which is meant: {}", listed(known.iter().copied())))),
        }
    }

    /// The bytes of a member.
    pub fn member(&mut self, name: &str) -> Result<Member<'_, R>, ImportError> {
        let flaw = |problem: String| ImportError::source(&self.file, problem);
        let Some(index) = self.zip.index_for_name(name) else {
            return Err(flaw(format!("it has no member `{name}`")));
        };
        let bytes = self.zip.by_index(index).map_err(|error| flaw(format!("member `{name}`: {error}")))?;
        let packed = bytes.compressed_size();
        Ok(Member { packed, archive: self.bytes, size: bytes.size(), left: limit(packed), bytes })
    }

    /// All bytes of a member that has to be small.
    pub fn small(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ImportError> {
        let file = format!("{}/{name}", self.file);
        let mut all = Vec::new();
        let member = self.member(name)?;
        member.take(limit + 1).read_to_end(&mut all).map_err(|error| ImportError::io(&file, error))?;
        if all.len() as u64 > limit {
            return Err(ImportError::source(&file, format!("it is larger than {limit} bytes")));
        }
        Ok(all)
    }

    /// How many bytes all members unpack to; an error as soon as they are more than the limit.
    pub fn weigh(&mut self, limit: u64) -> Result<u64, ImportError> {
        let mut total = 0;
        for name in self.names.clone() {
            let file = format!("{}/{name}", self.file);
            let copied = io::copy(&mut self.member(&name)?.take(limit - total + 1), &mut io::sink());
            total += copied.map_err(|error| ImportError::io(&file, error))?;
            if total > limit {
                let problem = format!("it unpacks to more than {} MiB", limit >> 20);
                return Err(ImportError::source(&self.file, problem));
            }
        }
        Ok(total)
    }
}

fn limit(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).clamp(SMALL_BYTES, MAX_MEMBER_BYTES)
}

/// The unpacked bytes of one member, as far as its limits.
pub(super) struct Member<'a, R: Read = File> {
    bytes: ZipFile<'a, R>,
    packed: u64,
    /// Bytes of the whole archive.
    pub archive: u64,
    /// Bytes outside of it, as it says.
    pub size: u64,
    left: u64,
}

impl<R: Read> Read for Member<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            // Whether it ends here is asked with room for one byte.
            return match self.bytes.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other(format!(
                    "a zip bomb: it unpacks to more than {} MiB, or {MAX_RATIO} times its packed size",
                    limit(self.packed) >> 20
                ))),
            };
        }
        let room = into.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let n = self.bytes.read(&mut into[..room])?;
        self.left -= n as u64;
        Ok(n)
    }
}

pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    match all.len() {
        0 => "none".into(),
        n if n > 20 => format!("{} and {} more", all[..20].join(", "), n - 20),
        _ => all.join(", "),
    }
}

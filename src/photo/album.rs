//! An `Album` is where developed photos lie: a folder, or a bucket that speaks S3.

use std::{
    fmt,
    path::{self, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt as _;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder,
    local::LocalFileSystem, path::Path,
};
use serde::Deserialize;

use super::Developed;
use crate::model::Photo;

/// How long a bucket may take to answer once, and in all, trying again: a visitor waits for it.
const ONE_ANSWER: Duration = Duration::from_secs(10);
const ALL_ANSWERS: Duration = Duration::from_secs(20);

/// Tries after the first.
const AGAIN: usize = 3;

/// The scheme of a bucket's address.
const BUCKET: &str = "s3://";

/// Where an album is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Place {
    /// A folder, which need not be there yet.
    Folder(PathBuf),
    /// `s3://BUCKET` or `s3://BUCKET/PREFIX`; how to reach it the environment says (`AWS_ENDPOINT_URL`, …).
    Bucket(String),
}

/// Photos by name.
#[derive(Clone)]
pub struct Album {
    store: Arc<dyn ObjectStore>,
    root: Path,
    place: Place,
}

/// Why an album cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("photos in {place}: {problem}")]
pub struct AlbumError {
    place: String,
    problem: String,
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        if text.starts_with(BUCKET) { Self::Bucket(text) } else { Self::Folder(text.into()) }
    }
}

impl std::str::FromStr for Place {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.to_owned().into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Bucket(url) => f.write_str(url),
        }
    }
}

impl fmt::Debug for Album {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Album").field(&self.place).finish()
    }
}

impl Album {
    /// The album at a place. Nothing is asked or made yet.
    pub fn open(place: &Place) -> Result<Self, AlbumError> {
        let flaw = |problem: String| AlbumError { place: place.to_string(), problem };
        let (store, root): (Arc<dyn ObjectStore>, Path) = match place {
            Place::Folder(path) => {
                let path = path::absolute(path).map_err(|error| flaw(error.to_string()))?;
                // What stands in an album is whole after a loss of power too.
                let files = LocalFileSystem::new().with_fsync(true);
                (Arc::new(files), Path::from_absolute_path(path).map_err(|error| flaw(error.to_string()))?)
            }
            Place::Bucket(url) => {
                let (bucket, prefix) = url[BUCKET.len()..].split_once('/').unwrap_or((&url[BUCKET.len()..], ""));
                if bucket.is_empty() {
                    return Err(flaw("the name of the bucket is missing: s3://BUCKET/PREFIX".into()));
                }
                let prefix = Path::parse(prefix).map_err(|error| flaw(error.to_string()))?;
                (Arc::new(reached(bucket).map_err(|error| flaw(error.to_string()))?), prefix)
            }
        };
        Ok(Self { store, root, place: place.clone() })
    }

    /// The bytes of one size of a photo; `None` where the album does not have it.
    pub async fn read(&self, photo: Photo) -> Result<Option<Bytes>, AlbumError> {
        let got = match self.store.get(&self.path(photo)).await {
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        self.there(got)
    }

    /// Whether this size of a photo is there; of the largest: whether all sizes are.
    pub async fn has(&self, photo: Photo) -> Result<bool, AlbumError> {
        Ok(self.there(self.store.head(&self.path(photo)).await)?.is_some())
    }

    /// Keeps a photo in all of its sizes.
    pub async fn keep(&self, developed: Developed) -> Result<(), AlbumError> {
        // The largest last: where it is, all are.
        for (photo, bytes) in developed.sizes.into_iter().rev() {
            self.store.put(&self.path(photo), bytes.into()).await.map_err(|error| self.flaw(&error))?;
        }
        Ok(())
    }

    /// Keeps in another album what this one has and that one has not; how many files that are, sizes counted each.
    pub async fn copy_to(&self, other: &Self) -> Result<u64, AlbumError> {
        let mut found = self.store.list(Some(&self.root));
        let mut copied = 0;
        while let Some(next) = found.next().await {
            // Another file than ours is none of our business.
            let name = next.map_err(|error| self.flaw(&error))?.location.filename().map(Photo::read);
            let Some(photo) = name.flatten() else { continue };
            if let (false, Some(bytes)) = (other.has(photo).await?, self.read(photo).await?) {
                other.store.put(&other.path(photo), bytes.into()).await.map_err(|error| other.flaw(&error))?;
                copied += 1;
            }
        }
        Ok(copied)
    }

    /// Removes every photo of a picture that is not wanted, by its hash, unless it is only counted; files of all sizes that are, and
    /// their bytes.
    async fn sweep(&self, is_wanted: impl Fn(u128) -> bool, counts_only: bool) -> Result<(u64, u64), AlbumError> {
        // Listed whole before any goes: what is walked through does not change meanwhile.
        let found: Vec<_> = self.store.list(Some(&self.root)).collect().await;
        let (mut files, mut bytes) = (0, 0);
        for next in found {
            let next = next.map_err(|error| self.flaw(&error))?;
            // Another file than ours, and one in another place than ours, is none of our business.
            let photo = next.location.filename().and_then(Photo::read);
            let Some(photo) = photo.filter(|photo| self.path(*photo) == next.location) else { continue };
            if is_wanted(photo.hash) {
                continue;
            }
            if !counts_only {
                match self.store.delete(&next.location).await {
                    Err(object_store::Error::NotFound { .. }) => continue,
                    done => done.map_err(|error| self.flaw(&error))?,
                }
            }
            files += 1;
            bytes += next.size;
        }
        Ok((files, bytes))
    }

    /// In 256 folders, by the first two digits of its name.
    fn path(&self, photo: Photo) -> Path {
        let name = photo.to_string();
        self.root.clone().join(&name[..2]).join(name)
    }

    fn there<T>(&self, got: object_store::Result<T>) -> Result<Option<T>, AlbumError> {
        match got {
            Ok(found) => Ok(Some(found)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.flaw(&error)),
        }
    }

    fn flaw(&self, error: &object_store::Error) -> AlbumError {
        AlbumError { place: self.place.to_string(), problem: error.to_string() }
    }
}

/// A bucket as the environment says that it is reached.
fn reached(bucket: &str) -> object_store::Result<impl ObjectStore> {
    // The program has one library of cryptography, and says so to whoever asks; it may have been said before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = ClientOptions::new().with_timeout(ONE_ANSWER).with_connect_timeout(ONE_ANSWER / 2);
    // Without TLS only where the operator says the address so.
    if std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| url.starts_with("http://")) {
        options = options.with_allow_http(true);
    }
    let retry = RetryConfig { backoff: BackoffConfig::default(), max_retries: AGAIN, retry_timeout: ALL_ANSWERS };
    AmazonS3Builder::from_env().with_client_options(options).with_bucket_name(bucket).with_retry(retry).build()
}

/// Whether all of these photos are in an album.
pub fn has_all(at: &Place, photos: impl IntoIterator<Item = Photo>) -> anyhow::Result<bool> {
    let (runtime, album) = (waiting()?, Album::open(at)?);
    for photo in photos {
        if !runtime.block_on(album.has(photo))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes from an album every photo of a picture that is not wanted, by its hash, or only counts them; files that are, and
/// their bytes.
pub fn sweep(place: &Place, is_wanted: impl Fn(u128) -> bool, counts_only: bool) -> anyhow::Result<(u64, u64)> {
    Ok(waiting()?.block_on(Album::open(place)?.sweep(is_wanted, counts_only))?)
}

/// Keeps in one album what another has, unless they are one; how many files that are.
pub fn copy(from: &Place, to: &Place) -> anyhow::Result<u64> {
    if from == to {
        return Ok(0);
    }
    Ok(waiting()?.block_on(Album::open(from)?.copy_to(&Album::open(to)?))?)
}

/// What waits for an album in a program that does nothing else meanwhile.
fn waiting() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

//! To develop is to make of the bytes of a picture the sizes in which it is shown: upright, as JPEG, nothing but pixels in it.
//!
//! Whatever else a file holds (the place where it was taken, names, thumbnails, what stands behind its end) is left behind,
//! because nothing but the pixels is taken out of it.

use std::io::Cursor;

use image::{
    DynamicImage, GenericImageView as _, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage, Rgba,
    codecs::jpeg::JpegEncoder,
    imageops::{self, FilterType},
    metadata::Orientation,
};
use sha2::{Digest as _, Sha256};

use super::Flaw;
use crate::model::{Photo, photo::LONGEST_SIDES};

/// The most bytes of a picture that are read.
pub const MAX_BYTES: u64 = 32 << 20;

/// The most pixels that are unpacked: what the widest common cameras of telephones give (50 megapixels).
pub const MAX_PIXELS: u64 = 50_000_000;

/// The most memory that one picture may take unpacked, bytes: the most pixels with three bytes each, and some more. While
/// it is unpacked it takes about twice that.
pub const MAX_ALLOCATED: u64 = 256 << 20;

/// What is hashed before the picture: another word where another way of developing would give other bytes.
const PROCESS: &[u8] = b"mapa photo 1\n";

/// Qualities of JPEG, for the largest size and the others (libjpeg's scale, 1 to 100): small ones bear more loss unseen.
const QUALITY: [u8; 2] = [82, 76];

/// What shows through where a picture is transparent.
const PAPER: u8 = 255;

/// A picture in all of its sizes.
#[derive(Debug)]
pub struct Developed {
    /// The largest size, which names the picture.
    pub photo: Photo,
    /// Each size with its bytes, the largest first.
    pub sizes: Vec<(Photo, Vec<u8>)>,
}

/// The name that a picture will have, told by its head alone.
pub fn foresee(bytes: &[u8]) -> Result<Photo, Flaw> {
    Negative::of(bytes).map(|(negative, _)| negative.photo)
}

/// Develops a picture: JPEG, PNG or WebP, of what is animated the first moment.
pub fn develop(bytes: &[u8]) -> Result<Developed, Flaw> {
    let (Negative { photo, orientation }, decoder) = Negative::of(bytes)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| broken(&error))?;
    picture.apply_orientation(orientation);
    let mut last = opaque(picture);
    let mut sizes = Vec::new();
    for size in photo.sizes() {
        last = shrunk(last, size);
        let quality = QUALITY[usize::from(size != photo)];
        let mut written = Vec::new();
        JpegEncoder::new_with_quality(&mut written, quality).encode_image(&last).map_err(|error| broken(&error))?;
        sizes.push((size, written));
    }
    Ok(Developed { photo, sizes })
}

/// What the head of a picture tells.
struct Negative {
    photo: Photo,
    orientation: Orientation,
}

impl Negative {
    fn of(bytes: &[u8]) -> Result<(Self, impl ImageDecoder + '_), Flaw> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Flaw::TooManyBytes(bytes.len() as u64));
        }
        let format = image::guess_format(bytes).ok();
        let format = format.filter(|known| matches!(known, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP));
        let format = format.ok_or_else(|| Flaw::Broken("it is neither JPEG nor PNG nor WebP".into()))?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(MAX_ALLOCATED);
        reader.limits(limits);
        let mut decoder = reader.into_decoder().map_err(|error| broken(&error))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(Flaw::TooManyPixels(width, height));
        }
        if decoder.total_bytes() > MAX_ALLOCATED {
            return Err(Flaw::TooDeep);
        }
        if width == 0 || height == 0 {
            return Err(Flaw::Broken("it has no pixels".into()));
        }
        // What says it wrongly says nothing: a picture is shown as it lies rather than not at all.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let (width, height) = if is_turned(orientation) { (height, width) } else { (width, height) };
        let photo = Photo { hash: hash(bytes), width, height }.within(LONGEST_SIDES[0]);
        Ok((Self { photo, orientation }, decoder))
    }
}

fn hash(bytes: &[u8]) -> u128 {
    let digest = Sha256::new().chain_update(PROCESS).chain_update(bytes).finalize();
    let (first, _) = digest.split_at(16);
    u128::from_be_bytes(first.try_into().expect("half of 32 bytes"))
}

fn is_turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

/// The pixels as red, green and blue; what is transparent lies on paper.
fn opaque(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let (width, height) = picture.dimensions();
    let picture = picture.into_rgba8();
    RgbImage::from_fn(width, height, |x, y| {
        let Rgba([r, g, b, a]) = *picture.get_pixel(x, y);
        let laid = |c: u8| {
            let (c, a, paper) = (u32::from(c), u32::from(a), u32::from(PAPER));
            // A mean of two bytes is a byte.
            ((c * a + paper * (255 - a) + 127) / 255) as u8
        };
        image::Rgb([r, g, b].map(laid))
    })
}

/// The picture at this size; in two steps where it is much larger, as the first is then fast and the second fine.
fn shrunk(picture: RgbImage, to: Photo) -> RgbImage {
    let (width, height) = (to.width, to.height);
    if picture.dimensions() == (width, height) {
        return picture;
    }
    let is_much_larger = picture.width() > 4 * width && picture.height() > 4 * height;
    let near = if is_much_larger { imageops::thumbnail(&picture, 2 * width, 2 * height) } else { picture };
    imageops::resize(&near, width, height, FilterType::CatmullRom)
}

fn broken(error: &ImageError) -> Flaw {
    match error {
        ImageError::Limits(_) => Flaw::TooDeep,
        other => Flaw::Broken(other.to_string().chars().take(200).collect()),
    }
}

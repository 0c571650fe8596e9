//! What becomes of pictures: upright, in their sizes, nothing but pixels, and of what is no picture nothing.

use std::io::Cursor;

use image::{
    DynamicImage, ImageEncoder as _, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use proptest::prelude::*;

use super::*;
use crate::model::Photo;

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const GREEN: Rgb<u8> = Rgb([30, 200, 40]);
const BLUE: Rgb<u8> = Rgb([30, 50, 220]);
const YELLOW: Rgb<u8> = Rgb([230, 220, 40]);

/// Red and green above, blue and yellow below.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (2 * x < width, 2 * y < height) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => YELLOW,
    })
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(picture).unwrap();
    bytes
}

/// A JPEG with an Exif segment (TIFF 6, little-endian) that says an orientation and where it was taken.
fn told(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let secret = b"SECRET PLACE 47.9,33.4\0\0";
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    // ImageDescription, behind the directory, and Orientation.
    tiff.extend(entry(0x010e, 2, secret.len() as u32, 8 + 2 + 24 + 4));
    tiff.extend(entry(0x0112, 3, 1, orientation.into()));
    tiff.extend([0; 4]);
    tiff.extend(secret);
    let segment = [b"Exif\0\0", tiff.as_slice()].concat();
    let length = (segment.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &segment, &jpeg[2..], b"SECRET behind the end"].concat()
}

/// Where a stored pixel is seen (Exif 2.32, table of Orientation: what row 0 and column 0 are).
fn seen(orientation: u16, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
    let (across, down) = if orientation < 5 { (x, y) } else { (y, x) };
    let (is_right, is_bottom) = (matches!(orientation, 2 | 3 | 6 | 7), matches!(orientation, 3 | 4 | 7 | 8));
    (if is_right { width - 1 - across } else { across }, if is_bottom { height - 1 - down } else { down })
}

#[test]
fn a_photo_stands_upright_however_the_camera_was_held_and_says_nothing_else() {
    let (width, height) = (48, 32);
    let upright = quarters(width, height);
    for orientation in 1..=8_u16 {
        let stored = if orientation < 5 { (width, height) } else { (height, width) };
        let turned = RgbImage::from_fn(stored.0, stored.1, |x, y| {
            let (x, y) = seen(orientation, (x, y), (width, height));
            *upright.get_pixel(x, y)
        });
        let bytes = told(&jpeg(&turned), orientation);
        assert!(bytes.windows(6).any(|window| window == b"SECRET"));
        let developed = develop(&bytes).unwrap();
        assert_eq!((developed.photo.width, developed.photo.height), (width, height), "{orientation}");
        assert_eq!(foresee(&bytes).unwrap(), developed.photo);
        let [(_, shown)] = developed.sizes.as_slice() else { panic!("one size of a small picture") };
        assert!(!shown.windows(6).any(|window| window == b"SECRET"), "{orientation}");
        assert!(!shown.windows(4).any(|window| window == b"Exif"), "{orientation}");
        let shown = image::load_from_memory(shown).unwrap().into_rgb8();
        for ((x, y), wanted) in [((8, 8), RED), ((40, 8), GREEN), ((8, 24), BLUE), ((40, 24), YELLOW)] {
            let found = shown.get_pixel(x, y);
            let apart = found.0.iter().zip(wanted.0).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(apart < 24, "{orientation} at {x}, {y}: {found:?} for {wanted:?}");
        }
    }
}

#[test]
fn every_size_is_what_its_name_says_and_shows_the_same() {
    let picture = DynamicImage::from(quarters(2000, 1500));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let developed = develop(&written(&picture, format)).unwrap();
        let sizes: Vec<_> = developed.sizes.iter().map(|(photo, _)| (photo.width, photo.height)).collect();
        assert_eq!(sizes, [(1600, 1200), (800, 600), (320, 240)], "{format:?}");
        assert_eq!(
            developed.sizes.iter().map(|(photo, _)| *photo).collect::<Vec<_>>(),
            developed.photo.sizes().collect::<Vec<_>>()
        );
        for (photo, bytes) in &developed.sizes {
            assert_eq!(image::guess_format(bytes).unwrap(), ImageFormat::Jpeg);
            let shown = image::load_from_memory(bytes).unwrap().into_rgb8();
            assert_eq!(shown.dimensions(), (photo.width, photo.height));
            let corner = shown.get_pixel(photo.width - 4, photo.height - 4);
            assert!(corner.0.iter().zip(YELLOW.0).all(|(a, b)| a.abs_diff(b) < 24), "{photo}: {corner:?}");
        }
    }
}

#[test]
fn the_same_bytes_have_the_same_name_and_others_another() {
    let (one, other) = (jpeg(&quarters(40, 30)), jpeg(&quarters(40, 32)));
    let (first, again) = (develop(&one).unwrap(), develop(&one).unwrap());
    assert_eq!(first.sizes, again.sizes);
    assert_ne!(first.photo.hash, develop(&other).unwrap().photo.hash);
    // One byte behind the picture makes other bytes of it.
    assert_ne!(first.photo.hash, foresee(&[&one[..], b"x"].concat()).unwrap().hash);
}

#[test]
fn what_is_transparent_lies_on_white() {
    let picture = RgbaImage::from_fn(40, 40, |x, _| if x < 20 { Rgba([200, 0, 0, 255]) } else { Rgba([0, 0, 0, 0]) });
    let developed = develop(&written(&picture.into(), ImageFormat::Png)).unwrap();
    let shown = image::load_from_memory(&developed.sizes[0].1).unwrap().into_rgb8();
    assert!(shown.get_pixel(34, 20).0.iter().all(|part| *part > 245));
    assert!(shown.get_pixel(6, 20).0[0] > 180);
}

/// A PNG whose head says this size and has nothing of it.
fn hollow_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&[0; 3], 1, 1, image::ExtendedColorType::Rgb8).unwrap();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    // The checksum of a chunk is that of its type and data (PNG §5.5, ISO 3309).
    let sum = bytes[12..29].iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    });
    bytes[29..33].copy_from_slice(&(!sum).to_be_bytes());
    bytes
}

#[test]
fn what_is_too_large_is_refused_by_its_head() {
    assert_eq!(develop(&hollow_png(60_000, 60_000)).unwrap_err(), Flaw::TooManyPixels(60_000, 60_000));
    assert_eq!(develop(&hollow_png(7_072, 7_072)).unwrap_err(), Flaw::TooManyPixels(7_072, 7_072));
    // Within the limit it is looked at, and is empty.
    assert_eq!(develop(&hollow_png(7_071, 7_071)).unwrap_err().word(), "bad-photo");
    let mut bytes = jpeg(&quarters(16, 16));
    // The frame header (T.81 §B.2.2): marker, length, precision, height, width.
    let frame = bytes.windows(2).position(|marker| marker == b"\xff\xc0").unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(develop(&bytes).unwrap_err(), Flaw::TooManyPixels(65_535, 65_535));
    let long = vec![0; MAX_BYTES as usize + 1];
    assert_eq!(develop(&long).unwrap_err(), Flaw::TooManyBytes(MAX_BYTES + 1));
}

#[test]
fn what_is_no_picture_is_told_to_be_none() {
    let whole = jpeg(&quarters(64, 64));
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;".to_vec();
    for bytes in [Vec::new(), b"text".to_vec(), svg, gif, whole[..whole.len() / 8].to_vec()] {
        let flaw = develop(&bytes).unwrap_err();
        assert_eq!(flaw.word(), "bad-photo", "{flaw}");
        assert!(!flaw.to_string().is_empty());
    }
}

#[test]
fn an_album_keeps_a_picture_once_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::from(folder.path().join("Світлини міста").display().to_string());
    let album = Album::open(&place).unwrap();
    let bytes = jpeg(&quarters(1000, 600));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let photo = foresee(&bytes).unwrap();
    assert!(!runtime.block_on(album.has(photo)).unwrap());
    assert_eq!(runtime.block_on(album.read(photo)).unwrap(), None);
    // Looking makes nothing.
    assert!(!folder.path().join("Світлини міста").exists());

    let mut darkroom = Darkroom::new(&album, true).unwrap();
    let taken = bytes.clone();
    let first = darkroom.take("one", move || Ok(taken));
    let again = darkroom.take("one", || panic!("it is brought once"));
    let flawed = darkroom.take("two", || Ok(b"no picture".to_vec()));
    let absent = darkroom.take("three", || Err(Flaw::Missing("gone".into())));
    let broken = darkroom.take("four", || panic!("a decoder may stumble"));
    assert_eq!((first.photo().unwrap().unwrap(), again.photo().unwrap().unwrap()), (photo, photo));
    assert_eq!(flawed.photo().unwrap().unwrap_err().word(), "bad-photo");
    assert_eq!(absent.photo().unwrap().unwrap_err(), Flaw::Missing("gone".into()));
    assert_eq!(broken.photo().unwrap().unwrap_err().word(), "bad-photo");

    for (size, wanted) in develop(&bytes).unwrap().sizes {
        let found = runtime.block_on(album.read(size)).unwrap().unwrap();
        assert_eq!(found, wanted);
        let name = size.to_string();
        assert!(folder.path().join("Світлини міста").join(&name[..2]).join(&name).is_file());
    }
    assert_eq!(runtime.block_on(album.read(photo.within(100))).unwrap(), None);
}

#[test]
fn what_is_not_to_be_kept_is_looked_at_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let album = Album::open(&Place::Folder(folder.path().join("album"))).unwrap();
    let mut darkroom = Darkroom::new(&album, false).unwrap();
    let (bytes, whole) = (jpeg(&quarters(64, 64)), jpeg(&quarters(64, 48)));
    let half = bytes[..bytes.len() / 8].to_vec();
    assert_eq!(darkroom.take("half", move || Ok(half)).photo().unwrap().unwrap_err().word(), "bad-photo");
    assert!(darkroom.take("whole", move || Ok(whole)).photo().unwrap().is_ok());
    assert!(!folder.path().join("album").exists());
}

#[test]
fn a_place_is_a_folder_or_a_bucket() {
    assert_eq!(Place::from("var/photos".to_owned()), Place::Folder("var/photos".into()));
    assert_eq!(Place::from("s3://city/photos".to_owned()), Place::Bucket("s3://city/photos".into()));
    let nameless = Album::open(&Place::from("s3://".to_owned())).unwrap_err().to_string();
    assert!(nameless.contains("bucket"), "{nameless}");
}

proptest! {
    #[test]
    fn damage_makes_a_flaw_or_a_picture_within_the_limits(
        sort in 0_usize..3,
        hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let format = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP][sort];
        let mut bytes = written(&quarters(24, 18).into(), format);
        if sort == 0 {
            bytes = told(&bytes, 6);
        }
        for (at, byte) in hits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let seen = foresee(&bytes);
        match develop(&bytes) {
            Ok(developed) => {
                prop_assert_eq!(seen, Ok(developed.photo));
                for (photo, bytes) in &developed.sizes {
                    let shown = image::load_from_memory(bytes).unwrap();
                    prop_assert_eq!((shown.width(), shown.height()), (photo.width, photo.height));
                    prop_assert_eq!(Photo::read(&photo.to_string()), Some(*photo));
                }
            }
            Err(flaw) => prop_assert!(["bad-photo", "large-photo"].contains(&flaw.word())),
        }
    }

    #[test]
    fn any_bytes_are_a_flaw_or_a_picture(bytes in prop::collection::vec(any::<u8>(), 0..400), head in 0_usize..4) {
        let heads: [&[u8]; 4] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x80\0\0\0WEBPVP8 "];
        let _ = develop(&[heads[head], &bytes].concat());
    }
}

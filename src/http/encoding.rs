//! An `Encoding` is a content coding that an answer is kept in, chosen by `Accept-Encoding` (RFC 9110 §12.5.3).

use axum::http::{HeaderMap, header};

use super::preference;

/// A content coding, the better one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
}

impl Encoding {
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether the asker takes it.
    pub fn is_accepted(self, asked: &HeaderMap) -> bool {
        liking(asked, self.name()) > 0.0
    }

    /// The one that the asker likes best; of two liked alike, the better one. None where it says that it likes bytes as they are
    /// better, or names none.
    pub fn accepted(asked: &HeaderMap) -> Option<Self> {
        let mut best = (None, told(asked, "identity").unwrap_or(0.0));
        for encoding in Self::ALL {
            let liking = liking(asked, encoding.name());
            if liking > best.1 || (liking > 0.0 && liking == best.1 && best.0.is_none()) {
                best = (Some(encoding), liking);
            }
        }
        best.0
    }
}

/// The quality value of a coding, 0 to 1; what is not named is as `*` says, and not liked without it.
fn liking(asked: &HeaderMap, name: &str) -> f32 {
    told(asked, name).or_else(|| told(asked, "*")).unwrap_or(0.0)
}

/// The quality value that a coding is named with.
fn told(asked: &HeaderMap, name: &str) -> Option<f32> {
    let lists = asked.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|list| list.to_str().ok());
    let mut all = lists.flat_map(|list| list.split(',')).map(preference::weighed);
    all.find_map(|(coding, quality)| coding.eq_ignore_ascii_case(name).then_some(quality))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn the_asker_gets_what_it_likes_best() {
        for (header, wanted) in [
            ("gzip, deflate, br, zstd", Some(Encoding::Brotli)),
            ("gzip", Some(Encoding::Gzip)),
            ("GZIP;q=0.5, br;q=0.4", Some(Encoding::Gzip)),
            ("br;q=0, *", Some(Encoding::Gzip)),
            ("*;q=0.1", Some(Encoding::Brotli)),
            ("identity", None),
            ("identity;q=1, gzip;q=0.1", None),
            ("identity, gzip", Some(Encoding::Gzip)),
            ("gzip;Q=0.5, BR;Q=0", Some(Encoding::Gzip)),
            ("gzip;q=0", None),
            ("gzip;q=much", None),
            ("", None),
        ] {
            let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(header))]);
            assert_eq!(Encoding::accepted(&asked), wanted, "{header}");
        }
        assert_eq!(Encoding::accepted(&HeaderMap::new()), None);
    }
}

//! A `Canvas` is drawn on in flat colours, at twice the size of the picture, so that edges come out smooth.
//!
//! Only additions, multiplications, divisions and comparisons: the same bytes on every machine.

use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};

/// The picture, pixels.
pub const WIDTH: u32 = 640;
/// The picture, pixels.
pub const HEIGHT: u32 = 480;

/// Points of the canvas for each pixel, along either axis.
const FINE: usize = 2;

/// Quality of JPEG (libjpeg's scale): flat colours bear it.
const QUALITY: u8 = 80;

/// Red, green, blue.
pub type Ink = [u8; 3];

/// Somewhere on the picture, pixels from its upper left corner.
pub type At = (f64, f64);

/// What is drawn on.
pub struct Canvas {
    points: Vec<Ink>,
    width: usize,
    height: usize,
}

/// Letters of the mark, five columns of seven rows, the upper row first, the left column in the high bit.
const LETTERS: [(char, [u8; 7]); 17] = [
    ('D', [0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e]),
    ('E', [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f]),
    ('M', [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11]),
    ('O', [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e]),
    ('N', [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11]),
    ('S', [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e]),
    ('T', [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04]),
    ('R', [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11]),
    ('A', [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11]),
    ('I', [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e]),
    ('Д', [0x06, 0x0a, 0x0a, 0x0a, 0x0a, 0x1f, 0x11]),
    ('Н', [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11]),
    ('С', [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e]),
    ('Р', [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10]),
    ('Ц', [0x12, 0x12, 0x12, 0x12, 0x12, 0x1f, 0x01]),
    ('Я', [0x0f, 0x11, 0x11, 0x0f, 0x05, 0x09, 0x11]),
    ('/', [0x01, 0x01, 0x02, 0x04, 0x08, 0x10, 0x10]),
];

impl Canvas {
    /// A canvas that is all of one colour.
    pub fn new(ink: Ink) -> Self {
        let (width, height) = (WIDTH as usize * FINE, HEIGHT as usize * FINE);
        Self { points: vec![ink; width * height], width, height }
    }

    /// Fades from one colour to another between two heights.
    pub fn fade(&mut self, from: (f64, Ink), to: (f64, Ink)) {
        for (y, row) in self.rows(from.0, to.0) {
            let share = (y - from.0) / (to.0 - from.0);
            row.fill(mixed(from.1, to.1, share));
        }
    }

    /// A rectangle by its upper left corner and its size.
    pub fn block(&mut self, (x, y): At, (width, height): At, ink: Ink) {
        for (_, row) in self.rows(y, y + height) {
            span(row, x, x + width).fill(ink);
        }
    }

    /// An ellipse by its middle and its half axes.
    pub fn round(&mut self, (x, y): At, (across, down): At, ink: Ink) {
        for (at, row) in self.rows(y - down, y + down) {
            let part = (at - y) / down;
            let half = across * (1.0 - part * part).max(0.0).sqrt();
            span(row, x - half, x + half).fill(ink);
        }
    }

    /// A polygon; what is enclosed an odd number of times is filled.
    pub fn shape(&mut self, corners: &[At], ink: Ink) {
        let top = corners.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
        let bottom = corners.iter().map(|(_, y)| *y).fold(f64::NEG_INFINITY, f64::max);
        let mut crossings = Vec::new();
        for (at, row) in self.rows(top, bottom) {
            crossings.clear();
            for (i, (x, y)) in corners.iter().enumerate() {
                let (to_x, to_y) = corners[(i + 1) % corners.len()];
                if (*y <= at) != (to_y <= at) {
                    crossings.push(x + (at - y) / (to_y - y) * (to_x - x));
                }
            }
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                span(row, pair[0], pair[1]).fill(ink);
            }
        }
    }

    /// A straight stroke of some thickness.
    pub fn stroke(&mut self, (x, y): At, (to_x, to_y): At, thick: f64, ink: Ink) {
        let (dx, dy) = (to_x - x, to_y - y);
        let length = (dx * dx + dy * dy).sqrt();
        if length > 0.0 {
            let (across, down) = (-dy / length * thick / 2.0, dx / length * thick / 2.0);
            self.shape(
                &[
                    (x + across, y + down),
                    (to_x + across, to_y + down),
                    (to_x - across, to_y - down),
                    (x - across, y - down),
                ],
                ink,
            );
        }
    }

    /// Words in capitals from a corner on; a letter is six dots wide with what parts it from the next. Their width.
    pub fn words(&mut self, text: &str, (x, y): At, dot: f64, ink: Ink) -> f64 {
        let mut left = x;
        for letter in text.chars() {
            // What looks the same is drawn the same.
            let drawn = match letter {
                'Е' => 'E',
                'М' => 'M',
                'О' => 'O',
                'Т' => 'T',
                'А' => 'A',
                'І' => 'I',
                other => other,
            };
            if let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == drawn) {
                for (down, row) in rows.iter().enumerate() {
                    for across in (0..5).filter(|across| row >> (4 - across) & 1 == 1) {
                        let at = (left + f64::from(across) * dot, y + down as f64 * dot);
                        self.block(at, (dot, dot), ink);
                    }
                }
            }
            left += 6.0 * dot;
        }
        left - x
    }

    /// The picture as JPEG.
    pub fn jpeg(&self) -> image::ImageResult<Vec<u8>> {
        let mut pixels = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
        for rows in self.points.chunks_exact(FINE * self.width) {
            let (upper, lower) = rows.split_at(self.width);
            for (above, below) in upper.chunks_exact(FINE).zip(lower.chunks_exact(FINE)) {
                for part in 0..3 {
                    let sum: u16 =
                        [above[0], above[1], below[0], below[1]].iter().map(|ink| u16::from(ink[part])).sum();
                    // A mean of bytes is a byte.
                    pixels.push((sum / 4) as u8);
                }
            }
        }
        let mut written = Vec::new();
        JpegEncoder::new_with_quality(&mut written, QUALITY).encode(&pixels, WIDTH, HEIGHT, ExtendedColorType::Rgb8)?;
        Ok(written)
    }

    /// The rows of points between two heights, each with the height of its middle.
    fn rows(&mut self, from: f64, to: f64) -> impl Iterator<Item = (f64, &mut [Ink])> {
        let [from, to] = [from, to].map(|y| edge(y, self.height));
        let rows = self.points.chunks_exact_mut(self.width).enumerate();
        rows.take(to).skip(from).map(|(y, row)| ((y as f64 + 0.5) / FINE as f64, row))
    }
}

/// The points of a row between two places.
fn span(row: &mut [Ink], from: f64, to: f64) -> &mut [Ink] {
    let (from, to) = (edge(from, row.len()), edge(to, row.len()));
    &mut row[from..to.max(from)]
}

/// The first point whose middle is at this place or behind it.
fn edge(at: f64, points: usize) -> usize {
    // From nothing to all of them.
    (at * FINE as f64 - 0.5).ceil().clamp(0.0, points as f64) as usize
}

/// So much of the second colour in the first.
pub fn mixed(one: Ink, other: Ink, share: f64) -> Ink {
    let share = share.clamp(0.0, 1.0);
    // Between two bytes there is a byte.
    std::array::from_fn(|i| (f64::from(one[i]) + (f64::from(other[i]) - f64::from(one[i])) * share).round() as u8)
}

//! A `Brush` draws what stands in many scenes: trees, houses, roads, and the words on every picture.

use super::{
    canvas::{At, Canvas, Ink, mixed},
    dice::Dice,
};

/// What is written on every picture.
const MARK: [&str; 2] = ["ДЕМОНСТРАЦІЯ", "DEMONSTRATION"];

/// The line where the ground meets the sky, pixels from above.
pub const HORIZON: f64 = 300.0;

pub const WHITE: Ink = [250, 250, 246];
pub const DARK: Ink = [52, 58, 66];
pub const GREY: Ink = [132, 138, 144];
pub const TRUNK: Ink = [104, 78, 58];
pub const ASPHALT: Ink = [92, 96, 102];
pub const RED: Ink = [208, 68, 60];
pub const YELLOW: Ink = [240, 192, 64];
pub const BLUE: Ink = [58, 118, 190];
pub const GLASS: Ink = [150, 190, 214];

/// Walls of buildings.
const WALLS: [Ink; 6] =
    [[226, 204, 168], [206, 178, 158], [222, 216, 200], [190, 204, 206], [232, 190, 150], [204, 196, 214]];

/// Bright things.
const BRIGHT: [Ink; 5] = [RED, YELLOW, BLUE, [72, 160, 92], [226, 128, 58]];

/// The sky above and at the horizon.
const SKIES: [(Ink, Ink); 4] = [
    ([96, 164, 222], [206, 230, 244]),
    ([128, 178, 216], [236, 232, 216]),
    ([150, 176, 200], [214, 222, 226]),
    ([110, 150, 206], [250, 214, 176]),
];

/// Leaves and grass by season: spring, summer, late summer, autumn.
const SEASONS: [(Ink, Ink); 4] = [
    ([134, 184, 84], [150, 194, 104]),
    ([74, 140, 72], [122, 172, 88]),
    ([104, 140, 64], [164, 176, 96]),
    ([214, 144, 56], [178, 168, 98]),
];

/// A picture being drawn.
pub struct Brush {
    pub on: Canvas,
    pub dice: Dice,
    pub leaves: Ink,
    pub grass: Ink,
}

impl Brush {
    /// A brush before an empty ground under a sky, both by chance.
    pub fn new(mut dice: Dice) -> Self {
        let (above, below) = *dice.pick(&SKIES);
        let (leaves, grass) = *dice.pick(&SEASONS);
        let mut on = Canvas::new(grass);
        on.fade((0.0, above), (HORIZON, below));
        on.fade((HORIZON, grass), (480.0, mixed(grass, DARK, 0.18)));
        let mut brush = Self { on, dice, leaves, grass };
        brush.distance(below);
        brush
    }

    /// The colour of something bright.
    pub fn bright(&mut self) -> Ink {
        *self.dice.pick(&BRIGHT)
    }

    /// The colour of a wall.
    pub fn wall(&mut self) -> Ink {
        *self.dice.pick(&WALLS)
    }

    /// Clouds, and roofs and tree tops far away.
    fn distance(&mut self, haze: Ink) {
        for _ in 0..self.dice.whole(1, 3) {
            let (x, y) = (self.dice.between(40.0, 600.0), self.dice.between(40.0, 130.0));
            for (across, down, wide) in [(-34.0, 6.0, 34.0), (0.0, 0.0, 44.0), (38.0, 7.0, 30.0)] {
                self.on.round((x + across, y + down), (wide, wide * 0.38), mixed(haze, WHITE, 0.7));
            }
        }
        let mut x = -20.0;
        while x < 640.0 {
            let (wide, high) = (self.dice.between(34.0, 90.0), self.dice.between(18.0, 64.0));
            if self.dice.chance(0.55) {
                self.on.block((x, HORIZON - high), (wide, high), mixed(haze, DARK, 0.22));
            } else {
                self.on.round((x + wide / 2.0, HORIZON), (wide * 0.6, high * 0.7), mixed(haze, self.leaves, 0.5));
            }
            x += wide * 0.9;
        }
    }

    /// A tree by where it stands.
    pub fn tree(&mut self, (x, y): At, high: f64) {
        let shade = mixed(self.leaves, DARK, 0.2);
        self.on.round((x, y + 2.0), (high * 0.3, high * 0.05), mixed(self.grass, DARK, 0.35));
        self.on.block((x - high * 0.035, y - high * 0.5), (high * 0.07, high * 0.5), TRUNK);
        for (across, down, wide, ink) in [
            (0.06, -0.52, 0.27, shade),
            (-0.16, -0.62, 0.2, self.leaves),
            (0.16, -0.66, 0.2, shade),
            (0.0, -0.8, 0.24, self.leaves),
        ] {
            self.on.round((x + across * high, y + down * high), (wide * high, wide * high * 0.86), ink);
        }
    }

    /// A bush by its middle.
    pub fn bush(&mut self, (x, y): At, wide: f64) {
        let ink = mixed(self.leaves, DARK, 0.1);
        self.on.round((x, y), (wide, wide * 0.55), ink);
        self.on.round((x - wide * 0.5, y + 3.0), (wide * 0.6, wide * 0.4), mixed(ink, WHITE, 0.1));
    }

    /// A road across the picture, from this height down.
    pub fn road(&mut self, top: f64) {
        self.on.block((0.0, top), (640.0, 480.0 - top), ASPHALT);
        self.on.block((0.0, top - 8.0), (640.0, 8.0), mixed(GREY, WHITE, 0.5));
        let first = self.dice.between(-60.0, 0.0);
        for i in 0..9 {
            let x = first + f64::from(i) * 90.0;
            let y = f64::midpoint(top, 480.0) - 4.0;
            self.on.shape(&[(x + 6.0, y), (x + 56.0, y), (x + 50.0, y + 8.0), (x, y + 8.0)], WHITE);
        }
    }

    /// A wall with windows in rows.
    pub fn storeys(&mut self, (x, y): At, (wide, high): At, (columns, rows): (i64, i64), wall: Ink) {
        self.on.block((x, y), (wide, high), wall);
        self.on.block((x + wide * 0.9, y), (wide * 0.1, high), mixed(wall, DARK, 0.12));
        let (step_x, step_y) = (wide / columns as f64, high / rows as f64);
        for row in 0..rows {
            for column in 0..columns {
                let at = (x + (column as f64 + 0.24) * step_x, y + (row as f64 + 0.26) * step_y);
                let size = (step_x * 0.52, step_y * 0.52);
                let glass = if self.dice.chance(0.15) { mixed(YELLOW, WHITE, 0.5) } else { GLASS };
                self.on.block((at.0 - 2.0, at.1 - 2.0), (size.0 + 4.0, size.1 + 4.0), WHITE);
                self.on.block(at, size, glass);
                self.on.block((at.0 + size.0 / 2.0 - 1.0, at.1), (2.0, size.1), WHITE);
            }
        }
    }

    /// A door by the middle of its threshold.
    pub fn door(&mut self, (x, y): At, (wide, high): At, ink: Ink) {
        self.on.block((x - wide / 2.0 - 4.0, y - high - 4.0), (wide + 8.0, high + 4.0), WHITE);
        self.on.block((x - wide / 2.0, y - high), (wide, high), ink);
        self.on.round((x + wide * 0.32, y - high * 0.45), (3.0, 3.0), YELLOW);
    }

    /// The flag of the country, by the foot of its pole.
    pub fn flag(&mut self, (x, y): At, high: f64) {
        self.on.block((x - 2.0, y - high), (4.0, high), GREY);
        self.on.block((x + 2.0, y - high), (54.0, 17.0), BLUE);
        self.on.block((x + 2.0, y - high + 17.0), (54.0, 17.0), YELLOW);
    }

    /// A lamp by its foot.
    pub fn lamp(&mut self, (x, y): At) {
        self.on.block((x - 2.0, y - 150.0), (4.0, 150.0), DARK);
        self.on.round((x, y - 154.0), (11.0, 11.0), mixed(YELLOW, WHITE, 0.6));
    }

    /// A bench by the foot of its left leg.
    pub fn bench(&mut self, (x, y): At) {
        let ink = [166, 118, 74];
        self.on.block((x, y - 22.0), (112.0, 8.0), ink);
        self.on.block((x, y - 46.0), (112.0, 7.0), ink);
        self.on.block((x, y - 34.0), (112.0, 7.0), ink);
        for leg in [10.0, 96.0] {
            self.on.block((x + leg, y - 46.0), (6.0, 46.0), DARK);
        }
    }

    /// A car by its left end.
    pub fn car(&mut self, (x, y): At) {
        let paint = self.bright();
        let roof = [(x + 20.0, y), (x + 38.0, y - 24.0), (x + 84.0, y - 24.0), (x + 108.0, y)];
        self.on.shape(&roof, paint);
        self.on.shape(&[(x + 30.0, y), (x + 42.0, y - 19.0), (x + 60.0, y - 19.0), (x + 60.0, y)], GLASS);
        self.on.shape(&[(x + 65.0, y), (x + 65.0, y - 19.0), (x + 82.0, y - 19.0), (x + 98.0, y)], GLASS);
        self.on.block((x, y), (132.0, 24.0), paint);
        for wheel in [28.0, 102.0] {
            self.on.round((x + wheel, y + 24.0), (14.0, 14.0), DARK);
            self.on.round((x + wheel, y + 24.0), (6.0, 6.0), GREY);
        }
    }

    /// Says on the picture what it is.
    pub fn mark(&mut self) {
        self.on.block((0.0, 452.0), (640.0, 28.0), DARK);
        let [uk, en] = MARK;
        let text = format!("{uk} / {en}");
        let wide = text.chars().count() as f64 * 6.0 * 2.0;
        self.on.words(&text, (320.0 - wide / 2.0, 459.0), 2.0, WHITE);
    }
}

//! A `Scene` is what a photo of the demonstration city shows, drawn by chance within what such a place looks like.

use super::{
    brush::{BLUE, Brush, DARK, GLASS, GREY, HORIZON, RED, TRUNK, WHITE, YELLOW},
    canvas::{At, mixed},
    dice::Dice,
};

/// The scene of this name, drawn by these dice, as JPEG; `None` where nobody knows how to draw it.
pub fn drawn(name: &str, dice: Dice) -> Option<image::ImageResult<Vec<u8>>> {
    let scene = match name {
        "playground" => Brush::playground,
        "school" => Brush::school,
        "billboard" => Brush::billboard,
        "park" => Brush::park,
        "shop" => Brush::shop,
        "clinic" => Brush::clinic,
        "roadworks" => Brush::roadworks,
        "pitch" => Brush::pitch,
        "water" => Brush::water,
        "monument" => Brush::monument,
        "containers" => Brush::containers,
        "office" => Brush::office,
        "house" => Brush::house,
        _ => return None,
    };
    let mut brush = Brush::new(dice);
    scene(&mut brush);
    brush.mark();
    Some(brush.on.jpeg())
}

impl Brush {
    fn playground(&mut self) {
        for x in [50.0, 590.0] {
            let high = self.dice.between(150.0, 230.0);
            self.tree((x, 330.0), high);
        }
        self.on.round((320.0, 410.0), (300.0, 72.0), [232, 208, 156]);
        let (frame, seat) = (self.bright(), self.bright());
        let x = self.dice.between(90.0, 140.0);
        for side in [x, x + 150.0] {
            self.on.stroke((side, 250.0), (side - 26.0, 402.0), 8.0, frame);
            self.on.stroke((side, 250.0), (side + 26.0, 402.0), 8.0, frame);
        }
        self.on.stroke((x - 6.0, 250.0), (x + 156.0, 250.0), 9.0, frame);
        for hang in [44.0, 104.0] {
            let swing = self.dice.between(-18.0, 18.0);
            for rope in [-12.0, 12.0] {
                self.on.stroke((x + hang + rope, 252.0), (x + hang + rope + swing, 362.0), 2.5, DARK);
            }
            self.on.block((x + hang - 16.0 + swing, 360.0), (32.0, 7.0), seat);
        }
        let (tower, slide) = (self.bright(), self.bright());
        let t = self.dice.between(390.0, 430.0);
        self.on.block((t, 226.0), (10.0, 180.0), TRUNK);
        self.on.block((t + 74.0, 226.0), (10.0, 180.0), TRUNK);
        self.on.block((t, 300.0), (84.0, 10.0), TRUNK);
        self.on.shape(&[(t - 14.0, 228.0), (t + 42.0, 172.0), (t + 98.0, 228.0)], tower);
        self.on.shape(&[(t + 84.0, 300.0), (t + 84.0, 316.0), (t + 176.0, 420.0), (t + 190.0, 408.0)], slide);
        for step in 0..5 {
            let y = 322.0 + f64::from(step) * 17.0;
            self.on.block((t + 8.0, y), (68.0, 5.0), mixed(TRUNK, WHITE, 0.3));
        }
    }

    fn school(&mut self) {
        let (wall, columns) = (self.wall(), self.dice.whole(7, 9));
        let rows = self.dice.whole(2, 3);
        let top = 340.0 - rows as f64 * 66.0;
        self.storeys((70.0, top), (500.0, 340.0 - top), (columns, rows), wall);
        let roof = self.bright();
        self.on.block((60.0, top - 14.0), (520.0, 14.0), mixed(roof, DARK, 0.25));
        self.on.shape(&[(262.0, 272.0), (320.0, 240.0), (378.0, 272.0)], mixed(roof, WHITE, 0.1));
        self.on.block((270.0, 272.0), (100.0, 68.0), mixed(wall, WHITE, 0.4));
        self.door((320.0, 340.0), (50.0, 58.0), BLUE);
        self.on.shape(&[(290.0, 340.0), (350.0, 340.0), (430.0, 480.0), (210.0, 480.0)], [206, 200, 190]);
        self.flag((150.0, 350.0), 190.0);
        for x in [30.0, 610.0] {
            let high = self.dice.between(170.0, 240.0);
            self.tree((x, 370.0), high);
        }
        for x in [120.0, 210.0, 440.0, 520.0] {
            self.bush((x, 356.0), 26.0);
        }
    }

    fn billboard(&mut self) {
        self.road(396.0);
        let high = self.dice.between(160.0, 220.0);
        self.tree((70.0, 372.0), high);
        let (x, y) = (self.dice.between(150.0, 220.0), self.dice.between(90.0, 120.0));
        let (wide, tall) = (320.0, 160.0);
        self.on.block((x + wide / 2.0 - 9.0, y + tall), (18.0, 388.0 - y - tall), GREY);
        self.on.block((x - 8.0, y - 8.0), (wide + 16.0, tall + 16.0), DARK);
        let (ground, sign) = (self.bright(), self.bright());
        self.on.block((x, y), (wide, tall), mixed(ground, WHITE, 0.25));
        let middle = (x + wide * self.dice.between(0.22, 0.32), y + tall / 2.0);
        match self.dice.below(3) {
            0 => self.on.round(middle, (52.0, 52.0), WHITE),
            1 => {
                let (x, y) = middle;
                self.on.shape(&[(x - 54.0, y + 46.0), (x, y - 52.0), (x + 54.0, y + 46.0)], WHITE);
            }
            _ => self.on.block((middle.0 - 48.0, middle.1 - 48.0), (96.0, 96.0), WHITE),
        }
        self.on.round(middle, (24.0, 24.0), sign);
        for (row, share) in [0.42, 0.34, 0.38, 0.2].into_iter().enumerate() {
            let at = (x + wide * 0.52, y + 36.0 + row as f64 * 26.0);
            self.on.block(at, (wide * share, 11.0), WHITE);
        }
        for lamp in [0.25, 0.75] {
            let at = x + wide * lamp;
            self.on.stroke((at, y - 8.0), (at + 14.0, y - 30.0), 4.0, DARK);
            self.on.round((at + 16.0, y - 30.0), (9.0, 5.0), mixed(YELLOW, WHITE, 0.6));
        }
        if self.dice.chance(0.6) {
            let x = self.dice.between(400.0, 520.0);
            self.car((x, 424.0));
        }
    }

    fn park(&mut self) {
        let way = mixed([214, 198, 168], self.grass, 0.1);
        let bend = self.dice.between(240.0, 400.0);
        self.on.shape(&[(bend - 10.0, HORIZON), (bend + 14.0, HORIZON), (470.0, 480.0), (170.0, 480.0)], way);
        let mut trees: Vec<At> = (0..6)
            .map(|i| {
                let side = if i % 2 == 0 { self.dice.between(10.0, 190.0) } else { self.dice.between(440.0, 630.0) };
                (side, self.dice.between(310.0, 400.0))
            })
            .collect();
        // The near ones stand before those behind.
        trees.sort_by(|one, other| one.1.total_cmp(&other.1));
        for (x, y) in trees {
            self.tree((x, y), 110.0 + (y - HORIZON) * 1.5);
        }
        self.lamp((bend + 96.0, 380.0));
        self.bench((490.0, 448.0));
        for _ in 0..14 {
            let at = (self.dice.between(10.0, 160.0), self.dice.between(410.0, 470.0));
            let petal = self.bright();
            self.on.round(at, (4.0, 4.0), petal);
        }
    }

    fn shop(&mut self) {
        let wall = self.wall();
        self.storeys((40.0, 70.0), (560.0, 140.0), (6, 1), wall);
        self.on.block((40.0, 205.0), (560.0, 175.0), mixed(wall, WHITE, 0.3));
        let sign = self.bright();
        self.on.block((70.0, 210.0), (500.0, 34.0), mixed(sign, DARK, 0.2));
        for i in 0..self.dice.whole(5, 8) {
            let x = 240.0 + i as f64 * 24.0;
            self.on.block((x, 219.0), (15.0, 16.0), WHITE);
        }
        for (x, wide) in [(90.0, 190.0), (370.0, 180.0)] {
            self.on.block((x - 5.0, 270.0), (wide + 10.0, 92.0), WHITE);
            self.on.block((x, 275.0), (wide, 82.0), GLASS);
            for shelf in 0..6 {
                let goods = self.bright();
                let at = (x + 12.0 + f64::from(shelf) * (wide - 24.0) / 6.0, 328.0);
                let high = self.dice.between(10.0, 26.0);
                self.on.block((at.0, at.1 + 26.0 - high), ((wide - 40.0) / 6.0, high), goods);
            }
        }
        let awning = self.bright();
        for strip in 0..24 {
            let x = 76.0 + f64::from(strip) * 20.4;
            let ink = if strip % 2 == 0 { awning } else { WHITE };
            self.on.shape(&[(x + 2.0, 244.0), (x + 22.4, 244.0), (x + 20.4, 272.0), (x, 272.0)], ink);
            self.on.round((x + 10.2, 272.0), (10.2, 7.0), ink);
        }
        self.door((325.0, 380.0), (54.0, 96.0), mixed(sign, DARK, 0.3));
        self.on.block((0.0, 380.0), (640.0, 100.0), [190, 186, 178]);
        for x in 0..9 {
            let x = f64::from(x) * 80.0;
            self.on.stroke((x, 380.0), (x - 40.0, 480.0), 2.0, [170, 166, 160]);
        }
        for x in [64.0, 586.0] {
            self.on.block((x - 20.0, 384.0), (40.0, 30.0), [160, 108, 82]);
            self.bush((x, 380.0), 24.0);
        }
    }

    fn clinic(&mut self) {
        let wall = mixed(self.wall(), WHITE, 0.6);
        let rows = self.dice.whole(3, 4);
        let top = 350.0 - rows as f64 * 58.0;
        self.storeys((80.0, top), (480.0, 350.0 - top), (9, rows), wall);
        self.on.block((70.0, top - 10.0), (500.0, 10.0), GREY);
        self.on.block((280.0, top - 66.0), (80.0, 56.0), WHITE);
        let cross = if self.dice.chance(0.5) { [64, 156, 96] } else { BLUE };
        self.on.block((311.0, top - 60.0), (18.0, 44.0), cross);
        self.on.block((298.0, top - 47.0), (44.0, 18.0), cross);
        self.on.block((230.0, 282.0), (180.0, 12.0), cross);
        self.door((320.0, 350.0), (70.0, 54.0), GLASS);
        self.on.shape(&[(270.0, 350.0), (370.0, 350.0), (420.0, 480.0), (220.0, 480.0)], [206, 204, 200]);
        let high = self.dice.between(150.0, 220.0);
        self.tree((46.0, 380.0), high);
        self.tree((600.0, 376.0), high * 0.8);
        for x in [130.0, 190.0, 450.0, 510.0] {
            self.bush((x, 362.0), 22.0);
        }
    }

    fn roadworks(&mut self) {
        self.road(330.0);
        let high = self.dice.between(120.0, 180.0);
        self.tree((560.0, 318.0), high);
        let hole = self.dice.between(210.0, 330.0);
        self.on.round((hole, 410.0), (110.0, 30.0), [74, 66, 58]);
        self.on.round((hole + 120.0, 396.0), (70.0, 30.0), [140, 116, 88]);
        self.on.round((hole + 130.0, 384.0), (44.0, 22.0), [156, 132, 102]);
        let x = self.dice.between(60.0, 110.0);
        for leg in [8.0, 150.0] {
            self.on.stroke((x + leg, 356.0), (x + leg - 12.0, 440.0), 7.0, GREY);
            self.on.stroke((x + leg, 356.0), (x + leg + 12.0, 440.0), 7.0, GREY);
        }
        for (y, tall) in [(352.0, 26.0), (392.0, 20.0)] {
            self.on.block((x - 10.0, y), (180.0, tall), WHITE);
            for strip in 0..4 {
                let at = x - 4.0 + f64::from(strip) * 44.0;
                self.on.shape(&[(at + 14.0, y), (at + 34.0, y), (at + 20.0, y + tall), (at, y + tall)], RED);
            }
        }
        for _ in 0..self.dice.whole(2, 4) {
            let (x, y) = (self.dice.between(330.0, 600.0), self.dice.between(430.0, 468.0));
            self.on.shape(&[(x, y - 52.0), (x + 18.0, y), (x - 18.0, y)], [236, 112, 48]);
            self.on
                .shape(&[(x - 6.0, y - 34.0), (x + 6.0, y - 34.0), (x + 10.0, y - 20.0), (x - 10.0, y - 20.0)], WHITE);
            self.on.block((x - 24.0, y), (48.0, 7.0), DARK);
        }
        let (sign_x, sign_y) = (hole + 60.0, 250.0);
        self.on.block((sign_x - 3.0, sign_y), (6.0, 150.0), GREY);
        let corner = |half: f64| {
            [(sign_x, sign_y - half * 0.9), (sign_x + half, sign_y + half * 0.8), (sign_x - half, sign_y + half * 0.8)]
        };
        self.on.shape(&corner(52.0), RED);
        self.on.shape(&corner(36.0), YELLOW);
        self.on.round((sign_x - 2.0, sign_y - 2.0), (6.0, 6.0), DARK);
        self.on.stroke((sign_x - 2.0, sign_y + 2.0), (sign_x - 8.0, sign_y + 24.0), 7.0, DARK);
        self.on.stroke((sign_x, sign_y + 8.0), (sign_x + 16.0, sign_y + 22.0), 4.0, DARK);
    }

    fn pitch(&mut self) {
        let turf = [86, 156, 82];
        let field = [(110.0, 316.0), (530.0, 316.0), (660.0, 480.0), (-20.0, 480.0)];
        self.on.shape(&field, turf);
        for strip in 0..4 {
            let (y, next) = (316.0 + f64::from(strip) * 41.0, 336.0 + f64::from(strip) * 41.0);
            let side = |y: f64| (y - 316.0) / 164.0 * 130.0;
            let corners =
                [(110.0 - side(y), y), (530.0 + side(y), y), (530.0 + side(next), next), (110.0 - side(next), next)];
            self.on.shape(&corners, mixed(turf, WHITE, 0.12));
        }
        self.on.stroke((110.0, 317.0), (530.0, 317.0), 3.0, WHITE);
        self.on.stroke((110.0, 316.0), (-20.0, 480.0), 4.0, WHITE);
        self.on.stroke((530.0, 316.0), (660.0, 480.0), 4.0, WHITE);
        for x in [40.0, 600.0] {
            let high = self.dice.between(120.0, 190.0);
            self.tree((x, 314.0), high);
        }
        for line in 0..7 {
            let x = 250.0 + f64::from(line) * 23.4;
            self.on.stroke((x, 232.0), (x, 322.0), 1.5, mixed(GREY, WHITE, 0.5));
        }
        for line in 0..5 {
            let y = 240.0 + f64::from(line) * 18.0;
            self.on.stroke((250.0, y), (390.0, y), 1.5, mixed(GREY, WHITE, 0.5));
        }
        self.on.block((246.0, 228.0), (8.0, 96.0), WHITE);
        self.on.block((388.0, 228.0), (8.0, 96.0), WHITE);
        self.on.block((246.0, 228.0), (150.0, 8.0), WHITE);
        let (ball, ink) = ((self.dice.between(180.0, 460.0), self.dice.between(390.0, 440.0)), self.bright());
        self.on.round((ball.0, ball.1 + 14.0), (18.0, 5.0), mixed(turf, DARK, 0.4));
        self.on.round(ball, (16.0, 16.0), WHITE);
        self.on.round((ball.0 - 3.0, ball.1 - 2.0), (7.0, 7.0), ink);
    }

    fn water(&mut self) {
        let deep = [70, 130, 168];
        self.on.fade((322.0, mixed(deep, WHITE, 0.35)), (440.0, deep));
        for _ in 0..26 {
            let (x, y) = (self.dice.between(-20.0, 620.0), self.dice.between(330.0, 432.0));
            self.on.block((x, y), ((y - 300.0) * 0.5, 2.0), mixed(deep, WHITE, 0.5));
        }
        for x in [60.0, 150.0, 560.0] {
            let high = self.dice.between(90.0, 170.0);
            self.tree((x, 322.0), high);
        }
        if self.dice.chance(0.5) {
            let stone = [176, 168, 156];
            self.on.block((180.0, 270.0), (300.0, 20.0), stone);
            for arch in 0..3 {
                let x = 190.0 + f64::from(arch) * 96.0;
                self.on.block((x, 288.0), (88.0, 40.0), stone);
                self.on.round((x + 44.0, 336.0), (34.0, 40.0), mixed(deep, WHITE, 0.3));
            }
            for post in 0..14 {
                self.on.block((182.0 + f64::from(post) * 22.6, 256.0), (4.0, 16.0), stone);
            }
            self.on.block((180.0, 254.0), (300.0, 4.0), stone);
        } else {
            let (x, hull) = (self.dice.between(240.0, 360.0), self.bright());
            self.on.shape(&[(x, 376.0), (x + 130.0, 376.0), (x + 106.0, 402.0), (x + 22.0, 402.0)], hull);
            self.on.block((x + 58.0, 276.0), (5.0, 100.0), TRUNK);
            self.on.shape(&[(x + 66.0, 280.0), (x + 120.0, 366.0), (x + 66.0, 366.0)], WHITE);
        }
        self.on.fade((440.0, [226, 204, 158]), (480.0, [206, 182, 138]));
        for _ in 0..16 {
            let x = self.dice.between(0.0, 130.0);
            let tall = self.dice.between(40.0, 90.0);
            self.on.stroke((x, 470.0), (x + self.dice.between(-10.0, 14.0), 470.0 - tall), 3.0, self.leaves);
        }
    }

    fn monument(&mut self) {
        for x in [40.0, 130.0, 510.0, 600.0] {
            let high = self.dice.between(150.0, 220.0);
            self.tree((x, 330.0), high);
        }
        let stone = mixed(self.wall(), GREY, 0.5);
        for (i, wide) in [220.0, 180.0, 140.0].into_iter().enumerate() {
            let y = 398.0 - i as f64 * 16.0;
            self.on.block((320.0 - wide, y), (wide * 2.0, 18.0), mixed(stone, WHITE, 0.15 + i as f64 * 0.12));
        }
        self.on.block((262.0, 280.0), (116.0, 88.0), stone);
        self.on.block((252.0, 272.0), (136.0, 12.0), mixed(stone, WHITE, 0.3));
        self.on.block((286.0, 300.0), (68.0, 36.0), mixed(stone, DARK, 0.4));
        if self.dice.chance(0.5) {
            let top = self.dice.between(70.0, 110.0);
            self.on.shape(&[(288.0, 272.0), (304.0, top + 24.0), (336.0, top + 24.0), (352.0, 272.0)], stone);
            self.on.shape(&[(304.0, top + 24.0), (320.0, top), (336.0, top + 24.0)], mixed(stone, WHITE, 0.3));
            self.on.shape(
                &[(320.0, top + 24.0), (336.0, top + 24.0), (352.0, 272.0), (320.0, 272.0)],
                mixed(stone, DARK, 0.15),
            );
        } else {
            let bronze = [84, 92, 84];
            self.on.round((320.0, 146.0), (17.0, 20.0), bronze);
            self.on.shape(&[(296.0, 168.0), (344.0, 168.0), (356.0, 272.0), (284.0, 272.0)], bronze);
            self.on.stroke((300.0, 178.0), (276.0, 226.0), 13.0, bronze);
            self.on.stroke((340.0, 178.0), (372.0, 140.0), 12.0, bronze);
        }
        self.on.block((0.0, 416.0), (640.0, 64.0), [204, 198, 188]);
        for bed in [30.0, 430.0] {
            self.on.round((bed + 90.0, 428.0), (92.0, 18.0), mixed(self.grass, DARK, 0.2));
            for _ in 0..22 {
                let at = (bed + self.dice.between(12.0, 168.0), self.dice.between(416.0, 438.0));
                let petal = self.bright();
                self.on.round(at, (5.0, 5.0), petal);
            }
        }
    }

    fn containers(&mut self) {
        self.on.block((0.0, 380.0), (640.0, 100.0), [178, 176, 170]);
        let fence = mixed(self.wall(), DARK, 0.1);
        self.on.block((50.0, 210.0), (540.0, 180.0), fence);
        for post in 0..8 {
            self.on.block((50.0 + f64::from(post) * 76.0, 204.0), (8.0, 186.0), mixed(fence, DARK, 0.3));
        }
        let roof = self.bright();
        self.on.shape(&[(30.0, 204.0), (70.0, 168.0), (570.0, 168.0), (610.0, 204.0)], mixed(roof, DARK, 0.2));
        let inks = [[70, 150, 90], YELLOW, BLUE, GREY];
        for (i, ink) in inks.into_iter().enumerate() {
            let x = 84.0 + i as f64 * 124.0;
            self.on.round((x + 52.0, 424.0), (60.0, 8.0), [120, 118, 114]);
            self.on.shape(&[(x, 290.0), (x + 104.0, 290.0), (x + 94.0, 416.0), (x + 10.0, 416.0)], ink);
            self.on.shape(
                &[(x + 80.0, 290.0), (x + 104.0, 290.0), (x + 94.0, 416.0), (x + 76.0, 416.0)],
                mixed(ink, DARK, 0.2),
            );
            self.on.block((x - 6.0, 276.0), (116.0, 16.0), mixed(ink, DARK, 0.3));
            self.on.block((x + 32.0, 330.0), (36.0, 36.0), WHITE);
            for wheel in [20.0, 84.0] {
                self.on.round((x + wheel, 420.0), (8.0, 8.0), DARK);
            }
        }
        let high = self.dice.between(140.0, 210.0);
        self.tree((612.0, 400.0), high);
    }

    fn office(&mut self) {
        let wall = self.wall();
        self.storeys((60.0, 190.0), (520.0, 170.0), (11, 3), wall);
        self.on.block((50.0, 178.0), (540.0, 14.0), mixed(wall, DARK, 0.2));
        self.on.block((200.0, 176.0), (240.0, 184.0), mixed(wall, WHITE, 0.45));
        self.on.shape(&[(186.0, 178.0), (320.0, 112.0), (454.0, 178.0)], mixed(wall, WHITE, 0.25));
        self.on.shape(&[(224.0, 172.0), (320.0, 126.0), (416.0, 172.0)], mixed(wall, DARK, 0.12));
        for column in 0..6 {
            let x = 208.0 + f64::from(column) * 41.0;
            self.on.block((x, 178.0), (18.0, 168.0), WHITE);
            self.on.block((x + 13.0, 178.0), (5.0, 168.0), mixed(WHITE, DARK, 0.15));
        }
        self.door((320.0, 346.0), (46.0, 86.0), [124, 84, 60]);
        for step in 0..4 {
            let wide = 260.0 + f64::from(step) * 26.0;
            let y = 346.0 + f64::from(step) * 12.0;
            self.on.block((320.0 - wide / 2.0, y), (wide, 12.0), mixed([214, 208, 198], DARK, 0.06 * f64::from(step)));
        }
        self.on.block((0.0, 394.0), (640.0, 86.0), [198, 194, 186]);
        self.flag((320.0, 114.0), 84.0);
        for x in [40.0, 604.0] {
            let high = self.dice.between(130.0, 190.0);
            self.tree((x, 392.0), high);
        }
        for x in [110.0, 160.0, 480.0, 530.0] {
            self.bush((x, 384.0), 24.0);
        }
    }

    fn house(&mut self) {
        let (wall, rows) = (self.wall(), self.dice.whole(5, 9));
        let top = (356.0 - rows as f64 * 42.0).max(20.0);
        self.storeys((110.0, top), (420.0, 356.0 - top), (9, rows), wall);
        self.on.block((104.0, top - 8.0), (432.0, 8.0), GREY);
        let rail = self.bright();
        let step = (356.0 - top) / rows as f64;
        for row in 0..rows - 1 {
            for column in [1.0, 5.0, 7.0] {
                let at = (110.0 + column * 420.0 / 9.0 + 3.0, top + (row as f64 + 0.6) * step);
                self.on.block(at, (41.0, step * 0.34), mixed(rail, wall, 0.5));
            }
        }
        for entrance in [200.0, 390.0] {
            self.on.block((entrance - 34.0, 298.0), (68.0, 7.0), mixed(rail, DARK, 0.3));
            self.door((entrance, 356.0), (34.0, 50.0), [116, 84, 66]);
        }
        self.on.block((0.0, 356.0), (640.0, 26.0), [186, 182, 176]);
        for x in [50.0, 290.0, 590.0] {
            let high = self.dice.between(120.0, 220.0);
            self.tree((x, 420.0), high);
        }
        self.bench((430.0, 452.0));
        self.bush((110.0, 430.0), 30.0);
    }
}

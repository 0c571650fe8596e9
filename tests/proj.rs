//! PROJ judges the reprojection: its own `cs2cs` gives the places of a grid over Ukraine in every system that is read.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use mapa::space::Crs;

/// Places all over Ukraine, degrees: longitude, latitude.
fn grid() -> Vec<(f64, f64)> {
    (0..=18).flat_map(|i| (0..=8).map(move |j| (22.2 + f64::from(i), 44.4 + f64::from(j)))).collect()
}

/// What `cs2cs` makes of places; x and y in the order of the map (easting first) on both sides.
fn cs2cs(arguments: &[&str], places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut child = Command::new("cs2cs")
        .args(["-d", "10"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cs2cs of the Debian package proj-bin");
    let lines: Vec<_> = places.iter().map(|(x, y)| format!("{x:.10} {y:.10}\n")).collect();
    let text = lines.concat();
    let mut stdin = child.stdin.take().unwrap();
    let write = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    write.join().unwrap().unwrap();
    assert!(output.status.success());
    let lines = String::from_utf8(output.stdout).unwrap();
    let place = |line: &str| {
        let mut numbers = line.split_whitespace().map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    };
    lines.lines().map(place).collect()
}

/// Metres between two places given in degrees; for places near each other.
fn metres((lon, lat): (f64, f64), (other_lon, other_lat): (f64, f64)) -> f64 {
    let north = (lat - other_lat) * 111_200.0;
    let east = (lon - other_lon) * 111_320.0 * lat.to_radians().cos();
    north.hypot(east)
}

/// The places of the grid in a system, by `cs2cs` and a definition without a datum shift beside it.
fn grid_in(definition: &str, near: impl Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let places: Vec<_> = grid().into_iter().filter(|(lon, _)| near(*lon)).collect();
    assert!(places.len() >= 9);
    cs2cs(&["+proj=longlat +datum=WGS84", "+to", definition], &places)
}

/// Where a zone is used: within so many degrees of its middle meridian.
fn middle_meridian(definition: &str) -> Option<f64> {
    let at = definition.find("+lon_0=")?;
    definition.starts_with("+proj=tmerc").then(|| definition[at + 7..].split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn the_definitions_are_those_that_proj_prints() {
    for code in Crs::all() {
        let output = Command::new("projinfo").args(["-o", "PROJ", "-q", &format!("EPSG:{code}")]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let words = |text: &str| -> Vec<String> {
            let is_kept = |word: &&str| {
                let ours = ["+no_defs", "+type=crs", "+wktext"];
                !ours.contains(word) && !word.starts_with("+towgs84")
            };
            text.split_whitespace().filter(is_kept).map(String::from).collect()
        };
        assert_eq!(words(&Crs::of_epsg(code).unwrap().definition()), words(&printed), "EPSG:{code}");
    }
}

/// The numbers of the systems on Pulkovo 1942.
fn is_pulkovo(code: u16) -> bool {
    matches!(code, 4284 | 28404..=28407 | 7825..=7831)
}

/// The places of the grid in a system, near the middle of its zone, and where PROJ says that they are.
fn judged(crs: &Crs, by: &str, is_north_first: bool) -> Vec<((f64, f64), (f64, f64))> {
    let middle = middle_meridian(&crs.definition());
    let in_system = grid_in(&crs.definition(), |lon| middle.is_none_or(|middle| (lon - middle).abs() <= 9.0));
    let given: Vec<_> = in_system.iter().map(|&(x, y)| if is_north_first { (y, x) } else { (x, y) }).collect();
    let wanted = cs2cs(&[by, "+to", "EPSG:4326"], &given);
    in_system.into_iter().zip(wanted.into_iter().map(|(lat, lon)| (lon, lat))).collect()
}

#[test]
fn every_system_gives_the_places_of_proj_to_a_tenth_of_a_metre() {
    let mut worst = (0.0, 0);
    for code in Crs::all() {
        let crs = Crs::of_epsg(code).unwrap();
        // By its number PROJ chooses the datum shift itself; its registry has latitude and northing first.
        let (by, is_north_first) = if is_pulkovo(code) {
            (crs.definition(), false)
        } else {
            (format!("EPSG:{code}"), crs.is_northing_first())
        };
        for ((x, y), wanted) in judged(&crs, &by, is_north_first) {
            let apart = metres(crs.place_to_crs84(x, y).unwrap(), wanted);
            if apart > worst.0 {
                worst = (apart, code);
            }
            assert!(apart < 0.1, "EPSG:{code} ({x}, {y}) is {apart} m from {wanted:?}");
            let (lon, lat) = crs.place_to_crs84(x, y).unwrap();
            let back = crs.place_from_crs84(lon, lat).unwrap();
            let unit = if crs.is_degrees() { 1e-8 } else { 1e-3 };
            assert!(
                (back.0 - x).abs() < unit && (back.1 - y).abs() < unit,
                "EPSG:{code} ({x}, {y}) is {back:?} on its way back"
            );
        }
    }
    println!("at most {} m apart, in EPSG:{}", worst.0, worst.1);
}

/// The one difference. For Ukraine the registry has EPSG:15865 "(16)", which is used here and is what PROJ prints; left
/// to itself PROJ takes EPSG:5044 "(20)", made for Russia, since the box around Russia holds Ukraine as well.
#[test]
fn on_pulkovo_1942_proj_left_to_itself_is_two_metres_away() {
    for code in Crs::all().filter(|code| is_pulkovo(*code)) {
        let crs = Crs::of_epsg(code).unwrap();
        for ((x, y), chosen) in judged(&crs, &format!("EPSG:{code}"), true) {
            let apart = metres(crs.place_to_crs84(x, y).unwrap(), chosen);
            assert!((1.5..2.5).contains(&apart), "EPSG:{code}: {apart} m");
        }
    }
}

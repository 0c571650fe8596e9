//! The coordinate systems that are read, as PROJ 9 prints them (`projinfo -o PROJ EPSG:…`, the EPSG registry v10).
//!
//! PROJ prints no datum shift for UCS-2000 and for most of Pulkovo 1942. The ones used here are EPSG:5840 "UCS-2000 to
//! WGS 84 (2)", stated to 1 m, which PROJ chooses as well, and EPSG:15865 "Pulkovo 1942 to WGS 84 (16)", stated to 4.5 m,
//! the one whose area is Ukraine among others and which PROJ prints for EPSG:4284. (PROJ by itself chooses EPSG:5044,
//! of Russia, about two metres away.) Neither needs a grid. `tests/proj.rs` compares all of them with PROJ.

/// One coordinate system.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number in the EPSG registry.
    pub code: u16,
    pub system: System,
}

#[derive(Debug)]
pub(super) enum System {
    /// Degrees; the definition of its datum.
    Geographic(&'static str),
    /// A transverse Mercator projection in metres with scale 1 and no false northing.
    TransverseMercator { lat_0: &'static str, lon_0: &'static str, x_0: u32, datum: &'static str },
    /// Any other in metres; the whole definition.
    Metres(&'static str),
}

impl Row {
    /// The definition in the words of PROJ.
    pub fn definition(&self) -> String {
        match self.system {
            System::Geographic(datum) => format!("+proj=longlat {datum}"),
            System::TransverseMercator { lat_0, lon_0, x_0, datum } => {
                format!("+proj=tmerc +lat_0={lat_0} +lon_0={lon_0} +k=1 +x_0={x_0} +y_0=0 {datum} +units=m")
            }
            System::Metres(definition) => definition.into(),
        }
    }
}

const WGS_84: &str = "+datum=WGS84";

/// EPSG:5840.
const UCS_2000: &str = "+ellps=krass +towgs84=24,-121,-76,0,0,0,0";

/// EPSG:15865.
const PULKOVO_1942: &str = "+ellps=krass +towgs84=25,-141,-78.5,0,0.35,0.736,0";

const fn degrees(code: u16, datum: &'static str) -> Row {
    Row { code, system: System::Geographic(datum) }
}

const fn metres(code: u16, definition: &'static str) -> Row {
    Row { code, system: System::Metres(definition) }
}

const fn ucs(code: u16, lon_0: &'static str, x_0: u32) -> Row {
    Row { code, system: System::TransverseMercator { lat_0: "0", lon_0, x_0, datum: UCS_2000 } }
}

const fn sk42(code: u16, lon_0: &'static str, x_0: u32) -> Row {
    Row { code, system: System::TransverseMercator { lat_0: "0", lon_0, x_0, datum: PULKOVO_1942 } }
}

const fn sk63(code: u16, lon_0: &'static str, x_0: u32) -> Row {
    Row { code, system: System::TransverseMercator { lat_0: "0.0833333333333333", lon_0, x_0, datum: PULKOVO_1942 } }
}

/// Every system that is read.
#[rustfmt::skip]
pub(super) const TABLE: &[Row] = &[
    degrees(4326, WGS_84), // WGS 84
    metres(3857, "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null"), // Pseudo-Mercator
    metres(32634, "+proj=utm +zone=34 +datum=WGS84 +units=m"), // UTM zone 34N
    metres(32635, "+proj=utm +zone=35 +datum=WGS84 +units=m"), // UTM zone 35N
    metres(32636, "+proj=utm +zone=36 +datum=WGS84 +units=m"), // UTM zone 36N
    metres(32637, "+proj=utm +zone=37 +datum=WGS84 +units=m"), // UTM zone 37N
    degrees(5561, UCS_2000), // UCS-2000
    ucs(6381, "21", 300_000), // Ukraine TM zone 7
    ucs(6382, "24", 300_000), // Ukraine TM zone 8
    ucs(6383, "27", 300_000), // Ukraine TM zone 9
    ucs(6384, "30", 300_000), // Ukraine TM zone 10
    ucs(6385, "33", 300_000), // Ukraine TM zone 11
    ucs(6386, "36", 300_000), // Ukraine TM zone 12
    ucs(6387, "39", 300_000), // Ukraine TM zone 13
    ucs(5562, "21", 4_500_000), // Gauss-Kruger zone 4
    ucs(5563, "27", 5_500_000), // Gauss-Kruger zone 5
    ucs(5564, "33", 6_500_000), // Gauss-Kruger zone 6
    ucs(5565, "39", 7_500_000), // Gauss-Kruger zone 7
    ucs(5566, "21", 500_000), // Gauss-Kruger CM 21E
    ucs(5567, "27", 500_000), // Gauss-Kruger CM 27E
    ucs(5568, "33", 500_000), // Gauss-Kruger CM 33E
    ucs(5569, "39", 500_000), // Gauss-Kruger CM 39E
    ucs(9821, "30.5", 300_000), // LCS-32 Kyiv region
    ucs(9831, "34.5", 300_000), // LCS-01 Crimea
    ucs(9832, "28.6666666666667", 300_000), // LCS-05 Vinnytsia
    ucs(9833, "24.8333333333333", 300_000), // LCS-07 Volyn
    ucs(9834, "35", 300_000), // LCS-12 Dnipropetrovsk
    ucs(9835, "37.5", 300_000), // LCS-14 Donetsk
    ucs(9836, "28.5", 300_000), // LCS-18 Zhytomyr
    ucs(9837, "23.5", 300_000), // LCS-21 Zakarpattia
    ucs(9838, "36", 300_000), // LCS-23 Zaporizhzhia
    ucs(9839, "24.75", 300_000), // LCS-26 Ivano-Frankivsk
    ucs(9840, "32", 300_000), // LCS-35 Kirovohrad
    ucs(9841, "39", 300_000), // LCS-44 Luhansk
    ucs(9851, "24", 300_000), // LCS-46 Lviv
    ucs(9852, "31.8333333333333", 300_000), // LCS-48 Mykolaiv
    ucs(9853, "30", 300_000), // LCS-51 Odessa
    ucs(9854, "33.8333333333333", 300_000), // LCS-53 Poltava
    ucs(9855, "27", 300_000), // LCS-56 Rivne
    ucs(9856, "34.5", 300_000), // LCS-59 Sumy
    ucs(9857, "25.5", 300_000), // LCS-61 Ternopil
    ucs(9858, "36.5", 300_000), // LCS-63 Kharkiv
    ucs(9859, "33.5", 300_000), // LCS-65 Kherson
    ucs(9860, "27", 300_000), // LCS-68 Khmelnytsky
    ucs(9861, "31.5", 300_000), // LCS-71 Cherkasy
    ucs(9862, "26", 300_000), // LCS-73 Chernivtsi
    ucs(9863, "32", 300_000), // LCS-74 Chernihiv
    ucs(9864, "30.5", 300_000), // LCS-80 Kyiv city
    ucs(9865, "33", 300_000), // LCS-85 Sevastopol
    degrees(4284, PULKOVO_1942), // Pulkovo 1942
    sk42(28404, "21", 4_500_000), // Gauss-Kruger zone 4
    sk42(28405, "27", 5_500_000), // Gauss-Kruger zone 5
    sk42(28406, "33", 6_500_000), // Gauss-Kruger zone 6
    sk42(28407, "39", 7_500_000), // Gauss-Kruger zone 7
    sk63(7825, "23.5", 1_300_000), // CS63 zone X1
    sk63(7826, "26.5", 2_300_000), // CS63 zone X2
    sk63(7827, "29.5", 3_300_000), // CS63 zone X3
    sk63(7828, "32.5", 4_300_000), // CS63 zone X4
    sk63(7829, "35.5", 5_300_000), // CS63 zone X5
    sk63(7830, "38.5", 6_300_000), // CS63 zone X6
    sk63(7831, "41.5", 7_300_000), // CS63 zone X7
];

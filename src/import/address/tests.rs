//! Addresses as people write them, matched with a small register.

use proptest::prelude::*;

use super::*;
use crate::{
    import::{Recipe, record::Columns},
    model::{Catalog, Collection, Feature, Value},
    space::{Geometry, LonLat},
};

/// Settlement, street, former street, number, block, lon.
type Row<'t> = (&'t str, &'t str, &'t str, &'t str, &'t str, f64);

fn recipe(geometry: &str) -> (Recipe, Collection) {
    let text = format!(
        "collection = \"houses\"\n[source]\nfile = \"a.csv\"\n[id]\ncolumn = \"id\"\n[geometry]\n{geometry}\n[declare]\n\
         title = {{ uk = \"Будинки\", en = \"Houses\" }}\ngeometry = \"point\"\nfields = [{}]\n",
        ["settlement", "street", "former_street", "number", "block"]
            .map(|name| format!(
                "{{ name = \"{name}\", type = \"text\", title = {{ uk = \"Поле\", en = \"Field\" }} }}"
            ))
            .join(", ")
    );
    let recipe = Recipe::parse(std::path::Path::new("houses.toml"), &text).unwrap();
    let catalog = Catalog { sectors: Vec::new(), collections: [].into(), fields: [].into() };
    let collection = recipe.collection(&catalog).unwrap();
    (recipe, collection)
}

fn register(rows: &[Row<'_>], city: Option<&str>, renamed: &[(&str, &str)]) -> AddressRegister {
    let (_, collection) = recipe("lon = \"lon\"\nlat = \"lat\"");
    let value = |text: &str| if text.is_empty() { Value::Unknown } else { Value::from(text) };
    let houses = rows.iter().enumerate().map(|(i, (settlement, street, former, number, block, lon))| {
        let values = [settlement, street, former, number, block].map(|text| value(text)).to_vec();
        let at = Geometry::Point(LonLat::new(*lon, 48.0).unwrap());
        Feature::new(&collection, &format!("h{i}"), None, at, values).unwrap()
    });
    let renamed: Vec<_> = renamed.iter().map(|(new, old)| ((*new).to_owned(), (*old).to_owned())).collect();
    AddressRegister::new(&collection, &houses.collect::<Vec<_>>(), city, &renamed)
}

/// What the register says of one full address.
fn ask(register: &AddressRegister, address: &str, city: &str) -> Result<f64, (Reason, String)> {
    let city = if city.is_empty() { String::new() } else { format!(", city = \"{city}\"") };
    let (recipe, _) = recipe(&format!("address = {{ full = \"a\"{city} }}"));
    let mut columns = Columns::default();
    let plan = AddressPlan::new(recipe.geometry.address.as_ref().unwrap(), &mut columns);
    let found = match plan.read(&[address], &columns) {
        Err(objection) => return Err((objection.reason, objection.detail)),
        Ok(None) => return Err((Reason::MissingCoordinates, String::new())),
        Ok(Some(address)) => register.find(&address),
    };
    match found {
        Found::House(at) => Ok(at.lon()),
        Found::Several(which) => Err((Reason::AmbiguousAddress, which)),
        Found::None(like) => Err((Reason::UnknownAddress, like.join("; "))),
    }
}

const CITY: [Row<'static>; 9] = [
    ("Кривий Ріг", "вулиця Соборності", "вулиця Леніна", "12", "", 33.01),
    ("Кривий Ріг", "вулиця Соборності", "вулиця Леніна", "12А", "", 33.02),
    ("Кривий Ріг", "вулиця Соборності", "", "12", "2", 33.03),
    ("Кривий Ріг", "вулиця Соборності", "", "30", "", 33.04),
    ("Кривий Ріг", "провулок Соборності", "", "12", "", 33.05),
    ("Кривий Ріг", "проспект Поштовий", "вулиця Карла Маркса", "1", "", 33.06),
    ("Кривий Ріг", "вулиця Свято-Миколаївська", "", "1", "", 33.07),
    ("смт Радушне", "вулиця Соборності", "", "12", "", 33.08),
    ("смт Радушне", "вулиця Шкільна", "", "5", "", 33.09),
];

#[test]
fn an_exact_address_finds_its_house_by_present_and_former_names() {
    let city = register(&CITY, None, &[("Поштовий проспект", "вул. Маркса; просп. Маркса")]);
    assert_eq!(city.len(), 9);
    for (address, lon) in [
        ("м. Кривий Ріг, вул. Соборності, 12", 33.01),
        ("50000, Дніпропетровська обл., Кривий Ріг, вулиця СОБОРНОСТІ, буд. 12, кв. 7", 33.01),
        ("м. Кривий Ріг, вул. Соборності, 12-а", 33.02),
        ("м. Кривий Ріг, вул. Соборності, 12, корп. 2", 33.03),
        ("м. Кривий Ріг, пров. Соборності, 12", 33.05),
        ("м. Кривий Ріг, вул. Леніна, 12", 33.01),
        ("м. Кривий Ріг, вул. Леніна, 30", 33.04),
        ("м. Кривий Ріг, вул. Карла Маркса, 1", 33.06),
        ("м. Кривий Ріг, вул. Маркса, 1", 33.06),
        ("м. Кривий Ріг, просп. Маркса 1", 33.06),
        ("смт Радушне, вул. Соборності, 12", 33.08),
        ("Радушне, вул. Соборності, 12", 33.08),
        ("вул. Шкільна, 5", 33.09),
        ("Шкільна, 5", 33.09),
    ] {
        assert_eq!(ask(&city, address, ""), Ok(lon), "{address}");
    }
    assert_eq!(ask(&city, "вул. Соборності, 12", "м. Кривий Ріг"), Ok(33.01));
}

#[test]
fn what_is_not_exact_is_refused_with_the_best_candidates() {
    let city = register(&CITY, None, &[]);
    for (address, reason, detail) in [
        (
            "м. Кривий Ріг, вул. Соборності, 13",
            Reason::UnknownAddress,
            "вулиця Соборності (кривий ріг), 12; вулиця Соборності (кривий ріг), 12 корп. 2; вулиця Соборності (кривий ріг), 12А",
        ),
        ("м. Кривий Ріг, вул. Соборностi, 31", Reason::UnknownAddress, "вулиця Соборності (кривий ріг), 30; "),
        ("м. Кривий Ріг, вул. Миколаївська, 1", Reason::UnknownAddress, "вулиця Свято-Миколаївська (кривий ріг), 1"),
        ("м. Кривий Ріг, бульв. Соборності, 12", Reason::UnknownAddress, "вулиця Соборності (кривий ріг), 12; "),
        ("м. Кривий Ріг, вул. Шкільна, 5", Reason::UnknownAddress, ""),
        ("с. Радушне, вул. Шкільна, 5", Reason::UnknownAddress, ""),
        (
            "вул. Соборності, 12",
            Reason::AmbiguousAddress,
            "it may be вулиця Соборності (кривий ріг), 12, or вулиця Соборності (радушне), 12",
        ),
        ("м. Кривий Ріг, Соборності, 12", Reason::AmbiguousAddress, "провулок Соборності (кривий ріг), 12"),
        ("м. Кривий Ріг, Соборності, 30", Reason::AmbiguousAddress, "провулок Соборності (кривий ріг), 30"),
        ("Вхід до станції метро", Reason::BadAddress, "not one street"),
        ("-", Reason::MissingCoordinates, ""),
    ] {
        let (found, said) = ask(&city, address, "").unwrap_err();
        assert_eq!(found, reason, "{address}: {said}");
        assert!(said.contains(detail) && (detail.is_empty() <= said.is_empty()), "{address}: {said}");
    }
}

#[test]
fn two_streets_of_one_former_name_and_one_number_at_two_places_are_refused() {
    let rows: [Row<'_>; 6] = [
        ("", "вулиця Перша", "вулиця Леніна", "1", "", 33.0),
        ("", "вулиця Друга", "вулиця Леніна", "2", "", 33.1),
        ("", "вулиця Третя", "вулиця Перша", "1", "", 33.2),
        ("", "вулиця Третя", "вулиця Перша", "7", "", 33.2),
        ("", "вулиця Четверта", "", "4", "", 33.3),
        // 7 and 70 km from the first.
        ("", "вулиця Четверта", "", "4", "", 33.4),
    ];
    let city = register(&rows, None, &[]);
    for address in ["вул. Леніна, 1", "вул. Леніна, 2", "вул. Перша, 1", "вул. Четверта, 4"]
    {
        assert_eq!(ask(&city, address, "").unwrap_err().0, Reason::AmbiguousAddress, "{address}");
    }
    // A present name goes before a former one that has no such house; the former name of 7 is not taken for the present.
    assert_eq!(ask(&city, "вул. Перша, 7", "").unwrap_err().0, Reason::AmbiguousAddress);
    assert_eq!(ask(&city, "вул. Третя, 1", ""), Ok(33.2));
    let near = [("", "вулиця Четверта", "", "4", "", 33.3), ("", "вулиця Четверта", "", "4", "", 33.3005)];
    assert_eq!(ask(&register(&near, None, &[]), "вул. Четверта, 4", ""), Ok(33.3), "37 m apart is one house");
}

#[test]
fn a_house_without_a_settlement_is_in_the_city_that_the_recipe_names_and_else_in_none() {
    let rows = [("", "вулиця Садова", "", "5", "", 33.0), ("с. Новоіванівка", "вулиця Садова", "", "5", "", 33.5)];
    let unsaid = register(&rows, None, &[]);
    assert_eq!(ask(&unsaid, "м. Кривий Ріг, вул. Садова, 5", "").unwrap_err().0, Reason::UnknownAddress);
    let city = register(&rows, Some("м. Кривий Ріг"), &[]);
    assert_eq!(ask(&city, "м. Кривий Ріг, вул. Садова, 5", ""), Ok(33.0));
    assert_eq!(ask(&city, "вул. Садова, 5", "Кривий Ріг"), Ok(33.0));
    assert_eq!(ask(&city, "с. Новоіванівка, вул. Садова, 5", "Кривий Ріг"), Ok(33.5));
}

#[test]
fn parts_of_an_address_stand_in_columns_of_their_own() {
    let (recipe, _) = recipe("address = { street = \"s\", number = \"n\", block = \"b\", settlement = \"t\" }");
    let mut columns = Columns::default();
    let plan = AddressPlan::new(recipe.geometry.address.as_ref().unwrap(), &mut columns);
    let city = register(&CITY, None, &[]);
    // Street, number, block, settlement: in the order in which the plan asks for the columns.
    let read = |cells: [&str; 4]| plan.read(&cells, &columns);
    for (cells, lon) in [
        (["вул. Соборності", "12", "", "Кривий Ріг"], 33.01),
        (["вул. Соборності", "12", "2", "Кривий Ріг"], 33.03),
        (["вул. Соборності", "12", "корп. 2", "Кривий Ріг"], 33.03),
        (["вул. Соборності", "12", "літ. А", "Кривий Ріг"], 33.02),
        (["Соборності вул.", "12-А", "null", "м. Кривий Ріг"], 33.02),
    ] {
        let found = city.find(&read(cells).unwrap().unwrap());
        assert!(matches!(found, Found::House(at) if at.lon() == lon), "{cells:?}: {found:?}");
    }
    assert_eq!(read(["", "", "", "Кривий Ріг"]).unwrap(), None);
    for (cells, column) in
        [(["вул. Соборності", "", "", ""], "n"), (["", "12", "", ""], "s"), ([".", "12", "", ""], "s")]
    {
        let objection = read(cells).unwrap_err();
        assert_eq!((objection.reason, objection.column.as_deref()), (Reason::BadAddress, Some(column)), "{cells:?}");
    }
}

proptest! {
    /// Whatever way an address of the register is written, it leads to its house and to no other.
    #[test]
    fn every_house_is_found_by_every_spelling_of_its_address(
        houses in proptest::collection::btree_set((0..6_usize, 1..40_u32, 0..3_usize, 0..3_u32), 1..40),
        abbreviated: bool, reversed: bool, upper: bool, hyphen: bool,
    ) {
        const STREETS: [(&str, &str, &str, &str); 6] = [
            ("вулиця", "вул.", "Тараса", "Шевченка"),
            ("провулок", "пров.", "Тараса", "Шевченка"),
            ("вулиця", "вул.", "Лесі", "Українки"),
            ("проспект", "пр-т", "Лесі", "Українки"),
            ("бульвар", "б-р", "Кам'яний", "Брід"),
            ("вулиця", "вул.", "8-го", "Березня"),
        ];
        let written = |(street, number, letter, block): (usize, u32, usize, u32), as_is: bool| {
            let (word, short, first, last) = STREETS[street];
            let letter = ["", "а", "б"][letter];
            let (word, name, letter) = if as_is {
                (word, format!("{first} {last}"), letter.to_owned())
            } else {
                let name = if reversed { format!("{last} {first}") } else { format!("{first} {last}") };
                let dash = if hyphen && !letter.is_empty() { "-" } else { "" };
                (if abbreviated { short } else { word }, name, format!("{dash}{}", letter.to_uppercase()))
            };
            let block = if block == 0 { String::new() } else { format!("корп. {block}") };
            let street = format!("{word} {name}");
            (if upper && !as_is { street.to_uppercase() } else { street }, format!("{number}{letter}"), block)
        };
        let rows: Vec<_> = houses.iter().enumerate().map(|(i, house)| (written(*house, true), i as f64)).collect();
        let rows: Vec<Row<'_>> =
            rows.iter().map(|((street, number, block), lon)| ("", street.as_str(), "", number.as_str(), block.as_str(), *lon)).collect();
        let register = register(&rows, None, &[]);
        for (i, house) in houses.iter().enumerate() {
            let (street, number, block) = written(*house, false);
            let address = if block.is_empty() { format!("{street}, {number}") } else { format!("{street}, {number}, {block}") };
            prop_assert_eq!(ask(&register, &address, ""), Ok(i as f64), "{}", address);
        }
    }

    #[test]
    fn any_text_is_an_address_or_refused(text in "\\PC*") {
        let _ = ask(&register(&CITY, None, &[]), &text, "Кривий Ріг");
    }
}

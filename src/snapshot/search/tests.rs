//! Search is judged by reading every text: the same features say the same words, however they are found.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    query::Wanted,
    rank::takes_place,
    texts::{Fields, Stand},
    *,
};
use crate::model::{
    Audience, Catalog, Choice, Collection, CollectionId, Feature, Field, FieldType, GeometryKind, Provenance, Revision,
    Sector, ServiceArea, Title, Value,
};
use crate::space::Geometry;

fn lexicon() -> Lexicon {
    static READ: LazyLock<Lexicon> =
        LazyLock::new(|| Lexicon::read(include_str!("../../../data/search/words.toml")).unwrap());
    READ.clone()
}

fn title(uk: &str, en: &str) -> Title {
    Title { uk: uk.into(), en: en.into() }
}

fn collection(id: &str) -> Collection {
    let field = |name: &str| Field {
        name: name.into(),
        kind: FieldType::Text,
        title: title("Поле", "Field"),
        unit: None,
        format: None,
        values: vec![],
        chart: None,
        adds_up: false,
        unique: false,
    };
    Collection {
        id: CollectionId::new(id).unwrap(),
        title: title("Школи", "Schools"),
        geometry: GeometryKind::Point,
        fields: ["name", "name_en", "former_name", "address", "permit_number"].map(field).into(),
        kinds: vec![Choice { id: "lyceum".into(), title: title("Ліцей", "Lyceum") }],
        service_area: Some("other".into()),
        author: None,
        post: None,
        licence: None,
        update_period: None,
        next_due: None,
        audience: Audience::Public,
        min_zoom: 8,
        icon: "marker".into(),
        priority: 50,
    }
}

fn feature(of: &Collection, id: usize, texts: &[String], is_lyceum: bool) -> Feature {
    let values = texts.iter().map(|text| if text.is_empty() { Value::Unknown } else { text.as_str().into() }).collect();
    let place = LonLat::new(33.4 + id as f64 * 1e-3, 47.9).unwrap();
    let kind = is_lyceum.then(|| "lyceum".into());
    Feature::new(of, &format!("{id:03}"), kind, Geometry::Point(place), values).unwrap()
}

fn provenance() -> Provenance {
    Provenance { source: "test".into(), imported: Timestamp::UNIX_EPOCH, demonstration: true, attribution: None }
}

fn snapshot(rows: &[(Vec<String>, bool)], id: &str) -> Snapshot {
    let of = collection(id);
    let features = rows.iter().enumerate().map(|(i, (texts, is_lyceum))| feature(&of, i, texts, *is_lyceum)).collect();
    Snapshot::empty(&catalog(), Audience::Public).with(Revision(1), [Shelf::new(of, provenance(), features)])
}

/// A filter tree of one step.
fn catalog() -> Catalog {
    let other = ServiceArea { id: "other".into(), title: title("Інше", "Other"), collections: vec![] };
    let sector = Sector {
        id: "all".into(),
        title: title("Усе", "All"),
        color: "#000000".into(),
        icon: "marker".into(),
        order: 1,
        service_areas: vec![other],
    };
    Catalog { sectors: vec![sector], collections: BTreeMap::new(), fields: BTreeMap::new() }
}

/// Whether words may be mistyped: Damerau's mistakes counted letter by letter in a table, neighbours exchanged at most once.
fn mistakes(a: &[u8], b: &[u8]) -> usize {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            table[i][j] = match (i, j) {
                (0, n) | (n, 0) => n,
                _ => {
                    let change = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut least = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        least = least.min(table[i - 2][j - 2] + 1);
                    }
                    least
                }
            };
        }
    }
    table[a.len()][b.len()]
}

/// Whether a word answers a wanted one, told without any index.
fn answers(wanted: &Wanted, word: &str, may_be_mistyped: bool, lexicon: &Lexicon) -> bool {
    if wanted.quality(word) > 0 {
        return true;
    }
    let allowed = match wanted.key.chars().count() {
        8.. => 2,
        4.. => 1,
        _ => 0,
    };
    if !may_be_mistyped || allowed == 0 || wanted.is_number || word.contains(char::is_numeric) {
        return false;
    }
    let near = |word: &str| mistakes(wanted.key.as_bytes(), word.as_bytes()) <= allowed;
    let ends = if wanted.is_begun { 0..=word.len() } else { word.len()..=word.len() };
    let begins_near = ends.filter(|end| word.is_char_boundary(*end)).any(|end| near(&word[..end]));
    begins_near || lexicon.nearly(&wanted.key, near).contains(&word)
}

/// Every feature that says all wanted words, by reading its texts.
fn by_reading(snapshot: &Snapshot, query: &Query, may_be_mistyped: bool, lexicon: &Lexicon) -> BTreeSet<String> {
    let says = |shelf: &Shelf, feature: &Feature, wanted: &&Wanted| {
        let of = shelf.collection();
        let kind =
            of.kinds.iter().filter(|kind| Some(kind.id.as_str()) == feature.kind.as_deref()).map(|kind| &kind.title);
        let titles =
            kind.chain([&of.title]).flat_map(|title| [&title.uk, &title.en]).flat_map(|text| words::words(text));
        let in_titles =
            titles.into_iter().any(|word| word.key.len() > 1 && answers(wanted, &word.key, may_be_mistyped, lexicon));
        let in_texts = Fields::of(of).0.into_iter().any(|(field, stand)| {
            let text = feature.values[field].as_text().unwrap_or_default();
            let is_place = matches!(stand, Stand::Street | Stand::House);
            words::words(text).iter().any(|word| {
                answers(wanted, &word.key, may_be_mistyped, lexicon)
                    && (!is_place || takes_place(wanted, &word.key) && !lexicon.is_weak(&word.key))
            })
        });
        in_titles || in_texts
    };
    // As often as a number is wanted, each time behind another word or at the beginning of a text.
    let says_as_often = |shelf: &Shelf, feature: &Feature, wanted: &&Wanted| {
        let times = query.words.iter().filter(|other| other.key == wanted.key).count();
        let texts = Fields::of(shelf.collection()).0.into_iter().map(|(field, _)| &feature.values[field]);
        let said: BTreeSet<Vec<String>> = texts
            .flat_map(|value| {
                let said = words::words(value.as_text().unwrap_or_default());
                let keys: Vec<String> = said.into_iter().map(|word| word.key).collect();
                (0..keys.len()).map(move |at| keys[at.saturating_sub(1)..=at].to_vec()).collect::<Vec<_>>()
            })
            .filter(|pair| query.words.iter().any(|w| w.key == wanted.key && w.quality(pair.last().unwrap()) > 0))
            .collect();
        !wanted.is_number || times == 1 || said.len() >= times
    };
    let found = snapshot.shelves().flat_map(|shelf| shelf.features().map(move |feature| (shelf, feature)));
    let all = found.filter(|(shelf, feature)| {
        query.required().iter().all(|wanted| says(shelf, feature, wanted) && says_as_often(shelf, feature, wanted))
    });
    all.map(|(_, feature)| feature.id.to_string()).collect()
}

fn by_index(snapshot: &Snapshot, query: &Query, lexicon: &Lexicon) -> BTreeSet<String> {
    let selection = Selection::default();
    let asking = Asking { query, lexicon, selection: &selection, near: None, limit: 10_000 };
    let answer = found(snapshot, &asking, query, &mut Ranking::default());
    answer.places.iter().chain(&answer.addresses).map(|hit| hit.found.feature.id.to_string()).collect()
}

fn texts() -> impl Strategy<Value = Vec<(Vec<String>, bool)>> {
    let word = prop_oneof![
        Just("школа"),
        Just("школи"),
        Just("Миру"),
        Just("мирна"),
        Just("вул."),
        Just("проспект"),
        Just("№ 12"),
        Just("12"),
        Just("120"),
        Just("5а"),
        Just("М’ята"),
        Just("Сонечко"),
        Just("сонечка"),
        Just("Ліцей"),
        Just("22-9/1"),
        Just("металургів"),
        Just("металлургів"),
        Just("а"),
    ];
    let text = prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "));
    prop::collection::vec((prop::collection::vec(text, 5), any::<bool>()), 1..12)
}

fn typed() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("шк"),
        Just("школа"),
        Just("шкла"),
        Just("ш"),
        Just("миру"),
        Just("мируу"),
        Just("мир"),
        Just("вулиця"),
        Just("12"),
        Just("1"),
        Just("5-А"),
        Just("мята"),
        Just("сонечк"),
        Just("сончеко"),
        Just("lyceum"),
        Just("22-9/1"),
        Just("metalurhiv"),
        Just("метлургви"),
        Just("літцей"),
        Just("а"),
        Just("school"),
    ];
    (prop::collection::vec(word, 1..4), any::<bool>())
        .prop_map(|(words, is_whole)| words.join(" ") + if is_whole { " " } else { "" })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_index_finds_what_reading_everything_finds(rows in texts(), typed in typed()) {
        let (snapshot, lexicon) = (snapshot(&rows, "things"), lexicon());
        let query = Query::read(&typed, &lexicon).unwrap();
        prop_assert_eq!(by_index(&snapshot, &query, &lexicon), by_reading(&snapshot, &query, false, &lexicon));
        let mistyped = query.mistyped(snapshot.spelling(), &lexicon);
        prop_assert_eq!(
            by_index(&snapshot, &mistyped, &lexicon),
            by_reading(&snapshot, &query, true, &lexicon),
            "mistyped"
        );
    }

    #[test]
    fn a_shelf_with_changes_is_searched_as_one_built_whole(
        before in texts(), put in texts(), gone in prop::collection::vec(0_usize..12, 0..4), typed in typed(),
    ) {
        let (elder, lexicon) = (snapshot(&before, "things"), lexicon());
        elder.prepare_search();
        let shelf = elder.shelf("things").unwrap();
        let of = shelf.collection();
        let put: Vec<Feature> = put.iter().enumerate().map(|(i, (texts, kind))| feature(of, i * 2, texts, *kind)).collect();
        let gone: Vec<_> = gone.into_iter().filter(|i| i % 2 == 1).map(|i| crate::model::FeatureId::new(&format!("{i:03}")).unwrap()).collect();
        let changed = elder.with(Revision(2), [shelf.with(provenance(), put, &gone)]);
        let features = changed.shelf("things").unwrap().features().cloned().collect();
        let whole = Snapshot::empty(&catalog(), Audience::Public)
            .with(Revision(2), [Shelf::new(of.clone(), provenance(), features)]);
        let selection = Selection::default();
        let query = Query::read(&typed, &lexicon).unwrap();
        let asking = Asking { query: &query, lexicon: &lexicon, selection: &selection, near: None, limit: 5 };
        let told = |snapshot: &Snapshot| {
            let answer = search(snapshot, &asking);
            let hits: Vec<_> = answer.places.iter().map(|hit| (hit.found.feature.id.to_string(), hit.score)).collect();
            (hits, answer.mistyped, answer.without)
        };
        prop_assert_eq!(told(&changed), told(&whole));
    }

    #[test]
    fn the_best_few_are_the_first_of_all(
        shelves in prop::collection::vec((texts(), 0..=100_u8), 1..4), typed in typed(), is_mistyped: bool, limit in 1..6_usize,
    ) {
        let (lexicon, selection) = (lexicon(), Selection::default());
        let shelves = shelves.iter().enumerate().map(|(i, (rows, priority))| {
            let of = Collection { priority: *priority, ..collection(&format!("things{i}")) };
            let features = rows.iter().enumerate().map(|(i, (texts, kind))| feature(&of, i, texts, *kind)).collect();
            Shelf::new(of, provenance(), features)
        });
        let snapshot = Snapshot::empty(&catalog(), Audience::Public).with(Revision(1), shelves);
        let mut query = Query::read(&typed, &lexicon).unwrap();
        if is_mistyped {
            query = query.mistyped(snapshot.spelling(), &lexicon);
        }
        let best = |limit| {
            let near = LonLat::new(33.405, 47.9).ok();
            let asking = Asking { query: &query, lexicon: &lexicon, selection: &selection, near, limit };
            let hits = found(&snapshot, &asking, &query, &mut Ranking::default()).places;
            hits.iter().map(|hit| (hit.found.shelf.collection().id.to_string(), hit.found.feature.id.to_string(), hit.score)).collect::<Vec<_>>()
        };
        let mut all = best(1000);
        all.truncate(limit);
        prop_assert_eq!(best(limit), all);
    }

    #[test]
    fn nothing_that_is_typed_ends_the_server(typed in any::<String>()) {
        let (snapshot, lexicon) = (snapshot(&[(vec!["школа".into(); 5], true)], "things"), lexicon());
        if let Ok(query) = Query::read(&typed, &lexicon) {
            let selection = Selection::default();
            search(&snapshot, &Asking { query: &query, lexicon: &lexicon, selection: &selection, near: None, limit: 5 });
        }
    }
}

#[test]
fn what_may_not_be_seen_is_not_even_among_the_words() {
    let rows = [(vec!["Таємниця".to_owned(), String::new(), String::new(), String::new(), String::new()], false)];
    let staff = |audience| {
        let of = Collection { audience: Audience::Staff, ..collection("things") };
        let features = vec![feature(&of, 0, &rows[0].0, false)];
        let open = Snapshot::empty(&catalog(), audience)
            .with(Revision(1), [Shelf::new(collection("things"), provenance(), features.clone())]);
        open.prepare_search();
        open.with(Revision(2), [Shelf::new(of, provenance(), features)])
    };
    let words = |snapshot: &Snapshot| {
        let mistakes = spelling::Mistakes::in_word("taemniTJ", true).unwrap();
        snapshot.spelling().near(&mistakes).len()
    };
    assert_eq!(words(&staff(Audience::Staff)), 1);
    assert_eq!(words(&staff(Audience::Public)), 0);
}

/// What is found of houses that are called by these addresses.
fn houses(addresses: &[&str], typed: &str) -> Vec<String> {
    let row = |address: &&str| {
        (vec![format!("Будинок, {address}"), String::new(), String::new(), (*address).into(), String::new()], false)
    };
    let rows: Vec<_> = addresses.iter().map(row).collect();
    let (snapshot, lexicon, selection) = (snapshot(&rows, "buildings"), lexicon(), Selection::default());
    let query = Query::read(typed, &lexicon).unwrap();
    let answer =
        search(&snapshot, &Asking { query: &query, lexicon: &lexicon, selection: &selection, near: None, limit: 10 });
    answer
        .addresses
        .iter()
        .map(|hit| addresses[hit.found.feature.id.as_str().parse::<usize>().unwrap()].into())
        .collect()
}

#[test]
fn one_number_is_not_both_that_of_the_street_and_that_of_the_house() {
    let of = |street: &str| ["1", "1А", "3", "5"].map(|number| format!("{street}, {number}"));
    let all = [of("вул. Макова 3-тя"), of("вул. Макова")].concat();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for typed in ["вул. Макова 3-тя, 3", "Макова 3 3", "vul. Makova 3-tia, 3"] {
        assert_eq!(houses(&all, typed), ["вул. Макова 3-тя, 3"], "{typed}");
    }
    assert_eq!(houses(&all, "вул. Макова 3-тя, 1"), ["вул. Макова 3-тя, 1"]);
    assert_eq!(houses(&all, "вул. Макова 3-тя").len(), 5);
}

#[test]
fn a_street_is_not_its_own_house_for_the_number_in_its_former_name() {
    let row = |texts: [&str; 5]| (texts.map(str::to_owned).to_vec(), false);
    let rows = [
        row(["вулиця Курганна", "", "вулиця Заводська 1-ша", "", ""]),
        row(["Будинок, вул. Курганна, 2", "", "", "вул. Курганна, 2", ""]),
    ];
    let (snapshot, lexicon, selection) = (snapshot(&rows, "buildings"), lexicon(), Selection::default());
    for (typed, id, without) in
        [("вулиця Заводська 1-ша, 1", "000", Some("1")), ("вулиця Заводська 1-ша, 2", "001", None)]
    {
        let query = Query::read(typed, &lexicon).unwrap();
        let asking = Asking { query: &query, lexicon: &lexicon, selection: &selection, near: None, limit: 5 };
        let answer = search(&snapshot, &asking);
        let ids: Vec<&str> = answer.addresses.iter().map(|hit| hit.found.feature.id.as_str()).collect();
        assert_eq!((ids, answer.without.as_deref()), (vec![id], without), "{typed}");
    }
}

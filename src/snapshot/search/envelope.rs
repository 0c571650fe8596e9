//! An `Envelope` is what people copy around street and house, of which no object is known: country, city, code and flat.

use super::{
    lexicon::Lexicon,
    words::{Word, words},
};

/// Digits of a postal code of Ukraine.
const POSTAL_DIGITS: usize = 5;

/// The words of a text without its envelope: of «50000, м. Кривий Ріг, вул. Спокійна, 38, кв. 7» those of «вул. Спокійна 38».
///
/// Where no name would be left, all of it counts.
pub(super) fn opened(text: &str, lexicon: &Lexicon) -> Vec<Word> {
    let parts: Vec<Vec<Word>> = text.split(',').map(words).collect();
    let is_code = |word: &Word| word.is_number && word.key.len() == POSTAL_DIGITS;
    let has_number = parts.iter().flatten().any(|word| word.is_number && !is_code(word));
    let is_around = |part: &[Word]| match part {
        [code] if is_code(code) => has_number || parts.len() > 2,
        part => parts.len() > 1 && lexicon.is_around(part),
    };
    let mut said: Vec<Word> = Vec::new();
    for part in parts.iter().filter(|part| !is_around(part)) {
        let mut rest = part.as_slice();
        while let [word, after @ ..] = rest {
            let has_house = || said.iter().any(|word| word.is_number);
            rest = match after {
                [number, after @ ..] if number.is_number && lexicon.is_of_flat(word) && has_house() => after,
                after => {
                    said.push(word.clone());
                    after
                }
            };
        }
    }
    if said.iter().any(|word| !word.is_number) { said } else { words(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_as_on_an_envelope_street_and_house_are_wanted() {
        let lexicon = Lexicon::read(include_str!("../../../data/search/words.toml")).unwrap();
        let wanted = |text: &[Word]| lexicon.sifted(text);
        let house = wanted(&words("вул. Спокійна 38"));
        for text in [
            "вул. Спокійна, 38",
            "вул. Спокійна, буд. 38",
            "вул. Спокійна, д. 38, кв. 7",
            "вул. Спокійна, будинок 38, офіс 12",
            "м. Кривий Ріг, вул. Спокійна, 38",
            "50000, місто Кривий Ріг, вул. Спокійна, 38, кв. 7",
            "vul. Спокійна, bud. 38, kv. 7, m. Kryvyi Rih",
            "вул. Спокійна 38 кв. 7",
            "вул. Спокійна д. 38 кв. 7",
            "вул. Спокійна, 38, прим. 7",
            "50000, вул. Спокійна 38",
            "Кривий Ріг, вул. Спокійна, 38",
            "вул. Спокійна, 38, Кривий Ріг, Дніпропетровська область, 50000",
            "Україна, 50000, Дніпропетровська обл., м. Кривий Ріг, вул. Спокійна, буд. 38, кв. 7",
        ] {
            assert_eq!(wanted(&opened(text, &lexicon)), house, "{text}");
        }
        // What may be the thing itself is not left out.
        for text in [
            "кв. 7",
            "м. Кривий Ріг",
            "Кривий Ріг",
            "Україна, Кривий Ріг",
            "50000",
            "школа, 50000",
            "школа 12, 5",
            "буд. 38",
            "д. 38",
            "кв 7",
            "школа кв 7",
            "М. Грушевського, 5",
            "Кривий Ріг, 5",
            "станція Кривий Ріг",
        ] {
            assert_eq!(opened(text, &lexicon), words(text), "{text}");
        }
    }
}

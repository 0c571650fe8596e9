//! Latin spells Ukrainian in the Latin alphabet, by the table of the Cabinet of Ministers (resolution № 55, 2010).

/// Letter, at the start of a word, elsewhere.
const TABLE: [(char, &str, &str); 33] = [
    ('а', "a", "a"),
    ('б', "b", "b"),
    ('в', "v", "v"),
    ('г', "h", "h"),
    ('ґ', "g", "g"),
    ('д', "d", "d"),
    ('е', "e", "e"),
    ('є', "ye", "ie"),
    ('ж', "zh", "zh"),
    ('з', "z", "z"),
    ('и', "y", "y"),
    ('і', "i", "i"),
    ('ї', "yi", "i"),
    ('й', "y", "i"),
    ('к', "k", "k"),
    ('л', "l", "l"),
    ('м', "m", "m"),
    ('н', "n", "n"),
    ('о', "o", "o"),
    ('п', "p", "p"),
    ('р', "r", "r"),
    ('с', "s", "s"),
    ('т', "t", "t"),
    ('у', "u", "u"),
    ('ф', "f", "f"),
    ('х', "kh", "kh"),
    ('ц', "ts", "ts"),
    ('ч', "ch", "ch"),
    ('ш', "sh", "sh"),
    ('щ', "shch", "shch"),
    ('ь', "", ""),
    ('ю', "yu", "iu"),
    ('я', "ya", "ia"),
];

/// The text in Latin letters; what is no Ukrainian letter stays, the apostrophe is left out.
pub fn spell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    for letter in text.chars() {
        let lower = letter.to_lowercase().next().unwrap_or(letter);
        let is_first = !before.is_alphabetic() && before != '’';
        if let Some((_, first, inner)) = TABLE.iter().find(|(ukrainian, ..)| *ukrainian == lower) {
            // The one pair that is not spelled letter by letter: зг is zgh, since zh is ж.
            let latin = if lower == 'г' && matches!(before, 'з' | 'З') {
                "gh"
            } else if is_first {
                first
            } else {
                inner
            };
            if letter.is_uppercase() {
                let mut letters = latin.chars();
                out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
                out.push_str(letters.as_str());
            } else {
                out.push_str(latin);
            }
        } else if letter != '’' {
            out.push(letter);
        }
        before = letter;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::spell;

    #[test]
    fn the_examples_of_the_resolution() {
        let examples = [
            ("Згорани", "Zghorany"),
            ("Розгон", "Rozghon"),
            ("Знам’янка", "Znamianka"),
            ("Єнакієве", "Yenakiieve"),
            ("Їжакевич", "Yizhakevych"),
            ("Щербухи", "Shcherbukhy"),
            ("Йосипівка", "Yosypivka"),
            ("Стрий", "Stryi"),
            ("Яготин", "Yahotyn"),
            ("Гоща", "Hoshcha"),
        ];
        for (ukrainian, latin) in examples {
            assert_eq!(spell(ukrainian), latin);
        }
    }
}

//! The words of opening hours, and a text cut into them.

/// A piece of a text that means something for opening hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Monday is 0.
    Day(u8),
    /// Minutes after midnight.
    Time(u16),
    /// Every day.
    Daily,
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday, or days off: what stands beside tells.
    Weekend,
    AroundTheClock,
    Break,
    NoBreak,
    Off,
    /// `-`, `до`, `по`.
    To,
    /// `,`, `та`.
    And,
    /// `;`, the end of a line.
    End,
}

/// Phrases of several words, the longer first.
const PHRASES: [(&str, Option<Word>); 24] = [
    ("обідня перерва", Some(Word::Break)),
    ("перерва на обід", Some(Word::Break)),
    ("без обідньої перерви", Some(Word::NoBreak)),
    ("без перерви на обід", Some(Word::NoBreak)),
    ("без перерви та вихідних", Some(Word::NoBreak)),
    ("без перерв та вихідних", Some(Word::NoBreak)),
    ("без перерви", Some(Word::NoBreak)),
    ("без перерв", Some(Word::NoBreak)),
    ("без обіду", Some(Word::NoBreak)),
    ("без вихідних", Some(Word::Daily)),
    ("кожного дня", Some(Word::Daily)),
    ("кожен день", Some(Word::Daily)),
    ("усі дні", Some(Word::Daily)),
    ("вихідний день", Some(Word::Off)),
    ("вихідні дні", Some(Word::Weekend)),
    ("робочі дні", Some(Word::Workdays)),
    ("у будні", Some(Word::Workdays)),
    ("не працює", Some(Word::Off)),
    ("24 години на добу", Some(Word::AroundTheClock)),
    ("24 години", Some(Word::AroundTheClock)),
    ("24/7", Some(Word::AroundTheClock)),
    ("графік роботи", None),
    ("режим роботи", None),
    ("час роботи", None),
];

/// Single words; `None` says nothing.
const WORDS: [(&[&str], Option<Word>); 20] = [
    (&["пн", "пон", "понеділок", "понеділка", "понеділку"], Some(Word::Day(0))),
    (&["вт", "вів", "вівт", "вівторок", "вівторка", "вівторку"], Some(Word::Day(1))),
    (&["ср", "сер", "середа", "середу", "середи"], Some(Word::Day(2))),
    (&["чт", "чет", "четв", "четвер", "четверга", "четвергу"], Some(Word::Day(3))),
    (&["пт", "птн", "пят", "пятниця", "пятницю", "пятниці"], Some(Word::Day(4))),
    (&["сб", "суб", "субота", "суботу", "суботи", "суботі"], Some(Word::Day(5))),
    (&["нд", "нед", "неділя", "неділю", "неділі"], Some(Word::Day(6))),
    (&["щодня", "щоденно", "щоденний"], Some(Word::Daily)),
    (&["будні", "буднях", "будням"], Some(Word::Workdays)),
    (&["вихідні"], Some(Word::Weekend)),
    (&["цілодобово", "цілодобовий", "цілодобова", "круглодобово"], Some(Word::AroundTheClock)),
    (&["обід", "перерва"], Some(Word::Break)),
    (&["вихідний", "вих", "зачинено", "закрито"], Some(Word::Off)),
    (&["до", "по"], Some(Word::To)),
    (&["та", "і", "й"], Some(Word::And)),
    (&["з", "із", "від", "о", "у", "в"], None),
    (&["год", "година", "години", "годин", "г"], None),
    (&["працює", "працюємо", "відчинено"], None),
    (&["графік", "режим", "роботи"], None),
    (&["полудень"], Some(Word::Time(12 * 60))),
];

/// The words of a text; `None` where one of them is not known.
pub(super) fn words(text: &str) -> Option<Vec<Word>> {
    let text = text.to_lowercase();
    let mut rest = text.as_str();
    let mut words = Vec::new();
    while let Some(first) = rest.chars().next() {
        let is_start = words.is_empty();
        if let Some((phrase, word)) = PHRASES.iter().find(|(phrase, _)| begins(rest, phrase)) {
            words.extend(*word);
            rest = &rest[phrase.len()..];
        } else if first.is_ascii_digit() {
            let (time, after) = time(rest)?;
            words.push(Word::Time(time));
            rest = after;
        } else if first.is_alphabetic() {
            let end = rest.find(|c: char| !c.is_alphabetic() && !is_apostrophe(c)).unwrap_or(rest.len());
            let plain: String = rest[..end].chars().filter(|c| !is_apostrophe(*c)).collect();
            let (_, word) = WORDS.iter().find(|(names, _)| names.contains(&plain.as_str()))?;
            words.extend(*word);
            // The full stop of an abbreviation, and a colon before the hours.
            rest = rest[end..].trim_start_matches(['.', ':']);
        } else {
            match first {
                '-' | '–' | '—' | '‑' | '−' => words.push(Word::To),
                ',' | '(' | ')' | '+' | '&' | '/' => words.push(Word::And),
                ';' | '|' | '\n' if !is_start => words.push(Word::End),
                ';' | '|' | '\n' | '.' | ':' => {}
                c if c.is_whitespace() => {}
                _ => return None,
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    Some(words)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`')
}

/// Whether the text begins with the whole phrase.
fn begins(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
}

/// `9`, `09:00`, `9.00`, `9-30`: a time of day and what follows; 24:00 is the end of the day.
///
/// A hyphen parts hour and minute only before `00`, `30` and `45`, none of which can be an hour that ends.
fn time(text: &str) -> Option<(u16, &str)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (hour, after) = text.split_at(digits(text));
    if hour.len() > 2 {
        return None;
    }
    let minute = after.strip_prefix([':', '.', '-']).map(|after| after.split_at(digits(after)));
    let (minute, after) = match minute {
        Some((minute, rest)) if minute.len() == 2 && (!after.starts_with('-') || is_minute(minute, rest)) => {
            (minute, rest)
        }
        // A full stop or a colon after which no minutes come ends something else.
        Some((minute, _)) if !minute.is_empty() && !after.starts_with('-') => return None,
        // A lone 00 is as likely to be minutes.
        _ if hour == "00" => return None,
        _ => ("00", after),
    };
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let time = hour * 60 + minute;
    // Some write `8.00.`.
    let after = after.strip_prefix('.').unwrap_or(after);
    (minute < 60 && time <= 24 * 60).then_some((time, after))
}

fn is_minute(minute: &str, after: &str) -> bool {
    matches!(minute, "00" | "30" | "45") && !after.starts_with([':', '.'])
}

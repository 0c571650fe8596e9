//! Opening `hours` as doors show them become the opening_hours of OpenStreetMap: `пн-пт 9-18, обід 13-14` is
//! `Mo-Fr 09:00-13:00,14:00-18:00`.
//!
//! What is not understood whole is not read at all. What comes out has been parsed by a library of that language.

use words::{Word, words};

mod words;

/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 1000;

const DAYS: [&str; 7] = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
const ALL_DAYS: u8 = 0b111_1111;
const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;

/// Hours of some days; day 0 (Monday) is bit 0, no bit at all means that no day was named.
#[derive(Debug, Default, Clone, PartialEq)]
struct Rule {
    days: u8,
    /// Minutes after midnight, from and to; a span that ends before it begins goes over midnight.
    spans: Vec<(u16, u16)>,
    is_off: bool,
}

/// The hours in the language of OpenStreetMap; a text that is in it already comes back as it is.
pub(super) fn read(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    if text.is_ascii() && text.contains(|c: char| c.is_ascii_alphabetic()) && is_sound(text) {
        return Some(text.into());
    }
    let rules = Reading { words: words(text)?, at: 0, rules: Vec::new() }.rules()?;
    let written = rules.iter().map(Rule::written).collect::<Vec<_>>().join("; ");
    is_sound(&written).then_some(written)
}

fn is_sound(written: &str) -> bool {
    opening_hours_syntax::parse(written).is_ok()
}

struct Reading {
    words: Vec<Word>,
    at: usize,
    rules: Vec<Rule>,
}

impl Reading {
    fn peek(&self) -> Option<Word> {
        self.words.get(self.at).copied()
    }

    fn eat(&mut self, word: Word) -> bool {
        let is_next = self.peek() == Some(word);
        self.at += usize::from(is_next);
        is_next
    }

    fn rules(mut self) -> Option<Vec<Rule>> {
        loop {
            while self.eat(Word::And) || self.eat(Word::End) {}
            let Some(next) = self.peek() else { break };
            match next {
                Word::NoBreak => self.at += 1,
                Word::Break => {
                    self.at += 1;
                    while self.eat(Word::To) {}
                    let spans = self.spans()?;
                    self.rest(&spans)?;
                }
                Word::Off => {
                    self.at += 1;
                    while self.eat(Word::To) {}
                    let days = self.days()?;
                    self.rules.push(Rule { days, spans: Vec::new(), is_off: true });
                }
                Word::Time(_) | Word::AroundTheClock => {
                    let spans = self.spans()?;
                    match self.rules.last_mut() {
                        // Hours without days go on with those before them.
                        Some(last) if !last.is_off => last.spans.extend(spans),
                        Some(_) => return None,
                        None => self.rules.push(Rule { spans, ..Rule::default() }),
                    }
                }
                Word::To => return None,
                _ => self.rule_of_days()?,
            }
        }
        self.checked()
    }

    /// Days and what is said of them.
    fn rule_of_days(&mut self) -> Option<()> {
        let is_weekend_word = self.peek() == Some(Word::Weekend);
        let days = self.days()?;
        while self.eat(Word::To) || self.eat(Word::And) {}
        match self.peek() {
            Some(Word::Off | Word::Weekend) if !is_weekend_word => {
                self.at += 1;
                self.rules.push(Rule { days, spans: Vec::new(), is_off: true });
            }
            Some(Word::Time(_) | Word::AroundTheClock) => {
                let spans = self.spans()?;
                self.rules.push(Rule { days, spans, is_off: false });
            }
            // `вихідні: сб, нд`, and `вихідні` alone at the end.
            Some(Word::Day(_)) if is_weekend_word => {
                let days = self.days()?;
                self.rules.push(Rule { days, spans: Vec::new(), is_off: true });
            }
            // Days behind the hours.
            None | Some(Word::End) => match self.rules.as_mut_slice() {
                [only] if only.days == 0 && !only.is_off => only.days = days,
                _ => return None,
            },
            _ => return None,
        }
        Some(())
    }

    /// `пн-пт`, `пн, ср`, `щодня`.
    fn days(&mut self) -> Option<u8> {
        let mut days = 0;
        loop {
            days |= match self.peek()? {
                Word::Daily => ALL_DAYS,
                Word::Workdays => WORKDAYS,
                Word::Weekend => WEEKEND,
                Word::Day(from) => {
                    let to = match self.words.get(self.at + 1..self.at + 3) {
                        Some([Word::To, Word::Day(to)]) => {
                            self.at += 2;
                            *to
                        }
                        _ => from,
                    };
                    // A span may go over Sunday.
                    (0..=(to + 7 - from) % 7).fold(0, |days, i| days | 1 << ((from + i) % 7))
                }
                _ => return None,
            };
            self.at += 1;
            match self.words.get(self.at..self.at + 2) {
                Some([Word::And, Word::Day(_)]) => self.at += 1,
                Some([Word::Day(_), _]) if matches!(self.words[self.at - 1], Word::Day(_)) => {}
                _ => return Some(days),
            }
        }
    }

    /// `9:00-13:00, 14:00-18:00` or around the clock.
    fn spans(&mut self) -> Option<Vec<(u16, u16)>> {
        if self.eat(Word::AroundTheClock) {
            return Some(vec![(0, 24 * 60)]);
        }
        let mut spans = Vec::new();
        loop {
            let (Some(Word::Time(from)), Some(Word::To), Some(Word::Time(to))) =
                (self.peek(), self.words.get(self.at + 1).copied(), self.words.get(self.at + 2).copied())
            else {
                return None;
            };
            self.at += 3;
            spans.push((from, if to == 0 { 24 * 60 } else { to }));
            match self.words.get(self.at..self.at + 2) {
                Some([Word::And, Word::Time(_)]) => self.at += 1,
                _ => return Some(spans),
            }
        }
    }

    /// Takes a break out of all hours so far that hold it.
    fn rest(&mut self, breaks: &[(u16, u16)]) -> Option<()> {
        let mut is_held = false;
        for (from, to) in breaks.iter().copied().filter(|(from, to)| from < to) {
            for rule in &mut self.rules {
                let Some(at) = rule.spans.iter().position(|(open, close)| *open < from && to < *close) else {
                    continue;
                };
                let (open, close) = rule.spans[at];
                rule.spans.splice(at..=at, [(open, from), (to, close)]);
                is_held = true;
            }
        }
        is_held.then_some(())
    }

    /// The rules, where none of them says again, and otherwise, what another has said.
    fn checked(mut self) -> Option<Vec<Rule>> {
        for rule in &mut self.rules {
            rule.spans.sort_unstable();
            let is_over_midnight = |(from, to): &(u16, u16)| from >= to;
            if rule.spans.windows(2).any(|pair| pair[0].1 > pair[1].0 || is_over_midnight(&pair[0])) {
                return None;
            }
        }
        for (i, rule) in self.rules.iter().enumerate() {
            let days = |rule: &Rule| if rule.days == 0 { ALL_DAYS } else { rule.days };
            for before in &self.rules[..i] {
                let common = days(before) & days(rule);
                // A later rule goes before an earlier one; for some of its days only, that is what people mean.
                if common != 0 && (common == days(before) || common != days(rule)) {
                    return None;
                }
            }
        }
        self.rules.iter().any(|rule| !rule.is_off).then_some(self.rules)
    }
}

impl Rule {
    fn written(&self) -> String {
        let is_always = self.spans == [(0, 24 * 60)] && !self.is_off;
        if is_always && matches!(self.days, 0 | ALL_DAYS) {
            return "24/7".into();
        }
        let days = days_written(self.days);
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let spans: Vec<_> = self.spans.iter().map(|(from, to)| format!("{}-{}", time(*from), time(*to))).collect();
        let hours = if self.is_off { "off".into() } else { spans.join(",") };
        if days.is_empty() { hours } else { format!("{days} {hours}") }
    }
}

/// `Mo-Fr`, `Mo,We`.
fn days_written(days: u8) -> String {
    let has = |day: usize| days >> day & 1 == 1;
    let mut runs: Vec<String> = Vec::new();
    let mut day = 0;
    while day < 7 {
        if !has(day) {
            day += 1;
            continue;
        }
        let first = day;
        while day < 7 && has(day) {
            day += 1;
        }
        runs.push(if day - first == 1 { DAYS[first].into() } else { format!("{}-{}", DAYS[first], DAYS[day - 1]) });
    }
    runs.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hours_of_doors_become_those_of_openstreetmap() {
        for (text, wanted) in [
            ("Пн-Пт 09:00-17:00", "Mo-Fr 09:00-17:00"),
            ("пн.-пт. 08:00 - 17:00", "Mo-Fr 08:00-17:00"),
            ("вт.-сб. 08:30 - 17:00", "Tu-Sa 08:30-17:00"),
            ("пн., ср., чт., пт., сб., нд 08:30 - 17:00", "Mo,We-Su 08:30-17:00"),
            ("пн., вт., ср., чт., нд 09:00 - 18:00", "Mo-Th,Su 09:00-18:00"),
            ("8.00-17.00", "08:00-17:00"),
            ("пн.-пт. 8.00–17.00, обід 12:00-13:00, сб-нд вихідний", "Mo-Fr 08:00-12:00,13:00-17:00; Sa-Su off"),
            (
                "Пн-Чт 8:00-17:00; Пт 8:00-15:45; обідня перерва 12:00-12:45",
                "Mo-Th 08:00-12:00,12:45-17:00; Fr 08:00-12:00,12:45-15:45",
            ),
            ("щодня 9-21", "Mo-Su 09:00-21:00"),
            ("щоденно з 9:00 до 21:00 без перерви та вихідних", "Mo-Su 09:00-21:00"),
            ("щоденно з 9:00 до 21:00 без перерви", "Mo-Su 09:00-21:00"),
            ("цілодобово", "24/7"),
            ("Цілодобово, без вихідних", "24/7"),
            ("24/7", "24/7"),
            ("щодня цілодобово", "24/7"),
            ("пн-пт цілодобово", "Mo-Fr 00:00-24:00"),
            ("Понеділок – п’ятниця: з 8:00 до 17:00", "Mo-Fr 08:00-17:00"),
            ("Пн-Пт: 9-00 - 18-00|Сб: 10-00 - 15-00|Нд: вихідний", "Mo-Fr 09:00-18:00; Sa 10:00-15:00; Su off"),
            ("Пн-Пт 8:00-12:00, 13:00-17:00", "Mo-Fr 08:00-12:00,13:00-17:00"),
            ("щодня 8-20, нд вихідний", "Mo-Su 08:00-20:00; Su off"),
            ("9:00-18:00 (пн-пт)", "Mo-Fr 09:00-18:00"),
            ("Графік роботи: пн-сб 7.00-19.00; вихідний - неділя", "Mo-Sa 07:00-19:00; Su off"),
            ("пн-пт 9-18, вихідні: сб, нд", "Mo-Fr 09:00-18:00; Sa-Su off"),
            ("будні 9-18, вихідні 10-16", "Mo-Fr 09:00-18:00; Sa-Su 10:00-16:00"),
            ("нд-чт 10-22, пт-сб 10-02", "Mo-Th,Su 10:00-22:00; Fr-Sa 10:00-02:00"),
            ("щодня 8:00-00:00", "Mo-Su 08:00-24:00"),
            ("Mo-Fr 09:00-18:00; Sa 10:00-15:00", "Mo-Fr 09:00-18:00; Sa 10:00-15:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_whole_is_not_read() {
        for text in [
            "",
            "-",
            "за домовленістю",
            "7.00-17.30|6.00-7.00; 17.30-18.00 - чергова група",
            "|Винокурова Ірина Миколаївна - І зміна 8.00.-13.00; ІІ зміна 13.00-18.00",
            "щодня, крім вихідних",
            "пн-пт",
            "сб-нд вихідний",
            "9:00",
            "25:00-26:00",
            "9:60-18:00",
            "10-15-18",
            "пн-пт 9-18, обід 19-20",
            "пн-пт 9-18, пн-пт 8-17",
            "пн-ср 9-18, вт-чт 8-17",
            "9-00",
            "8:00-12:00, 11:00-17:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"пн ".repeat(1000)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_sound_hours_or_not_read(
            text in "\\PC*",
            near in "(пн|вт|сб-нд|щодня|обід|вихідний|до|з|[0-9]{1,2}[:.-]00|[-,;|. ]){0,12}",
        ) {
            for text in [&text, &near] {
                if let Some(hours) = read(text) {
                    prop_assert!(is_sound(&hours), "{}", hours);
                }
            }
        }
    }
}

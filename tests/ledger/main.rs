//! The ledger of the real files: each is read by a recipe, and every row of it is a feature or a rejection of a known reason.
//!
//! The files are not part of this repository: `MAPA_REAL_DATA` says where they are. Where they are not, the tests are skipped,
//! except in continuous integration, which must have them. A file without an account fails the first test.

mod account;
mod cities;
mod kryvyi_rih;
mod marhanets;
mod osm;
mod registers;

use std::collections::{BTreeMap, BTreeSet};

use account::{Account, Became, real_data};

fn accounts() -> Vec<Account> {
    [kryvyi_rih::accounts(), marhanets::accounts(), registers::accounts(), cities::accounts(), osm::accounts()].concat()
}

#[test]
fn every_file_has_an_account() {
    let Some(root) = real_data() else { return };
    let (mut folders, mut files) = (vec![root.clone()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name != "README.md" && !name.starts_with("LICENSE") {
                files.insert(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    let told: BTreeSet<_> = accounts().iter().map(|account| account.file.clone()).collect();
    assert_eq!(files.difference(&told).collect::<Vec<_>>(), Vec::<&String>::new(), "files without an account");
    assert_eq!(told.difference(&files).collect::<Vec<_>>(), Vec::<&String>::new(), "accounts without a file");
}

#[test]
fn every_account_adds_up() {
    if real_data().is_none() {
        return;
    }
    let mut wrong = Vec::new();
    for account in accounts() {
        let name = format!("{} by {}", account.file, account.recipe.name());
        match (&account.became, account.import()) {
            (Became::Nothing { problem }, Err(error)) if error.contains(problem) => {}
            (Became::Nothing { problem }, Err(error)) => wrong.push(format!("{name}: {error:?} has no {problem:?}")),
            (Became::Nothing { .. }, Ok(_)) => wrong.push(format!("{name}: it was read")),
            (Became::Rows { .. }, Err(error)) => wrong.push(format!("{name}: {error}")),
            (Became::Rows { read, features, reasons, warnings }, Ok(all)) => {
                let told = |counts: &[(&'static str, u64)]| {
                    counts.iter().map(|(word, count)| ((*word).into(), *count)).collect::<BTreeMap<_, _>>()
                };
                let wanted = (*read, *features, told(reasons), told(warnings));
                let found =
                    (all.report.read, all.report.features, all.report.reasons.clone(), all.report.warnings.clone());
                if wanted != found {
                    let first = all.rejections.iter().take(3).map(|r| format!("{}: {} `{}`", r.row, r.detail, r.text));
                    wrong.push(format!(
                        "{name}: {found:?}, not {wanted:?}\n  {}",
                        first.collect::<Vec<_>>().join("\n  ")
                    ));
                }
                let (is_feature, is_rejection) = (all.features.len() as u64, all.rejections.len() as u64);
                assert_eq!((is_feature + is_rejection, is_feature), (all.report.read, all.report.features), "{name}");
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

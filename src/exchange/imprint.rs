//! The imprint of a file is what it says of itself as a whole, where its format has room for it.

use serde_json::{Value, json};

use crate::model::Collection;

/// `name`, `title`, `attribution` and `licence` where there are any, `demonstration` where the features are invented.
///
/// No revision: the file changes when its collection does, not when another one does.
pub fn imprint(of: &Collection, credits: &[String], is_demonstration: bool) -> Value {
    let mut imprint = json!({ "name": of.id, "title": of.title.uk });
    if !credits.is_empty() {
        imprint["attribution"] = credits.join(" · ").into();
    }
    if let Some(licence) = &of.licence {
        imprint["licence"] = licence.as_str().into();
    }
    if is_demonstration {
        imprint["demonstration"] = true.into();
    }
    imprint
}

//! Explanations of whole suites, of broken inputs, and of documents; and the schema of their JSON.

mod broken;
mod documents;
mod kinds;
mod schema;
mod suites;

use countersign_inspect::{Explanation, Field};

/// Calls `check` with each field, the names of those around it, and whether it or one of those has a source.
fn each_field<'f>(explanation: &'f Explanation, check: &mut dyn FnMut(&'f Field, &[&'f str], bool)) {
    fn below<'f>(
        field: &'f Field,
        path: &mut Vec<&'f str>,
        is_defined: bool,
        check: &mut dyn FnMut(&'f Field, &[&'f str], bool),
    ) {
        path.push(&field.name);
        let is_defined = is_defined || field.source.is_some();
        check(field, path, is_defined);
        for part in &field.fields {
            below(part, path, is_defined, check);
        }
        path.pop();
    }
    below(&explanation.field, &mut Vec::new(), false, check);
}

//! A validator for JSON Schema, draft 2020-12, that knows the keywords which the manifest's schema
//! uses and refuses a schema with any other.

use std::collections::HashMap;

use tinyjson::JsonValue;

use crate::pattern;

/// A schema, and what its references refer to.
pub(crate) struct Schema {
    root: JsonValue,
}

type Object = HashMap<String, JsonValue>;

/// The keywords whose value is a schema.
const ONE: &[&str] = &[
    "if",
    "then",
    "else",
    "items",
    "additionalProperties",
    "propertyNames",
];

/// The keywords whose value is an array of schemas.
const SEVERAL: &[&str] = &["allOf", "anyOf", "oneOf"];

/// The keywords whose value is an object of schemas.
const NAMED: &[&str] = &["properties", "$defs"];

/// The other keywords.
const PLAIN: &[&str] = &[
    "$schema",
    "$ref",
    "title",
    "type",
    "const",
    "enum",
    "required",
    "dependentRequired",
    "minItems",
    "uniqueItems",
    "minimum",
    "pattern",
];

impl Schema {
    /// A schema, all of whose keywords are known here.
    pub(crate) fn new(text: &str) -> Result<Schema, String> {
        let root: JsonValue = text.parse().map_err(|error| format!("{error}"))?;
        let schema = Schema { root };
        schema.known(&schema.root)?;
        Ok(schema)
    }

    fn known(&self, schema: &JsonValue) -> Result<(), String> {
        let keywords = match schema {
            JsonValue::Boolean(_) => return Ok(()),
            JsonValue::Object(keywords) => keywords,
            other => return Err(format!("{other:?} is no schema")),
        };
        for (keyword, value) in keywords {
            let below: Vec<&JsonValue> = match keyword.as_str() {
                keyword if ONE.contains(&keyword) => vec![value],
                keyword if SEVERAL.contains(&keyword) => array(value).iter().collect(),
                keyword if NAMED.contains(&keyword) => object(value).values().collect(),
                "$ref" => {
                    self.referred(text(value))
                        .ok_or_else(|| format!("{} refers to nothing", text(value)))?;
                    Vec::new()
                }
                keyword if PLAIN.contains(&keyword) => Vec::new(),
                other => return Err(format!("the keyword {other} is not known here")),
            };
            below
                .into_iter()
                .try_for_each(|schema| self.known(schema))?;
        }
        Ok(())
    }

    fn referred(&self, reference: &str) -> Option<&JsonValue> {
        let name = reference.strip_prefix("#/$defs/")?;
        self.root
            .get::<Object>()?
            .get("$defs")?
            .get::<Object>()?
            .get(name)
    }

    /// What is wrong with `value`: where, and with what it breaks.
    pub(crate) fn faults(&self, value: &JsonValue) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.root, value, "", &mut faults);
        faults
    }

    fn fits(&self, schema: &JsonValue, value: &JsonValue) -> bool {
        let mut faults = Vec::new();
        self.check(schema, value, "", &mut faults);
        faults.is_empty()
    }

    fn check(&self, schema: &JsonValue, value: &JsonValue, at: &str, faults: &mut Vec<String>) {
        let keywords = match schema {
            JsonValue::Boolean(true) => return,
            JsonValue::Boolean(false) => return faults.push(format!("{at}: may not be there")),
            schema => object(schema),
        };
        for (keyword, by) in keywords {
            let fits = match keyword.as_str() {
                "$ref" => {
                    let referred = self.referred(text(by)).expect("references are checked");
                    self.check(referred, value, at, faults);
                    true
                }
                "allOf" => {
                    for schema in array(by) {
                        self.check(schema, value, at, faults);
                    }
                    true
                }
                "anyOf" => array(by).iter().any(|schema| self.fits(schema, value)),
                "oneOf" => {
                    let fitting = array(by).iter().filter(|schema| self.fits(schema, value));
                    fitting.count() == 1
                }
                "if" => {
                    let branch = if self.fits(by, value) { "then" } else { "else" };
                    if let Some(schema) = keywords.get(branch) {
                        self.check(schema, value, at, faults);
                    }
                    true
                }
                keyword => of_kind(keyword, by, value),
            };
            if !fits {
                faults.push(format!("{at}: {keyword}"));
            }
        }
        match value {
            JsonValue::Object(members) => self.check_members(keywords, members, at, faults),
            JsonValue::Array(elements) => {
                if let Some(schema) = keywords.get("items") {
                    for (number, element) in elements.iter().enumerate() {
                        self.check(schema, element, &format!("{at}/{number}"), faults);
                    }
                }
            }
            _ => {}
        }
    }

    fn check_members(
        &self,
        keywords: &Object,
        members: &Object,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        let properties = keywords.get("properties").map(object);
        for (key, member) in members {
            let at = format!("{at}/{key}");
            let own = properties.and_then(|properties| properties.get(key));
            if let Some(schema) = own.or_else(|| keywords.get("additionalProperties")) {
                self.check(schema, member, &at, faults);
            }
            if let Some(schema) = keywords.get("propertyNames") {
                self.check(schema, &JsonValue::String(key.clone()), &at, faults);
            }
        }
    }
}

/// Whether a value fulfils a keyword that has nothing to do with other schemas.
fn of_kind(keyword: &str, by: &JsonValue, value: &JsonValue) -> bool {
    match (keyword, value) {
        ("type", _) => match by {
            JsonValue::Array(kinds) => kinds.iter().any(|kind| is(text(kind), value)),
            kind => is(text(kind), value),
        },
        ("const", _) => by == value,
        ("enum", _) => array(by).contains(value),
        ("required", JsonValue::Object(members)) => has_all(members, by),
        ("dependentRequired", JsonValue::Object(members)) => object(by)
            .iter()
            .all(|(key, needed)| !members.contains_key(key) || has_all(members, needed)),
        ("minItems", JsonValue::Array(elements)) => elements.len() as f64 >= number(by),
        ("uniqueItems", JsonValue::Array(elements)) => {
            let mut elements = elements.iter().enumerate();
            let unique = |(at, element): (usize, &JsonValue)| {
                array(value)[..at].iter().all(|earlier| earlier != element)
            };
            *by == JsonValue::Boolean(false) || elements.all(unique)
        }
        ("minimum", JsonValue::Number(found)) => *found >= number(by),
        ("pattern", JsonValue::String(found)) => pattern::matches(text(by), found),
        _ => true,
    }
}

fn is(kind: &str, value: &JsonValue) -> bool {
    match (kind, value) {
        ("null", JsonValue::Null)
        | ("boolean", JsonValue::Boolean(_))
        | ("string", JsonValue::String(_))
        | ("number", JsonValue::Number(_))
        | ("array", JsonValue::Array(_))
        | ("object", JsonValue::Object(_)) => true,
        ("integer", JsonValue::Number(number)) => number.fract() == 0.0,
        _ => false,
    }
}

fn has_all(members: &Object, keys: &JsonValue) -> bool {
    array(keys)
        .iter()
        .all(|key| members.contains_key(text(key)))
}

fn object(value: &JsonValue) -> &Object {
    value.get().expect("the keyword asks for an object")
}

fn array(value: &JsonValue) -> &Vec<JsonValue> {
    value.get().expect("the keyword asks for an array")
}

fn text(value: &JsonValue) -> &str {
    let text: &String = value.get().expect("the keyword asks for a string");
    text
}

fn number(value: &JsonValue) -> f64 {
    *value.get().expect("the keyword asks for a number")
}

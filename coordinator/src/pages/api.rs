//! `/api`: the OpenAPI document for people.
//!
//! Made from the document that programs get, so that nothing can be in one and not in the other.

use axum::Extension;
use axum::response::Response;
use serde_json::{Map, Value};
use woolgather_protocol::problem::CONTENT_TYPE;
use woolgather_protocol::{ProblemKind, examples};
use woolgather_web::views::ApiPage;
use woolgather_web::views::api::{Body, Group, Kind, Member, Operation, Reply, Type, TypeName};

use super::answer::{PageError, page};
use crate::http::openapi::Document;

/// Longer texts within examples are cut, in characters.
const EXAMPLE_TEXT_CHARS_MAX: usize = 120;
/// The headers that every signed request carries begin so; they are shown once.
const SIGNATURE_HEADERS: &str = "woolgather-";

/// What programs may ask.
///
/// # Errors
///
/// None but a template's failure.
pub async fn get_api(Extension(document): Extension<Document>) -> Result<Response, PageError> {
    Ok(page(&view(document.value()))?)
}

fn view(document: &Value) -> ApiPage {
    let about = text(&document["info"]["description"]);
    ApiPage {
        about: about.split("\n\n").map(ToOwned::to_owned).collect(),
        groups: list(&document["tags"])
            .map(|tag| group(document, tag))
            .collect(),
        signature: signature(document),
        types: members_of(&document["components"]["schemas"])
            .filter(|(name, _)| *name != "ProblemKind")
            .map(|(name, schema)| one_type(name, schema))
            .collect(),
        kinds: ProblemKind::ALL
            .iter()
            .map(|&kind| one_kind(kind))
            .collect(),
    }
}

fn one_kind(kind: ProblemKind) -> Kind {
    Kind {
        name: kind.as_str().into(),
        status: kind.status(),
        title: kind.title().into(),
        advice: kind.advice().into(),
    }
}

/// Every operation of the document: method, path, itself.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    members_of(&document["paths"]).flat_map(|(path, methods)| {
        members_of(methods).map(move |(method, operation)| (method, path, operation))
    })
}

fn group(document: &Value, tag: &Value) -> Group {
    let name = text(&tag["name"]);
    let all = operations(document);
    let own = all.filter(|(_, _, operation)| operation["tags"][0] == tag["name"]);
    let mut operations: Vec<Operation> = own.map(operation).collect();
    // What there is of a kind comes before what can be done with one of them.
    operations.sort_by_key(|operation| operation.path.matches('/').count());
    Group {
        operations,
        about: text(&tag["description"]),
        name,
    }
}

fn operation((method, path, operation): (&str, &str, &Value)) -> Operation {
    let parameters = list(&operation["parameters"]);
    let own = parameters.filter(|one| !is_signature(one));
    let replies = members_of(&operation["responses"]);
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.into(),
        title: text(&operation["summary"]),
        about: text(&operation["description"]),
        signed: takes(operation, "device"),
        token: takes(operation, "token"),
        parameters: own.map(parameter).collect(),
        takes: body(&operation["requestBody"]),
        answers: replies.map(|(status, one)| reply(status, one)).collect(),
    }
}

/// Whether an operation is asked for in this way.
fn takes(operation: &Value, scheme: &str) -> bool {
    list(&operation["security"]).any(|way| !way[scheme].is_null())
}

fn is_signature(parameter: &Value) -> bool {
    parameter["in"] == "header" && text(&parameter["name"]).starts_with(SIGNATURE_HEADERS)
}

/// The headers of any signed operation.
fn signature(document: &Value) -> Vec<Member> {
    let signed = operations(document).find(|(_, _, operation)| takes(operation, "device"));
    let headers = signed
        .into_iter()
        .flat_map(|(_, _, operation)| list(&operation["parameters"]));
    headers
        .filter(|one| is_signature(one))
        .map(parameter)
        .collect()
}

fn parameter(parameter: &Value) -> Member {
    let mut of = type_name(&parameter["schema"]);
    if parameter["in"] == "query" {
        of.after = format!("{} in the query", of.after).trim_start().into();
    }
    Member {
        name: text(&parameter["name"]),
        of,
        optional: parameter["required"] != true,
        about: text(&parameter["description"]),
    }
}

fn reply(status: &str, response: &Value) -> Reply {
    let problems = &response["content"][CONTENT_TYPE]["examples"];
    let kinds: Vec<String> = members_of(problems)
        .map(|(kind, _)| kind.to_owned())
        .collect();
    let good = kinds.is_empty();
    Reply {
        status: status.into(),
        about: if good {
            text(&response["description"])
        } else {
            String::new()
        },
        body: body(response).filter(|_| good),
        kinds,
    }
}

/// The only content of a request or a response.
fn body(holder: &Value) -> Option<Body> {
    let (content_type, content) = members_of(&holder["content"]).next()?;
    let name = type_name(&content["schema"]);
    let example = examples::of_schema(&name.name).filter(|_| content["example"].is_object());
    // A response's description is said with its status.
    let is_request = holder["required"].is_boolean();
    Some(Body {
        content_type: content_type.into(),
        of: name,
        about: if is_request {
            text(&holder["description"])
        } else {
            String::new()
        },
        example: example.map(|example| shortened(example.json)),
    })
}

/// An example with its long texts cut; the order of its members stays.
fn shortened(json: &str) -> String {
    let lines = json.trim_end().lines().map(|line| {
        if line.chars().count() <= EXAMPLE_TEXT_CHARS_MAX {
            return line.to_owned();
        }
        let kept: String = line.chars().take(EXAMPLE_TEXT_CHARS_MAX).collect();
        let comma = if line.ends_with(',') { "," } else { "" };
        // Within a text that is quoted in a text a cut may leave half of an escape.
        format!("{}…\"{comma}", kept.trim_end_matches('\\'))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn one_type(name: &str, schema: &Value) -> Type {
    // An enum with a tag is one object for each of its variants; their members are shown together.
    let variants = list(&schema["oneOf"]).chain(Some(schema));
    let mut members: Vec<Member> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for variant in variants {
        let required: Vec<_> = list(&variant["required"]).map(text).collect();
        for (name, member) in members_of(&variant["properties"]) {
            let value = list(&member["enum"]).map(|value| format!("{name}: {}", text(value)));
            let tags: Vec<_> = value.collect();
            if tags.is_empty() {
                members.push(Member {
                    of: type_name(member),
                    optional: !required.iter().any(|one| one == name),
                    about: text(&member["description"]),
                    name: name.to_owned(),
                });
            }
            values.extend(tags);
        }
        values.extend(list(&variant["enum"]).map(text));
    }
    Type {
        name: name.into(),
        about: text(&schema["description"]),
        members,
        values,
        pattern: text(&schema["pattern"]),
    }
}

/// A schema in words.
fn type_name(schema: &Value) -> TypeName {
    let words = |after: &str| TypeName {
        after: after.into(),
        ..TypeName::default()
    };
    if let Some(target) = schema["$ref"].as_str() {
        return TypeName {
            name: target.rsplit('/').next().unwrap_or_default().into(),
            ..TypeName::default()
        };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let mut named = choices
            .iter()
            .map(type_name)
            .find(|one| !one.name.is_empty());
        if let Some(named) = &mut named
            && choices.iter().any(|one| one["type"] == "null")
        {
            named.after = "or null".into();
        }
        return named.unwrap_or_default();
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let kinds = kinds
                .iter()
                .map(|kind| word(kind.as_str().unwrap_or_default()));
            words(&kinds.collect::<Vec<_>>().join(" or "))
        }
        Value::String(kind) if kind == "array" => {
            let of = type_name(&schema["items"]);
            if schema["items"]["type"] == "integer" {
                return words("bytes");
            }
            TypeName {
                before: "list of".into(),
                ..of
            }
        }
        Value::String(kind) => words(word(kind)),
        _ => TypeName::default(),
    }
}

fn word(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        other => other,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members_of(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members: Option<&Map<String, Value>> = value.as_object();
    members
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value))
}

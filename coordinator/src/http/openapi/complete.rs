//! What is the same for every operation, added to the document in one place: how requests are
//! signed, which refusals follow from that, and an example for every body.

use serde_json::{Map, Value, json};
use woolgather_protocol::problem::CONTENT_TYPE;
use woolgather_protocol::{Problem, ProblemKind, examples, signing};

/// Refusals of a signature. `too-many` is the memory of nonces, when it is full, and the limits for
/// each device and network.
const OF_A_SIGNATURE: &[ProblemKind] = &[
    ProblemKind::Unsigned,
    ProblemKind::BadSignature,
    ProblemKind::StaleSignature,
    ProblemKind::ReplayedSignature,
    ProblemKind::BodyMismatch,
    ProblemKind::TooMany,
];
/// Refusals of a token.
const OF_A_TOKEN: &[ProblemKind] = &[ProblemKind::UnknownToken, ProblemKind::ScopeMissing];
/// Refusals of a JSON body.
const OF_A_BODY: &[ProblemKind] = &[ProblemKind::MalformedRequest, ProblemKind::TooLarge];
/// Refusals that no operation is safe from: too many connections of one network, our own failure, the disk's.
const OF_ANYTHING: &[ProblemKind] = &[
    ProblemKind::TooMany,
    ProblemKind::Internal,
    ProblemKind::StorageAway,
    ProblemKind::StorageFull,
];

/// The five headers of a signed request.
const HEADERS: &[(&str, &str, &str)] = &[
    (
        signing::HEADER_KEY,
        "The device's public key",
        "^[0-9a-f]{64}$",
    ),
    (
        signing::HEADER_TIME,
        "The sender's time, ms since 1970 UTC, by the coordinator's clock",
        "^-?[0-9]{1,19}$",
    ),
    (
        signing::HEADER_NONCE,
        "Sixteen random bytes, never used before",
        "^[0-9a-f]{32}$",
    ),
    (
        signing::HEADER_BODY,
        "BLAKE3 of the body; of no bytes where there is none",
        "^[0-9a-f]{64}$",
    ),
    (
        signing::HEADER_SIGNATURE,
        "ed25519 over the request's text",
        "^[0-9a-f]{128}$",
    ),
];

/// Completes every operation of the document.
///
/// # Panics
///
/// When an operation's `x-problems` names a kind that does not exist.
pub fn complete(document: &mut Value) {
    document["components"]["securitySchemes"]["device"] = json!({
        "type": "apiKey",
        "in": "header",
        "name": signing::HEADER_SIGNATURE,
        "description": "An ed25519 signature by the device's key; four more headers say what was signed.",
    });
    document["components"]["securitySchemes"]["token"] = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "A token that a person made on their account's page, with the scope that this needs.",
    });
    let paths = document["paths"].as_object_mut().into_iter();
    let items = paths
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut);
    for operation in items.flat_map(Map::values_mut) {
        complete_operation(operation);
    }
    complete_schemas(&mut document["components"]["schemas"]);
    name_unsigned(document);
}

fn complete_operation(operation: &mut Value) {
    let takes = |scheme: &str| {
        let ways = operation["security"].as_array();
        ways.is_some_and(|ways| ways.iter().any(|way| !way[scheme].is_null()))
    };
    let (signed, token) = (takes("device"), takes("token"));
    let json_body = operation["requestBody"]["content"]
        .get("application/json")
        .is_some();
    let mut kinds = own_kinds(operation);
    for (applies, more) in [
        (signed, OF_A_SIGNATURE),
        (token, OF_A_TOKEN),
        (json_body, OF_A_BODY),
    ] {
        kinds.extend(more.iter().filter(|_| applies));
    }
    kinds.extend(OF_ANYTHING);
    if signed {
        // Where a token does as well, no header must be there.
        add_headers(operation, !token);
    }
    for content in bodies(operation) {
        add_example(content);
    }
    add_refusals(&mut operation["responses"], &kinds);
    // `null` members were made by looking for what is not there.
    if let Some(fields) = operation.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
}

fn own_kinds(operation: &mut Value) -> Vec<ProblemKind> {
    let own = operation
        .as_object_mut()
        .and_then(|fields| fields.remove("x-problems"))
        .unwrap_or_else(|| json!([]));
    serde_json::from_value(own).expect("handlers name kinds that exist")
}

fn add_headers(operation: &mut Value, required: bool) {
    let headers = HEADERS.iter().map(|(name, description, pattern)| {
        json!({
            "name": name,
            "in": "header",
            "required": required,
            "description": description,
            "schema": { "type": "string", "pattern": pattern },
        })
    });
    let parameters = &mut operation["parameters"];
    if parameters.is_null() {
        *parameters = json!([]);
    }
    if let Some(list) = parameters.as_array_mut() {
        list.extend(headers);
    }
}

/// Every body that the operation takes or gives, by content type.
fn bodies(operation: &mut Value) -> Vec<&mut Value> {
    let Some(fields) = operation.as_object_mut() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, field) in fields {
        let holders: Vec<&mut Value> = match (name.as_str(), field) {
            ("requestBody", body) => vec![body],
            ("responses", Value::Object(responses)) => responses.values_mut().collect(),
            _ => continue,
        };
        for holder in holders {
            let content = holder.get_mut("content").and_then(Value::as_object_mut);
            found.extend(content.into_iter().flat_map(Map::values_mut));
        }
    }
    found
}

fn add_example(content: &mut Value) {
    let schema = content["schema"]["$ref"].as_str().unwrap_or_default();
    let name = schema.rsplit('/').next().unwrap_or_default();
    if let Some(example) = examples::of_schema(name) {
        content["example"] = read(example);
    }
}

fn read(example: &examples::Example) -> Value {
    serde_json::from_str(example.json).expect("examples are JSON")
}

/// One response for each status, with every kind that is sent with it.
fn add_refusals(responses: &mut Value, kinds: &[ProblemKind]) {
    for kind in kinds {
        let status = kind.status().to_string();
        if responses[&status].is_null() {
            responses[&status] = refusal(kind.passes());
        }
        let response = &mut responses[&status];
        let examples = &mut response["content"][CONTENT_TYPE]["examples"];
        if !examples[kind.as_str()].is_null() {
            continue;
        }
        let mut problem = Problem::new(*kind, kind.advice());
        if kind.passes() {
            problem = problem.retry_after(10);
        }
        examples[kind.as_str()] = json!({ "summary": kind.title(), "value": problem });
        let before = response["description"].as_str().unwrap_or_default();
        let comma = if before.is_empty() { "" } else { ", " };
        response["description"] = format!("{before}{comma}`{kind}`").into();
    }
}

fn refusal(passes: bool) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    let mut response = json!({
        "description": "",
        "content": { CONTENT_TYPE: { "schema": schema, "examples": {} } },
    });
    if passes {
        response["headers"]["Retry-After"] = json!({
            "description": "Seconds after which to try again",
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        });
    }
    response
}

fn complete_schemas(schemas: &mut Value) {
    let schemas = schemas.as_object_mut().into_iter().flatten();
    for (name, schema) in schemas {
        if let Some(example) = examples::of_schema(name) {
            schema["examples"] = json!([read(example)]);
        }
    }
}

/// Says how large numbers without a sign may be. Their format is otherwise given as that of numbers
/// with one, half as large.
fn name_unsigned(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(name_unsigned),
        Value::Object(fields) => {
            let unsigned = fields.get("minimum") == Some(&json!(0));
            let most = match fields.get("format").and_then(Value::as_str) {
                Some("int32") if unsigned => Some(("uint32", u64::from(u32::MAX))),
                Some("int64") if unsigned => Some(("uint64", u64::MAX)),
                _ => None,
            };
            if let Some((format, maximum)) = most {
                fields.insert("format".into(), format.into());
                fields.entry("maximum").or_insert(maximum.into());
            }
            fields.values_mut().for_each(name_unsigned);
        }
        _ => {}
    }
}

//! What webhooks are told, and when again.
#![cfg(test)]

#[allow(dead_code)] // not every file of tests needs all of it
mod support;

use http::Method;
use serde_json::{Value, json};
use support::{Store, store};
use tracking::webhooks::{Outcome, Settings, due, next_due, settle};

const SECOND: i64 = 1000;

fn hook(store: &Store, events: &[(&str, &str)]) -> String {
    let events: Vec<Value> =
        events.iter().map(|(entity, action)| json!({"entity": entity, "action": action})).collect();
    let body = json!({"name": "hook", "url": "https://example.com/", "events": events});
    let (status, answer) = store.post("webhooks", body);
    assert_eq!(status, 200, "{answer}");
    answer["webhook"]["webhook_id"].as_str().unwrap().to_owned()
}

fn due_now(store: &Store, now: i64) -> Vec<tracking::webhooks::Delivery> {
    due(store, &Settings::default(), now).unwrap()
}

#[test]
fn a_change_is_noted_in_its_transaction_and_told_in_order() {
    let store = store();
    assert_eq!(next_due(&store), Ok(None));
    hook(&store, &[("REGISTERED_MODEL", "CREATED"), ("PROMPT", "CREATED")]);
    let create = |body: Value| store.post("registered-models/create", body).0;
    assert_eq!(create(json!({"name": "m", "tags": [{"key": "k", "value": "v"}]})), 200);
    assert_eq!(create(json!({"name": "m"})), 400, "what fails tells nothing");
    let mark = json!([{"key": "mlflow.prompt.is_prompt", "value": "true"}]);
    assert_eq!(create(json!({"name": "p", "tags": mark})), 200);

    let now = next_due(&store).unwrap().unwrap();
    let mut told = Vec::new();
    while let [delivery] = due_now(&store, now).as_slice() {
        let body: Value = serde_json::from_str(&delivery.body).unwrap();
        told.push((body["entity"].clone(), body["data"].clone()));
        let answered = Outcome::Answered { status: 200, retry_after: None };
        settle(&store, &Settings::default(), now, &delivery.id, &answered).unwrap();
    }
    let model = json!({"name": "m", "tags": {"k": "v"}, "description": ""});
    let prompt = json!({"name": "p", "tags": {}, "description": ""});
    assert_eq!(told, [(json!("registered_model"), model), (json!("prompt"), prompt)]);
    assert_eq!(next_due(&store), Ok(None));
}

#[test]
fn what_may_go_better_is_told_again_a_few_times() {
    for (outcome, attempts) in [
        (Outcome::Failed, 4),
        (Outcome::Answered { status: 503, retry_after: None }, 4),
        (Outcome::Answered { status: 429, retry_after: Some(7) }, 4),
        (Outcome::Answered { status: 401, retry_after: None }, 1),
        (Outcome::Answered { status: 204, retry_after: None }, 1),
    ] {
        let store = store();
        hook(&store, &[("REGISTERED_MODEL", "CREATED")]);
        store.post("registered-models/create", json!({"name": "m"}));
        let mut seen = Vec::new();
        while let Some(now) = next_due(&store).unwrap() {
            let deliveries = due_now(&store, now);
            assert_eq!(deliveries.len(), 1);
            seen.push((now, deliveries[0].clone()));
            settle(&store, &Settings::default(), now, &deliveries[0].id, &outcome).unwrap();
        }
        assert_eq!(seen.len(), attempts, "{outcome:?}");
        assert!(seen.iter().all(|(_, d)| d == &seen[0].1), "the same message each time");
        if attempts > 1 {
            let waited = seen[2].0 - seen[1].0;
            let least =
                if matches!(outcome, Outcome::Answered { status: 429, .. }) { 7 } else { 2 };
            assert!((least * SECOND..(least + 1) * SECOND).contains(&waited), "{waited}");
        }
    }
}

#[test]
fn nobody_is_told_who_is_gone_or_must_not_be() {
    let store = store();
    let id = hook(&store, &[("REGISTERED_MODEL", "CREATED")]);
    store.post("registered-models/create", json!({"name": "a"}));
    let now = next_due(&store).unwrap().unwrap();
    store.0.execute("UPDATE webhooks SET url = 'https://127.0.0.1/'", []).unwrap();
    assert!(due_now(&store, now).is_empty());
    assert_eq!(next_due(&store), Ok(None));
    store.post("registered-models/create", json!({"name": "b"}));
    store.ask(
        Method::PATCH,
        &format!("/api/2.0/mlflow/webhooks/{id}"),
        r#"{"status": "DISABLED"}"#,
    );
    assert!(due_now(&store, i64::MAX).is_empty());
    assert_eq!(next_due(&store), Ok(None));
    store.post("registered-models/create", json!({"name": "c"}));
    assert_eq!(next_due(&store), Ok(None));
}

#[test]
fn webhooks_are_checked() {
    let store = store();
    let event = json!({"entity": "REGISTERED_MODEL", "action": "CREATED"});
    let made = json!({"name": "w", "url": "https://example.com/", "events": [event]});
    let (status, made) = store.post("webhooks", made);
    assert_eq!(status, 200, "{made}");
    assert_eq!(made["webhook"]["events"], json!([event]));
    assert_eq!(made["webhook"]["status"], "ACTIVE");
    for bad in [
        json!({"name": "w!", "url": "https://a.b", "events": [event]}),
        json!({"name": "w", "url": "http://a.b", "events": [event]}),
        json!({"name": "w", "url": "https://", "events": [event]}),
        json!({"name": "w", "url": "https://a.b"}),
        json!({"name": "w", "url": "https://a.b", "events": [{"entity": "PROMPT", "action": "SET"}]}),
    ] {
        assert_eq!(store.post("webhooks", bad.clone()).0, 400, "{bad}");
    }
}

#[test]
fn a_secret_needs_a_key() {
    let store = store();
    let events = json!([{"entity": "PROMPT", "action": "CREATED"}]);
    let body = json!({"name": "a", "url": "https://a.example", "events": events, "secret": "s"});
    let (status, answer) = store.post("webhooks", body);
    assert_eq!(status, 400);
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY"), "{message}");
}

use super::*;

fn fields(text: &[u8], read: impl FnOnce(Fields<'_>)) -> Vec<String> {
    let Document { value, mut doubts } = Document::parse(text).unwrap();
    read(Fields::new(value, "", &mut doubts).unwrap());
    doubts
}

#[test]
fn keys_stand_for_fields_in_any_case() {
    for text in [
        r#"{"RepoTags":["a"]}"#,
        r#"{"repotags":["a"]}"#,
        r#"{"REPOTAGS":["a"]}"#,
        r#"{"repoTagſ":["a"]}"#,
    ] {
        fields(text.as_bytes(), |mut fields| {
            assert_eq!(fields.words("RepoTags"), Some(vec!["a".into()]), "{text}");
        });
    }
    fields(br#"{"Repo_Tags":["a"]}"#, |mut fields| assert_eq!(fields.words("RepoTags"), None));
}

#[test]
fn the_last_of_equal_keys_counts_and_null_takes_no_scalar_away() {
    fields(br#"{"os":"a","OS":"b","n":1,"n":null,"l":["x"],"l":null}"#, |mut fields| {
        assert_eq!(fields.text("os").as_deref(), Some("b"));
        assert_eq!(fields.number("n"), Some(1));
        assert_eq!(fields.words("l"), None);
    });
    fields(br#"{"o":{"a":"1","b":"2"},"o":{"b":"3"}}"#, |mut fields| {
        let map = fields.map("o").unwrap();
        assert_eq!((map["a"].as_str(), map["b"].as_str()), ("1", "3"));
    });
}

#[test]
fn what_is_no_text_becomes_the_replacement_character() {
    for (text, expected) in [
        (&b"\"caf\xe9\""[..], "caf\u{fffd}"),
        (b"\"\xff\xfe\"", "\u{fffd}\u{fffd}"),
        (br#""\ud800""#, "\u{fffd}"),
        (br#""\udc00x""#, "\u{fffd}x"),
        (br#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (br#""\\ud800""#, "\\ud800"),
        (b"\"\xe2\x82\"", "\u{fffd}\u{fffd}"),
    ] {
        assert_eq!(Document::parse(text).unwrap().value, Value::Text(expected.into()));
    }
}

#[test]
fn a_field_of_another_type_is_left_out_and_noted() {
    let doubts = fields(
        br#"{"os":1,"l":[1,"b",null],"m":{"x":"y","n":3},"s":"one","o":[]}"#,
        |mut fields| {
            assert_eq!(fields.text("os"), None);
            assert_eq!(fields.texts("l"), Some(vec![None, Some("b".into()), Some(String::new())]));
            assert_eq!(fields.map("m").unwrap().len(), 1);
            assert_eq!(fields.words("s"), Some(vec!["one".into()]));
            assert!(fields.object("o").is_none());
        },
    );
    assert_eq!(
        doubts,
        [
            "os is a number instead of text; it is ignored",
            "l[0] is a number instead of text; it is ignored",
            "m[\"n\"] is a number instead of text; it is ignored",
            "s is text instead of a list; it is read as a list of one",
            "o is a list instead of an object; it is ignored",
        ]
    );
}

#[test]
fn errors_have_a_place() {
    for (text, words) in [
        ("{", "ends inside an object at line 1 column 2"),
        ("[1,\n 2", "expected a comma or the end of an array at line 2 column 3"),
        ("", "ends where a value was expected"),
        ("{\"a\"}", "expected a colon"),
        ("{a:1}", "expected a string"),
        ("nul", "expected a value"),
        ("01", "begins with a zero"),
        ("\"a\nb\"", "control character"),
    ] {
        let error = Document::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn what_is_nested_too_deeply_is_read_and_dropped() {
    let deep = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    fields(deep.as_bytes(), |mut fields| assert_eq!(fields.number("b"), Some(1)));
    assert!(Document::parse("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn what_follows_the_text_is_ignored_and_noted() {
    assert_eq!(Document::parse(b"{} \n").unwrap().doubts.len(), 0);
    assert_eq!(Document::parse(b"\xef\xbb\xbf{} x").unwrap().doubts.len(), 2);
}

#[test]
fn every_document_that_serde_json_reads_is_read_alike() {
    for text in [
        r#"[1,-1,1.5,1e3,0,true,false,null,"\"\\\/\b\f\n\r\tA\u00e9😀"]"#,
        r#"{"a":{"b":[{}]},"":[[]]}"#,
    ] {
        let same = |ours: &Value, theirs: &serde_json::Value| compare(ours, theirs);
        assert!(
            same(
                &Document::parse(text.as_bytes()).unwrap().value,
                &serde_json::from_str(text).unwrap()
            ),
            "{text}"
        );
    }
}

fn compare(ours: &Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (ours, theirs) {
        (Value::Null, Json::Null) => true,
        (Value::Flag(a), Json::Bool(b)) => a == b,
        (Value::Number(a), Json::Number(b)) => *a == b.as_u64(),
        (Value::Text(a), Json::String(b)) => a == b,
        (Value::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| compare(a, b))
        }
        (Value::Object(a), Json::Object(b)) => {
            a.0.len() == b.len()
                && a.0.iter().all(|(key, value)| b.get(key).is_some_and(|b| compare(value, b)))
        }
        _ => false,
    }
}

use super::*;

fn parse(text: &str) -> Dockerfile {
    Dockerfile::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn keywords(text: &str) -> Vec<Keyword> {
    parse(text).instructions.iter().map(|instruction| instruction.keyword).collect()
}

#[test]
fn continuations_are_joined_and_their_comments_dropped() {
    let file = parse("FROM alpine\n\nRUN a \\  \n  # why\n\n  && b\\\\\nCMD x\n");
    let run = &file.instructions[1];
    assert_eq!((run.arguments.as_str(), run.line), ("a   && b\\\\", 3));
    assert_eq!(&file.source()[run.span.clone()], "RUN a \\  \n  # why\n\n  && b\\\\\n");
    assert_eq!(&file.source()[run.place(4)..run.place(4) + 2], "&&");
    assert_eq!(keywords(file.source()), [Keyword::From, Keyword::Run, Keyword::Cmd]);
}

#[test]
fn the_escape_directive_moves_the_continuation() {
    let file =
        parse("# syntax=docker/dockerfile:1\n# escape=`\nFROM windows\nCOPY a `\n  c:\\\nRUN x\n");
    assert_eq!((file.escape, file.syntax.as_deref()), ('`', Some("docker/dockerfile:1")));
    assert_eq!(file.instructions[1].arguments, "a   c:\\");
    assert_eq!(file.instructions.len(), 3);
    assert_eq!(parse("FROM a\n# escape=`\nRUN b").escape, '\\', "a directive stands at the top");
}

#[test]
fn heredocs_belong_to_their_instruction() {
    let text = "FROM a\nRUN <<A cat > /x && 3<<-'B' cat\nFROM no\nA\n\tRUN no\n\tB\nCOPY <<EOF /y\nEOF \nEOF\nRUN echo $((1<<2)) <<<x\n";
    assert_eq!(keywords(text), [Keyword::From, Keyword::Run, Keyword::Copy, Keyword::Run]);
    let file = parse(text);
    let bodies: Vec<_> =
        file.instructions[1].heredocs.iter().map(|h| &text[h.body.clone()]).collect();
    assert_eq!(bodies, ["FROM no\n", "\tRUN no\n"]);
    let error = Dockerfile::parse("FROM a\n\nRUN <<EOF\nx").unwrap_err();
    assert_eq!(error.to_string(), "line 3: the here-document EOF has no end");
}

#[test]
fn flags_end_where_the_arguments_start() {
    let file = parse(
        "FROM --platform=$X a AS b\nCOPY --link --chown=a:b --from=b /x /y\nRUN --mount=type=cache,target=\"/a b\" [\"x\", \"y\"]\n",
    );
    let copy = &file.instructions[1];
    assert_eq!(
        (copy.flag("chown"), copy.flag("link"), copy.flag("chmod")),
        (Some("a:b"), Some(""), None)
    );
    assert_eq!(copy.copied(), Some((vec!["/x".into()], "/y".into())));
    assert_eq!(file.instructions[2].json(), Some(vec!["x".into(), "y".into()]));
    assert_eq!(file.instructions[0].stage(), Some(("a".into(), Some("b".into()))));
}

#[test]
fn the_last_stage_s_instructions_come_with_those_of_the_stages_below() {
    let file = parse("FROM x AS base\nRUN a\nFROM y AS other\nRUN b\nFROM base\nRUN c\n");
    let of_last: Vec<_> =
        file.of_last_stage().iter().map(|&i| file.instructions[i].arguments.clone()).collect();
    assert_eq!(of_last, ["a", "c"]);
    assert_eq!(file.last_from(), 4);
    assert_eq!(
        parse("FROM a AS a\nRUN x\n").of_last_stage(),
        [1],
        "a stage does not build on itself"
    );
}

#[test]
fn what_is_no_dockerfile_is_refused_with_its_line() {
    let error = |text: &str| Dockerfile::parse(text).unwrap_err().to_string();
    assert_eq!(
        error("ARG x\n\nRUN a\n"),
        "line 3: an instruction other than ARG stands before the first FROM"
    );
    assert_eq!(error("FROM a\nFROM  \n"), "line 2: FROM names no image");
    assert_eq!(error("# only\n"), "line 1: there is no FROM");
    assert_eq!(error(""), "line 1: there is no FROM");
}

#[test]
fn what_is_not_understood_is_kept() {
    let file = parse("\u{feff}from a\r\nFROBNICATE --x\r\nonbuild run <<E\r\nx\r\nE\r\n");
    assert_eq!(keywords(file.source()), [Keyword::From, Keyword::Unknown, Keyword::Onbuild]);
    assert_eq!(file.line_end(), "\r\n");
}

#[test]
fn comments_directly_above_belong_to_an_instruction() {
    let file = parse("FROM a\n# one\n\n# two\n# three\nRUN b\n");
    assert_eq!(&file.source()[file.instructions[1].comments.clone()], "# two\n# three\n");
}

use super::*;
use crate::image::{HistoryEntry, Image};

/// Rebuilds the Dockerfile of an image with this history and without layer contents.
fn rebuilt_of(history: &[&str], change: impl FnOnce(&mut Inspection)) -> String {
    let entry =
        |text: &&str| HistoryEntry { created_by: Some((*text).into()), ..HistoryEntry::default() };
    let history = history.iter().map(entry).collect();
    let mut inspection = Inspection::new(
        crate::display::Escaped::default(),
        Image { history, ..Image::default() },
        Vec::new(),
        Default::default(),
        Vec::new(),
    );
    change(&mut inspection);
    let rebuilt =
        rebuild(&inspection, &Base::found(0, crate::advice::base::Evidence::Nothing, None));
    assert_eq!(rebuilt.layers.len(), rebuilt.file.instructions.len());
    rebuilt.file.source().to_owned()
}

fn lines(history: &[&str]) -> Vec<String> {
    let text = rebuilt_of(history, |_| {});
    text.lines().filter(|line| !line.starts_with('#')).skip(1).map(Into::into).collect()
}

#[test]
fn values_get_the_quotes_back_that_the_history_has_lost() {
    let nop = |text: &str| format!("/bin/sh -c #(nop)  {text}");
    assert_eq!(lines(&[&nop("ENV A=1 B=x y C=$HOME")]), [r#"ENV A=1 B="x y" C="\$HOME""#]);
    assert_eq!(lines(&["LABEL a.b/c=say \"hi\""]), [r#"LABEL a.b/c="say \"hi\"""#]);
    let known = rebuilt_of(&["ENV A=x B=2 C=3"], |inspection| {
        inspection.run.environment = ["A=x B=2", "C=3"].into_iter().collect();
    });
    assert!(known.contains("ENV A=\"x B=2\" C=3\n"), "the config settles it: {known}");
    assert_eq!(lines(&["ENV A="]), [r#"ENV A="""#]);
    assert_eq!(
        lines(&["EXPOSE map[80/tcp:{}]", "VOLUME [/data]", "USER app"]),
        ["EXPOSE 80/tcp", r#"VOLUME ["/data"]"#, "USER app"]
    );
}

#[test]
fn the_last_command_is_the_config_s() {
    let text =
        rebuilt_of(&[r#"CMD ["a" "b"]"#, r#"CMD ["sh" "-c" "echo \" \" x"]"#], |inspection| {
            inspection.run.command = vec!["sh".into(), "-c".into(), "echo \" \" x".into()];
        });
    assert!(
        text.ends_with("CMD [\"a\", \"b\"]\nCMD [\"sh\", \"-c\", \"echo \\\" \\\" x\"]\n"),
        "{text}"
    );
}

#[test]
fn build_arguments_and_shells_come_before_their_run() {
    assert_eq!(
        lines(&[
            "RUN |1 V=1 /bin/sh -c a $V # buildkit",
            "RUN |2 V=1 http_proxy=x /bin/bash -o pipefail -c b # buildkit"
        ]),
        ["ARG V=1", "RUN a $V", r#"SHELL ["/bin/bash","-o","pipefail","-c"]"#, "RUN b"]
    );
    assert_eq!(lines(&["ARG V=1", "|1 V=1 /bin/sh -c a"]), ["ARG V=1", "RUN a"]);
}

#[test]
fn long_commands_are_broken_where_their_operators_are() {
    let long =
        format!("/bin/sh -c set -eux; apk add {} && echo 'a && b' || true", "package ".repeat(8));
    let text = lines(&[&long]).join("\n");
    let expected = format!(
        "RUN set -eux; \\\n    apk add {} \\\n    && echo 'a && b' \\\n    || true",
        "package ".repeat(8).trim()
    );
    assert_eq!(text, expected);
    let odd = format!("/bin/sh -c a && b 'unbalanced {}", "x".repeat(90));
    assert_eq!(lines(&[&odd]).len(), 1, "what cannot be followed stays in one line");
}

#[test]
fn commands_that_the_parser_would_misread_are_quoted() {
    assert_eq!(lines(&["/bin/sh -c echo \\"]), [r#"RUN ["/bin/sh","-c","echo \\"]"#]);
    assert_eq!(lines(&["/bin/sh -c cat <<EOF"]), [r#"RUN ["/bin/sh","-c","cat <<EOF"]"#]);
    assert_eq!(
        lines(&["RUN /bin/sh -c a\nEOF\nb # buildkit"]),
        ["RUN <<EOF1", "a", "EOF", "b", "EOF1"]
    );
}

#[test]
fn what_the_history_does_not_tell_is_a_comment() {
    let comments = |created_by: &str| {
        let text = rebuilt_of(&[created_by], |_| {});
        text.lines()
            .filter(|line| line.starts_with("# "))
            .map(Into::into)
            .collect::<Vec<String>>()
            .join("\n")
    };
    assert!(comments("bazel build ...").contains("#   bazel build ..."));
    assert!(comments("/bin/sh -c <<EOT").contains("#   RUN <<EOT"));
    assert!(comments("COPY <<conf /etc/app.conf # buildkit").contains("here-document"));
    assert!(comments("COPY /out /app/out # buildkit").contains("--from"));
    assert!(comments("RUN /bin/sh -c echo \x1b[31m # buildkit").contains("escapes"));
    assert!(
        !rebuilt_of(&["RUN /bin/sh -c echo \x1b[31m \u{202e}"], |_| {})
            .contains(['\x1b', '\u{202e}'])
    );
    assert!(comments("x\nFROM evil\nRUN evil").contains("#   FROM evil"));
}

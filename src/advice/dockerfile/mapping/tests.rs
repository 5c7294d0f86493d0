use super::*;
use crate::image::HistoryEntry;

/// Returns the index in the history for each instruction.
fn mapped(file: &str, history: &[&str]) -> Vec<Option<usize>> {
    let entry =
        |text: &&str| HistoryEntry { created_by: Some((*text).into()), ..HistoryEntry::default() };
    let history: Vec<_> = history.iter().map(entry).collect();
    map(&Dockerfile::parse(file).unwrap(), &steps(&history, history.len())).steps
}

#[test]
fn instructions_are_found_however_the_builder_wrote_them() {
    let file = "FROM base\nENV A=\"x y\"\nRUN a && \\\n    b\nCOPY src ./app/\nRUN [\"/bin/sh\", \"-c\", \"c\"]\nRUN <<E\nd\ne\nE\nCMD x\n";
    let classic = [
        "/bin/sh -c #(nop) ADD file:aa in /",
        "/bin/sh -c #(nop)  ENV A=x y",
        "/bin/sh -c a &&     b",
        "/bin/sh -c #(nop) COPY dir:0123 in /srv/app/ ",
        "/bin/sh -c c",
        "/bin/sh -c d\ne\n",
        "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"x\"]",
    ];
    assert_eq!(
        mapped(file, &classic),
        [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]
    );
    let buildkit = [
        "base",
        "ENV A=x y",
        "RUN /bin/sh -c a &&     b # buildkit",
        "COPY src ./app/ # buildkit",
        "RUN /bin/sh -c c # buildkit",
        "RUN /bin/sh -c d\ne\n # buildkit",
        "CMD [\"/bin/sh\" \"-c\" \"x\"]",
    ];
    assert_eq!(mapped(file, &buildkit), mapped(file, &classic));
}

#[test]
fn the_words_of_the_shell_in_force_and_here_documents_are_known() {
    let file = "FROM base\nSHELL [\"/bin/bash\", \"--login\", \"-c\"]\nRUN a && b\nSHELL [\"pwsh\", \"-Command\", \"$E='Stop';\"]\nRUN c\nCOPY <<-\"E\" /srv/x\n\tx\n\tE\nRUN sh <<E\nd\ne\nE\n";
    let buildkit = [
        "base",
        "SHELL [/bin/bash --login -c]",
        "RUN /bin/bash --login -c a && b # buildkit",
        "SHELL [pwsh -Command $E='Stop';]",
        "RUN pwsh -Command $E='Stop'; c # buildkit",
        "COPY <<E /srv/x # buildkit",
        "RUN pwsh -Command $E='Stop'; sh <<E\nd\ne\nE # buildkit",
    ];
    let all = [None, Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)];
    assert_eq!(mapped(file, &buildkit), all);
    let other = file.replace("d\ne", "d\nf");
    assert_eq!(mapped(&other, &buildkit)[6], None, "another document is another RUN");
    let classic = [
        "/bin/sh -c #(nop) ADD file:aa in /",
        "/bin/sh -c #(nop)  SHELL [/bin/bash --login -c]",
        "/bin/bash --login -c a && b",
        "/bin/sh -c #(nop)  SHELL [pwsh -Command $E='Stop';]",
        "pwsh -Command $E='Stop'; c",
    ];
    assert_eq!(mapped(file, &classic)[..5], all[..5]);
}

#[test]
fn of_equal_steps_the_last_is_one_s_own() {
    assert_eq!(
        mapped("FROM b\nRUN a\nCMD x\n", &["RUN a", "CMD x", "RUN a", "CMD x"]),
        [None, Some(2), Some(3)]
    );
}

#[test]
fn copies_to_the_working_directory_are_one_s_own_too() {
    let file = Dockerfile::parse(
        "FROM golang\nWORKDIR src\nCOPY go.mod ./\nCOPY a.go b.sh ./\nRUN go build\n",
    )
    .unwrap();
    let history = [
        "base",
        "RUN apt",
        "WORKDIR /go",
        "WORKDIR /go/src",
        "COPY file:ad in ./",
        "COPY multi:c4 in ./",
        "RUN go build",
    ];
    let entry =
        |text: &str| HistoryEntry { created_by: Some(text.into()), ..HistoryEntry::default() };
    let history: Vec<_> = history.into_iter().map(entry).collect();
    let mapping = map(&file, &steps(&history, history.len()));
    let layers = [None, Some(3), Some(4), Some(5), Some(6)];
    assert_eq!(mapping.layers, layers.map(|layer| layer.map(LayerIndex::new)));
    assert_eq!(
        mapping.base_layers, 3,
        "the base image set the working directory, so its layers end behind it"
    );
}

#[test]
fn a_file_that_differs_in_more_than_it_has_in_common_is_of_another_image() {
    let foreign = |file: &str, history: &[&str]| {
        let entry = |text: &&str| HistoryEntry {
            created_by: Some((*text).into()),
            ..HistoryEntry::default()
        };
        let history: Vec<_> = history.iter().map(entry).collect();
        map(&Dockerfile::parse(file).unwrap(), &steps(&history, history.len())).foreign
    };
    let history = ["base", "RUN a", "COPY . /app", "RUN b", "RUN c"];
    assert_eq!(foreign("FROM x\nRUN a\nCOPY . /app\nRUN b\nRUN c\n", &history), None);
    assert_eq!(
        foreign("FROM x\nRUN a\nCOPY . /app\nRUN new\nRUN c\n", &history),
        None,
        "one line was changed"
    );
    assert_eq!(foreign("FROM x\nRUN y\nRUN z\n", &history), Some((1, None)));
    assert_eq!(foreign("FROM x\nRUN a\nRUN y\nCMD z\n", &history), Some((2, Some(2))));
    assert_eq!(foreign("FROM x\nCOPY . .\nRUN npm install\n", &history), Some((2, Some(3))));
    assert_eq!(foreign("FROM x\nENV A=1\n", &history), Some((1, None)));
    assert_eq!(foreign("FROM x\nENV A=1\n", &[]), None, "without a history nothing is known");
}

#[test]
fn what_was_changed_since_is_left_out() {
    let file = Dockerfile::parse("FROM b\nRUN a\nRUN new\nRUN c\n").unwrap();
    let entry =
        |text: &str| HistoryEntry { created_by: Some(text.into()), ..HistoryEntry::default() };
    let history = [entry("base"), entry("RUN a"), entry("RUN old"), entry("RUN c")];
    let mapping = map(&file, &steps(&history, 4));
    assert_eq!(
        (mapping.steps, mapping.unmatched, mapping.base_layers),
        (vec![None, Some(1), None, Some(3)], vec![2], 1)
    );
}

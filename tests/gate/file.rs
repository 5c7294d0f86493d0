//! The file of limits: where it is found, what it says, and the one that `--init` writes.

use super::Place;

#[test]
fn a_file_of_limits_is_found_upwards_and_options_replace_its_limits_one_by_one() {
    let place = Place::new();
    place.write(".layerscope.toml", "[limits]\nwasted = [\"20kB\", \"5%\"]\nlayers = 2\n");
    place.write("deep/below/x", "");
    let mut command = place.command(&["check", "../../shop.tar"]);
    command.current_dir(place.path().join("deep/below"));
    let answer = super::Answer::of(&command.output().unwrap());
    assert_eq!(answer.code, Some(1));
    assert_eq!(answer.out.matches("FAIL").count(), 3, "{}", answer.out);
    let answer = place.check(&["--max-wasted", "1MB", "--max-layers", "3"]);
    assert_eq!(answer.out.matches("PASS").count(), 2, "{}", answer.out);
    assert!(answer.line("FAIL").contains("wasted 96.2 % (limit 5 %)"), "{}", answer.out);
}

#[test]
fn another_file_can_be_named_and_every_kind_of_limit_can_be_in_it() {
    let place = Place::new();
    place.write(
        "limits.toml",
        "[limits]\nsize = \"1MB\"\ndownload = 1000000\nwasted = \"1MB\"\nefficiency = 0.01\navoidable = \"1MB\"\n\
         own = \"1MB\"\nlayers = 9\nlayer = \"1 MiB\"\ngrowth = \"5%\"\n\
         [[budget]]\npath = \"/opt\"\nmax = \"1MB\"\n\
         [[finding]]\nlevel = \"toolchain\"\n[[finding]]\nrule = \"apt-lists\"\nmax = \"1kB\"\n",
    );
    let answer = place.check(&["--limits", "limits.toml"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert_eq!(answer.out.matches("PASS").count(), 11, "{}", answer.out);
    assert_eq!(answer.line("SKIP"), "SKIP  growth (limit 5 %): no --baseline is given");
    assert!(
        answer.out.ends_with("All 11 limits are kept. 1 limit was not checked.\n"),
        "{}",
        answer.out
    );
    let answer = place.check(&["--limits", "nowhere.toml"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("cannot read nowhere.toml"), "{}", answer.said);
}

#[test]
fn a_mistake_in_the_file_names_line_and_key() {
    let place = Place::new();
    for (text, words) in [
        ("[limits]\nsiz = \"1MB\"", "line 2: limits.siz: no such limit; did you mean size?"),
        ("[limit]\n", "line 1: limit: no such table; did you mean limits?"),
        ("[limits]\nsize = true", "line 2: limits.size: expected a string, found a boolean"),
        ("[limits]\nsize = \"1XB\"", "line 2: limits.size: \"1XB\" is not a size"),
        ("[limits]\nlayers = \"many\"", "line 2: limits.layers: expected a number of layers"),
        ("[limits]\nbase = \"[\"", "line 2: limits.base: "),
        ("[budget]\npath = \"/a\"", "line 1: budget: write it as [[budget]], once for each"),
        (
            "[[budget]]\npath = \"a\"\nmax = 1",
            "line 2: budget.path: a path in the image begins with a slash",
        ),
        ("[[budget]]\nmax = 1", "line 1: budget: path is missing"),
        ("[[budget]]\npath = \"/a\"\nmaximum = 1", "line 3: budget.maximum: no such key"),
        (
            "[[finding]]\nrule = \"a\"\nlevel = \"build\"",
            "line 1: finding: write either rule or level",
        ),
        ("[[finding]]\nlevel = \"high\"", "line 1: finding: \"high\" is no level of findings"),
        (
            "[[exception]]\npath = \"/a\"\nuntil = 2027-01-31",
            "line 1: exception: reason is missing",
        ),
        ("[[exception]]\npath = \"/a\"\nreason = \"r\"", "line 1: exception: until is missing"),
        (
            "[[exception]]\npath = \"/a\"\nreason = \"r\"\nuntil = \"soon\"",
            "line 4: exception.until: \"soon\" is no day of the calendar: a date is expected",
        ),
        (
            "[[exception]]\npath = \"/a\"\nreason = \"r\"\nuntil = \"2026-02-30\"",
            "line 4: exception.until: \"2026-02-30\" is no day of the calendar",
        ),
        (
            "[[exception]]\nreason = \"r\"\nuntil = 2027-01-31",
            "line 1: exception: write path, rule or both",
        ),
        ("[limits\n", "line 1: "),
    ] {
        place.write(".layerscope.toml", text);
        let answer = place.check(&[]);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{text:?}");
        assert!(
            answer.said.contains(&format!(".layerscope.toml {words}")),
            "{text:?}: {}",
            answer.said
        );
    }
}

#[test]
fn an_impossible_limit_is_refused_in_the_file_as_in_an_option() {
    let place = Place::new();
    for (option, key, values, words) in [
        ("--max-wasted", "wasted", &["150%", "101 %"][..], "is more than the whole"),
        ("--max-wasted", "wasted", &["-5%", "NaN%", "-0%", "inf%"], "is not a percentage"),
        ("--max-wasted", "wasted", &["-5MB", "NaN", "1e9"], "is not a size"),
        ("--max-wasted", "wasted", &["0.05"], "is not a number of bytes: write a whole one"),
        ("--max-size", "size", &["2PiB", "18446744073709551615"], "is larger than any image"),
        ("--max-size", "size", &["99999999999999999999", "16EiB"], "is not a size"),
        ("--max-size", "size", &["5%"], "is not a size"),
        ("--max-growth", "growth", &["-5%", "NaN%"], "is not a percentage"),
        ("--min-efficiency", "efficiency", &["1.5", "90", "-0.1", "NaN", "120%"], "is not a ratio"),
        ("--max-base-age", "base-age", &["99999999999d", "9999w"], "is older than any image"),
        ("--max-base-age", "base-age", &["-3d", "1.5d"], "is not an age"),
        ("--max-layers", "layers", &["-1", "1.5", "many"], ""),
    ] {
        for value in values {
            let given = format!("{option}={value}");
            let answer = place.check(&[&given, "--baseline", "shop.tar"]);
            assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{given}: {answer:#?}");
            assert!(answer.said.contains(words), "{given}: {}", answer.said);
            place.write("limits.toml", format!("[limits]\n{key} = \"{value}\"\n"));
            let answer = place.check(&["--limits", "limits.toml", "--baseline", "shop.tar"]);
            assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{given}: {answer:#?}");
            let line = format!("limits.toml line 2: limits.{key}: ");
            assert!(answer.said.contains(&line), "{given}: {}", answer.said);
            assert!(answer.said.contains(words), "{given}: {}", answer.said);
        }
    }
    for number in ["nan", "inf", "-5", "0.05", "1e30"] {
        for key in ["wasted", "size", "growth"] {
            place.write("limits.toml", format!("[limits]\n{key} = {number}\n"));
            let answer = place.check(&["--limits", "limits.toml", "--baseline", "shop.tar"]);
            assert_eq!(answer.code, Some(2), "{key} = {number}: {answer:#?}");
        }
    }
}

#[test]
fn a_file_that_limits_nothing_is_no_pass() {
    let place = Place::new();
    for (text, words) in [
        ("", "the file of limits has no limit"),
        ("[limits]\n", "the file of limits has no limit"),
        (
            "[limits]\ngrowth = [\"5%\", \"1MB\"]\n",
            "hint: name the earlier image or its report: --baseline IMAGE",
        ),
    ] {
        place.write(".layerscope.toml", text);
        let answer = place.check(&[]);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{text:?}: {answer:#?}");
        assert!(answer.said.contains(words), "{text:?}: {}", answer.said);
        assert!(answer.said.contains("nothing is checked"), "{text:?}: {}", answer.said);
    }
    assert_eq!(place.check(&["--baseline", "shop.tar"]).code, Some(0), "the growth is known");
    assert_eq!(place.check(&["--max-size", "1MB"]).code, Some(0), "something is checked");
}

#[test]
fn init_writes_a_commented_file_that_the_image_keeps_and_never_replaces_one() {
    let place = Place::new();
    let answer = place.check(&["--init"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let text = place.read(".layerscope.toml");
    assert!(
        text.contains("# Written for shop:1.4 on 20") && text.contains("\nwasted = \"1MiB\"\n"),
        "{text}"
    );
    let answer = place.check(&[]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(answer.out.matches("PASS").count() >= 8, "{}", answer.out);
    let again = place.check(&["--init"]);
    assert_eq!(again.code, Some(2));
    assert!(again.said.contains(".layerscope.toml already exists"), "{}", again.said);
    assert_eq!(place.read(".layerscope.toml"), text);
    let other = place.check(&["--init", "--limits", "other.toml"]);
    assert_eq!((other.code, place.read("other.toml") == text), (Some(0), true));
}

#[test]
fn init_writes_all_sizes_in_the_units_in_which_the_check_shows_them() {
    let place = Place::new();
    for (option, unit, other) in [(None, "MiB", "MB"), (Some("--si"), "MB", "MiB")] {
        let file = format!("{unit}.toml");
        let init = ["--init", "--limits", &file].into_iter().chain(option);
        assert_eq!(place.check(&init.collect::<Vec<_>>()).code, Some(0));
        let text = place.read(&file);
        let sizes = |unit: &str| {
            let size = regex::Regex::new(&format!("[0-9]{unit}\"")).unwrap();
            size.find_iter(&text).count()
        };
        assert_eq!((sizes(unit) >= 8, sizes(other)), (true, 0), "{text}");
    }
}

#[test]
fn every_example_in_the_written_file_is_understood() {
    let place = Place::new();
    place.check(&["--init"]);
    let text = place.read(".layerscope.toml");
    let is_code = |line: &str| {
        line.starts_with("# [[")
            || line.starts_with("# ") && line[2..].split(' ').nth(1) == Some("=")
    };
    let all: Vec<_> =
        text.lines().map(|line| if is_code(line) { &line[2..] } else { line }).collect();
    assert!(all.len() > text.lines().filter(|line| line.starts_with('#')).count() + 12, "{text}");
    place.write(".layerscope.toml", all.join("\n"));
    let answer = place.check(&["--base-layers", "1"]);
    for words in [
        "/app/node_modules 0 B (limit 120 MiB)",
        "finding leftovers",
        "age of the base image",
        "/opt/model",
    ] {
        assert!(answer.out.contains(words), "{words}: {answer:#?}");
    }
}

#[test]
fn a_comma_for_the_decimal_point_is_refused_wherever_a_size_is_read() {
    let place = Place::new();
    for option in [
        ["--max-size", "1,5MB"],
        ["--max-wasted", "0,5%"],
        ["--min-efficiency", "0,9"],
        ["--max-base-age", "1,5d"],
        ["--budget", "/app=1,5MB"],
        ["--max-finding", "leftovers=1,5MB"],
    ] {
        let answer = place.check(&option);
        let meant = option[1].rsplit('=').next().unwrap().replace(',', ".");
        assert_eq!(answer.code, Some(2), "{option:?}: {answer:#?}");
        assert!(answer.said.contains(&format!("has a comma: write {meant};")), "{}", answer.said);
    }
    for line in ["size = \"1,5MB\"", "wasted = [\"0,5%\"]", "base-age = \"1,5w\""] {
        place.write(".layerscope.toml", format!("[limits]\n{line}\n"));
        let answer = place.check(&[]);
        assert_eq!(answer.code, Some(2), "{line}: {answer:#?}");
        assert!(answer.said.contains("has a comma: write "), "{}", answer.said);
    }
    place.write(".layerscope.toml", "[limits]\nsize = \"1,500kB\"\n");
    place.check(&[]).line("PASS  size 203 KiB (limit 1500 kB = 1.43 MiB)");
}

#[test]
fn a_number_of_things_that_cannot_be_meant_is_told_as_it_is() {
    let place = Place::new();
    for (line, said) in [
        (
            "secrets = -1",
            "limits.secrets: -1 is not a number of secrets: write a whole number from 0 on",
        ),
        (
            "layers = 1.5",
            "limits.layers: 1.5 is not a number of layers: write a whole number from 0 on",
        ),
        ("secrets = \"none\"", "expected a number of secrets, found a string"),
    ] {
        place.write(".layerscope.toml", format!("[limits]\n{line}\n"));
        let answer = place.check(&[]);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.said.contains(said), "{line}: {}", answer.said);
    }
}

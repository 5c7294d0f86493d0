//! The failure that a check of images ends with.

use layerscope::Gap;
use layerscope::gate::{Limit, Measure, Outcome, Status};
use layerscope::report::Checked;

use super::super::{Failure, completeness};

/// Ends with the worst failure that has something to say, after saying the others.
pub fn worst(failures: Vec<Failure>) -> Result<(), Failure> {
    let (mut said, silent): (Vec<_>, Vec<_>) =
        failures.into_iter().partition(|failure| failure.message().is_some());
    said.sort_by_key(Failure::exit_code);
    let last = said.pop();
    for failure in said {
        failure.say();
    }
    last.or_else(|| silent.into_iter().next()).map_or(Ok(()), Err)
}

/// Ends with the failure that the worst of the images has.
pub fn ended(checked: &[Checked<'_>], accepted: &[Gap]) -> Result<(), Failure> {
    completeness::ended(checked.iter().map(|checked| checked.inspection), accepted)?;
    let unknown = checked
        .iter()
        .find_map(|checked| Some((checked, checked.verdict.with(Status::Unknown).next()?)));
    if let Some((checked, Outcome { limit, reason, .. })) = unknown {
        let reason = reason.as_deref().unwrap_or("its value is not known");
        return Err(Failure::NotWhole {
            message: format!(
                "{}: cannot check {}: {reason}",
                checked.inspection.name,
                limit.measure.words()
            ),
            hint: hint_for(checked, limit),
        });
    }
    if let Some(checked) = checked.iter().find(|checked| checked.verdict.checks_nothing()) {
        return Err(Failure::NotWhole {
            message: format!("{}: no limit checks anything in this image", checked.inspection.name),
            hint: "correct the path of the budget, or add a limit that every image has, such as --max-size 1GB".into(),
        });
    }
    match checked.iter().any(|checked| checked.verdict.status() == Status::Failed) {
        true => Err(Failure::Exceeded),
        false => Ok(()),
    }
}

/// Suggests what makes a limit known.
fn hint_for(checked: &Checked<'_>, limit: &Limit) -> String {
    let secrets = checked.study.secrets.as_ref().filter(|_| limit.measure == Measure::Secrets);
    let Some(secrets) = secrets else {
        return "a limit that cannot be checked does not pass; leave it out if it does not apply"
            .into();
    };
    let argument = checked.inspection.argument();
    let gaps = secrets.gaps();
    if gaps.parts().is_empty() && !gaps.closed().is_empty() {
        return "unpack archives before the build, and check a copy of the image with its attestations; \
                or leave out --strict (strict = true in the file of limits)"
            .into();
    }
    match secrets.limit {
        Some(_) => format!(
            "an image from a pipe is searched while it passes: cat FILE | layerscope check - …; or \
             keep files that the image does not need out of it (layerscope report {argument})"
        ),
        None => format!(
            "there may be a secret in what was not searched: layerscope report {argument} says \
             what it is; keep it out of the image, or make it readable"
        ),
    }
}

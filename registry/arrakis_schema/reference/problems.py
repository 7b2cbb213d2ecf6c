"""Known problems of documents, and those that earlier releases had, as they stand on a page."""

from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import element, escape_markdown, note, verbatim
from arrakis_schema.store.corrections import Erratum


def problem(history: History, erratum: Erratum) -> str:
    """Return a known problem of a whole document as a note, or in a line where it is about its words alone."""
    if erratum.location == "/description":
        return problem_at(history, erratum)
    text = f"{escape_markdown(erratum.text)}{_seen(history, erratum)}"
    return note("warning", f"Known problem{_fixed(erratum)}", text)


def problem_at(history: History, erratum: Erratum) -> str:
    """Return a known problem in a line, which stands at what it is about."""
    title = element("b", f"Known problem{escape_markdown(_fixed(erratum))}:")
    return element("p", f"{title} {escape_markdown(erratum.text)}{_seen(history, erratum)}", class_="known")


def _fixed(erratum: Erratum) -> str:
    """Return which release fixes a problem."""
    return f", fixed in {erratum.fixed}" if erratum.fixed else ""


def _seen(history: History, erratum: Erratum) -> str:
    """Return which software a problem was seen in, as a sentence."""
    corrections = (
        correction.seen
        for correction in history.store.corrections
        if (correction.reason, correction.releases) == (erratum.text, erratum.releases)
    )
    software = next(corrections, ())
    return f" Seen in {escape_markdown(' and '.join(software))}." if software else ""


def earlier_problem(erratum: Erratum, where: str = "") -> str:
    """Return a problem that earlier releases had, for those who still meet them."""
    text = f"{element('b', escape_markdown(_until(erratum)))} {_with_location(erratum, where)}"
    return element("p", text, class_="past")


def _with_location(erratum: Erratum, where: str) -> str:
    """Return the text of a problem, after the member that it affects if `where` names one."""
    return f"{verbatim(where)}: {escape_markdown(erratum.text)}" if where else escape_markdown(erratum.text)


def _until(erratum: Erratum) -> str:
    """Return which releases have a problem, in words."""
    first, last = erratum.releases[0], erratum.releases[-1]
    return (
        f"Before {erratum.fixed}:" if erratum.fixed else f"In {first}:" if first == last else f"In {first} to {last}:"
    )

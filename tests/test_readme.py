"""README and docs: every `sh` block that runs `flowforth` prints the `text` block that follows it; every `python` block runs."""

import re
import shlex
from pathlib import Path

import pytest

from flowforth import cli

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of every fenced block of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def shell_blocks() -> list[tuple[str, str, str | None]]:
    """Page, command and wanted output of every `sh` block that runs flowforth."""
    found = []
    for page in PAGES:
        listed = blocks(page)
        for (language, text), following in zip(listed, [*listed[1:], ("", "")], strict=False):
            if language == "sh" and text.startswith("flowforth "):
                found.append((page.name, text, following[1] if following[0] == "text" else None))
    return found


@pytest.mark.parametrize(("page", "command", "wanted"), shell_blocks(), ids=lambda value: str(value)[:60])
def test_shell_block(
    page: str, command: str, wanted: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = ""
    for line in command.replace("\\\n", " ").strip().split("\n"):
        arguments = shlex.split(line)
        assert arguments[0] == "flowforth", line
        cli.main(arguments[1:])
        output, errors = capsys.readouterr()
        printed += output + errors
    assert "internal error" not in printed
    if wanted is not None:
        assert printed == wanted


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(language == "python" for language, _ in blocks(page))], ids=lambda page: page.name
)
def test_python_blocks(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blocks of a page run one after the other, as a reader would."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "example"}
    for language, text in blocks(page):
        if language == "python":
            exec(compile(text, page.name, "exec"), names)


def test_the_readme_has_blocks_to_check() -> None:
    pages = {page for page, _, wanted in shell_blocks() if wanted}
    assert {"README.md", "language.md"} <= pages


def test_links_of_the_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_ops_page_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["ops", "--markdown"])
    assert (ROOT / "docs" / "ops.md").read_text(encoding="utf-8") == capsys.readouterr().out, "run `make docs`"

"""The report: a small golden, escaping in every format, figures that are XML.

`python -m tests.benchmarks.test_report` writes the goldens anew.
"""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import figures, html, markdown, report
from benchmarks.figures import Axis, Series
from benchmarks.statistics import Attempt
from flowforth import cli
from tests.benchmarks.made import NASTY, attempt, small

GOLDENS = Path(__file__).parent / "goldens"
SVG = "{http://www.w3.org/2000/svg}"


def golden_texts() -> dict[str, str]:
    """What the goldens must hold."""
    built = report.build(small(), ["made by hand"])
    return {"report.md": markdown.page(built), "report.csv": report.csv_text(built.rows)}


@pytest.mark.parametrize("name", ["report.md", "report.csv"])
def test_goldens(name: str) -> None:
    assert golden_texts()[name] == (GOLDENS / name).read_text(encoding="utf-8"), "python -m tests.benchmarks.test_report writes them anew"


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def nasty_attempts() -> list[Attempt]:
    """Everything that comes from files and users is hostile."""
    more = {"suite": f"suite {NASTY}", "method": f"x:{NASTY}", "profile": NASTY, "program": f'"{NASTY}" drop', "status": "solved"}
    return [attempt(NASTY, first_s=1.0, **more), attempt(f"{NASTY}2", **{**more, "program": None, "status": NASTY})]


class TestEscaping:
    def test_html(self):
        text = html.page(report.build(nasty_attempts(), [NASTY]))
        page = Page()
        page.feed(text)
        assert "script" not in page.tags
        assert not [
            name
            for name, value in page.attributes
            if name != "xmlns" and (name.startswith("on") or (value or "").lower().startswith(("http:", "https:", "javascript:")))
        ]
        assert {"svg", "table", "code", "style"} <= set(page.tags)
        assert not {"link", "img", "iframe"} & set(page.tags), "the page needs no other file"
        assert f'"{NASTY}" drop' in page.texts
        assert sum(NASTY in data for data in page.texts) >= 8

    def test_figures(self, tmp_path):
        paths = report.write(report.build(nasty_attempts()), tmp_path)
        drawn = [path for path in paths if path.suffix == ".svg"]
        assert len(drawn) == 3
        for path in drawn:
            root = ElementTree.parse(path).getroot()
            assert root.tag == f"{SVG}svg"
            assert not root.findall(f".//{SVG}script")
            assert NASTY in (root.findtext(f"{SVG}title") or "")
            assert path.parent == tmp_path / "figures"

    def test_control_characters_are_no_xml(self):
        ElementTree.fromstring(figures.steps("a\x00b\x1b\ufffe", "x\n", "y", [Series("\x07", [(1.0, 50.0)])]))

    def test_markdown(self):
        text = markdown.page(report.build(nasty_attempts(), [NASTY]))
        program = markdown._code(f'"{NASTY}" drop')
        assert text.count(program) == 1
        assert "<script" not in text.replace(program, "")
        assert "](b)" not in text.replace("\\](b)", "").replace(program, "")
        rows = [line for line in text.splitlines() if line.startswith("| ") and "script" in line]
        columns = [line.replace("\\|", "").count("|") for line in rows]
        heads = [line.count("|") for line in text.splitlines() if line.startswith("|---")]
        assert set(columns) <= set(heads), "no cell breaks its row"

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(report.csv_text(report.build(nasty_attempts()).rows))))
        assert rows[1][0] == f"suite {NASTY}"
        assert len({len(row) for row in rows}) == 1

    @pytest.mark.parametrize(("text", "wanted"), [("", ""), ("a | b", "`a \\| b`"), ("`", "`` ` ``"), ("a\nb", "`a b`")])
    def test_code_spans(self, text, wanted):
        assert markdown._code(text) == wanted


class TestFigures:
    def test_a_step_curve_rises_at_its_points_and_ends_at_the_border(self):
        root = ElementTree.fromstring(figures.steps("t", "x", "y", [Series("m", [(0.1, 25.0), (1.0, 50.0)])], x_end=10))
        path = next(e.get("d") for e in root.iter(f"{SVG}path") if e.get("stroke-width") == "2")
        left, right, top, bottom = figures.LEFT, figures.WIDTH - figures.RIGHT, figures.TOP, figures.HEIGHT - figures.BOTTOM
        quarter = (bottom - top) / 4
        wanted = f"M{left:.1f} {bottom:.1f} H{left:.1f} V{bottom - quarter:.1f} H{(left + right) / 2:.1f} V{bottom - 2 * quarter:.1f} H{right:.1f}"
        assert path == wanted

    def test_every_method_is_in_the_legend(self):
        series = [Series(f"method {i}", [(i + 1.0, 10.0 * i)]) for i in range(9)]
        for drawn in (draw("t", "x", "y", series) for draw in (figures.steps, figures.scatter, figures.lines)):
            assert all(f">method {i}<" in drawn for i in range(9))

    def test_scatter_has_a_point_for_each(self):
        drawn = figures.scatter("t", "x", "y", [Series("a", [(1, 0.1), (2, 0.2), (2, 0.4)]), Series("b", [])])
        assert len(list(ElementTree.fromstring(drawn).iter(f"{SVG}circle"))) == 3

    def test_nothing_solved_draws_an_empty_figure(self):
        built = report.build([attempt("a")])
        for figure in built.sections[0].figures:
            ElementTree.fromstring(figure.svg)

    @pytest.mark.parametrize(
        ("axis", "ticks"),
        [
            (Axis(0, 100, 0, 1), [0, 20, 40, 60, 80, 100]),
            (Axis(0, 7, 0, 1), [0, 2, 4, 6]),
            (Axis(0.01, 10, 0, 1, log=True), [0.01, 0.1, 1, 10]),
            (Axis(1, 1e9, 0, 1, log=True), [1, 100, 1e4, 1e6, 1e8]),
        ],
    )
    def test_ticks(self, axis, ticks):
        assert axis.ticks() == pytest.approx(ticks)

    def test_values_outside_lie_on_the_border(self):
        assert Axis(1, 10, 0, 90, log=True).at(1e6) == 90
        assert Axis(1, 10, 0, 90).at(-5) == 0


class TestFiguresOfPeers:
    """A method that counts no candidates is no flat line, keeps its colour, and long terms do not push words aside."""

    def built(self):
        counts = [
            attempt("a", first_s=0.1, held_out_correct=True),
            attempt("a", method="pyshgp", first_s=3.0, held_out_correct=False, size=9),
        ]
        return report.build(
            [*counts, attempt("a", method="cvc5", first_s=0.2, held_out_correct=False, size=158, candidates=None, first_candidates=None)]
        )

    def drawn(self, name):
        return next(figure.svg for figure in self.built().sections[0].figures if figure.name.endswith(name))

    def test_candidates(self):
        assert ">cvc5<" in self.drawn("time")
        assert ">cvc5<" not in self.drawn("candidates")
        colour = figures.COLOURS[2]
        assert all(colour in self.drawn(name) for name in ("time", "candidates", "length")), (
            "the third method, also where the second is left out"
        )
        assert figures.COLOURS[1] not in self.drawn("candidates")

    def test_right_on_held_out_is_a_figure_of_its_own(self):
        assert self.drawn("-right").count(" V") < self.drawn("-time").count(" V")
        alone = report.build([attempt("a", first_s=0.1)]).sections[0].figures
        assert [figure.name.rpartition("-")[2] for figure in alone] == ["time", "candidates", "length"]

    def test_lengths_stand_on_a_logarithmic_axis_where_there_are_long_ones(self):
        assert ">100<" in self.drawn("length")
        assert ">1000<" in self.drawn("length")

    def test_curves_end_at_the_budget(self):
        svg = figures.steps("t", "x", "y", [Series("one", [(0.5, 50.0)])], x_end=2.0)
        path = next(line for line in svg.splitlines() if 'stroke-width="2"' in line and "<path" in line)
        axis = Axis(0.1, 10, figures.LEFT, figures.WIDTH - figures.RIGHT, log=True)
        assert f'H{axis.at(2.0):.1f}"' in path


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path):
        records = [{slot: getattr(a, slot) for slot in a.__slots__} | {"versions": {"python": "3"}} for a in small()]
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "attempts.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
        return tmp_path / "run"

    def test_files(self, folder, capsys):
        assert cli.main(["report", str(folder)]) == 0
        printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
        assert [path.relative_to(folder).as_posix() for path in printed[:3]] == ["report.md", "report.csv", "report.html"]
        assert len(printed) == 3 + 4 * 2
        assert all(path.is_file() for path in printed)
        text = (folder / "report.md").read_text()
        linked = {line.split("](")[1].rstrip(")") for line in text.splitlines() if line.startswith("![")}
        assert linked == {path.relative_to(folder).as_posix() for path in printed if path.suffix == ".svg"}
        assert not list(folder.rglob(".*")), "no partial files stay"

    def test_another_folder_and_repeated_attempts(self, folder, tmp_path, capsys):
        assert cli.main(["report", str(folder), str(folder), "--out", str(tmp_path / "new" / "deep")]) == 0
        assert "9 attempts stand in two folders" in capsys.readouterr().err
        assert (tmp_path / "new" / "deep" / "report.html").is_file()
        assert not (folder / "report.html").exists()

    def test_mistakes(self, folder, tmp_path, capsys):
        assert cli.main(["report"]) == 2
        assert cli.main(["report", str(tmp_path / "nowhere")]) == 2
        assert "attempts.jsonl: cannot be read" in capsys.readouterr().err
        (folder / "attempts.jsonl").write_text("")
        assert cli.main(["report", str(folder)]) == 2
        assert "no attempts to report" in capsys.readouterr().err
        (folder / "attempts.jsonl").write_text('{"task": 3}\n{"task": 4}\n')
        assert cli.main(["report", str(folder)]) == 2
        assert "attempts.jsonl:1: this line is no attempt" in capsys.readouterr().err


def test_names_of_figures_never_meet() -> None:
    attempts = [attempt("t", suite=name) for name in ("a b", "a/b", "A-b", "..", "")]
    names = [figure.name for section in report.build(attempts).sections for figure in section.figures]
    assert len({name.lower() for name in names}) == len(names) == 15
    assert not any("/" in name or name.startswith(".") for name in names)


if __name__ == "__main__":
    for name, text in golden_texts().items():
        (GOLDENS / name).write_text(text, encoding="utf-8", newline="")

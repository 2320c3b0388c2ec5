"""The page of metrics says what the catalogue declares."""

from __future__ import annotations

from analytics.metrics.catalogue import METRICS
from analytics.metrics.document import page
from config.settings.environment import CHECKOUT


def test_the_page_of_metrics_is_current() -> None:
    """`python -m analytics.metrics.document > docs/metrics.md`."""
    assert (CHECKOUT / "docs" / "metrics.md").read_text(encoding="utf-8") == page()


def test_every_metric_has_its_place_and_its_parts() -> None:
    text = page()
    for code, metric in METRICS.items():
        assert text.count(f"`{code}`") == 1, code
        part = text.split(f"### {metric.name}\n")[1].split("\n#")[0]
        for said in (metric.sentence, metric.window, *metric.exclusions, "- Smallest sample: 30"):
            assert said in part, (code, said)
    assert "- Above the line: Not paid within the window\n- Below the line: Started, and long enough ago\n" in text
    assert "- Complete: 7 days and 1 h after its end" in text
    assert "- Kept by the week and month: all together; `method`\n" in text

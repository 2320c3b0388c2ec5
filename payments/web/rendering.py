"""How forms look: Django renders them with our templates, and each widget gets the class of its kind."""

from __future__ import annotations

from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

_CLASSES: Final = {
    "select": "form-select",
    "checkbox": "form-check-input",
    "radio": "",
    "hidden": "",
    "checkbox_select": "",  # the class would go to the box around the ticks
    "file": "form-control",
}


_SELECT: Final = "django/forms/widgets/select.html"


class ScreenRenderer(TemplatesSetting):
    """Named in `FORM_RENDERER`; so forms in Python say what they ask for and nothing of how it looks."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Render one form, field or widget."""
        widget = context.get("widget")
        if widget is not None:
            styled = _styled(widget, template_name)
            if template_name == _SELECT:
                return _select(styled)
            context = {**context, "widget": styled}
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    """What Django's own template writes: a page has hundreds of options, and the language of templates takes a
    millisecond for every twenty of them."""
    lines = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _place in widget["optgroups"]:
        told = [
            f'<option value="{conditional_escape(str(each["value"]))}"{_attributes(each["attrs"])}>'
            f"{conditional_escape(each['label'])}</option>"
            for each in options
        ]
        lines += [f'<optgroup label="{conditional_escape(group)}">', *told, "</optgroup>"] if group else told
    return SafeString("\n  ".join((*lines, "</select>")))


def _attributes(attributes: dict[str, Any]) -> str:
    """Those that are set, each with its value but where it is true by standing there."""
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{conditional_escape(str(value))}"')
        for name, value in attributes.items()
        if value is not False
    )


def _styled(widget: dict[str, Any], template_name: str) -> dict[str, Any]:
    """The widget's context with the class of its kind, and so for each part of a widget made of several."""
    named = template_name.rsplit("/", 1)[-1].removesuffix(".html")
    kind = named if named.endswith("_select") else widget.get("type") or named
    parts = widget.get("subwidgets")
    if parts is not None:
        return {**widget, "subwidgets": [_styled(part, part["template_name"]) for part in parts]}
    style = _CLASSES.get(kind, "form-control")
    attributes = dict(widget["attrs"])
    if style and style not in attributes.get("class", ""):
        attributes["class"] = f"{attributes.get('class', '')} {style}".strip()
    return {**widget, "attrs": attributes}

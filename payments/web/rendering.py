"""How forms look: Django renders them with our templates, and each widget gets the class of its kind."""

from __future__ import annotations

from typing import Any, Final

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

_CLASSES: Final = {
    "select": "form-select",
    "checkbox": "form-check-input",
    "radio": "",
    "hidden": "",
    "checkbox_select": "",  # the class would go to the box around the ticks
    "file": "form-control",
}


class ScreenRenderer(TemplatesSetting):
    """Named in `FORM_RENDERER`; so forms in Python say what they ask for and nothing of how it looks."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Render one form, field or widget."""
        widget = context.get("widget")
        if widget is not None:
            named = template_name.rsplit("/", 1)[-1].removesuffix(".html")
            kind = named if named.endswith("_select") else widget.get("type") or named
            style = _CLASSES.get(kind, "form-control")
            attributes = dict(widget["attrs"])
            if style and style not in attributes.get("class", ""):
                attributes["class"] = f"{attributes.get('class', '')} {style}".strip()
            context = {**context, "widget": {**widget, "attrs": attributes}}
        return super().render(template_name, context, request)

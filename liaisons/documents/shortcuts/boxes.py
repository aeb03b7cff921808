"""Boxes: what depends on a style alone is worked out once for the style, and plain lines are drawn plainly."""

from collections.abc import Callable

from weasyprint.css import Style
from weasyprint.draw import border
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure import boxes
from weasyprint.layout import background, percent
from weasyprint.pdf.stream import Stream

_SIDES = ("top", "right", "bottom", "left")
_RADII = tuple(f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left"))
_NO_RADII = dict.fromkeys(_RADII, (0, 0))
_RESOLVED = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *(f"{bound}{name}" for name in ("width", "height") for bound in ("", "min_", "max_")),
)
_MANY_SIZES = 100

_resolve = percent.resolve_percentages
_is_in_normal_flow = boxes.Box.is_in_normal_flow
_lay_out_background = background.layout_box_backgrounds
draw_border = border.draw_border


def _is_simply_in_flow(box: boxes.Box) -> bool:
    style = box.style
    simple = style["float"] == "none" and style["position"] in ("static", "relative")
    return simple or _is_in_normal_flow(box)


def _resolve_once(box: boxes.Box, containing_block: boxes.Box | tuple[float, float]) -> None:
    """Margins, paddings, borders and sizes depend on the style and on the block around it alone."""
    around = containing_block
    width, height = (around.width, around.height) if isinstance(around, boxes.Box) else around
    known = box.style.__dict__.setdefault("_known_sizes", {})
    key = (width, height, isinstance(box, boxes.PageBox))
    if key in known:
        box.__dict__.update(known[key])
        return
    _resolve(box, containing_block)
    if len(known) == _MANY_SIZES:
        known.clear()  # the style outlives the letter, whose tables have widths of their own
    if box.style["border_collapse"] != "collapse":
        known[key] = {name: box.__dict__[name] for name in _RESOLVED}


def _lay_out_bare(
    page: boxes.PageBox,
    box: boxes.Box,
    get_image: Callable[..., object],
    layout_children: bool = True,  # noqa: FBT001, FBT002 – as WeasyPrint calls it
    style: Style | None = None,
) -> None:
    """Most boxes have no background, no picture for a border and no round corner."""
    if style is not None or box is page or not _is_bare(box.style):
        _lay_out_background(page, box, get_image, layout_children, style)
        return
    box.__dict__.update(_NO_RADII)
    box.background = None
    if layout_children:
        for child in box.all_children():
            _lay_out_bare(page, child, get_image)


def _is_bare(style: Style) -> bool:
    if "_known_bare" not in style.__dict__:
        style._known_bare = (
            all((0, "px") in style[name] for name in _RADII)
            and style["border_image_source"][0] == style["mask_border_source"][0] == "none"
            and all(kind == "none" for kind, _ in style["background_image"])
            and not style["box_shadow"]
            and style["visibility"] != "hidden"
            and get_color(style, "background_color").alpha == 0
        )
    return bool(style._known_bare)


def draw_plain_border(stream: Stream, box: boxes.Box) -> None:
    """Solid lines of one colour need no clipping, under which some readers lose thin ones, and are filled together."""
    style = box.style
    if not _has_plain_border(style):
        draw_border(stream, box)
        return
    widths = top, right, bottom, left = tuple(getattr(box, f"border_{side}_width") for side in _SIDES)
    if not any(widths):
        return
    x, y = box.border_box_x(), box.border_box_y()
    width, height = box.border_width(), box.border_height()
    colour = next(get_color(style, f"border_{side}_color") for side, wide in zip(_SIDES, widths, strict=True) if wide)
    with stream.artifact(), stream.stacked():
        stream.set_color(colour)
        for at_x, at_y, wide, high in (
            (x, y, width, top),
            (x, y + height - bottom, width, bottom),
            (x, y + top, left, height - top - bottom),
            (x + width - right, y + top, right, height - top - bottom),
        ):
            if wide and high:
                stream.move_to(at_x, at_y)
                stream.line_to(at_x + wide, at_y)
                stream.line_to(at_x + wide, at_y + high)
                stream.line_to(at_x, at_y + high)
                stream.close()
        stream.fill()


def _has_plain_border(style: Style) -> bool:
    """Whether all its lines are solid and of one colour, with square corners; or there are none at all."""
    if "_known_plain" not in style.__dict__:
        lines = [side for side in _SIDES if style[f"border_{side}_width"]]
        style._known_plain = (
            _is_bare(style)
            and style["visibility"] == "visible"
            and style["column_width"] == style["column_count"] == "auto"
            and all(style[f"border_{side}_style"] == "solid" for side in lines)
            and len({get_color(style, f"border_{side}_color") for side in lines}) <= 1
            and all(get_color(style, f"border_{side}_color").alpha for side in lines)
        )
    return bool(style._known_plain)


METHODS = ((boxes.Box, "is_in_normal_flow", _is_simply_in_flow),)
FUNCTIONS = (
    ("resolve_percentages", _resolve, _resolve_once),
    ("layout_box_backgrounds", _lay_out_background, _lay_out_bare),
    ("draw_border", draw_border, draw_plain_border),
)

"""Shorter ways through WeasyPrint, to the same pages, where it spends half of its time.

It works out the same thirty values of a style for each of the hundreds of boxes that share it; here that is done once
for each style. The ways are those of one version: with another nothing is put in place, and a test says so.
"""

import sys
from collections.abc import Callable
from functools import lru_cache
from struct import Struct

import weasyprint
from cssselect2 import ElementWrapper  # type: ignore[import-untyped] # it ships no types
from weasyprint.css import AnonymousStyle, ComputedStyle, Style
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES
from weasyprint.draw import border, text
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure import boxes
from weasyprint.layout import background, percent
from weasyprint.matrix import Matrix
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import FontConfiguration, font_features, get_font_description

KNOWN = "70.0"

_GLYPH = Struct("=Iiiii")  # PangoGlyphInfo: glyph, width, the ways right and up, marks

_SIDES = ("top", "right", "bottom", "left")
_RADII = tuple(f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left"))
_NO_RADII = dict.fromkeys(_RADII, (0, 0))
_RESOLVED = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in _SIDES),
    *(f"border_{side}_width" for side in _SIDES),
    *(f"{bound}{name}" for name in ("width", "height") for bound in ("", "min_", "max_")),
)
_FEATURES = (
    *("font_kerning", "font_variant_ligatures", "font_variant_position", "font_variant_caps"),
    *("font_variant_numeric", "font_variant_alternates", "font_variant_east_asian", "font_feature_settings"),
)
_METRICS = (
    *("language", "ascent", "underline_position", "underline_thickness"),
    *("strikethrough_position", "strikethrough_thickness"),
)

# Names such as margin_inline_start, which stand for others; and the properties that depend on nothing but a rule.
_LOGICAL = {name(block="ttb", inline=inline) for name in PHYSICAL_FUNCTIONS.values() for inline in ("ltr", "rtl")}
_SIMPLE = {
    name
    for name in INITIAL_VALUES
    if name not in ("float", "display", "position", "page") and not name.startswith(("__", "text_decoration_"))
}
_FROM_PARENT = frozenset(_SIMPLE & INHERITED)
_FROM_START = frozenset(_SIMPLE - INHERITED - INITIAL_NOT_COMPUTED)

_compile = ElementWrapper._compile
_work_out = ComputedStyle.__missing__
_work_out_anonymous = AnonymousStyle.__missing__
_resolve = percent.resolve_percentages
_is_in_normal_flow = boxes.Box.is_in_normal_flow
_strut = line_break.strut
_set_up = line_break.Layout.setup
_lay_out_background = background.layout_box_backgrounds
_draw_border = border.draw_border
_draw_first_line = text.draw_first_line


def take() -> None:
    """Put the ways in place, for the whole process."""
    if weasyprint.__version__ == KNOWN:
        ComputedStyle.__missing__ = _look_up
        AnonymousStyle.__missing__ = _look_up_anonymous
        ElementWrapper._compile = staticmethod(lambda selectors: _compile_once(*selectors))
        boxes.Box.is_in_normal_flow = _is_simply_in_flow
        line_break.Layout.setup = _set_up_again
        for name, slow, fast in _WAYS:
            _replace(name, slow, fast)


def leave() -> None:
    """Take them away, to compare."""
    ComputedStyle.__missing__ = _work_out
    AnonymousStyle.__missing__ = _work_out_anonymous
    ElementWrapper._compile = staticmethod(_compile)
    boxes.Box.is_in_normal_flow = _is_in_normal_flow
    line_break.Layout.setup = _set_up
    for name, slow, fast in _WAYS:
        _replace(name, fast, slow)


def _replace(name: str, old: object, new: object) -> None:
    """In each module that has taken it by its name."""
    for module in [module for key, module in sys.modules.items() if key.partition(".")[0] == "weasyprint"]:
        if getattr(module, name, None) is old:
            setattr(module, name, new)


def _look_up(style: ComputedStyle, key: str) -> object:
    """Most properties have no rule: they are those of the parent, or as they are at the start."""
    cascaded = style.cascaded
    if key not in cascaded and style.parent_style is not None:
        plain = style.__dict__.get("_known_plain_names")
        if plain is None:
            plain = style._known_plain_names = _LOGICAL.isdisjoint(cascaded)
        if plain and key in _FROM_PARENT:
            value: object = style.parent_style[key]
        elif plain and key in _FROM_START:
            value = INITIAL_VALUES[key]
        else:
            return _work_out(style, key)
        style[key] = value
        return value
    return _work_out(style, key)


def _look_up_anonymous(style: AnonymousStyle, key: str) -> object:
    """The same for the boxes that have no element of their own."""
    if key in _FROM_PARENT:
        value: object = style.parent_style[key]
    elif key in _FROM_START:
        value = INITIAL_VALUES[key]
    else:
        return _work_out_anonymous(style, key)
    style[key] = value
    return value


@lru_cache(100)
def _compile_once(*selectors: str) -> list[Callable[[ElementWrapper], bool]]:
    """What WeasyPrint looks for in each page is the same five names."""
    tests: list[Callable[[ElementWrapper], bool]] = _compile(selectors)
    return tests


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
    if box.style["border_collapse"] != "collapse":
        known[key] = {name: box.__dict__[name] for name in _RESOLVED}


def _strut_once(style: Style) -> tuple[float, float]:
    if "_known_strut" not in style.__dict__:
        style._known_strut = _strut(style)
    known: tuple[float, float] = style._known_strut
    return known


def _set_up_again(layout: line_break.Layout, style: Style) -> None:
    """A line of text needs a new layout, but not a new context and a new description of its font."""
    if "_known_context" not in style.__dict__:
        style._known_context = _context(layout, style)
    if not style._known_context:
        _set_up(layout, style)
        return
    context, font, metrics = style._known_context
    layout.style = style
    layout.first_line_direction = 0
    layout.__dict__.update(metrics)
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)  # noqa: FBT003 – a function of C
    pango.pango_layout_set_font_description(layout.layout, font)


def _context(layout: line_break.Layout, style: Style) -> tuple[object, object, dict[str, object]] | None:
    """None for a style with something out of the ordinary."""
    if (
        style["font_language_override"] != "normal"
        or not style["lang"]
        or font_features(*(style[name] for name in _FEATURES))
    ):
        return None
    _set_up(layout, style)
    context = _known_context(style.font_config, style["direction"], style["lang"])
    metrics = {name: value for name, value in layout.__dict__.items() if name in _METRICS}
    return context, get_font_description(style), metrics


@lru_cache(20)
def _known_context(fonts: FontConfiguration, direction: str, language: str) -> ffi.CData:
    context = ffi.gc(pango.pango_font_map_create_context(fonts.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)  # noqa: FBT003 – a function of C
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[direction])
    name, _ = unicode_to_char_p(language)
    pango.pango_context_set_language(context, pango.pango_language_from_string(name))
    return context


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


def _draw_plain_border(stream: Stream, box: boxes.Box) -> None:
    """Solid lines of one colour need no clipping, under which some readers lose thin ones, and are filled together."""
    style = box.style
    if not _has_plain_border(style):
        _draw_border(stream, box)
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


def _draw_simple_line(
    stream: Stream, textbox: boxes.TextBox, text_overflow: str, block_ellipsis: str, matrix: Matrix
) -> list[object]:
    """A line of nothing but text: the same glyph at the same place beside the next is written alike in all lines."""
    strings = None
    if text_overflow != "ellipsis" and block_ellipsis == "none" and textbox.style["font_size"] >= 1:
        strings = _strings(stream, textbox) if textbox.text.strip() else None
    if strings is None:
        emojis: list[object] = _draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
        return emojis
    stream.set_text_matrix(*matrix.values)
    for font, size, pieces in strings:
        stream.set_font_size(font.hash, size)
        stream.show_text("".join(pieces))
    return []


def _strings(stream: Stream, textbox: boxes.TextBox) -> list[tuple[Font, float, list[str]]] | None:
    """What the line shows in one font after the other; None if something in it is out of the ordinary."""
    layout = textbox.pango_layout.layout
    pango.pango_layout_set_single_paragraph_mode(layout, True)  # noqa: FBT003 – a function of C
    line, _ = textbox.pango_layout.get_first_line()
    strings: list[tuple[Font, float, list[str]]] = []
    run, before = line.runs[0], None
    while run != ffi.NULL:
        if run.data.item.analysis.font != before:
            before = run.data.item.analysis.font
            font, size = stream.add_font(before)
            if font.bitmap or font.png or font.svg or font.colr:
                return None
            strings.append((font, size, []))
        if not _write_run(run.data, textbox, stream, *strings[-1]):
            return None
        run = run.next
    return strings


def _write_run(
    item: ffi.CData, textbox: boxes.TextBox, stream: Stream, font: Font, size: float, pieces: list[str]
) -> bool:
    known = font.__dict__.setdefault("_known_pieces", {}).setdefault(size, {})
    glyphs = item.glyphs
    if not glyphs.num_glyphs:
        return True
    pieces.append("<")
    packed = ffi.buffer(glyphs.glyphs, glyphs.num_glyphs * _GLYPH.size)
    for at, (glyph, width, right, up, _) in enumerate(_GLYPH.iter_unpack(packed)):
        if up or glyph >= pango.PANGO_GLYPH_EMPTY:
            return False
        piece = known.get((glyph, width, right))
        if piece is None:
            piece = known[glyph, width, right] = _piece(item, at, textbox, stream, font, size)
        pieces.append(piece)
    if pieces[-1].endswith("<"):
        pieces[-1] = pieces[-1][:-1]
    else:
        pieces.append(">")
    return True


def _piece(item: ffi.CData, at: int, textbox: boxes.TextBox, stream: Stream, font: Font, size: float) -> str:
    """A glyph with the way to the next one; the font learns its width and which characters it stands for."""
    info, clusters = item.glyphs.glyphs[at], item.glyphs.log_clusters
    glyph = info.glyph
    if glyph not in font.to_unicode:
        backwards = item.item.analysis.level % 2
        last = 0 if backwards else item.glyphs.num_glyphs - 1
        end = item.item.length if at == last else clusters[at - 1 if backwards else at + 1]
        said = textbox.pango_layout.text.encode()
        font.to_unicode[glyph] = said[item.item.offset + clusters[at] : item.item.offset + end].decode()
    if glyph not in font.widths:
        pango.pango_font_get_glyph_extents(item.item.analysis.font, glyph, stream.ink_rect, stream.logical_rect)
        font.widths[glyph] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    offset = info.geometry.x_offset / size
    kerning = font.widths[glyph] + offset - info.geometry.width * 1000 * FROM_UNITS / size
    return f"{f'>{-offset}<' if offset else ''}{glyph:04x}{f'>{int(kerning)}<' if kerning else ''}"


_WAYS = (
    ("resolve_percentages", _resolve, _resolve_once),
    ("strut", _strut, _strut_once),
    ("layout_box_backgrounds", _lay_out_background, _lay_out_bare),
    ("draw_border", _draw_border, _draw_plain_border),
    ("draw_first_line", _draw_first_line, _draw_simple_line),
)

"""Lines of text: fonts and languages are looked up once, and a line is shaped when it is laid out, not once more."""

from functools import lru_cache
from struct import Struct

from weasyprint.css import Style
from weasyprint.draw import text
from weasyprint.formatting_structure import boxes
from weasyprint.matrix import Matrix
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.text import line_break
from weasyprint.text.constants import PANGO_DIRECTION
from weasyprint.text.ffi import FROM_UNITS, ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import FontConfiguration, font_features, get_font_description

_GLYPH = Struct("=Iiiii")  # PangoGlyphInfo: glyph, width, the ways right and up, marks

_FEATURES = (
    *("font_kerning", "font_variant_ligatures", "font_variant_position", "font_variant_caps"),
    *("font_variant_numeric", "font_variant_alternates", "font_variant_east_asian", "font_feature_settings"),
)
_METRICS = (
    *("language", "ascent", "underline_position", "underline_thickness"),
    *("strikethrough_position", "strikethrough_thickness"),
)

_strut = line_break.strut
_set_up = line_break.Layout.setup
_let_go = line_break.Layout.deactivate
_take_up = line_break.Layout.reactivate
_draw_first_line = text.draw_first_line


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


def _keep_until_drawn(layout: line_break.Layout) -> None:
    """A whole line on a layout stays as it is; the second time, when it has been drawn, it is let go."""
    if "_is_kept" in layout.__dict__ or layout.justification_spacing or not _is_one_line(layout):
        _let_go(layout)
    else:
        layout._is_kept = True


def _is_one_line(layout: line_break.Layout) -> bool:
    return "\n" not in layout.text and pango.pango_layout_get_line_readonly(layout.layout, 1) == ffi.NULL


def _take_up_again(layout: line_break.Layout, style: Style) -> None:
    if layout.__dict__.get("style") is not style:
        _take_up(layout, style)


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
    if "\n" in textbox.pango_layout.text:  # setting it shapes the line again
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


METHODS = (
    (line_break.Layout, "setup", _set_up_again),
    (line_break.Layout, "deactivate", _keep_until_drawn),
    (line_break.Layout, "reactivate", _take_up_again),
)
FUNCTIONS = (
    ("strut", _strut, _strut_once),
    ("draw_first_line", _draw_first_line, _draw_simple_line),
)

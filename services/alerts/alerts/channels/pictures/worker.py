"""A process that makes one picture: SVG on its input, PNG on its output. It is run by its path, for
nothing of a service is in it; the library stops whatever process it works in, and a drawing that
is too much for it ends this one.

Asked to `probe` it writes nothing where no font is found that has Chinese: all words would be
missing, or boxes.
"""

import importlib.util
import resource
import sys
from pathlib import Path

MEMORY_BYTES_MAX = 512 * 1024 * 1024
CPU_S_MAX = 10
SCALE = 2.0
"""Sharp on the screens of telephones."""
FONTS = "manimgx_fonts_cjk"
FAMILIES = {"zh-TW": "Noto Sans CJK TC"}
OTHERS = "Noto Sans CJK SC"
PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">{}</svg>'
NO_GLYPH = "\u0378"
"""A character that no font has, for it is none."""


def main() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES_MAX),
        (resource.RLIMIT_CPU, CPU_S_MAX),
    ):
        resource.setrlimit(limit, (most, most))
    family = FAMILIES.get(sys.argv[1], OTHERS)
    chart = sys.stdin.buffer.read().decode()
    if sys.argv[2:] != ["probe"] or has_fonts(family):
        sys.stdout.buffer.write(png(chart, family, SCALE))


def has_fonts(family: str) -> bool:
    """Whether Chinese is drawn as such, and figures at all."""
    chinese, missing, nothing = (
        png(PROBE.format(f'<text x="5" y="20" font-family="sans-serif">{text}</text>'), family)
        for text in ("永", NO_GLYPH, "")
    )
    return chinese not in (missing, nothing)


def png(chart: str, family: str, scale: float = 1.0) -> bytes:
    """With the fonts of the extra, else those of the machine."""
    import resvg_py

    found = importlib.util.find_spec(FONTS)
    folder = Path(found.origin).parent if found and found.origin else None
    inside = folder.iterdir() if folder else ()
    files = [str(one) for one in inside if one.suffix in (".ttc", ".otf")]
    made = resvg_py.svg_to_bytes(
        svg_string=chart,
        zoom=scale,
        skip_system_fonts=bool(files),
        font_files=files or None,
        sans_serif_family=family,
    )
    return bytes(made)


if __name__ == "__main__":
    main()

"""The few SVG elements that the sample pictures are made of. Coordinates lie on a canvas of 400 by 400."""


def number(value):
    """Shortest form with one decimal: files stay small and the same everywhere."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def attributes(fill, stroke, width, more):
    text = f' fill="{fill or "none"}"'
    if stroke:
        text += f' stroke="{stroke}" stroke-width="{number(width)}" stroke-linecap="round" stroke-linejoin="round"'
    return text + (" " + more if more else "")


def rect(x, y, width, height, fill, radius=0, more=""):
    rounded = f' rx="{number(radius)}"' if radius else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"{rounded}'
        f"{attributes(fill, None, 0, more)}/>"
    )


def circle(x, y, radius, fill, stroke=None, width=0, more=""):
    return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}"{attributes(fill, stroke, width, more)}/>'


def ellipse(x, y, radius_x, radius_y, fill, stroke=None, width=0, more=""):
    return (
        f'<ellipse cx="{number(x)}" cy="{number(y)}" rx="{number(radius_x)}" ry="{number(radius_y)}"'
        f"{attributes(fill, stroke, width, more)}/>"
    )


def path(data, fill=None, stroke=None, width=0, more=""):
    return f'<path d="{data}"{attributes(fill, stroke, width, more)}/>'


def group(content, transform):
    return f'<g transform="{transform}">{content}</g>'


def clipped(name, outline, content):
    """`content`, visible only inside the path `outline`."""
    return f'<clipPath id="{name}"><path d="{outline}"/></clipPath><g clip-path="url(#{name})">{content}</g>'


def mixed(colour, other, share):
    """`colour` with `share` (0 to 1) of `other`."""
    pairs = zip((colour[i : i + 2] for i in (1, 3, 5)), (other[i : i + 2] for i in (1, 3, 5)))
    return "#" + "".join(f"{round(int(a, 16) * (1 - share) + int(b, 16) * share):02x}" for a, b in pairs)


def darker(colour, share=0.18):
    return mixed(colour, "#101828", share)


def lighter(colour, share=0.3):
    return mixed(colour, "#ffffff", share)


class Palette:
    """The three colours of a picture and what is derived from them."""

    def __init__(self, colours):
        self.main, self.accent, self.back = colours
        self.shade = darker(self.main)
        self.deep = darker(self.main, 0.4)
        self.light = lighter(self.main)
        self.ink = darker(self.main, 0.65)
        self.accent_shade = darker(self.accent)
        self.accent_light = lighter(self.accent, 0.45)


def scene(palette, content, ground=332, shadow=110):
    """A picture: sky with a pale sun, a strip of sea for a table, a shadow, and `content` on it."""
    sea = darker(palette.back, 0.07)
    wave = f"M0 {ground - 26}q25 -12 50 0" + "t50 0" * 7 + "V400H0z"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400">'
        + rect(0, 0, 400, 400, palette.back)
        + circle(200, 186, 148, lighter(palette.back, 0.55))
        + path(wave, sea)
        + (ellipse(200, ground, shadow, 13, darker(palette.back, 0.22)) if shadow else "")
        + content
        + "</svg>\n"
    )


def anchor(c):
    return circle(0, -30, 7, None, c, 6) + path("M0 -22V32M-16 -10H16M-30 8Q-26 32 0 33Q26 32 30 8", None, c, 6)


def sun(c):
    rays = "".join(
        f"M{x1} {y1}L{x2} {y2}"
        for x1, y1, x2, y2 in (
            (-34, 12, -42, 12),
            (34, 12, 42, 12),
            (-24, -12, -31, -19),
            (24, -12, 31, -19),
            (0, -22, 0, -31),
        )
    )
    return path("M-24 12A24 24 0 0 1 24 12z", c) + path(rays + "M-36 24H36M-24 35H24", None, c, 5)


def moon(c):
    return path("M10 -34A34 34 0 1 0 32 16A27 27 0 0 1 10 -34z", c) + circle(24, -18, 3.5, c) + circle(34, -2, 2.5, c)


def lighthouse(c):
    return path("M-12 34L-8 -14H8L12 34zM-7 -18V-30L0 -37L7 -30V-18z", c) + path(
        "M14 -26L36 -34M14 -22L36 -14M-14 -26L-36 -34M-14 -22L-36 -14", None, c, 4
    )


def wave(c):
    row = "q10 -14 20 0t20 0t20 0t20 0"
    return path(f"M-40 -16{row}M-40 2{row}M-40 20{row}", None, c, 5)


def cloud(c):
    return path("M-28 18A16 16 0 0 1 -26 -13A22 22 0 0 1 14 -18A18 18 0 0 1 30 18z", c) + path(
        "M-20 30H24M-6 40H34", None, c, 5
    )


def leaf(c):
    return path("M-4 34C-40 8 -22 -28 22 -36C34 2 22 28 -4 34z", c) + path("M-16 42L12 -16", None, "#fff", 3)


def sprig(c):
    leaves = "".join(
        f"M0 {y}q{s * 10} -18 {s * 32} -14q{-s * 4} 18 {-s * 32} 14z" for y in (32, 10, -12) for s in (-1, 1)
    )
    return path(leaves + "M0 -14q-12 -12 0 -28q12 16 0 28z", c) + path("M0 42V-14", None, c, 4)


def star(c):
    return path("M0 -36L9 -10L36 -10L14 6L22 32L0 16L-22 32L-14 6L-36 -10L-9 -10z", c)


def fish(c):
    return (
        path("M-36 0C-18 -26 14 -26 26 0C14 26 -18 26 -36 0zM22 0L42 -18V18z", c)
        + circle(-20, -4, 3.5, "#fff")
        + path("M-6 -12q7 12 0 24", None, "#fff", 3)
    )


def gull(c):
    return path("M-46 -8Q-24 -30 0 2Q24 -30 46 -8Q22 -16 2 16H-2Q-22 -16 -46 -8z", c)


EMBLEMS = {draw.__name__: draw for draw in (anchor, sun, moon, lighthouse, wave, cloud, leaf, sprig, star, fish, gull)}


def emblem(name, x, y, scale, colour):
    return group(EMBLEMS[name](colour), f"translate({number(x)} {number(y)}) scale({scale})")

"""What lies on a desk or hangs in a kitchen: paper, pens, boards, pans."""

from svg import circle, clipped, darker, ellipse, emblem, group, lighter, path, rect, scene


def notebook(p, item):
    return scene(
        p,
        rect(126, 90, 172, 242, p.deep, 8)
        + rect(120, 84, 172, 242, p.main, 8)
        + rect(120, 84, 30, 242, p.shade, 8)
        + path("M284 92L292 96V320L284 324z", "#fff8e7")
        + rect(172, 122, 96, 96, None, 6, f'stroke="{p.accent}" stroke-width="4"')
        + emblem(item["emblem"], 220, 170, 0.9, p.accent)
        + rect(184, 240, 72, 6, p.accent, 3)
        + rect(196, 254, 48, 4, p.accent, 2)
        + path("M170 324V356L178 346L186 356V324z", p.accent),
    )


def notebook_stack(p, item):
    def book(colour, angle, mark):
        return group(
            rect(-66, -104, 132, 208, darker(colour, 0.25), 12)
            + rect(-70, -108, 132, 208, colour, 12)
            + rect(-46, -78, 84, 44, "#fffdf5", 4)
            + rect(-36, -64, 64, 5, mark, 2)
            + rect(-36, -52, 44, 5, mark, 2)
            + path("M-70 -40h5M-70 40h5", None, "#cfd6da", 4),
            f"translate(200 218) rotate({angle})",
        )

    return scene(
        p, book("#f7f3e8", 18, p.main) + book(p.accent, 2, p.deep) + book(p.main, -15, p.deep), ground=334, shadow=120
    )


def fountain_pen(p, item):
    pen = (
        rect(-22, -150, 44, 120, p.main, 16)
        + rect(6, -150, 16, 120, p.shade, 8)
        + rect(-24, -40, 48, 14, p.accent, 4)
        + path("M-20 -26H20L16 84H-16z", p.main)
        + path("M4 -26H20L16 84H6z", p.shade)
        + path("M-14 84H14L10 104H-10z", p.accent)
        + path("M-11 104H11Q10 128 0 150Q-10 128 -11 104z", "#dfe3e6")
        + path("M0 150V120", None, p.accent, 2)
        + circle(0, 117, 3, p.accent)
        + rect(-15, -136, 6, 84, p.light, 3)
        + path("M26 -134V-74Q26 -64 21 -64", None, p.deep, 6)
    )
    line = path("M52 316Q86 272 116 300T176 298Q198 280 214 292", None, "#2b5c8a", 5)
    return scene(
        p,
        rect(36, 250, 328, 96, "#fffdf6", 6) + line + group(pen, "translate(262 176) rotate(22)"),
        ground=346,
        shadow=0,
    )


def ink_bottle(p, item):
    body = "M104 216Q104 192 130 190H270Q296 192 296 216V310Q296 332 274 332H126Q104 332 104 310z"
    return scene(
        p,
        path(body, lighter(p.back, 0.5))
        + clipped("c", body, rect(104, 228, 192, 110, p.main) + rect(252, 228, 50, 110, p.shade))
        + path(body, None, p.deep, 4)
        + rect(158, 164, 84, 28, p.light, 4)
        + rect(146, 116, 108, 54, p.ink, 8)
        + path("M160 124V160M178 124V160M196 124V160M214 124V160M232 124V160", None, lighter(p.ink, 0.18), 4)
        + rect(146, 240, 108, 70, p.accent, 6)
        + emblem(item["emblem"], 200, 274, 0.75, p.main)
        + rect(116, 204, 8, 108, "#fff", 4, 'opacity=".8"'),
        shadow=125,
    )


def pencils(p, item):
    def pencil(x, top, colour):
        return (
            path(f"M{x} {top + 44}L{x + 15} {top}L{x + 30} {top + 44}z", "#efd6ae")
            + path(f"M{x + 10} {top + 14}L{x + 15} {top}L{x + 20} {top + 14}z", "#3b3b3b")
            + rect(x, top + 42, 30, 150, colour)
            + rect(x + 20, top + 42, 10, 150, darker(colour))
            + rect(x + 4, top + 42, 4, 150, lighter(colour))
        )

    colours = (p.main, p.accent, "#30638e", p.main, "#3f7d58")
    tops = (104, 72, 92, 62, 112)
    stripes = "".join(path(f"M{x} 212L{x + 24} 212L{x - 76} 332L{x - 100} 332z", p.accent) for x in range(112, 400, 48))
    sleeve = "M112 212H288V332H112z"
    return scene(
        p,
        "".join(pencil(119 + 33 * i, tops[i], c) for i, c in enumerate(colours))
        + path(sleeve, "#fdf8ee")
        + clipped("c", sleeve, stripes + rect(246, 200, 50, 140, "#101828", 0, 'opacity=".12"'))
        + rect(152, 246, 96, 52, "#fff", 5)
        + rect(166, 262, 68, 6, p.main, 3)
        + rect(176, 276, 48, 5, p.main, 2),
    )


def envelope(p, item):
    lines = "".join(rect(128, y, w, 5, "#9fb0b8", 2) for y, w in ((108, 144), (124, 120), (140, 144), (156, 90)))
    return scene(
        p,
        group(rect(104, 82, 192, 180, "#ffffff", 4) + lines, "rotate(-5 200 180)")
        + path("M76 176L200 256L324 176V332H76z", p.main)
        + path("M76 332L176 240Q200 224 224 240L324 332z", p.shade)
        + path("M76 176L200 268L324 176", None, darker(p.main, 0.28), 4)
        + path("M76 176V332H324V176", None, darker(p.main, 0.28), 4)
        + rect(268, 196, 42, 50, p.accent, 2)
        + rect(268, 196, 42, 50, None, 2, 'stroke="#fff" stroke-width="4" stroke-dasharray="4 4"')
        + emblem("anchor", 289, 221, 0.42, "#fff")
        + circle(200, 274, 19, p.accent)
        + emblem("star", 200, 274, 0.32, "#fff"),
        shadow=135,
    )


def card(p, item):
    front = "M124 92H306V332H124z"
    return scene(
        p,
        path("M94 104L124 92V332L94 344z", darker(p.main, 0.2))
        + path(front, p.main)
        + rect(142, 112, 146, 200, p.accent, 4)
        + clipped(
            "c",
            "M142 112H288V312H142z",
            circle(248, 160, 26, "#f4a259")
            + path("M142 250q18 -16 36.5 0t36.5 0t36.5 0t36.5 0V312H142z", "#f6efe0")
            + path("M142 276q18 -16 36.5 0t36.5 0t36.5 0t36.5 0", None, p.accent, 5)
            + path("M142 296q18 -16 36.5 0t36.5 0t36.5 0t36.5 0", None, p.accent, 5),
        )
        + emblem(item["emblem"], 206, 196, 1.15, "#fff")
        + emblem(item["emblem"], 172, 148, 0.5, "#fff"),
        shadow=120,
    )


def planner(p, item):
    rings = "".join(path(f"M{x} 100V74", None, "#cdd3d8", 7) + circle(x, 104, 5, p.deep) for x in range(136, 280, 24))
    curve = "M124 232" + "q19 -70 38 0t38 0t38 0t38 0"
    return scene(
        p,
        rect(116, 94, 176, 238, "#fffdf6", 8)
        + rect(110, 88, 176, 238, p.main, 8)
        + rect(252, 88, 34, 238, p.shade, 8)
        + rings
        + path(curve, None, p.accent, 7)
        + path("M124 276H276", None, p.light, 4)
        + circle(143, 197, 8, "#fff")
        + circle(219, 197, 8, "#fff")
        + rect(134, 134, 90, 10, lighter(p.main, 0.7), 4)
        + rect(134, 152, 58, 7, lighter(p.main, 0.5), 3)
        + rect(278, 150, 16, 26, p.accent, 3)
        + rect(278, 184, 16, 26, "#e76f51", 3),
    )


def board(p, item):
    outline = (
        "M178 150V92Q178 64 200 64Q222 64 222 92V150H266Q296 150 296 180"
        "V302Q296 332 266 332H134Q104 332 104 302V180Q104 150 134 150z"
    )
    grain = "".join(
        path(f"M{x} 140q{d} 60 0 110t{-d} 100", None, p.shade, 4)
        for x, d in ((132, 10), (164, -8), (232, 9), (268, -10))
    )
    return scene(
        p,
        group(path(outline, p.accent), "translate(7 5)")
        + path(outline, p.main)
        + clipped("c", outline, grain)
        + rect(126, 172, 148, 138, None, 16, f'stroke="{p.accent}" stroke-width="5" opacity=".7"')
        + circle(200, 90, 9, lighter(p.back, 0.3))
        + path("M118 186Q118 164 138 164", None, p.light, 6)
        + circle(176, 262, 34, "#c8453b")
        + circle(176, 262, 27, "#e2725b")
        + path("M176 240V252M176 272V284M154 262H166M186 262H198", None, "#f6d9b0", 8)
        + circle(226, 236, 26, "#c8453b")
        + circle(226, 236, 20, "#e2725b")
        + path("M226 220V228M226 244V252M210 236H218M234 236H242", None, "#f6d9b0", 6),
    )


def towel(p, item):
    flags = (
        (p.accent, "#fff"),
        ("#f6c945", "#20486b"),
        ("#20486b", "#fff"),
        ("#fff", p.accent),
        ("#3f7d58", "#f6c945"),
    )
    row = "".join(
        rect(117 + 34 * i, 262, 30, 30, a) + path(f"M{117 + 34 * i} 262l30 30h-30z", b)
        for i, (a, b) in enumerate(flags)
    )
    folds = path("M152 116Q146 200 152 332M240 116Q248 210 240 332", None, p.shade, 5, 'opacity=".6"')
    return scene(
        p,
        rect(70, 96, 260, 13, "#8a6a4a", 6)
        + circle(70, 102, 11, "#6d5137")
        + circle(330, 102, 11, "#6d5137")
        + path("M112 98H288V332H112z", p.main)
        + path("M260 98H288V332H248Q266 220 260 98z", p.shade)
        + folds
        + rect(112, 250, 176, 4, p.accent)
        + row
        + rect(112, 300, 176, 4, p.accent)
        + path("M112 98H288V120H112z", p.shade)
        + path(
            "".join(f"M{x} 332v8" for x in range(114, 288, 12)),
            None,
            p.main,
            4,
        ),
        ground=352,
        shadow=90,
    )


def apron(p, item):
    outline = "M156 128Q200 144 244 128Q248 176 300 196V316Q300 332 284 332H116Q100 332 100 316V196Q152 176 156 128z"
    return scene(
        p,
        path("M160 132Q150 60 200 60Q250 60 240 132", None, p.accent, 10)
        + path("M104 204Q76 212 62 246M296 204Q324 212 338 246", None, p.accent, 9)
        + path(outline, p.main)
        + clipped("c", outline, path("M252 120H310V340H236Q276 230 252 120z", p.shade))
        + path("M146 236H254V282Q254 304 232 304H168Q146 304 146 282z", p.shade)
        + path("M146 236H254M200 238V302", None, p.accent, 4)
        + path("M112 206V318H288V206", None, p.light, 3, 'stroke-dasharray="7 7"')
        + rect(262, 214, 10, 36, p.accent, 4)
        + circle(160, 138, 5, p.accent_light)
        + circle(240, 138, 5, p.accent_light),
    )


def skillet(p, item):
    return scene(
        p,
        group(
            rect(100, -15, 150, 30, p.shade, 14) + rect(110, -9, 128, 8, p.light, 4) + circle(234, 0, 6, p.back),
            "translate(178 216) rotate(-38)",
        )
        + circle(176, 228, 112, p.ink)
        + circle(176, 222, 112, p.shade)
        + circle(176, 222, 94, p.main)
        + path(
            "M116 232Q104 186 148 178Q164 148 202 164Q240 158 236 200Q262 238 222 256Q196 288 162 264Q122 276 116 232z",
            "#fffdf5",
        )
        + circle(180, 218, 30, p.accent)
        + path("M162 212Q166 198 180 196", None, lighter(p.accent, 0.6), 6)
        + path("M92 196Q100 160 130 142", None, p.light, 7),
        ground=346,
        shadow=112,
    )


def knife(p, item):
    knife_shape = (
        path("M-150 8Q-60 30 26 26V-12H-40Q-110 -14 -150 8z", p.accent)
        + path("M-150 8Q-60 30 26 26V18Q-70 20 -150 8z", lighter(p.accent, 0.6))
        + rect(22, -16, 14, 46, "#8f9aa3", 3)
        + path("M34 -16H130Q152 -12 150 8Q150 26 134 26Q110 18 84 26Q58 34 34 28z", p.main)
        + path("M34 12H150Q150 26 134 26Q110 18 84 26Q58 34 34 28z", p.shade)
        + circle(62, 2, 5, "#e8d9a0")
        + circle(106, 2, 5, "#e8d9a0")
    )
    lemon = (
        circle(140, 268, 56, "#f4c430")
        + circle(140, 268, 47, "#fff6cf")
        + path(
            "M140 268L140 226A42 42 0 0 1 176 247zM140 268L178 252"
            "A42 42 0 0 1 172 294zM140 268L168 298A42 42 0 0 1 128 308z"
            "M140 268L122 306A42 42 0 0 1 98 272zM140 268L98 266A42 42 0 0 1 134 226z",
            "#f7d95a",
        )
    )
    return scene(p, lemon + group(knife_shape, "translate(214 176) rotate(-24)"), ground=330, shadow=125)


def spoons(p, item):
    def tool(x, y, angle, head):
        return group(rect(-6, -20, 12, 150, p.main, 5) + head, f"translate({x} {y}) rotate({angle})")

    oval = ellipse(0, -44, 24, 36, p.main) + ellipse(0, -46, 15, 25, p.shade)
    flat = path("M-20 -84H20L14 -14H-14z", p.main) + path("M4 -84H20L14 -14H4z", p.shade)
    slotted = ellipse(0, -44, 24, 36, p.main) + path("M-8 -64V-26M0 -68V-22M8 -64V-26", None, p.deep, 4)
    fork = path("M-20 -82V-44Q-20 -14 0 -14Q20 -14 20 -44V-82H10V-48H5V-82H-5V-48H-10V-82z", p.main)
    crock = "M128 196H272L262 312Q260 332 240 332H160Q140 332 138 312z"
    return scene(
        p,
        tool(160, 150, -16, oval)
        + tool(186, 140, -5, flat)
        + tool(214, 144, 6, slotted)
        + tool(242, 152, 17, fork)
        + path(crock, p.accent)
        + clipped(
            "c",
            crock,
            path("M228 190H280V340H214Q238 270 228 190z", p.accent_shade) + rect(120, 252, 160, 10, p.accent_light),
        )
        + ellipse(200, 196, 72, 11, p.accent_shade)
        + path("M132 196Q200 216 268 196", None, p.accent_light, 6),
    )


def mill(p, item):
    body = (
        "M164 164H236Q226 206 236 232Q262 264 262 306V320Q262 332 250 332"
        "H150Q138 332 138 320V306Q138 264 164 232Q174 206 164 164z"
    )
    grooves = path("M160 250V324M180 236V328M200 232V330M220 236V328M240 250V324", None, p.shade, 5)
    return scene(
        p,
        path(body, p.main)
        + clipped("c", body, grooves + path("M226 160H270V340H222Q240 250 226 160z", p.deep, None, 0, 'opacity=".45"'))
        + rect(152, 148, 96, 20, p.accent, 6)
        + path("M140 124Q140 96 172 94H228Q260 96 260 124Q260 148 236 148H164Q140 148 140 124z", p.main)
        + path("M232 94Q260 98 260 124Q260 148 236 148H222Q238 120 232 94z", p.shade)
        + rect(184, 74, 32, 22, p.accent, 6)
        + path("M154 122Q156 108 172 106", None, p.light, 6)
        + rect(140, 300, 120, 8, p.accent, 3)
        + "".join(circle(x, y, 6, "#3b3533") for x, y in ((96, 326), (118, 334), (300, 330), (284, 340))),
    )


SHAPES = {
    draw.__name__: draw
    for draw in (
        notebook,
        notebook_stack,
        fountain_pen,
        ink_bottle,
        pencils,
        envelope,
        card,
        planner,
        board,
        towel,
        apron,
        skillet,
        knife,
        spoons,
        mill,
    )
}

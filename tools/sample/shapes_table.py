"""What stands on a table: bags and tins of coffee and tea, jars, ceramics."""

from svg import circle, clipped, ellipse, emblem, group, lighter, path, rect, scene


def pouch_bag(p, item):
    outline = "M118 118L128 92H272L282 118L292 326Q292 332 284 332H116Q108 332 108 326z"
    return scene(
        p,
        path(outline, p.main)
        + clipped("c", outline, rect(228, 80, 80, 260, p.shade) + rect(108, 118, 184, 4, p.deep))
        + rect(128, 78, 144, 22, p.deep, 4)
        + rect(136, 84, 128, 4, p.accent, 2)
        + circle(200, 218, 58, p.accent_light)
        + circle(200, 218, 58, None, p.accent, 4)
        + emblem(item["emblem"], 200, 218, 0.92, p.ink)
        + rect(150, 296, 100, 7, p.accent, 3)
        + rect(168, 310, 64, 5, p.light, 2),
    )


def tin(p, item):
    return scene(
        p,
        rect(122, 120, 156, 212, p.main, 14)
        + path("M240 120H264Q278 120 278 134V318Q278 332 264 332H240z", p.shade)
        + rect(114, 92, 172, 40, p.deep, 10)
        + rect(114, 122, 172, 6, p.shade)
        + rect(126, 98, 60, 7, p.light, 3)
        + rect(122, 168, 156, 116, lighter(p.back, 0.4))
        + rect(122, 168, 156, 6, p.accent)
        + rect(122, 278, 156, 6, p.accent)
        + emblem(item["emblem"], 200, 226, 1, p.accent if item["accent_on_label"] else p.ink),
    )


def caddy(p, item):
    return scene(
        p,
        path("M112 138L248 138V332H112z", p.main)
        + path("M248 138L296 116V308L248 332z", p.shade)
        + path("M112 138L160 116H296L248 138z", p.light)
        + path("M148 122L182 106H236L222 122z", p.deep)
        + rect(128, 172, 104, 124, lighter(p.main, 0.75), 6)
        + rect(128, 172, 104, 124, None, 6, f'stroke="{p.accent}" stroke-width="3"')
        + emblem(item["emblem"], 180, 228, 1, p.accent if item["accent_on_label"] else p.deep)
        + rect(150, 280, 60, 5, p.accent, 2),
    )


def jar(p, item):
    glass = "M120 150Q112 156 112 172V312Q112 332 132 332H268Q288 332 288 312V172Q288 156 280 150z"
    return scene(
        p,
        path(glass, lighter(p.back, 0.7))
        + clipped(
            "c",
            glass,
            rect(112, 190, 176, 150, p.main)
            + path("M112 194q44 -16 88 0t88 0v20H112z", p.light)
            + rect(250, 150, 40, 190, p.deep, 0, 'opacity=".15"'),
        )
        + path(glass, None, darker_line(p), 4)
        + rect(116, 132, 168, 20, p.deep, 5)
        + rect(106, 96, 188, 40, p.accent, 10)
        + rect(122, 104, 70, 7, p.accent_light, 3)
        + rect(148, 212, 104, 88, "#fffaf0", 8)
        + emblem(item["emblem"], 200, 256, 0.85, p.deep)
        + rect(124, 168, 9, 120, "#fff", 4, 'opacity=".7"'),
    )


def darker_line(p):
    return lighter(p.deep, 0.2)


def steam(c, x):
    return path(f"M{x} 116q-14 -18 0 -34t0 -34M{x + 36} 116q-14 -18 0 -34t0 -34", None, c, 6, 'opacity=".8"')


def mug(p, item):
    body = "M112 138H260V296Q260 332 224 332H148Q112 332 112 296z"
    return scene(
        p,
        path("M258 172Q322 166 322 222Q322 278 254 282", None, p.main, 24)
        + path(body, p.accent)
        + clipped(
            "c", body, path("M100 130H280V292q-30 14 -60 2t-60 4t-60 -4z", p.main) + rect(218, 130, 60, 160, p.shade)
        )
        + ellipse(186, 138, 74, 16, p.deep)
        + ellipse(186, 141, 62, 11, "#4a2c1d")
        + rect(130, 170, 10, 86, p.light, 5)
        + steam(lighter(p.back, 0.9), 168),
    )


def cups(p, item):
    def cup(x, y, colour, shade, light):
        return (
            path(f"M{x + 92} {y + 26}q40 -4 36 26q-4 26 -42 26", None, colour, 14)
            + path(
                f"M{x} {y}H{x + 104}L{x + 94} {y + 84}Q{x + 90} {y + 104} {x + 70} {y + 104}"
                f"H{x + 34}Q{x + 14} {y + 104} {x + 10} {y + 84}z",
                colour,
            )
            + path(f"M{x + 76} {y}H{x + 104}L{x + 94} {y + 84}Q{x + 90} {y + 104} {x + 70} {y + 104}z", shade)
            + ellipse(x + 52, y, 52, 11, light)
            + ellipse(x + 52, y + 2, 43, 7, "#3e2417")
        )

    saucer = ellipse(202, 326, 132, 14, "#fff") + ellipse(202, 322, 96, 9, lighter(p.accent, 0.8))
    return scene(
        p,
        saucer
        + cup(206, 214, p.accent, p.accent_shade, p.accent_light)
        + cup(82, 218, p.main, p.shade, p.light)
        + steam(lighter(p.main, 0.6), 118),
        shadow=140,
    )


def bowl(p, item):
    outline = "M88 206H312Q310 312 236 328H164Q90 312 88 206z"
    specks = "".join(circle(96 + (i * 67) % 210, 222 + (i * 41) % 100, 2 + i % 3, p.accent) for i in range(26))
    fruit = "".join(
        circle(x, 196, 22, c) for x, c in ((150, "#d1495b"), (192, "#4a4e8a"), (236, "#d1495b"), (266, "#4a4e8a"))
    )
    return scene(
        p,
        ellipse(200, 206, 112, 26, p.deep)
        + fruit
        + path("M98 196Q200 240 302 196L312 206Q310 312 236 328H164Q90 312 88 206z", p.main)
        + clipped("c", outline, path("M246 206H320V340H210Q250 300 246 206z", p.shade) + specks)
        + path("M88 206Q200 250 312 206", None, p.light, 6)
        + rect(160, 324, 80, 10, p.accent, 4),
    )


def plate(p, item):
    return scene(
        p,
        circle(200, 196, 138, p.shade)
        + circle(200, 192, 138, p.main)
        + circle(200, 192, 100, None, p.shade, 3)
        + clipped(
            "c",
            "M62 192A138 138 0 1 1 338 192A138 138 0 1 1 62 192z",
            path("M52 214Q120 200 196 212T348 202", None, p.accent, 11)
            + path("M52 224Q140 214 210 222T348 214", None, p.accent, 3, 'opacity=".6"'),
        )
        + path("M118 118Q140 92 176 80", None, "#fff", 8),
        ground=346,
        shadow=120,
    )


def teapot(p, item):
    body = "M116 236Q116 168 200 168Q284 168 284 236Q284 330 200 330Q116 330 116 236z"
    return scene(
        p,
        path("M126 208Q58 190 62 248Q66 300 138 290", None, p.main, 18)
        + path("M272 262Q316 252 318 204Q320 188 340 184L346 198Q334 206 334 222Q330 296 262 304z", p.shade)
        + path(body, p.main)
        + clipped("c", body, path("M232 160H300V340H206Q262 280 232 160z", p.shade))
        + path("M148 178Q152 140 200 140Q248 140 252 178Q200 192 148 178z", p.light)
        + path("M148 178Q200 194 252 178", None, p.deep, 5)
        + circle(200, 128, 15, p.accent)
        + path("M142 222Q148 202 166 194", None, p.light, 9)
        + rect(160, 324, 80, 9, p.deep, 4),
        shadow=125,
    )


def jug(p, item):
    body = (
        "M146 96H246L262 84L270 104Q250 120 252 160Q292 200 286 264"
        "Q280 332 246 332H154Q118 332 112 264Q108 200 150 160Q152 124 146 96z"
    )
    bands = "".join(rect(90, y, 220, h, p.accent) for y, h in ((204, 12), (228, 7), (246, 4)))
    return scene(
        p,
        path("M148 118Q78 106 78 182Q80 252 124 262", None, p.shade, 18)
        + path(body, p.main)
        + clipped("c", body, bands + path("M232 80H300V340H216Q268 240 232 80z", "#101828", None, 0, 'opacity=".1"'))
        + ellipse(198, 98, 50, 10, p.deep)
        + path("M132 268Q128 232 144 206", None, "#fff", 9),
    )


def bud_vase(p, item):
    return scene(
        p,
        path("M200 200Q196 140 214 84", None, p.accent, 6)
        + path("M206 148Q170 140 160 106Q196 108 206 148z", p.accent)
        + path("M214 92Q184 78 192 44Q204 60 214 46Q224 60 238 46Q244 80 214 92z", "#f2b441")
        + path("M214 92Q202 74 214 46Q226 74 214 92z", "#d98f1f")
        + path(
            "M186 196H214Q214 218 240 230Q284 252 278 292Q270 332 200 332"
            "Q130 332 122 292Q116 252 160 230Q186 218 186 196z",
            p.main,
        )
        + path("M230 226Q284 252 278 292Q270 332 200 332Q262 300 230 226z", p.shade)
        + ellipse(200, 196, 14, 4, p.deep)
        + path("M144 282Q144 258 164 246", None, p.light, 9),
        shadow=84,
    )


def butter_dish(p, item):
    waves = path("M112 262q15 -20 29.3 0" + "t29.3 0" * 5, None, lighter(p.main, 0.75), 7)
    return scene(
        p,
        rect(78, 296, 244, 30, p.light, 15)
        + rect(78, 308, 244, 18, p.shade, 9)
        + rect(120, 258, 160, 46, p.accent, 6)
        + path("M100 300V204Q100 172 134 172H266Q300 172 300 204V300z", p.main)
        + path("M244 172H266Q300 172 300 204V300H244z", p.shade)
        + waves
        + path("M170 172Q170 138 200 138Q230 138 230 172z", p.deep)
        + ellipse(192, 150, 9, 5, p.light)
        + rect(116, 194, 9, 46, p.light, 4)
        + rect(100, 288, 200, 6, p.deep),
        shadow=135,
    )


def serving_dish(p, item):
    frond = "M92 232Q150 190 200 226T310 214"
    leaves = "".join(
        path(f"M{x} {y}q{dx} {dy} {2 * dx} {dy}q{-dx / 2:g} {-dy} {-2 * dx} {-dy}z", p.accent)
        for x, y, dx, dy in (
            (120, 214, 12, -26),
            (150, 208, 14, 30),
            (184, 216, 12, -32),
            (216, 230, 16, 28),
            (246, 230, 10, -30),
            (276, 222, 10, 26),
        )
    )
    return scene(
        p,
        ellipse(200, 236, 164, 92, p.shade)
        + ellipse(200, 226, 164, 92, p.main)
        + ellipse(200, 228, 132, 66, p.light)
        + path(frond, None, p.accent, 7)
        + leaves
        + ellipse(200, 228, 132, 66, None, p.shade, 3)
        + path("M66 196Q92 162 142 148", None, "#fff", 7, 'opacity=".7"'),
        ground=322,
        shadow=150,
    )


SHAPES = {
    draw.__name__: draw
    for draw in (pouch_bag, tin, caddy, jar, mug, cups, bowl, plate, teapot, jug, bud_vase, butter_dish, serving_dish)
}

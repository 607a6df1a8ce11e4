"""What is knitted, sewn or woven: clothes and bags."""

from svg import circle, clipped, darker, ellipse, emblem, group, lighter, path, rect, scene


def ribs(x, y, width, height, colour, step=10):
    lines = "".join(f"M{x + step / 2 + i * step:g} {y}v{height}" for i in range(int(width // step)))
    return path(lines, None, colour, 3)


BODY = "M150 96Q200 128 250 96L290 122V332H110V122z"
SLEEVES = "M112 118Q66 190 58 300L98 308Q104 240 124 210zM288 118Q334 190 342 300L302 308Q296 240 276 210z"


def jumper(p, item):
    ladder = "".join(
        path(f"M{x} 150V206M{x + 14} 150V206M{x} 162h14M{x} 178h14M{x} 194h14", None, p.accent, 4)
        for x in range(128, 270, 30)
    )
    wave = path("M112 228q11 -16 22 0" + "t22 0" * 7 + "M112 248q11 -16 22 0" + "t22 0" * 7, None, p.accent, 4)
    cuffs = path("M56 300L98 308L95 330L52 322zM344 300L302 308L305 330L348 322z", p.deep)
    return scene(
        p,
        path(SLEEVES, p.shade)
        + cuffs
        + path(BODY, p.main)
        + clipped("c", BODY, ladder + wave)
        + rect(110, 306, 180, 28, p.deep)
        + ribs(110, 308, 180, 24, p.shade)
        + path("M150 96Q200 128 250 96L246 84Q200 110 154 84z", p.deep)
        + ribs(160, 92, 80, 14, p.shade),
        ground=342,
        shadow=100,
    )


def cardigan(p, item):
    collar = "M152 92Q172 180 200 236Q228 180 248 92L266 104Q250 190 206 252H194Q150 190 134 104z"
    buttons = "".join(circle(200, y, 8, p.accent) + circle(200, y, 3, p.light) for y in (256, 280, 304))
    pockets = "".join(rect(x, 250, 52, 54, p.shade, 4) + rect(x, 250, 52, 11, p.deep, 3) for x in (124, 224))
    knit = "".join(
        path(f"M{x} 120l8 10l8 -10", None, p.light, 3)
        + path(f"M{x} 160l8 10l8 -10M{x} 200l8 10l8 -10", None, p.light, 3)
        for x in (118, 140, 244, 266)
    )
    return scene(
        p,
        path(SLEEVES, p.shade)
        + path("M56 300L98 308L95 330L52 322zM344 300L302 308L305 330L348 322z", p.deep)
        + path("M150 96Q200 150 250 96L290 122V332H110V122z", p.main)
        + path("M162 96Q200 170 238 96L200 232z", "#f7f2e8")
        + knit
        + pockets
        + path("M193 236H207V332H193z", p.shade)
        + path(collar, p.deep)
        + buttons
        + rect(110, 318, 180, 14, p.deep),
        ground=342,
        shadow=100,
    )


def beanie(p, item):
    cap = "M104 258Q100 116 200 112Q300 116 296 258z"
    lines = "".join(
        path(f"M{x} 262Q{200 + (x - 200) * 0.86:g} 170 200 112", None, p.shade, 4) for x in range(116, 290, 24)
    )
    return scene(
        p,
        path(cap, p.main)
        + clipped("c", cap, lines + path("M250 100H310V270H256Q280 190 250 100z", "#101828", None, 0, 'opacity=".12"'))
        + rect(92, 252, 216, 66, p.light, 18)
        + ribs(100, 256, 204, 58, p.main, 12)
        + rect(92, 308, 216, 10, p.shade, 5)
        + rect(232, 274, 44, 26, "#fff8ec", 3)
        + emblem("anchor", 254, 287, 0.3, p.accent),
        ground=326,
        shadow=118,
    )


def scarf(p, item):
    def tail(x, length):
        stripes = "".join(rect(x, y, 60, 14, p.accent) for y in range(190, 150 + length - 20, 34))
        fringe = path("".join(f"M{x + 5 + i * 10} {150 + length}v22" for i in range(6)), None, p.main, 4)
        return (
            rect(x, 150, 60, length, p.main)
            + stripes
            + rect(x + 44, 150, 16, length, "#101828", 0, 'opacity=".1"')
            + fringe
        )

    loop = "M104 130Q104 82 200 82Q296 82 296 130Q296 186 200 190Q104 186 104 130z"
    stripes = path("M122 70L146 200M164 66L176 200M236 66L224 200M278 70L254 200", None, p.accent, 13)
    return scene(
        p,
        tail(202, 164)
        + path(loop, p.main)
        + clipped("c", loop, stripes)
        + ellipse(200, 118, 56, 20, p.deep)
        + path("M108 148Q150 186 200 182Q250 186 292 148", None, p.shade, 5)
        + tail(138, 138),
        ground=346,
        shadow=80,
    )


def mittens(p, item):
    hand = "M-44 70V-36Q-44 -92 0 -92Q44 -92 44 -36V-8Q56 -40 76 -26Q90 -12 74 14L44 58V70z"
    mitten = (
        path(hand, p.main)
        + path("M20 -86Q44 -76 44 -36V-8Q56 -40 76 -26Q90 -12 74 14L44 58V70H24z", p.shade)
        + emblem(item["emblem"], -4, -24, 0.8, p.accent)
        + path("M-36 40H34M-36 28l8 -8l8 8l8 -8l8 8l8 -8l8 8l8 -8l8 8", None, p.accent, 4)
        + rect(-48, 66, 96, 34, p.accent, 8)
        + ribs(-44, 70, 88, 26, darker(p.accent))
    )
    return scene(
        p,
        path("M116 112Q200 40 284 112", None, p.shade, 5)
        + group(mitten, "translate(282 226) rotate(8)")
        + group(mitten, "translate(118 226) rotate(-8) scale(-1 1)"),
        ground=340,
        shadow=130,
    )


def socks(p, item):
    outline = "M-34 -120H34V40Q36 56 58 66L84 80Q104 94 92 112Q84 124 62 122L0 106Q-34 96 -34 54z"
    sock = (
        path(outline, p.main)
        + clipped(
            "s",
            outline,
            path("M-40 30Q-6 34 2 66Q2 100 -30 110H-60V30z", p.accent)
            + path("M66 60Q50 96 66 130H120V60z", p.accent)
            + rect(-40, -126, 80, 34, p.accent)
            + rect(-40, -76, 80, 8, p.accent)
            + rect(-40, -60, 80, 8, p.accent),
        )
        + ribs(-32, -118, 66, 24, p.accent_shade)
        + path("M-22 -44V24M-6 -44V30M10 -44V34", None, p.shade, 3)
    )
    return scene(
        p,
        group(sock, "translate(214 206) rotate(-6)")
        + group(sock.replace('id="s"', 'id="t"').replace("#s", "#t"), "translate(134 212) rotate(4)"),
        ground=336,
        shadow=130,
    )


def blanket(p, item):
    layer = "".join(
        rect(84, y, 232, 42, c, 20) + rect(84, y + 26, 232, 16, darker(c, 0.14), 8)
        for y, c in ((288, p.main), (246, p.light), (204, p.main))
    )
    flap = "M92 150Q92 128 116 128H284Q308 128 308 150V222H92z"
    waffle = path(
        "".join(f"M92 {y}H308" for y in range(146, 222, 16)) + "".join(f"M{x} 128V222" for x in range(108, 308, 16)),
        None,
        p.shade,
        3,
    )
    return scene(
        p,
        layer
        + path(flap, p.main)
        + clipped("c", flap, waffle + rect(92, 186, 216, 18, p.accent))
        + path("".join(f"M{x} 222v14" for x in range(98, 308, 12)), None, p.accent, 4)
        + rect(258, 206, 34, 26, "#fffdf5", 3)
        + emblem("wave", 275, 218, 0.3, p.deep),
        ground=334,
        shadow=140,
    )


def slipover(p, item):
    outline = "M146 90L200 190L254 90L282 104Q262 160 290 196V332H110V196Q138 160 118 104z"
    checks = "".join(
        path(f"M{x} {y}l16 20l-16 20l-16 -20z", p.accent) for x in range(120, 300, 40) for y in range(200, 300, 48)
    )
    thin = path("".join(f"M{x} 332L{x + 190} 92M{x + 190} 332L{x} 92" for x in range(-60, 320, 40)), None, p.light, 2)
    return scene(
        p,
        path("M146 90L200 190L254 90Q200 60 146 90z", "#f7f5ee")
        + path("M172 82L200 190L228 82L200 108z", "#dfe6ea")
        + path(outline, p.main)
        + clipped("c", outline, checks + thin)
        + path("M146 90L200 190L254 90", None, p.deep, 12)
        + path("M118 104Q138 160 110 196M282 104Q262 160 290 196", None, p.deep, 10)
        + rect(110, 310, 180, 22, p.deep)
        + ribs(110, 312, 180, 18, p.shade),
        ground=342,
        shadow=95,
    )


def tote(p, item):
    outline = "M110 156H290L302 318Q302 332 288 332H112Q98 332 98 318z"
    return scene(
        p,
        path("M154 160V116Q154 70 200 70Q246 70 246 116V160", None, p.accent, 13)
        + path(outline, p.main)
        + clipped(
            "c",
            outline,
            path("M246 150H310V340H232Q262 250 246 150z", p.shade)
            + rect(147, 156, 14, 180, p.accent)
            + rect(239, 156, 14, 180, p.accent),
        )
        + path("M108 170H292", None, p.shade, 4, 'stroke-dasharray="8 6"')
        + circle(200, 244, 44, p.main)
        + emblem(item["emblem"], 200, 244, 1, p.accent),
    )


def backpack(p, item):
    outline = "M116 156Q116 86 200 86Q284 86 284 156V306Q284 332 258 332H142Q116 332 116 306z"
    sail = path("M110 250L300 110V80H110z", lighter(p.accent, 0.82)) + path("M110 250L300 110", None, p.shade, 4)
    return scene(
        p,
        path("M170 92Q170 58 200 58Q230 58 230 92", None, p.accent, 11)
        + rect(98, 190, 30, 116, p.accent_shade, 14)
        + rect(272, 190, 30, 116, p.accent_shade, 14)
        + path(outline, p.main)
        + clipped("c", outline, sail + path("M252 80H290V340H244Q272 220 252 80z", p.shade))
        + rect(138, 226, 124, 88, lighter(p.main, 0.4), 14)
        + rect(138, 226, 124, 88, None, 14, f'stroke="{p.shade}" stroke-width="4"')
        + path("M146 246H254", None, p.accent, 6)
        + rect(192, 246, 16, 24, p.accent, 4)
        + path("M160 132L176 116V160M196 116H222L206 160M164 178H236", None, darker(p.accent), 8),
    )


def duffel(p, item):
    outline = "M84 222Q84 184 124 184H276Q316 184 316 222V294Q316 328 280 328H120Q84 328 84 294z"
    return scene(
        p,
        path("M140 240Q140 112 200 112Q260 112 260 240", None, p.accent, 13)
        + path(outline, p.main)
        + clipped(
            "c", outline, rect(80, 286, 240, 50, p.accent) + rect(272, 180, 50, 150, "#101828", 0, 'opacity=".16"')
        )
        + rect(132, 186, 16, 142, p.accent)
        + rect(252, 186, 16, 142, p.accent)
        + path("M106 202H294", None, p.deep, 7)
        + rect(276, 198, 22, 9, "#d9b64c", 3)
        + circle(120, 332, 6, "#d9b64c")
        + circle(280, 332, 6, "#d9b64c")
        + rect(176, 226, 48, 34, p.accent, 5)
        + emblem("anchor", 200, 243, 0.36, p.accent_light)
        + rect(98, 210, 8, 66, p.light, 4),
        shadow=135,
    )


def satchel(p, item):
    return scene(
        p,
        path("M104 172Q104 66 200 66Q296 66 296 172", None, p.deep, 11)
        + rect(88, 158, 224, 174, p.shade, 18)
        + path("M84 170Q84 150 104 150H296Q316 150 316 170V238Q316 268 286 272H114Q84 268 84 238z", p.main)
        + path("M96 176V236Q98 256 120 260H280Q302 256 304 236V176", None, p.accent, 3, 'stroke-dasharray="8 6"')
        + rect(186, 228, 28, 78, p.deep, 6)
        + rect(178, 262, 44, 32, None, 6, f'stroke="{p.accent}" stroke-width="7"')
        + path("M200 262V284", None, p.accent, 5)
        + circle(108, 160, 8, p.accent)
        + circle(292, 160, 8, p.accent)
        + path("M100 184Q100 164 120 162H190", None, p.light, 5)
        + path("M104 316H296", None, p.deep, 4, 'stroke-dasharray="8 6"'),
        shadow=130,
    )


def pouch(p, item):
    outline = "M88 190Q88 174 104 174H296Q312 174 312 190L302 304Q300 326 278 326H122Q100 326 98 304z"
    stripes = "".join(rect(x, 170, 9 if i % 2 else 4, 160, p.accent) for i, x in enumerate(range(96, 312, 18)))
    return scene(
        p,
        path(outline, p.main)
        + clipped(
            "c", outline, stripes + path("M266 170H320V330H254Q284 250 266 170z", "#101828", None, 0, 'opacity=".12"')
        )
        + rect(84, 162, 232, 22, p.accent, 10)
        + path("M100 173H300", None, "#e7c766", 4, 'stroke-dasharray="5 4"')
        + path("M300 173Q338 176 334 214T326 262", None, "#d98e52", 7)
        + circle(326, 266, 12, "#c87b40")
        + path("M318 276L314 300M326 278V304M334 276L338 300", None, "#d98e52", 5),
        shadow=125,
    )


def basket(p, item):
    outline = "M88 206H312L286 316Q282 332 264 332H136Q118 332 114 316z"
    weave = "".join(
        path("".join(f"M{80 + shift} {y}" + "q11 -13 22 0m22 0" * 6 for y in range(228, 340, 17)), None, c, 7)
        for shift, c in ((0, p.shade), (22, p.light))
    )
    return scene(
        p,
        path("M108 206Q108 74 200 74Q292 74 292 206", None, p.main, 13)
        + path("M160 84Q200 66 240 84", None, p.accent, 17)
        + circle(160, 196, 26, "#7fa650")
        + circle(200, 188, 30, "#d1603d")
        + circle(244, 196, 26, "#7fa650")
        + path("M200 158q4 -16 18 -18", None, "#4c7a34", 6)
        + path(outline, p.main)
        + clipped("c", outline, weave)
        + rect(80, 196, 240, 22, p.accent, 11)
        + path("M92 207H308", None, p.light, 5, 'stroke-dasharray="12 9"'),
        shadow=115,
    )


def roll_top(p, item):
    outline = "M116 138H284V308Q284 332 260 332H140Q116 332 116 308z"
    return scene(
        p,
        path(outline, p.main)
        + clipped("c", outline, rect(244, 130, 50, 210, p.shade))
        + rect(106, 104, 188, 36, p.accent, 16)
        + ellipse(284, 122, 9, 17, p.accent_shade)
        + path("M120 115H262", None, p.accent_light, 4)
        + rect(140, 108, 15, 84, p.accent, 4)
        + rect(238, 108, 15, 84, p.accent, 4)
        + rect(134, 180, 27, 22, "#22272e", 4)
        + rect(232, 180, 27, 22, "#22272e", 4)
        + rect(116, 232, 168, 16, "#eef2f4")
        + rect(116, 256, 168, 6, "#eef2f4")
        + rect(128, 154, 8, 60, p.light, 4)
        + rect(174, 282, 52, 24, p.accent, 4)
        + emblem("gull", 200, 295, 0.42, "#fff"),
    )


def net_bag(p, item):
    outline = "M130 160Q70 220 104 290Q126 332 200 332Q274 332 296 290Q330 220 270 160z"
    oranges = "".join(
        circle(x, y, 34, p.accent) + circle(x - 9, y - 10, 8, p.accent_light)
        for x, y in ((150, 216), (212, 200), (262, 236), (130, 272), (192, 262), (250, 292), (186, 306))
    )
    net = path("".join(f"M{x} 150L{x + 190} 340M{x + 190} 150L{x} 340" for x in range(-90, 310, 34)), None, p.main, 4)
    return scene(
        p,
        path("M146 164Q150 70 200 70Q250 70 254 164", None, p.main, 9)
        + clipped("c", outline, oranges + net)
        + path(outline, None, p.main, 5)
        + path("M130 160Q200 176 270 160", None, p.shade, 10),
        shadow=95,
    )


SHAPES = {
    draw.__name__: draw
    for draw in (
        jumper,
        cardigan,
        beanie,
        scarf,
        mittens,
        socks,
        blanket,
        slipover,
        tote,
        backpack,
        duffel,
        satchel,
        pouch,
        basket,
        roll_top,
        net_bag,
    )
}

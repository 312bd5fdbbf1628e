/// How pages look: on paper, on a phone, in a dark room. Colours have a contrast of 4.5 and more to
/// what they stand on, and nothing is told by them alone.
enum ReportStyle {
  /// The style sheet.
  static let css = colours + text + tables + charts + media

  private static let light = """
    --page: #ffffff; --ink: #1b1d1f; --soft: #53585d; --rule: #d4d8dc; --panel: #f4f6f8;
    --one: #1b4f8a; --two: #a04000; --three: #2f6b3a; --four: #6b2f7a; --bar: #3f74ad;
    --other: #d98a4a; --h0: #f4f7fb; --h1: #e6eef7; --h2: #d8e5f3; --h3: #cadcef; --h4: #bbd2ea;
    --h5: #acc8e6; --h6: #9dbee1; --h7: #8db4dd;
    """

  private static let dark = """
    --page: #15181b; --ink: #e8eaec; --soft: #b3b9bf; --rule: #3c4248; --panel: #1e2226;
    --one: #8fbcf0; --two: #f2ab6b; --three: #8fd09b; --four: #d9a3e6; --bar: #5f93cc;
    --other: #c98750; --h0: #1c2229; --h1: #1f2a36; --h2: #223243; --h3: #263b51; --h4: #29445f;
    --h5: #2c4d6d; --h6: #30567b; --h7: #335f8a;
    """

  private static let colours = """
    :root { \(light) }
    @media screen and (prefers-color-scheme: dark) { :root { \(dark) } }

    """

  private static let text = """
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body { margin: 0 auto; padding: 1rem 0.75rem 3rem; max-width: 68rem; background: var(--page);
      color: var(--ink); font: 1rem/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif;
      overflow-wrap: anywhere; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0.5rem 0; }
    h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.5rem 0 0.75rem; padding-top: 0.5rem;
      border-top: 2px solid var(--rule); }
    h3 { font-size: 1.08rem; margin: 1.75rem 0 0.5rem; }
    p { margin: 0.5rem 0; max-width: 46rem; }
    a { color: var(--one); }
    a:focus-visible, .scroll:focus-visible { outline: 3px solid var(--two); outline-offset: 2px; }
    code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
      font-size: 0.875rem; }
    pre { margin: 0; padding: 0.6rem 0.75rem; background: var(--panel); }
    .lead { font-size: 1.15rem; }
    .warning { border-left: 4px solid var(--two); padding: 0.4rem 0.75rem; background: var(--panel);
      max-width: none; }
    .note, footer { font-size: 0.875rem; color: var(--soft); }
    footer { margin-top: 3rem; border-top: 1px solid var(--rule); }
    nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap;
      gap: 0.25rem 1.25rem; }
    nav a { display: inline-block; padding: 0.2rem 0; }
    .facts { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr));
      gap: 0.75rem; margin: 1rem 0; }
    .facts li { background: var(--panel); padding: 0.5rem 0.75rem; }
    .facts .name { display: block; font-size: 0.8125rem; color: var(--soft); }
    .facts .value { font-size: 1.15rem; font-variant-numeric: tabular-nums; }

    """

  private static let tables = """
    .scroll { overflow-x: auto; margin: 1rem 0; max-width: 100%; }
    table { border-collapse: collapse; font-size: 0.9375rem; }
    caption { text-align: left; font-weight: 600; padding: 0.25rem 0 0.4rem; }
    caption span { display: inline-block; max-width: min(46rem, calc(100vw - 1.5rem)); }
    .beside { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0 3rem; }
    .beside > * { min-width: 0; max-width: 100%; }
    .beside > figure { flex: 1 1 20rem; max-width: 26rem; margin: 1rem 0; }
    h3 + .beside > .scroll, h3 + .scroll { margin-top: 0.25rem; }
    th, td { padding: 0.3rem 0.75rem 0.3rem 0; text-align: left; vertical-align: top;
      border-bottom: 1px solid var(--rule); overflow-wrap: normal; }
    th { font-weight: 600; }
    tbody th { font-weight: 500; }
    td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
    th.n { text-align: right; }
    .heat { border-collapse: separate; border-spacing: 1px; font-size: 0.8125rem; }
    .heat th, .heat td { border: 0; padding: 0.2rem 0.3rem; }
    .heat td { min-width: 2rem; text-align: center; vertical-align: middle;
      font-variant-numeric: tabular-nums; }
    .heat thead th { text-align: center; vertical-align: bottom; }
    .heat thead th.corner { text-align: left; font-weight: 400; color: var(--soft); }
    .heat .up span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 9rem;
      overflow: hidden; white-space: nowrap; }
    .heat tbody th { position: sticky; left: 0; background: var(--page); min-width: 8rem;
      max-width: 18rem; }
    .heat .none { background: none; }
    .h0 { background: var(--h0); } .h1 { background: var(--h1); } .h2 { background: var(--h2); }
    .h3 { background: var(--h3); } .h4 { background: var(--h4); } .h5 { background: var(--h5); }
    .h6 { background: var(--h6); } .h7 { background: var(--h7); }

    """

  private static let charts = """
    .row { display: grid; gap: 1.25rem;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); margin: 1rem 0; }
    figure { margin: 0; min-width: 0; }
    figcaption { font-weight: 600; font-size: 0.9375rem; margin-bottom: 0.25rem; }
    figure svg { display: block; flex: none; }
    figure svg:not([width]) { width: 100%; height: auto; max-width: 30rem; }
    svg text { font: 11px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--ink); }
    svg .name { fill: var(--soft); }
    svg .strong { font-weight: 600; }
    .middle { text-anchor: middle; } .end { text-anchor: end; }
    .grid { stroke: var(--rule); stroke-width: 0.7; }
    .axis { stroke: var(--ink); stroke-width: 1; }
    .mark { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 2 3; }
    .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .curve.s0 { stroke: var(--one); }
    .curve.s1 { stroke: var(--two); stroke-dasharray: 7 4; }
    .curve.s2 { stroke: var(--three); stroke-dasharray: 2 3; }
    .curve.s3 { stroke: var(--four); stroke-dasharray: 10 3 2 3; }
    .dot { stroke-width: 1.5; fill: var(--page); }
    .dot.s0 { stroke: var(--one); fill: var(--one); } .dot.s1 { stroke: var(--two); }
    .dot.s2 { stroke: var(--three); fill: var(--three); } .dot.s3 { stroke: var(--four); }
    .bar { stroke-width: 0.8; }
    .bar.b0 { fill: var(--bar); stroke: var(--one); }
    .bar.b1 { fill: var(--page); stroke: var(--two); }
    .point { stroke-width: 1.6; }
    .point.b0 { fill: var(--one); stroke: var(--one); }
    .point.b1 { fill: var(--page); stroke: var(--two); }
    .edge { stroke: var(--soft); stroke-width: 1.2; }
    .box { fill: var(--panel); stroke: var(--one); stroke-width: 1; }
    .legend { list-style: none; margin: 0.25rem 0 0; padding: 0; display: flex; flex-wrap: wrap;
      gap: 0.1rem 1rem; font-size: 0.875rem; }
    .legend li { display: flex; align-items: center; gap: 0.4rem; }

    """

  private static let media = """
    @media (max-width: 30rem) {
      h1 { font-size: 1.4rem; }
      h2 { font-size: 1.2rem; }
      .heat tbody th { min-width: 6.5rem; max-width: 6.5rem; }
      .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.5rem; }
    }
    @media print {
      @page { margin: 14mm; }
      body { font-size: 9.5pt; max-width: none; padding: 0; }
      nav { display: none; }
      h2, h3, figcaption, caption { break-after: avoid; }
      figure, tr, .facts li, .warning { break-inside: avoid; }
      thead { display: table-header-group; }
      .scroll { overflow: visible; }
      .row { grid-template-columns: repeat(2, 1fr); }
      svg.fixed { max-width: 100%; height: auto; }
      .heat { font-size: 7.5pt; }
      .heat td { min-width: 1.4rem; }
      table { font-size: 8.5pt; break-inside: avoid; }
      pre { white-space: pre-wrap; }
      * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    }

    """
}

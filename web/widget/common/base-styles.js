// The empty drop zone, a cutting mat: all that is on screen at load. The custom
// properties are those of the first rule; docs/embedding.md explains them.
export const baseStyles = `
:host{display:block;font:inherit;
--_mat:var(--mat,#0d5346);--_line:var(--mat-line,#ffffff14);--_on:var(--mat-ink,#f3f8f5);--_spark:var(--spark,#ffd54a);
--_surface:var(--surface,#fff);--_ink:var(--ink,#15211d);--_muted:var(--muted,#566660);--_edge:var(--edge,#d5dcd8);--_focus:var(--focus,#0b6bcb);--_r:var(--radius,16px)}
@supports (color:light-dark(red,red)){:host{--_mat:var(--mat,light-dark(#0d5346,#0a3d34));--_surface:var(--surface,light-dark(#fff,#161d1b));--_ink:var(--ink,light-dark(#15211d,#edf3f0));
--_muted:var(--muted,light-dark(#566660,#9fb0a9));--_edge:var(--edge,light-dark(#d5dcd8,#2d3936));--_focus:var(--focus,light-dark(#0b6bcb,#8ec5ff))}}
:host([hidden]),[hidden]{display:none!important}
*{box-sizing:border-box}
p{margin:0}
button{font:inherit;color:inherit;cursor:pointer}
.frame[inert]{opacity:.5}
:focus-visible{outline:3px solid var(--_focus);outline-offset:2px}
.frame{position:relative;display:grid;grid-template:minmax(0,1fr)/minmax(0,1fr);min-height:var(--height,clamp(480px,75vh,760px));border-radius:var(--_r);overflow:clip;outline:0;
color:var(--_ink);background:var(--_surface);border:1px solid var(--_edge)}
.drop,.stage{color:var(--_on);background-color:var(--_mat);
background-image:linear-gradient(var(--_line) 1px,#0000 1px),linear-gradient(90deg,var(--_line) 1px,#0000 1px),linear-gradient(var(--_line) 1px,#0000 1px),linear-gradient(90deg,var(--_line) 1px,#0000 1px);
background-size:96px 96px,96px 96px,16px 16px,16px 16px;background-position:-1px -1px}
.drop{position:relative;display:grid;place-content:center;justify-items:center;gap:10px;padding:24px;text-align:center}
.drop :focus-visible,.stage :focus-visible{outline-color:#fff;box-shadow:0 0 0 2px #04231d}
.cut{position:absolute;inset:18px;width:calc(100% - 36px);height:calc(100% - 36px);overflow:visible;pointer-events:none}
.cut rect{fill:none;stroke:var(--_spark);stroke-width:1.5;stroke-dasharray:9 7;opacity:.75}
.mark{width:132px;height:99px;margin-bottom:6px;overflow:visible}
.sheet{fill:#f7faf8}.hill{fill:#a9c9bd}
.hole{fill:var(--_mat)}.sun{fill:var(--_spark);stroke:#fff;stroke-width:2.5;transform:translate(27px,-20px);transition:transform .3s cubic-bezier(.3,1.4,.5,1)}
.unsaid>*{opacity:0}
.lead{font-size:clamp(1.35rem,1rem + 1.6vw,1.9rem);font-weight:650;letter-spacing:-.015em}
@media (pointer:coarse){.lead,.lead+.hint{display:none}}
.hint{opacity:.88}.small{font-size:.875rem;margin-top:6px}
.actions{display:flex;flex-wrap:wrap;justify-content:center;gap:10px;margin-top:4px}
.primary,.quiet{min-height:46px;padding:0 20px;border-radius:12px;font-weight:600;border:1.5px solid #0000;transition:background-color .15s,border-color .15s}
.primary{background:var(--_spark);color:#1b1a0f}.primary:hover{background:color-mix(in srgb,var(--_spark),#fff 28%)}
.quiet{background:#0003;border-color:#ffffff73;color:inherit}.quiet:hover{background:#0000004d;border-color:#fff}
:host([dragging]) .cut rect,:host([state=working]) .drop rect{opacity:1;stroke-width:3;animation:march 1s linear infinite}
:host([dragging]) .sun{transform:translate(33px,-28px)}
:host([dragging]) .drop>:not(svg){pointer-events:none}
@keyframes march{to{stroke-dashoffset:-32}}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation:none!important;transition:none!important}}
`;

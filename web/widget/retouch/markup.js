// The retoucher's elements and their styles. Fixed text: no data goes through
// innerHTML.
export const retoucherMarkup = `
<div class="tools" role="toolbar" data-label="tools" part="tools">
  <button type="button" class="chip" data-tool="erase" aria-keyshortcuts="E"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 13 11 5l5 5-7 7H6z"/><path d="M8 17h9"/></svg><span data-t="erase"></span></button>
  <button type="button" class="chip" data-tool="restore" aria-keyshortcuts="R"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 16c3 0 4-1 4-3l7-8 1 1-7 8c-2 0-3 1-5 2z"/></svg><span data-t="restore"></span></button>
  <button type="button" class="chip" data-tool="pick" aria-keyshortcuts="P" hidden><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M8 8 16 11l-3.6 1.4L11 16z"/><path d="M7 2v2M2 7h2M3.5 3.5 5 5M10.5 3.5 9.5 4.5M3.5 10.5l1-1"/></svg><span data-t="pick"></span></button>
  <button type="button" class="chip" data-tool="refine" data-title="refine.how" aria-keyshortcuts="H"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 17c0-6 2-9 5-13M8 17c0-6 2-8 5-12M12 17c0-5 1-7 4-10"/></svg><span data-t="refine"></span></button>
  <button type="button" class="chip" data-tool="edge" data-title="edge.how" aria-keyshortcuts="G"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 15c4 0 5-9 14-9"/><path stroke-dasharray="2 2" d="M3 11c3 0 4-7 10-8"/></svg><span data-t="edge"></span></button>
  <button type="button" class="chip" data-tool="objects" aria-keyshortcuts="O"><svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="7" cy="8" r="4"/><rect x="10" y="10" width="6" height="6" rx="1"/></svg><span data-t="objects"></span></button>
  <button type="button" class="chip" data-tool="move" aria-keyshortcuts="M"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 3v14M3 10h14M10 3 8 5M10 3l2 2M10 17l-2-2M10 17l2-2M3 10l2-2M3 10l2 2M17 10l-2-2M17 10l-2 2"/></svg><span data-t="move"></span></button>
  <span class="gap"></span>
  <label class="check"><input class="ghost" type="checkbox" checked><span data-t="ghost"></span></label>
  <div class="backdrops" role="group" data-label="backdrop">
    <button type="button" class="dot checker" data-backdrop="checker" data-label="checker" data-title="checker"></button>
    <button type="button" class="dot" data-backdrop="white" data-label="white" data-title="white"></button>
    <button type="button" class="dot black" data-backdrop="black" data-label="black" data-title="black"></button>
    <button type="button" class="dot green" data-backdrop="green" data-label="green" data-title="green"></button>
  </div>
  <div class="zooms">
    <button type="button" class="chip icon" data-act="out" data-label="out" data-title="out">−</button>
    <button type="button" class="chip zoom" data-act="fit" data-title="fit"></button>
    <button type="button" class="chip icon" data-act="in" data-label="in" data-title="in">+</button>
  </div>
  <button type="button" class="chip icon help" data-act="keys" data-label="keys" data-title="keys" aria-keyshortcuts="?">?</button>
</div>
<div class="sheet-of-photo"><canvas tabindex="0" role="application" part="canvas"></canvas><i class="cursor" hidden></i><div class="object" aria-hidden="true" hidden><span></span></div><p class="told" hidden></p></div>
<div class="tools low" role="toolbar" data-label="brush" part="tools">
  <p class="trouble" role="alert" hidden></p>
  <div class="edge" hidden>
    <label><span data-t="edge"></span><select class="kind"><option value="shift" data-t="shift"></option><option value="feather" data-t="feather"></option><option value="smooth" data-t="smooth"></option><option value="holes" data-t="holes"></option><option value="decontaminate" data-t="decontaminate"></option></select></label>
    <input class="amount" type="range" data-label="amount"><span class="value"><input class="typed" type="number" inputmode="numeric" data-label="amount.px"> <span class="unit">px</span></span>
    <button type="button" class="chip" data-act="everywhere" data-t="everywhere"></button>
  </div>
  <div class="brush">
    <label><span data-t="size"></span><input class="size" type="range" min="4" max="160" value="40"></label>
    <label class="softness"><span data-t="softness"></span><input class="soft" type="range" min="0" max="100" value="30"></label>
    <label class="check snapping"><input class="snap" type="checkbox" checked><span data-t="snap"></span></label>
  </div>
  <p class="counted" hidden></p>
  <span class="gap"></span>
  <button type="button" class="chip icon" data-act="undo" data-label="undo" data-title="undo" aria-keyshortcuts="Control+Z"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M7 4 3 8l4 4M3 8h9a5 5 0 0 1 0 9H8"/></svg></button>
  <button type="button" class="chip icon" data-act="redo" data-label="redo" data-title="redo" aria-keyshortcuts="Control+Shift+Z"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m13 4 4 4-4 4M17 8H8a5 5 0 0 0 0 9h4"/></svg></button>
  <button type="button" class="quiet small-button" data-act="give-up" data-t="cancel"></button>
  <button type="button" class="primary small-button" data-act="accept" data-t="done"></button>
</div>
<dialog class="ask" data-label="discard"><p></p>
  <div class="row"><button type="button" class="quiet small-button" data-act="discard" data-t="discard"></button>
  <button type="button" class="primary small-button" data-act="keep" data-t="discard.not" autofocus></button></div>
</dialog>`;

export const retoucherStyles = `
.retouch{position:absolute;inset:0;z-index:4;display:grid;grid-template:auto minmax(0,1fr) auto/minmax(0,1fr);background:#0c2a23;color:#f3f8f5}
.tools{display:flex;flex-wrap:wrap;align-items:center;gap:8px;padding:10px 12px}
.tools .gap{flex:1}
.tools .chip{display:inline-flex;align-items:center;gap:6px}
.tools .chip svg{width:18px;height:18px;fill:none;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.tools .chip.icon{min-width:36px;justify-content:center;padding:0;font-size:1.1rem}
.tools .chip:disabled{opacity:.4}
.tools [aria-pressed=true].chip{background:var(--_spark);border-color:var(--_spark);color:#1b1a0f}
.tools .small-button{min-height:40px;padding:0 16px;border-radius:10px}
.tools label{display:inline-flex;align-items:center;gap:7px;font-size:.875rem;min-height:36px}
.tools input[type=range]{width:96px;accent-color:var(--_spark)}
.tools:not(.low) .check{margin-inline-end:10px}
.tools .check input{accent-color:var(--_spark)}
.brush,.edge,.zooms,.backdrops{display:flex;flex-wrap:wrap;align-items:center;gap:6px 14px}
.zooms{gap:4px}.backdrops{gap:6px}
.brush[inert]{opacity:.4}
.trouble{flex-basis:100%;font-size:.875rem}
.edge[hidden]{display:none}.edge select,.edge .typed{min-height:36px;border-radius:8px;border:1px solid #ffffff40;background:#04231d;color:inherit;font:inherit;font-size:.875rem;padding:0 6px}
.edge .typed{width:60px;text-align:end;font-variant-numeric:tabular-nums}.edge .value{font-size:.875rem}
.snapping[hidden]{display:none!important}
.told{position:absolute;inset:auto 12px 12px;margin:auto;width:fit-content;max-width:100%;padding:10px 14px;border-radius:10px;background:#04231d;font-size:.9rem}
.busy canvas{cursor:progress!important}
.zoom{min-width:72px;justify-content:center;font-variant-numeric:tabular-nums}
.dot{width:28px;height:28px;padding:0;border-radius:50%;border:2px solid #ffffff66;background-color:#fff}
.dot.black{background:#000}.dot.green{background:#00b140}
.dot.checker{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/12px 12px}
.dot[aria-pressed=true]{border-color:var(--_spark);box-shadow:0 0 0 2px #0c2a23,0 0 0 4px var(--_spark)}
.sheet-of-photo{position:relative;min-height:0;overflow:hidden}
.sheet-of-photo canvas{position:absolute;inset:0;width:100%;height:100%;touch-action:none;cursor:none;background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/20px 20px}
.sheet-of-photo canvas:focus-visible{outline-offset:-4px}
canvas[data-tool=objects]{cursor:pointer!important}
canvas[data-tool=move]{cursor:grab!important}
canvas[data-backdrop=white]{background:#fff!important}
canvas[data-backdrop=black]{background:#000!important}
canvas[data-backdrop=green]{background:#00b140!important}
.ask{max-width:min(420px,100vw - 32px);padding:20px 22px;border:1px solid #ffffff40;border-radius:14px;background:#04231d;color:#f3f8f5}
.ask::backdrop{background:#0b1512a6}.ask .row{display:flex;flex-wrap:wrap;gap:8px;margin-top:14px;justify-content:end}
.cursor{position:absolute;left:0;top:0;border-radius:50%;border:1.5px solid #fff;outline:1.5px solid #000a;pointer-events:none}
.object{position:absolute;left:0;top:0;border:2px solid #fff;outline:1.5px dashed #04231d;outline-offset:-2px;border-radius:4px;pointer-events:none}
.object span{position:absolute;inset:4px auto auto 4px;padding:2px 9px;border-radius:7px;background:#04231d;color:#f3f8f5;font-size:.82rem;white-space:nowrap}
.counted{font-size:.875rem}
@container (max-width:640px){
.counted{flex-basis:100%}.tools{gap:6px;padding:8px}.tools [data-tool] svg,.tools .softness{display:none}
.tools [data-tool]{flex:1 1 21%;justify-content:center;padding:0 6px;font-size:.82rem}.tools:not(.low) .check{margin:0;font-size:.82rem}
.tools .gap{min-width:0}.tools:not(.low) .gap{flex-basis:100%;height:0}.tools .zoom{min-width:54px}.tools .dot{width:26px;height:26px}.tools.low :is(.brush,.edge){flex-basis:100%}
}
@media (max-height:500px){@container (min-width:560px){
.tools{gap:5px;padding:6px 8px}.tools [data-tool] svg,.tools .softness,.tools .help{display:none}.tools [data-tool]{padding:0 6px;font-size:.8rem}.tools input[type=range]{width:72px}.tools .small-button{padding:0 11px}
.tools:not(.low) .check{margin:0;font-size:.8rem}.tools .zoom{min-width:50px;padding:0}.tools .dot{width:24px;height:24px}.tools .backdrops{gap:4px}
.tools .edge>label>span{display:none}.tools :is(.brush,.edge){gap:5px 8px}
}}
`;

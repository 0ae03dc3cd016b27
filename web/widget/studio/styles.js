// Styles of everything after the first photo; base-styles.js comes before.
export const studioStyles = `
.studio{display:grid;grid-template:minmax(0,1fr) auto auto/minmax(0,1fr);min-height:0;height:100%}
.stage{position:relative;display:grid;min-height:250px;padding:74px 32px 30px;overflow:hidden}
.view{position:relative;display:grid;place-items:center;min-width:0;min-height:0;container-type:size}
.stage .cut{inset:58px 14px 12px;width:calc(100% - 28px);height:calc(100% - 70px)}
.cut rect{stroke-dasharray:9 7}
.cut .done{stroke-dasharray:100;stroke-dashoffset:calc(100 - var(--progress,0));stroke-width:3;opacity:1;transition:stroke-dashoffset .25s linear}
.stage:not([data-state=working]) .cut .done{opacity:0}
.photo,.picture{width:min(100cqw,100cqh*var(--ratio,1.5));aspect-ratio:var(--ratio,1.5);border-radius:3px}
.photo{object-fit:contain;transition:filter .3s}
[data-state=working] .photo{filter:saturate(.35) brightness(.72)}
.picture{box-shadow:0 2px 18px #0006}
.layer{overflow:hidden}
.layers{container-type:size;background:var(--background-colour,#fff)}
.layers.checker,.swatch.checker{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/20px 20px}
.layer img{position:absolute;display:block;max-width:none;width:calc(100%*var(--sx,1));height:calc(100%*var(--sy,1));left:calc(-100%*var(--ox,0));top:calc(-100%*var(--oy,0))}
.layer .blurred{filter:blur(2.08cqmax)}
.layer .exact,.layer .live{position:absolute;width:100%;height:100%;left:0;top:0}
.layers:has(.exact:not([hidden]),.live:not([hidden])) .whole{visibility:hidden}
.top{position:absolute;z-index:2;top:11px;inset-inline:14px;display:flex;gap:8px}
.chip{flex:none;min-height:36px;padding:0 12px;border-radius:10px;border:1px solid #ffffff40;background:#04231dd9;color:#f3f8f5;font-size:.875rem;font-weight:550}
button.chip:hover{border-color:#fff;background:#04231d}
.name{flex:1;min-width:0;line-height:36px;padding-inline:2px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.875rem;font-weight:550}
.help{width:36px;padding:0}
@media (hover:none){.help{display:none}}
.note{position:absolute;z-index:2;left:50%;bottom:26px;transform:translateX(-50%);width:min(430px,calc(100% - 40px));display:grid;gap:4px;justify-items:start;
padding:14px 16px;border-radius:14px;background:#04231df2;color:#f3f8f5;border:1px solid #ffffff2e}
.stage:has(.photo[hidden]):has(.picture[hidden]) .message{bottom:auto;top:calc(50% + 22px);transform:translate(-50%,-50%)}
.note strong{font-weight:650}
.note p{font-size:.9rem;overflow-wrap:anywhere}
.note .detail{opacity:.8;font-size:.8rem}
.note .row{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}
.note.progress{grid-template-columns:1fr auto;align-items:center}
.note.progress .row{margin:0}
.note.progress>p{font-variant-numeric:tabular-nums}
.meter{grid-column:1/-1;width:100%;height:5px;border-radius:9px;background:#ffffff2b;overflow:hidden;margin-top:6px}
.meter i{display:block;height:100%;background:var(--_spark);width:calc(var(--progress,0)*1%);transition:width .25s linear}
.note .small-button{min-height:36px;padding:0 14px;border-radius:10px;font-size:.9rem}
.strip{display:flex;gap:8px;padding:10px 14px 0;overflow-x:auto;margin:0;list-style:none;scrollbar-width:thin}
.strip:empty{display:none}
.thumb{position:relative;display:block;width:64px;height:64px;padding:0;border-radius:10px;border:2px solid var(--_edge);background:var(--_mat);overflow:hidden}
.thumb canvas{display:block;width:100%;height:100%;object-fit:cover}
.thumb[aria-current=true]{border-color:var(--_ink)}
.thumb::after{position:absolute;inset-inline-end:3px;bottom:3px;width:18px;height:18px;border-radius:50%;font:700 12px/18px system-ui,sans-serif;background:#04231d;color:#fff}
.thumb[data-state=waiting] canvas{opacity:.55}
.thumb[data-state=done]::after{content:"\\2713";background:#0d6a54}
.thumb[data-state=error]::after{content:"!";background:#b3261e}
.thumb[data-state=nothing]::after{content:"?";background:#6b5a00}
.thumb[data-state=working]::after{content:"";border:2px solid #fff;border-right-color:#0000;animation:spin .8s linear infinite}
.thumb[data-state=waiting]::after{content:"\\2026"}
@keyframes spin{to{transform:rotate(1turn)}}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:10px 18px;padding:12px 14px}
.bar>div{display:flex;flex-wrap:wrap;align-items:center;gap:8px}
.bar .end{margin-inline-start:auto;flex-wrap:wrap}
.swatches{padding:2px}
.swatch{position:relative;flex:none;width:38px;height:38px;padding:0;border-radius:50%;border:1px solid color-mix(in srgb,var(--_ink),#0000 62%);background:#fff;overflow:hidden}
.swatch.recent{width:28px;height:28px}
.swatch.checker{background-size:12px 12px}
.swatch.black{background:#000}
.swatch.colour{background:conic-gradient(#f33,#fc3,#3c6,#3cf,#63f,#f3c,#f33);cursor:pointer}
.swatch.colour.chosen{background:var(--chosen)}
.swatch input{position:absolute;inset:-6px;width:60px;height:60px;opacity:0;cursor:pointer}
.swatch.pill{width:auto;padding:0 14px;border-radius:19px;background:var(--_surface);font-size:.9rem;font-weight:550}
.swatch[aria-pressed=true],.swatch.colour.chosen{box-shadow:0 0 0 2px var(--_surface),0 0 0 4px var(--_ink)}
.swatch:focus-visible,.swatch:focus-within{outline:3px solid var(--_focus);outline-offset:4px}
.plain,select{min-height:42px;border-radius:11px;border:1px solid color-mix(in srgb,var(--_ink),#0000 62%);background:var(--_surface);color:var(--_ink);font:inherit;font-size:.94rem;padding:0 14px}
select{padding:0 8px}
.plain:hover,select:hover,.swatch.pill:hover{border-color:var(--_ink)}
.plain{font-weight:600}
.bar .primary{min-height:42px;padding:0 20px;border-radius:11px}
.check{display:flex;align-items:center;gap:7px;min-height:42px;cursor:pointer;font-size:.94rem}
.check input{width:20px;height:20px;margin:0;accent-color:var(--_mat)}
.bar .line,.bar>.style{flex-basis:100%}
.bar>.style{flex-wrap:wrap;gap:4px 26px;padding:4px 0;border-block:1px solid var(--_edge);font-size:.9rem}
.style fieldset{display:flex;flex-wrap:wrap;align-items:center;gap:4px 14px;min-width:0;margin:0;padding:0;border:0}
.style legend{position:absolute;clip-path:inset(50%)}
.style label,.style span:has(label){display:inline-flex;flex-wrap:wrap;align-items:center;gap:4px 8px;min-height:42px}
.style input[type=range]{width:88px;accent-color:var(--_mat)}
.style input[type=color]{width:38px;height:34px;padding:2px;border:1px solid var(--_edge);border-radius:9px;background:none}
.plain[aria-expanded=true]{border-color:var(--_ink);background:color-mix(in srgb,var(--_ink),#0000 90%)}
.placed .before{object-fit:contain}
.placer{position:absolute;inset:0;cursor:grab;touch-action:none;border-radius:3px}
.placer:focus-visible{outline:3px solid var(--_focus);outline-offset:-4px;box-shadow:inset 0 0 0 1px #fff,inset 0 0 0 5px #fff}
.placer[data-held]{cursor:grabbing}.placer:not([data-ready]){display:none}
.meta{min-height:1.5em;line-height:1.5;color:var(--_muted);font-size:.86rem;font-variant-numeric:tabular-nums}
.meta[draggable=true]{cursor:grab;margin-inline-start:-6px;padding-inline:6px;border-radius:7px}
.meta[draggable=true]::before{content:"";display:inline-block;width:8px;height:12px;margin-inline-end:8px;background:radial-gradient(circle,currentColor 1.1px,#0000 1.5px) 0 0/4px 4px}
.meta[draggable=true]:hover{color:var(--_ink);background:color-mix(in srgb,var(--_ink),#0000 92%)}
.keys{width:min(480px,100vw - 32px);max-height:calc(100dvh - 32px);padding:0;border:1px solid var(--_edge);border-radius:var(--_r);background:var(--_surface);color:var(--_ink)}
.keys::backdrop{background:#0b1512a6}
.keys>div{padding:20px 22px}
.keys h2{margin:0 0 10px;font-size:1.15rem;letter-spacing:-.01em}
.keys dl{margin:0}
.keys dl>div{display:flex;gap:16px;padding:6px 0;border-bottom:1px solid var(--_edge)}
.keys dt{flex:0 0 6.5em}.keys dd{margin:0}
kbd{display:inline-block;min-width:1.9em;padding:0 .45em;border:1px solid color-mix(in srgb,var(--_ink),#0000 55%);border-bottom-width:2px;border-radius:6px;font:600 .85rem/1.6 system-ui,sans-serif;text-align:center}
.keys .check{margin-top:12px}
.keys p{color:var(--_muted);font-size:.86rem;margin-bottom:14px}
.bar[inert]{opacity:.45}
button:disabled{opacity:.5;cursor:default}
.frame{container-type:inline-size}
@container (max-width:640px){
.stage{min-height:290px;padding:66px 18px 18px}.stage .cut{inset:54px 9px 9px;width:calc(100% - 18px);height:calc(100% - 63px)}
.top{top:9px;inset-inline:11px 9px}.help{display:none}
.bar{gap:10px 12px;padding:10px 12px 12px}
.swatches{gap:5px!important;width:100%}.swatch{width:36px;height:36px}
select{font-size:.88rem;padding:0 3px}.check{font-size:.88rem}
.swatch.recent{display:none}
.swatch.pill{padding:0 8px;font-size:.8rem}
.bar .end{margin-inline-start:0;width:100%}.bar .end>*{flex:1 1 auto;padding:0 6px!important;font-size:.92rem}.bar .end{gap:8px}
.note{bottom:20px}.strip{padding:8px 12px 0}.thumb{width:54px;height:54px}
}
`;

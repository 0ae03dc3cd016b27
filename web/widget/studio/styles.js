// Styles of everything after the first photo; base-styles.js comes before.
export const studioStyles = `
.studio{display:grid;grid-template:minmax(0,1fr) auto auto/minmax(0,1fr);min-height:0;height:100%}
.stage{position:relative;display:grid;min-height:250px;padding:54px 12px 12px;overflow:hidden}
.view{position:relative;display:grid;place-items:center;min-width:0;min-height:0;container-type:size}
.stage .cut{inset:48px 6px 6px;width:calc(100% - 12px);height:calc(100% - 54px)}
.stage[data-state=done]>.cut{display:none}
.cut rect{stroke-dasharray:9 7}
.cut .done{stroke-dasharray:100;stroke-dashoffset:calc(100 - var(--progress,0));stroke-width:3;opacity:1;transition:stroke-dashoffset .25s linear}
.stage:not([data-state=working]) .cut .done{opacity:0}
.photo{width:min(100cqw,100cqh*var(--ratio,1.5));aspect-ratio:var(--ratio,1.5);border-radius:3px}
.picture{position:absolute!important;left:0;top:0}
.plane{position:absolute;left:0;top:0;transform-origin:0 0;container-type:size;overflow:hidden}
.moving .plane{will-change:transform}
.close .plane :is(img,canvas){image-rendering:pixelated}
.zoomed .picture{cursor:grab;touch-action:none}
.zoomed .picture:active{cursor:grabbing}
.zoomed .placer{pointer-events:none}
.photo{object-fit:contain;transition:filter .3s}
[data-state=working] .photo{filter:saturate(.35) brightness(.72)}
.picture{box-shadow:0 2px 18px #0006}
.layer{overflow:hidden}
.layers,.layers .plane{background:var(--background-colour,#fff)}
.layers.checker .plane{background:none}
.layers.checker,.swatch.checker{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/20px 20px}
.layer img{position:absolute;display:block;max-width:none;width:calc(100%*var(--sx,1));height:calc(100%*var(--sy,1));left:calc(-100%*var(--ox,0));top:calc(-100%*var(--oy,0))}
.layer .blurred{filter:blur(2.08cqmax)}
.layer .exact,.layer .live{position:absolute;width:100%;height:100%;left:0;top:0}
.layers:has(.exact:not([hidden]),.live:not([hidden])) .whole{visibility:hidden}
.stage:is([data-look=white],[data-look=black],[data-look=green],[data-look=matte]) .layers .plane{background:none}
:is([data-look=white],[data-look=black],[data-look=green],[data-look=matte]) :is(.blurred,.background-image){visibility:hidden}
[data-look=white] .layers{background:#fff}[data-look=black] .layers{background:#000}[data-look=green] .layers{background:#00b140}
[data-look=matte] .layers{background:#000}[data-look=matte] :is(.cutout,.live,.exact){filter:brightness(0) invert(1)}
.lens{display:flex;gap:12px;align-items:center;margin-inline:8px}
.looks,.zooms{display:flex;align-items:center;gap:4px}
.look{position:relative;width:36px;height:36px;cursor:pointer}
.look input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.look::before{content:"";position:absolute;inset:6px;border-radius:50%;border:2px solid #ffffff8c;background:#fff}
.look.checker::before{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/12px 12px}
.look.black::before{background:#000}.look.green::before{background:#00b140}
.look.matte::before{background:linear-gradient(90deg,#000 50%,#fff 50%)}
.look:has(:checked)::before{border-color:#04231d;box-shadow:0 0 0 2px var(--_spark)}
.look:has(:focus-visible){outline:3px solid #fff;outline-offset:-1px;border-radius:50%;box-shadow:0 0 0 2px #04231d}
.chip.icon{width:36px;padding:0;font-size:1.1rem}
.chip.zoom{min-width:68px;padding:0 6px;font-variant-numeric:tabular-nums}
.top{position:absolute;z-index:2;top:11px;inset-inline:14px;display:flex;gap:8px}
.chip{flex:none;min-height:36px;padding:0 12px;border-radius:10px;border:1px solid #ffffff40;background:#04231dd9;color:#f3f8f5;font-size:.875rem;font-weight:550}
button.chip:hover{border-color:#fff;background:#04231d}
.name{flex:1;min-width:0;line-height:36px;padding-inline:2px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.875rem;font-weight:550}
.help{width:36px;padding:0}
.chip svg{width:18px;height:18px;margin:auto;display:block;fill:none;stroke:currentColor;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.chip:disabled{opacity:.4}
.add i{display:none;font-style:normal;font-size:1.2rem}
.past .small{flex-basis:100%;font-size:.8rem;opacity:.8;margin:0}.past .quiet{min-height:40px;padding:0 14px;font-size:.92rem}
@media (hover:none){.help{display:none}}
.note{position:absolute;z-index:2;left:50%;bottom:22px;transform:translateX(-50%);width:min(430px,calc(100% - 40px));display:grid;gap:4px;justify-items:start;
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
.note.doubt{display:flex;flex-wrap:wrap;align-items:center;justify-content:center;width:max-content;max-width:calc(100% - 24px);padding:8px 10px 8px 16px;gap:8px 10px}
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
.check input{width:20px;height:20px;margin:0;accent-color:#0d5346;accent-color:light-dark(#0d5346,#6fd0b0)}
.bar>.end{position:relative}.bar .end>.more{padding:0!important}.more summary{display:flex;align-items:center;justify-content:center;list-style:none;cursor:pointer}.more summary::-webkit-details-marker{display:none}.more summary::after{content:"\u25be";margin-inline-start:6px}
.more>div{position:absolute;bottom:calc(100% + 6px);inset-inline:0;z-index:3;display:grid;gap:6px;padding:8px;border:1px solid var(--_edge);border-radius:12px;background:var(--_surface);box-shadow:0 6px 24px #0004}
.more .plain{width:100%;text-align:start}.asked .placer{pointer-events:none}
.bar>:is(.line,.style,.notes){flex-basis:100%}
.pills,.tabs{display:contents}
.bar>.notes{display:grid;gap:8px}.notes:has(.worn:empty):has(.advice[hidden]){display:none}
.advice{font-size:.86rem;color:var(--_muted)}.advice .warn{color:var(--_ink)}.advice .warn::before{content:"\u26a0\ufe0e ";color:#a15c00;color:light-dark(#a15c00,#ffc46b)}
.advice a,.advice .link{color:inherit}.advice .link{padding:4px 2px;border:0;background:none;text-decoration:underline;font:inherit;font-weight:600}
.worn{display:flex;flex-wrap:wrap;gap:6px;margin:0;padding:0;list-style:none}.worn:empty{display:none}
.worn button{display:inline-flex;align-items:center;gap:7px;min-height:36px;padding:0 12px;border:1px solid color-mix(in srgb,var(--_ink),#0000 62%);border-radius:18px;background:color-mix(in srgb,var(--_ink),#0000 92%);font-size:.88rem}
.worn button:hover{border-color:var(--_ink)}
.worn button::after{content:"\u00d7";content:"\u00d7"/"";font-size:1.15rem;line-height:1}
.bar>.style{display:block;padding:4px 0;border-block:1px solid var(--_edge);font-size:.9rem;overflow-y:auto;overscroll-behavior:contain;max-height:230px;scrollbar-width:thin}
.style fieldset{min-width:0;margin:0;padding:2px 0;border:0}
.style fieldset+fieldset{border-top:1px solid color-mix(in srgb,var(--_edge),#0000 40%)}
.style legend{position:absolute;clip-path:inset(50%)}
.style label,.style span:has(label){display:inline-flex;flex-wrap:wrap;align-items:center;gap:4px 8px;min-height:42px}
.style summary{display:flex;align-items:center;min-height:42px;cursor:pointer;font-weight:600}.style summary::before{content:"\u203a";width:1.1em;font-size:1.2em}.style details[open]>summary::before{transform:rotate(90deg)}.style summary::-webkit-details-marker{display:none}
.style :is(fieldset,details)>span:not([hidden]){display:grid!important;grid-template-columns:minmax(0,1fr) auto;gap:0 8px!important}
.style :is(fieldset,details)>span>label{display:grid;grid-template-columns:minmax(5.6em,.7fr) minmax(70px,1fr);min-height:40px}
.style :is(fieldset,details)>span>label:has([type=color]),.style :is(fieldset,details)>span>button{grid-column:1/-1;justify-self:start;margin-block:4px}
.style :is(fieldset,details)>span>label:has([type=color]){display:inline-flex;gap:8px;margin:0}
.style label:has(>select){display:grid;grid-template-columns:minmax(5.6em,.42fr) minmax(0,1fr)}
.style select{min-width:0;width:100%}
.style input[type=range]{width:100%;min-width:0;margin:0;accent-color:light-dark(#0d5346,#6fd0b0)}
.style .value{display:inline-flex!important;align-items:center;gap:3px!important;min-height:0!important;color:var(--_muted);font-variant-numeric:tabular-nums}
.of-own{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}.of-own .typed{width:5.2em}
.typed{width:4.3em;min-height:34px;padding:0 4px;border:1px solid color-mix(in srgb,var(--_ink),#0000 62%);border-radius:8px;background:var(--_surface);color:var(--_ink);font:inherit;font-size:.86rem;text-align:end;appearance:textfield;-moz-appearance:textfield}
.typed::-webkit-inner-spin-button{display:none}
.style input[type=color]{width:38px;height:34px;padding:2px;border:1px solid var(--_edge);border-radius:9px;background:none}
.plain:is([aria-expanded=true],[aria-pressed=true]){border-color:var(--_ink);background:color-mix(in srgb,var(--_ink),#0000 90%)}
.placed .before{object-fit:contain}
.placer{position:absolute;inset:0;cursor:grab;touch-action:none;border-radius:3px}
.placer:focus-visible{outline:3px solid var(--_focus);outline-offset:-4px;box-shadow:inset 0 0 0 1px #fff,inset 0 0 0 5px #fff}
.placer[data-held]{cursor:grabbing}.placer:not([data-ready]){display:none}
.loupe{position:absolute;left:0;top:0;width:190px;height:190px;z-index:3;overflow:hidden;pointer-events:none;border-radius:50%;border:2px solid #fff;box-shadow:0 0 0 1px #0008,0 6px 20px #0008;background:#fff}
.loupe.checker{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/20px 20px}[data-look=white] .loupe.checker{background:#fff}[data-look=black] .loupe.checker{background:#000}[data-look=green] .loupe.checker{background:#00b140}
.loupe img{position:absolute;left:0;top:0;max-width:none;image-rendering:pixelated}
.glass[aria-pressed=true]{background:var(--_spark);color:#1b1a0f}@media (pointer:coarse){.glass{display:none!important}}
.picture:not(.placed) .guides{display:none}.guides{position:absolute;inset:0;width:100%;height:100%;pointer-events:none}.guides path{fill:none;stroke:#d0006f;stroke-width:1.5px;vector-effect:non-scaling-stroke;stroke-dasharray:6 4}.guides rect{fill:#d0006f2e}
.meta{min-height:1.5em;line-height:1.5;color:var(--_muted);font-size:.86rem;font-variant-numeric:tabular-nums}
.meta[draggable=true]{cursor:grab;margin-inline-start:-6px;padding-inline:6px;border-radius:7px}
.meta[draggable=true]::before{content:"";display:inline-block;width:8px;height:12px;margin-inline-end:8px;background:radial-gradient(circle,currentColor 1.1px,#0000 1.5px) 0 0/4px 4px}
.meta[draggable=true]:hover{color:var(--_ink);background:color-mix(in srgb,var(--_ink),#0000 92%)}
.keys{width:min(760px,100vw - 32px);max-height:calc(100dvh - 32px);padding:0;border:1px solid var(--_edge);border-radius:var(--_r);background:var(--_surface);color:var(--_ink)}
.keys::backdrop{background:#0b1512a6}
.keys>div{padding:20px 22px}
.keys header{display:flex;align-items:center;justify-content:space-between;gap:16px;margin-bottom:10px}.keys h2{margin:0;font-size:1.15rem;letter-spacing:-.01em}
.keys .quiet{min-height:38px;padding:0 14px;border-radius:10px;background:none;border-color:color-mix(in srgb,var(--_ink),#0000 62%);color:inherit}.keys .quiet:hover{border-color:var(--_ink)}
.keys dl{margin:0;columns:2 300px;column-gap:32px}
.keys dl>div{display:flex;gap:16px;padding:6px 0;border-bottom:1px solid var(--_edge);break-inside:avoid}
.keys dt{flex:0 0 8.2em}.keys dd{margin:0}
kbd{display:inline-block;min-width:1.9em;padding:0 .45em;border:1px solid color-mix(in srgb,var(--_ink),#0000 55%);border-bottom-width:2px;border-radius:6px;font:600 .85rem/1.6 system-ui,sans-serif;text-align:center;white-space:nowrap}
.keys .check{margin-top:12px}
.keys p{color:var(--_muted);font-size:.86rem}
.bar[inert]{opacity:.45}
.frame .bar{align-content:start;background:var(--_surface)}
button:disabled{opacity:.5;cursor:default}
.frame{container-type:inline-size}
@media (forced-colors:active){.swatch,.look::before,.dot,.layers,.plane,.picture{forced-color-adjust:none}.swatch[aria-pressed=true],.look:has(:checked){outline:3px solid Highlight;outline-offset:2px}.look:has(:checked){border-radius:50%;outline-offset:-2px}.look::before{border-color:CanvasText}
:is(.plain,.chip,.wear):is([aria-expanded=true],[aria-pressed=true]){outline:2px solid Highlight;outline-offset:-4px}}
@media print{.studio>:not(.stage),.stage>:not(.view){display:none!important}.studio{display:block!important}.stage{display:block;padding:0;background:none!important;height:auto;min-height:0}.view{height:80vh}.picture{position:relative!important;translate:none!important;width:100%!important;height:auto!important;aspect-ratio:var(--ratio,1.5)}.plane{width:100%!important;height:100%!important;transform:none!important}
.picture>[slot=before]{display:none!important}.layers.checker{background:none}}
@container (min-width:860px){
.studio{grid-template:minmax(0,1fr) auto/minmax(0,1fr) 328px}
.studio>.stage{grid-area:1/1}.studio>.strip{grid-area:2/1;padding-bottom:10px}
.frame .bar{grid-area:1/2/3/3;display:flex;flex-flow:column nowrap;align-items:stretch;gap:10px;height:0;min-height:100%;padding:14px;border-inline-start:1px solid var(--_edge);overflow-y:auto}
.frame .bar>*{flex:none}
.frame .bar .swatches{gap:8px 6px}.frame .bar .swatch:not(.recent){height:36px}.frame .bar .swatch:not(.pill,.recent){width:36px}.frame .bar .pills{display:flex;flex:1 1 auto;gap:6px}.frame .bar .pill{flex:1 1 auto;padding:0 5px;font-size:.82rem}
.frame .bar .opts{gap:8px}.frame .tabs{display:flex;flex:1 1 100%;gap:8px}.frame .tabs>*{flex:1 1 0;padding:0 8px}
.frame .bar .margin{flex:1 1 60px;min-width:0}.frame .bar .margin[hidden]{display:block!important;visibility:hidden}
.frame .bar>:is(.style,.presets){flex:1 1 0;min-height:112px;max-height:none;margin-inline:-14px;padding:6px 14px}
.frame .bar>.notes{flex:0 1 auto;min-height:44px;overflow-y:auto;scrollbar-width:thin}
.frame .bar>.end{margin:auto 0 0;gap:8px 6px}.frame .bar .end>*,.frame .bar .end summary{flex:1 1 auto;padding:0 6px;font-size:.86rem}
.frame .bar .end .primary{flex-basis:100%;min-height:46px;font-size:1rem}
.frame .bar .meta{margin-block:-4px}
}
@container (max-width:859px){
.stage{padding-bottom:54px}.stage .cut{height:calc(100% - 96px)}
.top{inset:9px 9px 9px 11px;align-items:start;pointer-events:none}.top>*{pointer-events:auto}
.lens{position:absolute;bottom:0;left:50%;transform:translateX(-50%);gap:8px;margin:0}
.note.doubt{bottom:62px}
}
@container (max-width:640px){
.glass{display:none}
.stage{min-height:270px;padding:54px 10px 54px}.stage .cut{inset:50px 6px 6px;width:calc(100% - 12px);height:calc(100% - 56px)}
.looks,.zooms{gap:1px}.help{display:none}.look{width:32px}.look::before{inset:6px 4px}.top .chip.zoom{min-width:58px}
.add{width:36px;padding:0}.add i{display:inline}.add span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.studio>.bar{gap:8px 12px;padding:9px 12px 10px}
.swatches{gap:5px!important;width:100%}.swatch{width:36px;height:36px}
.studio .swatches{flex-wrap:nowrap!important;overflow-x:auto;margin:-4px -12px;padding:6px 14px;width:calc(100% + 24px)!important;scrollbar-width:none}
select{font-size:.88rem;padding:0 3px}.check{font-size:.88rem}
.swatch.recent{display:none}
.studio .opts{gap:6px!important}.opts .plain{padding:0 9px;font-size:.87rem}.opts .check{gap:5px}
.swatch.pill{padding:0 8px;font-size:.8rem}
.bar .end{margin-inline-start:0;width:100%}.bar .end>*{flex:1 1 auto;padding:0 6px!important;font-size:.92rem}.bar .end{gap:8px}
.note{bottom:20px}.strip{padding:8px 12px 0}.thumb{width:54px;height:54px}
}
@container (max-width:640px){
.studio>.bar:has(>:is(.style,.presets):not([hidden])) :is(.line,.worn,.end>:not(.primary)){display:none}
.studio>.bar>.notes{max-height:84px;overflow-y:auto}
.studio>.bar>.style{max-height:236px}
}
@media (max-height:500px){
.stage{min-height:0}
@container (min-width:560px){
.studio{grid-template:minmax(0,1fr) auto/minmax(0,1fr) 264px}
.studio>.stage{grid-area:1/1;padding:52px 8px 8px}.studio>.strip{grid-area:2/1;padding-bottom:8px}
.studio>.bar{grid-area:1/2/3/3;display:flex;flex-flow:column nowrap;align-items:stretch;gap:9px;height:0;min-height:100%;padding:10px;border-inline-start:1px solid var(--_edge);overflow-y:auto}
.studio>.bar>*{flex:none}.studio>.bar>:is(.style,.presets){flex:none;min-height:0;max-height:none;margin-inline:0;padding-inline:0}
.studio>.bar .pills{display:flex;flex:1 1 100%;gap:6px}.studio>.bar .pill,.studio>.bar .tabs>*{flex:1 1 auto}
.studio>.bar>.end{position:sticky;bottom:-10px;z-index:1;margin:auto -10px -10px;padding:8px 10px 10px;gap:6px;background:var(--_surface);border-top:1px solid var(--_edge)}.studio>.bar .end>*{flex:1 1 auto;padding:0 8px}.studio>.bar .end .primary{flex-basis:100%}
.studio>.bar:has(>:is(.style,.presets):not([hidden])) :is(.line,.end>:not(.primary)){display:none}
.help,.name{display:none}.top{inset:8px 8px auto;gap:5px}.top .chip{min-height:34px;padding-inline:8px;font-size:.82rem}.top .chip.icon,.add{width:34px;padding:0!important}
.lens{position:static;transform:none;gap:6px;margin-inline-end:auto}.look{width:29px;height:34px}.look::before{inset:6px 3px}.looks,.zooms{gap:0}.top .chip.zoom{min-width:52px;padding:0}
.add i{display:inline}.add span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
}
}
`;

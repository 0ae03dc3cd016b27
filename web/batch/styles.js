// The batch on top of the element's own styles (common/base-styles.js, studio/styles.js).
export const batchStyles = `
:host{--height:clamp(520px,82vh,860px);container-type:inline-size}
.frame{grid-template:minmax(0,1fr) auto/minmax(0,1fr);height:var(--height)}
.board{grid-template:auto minmax(0,1fr)/minmax(0,1fr);min-height:0;padding:0}
@container (min-width:860px){.frame{grid-template:minmax(0,1fr)/minmax(0,1fr) 328px}.frame>.board{grid-area:1/1}.bar .end{flex-wrap:wrap}.bar .meta{flex-basis:auto;margin:0}}
.board .cut{display:none}
.head{display:grid;grid-template-columns:minmax(0,1fr) auto;align-items:center;gap:0 16px;padding:11px 14px 0;background:#04231db3}
.overall{font-weight:600;font-variant-numeric:tabular-nums;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.chips{display:flex;flex-wrap:wrap;gap:8px}
.chip.sure{border-color:var(--_spark);color:var(--_spark)}
.head .meter{margin:11px -14px 0;width:auto;border-radius:0;height:4px;background:#ffffff1f}
.mark .back{fill:#dfe8e3}.mark .back+.back{fill:#eef3f0}
.empty{grid-row:1/-1;display:grid;place-content:center;justify-items:center;gap:10px;padding:24px;text-align:center}
.board:has(.empty:not([hidden])) .cut{display:block}
.board:has(.empty:not([hidden])) .cut{inset:18px;width:calc(100% - 36px);height:calc(100% - 36px)}
.board:has(.empty:not([hidden])) .head{position:absolute;inset:18px 18px auto auto;z-index:1;background:none;padding:10px}
.board:has(.empty:not([hidden])) .head>:not(.chips),.board:has(.empty:not([hidden])) .chip:not([data-act=back]){display:none}
.scroll{overflow-y:auto;overscroll-behavior:contain;padding:14px;scrollbar-color:#ffffff59 #0000}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:12px;margin:0;padding:0;list-style:none}
.tile{position:relative;display:grid;grid-template:minmax(0,1fr) auto auto/minmax(0,1fr);height:198px;padding-bottom:7px;border-radius:12px;background:var(--_surface);color:var(--_ink);
border:1px solid #0000;overflow:hidden;content-visibility:auto;contain-intrinsic-size:auto 148px 198px}
.tile:hover{border-color:#fff9}
.tile:has(.pick:checked){border-color:var(--_spark);box-shadow:0 0 0 2px var(--_spark)}
.tile:has(.pick:focus-visible){outline:3px solid #fff;outline-offset:2px;box-shadow:0 0 0 2px #04231d}
.pick{position:absolute;z-index:1;inset:0;width:100%;height:100%;margin:0;appearance:none;background:none;cursor:pointer;border-radius:inherit;outline:0!important;box-shadow:none!important}
.pick::before{content:"";position:absolute;inset-block-start:8px;inset-inline-start:8px;width:22px;height:22px;border-radius:7px;border:2px solid #fff;background:#04231d73;opacity:0}
.tile:hover .pick::before,.pick:focus-visible::before,.pick:checked::before{opacity:1}
.pick:checked::before{content:"\\2713";background:var(--_spark);border-color:var(--_spark);color:#1b1a0f;font:700 15px/18px system-ui,sans-serif;text-align:center}
.pic{position:relative;display:grid;grid-template:minmax(0,1fr)/minmax(0,1fr);place-items:center;min-height:0;background:color-mix(in srgb,var(--_mat),#000 18%);overflow:hidden}
.pic img{display:block;max-width:100%;max-height:100%}
.tile[data-state=waiting] .pic img{opacity:.5}
.tile[data-state=working] .pic img{filter:saturate(.35) brightness(.72)}
.tile[data-state=failed] .pic img,.tile[data-state=cancelled] .pic img{filter:grayscale(1);opacity:.45}
.tile[data-state=done] .pic img{background:repeating-conic-gradient(#cfd4d1 0 25%,#fff 0 50%) 0 0/16px 16px}
.tile[data-state=working] .pic::after{content:"";position:absolute;inset:auto 0 0;height:4px;background:var(--_spark);transform-origin:0 50%;transform:scaleX(var(--fraction,0))}
:host(:dir(rtl)) .tile .pic::after{transform-origin:100% 50%}
.file,.state{padding:0 10px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.82rem;line-height:1.4}
.file{padding-top:6px;font-weight:600}
.state{color:var(--_muted)}
.tile[data-state=failed] .state{color:#a1241b;color:light-dark(#a1241b,#ffb0a8);white-space:normal;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4}
.act{position:absolute;z-index:2;inset-block-start:6px;inset-inline-end:6px;width:36px;height:36px;padding:0;border-radius:10px;border:1px solid #ffffff40;background:#04231dd9;color:#f3f8f5;opacity:0}
.tile:hover .act,.tile:focus-within .act,.tile[data-state=failed] .act,.tile[data-state=cancelled] .act{opacity:1}
.act:hover{border-color:#fff;background:#04231d}
.act::before{content:"";display:block;width:16px;height:16px;margin:auto;background:currentColor;-webkit-mask:var(--sign) center/contain no-repeat;mask:var(--sign) center/contain no-repeat}
.act[data-do=cancel],.act[data-do=remove]{--sign:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round'%3E%3Cpath d='M3 3l10 10M13 3L3 13'/%3E%3C/svg%3E")}
.act[data-do=retry]{--sign:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M13.5 8A5.5 5.5 0 1 1 11.6 3.9M13 1.5v3h-3'/%3E%3C/svg%3E")}
.act[data-do=save]{--sign:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M8 2v8M4.5 7L8 10.5 11.5 7M2.5 14h11'/%3E%3C/svg%3E")}
.act.edit{inset-inline-end:48px}
.act.look-at{inset-block:auto 52px}
.act[data-do=look]{--sign:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M9.5 2H14v4.5M6.5 14H2V9.5M14 2L9 7M2 14l5-5'/%3E%3C/svg%3E")}
.tile[data-mark=doubt] .pic::before,.tile[data-mark=kept] .pic::before{content:"?";position:absolute;z-index:1;inset-block-end:6px;inset-inline-start:6px;width:24px;height:24px;border-radius:50%;background:var(--_spark);color:#1b1a0f;font:700 15px/24px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #04231d}
.tile[data-mark=kept] .pic::before{content:"\\2713";background:#0d6a54;color:#fff}
.tile[data-mark=left] .pic img{filter:grayscale(1);opacity:.4}.tile[data-mark=left] .file{text-decoration:line-through}
.chip[aria-pressed=true]{border-color:var(--_spark);color:var(--_spark)}
.act[data-do=edit]{--sign:url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' stroke='%23000' stroke-width='2' stroke-linecap='round' stroke-linejoin='round'%3E%3Cpath d='M2.5 13.5l.8-3.2 7.8-7.8 2.4 2.4-7.8 7.8zM9.5 4l2.5 2.5'/%3E%3C/svg%3E")}
@media (hover:none){.act.edit,.act[data-do=save]{display:none}.act,.pick::before{opacity:1}.tile[data-state=done] .act.look-at{inset-block:6px auto}}
:host(:not([closable])) [data-act=back],.board:has(.empty[hidden]) [data-act=back]{display:none!important}
.skipped{margin-top:14px;font-size:.9rem}
.skipped summary{cursor:pointer;padding:6px 0;width:fit-content}
.skipped ul{margin:4px 0 0;padding-inline-start:20px;overflow-wrap:anywhere}
.bar .end{justify-content:end}
.bar .meta{flex-basis:100%}
.bar .primary{font-variant-numeric:tabular-nums}
.large{border-radius:inherit}
.link{padding:0;border:0;background:none;color:inherit;text-decoration:underline;font:inherit;min-height:24px}
:host([dragging]) .board{box-shadow:inset 0 0 0 4px var(--_spark)}
@media (max-width:640px){:host{--height:clamp(560px,94vh,900px)}}
@container (max-width:640px){
.head{grid-template-columns:minmax(0,1fr);gap:8px;padding:9px 11px 0}
.chip{padding:0 9px}
.head .meter{margin:0 -11px}
.overall{white-space:normal}
.chip{flex:none}
.scroll{padding:11px}
.tiles{grid-template-columns:repeat(auto-fill,minmax(104px,1fr));gap:9px}
.tile{height:150px;contain-intrinsic-size:auto 104px 150px}
.bar .end>:disabled{display:none}
.bar .opts{flex-wrap:nowrap;overflow-x:auto;width:calc(100% + 24px);margin:-4px -12px;padding:4px 12px;scrollbar-width:none}.opts>*{flex:none}
.bar>.style{max-height:150px;overflow-y:auto}
.file,.state{padding-inline:8px;font-size:.78rem}
}
`;

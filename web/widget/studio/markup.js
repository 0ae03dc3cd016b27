// The studio's elements. Fixed markup: no data goes through innerHTML. The
// texts come by data-t, data-label and data-title (texts.js).
export const studioMarkup = `
<div class="stage" part="stage">
  <svg class="cut" aria-hidden="true"><rect x="1" y="1" width="100%" height="100%" rx="12"/><rect class="done" pathLength="100" x="1" y="1" width="100%" height="100%" rx="12"/></svg>
  <div class="top">
    <span class="name" part="name"></span>
    <div class="lens" part="lens">
      <div class="looks" role="radiogroup" data-label="look">
        <label class="look checker" data-title="look.result"><input type="radio" name="look" value="result" data-label="look.result" checked></label>
        <label class="look" data-title="look.white"><input type="radio" name="look" value="white" data-label="look.white"></label>
        <label class="look black" data-title="look.black"><input type="radio" name="look" value="black" data-label="look.black"></label>
        <label class="look green" data-title="look.green"><input type="radio" name="look" value="green" data-label="look.green"></label>
        <label class="look matte" data-title="look.matte"><input type="radio" name="look" value="matte" data-label="look.matte"></label>
      </div>
      <div class="zooms" role="group" data-label="zoom">
        <button type="button" class="chip icon" part="button" data-act="zoom-out" data-label="zoom.out" data-title="zoom.out">−</button>
        <button type="button" class="chip zoom" part="button" data-act="zoom-fit" data-title="zoom.fit"></button>
        <button type="button" class="chip icon" part="button" data-act="zoom-in" data-label="zoom.in" data-title="zoom.in">+</button>
        <button type="button" class="chip icon glass" part="button loupe" data-act="loupe" data-label="loupe" data-title="loupe" aria-pressed="false"><svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5"/><path d="m12.5 12.5 4 4"/></svg></button>
      </div>
    </div>
    <button type="button" class="chip icon" part="button undo" data-act="undo" data-label="undo" data-title="undo" disabled><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M7 4 3 8l4 4M3 8h9a5 5 0 0 1 0 9H8"/></svg></button>
    <button type="button" class="chip icon" part="button redo" data-act="redo" data-label="redo" data-title="redo" disabled><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m13 4 4 4-4 4M17 8H8a5 5 0 0 0 0 9h4"/></svg></button>
    <button type="button" class="chip add" part="button add" data-act="add" data-title="add"><i aria-hidden="true">+</i><span data-t="add"></span></button>
    <button type="button" class="chip" part="button clear" data-act="clear" data-t="clear"></button>
    <button type="button" class="chip help" part="button keys" data-act="keys" data-label="keys" data-title="keys">?</button>
  </div>
  <div class="view">
    <img class="photo" part="photo" alt="" hidden>
    <compare-slider class="picture" part="compare" hidden>
      <div slot="before" class="layer"><div class="plane"><img class="whole before" alt=""></div></div>
      <div slot="after" class="layer layers" part="result"><div class="plane">
        <img class="whole blurred" alt="" hidden><img class="whole background-image" alt="" hidden>
        <img class="whole cutout" alt=""><canvas class="live" aria-hidden="true" hidden></canvas><img class="exact" alt="" hidden>
        <div class="placer" part="placer" role="application" tabindex="0" data-label="place" data-title="place.how" hidden></div>
      </div></div>
    </compare-slider>
  </div>
  <div class="note progress" part="progress" hidden>
    <p></p>
    <div class="row"><button type="button" class="quiet small-button" part="button cancel" data-act="cancel" data-t="cancel"></button></div>
    <div class="meter" role="progressbar" aria-valuemin="0" aria-valuemax="100" data-label="progress"><i></i></div>
  </div>
  <div class="note message" part="message" hidden>
    <strong></strong><p class="hint"></p><p class="detail"></p>
    <div class="row">
      <button type="button" class="primary small-button" part="button retry" data-act="retry" data-t="retry"></button>
      <button type="button" class="quiet small-button" part="button" data-act="add" data-t="another"></button>
      <button type="button" class="primary small-button pick-it" part="button pick" data-act="pick" data-t="pick" hidden></button>
      <button type="button" class="quiet small-button by-hand" part="button retouch" data-act="retouch" data-t="retouch.pick" hidden></button>
    </div>
  </div>
  <div class="note doubt" part="doubt" hidden>
    <p data-t="doubt"></p>
    <button type="button" class="primary small-button" part="button pick" data-act="pick" data-t="pick"></button>
    <button type="button" class="chip icon" part="button" data-act="sure" data-label="doubt.no" data-title="doubt.no">×</button>
  </div>
</div>
<ul class="strip" part="strip" data-label="photos"></ul>
<div class="bar" part="toolbar">
  <div class="swatches" role="group" data-label="background" part="backgrounds">
    <button type="button" class="swatch checker" data-bg="transparent" data-title="transparent" data-label="transparent"></button>
    <button type="button" class="swatch" data-bg="white" data-title="white" data-label="white"></button>
    <button type="button" class="swatch black" data-bg="#000000" data-title="black" data-label="black"></button>
    <span class="swatch colour" data-title="colour"><input type="color" value="#f4c7b8" list="recent" data-label="colour"><datalist id="recent"></datalist></span>
    <span class="pills"><button type="button" class="swatch pill" data-bg="blur" data-t="blur"></button>
    <button type="button" class="swatch pill" data-act="image" data-t="image"></button></span>
  </div>
  <div class="opts">
    <select data-label="format" part="format"><option value="png">PNG</option><option value="jpeg">JPEG</option><option value="webp">WebP</option></select>
    <label class="check"><input type="checkbox" part="crop"><span data-t="crop"></span></label>
    <select class="margin" data-label="margin" part="margin" hidden><option value="0%"></option><option value="5%"></option><option value="10%"></option><option value="20%"></option></select>
    <span class="tabs"><button type="button" class="plain" part="button style" data-act="style" data-t="style" aria-expanded="false"></button>
    <button type="button" class="plain" part="button looks" data-act="looks" data-t="looks" aria-expanded="false"></button></span>
  </div>
  <div class="presets" part="looks" hidden></div>
  <div class="style" part="style" hidden></div>
  <div class="notes"><ul class="worn" part="worn" data-label="worn"></ul><div class="advice" part="advice" hidden></div></div>
  <div class="end">
    <button type="button" class="plain move" part="button move" data-act="move" data-t="move" data-title="place.how" aria-pressed="false"></button>
    <button type="button" class="plain" part="button retouch" data-act="retouch" data-t="retouch"></button>
    <button type="button" class="plain" part="button copy" data-act="copy" data-t="copy"></button>
    <details class="more" part="more"><summary class="plain" part="button" data-t="more"></summary><div>
      <button type="button" class="plain" part="button mask" data-act="mask" data-t="more.mask"></button>
      <button type="button" class="plain" part="button psd" data-act="psd" data-t="more.psd"></button></div></details>
    <button type="button" class="plain" part="button share" data-act="share" data-t="share" hidden></button>
    <button type="button" class="plain" part="button all" data-act="all" data-t="all" hidden></button>
    <button type="button" class="primary" part="button download" data-act="download" data-t="download"></button>
  </div>
  <div class="line"><p class="meta" part="meta"></p></div>
</div>
<div class="retouch" part="retouch" hidden></div>
<input type="file" class="backgroundFile" accept="image/*" hidden tabindex="-1" aria-hidden="true">`;

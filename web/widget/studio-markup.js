// The studio's elements. Fixed text: no data goes through innerHTML.
export const studioMarkup = `
<div class="stage" part="stage">
  <svg class="cut" aria-hidden="true"><rect x="1" y="1" width="100%" height="100%" rx="12"/><rect class="done" pathLength="100" x="1" y="1" width="100%" height="100%" rx="12"/></svg>
  <div class="corner left"><span class="chip name" part="name"></span></div>
  <div class="corner right">
    <button type="button" class="chip" part="button add" data-act="add">Add photos</button>
    <button type="button" class="chip" part="button clear" data-act="clear">Start over</button>
  </div>
  <div class="view">
    <img class="photo" part="photo" alt="" hidden>
    <compare-slider class="picture" part="compare" hidden>
      <div slot="before" class="layer"><img class="whole before" alt=""></div>
      <div slot="after" class="layer layers" part="result">
        <img class="whole blurred" alt="" hidden><img class="whole behind" alt="" hidden>
        <img class="whole cutout" alt=""><img class="exact" alt="" hidden>
      </div>
    </compare-slider>
  </div>
  <div class="note progress" part="progress" hidden>
    <p></p>
    <div class="row"><button type="button" class="quiet small-button" part="button cancel" data-act="cancel">Cancel</button></div>
    <div class="meter" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-label="Progress"><i></i></div>
  </div>
  <div class="note message" part="message" hidden>
    <strong></strong><p class="hint"></p><p class="detail"></p>
    <div class="row">
      <button type="button" class="primary small-button" part="button retry" data-act="retry">Try again</button>
      <button type="button" class="quiet small-button" part="button" data-act="add">Another photo</button>
    </div>
  </div>
</div>
<ul class="strip" part="strip" aria-label="Photos"></ul>
<div class="bar" part="toolbar">
  <div class="swatches" role="group" aria-label="Background" part="backgrounds">
    <button type="button" class="swatch checker" data-bg="transparent" title="Transparent" aria-label="Transparent"></button>
    <button type="button" class="swatch" data-bg="white" title="White" aria-label="White"></button>
    <button type="button" class="swatch black" data-bg="#000000" title="Black" aria-label="Black"></button>
    <span class="swatch colour" title="Any colour"><input type="color" value="#f4c7b8" aria-label="Any colour"></span>
    <button type="button" class="swatch pill" data-bg="blur">Blur</button>
    <button type="button" class="swatch pill" data-act="image">Image…</button>
  </div>
  <div>
    <select aria-label="Format" part="format"><option value="png">PNG</option><option value="jpeg">JPEG</option><option value="webp">WebP</option></select>
    <label class="check"><input type="checkbox" part="crop">Crop</label>
    <select class="margin" aria-label="Margin" part="margin" hidden><option value="0%">no margin</option><option value="5%">5 % margin</option><option value="10%">10 % margin</option><option value="20%">20 % margin</option></select>
  </div>
  <div class="end">
    <button type="button" class="plain" part="button copy" data-act="copy">Copy</button>
    <button type="button" class="plain" part="button all" data-act="all" hidden>Download all</button>
    <button type="button" class="primary" part="button download" data-act="download">Download</button>
  </div>
  <p class="meta" part="meta"></p>
</div>
<input type="file" class="backgroundFile" accept="image/*" hidden tabindex="-1" aria-hidden="true">`;

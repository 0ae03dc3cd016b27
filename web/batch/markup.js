// The batch's elements. Fixed text: no data goes through innerHTML; data-text
// and data-label name what texts.js fills in.
export const markup = `
<section class="frame" part="frame" data-label="label" tabindex="-1">
  <div class="stage board" part="board">
    <svg class="cut" aria-hidden="true"><rect x="1" y="1" width="100%" height="100%" rx="12"/></svg>
    <div class="head">
      <p class="overall" part="overall"></p>
      <div class="chips">
        <button type="button" class="chip sort" part="button sort" data-act="sort" aria-pressed="false" hidden></button>
        <button type="button" class="chip" part="button add" data-act="addPhotos" data-t="add"></button>
        <button type="button" class="chip" part="button add" data-act="addFolder" data-t="add.folder"></button>
        <button type="button" class="chip" part="button clear" data-act="clear" data-t="clear"></button>
        <button type="button" class="chip" part="button back" data-act="back" data-t="back"></button>
      </div>
      <div class="meter" role="progressbar" aria-valuemin="0" aria-valuemax="100" data-label="progress" part="progress"><i></i></div>
    </div>
    <div class="empty">
      <svg class="mark" viewBox="0 0 112 84" aria-hidden="true">
        <path class="back" d="M24 2h80v58H24z"/><path class="back" d="M16 10h80v58H16z"/><path class="sheet" d="M8 18h80v58H8z"/>
        <path class="hill" d="M8 68l22-22 14 13 10-9 34 26H8z"/><circle class="hole" cx="66" cy="36" r="11"/><circle class="sun" cx="66" cy="36" r="11"/>
      </svg>
      <p class="lead" part="lead" data-t="drop"></p>
      <p class="actions">
        <button type="button" class="primary" part="button choose" data-act="addPhotos" data-t="add"></button>
        <button type="button" class="quiet" part="button choose" data-act="addFolder" data-t="add.folder"></button>
      </p>
      <p class="hint small" data-t="kinds"></p>
    </div>
    <div class="scroll" hidden>
      <ul class="tiles" part="tiles" data-label="photos"></ul>
      <details class="skipped" part="skipped" hidden><summary></summary><ul></ul></details>
    </div>
  </div>
  <div class="bar" part="toolbar">
    <div class="swatches" role="group" data-label="background" part="backgrounds">
      <button type="button" class="swatch checker" data-bg="transparent" data-label="transparent" data-title="transparent"></button>
      <button type="button" class="swatch" data-bg="white" data-label="white" data-title="white"></button>
      <button type="button" class="swatch black" data-bg="#000000" data-label="black" data-title="black"></button>
      <span class="swatch colour" data-title="colour"><input type="color" value="#f4c7b8" data-label="colour"></span>
      <span class="pills"><button type="button" class="swatch pill" data-bg="blur" data-t="blur"></button>
      <button type="button" class="swatch pill" data-pick="image" data-t="image"></button></span>
      <input type="file" class="backgroundFile" accept="image/*" hidden tabindex="-1" aria-hidden="true">
    </div>
    <div class="opts">
      <select class="format" data-label="format" part="format"><option value="png">PNG</option><option value="jpeg">JPEG</option><option value="webp">WebP</option></select>
      <label class="check"><input type="checkbox" class="crop" part="crop"><span data-t="crop"></span></label>
      <select class="margin" data-label="margin" part="margin" hidden><option value="0%"></option><option value="5%"></option><option value="10%"></option><option value="20%"></option></select>
      <span class="tabs"><button type="button" class="plain" part="button style" data-pick="style" data-t="style" aria-expanded="false"></button>
      <button type="button" class="plain" part="button looks" data-pick="looks" data-t="looks" aria-expanded="false"></button></span>
    </div>
    <div class="presets" part="looks" hidden></div>
    <div class="style" part="style" hidden></div>
    <div class="end">
      <button type="button" class="plain" part="button shared" data-act="shared" data-t="shared" hidden></button>
      <button type="button" class="plain" part="button remove" data-act="remove" data-t="remove" hidden></button>
      <button type="button" class="plain" part="button retry" data-act="retry" hidden></button>
      <button type="button" class="plain" part="button pause" data-act="pause"></button>
      <button type="button" class="plain" part="button cancel" data-act="cancel" data-t="cancel"></button>
      <button type="button" class="primary" part="button zip" data-act="zip"></button>
    </div>
    <p class="meta" part="meta"><span></span> <button type="button" class="link" data-act="deselect" data-t="deselect" hidden></button></p>
  </div>
  <div class="retouch" part="retouch" hidden></div>
  <input type="file" class="files" accept="image/*,.heic,.heif" multiple hidden tabindex="-1" aria-hidden="true">
  <input type="file" class="folder" webkitdirectory multiple hidden tabindex="-1" aria-hidden="true">
</section>
<p class="unseen" role="status" aria-live="polite"></p>`;

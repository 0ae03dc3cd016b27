// Before the first paint, and so not a module: the colours that were chosen
// here, and the language, so that neither flashes. page.js does the rest.
(() => {
  const root = document.documentElement;
  /** @param {string} name as storage.js keeps it */
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`cutaway.${name}`) ?? 'null');
    } catch {
      return null;
    }
  };
  const theme = kept('theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  const known = [kept('language'), ...navigator.languages].map((tag) =>
    /^(en|de|fr|es|ja|zh)\b/i.exec(tag)?.[1].toLowerCase(),
  );
  root.lang = known.find(Boolean) ?? 'en';
  if (root.lang !== 'en') root.classList.add('unsaid');
})();

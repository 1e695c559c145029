/**
 * The page's script: search, filter by severity, copy. Without it the page is whole, and only these are missing. It reads
 * and writes nothing but the page, and puts text nowhere as markup.
 */
export const PAGE_SCRIPT = `
'use strict';
(() => {
  const items = [...document.querySelectorAll('.item')];
  const sections = [...document.querySelectorAll('section')];
  const tools = document.querySelector('.tools');
  const search = document.querySelector('input[type=search]');
  const chips = [...document.querySelectorAll('.chips button[data-s]')];
  const fold = document.querySelector('.fold');
  const status = document.querySelector('[role=status]');
  const texts = new Map();
  const textOf = (item) => {
    let text = texts.get(item);
    if (text === undefined) texts.set(item, (text = item.textContent.toLowerCase()));
    return text;
  };

  const show = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter((word) => word !== '');
    const levels = new Set(chips.filter((chip) => chip.getAttribute('aria-pressed') === 'true').map((chip) => chip.dataset.s));
    let shown = 0;
    for (const item of items) {
      const fits = (levels.size === 0 || levels.has(item.dataset.s)) && words.every((word) => textOf(item).includes(word));
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    const narrowed = words.length > 0 || levels.size > 0;
    for (const section of sections) {
      const own = section.querySelectorAll('.item');
      section.hidden = narrowed && ![...own].some((item) => !item.hidden);
    }
    status.textContent = !narrowed ? '' : shown === 0 ? 'Nothing matches.' : shown + ' of ' + items.length + ' shown';
  };

  let timer;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(show, items.length > 500 ? 120 : 0);
  };

  if (tools !== null && items.length > 0) {
    tools.hidden = false;
    search.addEventListener('input', soon);
    for (const chip of chips) {
      chip.addEventListener('click', () => {
        chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'));
        show();
      });
    }
    fold.addEventListener('click', () => {
      const seen = items.filter((item) => !item.hidden);
      const open = seen.some((item) => !item.open);
      for (const item of seen) item.open = open;
      fold.textContent = open ? 'Fold all' : 'Unfold all';
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== search) {
        event.preventDefault();
        search.focus();
      } else if (event.key === 'Escape' && document.activeElement === search) {
        search.value = '';
        show();
      }
    });
    show();
  }

  const reveal = () => {
    const named = document.getElementById(location.hash.slice(1));
    if (named !== null && named.matches('.item')) named.open = true;
  };
  addEventListener('hashchange', reveal);
  reveal();

  for (const shell of document.querySelectorAll('.shell')) {
    const button = shell.querySelector('button');
    const pre = shell.querySelector('pre');
    button.hidden = false;
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = 'Copied';
      } catch {
        getSelection().selectAllChildren(pre);
        button.textContent = 'Selected';
      }
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
  }
})();
`;

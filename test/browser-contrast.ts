/**
 * Runs in the page: the contrast of every text, and of the picture's lines, that are to be seen with what lies behind them.
 * https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export const CONTRASTS = `(() => {
  const rgba = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => top.slice(0, 3).map((c, i) => c * top[3] + below[i] * (1 - top[3]));
  const luminance = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const found = new Map();
  const measure = (element, color, opacity) => {
    const back = behind(element);
    const [r, g, b, a] = rgba(color);
    const front = over([r, g, b, a * opacity], back);
    const [light, dark] = [luminance(front), luminance(back)].sort((x, y) => y - x);
    const key = element.localName + "." + (element.closest("[class]")?.getAttribute("class") ?? "");
    const ratio = (light + 0.05) / (dark + 0.05);
    if (!found.has(key) || ratio < found.get(key)) found.set(key, ratio);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() === "" || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (element.closest("script, title, .hidden")) continue;
    const style = getComputedStyle(element);
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    measure(element, element instanceof SVGElement ? style.fill : style.color, opacity);
  }
  for (const line of document.querySelectorAll(".touched path[stroke-width]")) measure(line, getComputedStyle(line).stroke, 1);
  return [...found];
})()`;

// What a page looks like to its reader: the colours of its texts against their ground, and what sticks out.
() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const ground = (element) => {
    if (!element) return canvas;
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const contrast = (element) => {
    const behind = ground(element);
    const style = getComputedStyle(element);
    const text = over(parse(style.color), behind);
    const [low, high] = [luminance(text), luminance(behind)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const texts = [...document.querySelectorAll("body *")].filter(
    (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && shown(element),
  );
  const say = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
  return {
    ground: luminance(ground(document.body)),
    pale: texts.map((e) => [Math.round(contrast(e) * 10) / 10, say(e)]).filter(([ratio]) => ratio < LEAST),
    overhang: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}

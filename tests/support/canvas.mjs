// What is really painted on a canvas.

/**
 * Reads a canvas back and finds the pixels of a line's colour `[r, g, b]`,
 * those at its smooth edges included: any mix with the background (the most
 * frequent colour) that has at least 40 % of it.
 * Returns `{ width, height, columns, span, top }` in device pixels: how many
 * columns have such a pixel, the first and last of them, and the topmost pixel.
 */
export const coloured = (canvas, rgb) =>
  canvas.evaluate((element, rgb) => {
    const { width, height } = element;
    const { data } = element.getContext('2d').getImageData(0, 0, width, height);
    const pixel = (at) => [0, 1, 2].map((i) => data[at + i]);
    const often = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const key = pixel(at).join();
      often.set(key, (often.get(key) ?? 0) + 1);
    }
    const [background] = [...often].reduce((a, b) => (b[1] > a[1] ? b : a));
    const base = background.split(',').map(Number);
    const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const whole = rgb.map((x, i) => x - base[i]);
    const isLine = (at) => {
      const part = pixel(at).map((x, i) => x - base[i]);
      const share = dot(part, whole) / dot(whole, whole);
      const rest = part.map((x, i) => x - share * whole[i]);
      return data[at + 3] > 100 && share > 0.4 && dot(rest, rest) < 900;
    };
    const columns = new Set();
    let top;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!isLine(4 * (y * width + x))) continue;
        columns.add(x);
        top ??= { x, y };
      }
    }
    const span = columns.size ? [Math.min(...columns), Math.max(...columns)] : undefined;
    return { width, height, columns: columns.size, span, top };
  }, rgb);

/** `#d6336c` as `[214, 51, 108]`. */
export const rgb = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/**
 * The topmost and the bottommost pixel of a line's colour `[r, g, b]` in each
 * column of device pixels: `[[top, bottom] | null, …]`. Its smooth edges count
 * as in `coloured`; the background is the colour in the upper left corner.
 */
export const inkColumns = (canvas, rgb) =>
  canvas.evaluate((element, rgb) => {
    const { width, height } = element;
    const { data } = element.getContext('2d').getImageData(0, 0, width, height);
    const base = [0, 1, 2].map((i) => data[i]);
    const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
    const whole = rgb.map((x, i) => x - base[i]);
    const isLine = (at) => {
      const part = base.map((x, i) => data[at + i] - x);
      const share = dot(part, whole) / dot(whole, whole);
      const rest = part.map((x, i) => x - share * whole[i]);
      return share > 0.4 && dot(rest, rest) < 900;
    };
    const columns = new Array(width).fill(null);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (isLine(4 * (y * width + x))) columns[x] = [columns[x]?.[0] ?? y, y];
      }
    }
    return columns;
  }, rgb);

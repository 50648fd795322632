/**
 * A line of numbers as an SVG path that fills a box, to whole units of it; where there is no number there is a gap.
 *
 * @param {ArrayLike<number>} numbers
 * @param {{ width: number, height: number }} size
 * @param {boolean} log  What is not positive is a gap then.
 */
export function sparkline(numbers, { width, height }, log) {
  const values = Float64Array.from(numbers, (value) => (log ? Math.log10(value) : value));
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const across = values.length > 1 ? width / (values.length - 1) : 0;
  let path = "";
  let begins = true;
  values.forEach((value, i) => {
    if (Number.isFinite(value)) {
      // What does not change stands in the middle.
      const share = high > low ? (value - low) / (high - low) : 0.5;
      path += `${begins ? "M" : "L"}${Math.round(i * across)} ${Math.round((1 - share) * height)}`;
    }
    begins = !Number.isFinite(value);
  });
  return path;
}

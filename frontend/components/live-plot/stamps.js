/**
 * Text on a canvas that is wiped in every frame. To set a text takes a canvas without a GPU a tenth of a millisecond, to
 * copy its picture next to nothing: so each text is set once and kept as a picture.
 *
 * @typedef {{ line: string, font: string, color: string, align: CanvasTextAlign }} Text
 * @typedef {{ picture: OffscreenCanvas, left: number, top: number, density: number }} Stamp  The picture's corner, seen
 *   from the point at which the text stands, in CSS pixels.
 */

/** So many are kept; of numbers that change in every frame there would soon be thousands. */
const MOST = 300;
/** @type {Map<string, Stamp>} */
const kept = new Map();

/** The text at this point. @param {CanvasRenderingContext2D} context @param {Text} text @param {number} x @param {number} y */
export function stamp(context, text, x, y) {
  const density = context.getTransform().a;
  const key = [density, text.font, text.color, text.align, text.line].join("\n");
  const found = kept.get(key) ?? cut(text, density);
  if (kept.size >= MOST) kept.clear();
  kept.set(key, found);
  const { picture, left, top } = found;
  context.drawImage(picture, x + left, y + top, picture.width / density, picture.height / density);
}

/** @param {Text} text @param {number} density @returns {Stamp} */
function cut({ line, font, color, align }, density) {
  const picture = new OffscreenCanvas(1, 1);
  const measured = contextOf(picture, { font, color, align }).measureText(line);
  const left = Math.floor(-measured.actualBoundingBoxLeft) - 1;
  const top = Math.floor(-measured.actualBoundingBoxAscent) - 1;
  picture.width = Math.ceil(density * (measured.actualBoundingBoxRight + 1 - left));
  picture.height = Math.ceil(density * (measured.actualBoundingBoxDescent + 1 - top));
  const context = contextOf(picture, { font, color, align });
  context.setTransform(density, 0, 0, density, -density * left, -density * top);
  context.fillText(line, 0, 0);
  return { picture, left, top, density };
}

/** To be set anew whenever the canvas gets another size. @param {OffscreenCanvas} canvas @param {Omit<Text, "line">} style */
function contextOf(canvas, { font, color, align }) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2-D canvas.");
  Object.assign(context, { font, fillStyle: color, textAlign: align, textBaseline: "middle" });
  return context;
}

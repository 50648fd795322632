/**
 * How large the flow is drawn: as it fits, or by a factor that was chosen.
 *
 * @typedef {{ width: number, height: number }} Size
 */

export const ZOOM = { least: 0.4, most: 4, step: 1.25 };
/** Names can be read from the one on; from the other on more would be no use. */
const FIT = { least: 0.75, most: 1.5 };

/** The choice in the address. @param {string} choice */
export const isZoom = (choice) => choice === "fit" || (Number(choice) >= ZOOM.least && Number(choice) <= ZOOM.most);

/**
 * What is so high that it could not be read if all of it were to be seen has only to fit in width: it is scrolled.
 * @param {string} choice @param {Size} drawing @param {Size} room
 */
export function scaleOf(choice, drawing, room) {
  if (choice !== "fit") return Number(choice);
  const [across, down] = [room.width / drawing.width, room.height / drawing.height];
  return Math.min(FIT.most, Math.max(FIT.least, down < FIT.least ? Math.min(1, across) : Math.min(across, down)));
}

/** The choice of another scale. @param {number} scale @param {number} factor */
export const zoomed = (scale, factor) =>
  String(Number(Math.min(ZOOM.most, Math.max(ZOOM.least, scale * factor)).toFixed(2)));

/**
 * Where the tour's card stands: beside what is lit, where there is room, and always on the screen.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Box
 */

/** Between the card and what is lit, and between the card and the screen's edge. */
const GAP = 12;

/** @param {number} wanted @param {number} size @param {number} room */
const within = (wanted, size, room) => Math.max(GAP, Math.min(wanted, room - size - GAP));

/**
 * @param {Box} lit @param {{ width: number, height: number }} card @param {{ width: number, height: number }} screen
 * @returns {{ left: number, top: number }}
 */
export function placeBeside(lit, card, screen) {
  const right = lit.left + lit.width;
  const bottom = lit.top + lit.height;
  const across = within(lit.left + (lit.width - card.width) / 2, card.width, screen.width);
  const down = within(lit.top + (lit.height - card.height) / 2, card.height, screen.height);
  const fitsAcross = card.width + 2 * GAP;
  const fitsDown = card.height + 2 * GAP;
  if (screen.height - bottom >= fitsDown) return { left: across, top: bottom + GAP };
  if (lit.top >= fitsDown) return { left: across, top: lit.top - card.height - GAP };
  if (screen.width - right >= fitsAcross) return { left: right + GAP, top: down };
  if (lit.left >= fitsAcross) return { left: lit.left - card.width - GAP, top: down };
  return { left: across, top: within(bottom - card.height - GAP, card.height, screen.height) };
}

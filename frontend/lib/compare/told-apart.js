/**
 * In what two sessions' configs differ, in words.
 *
 * @import { Session } from "../../types/wire"
 */

/** @param {Pick<Session, "config">} session @returns {Map<string, string>} */
function fieldsOf({ config: { name: _, ...sections } }) {
  return new Map(Object.values(sections).flatMap((section) =>
    Object.entries(section).map(([field, value]) => /** @type {[string, string]} */ ([field.replaceAll("_", " "), written(value)]))));
}

/** @param {unknown} value @returns {string} */
function written(value) {
  if (!Array.isArray(value)) return String(value ?? "by fan-in");
  return value.map((each) => (typeof each === "object" ? `${each.value} from ${each.from_step}` : each)).join(", ");
}

/** @typedef {{ field: string, a: string, b: string }} Difference */

/**
 * The learning rate is the one in force, where the schedules are the same.
 * @param {Pick<Session, "config">} a @param {Pick<Session, "config">} b
 * @param {{ a: number | undefined, b: number | undefined }} rates
 * @returns {Difference[]}
 */
export function toldApart(a, b, rates) {
  const [ours, theirs] = [fieldsOf(a), fieldsOf(b)];
  const differing = [...ours].flatMap(([field, value]) => {
    const other = theirs.get(field) ?? "";
    return value === other ? [] : [{ field, a: value, b: other }];
  });
  if (rates.a === rates.b || differing.some(({ field }) => field === "learning rate")) return differing;
  return [...differing, { field: "learning rate", a: String(rates.a), b: String(rates.b) }];
}

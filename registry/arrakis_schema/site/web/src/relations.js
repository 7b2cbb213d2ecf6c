// The compatibility of two releases, looked up in the site's matrix.

/** @typedef {{ document: string, why: string, witness: unknown }} Exchange */
/** @typedef {{ answer: string, exchanges: Exchange[] }} Reason */
/**
 * @typedef {{ groups: string[][], cells: { answer: string, reason?: string }[][], reasons: Record<string, Reason>
 *   }} Grid
 */
/** @typedef {{ answer: string, reason: string, exchanges: Exchange[] }} Relation */

/** The word for each answer. @type {Record<string, string>} */
export const ANSWERS = {
  works: "works",
  partly: "partly",
  edge: "works for known messages",
  breaks: "breaks",
  undecided: "undecided",
  unknown: "unknown",
  removed: "removed",
};

/**
 * Return whether a client of one release works with a server of another; null where the grid lacks one of them.
 * @param {Grid | undefined} grid
 * @param {string} client
 * @param {string} server
 * @returns {Relation | null}
 */
export function findRelation(grid, client, server) {
  const groupOf = (/** @type {string} */ version) => grid?.groups.findIndex((group) => group.includes(version)) ?? -1;
  const cell = grid?.cells[groupOf(client)]?.[groupOf(server)];
  if (!cell) return null;
  const reason = cell.reason ?? "";
  return { answer: cell.answer, reason, exchanges: grid?.reasons[reason]?.exchanges ?? [] };
}
